-- What people do to work that was started: pause, resume, hold, release, stop, and run again. An intent is written
-- (task_run.want) and a scheduler carries it out; what no worker has yet is decided here, at once.
set local role zm_owner;

-- The state that a verb gives to a task run that no worker has; null where it leaves it as it is.
create function zm.state_by(p_verb text, p_state smallint) returns smallint language sql immutable as $$
  select case
    when p_verb in ('pause', 'hold') and p_state = 1 then 2::smallint
    when p_verb in ('resume', 'release') and p_state = 2 then 1::smallint
    when p_verb in ('stop', 'kill') and p_state in (0, 1, 2) then 13::smallint end $$;

-- What a verb makes people want of a task run in that state; null where it leaves that as it is.
create function zm.want_by(p_verb text, p_state smallint, p_want smallint) returns smallint language sql immutable as $$
  select case
    when p_verb in ('pause', 'hold') and p_state in (0, 1, 2) then 1::smallint
    when p_verb in ('resume', 'release') and p_state in (0, 1, 2) then 0::smallint
    when p_verb = 'pause' and p_state in (3, 4, 5) and p_want not in (3, 4) then 1::smallint
    when p_verb = 'resume' and p_state in (3, 4, 5) and (p_want = 1 or p_state = 5) then 2::smallint
    when p_verb = 'stop' and p_state in (3, 4, 5) then greatest(p_want, 3::smallint)
    when p_verb = 'kill' and p_state in (3, 4, 5, 6) then 4::smallint end $$;

-- Whether a verb still has something to do to a task run. Of what is under way it is done with the intent.
create function zm.is_open_to(p_verb text, p_state smallint, p_want smallint) returns boolean language sql immutable as $$
  select zm.state_by(p_verb, p_state) is not null or coalesce(zm.want_by(p_verb, p_state, p_want) <> p_want, false) $$;

-- Writes an intent for those of these task runs that a worker has: 'pausing', 'resuming', 'stopping'. Locks as
-- schedulers do: under way, then task run, both by number.
create function zm.ask(p_verb text, p_ids bigint[]) returns table (effect text, count bigint)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from unnest(p_ids) i (id) join zm.inflight x on x.task_run_id = i.id order by x.task_run_id for update of x;
  perform from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id where t.state between 3 and 6 order by t.id for update of t;
  return query with wanted as (
    update zm.task_run t set want = case when t.is_fan and p_verb = 'resume' then 0 else zm.want_by(p_verb, t.state, t.want) end,
      state = case when p_verb in ('stop', 'kill') and t.state in (4, 5) then 6 else t.state end
    from unnest(p_ids) i (id)
    where t.id = i.id and t.state between 3 and 6 and zm.want_by(p_verb, t.state, t.want) <> t.want
    returning t.id, t.want
  ), asked as (
    update zm.inflight x set want = w.want from wanted w where x.task_run_id = w.id
  )
  select case w.want when 1 then 'pausing' when 0 then 'resuming' when 2 then 'resuming' else 'stopping' end, count(*) from wanted w group by 1;
  if found then perform pg_notify('zm_wake', ''); end if;
end $$;

-- Decides on those of these task runs that no worker has: 'held', 'queued', 'stopped', or 'waiting' for a mark that
-- counts later.
create function zm.decide(p_verb text, p_ids bigint[]) returns table (effect text, count bigint)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  moved bigint[];
  runs bigint[];
  tasks bigint[];
  marked bigint;
