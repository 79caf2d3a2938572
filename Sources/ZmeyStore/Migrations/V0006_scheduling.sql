-- What schedulers do, each in one round trip for hundreds of task runs. Every function but acquire takes
-- the scheduler's epoch and refuses an old one (ZM001).
set local role zm_owner;

-- Takes the name for this session. Two locks:
--   session lock 7702: held as long as the connection lives, so a second process is refused at once and a
--                      killed one frees the name with its socket, with no lease to wait for;
--   7701, exclusive:   waits until no transaction of the epoch before is under way.
create function zm_sched.acquire(p_name text, p_address text, p_host text, p_pid int, p_version text, p_certificate bytea,
    out scheduler_id int, out epoch bigint) language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.scheduler;
begin
  select * into s from zm.scheduler x where x.name = p_name;
  if not found then
    raise exception 'no scheduler "%" is registered', p_name
      using errcode = 'ZM003', hint = format('Register it: zmctl scheduler add %s', p_name);
  end if;
  if not pg_try_advisory_lock(7702, s.id) then
    raise exception 'scheduler "%" is already running (pid % on %)', p_name, s.pid, s.host
      using errcode = 'ZM005', hint = 'Stop it first, or take another name.';
  end if;
  perform pg_advisory_xact_lock(7701, s.id);
  insert into zm.scheduler_sleep values (s.id, true) on conflict on constraint scheduler_sleep_pkey do update set asleep = true;
  update zm.scheduler x set epoch = x.epoch + 1, address = p_address, host = p_host, pid = p_pid,
    version = p_version, certificate = p_certificate, started_at = clock_timestamp(), stopped_at = null, backend_pid = pg_backend_pid()
  where x.id = s.id returning x.id, x.epoch into scheduler_id, epoch;
  -- Whatever the process before left as seen: from here on only what this one sees counts.
  update zm.worker_status t set connected = false, busy = 0 from zm.worker w
  where w.id = t.worker_id and w.scheduler_id = s.id and t.connected;
  perform zm.ensure_week(clock_timestamp()), zm.ensure_week(clock_timestamp() + interval '7 days');
  -- A person's transaction that is left open must not hold up everybody's work: see clear_way.
  perform set_config('lock_timeout', '5s', false);
end $$;

create function zm.guard(p_scheduler int, p_epoch bigint) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock_shared(7701, p_scheduler);
  -- A new snapshot after the lock: an acquire that we waited for is seen.
  if not exists (select from zm.scheduler where id = p_scheduler and epoch = p_epoch) then
    raise exception 'this scheduler''s name was taken by another process' using errcode = 'ZM001';
  end if;
end $$;

create function zm_sched.release(p_scheduler int, p_epoch bigint) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  update zm.scheduler set stopped_at = clock_timestamp() where id = p_scheduler;
  update zm.scheduler_sleep set asleep = false where scheduler_id = p_scheduler and asleep;
  update zm.worker_status s set connected = false, busy = 0 from zm.worker w
  where w.id = s.worker_id and w.scheduler_id = p_scheduler and s.connected;
end $$;

-- Every limit on task runs of an owner and a class: how much of it one more needs, how much is free. What runs is what
-- schedulers have under way, so no count can go wrong.
create function zm.limits_on(p_owner int, p_class int)
  returns table (key text, kind text, name text, needed int, free bigint, total int)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select 'user ' || u.id, 'user', u.rolname::text, 1,
    u.task_limit - (select count(*) from zm.inflight where owner_id = u.id), u.task_limit
  from zm.app_user u where u.id = p_owner and u.task_limit is not null
  union all
  select 'pipeline ' || p.id, 'pipeline', p.name, 1,
    v.task_limit - (select count(*) from zm.class y join zm.inflight x on x.class_id = y.id where y.pipeline_id = p.id), v.task_limit
  from zm.class c join zm.pipeline p on p.id = c.pipeline_id join zm.pipeline_version v on v.id = p.version_id
  where c.id = p_class and v.task_limit is not null
  union all
  select 'resource ' || n.key, 'resource', n.key, n.value::int, coalesce(r.amount, 0)
    - (select coalesce(sum((y.resources ->> n.key)::int), 0) from zm.class y join zm.inflight x on x.class_id = y.id
       where y.resources ? n.key), coalesce(r.amount, 0)
  from zm.class c cross join jsonb_each_text(c.resources) n left join zm.resource r on r.name = n.key
  where c.id = p_class $$;

