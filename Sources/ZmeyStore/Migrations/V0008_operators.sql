-- What operators do to the cluster, and what everybody sees: functions for admins, and views through which row
-- security shows everyone their own.
set local role zm_owner;

-- Cluster -----------------------------------------------------------------------------------------------

create function zm_api.scheduler_add(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.must_be_admin();
  insert into zm.scheduler (name) values (p_name);
  perform zm.note('create', 'scheduler', p_name);
exception when unique_violation then
  raise exception 'scheduler "%" is registered already', p_name using errcode = 'ZM005';
end $$;

-- That scheduler, which claims nothing until this transaction ends; what it is claiming now is waited for.
create function zm.hold_claims(p_name text) returns zm.scheduler language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  s zm.scheduler;
begin
  perform pg_advisory_xact_lock(7706, x.id) from zm.scheduler x where x.name = p_name;
  -- A new snapshot after the lock.
  select * into s from zm.scheduler x where x.name = p_name;
  if not found then raise exception 'no scheduler "%"', p_name using errcode = 'ZM003'; end if;
  return s;
end $$;

create function zm_api.scheduler_remove(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.scheduler;
begin
  perform zm.must_be_admin();
  select * into s from zm.scheduler where name = p_name;
  if not found then raise exception 'no scheduler "%"', p_name using errcode = 'ZM003'; end if;
  if exists (select from zm.worker where scheduler_id = s.id) then
    raise exception 'scheduler "%" has workers', p_name
      using errcode = 'ZM005', hint = 'Remove its workers first: zmctl worker remove NAME.';
  end if;
  if not pg_try_advisory_xact_lock(7702, s.id) then
    raise exception 'scheduler "%" is running', p_name using errcode = 'ZM005', hint = 'Stop it first.';
  end if;
  if exists (select from zm.inflight where scheduler_id = s.id) then
    raise exception 'scheduler "%" has task runs under way', p_name
      using errcode = 'ZM005', hint = 'Start it once more: nobody else ends them.';
  end if;
  delete from zm.scheduler where id = s.id;
  perform zm.note('remove', 'scheduler', p_name);
end $$;

-- Why, in a line of people's; null for none.
create function zm.reason_of(p_reason text) returns text language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if length(p_reason) > 200 or p_reason ~ '[\x01-\x1f\x7f-\x9f]' then
    raise exception 'a reason is one line of at most 200 characters' using errcode = 'ZM004';
  end if;
  return nullif(btrim(p_reason), '');
end $$;

-- A scheduler that is paused claims nothing; what its workers have goes on, and events go on to fire. Told again, only
-- another reason counts.
create function zm_api.scheduler_pause(p_name text, p_reason text default null) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.scheduler;
  why text := zm.reason_of(p_reason);
begin
  perform zm.must_be_admin();
  s := zm.hold_claims(p_name);
  if s.paused_at is not null and (why is null or why = s.pause_reason) then return; end if;
  update zm.scheduler set paused_at = coalesce(paused_at, clock_timestamp()), paused_by = session_user, pause_reason = why where id = s.id;
  perform zm.note('pause', 'scheduler', p_name, jsonb_strip_nulls(jsonb_build_object('reason', why)));
  perform pg_notify('zm_wake', '');
end $$;

create function zm_api.scheduler_resume(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.scheduler;
begin
  perform zm.must_be_admin();
  s := zm.hold_claims(p_name);
  if s.paused_at is null then return; end if;
  update zm.scheduler set paused_at = null, paused_by = null, pause_reason = null where id = s.id;
  perform zm.note('resume', 'scheduler', p_name);
  perform pg_notify('zm_wake', '');
end $$;

-- Labels in order, each once.
create function zm.labels_of(p_labels text[]) returns text[] language plpgsql immutable strict
  set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
begin
  select l into wrong from unnest(p_labels) l where not coalesce(zm.is_word(l), false);
  if found then
    raise exception '"%" is no label', wrong using errcode = 'ZM004',
      hint = 'A label has small letters, digits, "_", "." and "-", 63 at most.';
  end if;
  if cardinality(p_labels) > 20 then raise exception 'a worker has at most 20 labels' using errcode = 'ZM004'; end if;
  return array(select distinct l from unnest(p_labels) l order by l);
end $$;

-- That worker, whose scheduler claims nothing until this transaction ends.
create function zm.hold_worker(p_name text) returns zm.worker language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  w zm.worker;
begin
  perform zm.hold_claims(s.name) from zm.worker x join zm.scheduler s on s.id = x.scheduler_id where x.name = p_name;
  select * into w from zm.worker x where x.name = p_name for no key update;
  if not found then raise exception 'no worker "%"', p_name using errcode = 'ZM003'; end if;
  return w;
end $$;

create function zm_api.worker_add(p_name text, p_scheduler text, p_slots int, p_labels text[] default '{}') returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  s int;
begin
  perform zm.must_be_admin();
  select id into s from zm.scheduler where name = p_scheduler;
  if not found then raise exception 'no scheduler "%"', p_scheduler using errcode = 'ZM003'; end if;
  if p_slots is null or p_slots not between 1 and 10000 then
    raise exception 'a worker has 1 to 10000 slots, not %', p_slots using errcode = 'ZM004';
  end if;
  insert into zm.worker (scheduler_id, name, slots, labels) values (s, p_name, p_slots, zm.labels_of(p_labels));
  perform zm.note('create', 'worker', p_name, jsonb_build_object('scheduler', p_scheduler, 'slots', p_slots, 'labels', p_labels));
  perform zm.wake_schedulers();
exception when unique_violation then
  raise exception 'worker "%" is registered already', p_name using errcode = 'ZM005';
end $$;

create function zm_api.worker_set(p_name text, p_slots int default null, p_labels text[] default null) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  was zm.worker;
begin
  perform zm.must_be_admin();
  if p_slots not between 1 and 10000 then
    raise exception 'a worker has 1 to 10000 slots, not %', p_slots using errcode = 'ZM004';
  end if;
  select * into was from zm.worker where name = p_name for update;
  if not found then raise exception 'no worker "%"', p_name using errcode = 'ZM003'; end if;
  update zm.worker set slots = coalesce(p_slots, slots), labels = coalesce(zm.labels_of(p_labels), labels) where name = p_name;
  perform zm.note('change', 'worker', p_name, jsonb_build_object(
    'before', jsonb_build_object('slots', was.slots, 'labels', was.labels),
    'after', (select jsonb_build_object('slots', slots, 'labels', labels) from zm.worker where name = p_name)));
  perform zm.wake_schedulers();
end $$;

-- A worker that is drained gets nothing new, finishes what it has and keeps its link. Told again, only another reason
-- counts.
create function zm_api.worker_drain(p_name text, p_reason text default null) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  w zm.worker;
  why text := zm.reason_of(p_reason);
begin
  perform zm.must_be_admin();
  w := zm.hold_worker(p_name);
  if w.drained_at is not null and (why is null or why = w.drain_reason) then return; end if;
  update zm.worker set drained_at = coalesce(drained_at, clock_timestamp()), drained_by = session_user, drain_reason = why where id = w.id;
  perform zm.note('drain', 'worker', p_name, jsonb_strip_nulls(jsonb_build_object('reason', why)));
  perform pg_notify('zm_wake', '');
end $$;

create function zm_api.worker_undrain(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  w zm.worker;
begin
  perform zm.must_be_admin();
  w := zm.hold_worker(p_name);
  if w.drained_at is null then return; end if;
  update zm.worker set drained_at = null, drained_by = null, drain_reason = null where id = w.id;
  perform zm.note('undrain', 'worker', p_name);
  perform pg_notify('zm_wake', '');
end $$;

-- The worker finishes what it has; then its scheduler closes the link.
create function zm_api.worker_remove(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  was jsonb;
begin
  perform zm.must_be_admin();
  -- Off the list it might keep its session, to finish what it has: first its scheduler has to see that it was revoked.
  if exists (
    select from zm.worker w join zm.scheduler s on s.id = w.scheduler_id join zm.worker_status t on t.worker_id = w.id
    where w.name = p_name and t.connected and zm.is_there(s) and s.certificate is not null
      and not exists (select from zm.worker_credential c where c.worker_id = w.id)) then
    raise exception 'the session of worker "%" is not closed yet', p_name using errcode = 'ZM005',
      hint = 'Its scheduler does so within a second or so: try again then.';
  end if;
  delete from zm.worker w using zm.scheduler s where w.name = p_name and s.id = w.scheduler_id
  returning jsonb_build_object('scheduler', s.name, 'slots', w.slots) into was;
  if not found then raise exception 'no worker "%"', p_name using errcode = 'ZM003'; end if;
  perform zm.note('remove', 'worker', p_name, was);
  perform zm.wake_schedulers();
end $$;

-- Named resources that task runs take: there are that many of each at once.
create function zm_api.resource_set(p_name text, p_amount int) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  was int;
begin
  perform zm.must_be_admin();
  if not coalesce(zm.is_word(p_name), false) then
    raise exception '"%" is no name of a resource', p_name using errcode = 'ZM004',
      hint = 'It has small letters, digits, "_", "." and "-", 63 at most.';
  end if;
  if p_amount is null or p_amount not between 0 and 1000000 then
    raise exception 'there are 0 to 1000000 of a resource, not %', p_amount using errcode = 'ZM004';
  end if;
  select amount into was from zm.resource where name = p_name;
  insert into zm.resource as r (name, amount) values (p_name, p_amount)
  on conflict (name) do update set amount = excluded.amount, updated_at = clock_timestamp();
  perform zm.note(case when was is null then 'create' else 'change' end, 'resource', p_name,
    jsonb_strip_nulls(jsonb_build_object('before', was, 'after', p_amount)));
  perform zm.wake_schedulers();
end $$;

create function zm_api.resource_remove(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  was int;
begin
  perform zm.must_be_admin();
  delete from zm.resource where name = p_name returning amount into was;
  if not found then
    raise exception 'no resource "%"', p_name using errcode = 'ZM003', hint = 'zmctl resource list shows all.';
  end if;
  perform zm.note('remove', 'resource', p_name, jsonb_build_object('before', was));
end $$;

-- Seeing ------------------------------------------------------------------------------------------------
-- security_invoker: row security of the caller applies.

create view zm_api.task_run with (security_invoker = true) as
select t.id, t.run_id, t.name, p.name as pipeline, u.rolname as owner, s.name as state, t.attempt,
  case when t.is_fan then (select case when f.total > 0 then f.ended * 100 / f.total end from zm.fan f where f.task_run_id = t.id)
    else t.progress end::smallint as progress, t.exit_code, t.signal,
  t.reason, w.name as worker, t.created_at, t.started_at, t.finished_at,
  -- Learned once there are three successes; until then the template's figure, if it has one.
  case when t.is_fan then null when cardinality(d.recent_ms) >= 3 or g.average_ms is null then d.average_ms
    else g.average_ms end as average_ms,
  case when not t.is_fan then d.p95_ms end as p95_ms, coalesce(k.maximum_ms, g.maximum_ms) as maximum_ms,
  -- Of the last attempt; none while it waits for the next one.
  case when t.state >= 10 then
    (select r.duration_us / 1000 from zm.task_result r where r.task_run_id = t.id and r.attempt = t.attempt)
  when t.state > 3 then
    (extract(epoch from coalesce(t.finished_at, t.paused_at, clock_timestamp()) - t.started_at) * 1000)::bigint - t.paused_ms
  end as elapsed_ms,
  case t.want when 1 then 'pause' when 2 then 'resume' when 3 then 'stop' when 4 then 'kill' end as want, l.due_at,
  case when t.state between 4 and 6 then extract(epoch from clock_timestamp() - ws.last_seen)::int end as silent_s,
  t.item, t.parent_id, t.is_fan, t.priority, t.upstream_failed, t.state as state_id, t.owner_id
from zm.task_run t
join zm.task_state s on s.id = t.state
join zm.app_user u on u.id = t.owner_id
left join zm.program g on g.id = t.program_id
left join zm.task k on k.id = t.task_id
left join zm.pipeline_version v on v.id = k.version_id
left join zm.pipeline p on p.id = v.pipeline_id
left join zm.worker w on w.id = t.worker_id
left join zm.worker_status ws on ws.worker_id = t.worker_id
left join zm.duration d on d.program_id = t.program_id and d.name = t.name
left join zm.delayed l on l.task_run_id = t.id;

create view zm_api.run with (security_invoker = true) as
select r.id, r.name, r.version_id is not null as is_pipeline, u.rolname as owner, r.total, y.ended, y.failed, y.stopped,
  case when r.is_open or y.ended < r.total then 'running' when y.failed > 0 then 'failed'
    when r.is_cut or y.stopped > 0 then 'stopped'
    else 'succeeded' end as state,
  r.created_at, r.rerun_of, r.event_id, r.due_at,
  case when not r.is_open and y.ended = r.total then y.last_at end as finished_at, r.created_by, r.owner_id, r.is_open,
  r.pipeline_id, r.version_id
from zm.run r
join zm.app_user u on u.id = r.owner_id
cross join lateral (
  select coalesce(sum(ended), 0) as ended, coalesce(sum(failed), 0) as failed, coalesce(sum(stopped), 0) as stopped,
    max(last_at) as last_at
  from zm.run_tally where run_id = r.id) y;

-- The newest run of each pipeline, without a look at older ones: a start that met another one is found behind that.
create view zm_api.last_run with (security_invoker = true) as
select l.pipeline_id, n.id as run_id, l.owner_id
from zm.last_run l
cross join lateral (
  select r.id from zm.run r where r.pipeline_id = l.pipeline_id and r.id >= l.run_id order by r.id desc limit 1) n;

-- Started: a process has its name.
create view zm_api.scheduler with (security_invoker = true) as
select s.id, s.name, s.address, s.host, s.pid, s.version, s.epoch, s.started_at, s.stopped_at, zm.is_there(s) as is_started,
  (select count(*) from zm.worker w where w.scheduler_id = s.id) as workers,
  s.paused_at is not null as is_paused, s.paused_at, s.paused_by, s.pause_reason, s.certificate
from zm.scheduler s;

-- What a scheduler said of its workers holds as long as it is there. load: of the machine, the average of one minute.
create view zm_api.worker with (security_invoker = true) as
with s as materialized (select x.id, x.name, zm.is_there(x) as is_there from zm.scheduler x)
select w.id, w.name, s.name as scheduler, w.slots, l.is_linked as connected, case when l.is_linked then t.busy else 0 end as busy,
  t.last_seen, extract(epoch from clock_timestamp() - t.last_seen)::int as silent_s, t.connected_at, t.host, t.version,
  w.labels, w.drained_at is not null as is_drained, w.drained_at, w.drained_by, w.drain_reason,
  case when l.is_linked then t.load::double precision / 100 end as load
from zm.worker w join s on s.id = w.scheduler_id left join zm.worker_status t on t.worker_id = w.id
cross join lateral (select s.is_there and coalesce(t.connected, false) as is_linked) l;

-- Who changed what: everybody sees what they did, admins and viewers everything.
create view zm_api.audit with (security_invoker = true) as
select a.id, a.at, a.who, a.address, a.application, a.action, a.kind, a.object, u.rolname as subject, a.detail
from zm.audit a left join zm.app_user u on u.id = a.subject_id;

create view zm_api.template with (security_invoker = true) as
select t.id, t.name, t.description, u.rolname as owner, g.average_ms, g.maximum_ms, g.attempts, t.updated_at
from zm.template t join zm.app_user u on u.id = t.owner_id join zm.program g on g.id = t.program_id
where t.removed_at is null;

create view zm_api.pipeline with (security_invoker = true) as
select p.id, p.name, v.description, u.rolname as owner, v.number as version, p.updated_at, p.is_paused,
  (select count(*) from zm.task t where t.version_id = v.id) as tasks
from zm.pipeline p join zm.app_user u on u.id = p.owner_id join zm.pipeline_version v on v.id = p.version_id
where p.removed_at is null;

create view zm_api.pipeline_version with (security_invoker = true) as
select p.name as pipeline, u.rolname as owner, v.number, v.created_at, v.created_by, v.id = p.version_id as is_current,
  (select count(*) from zm.task t where t.version_id = v.id) as tasks
from zm.pipeline p join zm.app_user u on u.id = p.owner_id join zm.pipeline_version v on v.pipeline_id = p.id
where p.removed_at is null;

-- Of a fan-out: how many items there are, and what became of them so far.
create view zm_api.fan with (security_invoker = true) as
select task_run_id, total, width, made, ended, failed, stopped from zm.fan;

-- How much of each resource is taken is nobody's secret; by whom is.
create function zm.used_of(p_resource text) returns bigint language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum((y.resources ->> p_resource)::int), 0) from zm.class y join zm.inflight x on x.class_id = y.id
  where y.resources ? p_resource $$;
grant execute on function zm.used_of to zm_viewer, zm_user, zm_admin;
create view zm_api.resource with (security_invoker = true) as
select name, amount, zm.used_of(name) as used from zm.resource;

-- How much of somebody's work is under way and queued; of those whom row security lets the caller see.
create function zm.work_of(p_owner int, out running bigint, out queued bigint) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select (select count(*) from zm.inflight where owner_id = p_owner), (select count(*) from zm.queue where owner_id = p_owner)
  where p_owner = zm.uid() or zm.is_admin() or pg_has_role(session_user, 'zm_viewer', 'member') $$;
grant execute on function zm.work_of to zm_viewer, zm_user, zm_admin;

-- How much work is under way and queued that the caller may see, the latter counted up to 100,000: asked for often, while
-- the queue may hold millions.
create function zm_api.work(out running bigint, out paused bigint, out queued bigint) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  with me as materialized (
    select u.id, zm.is_admin() or pg_has_role(session_user, 'zm_viewer', 'member') as sees_all from (select zm.uid() as id) u)
  select count(*) filter (where t.state <> 5), count(*) filter (where t.state = 5), (
    select count(*) from (
      (select from zm.queue where (select sees_all and id is not null from me) limit 100000)
      union all
      (select from zm.queue q where q.owner_id = (select id from me where not sees_all) limit 100000)) q)
  from zm.inflight x cross join me
  -- Each by its number, whatever the statistics say.
  cross join lateral (select state from zm.task_run t where t.id = x.task_run_id offset 0) t
  where me.sees_all and me.id is not null or x.owner_id = me.id $$;

-- The first task runs that each worker has, of those that the caller may see: as many of each as are asked for.
create function zm_api.tasks_of_workers(p_each int) returns table (worker text, task text) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  with me as materialized (
    select u.id, zm.is_admin() or pg_has_role(session_user, 'zm_viewer', 'member') as sees_all from (select zm.uid() as id) u
  ), mine as (
    select x.worker_id, x.task_run_id, row_number() over (partition by x.worker_id order by x.task_run_id) as place
    from zm.inflight x, me where me.sees_all and me.id is not null or x.owner_id = me.id
  )
  select w.name, concat_ws('/', p.name, t.name || coalesce('[' || t.item || ']', ''))
  from mine m
  -- Each by its number, whatever the statistics say.
  cross join lateral (select * from zm.task_run t where t.id = m.task_run_id offset 0) t
  join zm.worker w on w.id = m.worker_id
  left join zm.task k on k.id = t.task_id left join zm.pipeline_version v on v.id = k.version_id
  left join zm.pipeline p on p.id = v.pipeline_id
  where m.place <= p_each order by m.worker_id, m.task_run_id $$;

create view zm_api.attempt with (security_invoker = true) as
select r.task_run_id, r.attempt, s.name as state, r.exit_code, r.signal, r.reason, w.name as worker, r.started_at, r.finished_at,
  r.duration_us, r.cpu_us, r.peak_kib, r.result_bytes, r.error_bytes, r.is_cut
from zm.task_result r join zm.task_state s on s.id = r.state left join zm.worker w on w.id = r.worker_id;

-- The bytes of a result: of the attempt given, or of the last. Null while there is none.
create function zm_api.result(p_task_run bigint, p_attempt int default null) returns bytea language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select zm.output_of(t.id, coalesce(p_attempt, t.attempt)) from zm.task_run t where t.id = p_task_run $$;

-- The first bytes of the last attempt's result. Of streamed output no more chunks are read than that needs.
create function zm_api.result_head(p_task_run bigint, p_bytes int) returns bytea language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select substring(coalesce(r.result, (
    select string_agg(c.data, '' order by c.chunk) from (
      select data, chunk, sum(octet_length(data)) over (order by chunk) - octet_length(data) as before
      from zm.task_log where task_run_id = t.id and attempt = t.attempt and stream = 1) c
    where c.before < p_bytes)), 1, p_bytes)
  from zm.task_run t join zm.task_result r on r.task_run_id = t.id and r.attempt = t.attempt
  where t.id = p_task_run $$;

-- Output from a chunk on: all of it, or with p_bytes the chunks that begin within so many bytes, and 1000 at most, so
-- that each look at a long log reads little. A result that came in one piece is its attempt's only chunk.
create function zm_api.log(p_task_run bigint, p_attempt int, p_from_chunk int default 0, p_bytes bigint default null)
  returns table (chunk int, stream smallint, at timestamptz, data bytea) language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select chunk, stream, at, data from (
    select chunk, stream, at, data, sum(octet_length(data)) over (order by chunk) - octet_length(data) as before
    from (
      select chunk, stream, at, data from zm.task_log
      where task_run_id = p_task_run and attempt = p_attempt and chunk >= p_from_chunk
      order by chunk limit case when p_bytes is not null then 1000 end) l) c
  where p_bytes is null or before < p_bytes
  union all
  select 0, 1::smallint, finished_at, result from zm.task_result
  where task_run_id = p_task_run and attempt = p_attempt and result <> '' and p_from_chunk <= 0
  order by 1 $$;

-- How many task runs of the last 14 days stand in each state: a row for each state. Older weeks are not looked
-- at, so that the answer does not get slower with each year.
create function zm_api.counts() returns table (state text, count bigint) language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select s.name, count(t.id) from zm.task_state s left join zm.task_run t
    on t.state = s.id and t.id >= zm.day_number(now() - interval '14 days') * 1000000000
  group by s.id, s.name order by s.id $$;

reset role;
grant select on all tables in schema zm_api to zm_viewer, zm_user, zm_admin;
grant execute on function zm_api.result, zm_api.result_head, zm_api.log, zm_api.counts, zm_api.work, zm_api.tasks_of_workers
  to zm_viewer;
grant execute on all functions in schema zm_api to zm_user, zm_admin;
