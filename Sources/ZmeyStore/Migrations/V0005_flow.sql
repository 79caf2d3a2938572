-- What becomes of task runs: what follows an end, what comes again, and what is handed on.
set local role zm_owner;

-- The result of one attempt: where it came in one piece it stands in its row, else it is the streamed
-- standard output.
create function zm.output_of(p_task_run bigint, p_attempt int) returns bytea language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(r.result, (select string_agg(data, '' order by chunk) from zm.task_log
    where task_run_id = p_task_run and attempt = p_attempt and stream = 1))
  from zm.task_result r where r.task_run_id = p_task_run and r.attempt = p_attempt $$;
grant execute on function zm.output_of to zm_viewer, zm_user, zm_admin;

-- Conditions ----------------------------------------------------------------------------------------------

-- Whether a link is taken once the task before it has ended in that state. Null for an expression, which has a verdict.
create function zm.is_taken(condition text, state smallint) returns boolean language sql immutable as $$
  select case condition
    when 'success' then state = 10
    when 'failure' then state in (11, 12, 14)
    when 'always' then true
  end $$;

-- A result as conditions see it: without the newlines at its end, null if it is no text or larger than 1 MiB.
create function zm.text_of(result bytea) returns text language plpgsql immutable strict as $$
begin
  if octet_length(result) > 1048576 then return null; end if;
  return rtrim(convert_from(result, 'UTF8'), e'\n');
exception when character_not_in_repertoire or untranslatable_character then return null;
end $$;
create function zm.number_of(value text) returns numeric language sql immutable strict as $$
  select case when length(value) <= 100 and value ~ '^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*$' then value::numeric end $$;
-- Whether a jsonpath finds something that is neither false nor null. The more a path may do with it, the less it sees of
-- a result; beyond that, and for what is no JSON, it finds nothing.
create function zm.finds(value text, path text) returns boolean language plpgsql immutable strict as $$
declare
  found jsonb;
begin
  if octet_length(value) > (case when zm.compares_paths(path) then 8192 else 65536 end) then return false; end if;
  found := jsonb_path_query_first(value::jsonb, path::jsonpath, silent => true);
  return coalesce(found not in ('false', 'null'), false);
exception when others then return false; -- no JSON, or what a path meets in spite of "silent"
end $$;

create function zm.compares(a numeric, op text, b numeric) returns boolean language sql immutable as $$
  select case op when '==' then a = b when '!=' then a <> b when '<' then a < b when '<=' then a <= b
    when '>' then a > b when '>=' then a >= b end $$;

-- Whether a condition holds for a task run that ended so. What is not there (no exit code, no text, no number) equals
-- nothing and compares with nothing. Regular expressions see the first 64 KiB.
create function zm.holds(j jsonb, state smallint, exit_code int, value text) returns boolean language plpgsql immutable as $$
declare
  op text := j ->> 1;
  operand jsonb := j -> 2;
  part jsonb;