-- What a claim may take. Rows of the queue are locked, and stay where they are.
create type zm.pick as (row tid, task_run_id bigint, worker_id int);

-- Of one owner, and nothing but slots limits it: the head of the queue.
create function zm.pick_head(p_owner int, p_slots int[]) returns zm.pick[] language sql
  set search_path = pg_catalog, pg_temp as $$
  select array_agg((h.row, h.task_run_id, p_slots[h.place])::zm.pick order by h.place)
  from (
    select k.row, k.task_run_id, row_number() over () as place, sum(k.input_bytes) over (rows unbounded preceding) as bytes
    from (select q.ctid as row, q.task_run_id, q.input_bytes from zm.queue q
          where q.owner_id = p_owner and q.class_id = 0
          order by q.rank, q.task_run_id limit cardinality(p_slots) for update skip locked) k) h
  where h.place = 1 or h.bytes <= 67108864 $$;

-- Among several owners and classes: who has least under way comes first, then priority, then age; what a limit does not
-- allow, or no free worker has the labels for, stays behind and stands in nobody's way. One claim at a time decides so.
create function zm.pick_fairly(p_owners int[], p_classes int[], p_slots int[]) returns zm.pick[] language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  places int := cardinality(p_slots);
  needs jsonb[];
  rooms bigint[];
  rest jsonb;
  slots int[] := p_slots;
  place int;
  bytes bigint := 0;
  picks zm.pick[] := '{}';
  candidate record;
  demand record;
begin
  perform pg_advisory_xact_lock(7705, 0);
  with pairs as (
    select * from unnest(p_owners, p_classes) with ordinality as p (owner, class, n)
  ), limits as materialized (
    select p.n, x.* from pairs p cross join lateral zm.limits_on(p.owner, p.class) x
  )
  select array_agg((select jsonb_object_agg(key, needed) from limits l where l.n = p.n) order by n),
    array_agg((select case when min(l.total / l.needed) > 0 then greatest(min(l.free / l.needed), 1) else 0 end
      from limits l where l.n = p.n having count(*) > 0) order by n),
    (select jsonb_object_agg(key, l.free) from limits l)
  into needs, rooms, rest from pairs p;
  for candidate in
    with pairs as (
      select owner, class, need, greatest(least(room, places), 0) as room, (select labels from zm.class where id = class) as labels
      from unnest(p_owners, p_classes, needs, rooms) as p (owner, class, need, room)
    ), served as ( -- the others need not be looked at
      select * from pairs p where coalesce(p.labels, '{}') = '{}'
        or exists (select from zm.worker w where w.id = any (p_slots) and w.labels @> p.labels)
    ), load as (
      select owner_id, count(*) as running from zm.inflight group by owner_id
    ), heads as (
      select p.*, k.*
      from served p cross join lateral (
        select q.ctid as row, q.task_run_id, q.rank, q.input_bytes from zm.queue q
        where q.owner_id = p.owner and q.class_id = p.class
        order by q.rank, q.task_run_id limit p.room for update skip locked) k
    )
    select h.*, row_number() over (partition by h.owner order by h.rank, h.task_run_id) + coalesce(load.running, 0) as turn
    from heads h left join load on load.owner_id = h.owner order by turn, h.owner
  loop
    exit when slots = '{}';
    -- The worker that comes first of those that have what it asks for.
    place := case when coalesce(candidate.labels, '{}') = '{}' then 1 else (
      select min(n) from unnest(slots) with ordinality s (worker, n)
      where exists (select from zm.worker w where w.id = s.worker and w.labels @> candidate.labels)) end;
    continue when place is null;
    if exists (select from jsonb_each_text(candidate.need) n where (rest ->> n.key)::bigint < n.value::int) then
      -- Nobody behind it takes what it waits for, or one that needs much would wait for ever.
      select rest || jsonb_object_agg(n.key, 0) into rest
      from jsonb_each_text(candidate.need) n where (rest ->> n.key)::bigint < n.value::int;
      continue;
    end if;
    bytes := bytes + candidate.input_bytes;
    exit when picks <> '{}' and bytes > 67108864;
    for demand in select key, value::int from jsonb_each_text(candidate.need) loop
      rest := jsonb_set(rest, array[demand.key], to_jsonb((rest ->> demand.key)::bigint - demand.value));
    end loop;
    picks := picks || (candidate.row, candidate.task_run_id, slots[place])::zm.pick;
    slots := slots[:place - 1] || slots[place + 1:];
  end loop;
  return picks;