begin
  -- As advance does, so that nothing gets ready meanwhile; of a batch there is nothing that could.
  perform from zm.run r where r.id in (
    select t.run_id from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id where t.task_id is not null)
  order by r.id for no key update;
  -- What waits for its time may come into the queue at this moment: it is met there.
  if p_verb not in ('resume', 'release') then
    delete from zm.delayed d using unnest(p_ids) i (id) where d.task_run_id = i.id;
    delete from zm.queue q using unnest(p_ids) i (id) join zm.task_run t on t.id = i.id
    where q.owner_id = t.owner_id and q.class_id = t.class_id and q.rank = -t.priority and q.task_run_id = i.id;
  end if;
  -- A row of the queue that a claim has locked was waited for and is gone now, and its task run is under way.
  with changed as (
    update zm.task_run t set state = coalesce(zm.state_by(p_verb, t.state), t.state),
      want = coalesce(zm.want_by(p_verb, t.state, t.want), t.want),
      finished_at = case when zm.state_by(p_verb, t.state) = 13 then clock_timestamp() end,
      reason = case zm.state_by(p_verb, t.state) when 13 then 'stopped by ' || session_user when 2 then 'held by ' || session_user
        when 1 then null else t.reason end
    from unnest(p_ids) i (id)
    where t.id = i.id and t.state between 0 and 2 and zm.is_open_to(p_verb, t.state, t.want)
    returning t.id, t.run_id, t.task_id, t.state
  )
  select array_agg(id) filter (where state in (1, 2, 13)), count(*) filter (where state = 0),
    array_agg(distinct run_id) filter (where state = 13 and task_id is not null),
    array_agg(id) filter (where state = 13 and task_id is not null)
  into moved, marked, runs, tasks from changed;
  if p_verb in ('resume', 'release') then perform zm.requeue(moved, false); end if;
  if runs is not null then perform zm.advance(runs, tasks); end if;
  return query select 'waiting', marked where marked > 0;
  return query select case when p_verb in ('pause', 'hold') then 'held' when p_verb in ('stop', 'kill') then 'stopped'
    else 'queued' end, cardinality(moved)::bigint where moved is not null;
end $$;

-- Carries a verb out on these task runs, and tells how many it moved to what.
create function zm.carry_out(p_verb text, p_ids bigint[]) returns table (effect text, count bigint)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  fans bigint[] := array(select t.id from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id where t.is_fan);
  batch bigint[];
  others bigint[];
  over bigint[];
begin
  -- What a scheduler claimed or gave back since the look before, and items that it made, are met in the next round.
  -- (Should a round meet a scheduler that waits for a run of the round before, one of both is told of a deadlock and
  -- begins again.)
  for round in 1..10 loop
    select array_agg(t.id order by t.id) filter (where t.task_id is null and t.state < 3),
      array_agg(t.id order by t.id) filter (where t.task_id is not null or t.state >= 3)
    into batch, others
    from (
      select unnest(p_ids) as id
      union select c.id from unnest(fans) f join zm.task_run c on c.parent_id = f and c.id > f and c.state < 10) i
    join zm.task_run t on t.id = i.id where zm.is_open_to(p_verb, t.state, t.want);
    exit when batch is null and others is null;
    -- A batch may have a million that wait. No scheduler waits for these, so they come before the few that it does.
    if batch is not null then return query select * from zm.decide(p_verb, batch); end if;
    if others is not null then
      return query select * from zm.ask(p_verb, others);
      return query select * from zm.decide(p_verb, others);
    end if;
  end loop;
  -- Tasks that are repeated over items go on with further ones, or have none left that would end them.
  if p_verb not in ('pause', 'hold') and fans <> '{}' then
    perform from zm.run r where r.id in (select t.run_id from unnest(fans) i (id) join zm.task_run t on t.id = i.id)
    order by r.id for no key update;
    over := zm.fan_on(fans);
    if over <> '{}' then perform zm.advance(array(select distinct run_id from zm.task_run where id = any (over)), over); end if;
  end if;
end $$;

-- The task runs that these numbers of task runs and runs name, without those that have ended. Whoever may not touch one
-- is told that it is not there, as if it were not.
create function zm.targets(p_ids bigint[]) returns bigint[] language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  missing bigint;
begin
  select i.id into missing from unnest(p_ids) i (id)
  where not exists (select from zm.task_run t where t.id = i.id and (t.owner_id = me
      or zm.may_operate(t.owner_id, (select r.pipeline_id from zm.run r where r.id = t.run_id))))
    and not exists (select from zm.run r where r.id = i.id and (r.owner_id = me or zm.may_operate(r.owner_id, r.pipeline_id)));
  if found then
    raise exception 'no task run or run %', missing using errcode = 'ZM003', hint = 'zmctl list shows yours.';
  end if;
  return array(
    with named as (
      select t.id, t.is_fan from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id where t.state < 10
      union
      select t.id, t.is_fan from unnest(p_ids) i (id) join zm.run r on r.id = i.id
      join zm.task_run t on t.run_id = i.id and t.id between zm.first_id(i.id) and zm.last_id(i.id) where t.state < 10
    )
    select id from named
    union -- items of a task may be made long after its run
    select c.id from named n join zm.task_run c on c.parent_id = n.id and c.id > n.id where n.is_fan and c.state < 10);
