-- Firing events: what schedulers do at a due time, in the transaction that has locked the events' clocks.
set local role zm_owner;

-- Starts what an event starts; what cannot be started is told as the problem and keeps nothing else from starting.
-- The runs are the owner's.
create function zm.start_targets(e zm.event, p_due timestamptz, out runs bigint[], out problem text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  target text;
  task_name text;
  p zm.pipeline;
  first int[];
begin
  runs := '{}';
  foreach target in array e.targets loop
    task_name := nullif(split_part(target, '/', 2), '');
    select * into p from zm.pipeline x where x.owner_id = e.owner_id and x.name = split_part(target, '/', 1)
      and x.removed_at is null;
    first := array(select t.id from zm.task t
      where t.version_id = p.version_id and (task_name is null or t.name = task_name));
    if p.version_id is null then
      problem := concat_ws('; ', problem, format('no pipeline "%s"', split_part(target, '/', 1)));
    elsif first = '{}' then
      problem := concat_ws('; ', problem, format('no task "%s" in pipeline "%s"', task_name, p.name));
    else
      runs := runs || zm.start_tasks(e.owner_id, p.version_id,
        case when task_name is null then first else zm.following(first) end, e.args, p_event => e.id, p_due_at => p_due);
    end if;
  end loop;
  update zm.run r set created_by = (select u.rolname from zm.app_user u where u.id = e.owner_id) where r.id = any (runs);
end $$;

-- Fires one due time: starts, queues or skips, as the event's overlap says, and writes the ledger's row. Whoever calls
-- it holds the event's clock; should the due time be fired already all the same, the row's key refuses it, and with it
-- what was started.
create function zm.fire_once(p_event int, p_due timestamptz, p_outcome text, p_scheduler int)
  returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event;
  outcome text := p_outcome;
  problem text;
  runs bigint[] := '{}';
  live bigint;
begin
  select * into e from zm.event x where x.id = p_event;
  if exists (select from zm.app_user u where u.id = e.owner_id and u.disabled) then
    outcome := 'skipped';
    problem := 'its owner is disabled';
  elsif e.overlap <> 'allow' then
    select min(l.run_id) into live from zm.live_run l where l.event_id = e.id;
    if e.overlap = 'skip' and live is not null then
      outcome := 'skipped';
      problem := format('run %s still goes', live);
    elsif e.overlap = 'queue' and (live is not null or exists (select from zm.queued_fire q where q.event_id = e.id)) then
      outcome := case when (select count(*) from zm.queued_fire q where q.event_id = e.id) < 100 then 'queued' else 'skipped' end;
      problem := case outcome when 'queued' then coalesce(format('waits for run %s', live), 'waits for its turn')
        else '100 wait already' end;
    end if;
  end if;
  if outcome in ('started', 'caught_up') then
    select s.runs, s.problem into runs, problem from zm.start_targets(e, p_due) s;
    if problem is not null then outcome := 'failed'; end if;
  elsif outcome = 'queued' then
    insert into zm.queued_fire (event_id, due_at) values (e.id, p_due);
  end if;
  insert into zm.fire (event_id, due_at, owner_id, outcome, reason, runs, scheduler_id)
  values (e.id, p_due, e.owner_id, outcome, problem, runs, p_scheduler);
end $$;

-- Whether an error is one that the same statements may not meet later, and that belongs to what they do.
create function zm.is_lasting(p_state text) returns boolean language sql immutable as $$
  select left(p_state, 2) not in ('40', '53', '55', '57', '58', 'XX') $$;

-- The same, where an error is the ledger's.
create function zm.fire_safely(p_event int, p_due timestamptz, p_outcome text, p_scheduler int)
  returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.fire_once(p_event, p_due, p_outcome, p_scheduler);
exception
  when unique_violation then
    if not exists (select from zm.fire f where f.event_id = p_event and f.due_at = p_due) then raise; end if;
  when others then
    if not zm.is_lasting(sqlstate) then raise; end if;
    insert into zm.fire (event_id, due_at, owner_id, outcome, reason, scheduler_id)
    select p_event, p_due, e.owner_id, 'failed', sqlerrm, p_scheduler from zm.event e where e.id = p_event;
end $$;

-- A run of these events has ended: a scheduler starts the next of those that have some waiting. Only written down here,
-- without a key and so without waiting for anybody: to start it means to lock pipelines, and whoever ends runs holds
-- locks that those who hold pipelines wait for.
create function zm.start_queued(p_events int[]) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  insert into zm.event_turn (event_id)
  select e.id from zm.event e where e.id = any (p_events)
    and (e.overlap = 'queue' or exists (select from zm.queued_fire q where q.event_id = e.id));
  if found then perform pg_notify('zm_wake', ''); end if;
end $$;

-- What claim adds to a task run's environment; null if no event started its run. STRICT: of a task run outside of
-- pipelines nothing is looked up.
create function zm.event_environment(p_run bigint) returns jsonb language sql stable strict
  set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('ZM_EVENT', e.name,
    'ZM_DUE_AT', to_char(r.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
  from zm.run r join zm.event e on e.id = r.event_id where r.id = p_run $$;

-- For schedulers ----------------------------------------------------------------------------------------

-- Those of these events whose pipelines may be locked as a start locks them, and they are now: should somebody keep one
-- locked in a transaction of theirs, only its events wait.
create function zm.startable(p_events int[]) returns int[] language sql volatile set search_path = pg_catalog, pg_temp as $$
  with wanted as materialized (
    select e.id, p.id as pipeline_id
    from zm.event e cross join unnest(e.targets) t (name)
    join zm.pipeline p on p.owner_id = e.owner_id and p.name = split_part(t.name, '/', 1)
    where e.id = any (p_events)
  ), free as materialized (
    select p.id from zm.pipeline p where p.id in (select pipeline_id from wanted) order by p.id for share skip locked
  )
  select array(select i.id from unnest(p_events) with ordinality i (id, place)
    where not exists (select from wanted w where w.id = i.id and w.pipeline_id not in (select id from free))
    order by i.place) $$;

-- In how many milliseconds an event is due next, negative if it is overdue; null if none is. Events whose time zones
-- the caller does not know are not its own.
create function zm_sched.next_event(p_scheduler int, p_epoch bigint, p_unknown text[]) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  if exists (select from zm.event_turn) then return -1; end if;
  return (select ceil(extract(epoch from c.next_at - clock_timestamp()) * 1000)
    from zm.event_clock c join zm.event e on e.id = c.event_id
    where c.next_at is not null and e.timezone <> all (p_unknown) order by c.next_at limit 1);
end $$;

-- Starts what waited for a run that has ended, in the order in which it was due. Returns how many events had a turn.
create function zm_sched.start_queued(p_scheduler int, p_epoch bigint) returns int language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  ended int[];
  e zm.event;
  due timestamptz;
  s record;
begin
  perform zm.guard(p_scheduler, p_epoch);
  -- The turn of one that somebody fires or changes at this moment stays: what is queued now is seen then.
  ended := array(select c.event_id from zm.event_clock c
    where c.event_id in (select t.event_id from zm.event_turn t) order by c.event_id for update skip locked);
  ended := zm.startable(ended);
  if ended = '{}' then return 0; end if;
  delete from zm.event_turn t where t.event_id = any (ended);
  for e in select x.* from zm.event x where x.id = any (ended) order by x.id loop
    while not exists (select from zm.live_run l where l.event_id = e.id) loop
      delete from zm.queued_fire q where (q.event_id, q.due_at) = (
        select x.event_id, x.due_at from zm.queued_fire x where x.event_id = e.id order by x.due_at limit 1)
      returning q.due_at into due;
      exit when not found;
      if exists (select from zm.app_user u where u.id = e.owner_id and u.disabled) then
        update zm.fire f set outcome = 'skipped', reason = 'its owner is disabled', at = clock_timestamp()
        where f.event_id = e.id and f.due_at = due;
        continue;
      end if;
      begin
        select * into s from zm.start_targets(e, due);
      exception when others then
        if not zm.is_lasting(sqlstate) then raise; end if;
        select '{}'::bigint[] as runs, sqlerrm as problem into s;
      end;
      update zm.fire f set outcome = case when s.problem is null then 'started' else 'failed' end,
        reason = coalesce(s.problem, 'waited for its turn'), runs = s.runs, scheduler_id = p_scheduler,
        at = clock_timestamp()
      where f.event_id = e.id and f.due_at = due;
    end loop;
  end loop;
  return cardinality(ended);
end $$;

-- The events that are to be fired or reckoned by now, locked, the most overdue first; those that another scheduler has
-- locked are its own. Seconds and milliseconds are since 1970; after_s: their next due time is the first after that.
create function zm_sched.due_events(p_scheduler int, p_epoch bigint, p_limit int, p_unknown text[])
  returns table (event_id int, owner name, name text, generation int, definition text, next_due_s bigint, after_s bigint,
    now_ms bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  locked int[];
begin
  perform zm.guard(p_scheduler, p_epoch);
  locked := array(
    select c.event_id from zm.event_clock c join zm.event e on e.id = c.event_id
    where c.next_at <= clock_timestamp() and e.timezone <> all (p_unknown)
    order by c.next_at limit p_limit for update of c skip locked);
  locked := zm.startable(locked);
  -- A look of its own: what was changed before the lock is seen.
  return query
  select e.id, u.rolname, e.name, e.generation, zm.event_json(e.id)::text, floor(extract(epoch from c.next_due))::bigint,
    floor(extract(epoch from greatest(c.planned_from, c.last_due)))::bigint,
    floor(extract(epoch from clock_timestamp()) * 1000)::bigint
  from unnest(locked) i (id) join zm.event_clock c on c.event_id = i.id join zm.event e on e.id = i.id
  join zm.app_user u on u.id = e.owner_id
  order by c.next_at;
end $$;

-- Fires due times of events that due_events has locked in this transaction: an element for each, those of one event in
-- order. p_outcome is what is meant to come of it: 'started', 'caught_up', or 'missed' for p_count due times from p_due_s
-- to p_until_s. Tells of which something could not be started.
create function zm_sched.fire(p_scheduler int, p_epoch bigint, p_event int[], p_due_s bigint[], p_outcome text[],
    p_count int[], p_until_s bigint[]) returns table (owner name, event text, due_at text, reason text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  perform zm.ensure_fires(to_timestamp(min(d))) from unnest(p_due_s) d
  group by floor(zm.day_number(to_timestamp(d)) / 7.0);
  insert into zm.fire (event_id, due_at, owner_id, outcome, scheduler_id, count, until_due)
  select e.id, to_timestamp(i.due), e.owner_id, 'missed', p_scheduler, i.count, to_timestamp(i.until)
  from unnest(p_event, p_due_s, p_outcome, p_count, p_until_s) i (event, due, outcome, count, until)
  join zm.event e on e.id = i.event where i.outcome = 'missed'
  on conflict do nothing;
  -- A subtransaction for each costs; so one for all, and only should something go wrong in it one for each.
  begin
    perform zm.fire_once(i.event, to_timestamp(i.due), i.outcome, p_scheduler)
    from unnest(p_event, p_due_s, p_outcome) i (event, due, outcome) where i.outcome <> 'missed';
  exception when others then
    if not zm.is_lasting(sqlstate) then raise; end if;
    perform zm.fire_safely(i.event, to_timestamp(i.due), i.outcome, p_scheduler)
    from unnest(p_event, p_due_s, p_outcome) i (event, due, outcome) where i.outcome <> 'missed';
  end;
  return query
  select u.rolname, e.name, to_char(f.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), f.reason
  from unnest(p_event, p_due_s) i (event, due) join zm.fire f on f.event_id = i.event and f.due_at = to_timestamp(i.due)
  join zm.event e on e.id = f.event_id join zm.app_user u on u.id = e.owner_id
  where f.outcome = 'failed';
end $$;

-- What was reckoned for events that due_events has locked in this transaction: the last due time that is fired or
-- missed (null for none), the next one and when to fire it (null if none comes any more), and why that is not known.
create function zm_sched.plan_events(p_scheduler int, p_epoch bigint, p_event int[], p_last_due_s bigint[],
    p_next_due_s bigint[], p_next_at_ms bigint[], p_problem text[]) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  update zm.event_clock c set last_due = coalesce(to_timestamp(i.last_due), c.last_due),
    next_due = to_timestamp(i.next_due), next_at = to_timestamp(i.next_at / 1000.0), problem = i.problem
  from unnest(p_event, p_last_due_s, p_next_due_s, p_next_at_ms, p_problem) i (event, last_due, next_due, next_at, problem)
  where c.event_id = i.event;
end $$;

-- Pinned, as what else schedulers do.
reset role;
do $$
declare
  f regprocedure;
begin
  for f in select unnest(array['zm_sched.next_event', 'zm_sched.start_queued', 'zm_sched.due_events', 'zm_sched.fire',
      'zm_sched.plan_events', 'zm.start_queued', 'zm.startable']::regproc[])::oid::regprocedure loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
    execute format('alter function %s set enable_seqscan = off', f);
    execute format('alter function %s set jit = off', f);
  end loop;
  -- Whatever else somebody keeps locked must not keep a scheduler from all its other work.
  alter function zm_sched.fire set lock_timeout = '1s';
  alter function zm_sched.start_queued set lock_timeout = '1s';
end $$;
grant execute on function zm_sched.next_event, zm_sched.start_queued, zm_sched.due_events, zm_sched.fire,
  zm_sched.plan_events to zm_scheduler;