end $$;

-- Claims task runs for free slots: p_slots names a worker for each, in the order in which they are to be
-- filled. Fewer rows than slots come back when the queue is shorter, when limits or labels do not allow more, when other
-- schedulers claim at the same moment, or when what is handed on to them would be
-- more than 64 MiB (the first comes however large it is). The scheduler then counts as asleep and is notified of
-- what is queued next; as long as it gets something it asks again by itself.
-- Nothing comes for a worker that is drained, or if the scheduler is paused. Whoever changes that holds lock 7706 and so
-- waits for claims under way; until it is done nothing is claimed.
create function zm_sched.claim(p_scheduler int, p_epoch bigint, p_slots int[])
  returns table (task_run_id bigint, run_id bigint, attempt int, nonce uuid, worker_id int, owner name, name text,
    pipeline text, script_sha256 bytea, maximum_ms bigint, max_output bigint, args text[], passes text[],
    results bytea[], program_id int, grace_ms bigint, launch text, environment text) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  claimed int := 0;
  moment timestamptz := clock_timestamp();
  owners int[];
  classes int[];
  picks zm.pick[];
  slots int[] := '{}';
begin
  perform zm.guard(p_scheduler, p_epoch);
  if pg_try_advisory_xact_lock_shared(7706, p_scheduler) then
    -- A new snapshot after the lock.
    select case when not exists (select from zm.worker w where w.id = any (p_slots) and w.drained_at is not null) then p_slots
      else array(select s.worker from unnest(p_slots) with ordinality s (worker, n)
        where not exists (select from zm.worker w where w.id = s.worker and w.drained_at is not null) order by s.n) end
    into slots from zm.scheduler h where h.id = p_scheduler and h.paused_at is null;
    slots := coalesce(slots, '{}');
  end if;
  if exists (select from zm.delayed where due_at <= moment) then perform zm.promote(); end if;
  with recursive pairs (owner_id, class_id) as ( -- a loose index scan: one probe a pair
    (select q.owner_id, q.class_id from zm.queue q order by q.owner_id, q.class_id limit 1)
    union all
    select n.owner_id, n.class_id from pairs p cross join lateral (
      select q.owner_id, q.class_id from zm.queue q where (q.owner_id, q.class_id) > (p.owner_id, p.class_id)
      order by q.owner_id, q.class_id limit 1) n
  )
  select array_agg(owner_id), array_agg(class_id) into owners, classes from pairs where slots <> '{}';
  if classes = array[0] and not exists (select from zm.app_user where id = owners[1] and task_limit is not null) then
    picks := zm.pick_head(owners[1], slots);
  elsif owners is not null then
    picks := zm.pick_fairly(owners, classes, slots);
  end if;
  if cardinality(picks) > 0 then
    return query
    with picked as materialized (
      select row, task_run_id, worker_id from unnest(picks)
    ), gone as ( -- their rows are locked; = ANY (ARRAY …) is a TID scan whatever the statistics say
      delete from zm.queue q where q.ctid = any (array(select row from picked))
    ), assigned as (
      update zm.task_run t set state = 3, attempt = t.attempt + 1, scheduler_id = p_scheduler,
        worker_id = p.worker_id, started_at = null, progress = null, paused_at = null, paused_ms = 0, want = 0,
        exit_code = null, signal = null, reason = null
      from picked p where t.id = p.task_run_id and t.state = 1
      returning t.id, t.run_id, t.attempt, t.worker_id, t.owner_id, t.name, t.task_id, t.program_id, t.class_id, t.item,
        gen_random_uuid() as nonce
    ), fenced as (
      insert into zm.inflight (task_run_id, scheduler_id, worker_id, owner_id, class_id, attempt, nonce)
      select id, p_scheduler, worker_id, owner_id, class_id, attempt, nonce from assigned
    )
    select a.id, a.run_id, a.attempt, a.nonce, a.worker_id, u.rolname, a.name,
      (select p.name from zm.pipeline_version v join zm.pipeline p on p.id = v.pipeline_id where v.id = k.version_id),
      g.script_sha256, coalesce(k.maximum_ms, g.maximum_ms), least(g.max_output, u.output_limit),
      coalesce(k.args, '{}') || coalesce(s.args, '{}'), i.passes, i.results,
      -- Durations are learned of what has a name that comes again.
      case when a.task_id is not null
        or exists (select from zm.template m where m.owner_id = a.owner_id and m.name = a.name and m.removed_at is null)
        then a.program_id end,
      g.grace_ms,
      case when u.os_user is not null then coalesce(g.launch, '{}') || jsonb_build_object('user', u.os_user)
        -- What an admin gave to somebody else is nobody's to ask for: no worker has an account of this name.
        when g.launch ? 'user' and exists (select from zm.app_user o where o.os_user = g.launch ->> 'user' and o.id <> u.id)
          then g.launch || jsonb_build_object('user', format('%s (the account of another user)', g.launch ->> 'user'))
        else g.launch end::text,
      case when a.task_id is not null then nullif(coalesce(k.environment, '{}')
        || case when a.item is not null then jsonb_build_object('ZM_ITEM', a.item::text) else '{}' end
        || coalesce(zm.event_environment(a.run_id), '{}'), '{}')::text end
    from assigned a
    join zm.app_user u on u.id = a.owner_id
    join zm.program g on g.id = a.program_id
    left join zm.task k on k.id = a.task_id
    left join zm.task_spec s on s.task_run_id = a.id
    left join lateral (
      select * from zm.inputs_of(a.run_id, a.task_id)
      where exists (select from zm.link l where l.to_task = a.task_id and l.pass <> 'none')) i on true;
    get diagnostics claimed = row_count;
  end if;
  update zm.scheduler_sleep set asleep = claimed < cardinality(slots)
  where scheduler_id = p_scheduler and asleep <> (claimed < cardinality(slots));