begin
  if jsonb_typeof(j) = 'string' then return zm.is_taken(j #>> '{}', state); end if;
  case j ->> 0
  when 'and' then
    for part in select e.value from jsonb_array_elements(j) with ordinality e (value, n) where n > 1 loop
      if not zm.holds(part, state, exit_code, value) then return false; end if;
    end loop;
    return true;
  when 'or' then
    for part in select e.value from jsonb_array_elements(j) with ordinality e (value, n) where n > 1 loop
      if zm.holds(part, state, exit_code, value) then return true; end if;
    end loop;
    return false;
  when 'not' then
    return not zm.holds(j -> 1, state, exit_code, value);
  when 'exit_code' then
    if op = 'in' then return coalesce(operand @> to_jsonb(exit_code), false); end if;
    return coalesce(zm.compares(exit_code, op, operand::numeric), false);
  else
    return coalesce(case
      when jsonb_typeof(operand) = 'number' then zm.compares(zm.number_of(value), op, operand::numeric)
      when op = '==' then value = operand #>> '{}'
      when op = '!=' then value <> operand #>> '{}'
      when op = 'contains' then position(operand #>> '{}' in value) > 0
      when op = 'matches' then left(value, 65536) ~ (operand #>> '{}')
      else zm.finds(value, operand #>> '{}')
    end, false);
  end case;
end $$;

-- Whether the condition of a link holds for a task run that has ended, looked at now.
create function zm.is_taken_after(condition text, expression jsonb, t zm.task_run) returns boolean language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select case when expression is null then zm.is_taken(condition, t.state)
    else zm.holds(expression, t.state, t.exit_code, zm.text_of(zm.output_of(t.id, t.attempt))) end $$;

-- Evaluates the expressions on links from these task runs, once, and keeps what they came to.
create function zm.judge(p_ended bigint[]) returns void language sql set search_path = pg_catalog, pg_temp as $$
  insert into zm.verdict (run_id, link_id, is_taken, operands)
  select t.run_id, l.id, zm.holds(l.expression, t.state, t.exit_code, o.value),
    jsonb_strip_nulls(jsonb_build_object('state', (select name from zm.task_state where id = t.state),
      'exit_code', t.exit_code, 'result', left(o.value, 200)))
  from unnest(p_ended) e (id)
  cross join lateral (select * from zm.task_run where id = e.id offset 0) t
  join zm.link l on l.from_task = t.task_id and l.expression is not null and l.is_enabled
  cross join lateral (select zm.text_of(zm.output_of(t.id, t.attempt)) as value offset 0) o
  on conflict do nothing $$;

-- What follows ----------------------------------------------------------------------------------------------

-- What a join makes of the links to a task: 1 it starts, 15 it is skipped, null it waits. Of `links` that count, `ended`
-- come from tasks that have ended, `taken` of these are taken; `failed` and `stopped` count tasks, not links. The names
-- that Airflow has mean what they mean there.
create function zm.state_by_join(rule text, needed int, links bigint, ended bigint, taken bigint, failed bigint, stopped bigint)
  returns smallint language sql immutable as $$
  select (case rule
    when 'all' then case when taken = links then 1 when ended > taken then 15 end
    when 'any' then case when taken > 0 then 1 when ended = links then 15 end
    when 'n_of' then case when taken >= least(needed, links) then 1 when ended - taken > links - least(needed, links) then 15 end
    when 'all_done' then case when ended = links then 1 end
    when 'none_failed' then case when failed + stopped > 0 then 15 when ended = links then 1 end
    when 'one_failed' then case when failed > 0 then 1 when ended = links then 15 end
  end)::smallint $$;

-- Starts or skips what waits for these task runs of these runs, as far as it is decided; what is skipped is looked at as
-- having ended. Links from tasks that are not part of the run, and links that are off, do not count. Called in the
-- transaction that ended the task runs.
create function zm.advance(p_runs bigint[], p_ended bigint[]) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  low bigint;
  high bigint;
  changed bigint[] := p_ended;
  waiting bigint[];
  held bigint[];
  fans bigint[];
  events int[];
begin
  select zm.first_id(min(r)), zm.last_id(max(r)) into low, high from unnest(p_runs) r;
  -- One transaction at a time decides for a run, or two tasks that end at once would not see each other
  -- and a join after them would never start.
  perform from zm.run r where r.id = any (p_runs) and r.id between low and high order by r.id for no key update;
  if exists (select from unnest(p_ended) e (id) join zm.task_run t on t.id = e.id where t.item is not null) then
    changed := zm.count_items(p_ended);
  end if;
  loop
    perform zm.judge(changed);
    -- The bounds leave all weeks but one or two out. OFFSET 0 keeps each look a probe by its key: to the planner,
    -- a range of numbers seems smaller than it is.
    waiting := array(
      select distinct t.id
      from unnest(changed) c (id)
      cross join lateral (
        select run_id, task_id from zm.task_run where id = c.id offset 0) e
      join zm.link l on l.from_task = e.task_id and l.is_enabled
      cross join lateral (
        select id from zm.task_run
        where run_id = e.run_id and task_id = l.to_task and item is null and state = 0 and id between low and high offset 0) t);
    exit when waiting = '{}';
    with looked as (
      select t.id, t.run_id, t.task_id, l.id as link_id, l.position, l.pass, p.name, p.state,
        p.state >= 10 as ended,
        p.state >= 10 and case when l.expression is null then zm.is_taken(l.condition, p.state) else coalesce(
          (select is_taken from zm.verdict v where v.run_id = t.run_id and v.link_id = l.id), false) end as taken,
        p.state in (11, 12, 14) or (p.state = 15 and p.upstream_failed) as failed
      from unnest(waiting) w (id)
      cross join lateral (
        select id, run_id, task_id from zm.task_run where id = w.id offset 0) t
      join zm.link l on l.to_task = t.task_id and l.is_enabled
      cross join lateral (
        select name, state, upstream_failed from zm.task_run
        where run_id = t.run_id and task_id = l.from_task and item is null and id between low and high offset 0) p
    ), decided as (
      select id, run_id, task_id, count(*) as links, count(*) filter (where ended) as ended,
        count(*) filter (where taken) as taken, count(*) filter (where failed) as failed,
        count(*) filter (where state = 13) as stopped,
        bool_or(taken and pass <> 'none') as is_handed_on,
        coalesce(bool_or((failed or state = 13) and not taken), false) as is_fallout,
        (array_agg(name order by position) filter (where ended and not taken))[1] as missed,
        (array_agg(name order by position) filter (where failed or state = 13))[1] as broken
      from looked group by id, run_id, task_id
    ), weighed as (
      select d.*, k.join_rule, k.is_enabled,
        zm.state_by_join(k.join_rule, k.join_count, links, ended, taken, failed, stopped) as state,
        case when is_handed_on and zm.state_by_join(k.join_rule, k.join_count, links, ended, taken, failed, stopped) = 1
          then zm.input_bytes(d.run_id, d.task_id) else 0 end as bytes
      from decided d join zm.task k on k.id = d.task_id
    ), judged as (
      select id, bytes, is_fallout and state = 15 and join_rule <> 'one_failed' as is_fallout, case
        when state = 15 then case join_rule
          when 'all' then format('the link from "%s" was not taken', missed)
          when 'none_failed' then format('"%s" before it did not succeed', broken)
          when 'one_failed' then 'nothing before it failed'
          when 'any' then 'no link to it was taken'
          else 'not enough links to it can be taken' end
        when not is_enabled then 'it is switched off'
        -- One that nobody can take in would hold up every claim.
        when bytes > 134217728 then 'the results handed on to it are larger than 128 MiB' end as obstacle
      from weighed where state is not null
    ), moved as (
      update zm.task_run t set state = case when d.obstacle is null then 1 else 15 end,
        finished_at = case when d.obstacle is not null then clock_timestamp() end, reason = d.obstacle,
        upstream_failed = d.is_fallout
      from judged d
      where t.id = d.id and t.state = 0
      returning t.id, t.owner_id, t.class_id, t.priority, t.state, t.want, t.is_fan, d.bytes
    ), early as ( -- what a join did not wait for is not handed on either: it may end before a worker has the task
      insert into zm.verdict (run_id, link_id, is_taken, operands)
      select k.run_id, k.link_id, false, jsonb_build_object('state', 'not ended when the join was decided')
      from looked k join moved m on m.id = k.id where m.state = 1 and not k.ended
      on conflict do nothing
    ), queued as (
      insert into zm.queue (owner_id, class_id, rank, task_run_id, input_bytes)
      select owner_id, class_id, -priority, id, bytes from moved where state = 1 and want <> 1 and not is_fan
    )
    select array_agg(id) filter (where state = 15), array_agg(id) filter (where state = 1 and want = 1),
      array_agg(id) filter (where state = 1 and want <> 1 and is_fan)
    into changed, held, fans from moved;
    if held is not null then
      update zm.task_run t set state = 2 from unnest(held) h (id) where t.id = h.id;
    end if;
    -- What has no item, or none that can be read, has ended at once.
    if fans is not null then changed := changed || zm.fan_out(fans); end if;
    exit when coalesce(changed, '{}') = '{}';
  end loop;
  with over as (
    delete from zm.live_run l using unnest(p_runs) e (id)
    where l.run_id = e.id and (select total from zm.run where id = e.id)
      <= (select sum(ended) from zm.run_tally where run_id = e.id)
    returning l.event_id
  )
  select array_agg(distinct event_id order by event_id) into events from over where event_id is not null;
  if events is not null then perform zm.start_queued(events); end if;
end $$;

-- Handing on ------------------------------------------------------------------------------------------------

-- The task run that hands on its result for a task of a run: the run's own, or in a run that repeats a part of
-- another the kept one.
create function zm.provider(p_run bigint, p_task int) returns bigint language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(
    (select id from zm.task_run where run_id = p_run and task_id = p_task and item is null
       and id between zm.first_id(p_run) and zm.last_id(p_run)),
    (select task_run_id from zm.kept where run_id = p_run and task_id = p_task)) $$;

-- What the links to a task hand on: of those that are taken, in their order. What a run keeps of another was chosen when
-- it began. STRICT: of a task run outside of pipelines nothing is looked up.
create function zm.handed_on(p_run bigint, p_task int) returns table (place int, pass text, task_run_id bigint, attempt int)
  language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select l.position, l.pass, p.id, p.attempt
  from zm.link l
  join zm.task_run p on p.id = zm.provider(p_run, l.from_task)
  where l.to_task = p_task and l.pass <> 'none' and l.is_enabled and (p.run_id <> p_run or p.state >= 10 and coalesce(
    (select v.is_taken from zm.verdict v where v.run_id = p_run and v.link_id = l.id),
    l.expression is null and zm.is_taken(l.condition, p.state))) $$;

-- How many bytes the links to a task hand on.
create function zm.input_bytes(p_run bigint, p_task int) returns bigint language sql stable strict
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(r.result_bytes), 0)::bigint
  from zm.handed_on(p_run, p_task) h
  join zm.task_result r on r.task_run_id = h.task_run_id and r.attempt = h.attempt $$;

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
-- has come true. Those that are repeated over items begin with them.
create function zm.requeue(p_ids bigint[], p_after_failure boolean) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  fans bigint[];
  over bigint[];
begin
  update zm.task_run t set state = case t.want when 1 then 2 else t.state end, want = case t.want when 1 then 1 else 0 end
  from unnest(p_ids) i (id) where t.id = i.id and t.want <> 0;
  with back as (
    select t.id, t.owner_id, t.class_id, t.priority, t.run_id, t.task_id, t.is_fan,
      case when p_after_failure then zm.retry_delay(g.retry, t.attempt - t.losses, (2 * random() - 1)::numeric)
        else 0 end as delay
    from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id join zm.program g on g.id = t.program_id
    where t.state = 1
  ), later as (
    insert into zm.delayed (task_run_id, due_at)
    select id, clock_timestamp() + delay * interval '1 millisecond' from back where delay > 0
  ), now as (
    insert into zm.queue (owner_id, class_id, rank, task_run_id, input_bytes)
    select owner_id, class_id, -priority, id, coalesce(zm.input_bytes(run_id, task_id), 0)
    from back where delay <= 0 and not is_fan
    on conflict do nothing
  )
  select array_agg(id) into fans from back where is_fan;
  if fans is not null then
    over := zm.fan_out(fans);
    if over <> '{}' then
      perform zm.advance(array(select distinct run_id from zm.task_run where id = any (over)), over);
    end if;
  end if;
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
  insert into zm.queue (owner_id, class_id, rank, task_run_id, input_bytes)
  select t.owner_id, t.class_id, -t.priority, t.id, coalesce(zm.input_bytes(t.run_id, t.task_id), 0)
  from unnest(due) i (id) join zm.task_run t on t.id = i.id where t.state = 1
  on conflict do nothing;
end $$;

-- What the links to a task hand on, as two lists.
create function zm.inputs_of(p_run bigint, p_task int, out passes text[], out results bytea[]) language sql stable strict
  set search_path = pg_catalog, pg_temp as $$
  select array_agg(pass order by place), array_agg(coalesce(zm.output_of(task_run_id, attempt), '') order by place)
  from zm.handed_on(p_run, p_task) $$;

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