end $$;

create function zm.check_verb(p_verb text) returns void language plpgsql immutable as $$
begin
  if p_verb is null or p_verb not in ('pause', 'resume', 'hold', 'release', 'stop', 'kill') then
    raise exception 'a verb is pause, resume, hold, release, stop or kill, not "%"', p_verb using errcode = 'ZM004';
  end if;
end $$;

-- Does a verb to task runs and to all task runs of runs, by their numbers:
--   pause    running ones stand still, all others are held once they would run;  resume takes both back
--   hold     the same for those that do not run;  release takes it back
--   stop     TERM, the grace of the program, KILL;  kill the same without the grace;  what does not run is stopped at once
-- Tells how many task runs it moved to what; no row if there was nothing to do.
create function zm_api.control(p_verb text, p_ids bigint[]) returns table (effect text, count bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.check_verb(p_verb);
  perform zm.ensure_week(clock_timestamp());
  -- First, so that nothing comes in after the look for what is there.
  return query select effect, count from zm.control_submissions(p_verb, p_ids);
  return query select effect, sum(count)::bigint from zm.carry_out(p_verb, zm.targets(p_ids)) group by effect;
  -- A row for each whose they are, for each reads what was done to theirs.
  perform zm.note(p_verb, 'task_run', array_to_string(o.ids[1:100], ' ') || case when cardinality(o.ids) > 100 then ' …' else '' end,
    null, o.owner_id)
  from (
    select x.owner_id, array_agg(i.id order by i.n) as ids
    from unnest(p_ids) with ordinality i (id, n)
    cross join lateral (
      select owner_id from zm.run where id = i.id union select owner_id from zm.task_run where id = i.id) x
    group by x.owner_id) o;
end $$;

-- The same for a pipeline: its runs that go on, and with pause and hold those that will begin, until resume or release.
create function zm_api.control_pipeline(p_verb text, p_pipeline text) returns table (effect text, count bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  p zm.pipeline := zm.pipeline_to_operate(p_pipeline);
  is_to_pause boolean := p_verb in ('pause', 'hold');
begin
  perform zm.check_verb(p_verb);
  select * into p from zm.pipeline x where x.id = p.id for no key update;
  if p_verb not in ('stop', 'kill') and p.is_paused <> is_to_pause then
    update zm.pipeline x set is_paused = is_to_pause, paused_by = case when is_to_pause then session_user end where x.id = p.id;
    return query select case when is_to_pause then 'pipeline_paused' else 'pipeline_resumed' end, 1::bigint;
  end if;
  return query select effect, sum(count)::bigint
  from zm.carry_out(p_verb, zm.targets(array(select run_id from zm.live_run where pipeline_id = p.id))) group by effect;
  perform zm.note(p_verb, 'pipeline', p.name, null, p.owner_id);
end $$;

-- Of how many task runs their workers have not proven yet what a verb asked of them: of these numbers of task runs and
-- runs and of these pipelines of the caller.
create function zm_api.unproven(p_verb text, p_ids bigint[], p_pipelines text[]) returns bigint
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  pipelines int[] := array(select (zm.pipeline_to_operate(n)).id from unnest(p_pipelines) n);
begin
  perform zm.check_verb(p_verb);
  return (
    select count(*) from zm.inflight x join zm.task_run t on t.id = x.task_run_id join zm.run r on r.id = t.run_id
    where x.want <> 0
      and x.want = any (case p_verb when 'pause' then array[1] when 'resume' then array[2] else array[3, 4] end)
      and (t.id = any (p_ids) or r.id = any (p_ids) or r.pipeline_id = any (pipelines))
      and zm.may_operate(r.owner_id, r.pipeline_id));
end $$;

-- Again ---------------------------------------------------------------------------------------------------

-- A batch of the same programs with the same arguments.
create function zm.rerun_batch(p_owner int, p_name text, p_ids bigint[], p_source bigint, p_latest boolean) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r bigint;
begin
  perform zm.ensure_week(clock_timestamp());
  r := zm.new_id();
  insert into zm.run (id, owner_id, name, total, rerun_of) values (r, p_owner, p_name, cardinality(p_ids), p_source);
  with made as materialized (
    select zm.new_id() as id, x.source, x.name, x.priority, g.id as program_id, g.attempts,
      zm.class_of(null, g.labels, g.resources) as class_id
    from (
      select t.id as source, t.name, t.priority, coalesce((select m.program_id from zm.template m
        where p_latest and m.owner_id = t.owner_id and m.name = t.name and m.removed_at is null), t.program_id) as program_id
      from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id) x
    join zm.program g on g.id = x.program_id
  ), runs as (
    insert into zm.task_run (id, run_id, owner_id, program_id, name, state, priority, class_id, max_attempts)
    select made.id, r, p_owner, made.program_id, made.name, 1, made.priority, made.class_id, made.attempts from made
  ), specified as (
    insert into zm.task_spec (task_run_id, args)
    select made.id, s.args from made join zm.task_spec s on s.task_run_id = made.source
  )
  insert into zm.queue (owner_id, class_id, rank, task_run_id) select p_owner, class_id, -priority, id from made;
  return r;
end $$;

-- These tasks and what follows them, as far as it can start: what comes of links from tasks that are left out is what came
-- of them in that run, and where these alone keep a task from starting they keep it from starting again.
create function zm.repeated(p_tasks int[], p_run bigint) returns int[] language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
declare
  part int[] := zm.following(p_tasks);
  fewer int[];
begin
  loop
    fewer := array(select t.id from unnest(part) p join zm.task t on t.id = p where t.id = any (p_tasks) or (
      select zm.state_by_join(t.join_rule, t.join_count, count(*), count(o.state), count(*) filter (where o.taken),
        count(*) filter (where o.failed), count(*) filter (where o.state = 13)) is distinct from 15
      from zm.link l join zm.task f on f.id = l.from_task
      left join lateral (
        select o.state, zm.is_taken_after(l.condition, l.expression, o) as taken,
          o.state in (11, 12, 14) or (o.state = 15 and o.upstream_failed) as failed
        from zm.task_run o
        where l.from_task <> all (part) and o.run_id = p_run and o.name = f.name and o.item is null and o.state >= 10
          and o.id between zm.first_id(p_run) and zm.last_id(p_run)) o on true
      where l.to_task = t.id and l.is_enabled and (l.from_task = any (part) or o.state is not null)));
    exit when cardinality(fewer) = cardinality(part);
    part := fewer;
  end loop;
  return part;
end $$;

-- Runs again, as a new run with the same arguments: a task run alone; with p_mode 'from' what follows it, too; of a run
-- all, or with p_mode 'failed' what failed, ran out of time, was lost or stopped, and all that follows that. What the
-- tasks left out handed on is kept. The definition is that of the first time, or with p_latest the one of now.
-- Returns the new run.
create function zm_api.rerun(p_id bigint, p_mode text default 'alone', p_latest boolean default false) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  t zm.task_run;
  s zm.run;
  v int;
  chosen bigint[];
  tasks int[];
  missing text;
  r bigint;
begin
  if p_mode is null or p_mode not in ('alone', 'from', 'failed') then
    raise exception 'a mode is alone, from or failed, not "%"', p_mode using errcode = 'ZM004';
  end if;
  select * into t from zm.task_run x where x.id = p_id;
  select * into s from zm.run x where x.id = coalesce(t.run_id, p_id);
  if not found or not zm.may_operate(s.owner_id, s.pipeline_id) then
    raise exception 'no task run or run %', p_id using errcode = 'ZM003', hint = 'zmctl list shows yours.';
  end if;
  if t.item is not null then
    raise exception '% is an item of task run %', p_id, t.parent_id
      using errcode = 'ZM004', hint = format('Run all its items again: zmctl rerun %s.', t.parent_id);
  elsif p_mode = 'failed' and t.id is not null then
    raise exception '% is a task run, and only of a run the failed ones can be run again', p_id
      using errcode = 'ZM004', hint = format('Its run is %s.', s.id);
  elsif p_mode = 'from' and t.id is null then
    raise exception '% is a run, and a rerun begins from a task run', p_id
      using errcode = 'ZM004', hint = format('zmctl show %s lists its task runs.', p_id);
  end if;
  chosen := array(select x.id from zm.task_run x
    where x.run_id = s.id and x.item is null and x.id between zm.first_id(s.id) and zm.last_id(s.id)
      and case when t.id is not null then x.id = t.id when p_mode = 'failed' then x.state in (11, 12, 13, 14) else true end
    order by x.id);
  if (s.is_open and t.id is null) or exists (select from zm.task_run x
      where x.run_id = s.id and x.id between zm.first_id(s.id) and zm.last_id(s.id) and x.state < 10
        and (t.id is null or x.id = t.id)) then
    raise exception '% has not ended', p_id using errcode = 'ZM005', hint = format('Wait for it or stop it: zmctl stop %s.', p_id);
  end if;
  if chosen = '{}' then
    raise exception 'nothing in run % has failed', s.id using errcode = 'ZM005';
  end if;
  if s.version_id is null then
    r := zm.rerun_batch(s.owner_id, s.name, chosen, s.id, p_latest);
  else
    v := case when p_latest then (select p.version_id from zm.pipeline p join zm.pipeline_version x on x.pipeline_id = p.id
      where x.id = s.version_id) else s.version_id end;
    select x.name into missing from unnest(chosen) i (id) join zm.task_run x on x.id = i.id
    where not exists (select from zm.task k where k.version_id = v and k.name = x.name);
    -- A whole run is taken as it would be now.
    if found and (t.id is not null or p_mode = 'failed') then
      raise exception 'pipeline "%" has no task "%" any more', s.name, missing
        using errcode = 'ZM005', hint = 'Without --latest it runs as it was.';
    end if;
    tasks := array(select k.id from unnest(chosen) i (id) join zm.task_run x on x.id = i.id
      join zm.task k on k.version_id = v and k.name = x.name);
    if p_mode <> 'alone' or t.id is null then tasks := zm.repeated(tasks, s.id); end if;
    if t.id is null then
      -- A run of a part of its pipeline is again one of that part, and of what the definition of now has beside the old one.
      tasks := array(select k.id from zm.task k where k.id = any (tasks) and (
        exists (select from zm.task_run x
          where x.run_id = s.id and x.name = k.name and x.item is null and x.id between zm.first_id(s.id) and zm.last_id(s.id))
        or not exists (select from zm.task o where o.version_id = s.version_id and o.name = k.name)));
    end if;
    r := zm.start_tasks(s.owner_id, v, tasks, '{}', s.id, p_latest);
    update zm.run x set event_id = s.event_id, due_at = s.due_at where x.id = r and s.event_id is not null;
  end if;
  perform zm.check_queue(s.owner_id);
  perform zm.note('rerun', case when t.id is null then 'run' else 'task_run' end, p_id::text,
    jsonb_build_object('run', r, 'mode', p_mode, 'latest', p_latest), s.owner_id);
  return r;
end $$;

-- Held by whoever wants to be woken on channel zm_change; ends with the connection.
create function zm_api.watch() returns void language sql volatile security definer
  set search_path = pg_catalog, pg_temp as $$ select pg_advisory_lock_shared(7704, 0) $$;

reset role;
grant execute on function zm_api.watch to zm_viewer;
grant execute on all functions in schema zm_api to zm_user, zm_admin;

-- Probes by key, whatever the statistics say: with another plan, to stop 50,000 task runs took minutes instead of a second.
do $$
declare
  f regprocedure;
begin
  for f in select unnest(array['zm.targets', 'zm.ask', 'zm.decide', 'zm.carry_out']::regproc[])::oid::regprocedure loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
    execute format('alter function %s set enable_seqscan = off', f);
    execute format('alter function %s set enable_hashjoin = off', f);
    execute format('alter function %s set enable_mergejoin = off', f);
    execute format('alter function %s set jit = off', f);
  end loop;
end $$;