end $$;

-- What ended may have been in the way of what another scheduler's workers could run.
create function zm.make_room(p_owners int[], p_classes int[]) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from unnest(p_classes) c where c <> 0)
    or exists (select from zm.app_user where id = any (p_owners) and task_limit is not null) then
    perform zm.wake_schedulers();
  end if;
end $$;

create function zm_sched.scripts(p_scheduler int, p_epoch bigint, p_sha256 bytea[])
  returns table (sha256 bytea, body text) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  return query select sha256, body from zm.script where sha256 = any (p_sha256);
end $$;

-- What is asked of attempts that this scheduler has under way and not proven yet.
create function zm_sched.wants(p_scheduler int, p_epoch bigint)
  returns table (task_run_id bigint, attempt int, nonce uuid, want smallint) language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  return query select task_run_id, attempt, nonce, want from zm.inflight
  where scheduler_id = p_scheduler and want <> 0;
end $$;

-- In how many milliseconds the next delayed task run is due, negative if it is overdue; null if there is none.
create function zm_sched.next_due(p_scheduler int, p_epoch bigint) returns bigint language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  return (select ceil(extract(epoch from min(due_at) - clock_timestamp()) * 1000) from zm.delayed);
end $$;

-- Wakes consoles if any is there. They hold lock 7704 as long as they look: should
-- nobody, the lock is free. A commit with NOTIFY is costly, so the caller does this apart from its work and seldom.
create function zm_sched.tell(p_scheduler int, p_epoch bigint) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  if pg_try_advisory_lock(7704, 0) then
    perform pg_advisory_unlock(7704, 0);
  else
    perform pg_notify('zm_change', '');
  end if;
end $$;

-- How long successes took: an element for each, the oldest first.
create function zm_sched.learn(p_scheduler int, p_epoch bigint, p_program int[], p_name text[], p_ms int[])
  returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  insert into zm.duration as d (program_id, name, recent_ms)
  select program, name, (array_agg(ms order by turn desc))[1:30]
  from unnest(p_program, p_name, p_ms) with ordinality as i (program, name, ms, turn)
  group by program, name order by program, name
  on conflict (program_id, name) do update set recent_ms = (excluded.recent_ms || d.recent_ms)[1:30];
end $$;

