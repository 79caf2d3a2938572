-- What becomes of task runs: what follows an end, what comes again, and what is handed on.
set local role zm_owner;

-- Whether a link is taken once the task before it has ended in that state.
create function zm.is_taken(condition text, state smallint) returns boolean language sql immutable as $$
  select case condition
    when 'success' then state = 10
    when 'failure' then state in (11, 12, 14)
    when 'always' then true
  end $$;

-- Starts or skips what waits for these task runs of these runs, as far as it is decided: a task starts when all
-- before it have ended and every link was taken; it is skipped as soon as one link is not, and then what waits
-- for it is looked at. Links from tasks that are not part of the run do not count. Called in the transaction
-- that ended the task runs.
create function zm.advance(p_runs bigint[], p_ended bigint[]) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  low bigint;
  high bigint;
  changed bigint[] := p_ended;
  waiting bigint[];
  held bigint[];
  events int[];
begin
  select zm.first_id(min(r)), zm.last_id(max(r)) into low, high from unnest(p_runs) r;
  -- One transaction at a time decides for a run, or two tasks that end at once would not see each other
  -- and a join after them would never start.
  perform from zm.run r where r.id = any (p_runs) and r.id between low and high order by r.id for no key update;
  loop
    -- The bounds leave all weeks but one or two out. OFFSET 0 keeps each look a probe by its key: to the planner,
    -- a range of numbers seems smaller than it is.
    waiting := array(
      select distinct t.id
      from unnest(changed) c (id)
      cross join lateral (
        select run_id, task_id from zm.task_run where id = c.id offset 0) e
      join zm.link l on l.from_task = e.task_id
      cross join lateral (
        select id from zm.task_run
        where run_id = e.run_id and task_id = l.to_task and state = 0 and id between low and high offset 0) t);
    exit when waiting = '{}';
    with decided as (
      select t.id, bool_and(p.state >= 10) as ended,
        bool_or(l.pass <> 'none') as is_handed_on,
        bool_or(p.state >= 10 and not zm.is_taken(l.condition, p.state)) as blocked
      from unnest(waiting) w (id)
      cross join lateral (
        select id, run_id, task_id from zm.task_run where id = w.id offset 0) t
      join zm.link l on l.to_task = t.task_id
      cross join lateral (
        select id, state, attempt from zm.task_run
        where run_id = t.run_id and task_id = l.from_task and id between low and high offset 0) p
      group by t.id
    ), weighed as (
      select id, ended, blocked, case when ended and not blocked and is_handed_on then
        (select zm.input_bytes(t.run_id, t.task_id) from zm.task_run t where t.id = d.id) else 0 end as bytes
      from decided d
    ), judged as (
      select id, ended, bytes, case
        when blocked then 'a link before it was not taken'
        -- One that nobody can take in would hold up every claim.
        when bytes > 134217728 then 'the results handed on to it are larger than 128 MiB' end as obstacle
      from weighed
    ), moved as (
      update zm.task_run t set state = case when d.obstacle is null then 1 else 15 end,
        finished_at = case when d.obstacle is not null then clock_timestamp() end, reason = d.obstacle
      from judged d
      where t.id = d.id and t.state = 0 and (d.obstacle is not null or d.ended)
      returning t.id, t.owner_id, t.priority, t.state, t.want, d.bytes
    ), queued as (
      insert into zm.queue (owner_id, rank, task_run_id, input_bytes)
      select owner_id, -priority, id, bytes from moved where state = 1 and want <> 1
    )
    select array_agg(id) filter (where state = 15), array_agg(id) filter (where state = 1 and want = 1)
    into changed, held from moved;
    if held is not null then
      update zm.task_run t set state = 2 from unnest(held) h (id) where t.id = h.id;
    end if;
    exit when changed is null;
  end loop;
  with over as (
    delete from zm.live_run l using unnest(p_runs) e (id)
    where l.run_id = e.id and (select total from zm.run where id = e.id)
      <= (select sum(ended) from zm.run_tally where run_id = e.id)
    returning l.event_id
  )
  select array_agg(distinct event_id) into events from over where event_id is not null;
  if events is not null then perform zm.start_queued(events); end if;
end $$;

-- The task run that hands on its result for a task of a run: the run's own, or in a run that repeats a part of
-- another the kept one.
create function zm.provider(p_run bigint, p_task int) returns bigint language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(
    (select id from zm.task_run where run_id = p_run and task_id = p_task
       and id between zm.first_id(p_run) and zm.last_id(p_run)),
    (select task_run_id from zm.kept where run_id = p_run and task_id = p_task)) $$;

-- How many bytes the links to a task hand on. STRICT: of a task run outside of pipelines nothing is looked up.
create function zm.input_bytes(p_run bigint, p_task int) returns bigint language sql stable strict
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(r.result_bytes), 0)::bigint
  from zm.link l
  join zm.task_run p on p.id = zm.provider(p_run, l.from_task)
  join zm.task_result r on r.task_run_id = p.id and r.attempt = p.attempt
  where l.to_task = p_task and l.pass <> 'none' $$;