-- The workers said that these processes exist since p_age_us microseconds.
create function zm_sched.running(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_age_us bigint[]) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  update zm.task_run t set state = 4, started_at = clock_timestamp() - i.age * interval '1 microsecond'
  from unnest(p_id, p_attempt, p_nonce, p_age_us) as i (id, attempt, nonce, age)
  join zm.inflight x on x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
  where t.id = i.id and t.attempt = i.attempt and t.state = 3;
  -- A stop that was asked for before anybody knew that it runs.
  update zm.task_run t set state = 6 from unnest(p_id) i (id) where t.id = i.id and t.state = 4 and t.want in (3, 4);
end $$;

-- The workers proved that these process trees stand still since p_age_us microseconds, or go on. What is being stopped
-- goes on, too, that it may act on TERM; what is not known to run yet may only be told that no resume is needed.
-- What is seen may be older than the last order, while an order before that is still on its way. So the last one is given
-- again whenever the opposite of it is seen, and one that stands still though nobody wants it to is told to go on.
create function zm_sched.observed(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_paused boolean[], p_age_us bigint[]) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  perform from unnest(p_id) i (id) join zm.inflight x on x.task_run_id = i.id order by x.task_run_id for update of x;
  with seen as (
    select i.id, i.attempt, i.nonce, i.paused, clock_timestamp() - i.age * interval '1 microsecond' as since
    from unnest(p_id, p_attempt, p_nonce, p_paused, p_age_us) as i (id, attempt, nonce, paused, age)
    join zm.inflight x on x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
  ), told as (
    update zm.task_run t set state = case when t.state in (3, 6) then t.state when s.paused then 5 else 4 end,
      paused_at = case when s.paused then coalesce(t.paused_at, s.since) end,
      paused_ms = t.paused_ms + case when s.paused then 0 else zm.paused_until(t.paused_at, s.since) end,
      want = case when t.want not in (0, 2) then t.want when s.paused then 2 else 0 end
    from seen s
    where t.id = s.id and t.attempt = s.attempt and (t.state in (4, 5) or (t.state in (3, 6) and not s.paused))
    returning t.id, case when t.want = 1 and s.paused then 0 else t.want end as want
  )
  update zm.inflight x set want = t.want from told t where x.task_run_id = t.id and x.want <> t.want;
end $$;

create function zm_sched.progress(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_percent smallint[]) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  update zm.task_run t set progress = i.percent
  from unnest(p_id, p_attempt, p_nonce, p_percent) as i (id, attempt, nonce, percent)
  join zm.inflight x on x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
  where t.id = i.id and t.attempt = i.attempt and t.state between 3 and 6;
end $$;

-- Ends attempts, each at most once: the row of zm.inflight is the fence, deleting it the compare-and-set.
-- Task runs that may be tried again go back to the queue; what follows the others starts in this same
-- transaction. Only exceptions come back: 'duplicate' (this very result stands already: acknowledge it)
-- and 'fenced' (another attempt took over: throw it away).
create function zm_sched.finish(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_state smallint[], p_exit_code int[], p_signal int[], p_reason text[], p_duration_us bigint[], p_cpu_us bigint[],
    p_peak_kib bigint[], p_result_bytes bigint[], p_error_bytes bigint[], p_is_cut boolean[], p_result bytea[])
  returns table (task_run_id bigint, attempt int, verdict text) language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  accepted uuid[];
  runs bigint[];
  tasks bigint[];
  again bigint[];
  owners int[];
  classes int[];
begin
  perform zm.guard(p_scheduler, p_epoch);
  -- Each step hands on all columns: joining two steps again would be a nested loop, 250,000 turns for 500 rows.
  with fence as (
    delete from zm.inflight x
    using unnest(p_id, p_attempt, p_nonce, p_state, p_exit_code, p_signal, p_reason, p_duration_us, p_cpu_us,
      p_peak_kib, p_result_bytes, p_error_bytes, p_is_cut, p_result) as i (id, attempt, nonce, state, exit_code,
      signal, reason, duration_us, cpu_us, peak_kib, result_bytes, error_bytes, is_cut, result)
    where x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
    returning i.*, x.worker_id, x.owner_id, x.class_id
  ), ended as (
    update zm.task_run t set
      state = zm.state_after(f.state, f.exit_code, t), exit_code = f.exit_code, signal = f.signal, reason = f.reason,
      started_at = coalesce(t.started_at, clock_timestamp() - f.duration_us * interval '1 microsecond'),
      finished_at = case when zm.state_after(f.state, f.exit_code, t) >= 10 then clock_timestamp() end,
      paused_ms = t.paused_ms + zm.paused_until(t.paused_at, clock_timestamp()), paused_at = null
    from fence f where t.id = f.id and t.attempt = f.attempt and t.state between 3 and 6
    returning t.id, t.run_id, t.task_id, t.state, t.started_at, f.attempt, f.nonce,
      f.state as outcome, f.exit_code, f.signal, f.reason, f.worker_id, f.owner_id, f.class_id, f.duration_us, f.cpu_us, f.peak_kib,
      f.result_bytes, f.error_bytes, f.is_cut, f.result
  ), results as (
    insert into zm.task_result (task_run_id, attempt, nonce, state, exit_code, signal, reason, worker_id, started_at,
      duration_us, cpu_us, peak_kib, result_bytes, error_bytes, is_cut, result)
    select id, attempt, nonce, outcome, exit_code, signal, reason, worker_id, started_at, duration_us, cpu_us,
      peak_kib, result_bytes, error_bytes, is_cut, result
    from ended
  )
  select coalesce(array_agg(nonce), '{}'), array_agg(distinct run_id) filter (where task_id is not null and state >= 10),
    array_agg(id) filter (where task_id is not null and state >= 10), array_agg(id) filter (where state = 1),
    array_agg(distinct owner_id), array_agg(distinct class_id)
  into accepted, runs, tasks, again, owners, classes from ended;
  perform zm.make_room(owners, classes);
  if again is not null then perform zm.requeue(again, true); end if;
  if runs is not null then perform zm.advance(runs, tasks); end if;
  if cardinality(accepted) < cardinality(p_id) then
    return query
    select i.id, i.attempt, case when r.task_run_id is null then 'fenced' else 'duplicate' end
    from unnest(p_id, p_attempt, p_nonce) as i (id, attempt, nonce)
    left join zm.task_result r on r.task_run_id = i.id and r.attempt = i.attempt and r.nonce = i.nonce
      and r.state <> 14 -- of a lost attempt no result stands
    where i.nonce <> all (accepted);
  end if;
end $$;