-- How long to wait after that many failures, in milliseconds: delay × backoff^(failures - 1), at most max_delay, and
-- by chance (-1 to 1) up to the share `jitter` of it more or less. Numeric, for no number that JSON has may fail here.
create function zm.retry_delay(retry jsonb, failures int, chance numeric) returns bigint language sql immutable as $$
  select round(least(
      coalesce((retry ->> 'delay')::numeric, 0)
        * power(coalesce((retry ->> 'backoff')::numeric, 1), least(failures - 1, 300)),
      coalesce((retry ->> 'max_delay')::numeric, 3600000))
    * (1 + coalesce((retry ->> 'jitter')::numeric, 0) * chance))::bigint $$;

-- Brings task runs whose attempt is over, and which are `queued` by now, to where they wait for the next one: among
-- the held if a pause is wanted, else in the queue, after a failure not before its delay. A resume that was not proven
-- has come true.
create function zm.requeue(p_ids bigint[], p_after_failure boolean) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  update zm.task_run t set state = case t.want when 1 then 2 else t.state end, want = case t.want when 1 then 1 else 0 end
  from unnest(p_ids) i (id) where t.id = i.id and t.want <> 0;
  with back as (
    select t.id, t.owner_id, t.priority, t.run_id, t.task_id,
      case when p_after_failure then zm.retry_delay(g.retry, t.attempt - t.losses, (2 * random() - 1)::numeric)
        else 0 end as delay
    from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id join zm.program g on g.id = t.program_id
    where t.state = 1
  ), later as (
    insert into zm.delayed (task_run_id, due_at)
    select id, clock_timestamp() + delay * interval '1 millisecond' from back where delay > 0
  )
  insert into zm.queue (owner_id, rank, task_run_id, input_bytes)
  select owner_id, -priority, id, coalesce(zm.input_bytes(run_id, task_id), 0) from back where delay <= 0
  on conflict do nothing;
end $$;

-- Moves what is due by now into the queue.
create function zm.promote() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  due bigint[];
begin
  with gone as (
    delete from zm.delayed d using (
      select task_run_id from zm.delayed where due_at <= clock_timestamp()
      order by due_at limit 1000 for update skip locked) x
    where d.task_run_id = x.task_run_id
    returning d.task_run_id
  )
  select array_agg(task_run_id) into due from gone;
  insert into zm.queue (owner_id, rank, task_run_id, input_bytes)
  select t.owner_id, -t.priority, t.id, coalesce(zm.input_bytes(t.run_id, t.task_id), 0)
  from unnest(due) i (id) join zm.task_run t on t.id = i.id where t.state = 1
  on conflict do nothing;
end $$;

-- The result of one attempt: where it came in one piece it stands in its row, else it is the streamed
-- standard output.
create function zm.output_of(p_task_run bigint, p_attempt int) returns bytea language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(r.result, (select string_agg(data, '' order by chunk) from zm.task_log
    where task_run_id = p_task_run and attempt = p_attempt and stream = 1))
  from zm.task_result r where r.task_run_id = p_task_run and r.attempt = p_attempt $$;
grant execute on function zm.output_of to zm_viewer, zm_user, zm_admin;

-- What the links to a task hand on. STRICT: of a task run outside of pipelines nothing is looked up.
create function zm.inputs_of(p_run bigint, p_task int, out passes text[], out results bytea[]) language sql stable strict
  set search_path = pg_catalog, pg_temp as $$
  select array_agg(l.pass order by l.position), array_agg(coalesce(zm.output_of(p.id, p.attempt), '') order by l.position)
  from zm.link l
  join zm.task_run p on p.id = zm.provider(p_run, l.from_task)
  where l.to_task = p_task and l.pass <> 'none' $$;

-- Whether that exit code (null for none) is worth another attempt.
create function zm.is_worth_it(p_program int, p_exit_code int) returns boolean language sql stable as $$
  select coalesce(retry -> 'exit_codes' @> to_jsonb(coalesce(p_exit_code, 0)), true) from zm.program where id = p_program $$;

-- What an attempt's outcome makes of its task run: a failure is tried again while attempts are left, its exit code
-- is among those that are worth it, and nobody wants it stopped. Without a subquery of its own it becomes part of the
-- statement; as a call it would cost a success ten times what it decides.
create function zm.state_after(p_outcome smallint, p_exit_code int, t zm.task_run) returns smallint language sql stable as $$
  select case when p_outcome in (11, 12) and t.attempt - t.losses < t.max_attempts and t.want not in (3, 4) and t.state <> 6
    then case when zm.is_worth_it(t.program_id, p_exit_code) then 1::smallint else p_outcome end
    else p_outcome end $$;

-- How long a pause that began then (null for none) had lasted at that moment, in milliseconds.
create function zm.paused_until(at timestamptz, moment timestamptz) returns bigint language sql immutable as
$$ select greatest(coalesce(extract(epoch from moment - at) * 1000, 0), 0)::bigint $$;

-- What becomes of a task run whose attempt ended without an outcome.
create function zm.state_if_lost(t zm.task_run, p_delivered boolean) returns smallint language sql stable as $$
  select case
    when t.want in (3, 4) or t.state = 6 then case when p_delivered then 14 else 13 end
    when not p_delivered then 1
    when (select rerun_if_lost from zm.program where id = t.program_id)
      and (select count(*) from zm.task_result where task_run_id = t.id and state = 14) < 5 then 1
    else 14 end::smallint $$;

reset role;