-- Ends attempts whose worker vanished or never got them. One that was never delivered always runs again;
-- one that was runs again if its program allows it and it was not lost five times already (a task that
-- takes its worker down with it must not go round for ever).
create function zm_sched.lose(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_delivered boolean, p_reason text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  runs bigint[];
  tasks bigint[];
  again bigint[];
  owners int[];
  classes int[];
begin
  perform zm.guard(p_scheduler, p_epoch);
  with fence as (
    delete from zm.inflight x using unnest(p_id, p_attempt, p_nonce) as i (id, attempt, nonce)
    where x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
    returning x.task_run_id as id, x.attempt, x.nonce, x.worker_id, x.owner_id, x.class_id
  ), ended as (
    update zm.task_run t set state = zm.state_if_lost(t, p_delivered), losses = t.losses + 1,
      reason = case when zm.state_if_lost(t, p_delivered) >= 10 then p_reason end,
      finished_at = case when zm.state_if_lost(t, p_delivered) >= 10 then clock_timestamp() end,
      paused_ms = t.paused_ms + zm.paused_until(t.paused_at, clock_timestamp()), paused_at = null
    from fence f where t.id = f.id and t.state between 3 and 6
    returning t.id, t.run_id, t.task_id, t.state, t.started_at, t.paused_ms, f.attempt, f.nonce, f.worker_id,
      f.owner_id, f.class_id
  ), results as (
    insert into zm.task_result (task_run_id, attempt, nonce, state, reason, worker_id, started_at, duration_us,
      result_bytes, error_bytes)
    select id, attempt, nonce, 14, p_reason, worker_id, started_at,
      coalesce(greatest(extract(epoch from clock_timestamp() - started_at) * 1000 - paused_ms, 0) * 1000, 0)::bigint,
      coalesce((select sum(octet_length(data)) from zm.task_log where task_run_id = id and attempt = e.attempt and stream = 1), 0),
      coalesce((select sum(octet_length(data)) from zm.task_log where task_run_id = id and attempt = e.attempt and stream = 2), 0)
    from ended e where p_delivered
  )
  select array_agg(distinct run_id) filter (where task_id is not null and state >= 10),
    array_agg(id) filter (where task_id is not null and state >= 10), array_agg(id) filter (where state = 1),
    array_agg(distinct owner_id), array_agg(distinct class_id)
  into runs, tasks, again, owners, classes from ended;
  perform zm.make_room(owners, classes);
  if again is not null then perform zm.requeue(again, false); end if;
  if runs is not null then perform zm.advance(runs, tasks); end if;
end $$;

-- Attempts that this scheduler's name has under way, for a process that takes over.
create function zm_sched.adoptable(p_scheduler int, p_epoch bigint)
  returns table (task_run_id bigint, attempt int, nonce uuid, worker_id int)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  return query select task_run_id, attempt, nonce, worker_id from zm.inflight where scheduler_id = p_scheduler;
end $$;

-- Chunks of output. Sent again they meet their key; of an attempt that is not under way any more they are
-- dropped.
create function zm_sched.put_log(p_scheduler int, p_epoch bigint, p_id bigint[], p_attempt int[], p_nonce uuid[],
    p_chunk int[], p_stream smallint[], p_data bytea[]) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  insert into zm.task_log (task_run_id, attempt, chunk, stream, data)
  select i.id, i.attempt, i.chunk, i.stream, i.data
  from unnest(p_id, p_attempt, p_nonce, p_chunk, p_stream, p_data) as i (id, attempt, nonce, chunk, stream, data)
  join zm.inflight x on x.task_run_id = i.id and x.attempt = i.attempt and x.nonce = i.nonce
  on conflict do nothing;
end $$;

-- What the scheduler sees of its workers; for people, so it need not survive a crash of the database.
create function zm_sched.heartbeat(p_scheduler int, p_epoch bigint, p_worker int[], p_connected boolean[], p_busy int[],
    p_silent_ms bigint[], p_host text[], p_version text[], p_load int[]) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  -- As a clause of the function it would end with the function, before the commit.
  perform set_config('synchronous_commit', 'off', true);
  insert into zm.worker_status as s (worker_id, connected, busy, last_seen, connected_at, host, version, load)
  select i.worker, i.connected, i.busy, clock_timestamp() - i.silent * interval '1 millisecond',
    case when i.connected then clock_timestamp() end, i.host, i.version, i.load
  from unnest(p_worker, p_connected, p_busy, p_silent_ms, p_host, p_version, p_load)
    as i (worker, connected, busy, silent, host, version, load)
  -- Locked, as the foreign key wants it to stay: one that is being removed is waited for and then left out.
  join (select id from zm.worker where id = any (p_worker) order by id for key share) w on w.id = i.worker
  on conflict (worker_id) do update set connected = excluded.connected, busy = excluded.busy,
    last_seen = coalesce(excluded.last_seen, s.last_seen),
    connected_at = case when s.connected then s.connected_at else excluded.connected_at end,
    host = coalesce(excluded.host, s.host), version = coalesce(excluded.version, s.version), load = excluded.load;
  perform zm.ensure_week(clock_timestamp() + interval '7 days');
end $$;

-- Plans are pinned. Statistics of a queue are always stale: with a custom plan, finishing 500 task runs took
-- 14,042 ms by a sequential scan in a nested loop instead of 12. The costs of pinned plans look absurd to
-- the just-in-time compiler, so it is off.
reset role;
do $$
declare
  f regprocedure;
begin
  for f in select oid::regprocedure from pg_proc where pronamespace = 'zm_sched'::regnamespace
           union all select unnest(array['zm.advance', 'zm.judge', 'zm.requeue', 'zm.promote', 'zm.pick_head', 'zm.pick_fairly']::regproc[])::oid::regprocedure loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
    execute format('alter function %s set enable_seqscan = off', f);
    execute format('alter function %s set jit = off', f);
  end loop;
  -- Another join than a probe for each row would read all links there are.
  alter function zm.advance set enable_hashjoin = off;
  alter function zm.advance set enable_mergejoin = off;
end $$;
grant execute on all functions in schema zm_sched to zm_scheduler;
