-- Runs and what they leave behind. Hot rows, queue, cold rows apart:
--   queue     only rows that may run now; deleted on claim
--   delayed   what may run only from some moment on; moved to the queue then
--   inflight  only attempts that a worker has; deleted on finish; the fence
--   task_run  the state; no index on a column that changes, so every update is HOT (at fillfactor 50
--             84 % of updates in batches of 500 find room on their page, at 100 it is 5 %)
--   task_spec, task_result, task_log  cold
set local role zm_owner;

create table zm.run (
  id bigint not null default zm.new_id() primary key,
  owner_id int not null,
  -- The pipeline and its version; null for a batch of task runs that no link joins.
  pipeline_id int,
  version_id int,
  name text not null,
  total int not null,
  -- The run that this one repeats in whole or in part.
  rerun_of bigint,
  -- The event that started it, and the time that it was due.
  event_id int,
  due_at timestamptz,
  -- Its task runs still come in; it was stopped before all had: see zm.submission.
  is_open boolean not null default false,
  is_cut boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  created_by name not null default session_user
) partition by range (id);
create index run_owner on zm.run (owner_id, id);
create index run_pipeline on zm.run (pipeline_id, id) where pipeline_id is not null;

-- How many task runs of a run have ended: one row for each scheduler that ended some (0: people), so that
-- schedulers that finish one big batch together never wait for each other's commit.
create table zm.run_tally (
  run_id bigint not null,
  shard int not null,
  ended int not null,
  failed int not null,
  stopped int not null,
  last_at timestamptz not null,
  primary key (run_id, shard)
) partition by range (run_id);

-- Runs of pipelines that have not come to their end: so that what is done to a pipeline finds its runs without
-- reading its history.
create table zm.live_run (
  run_id bigint primary key,
  pipeline_id int not null,
  -- The event that started it.
  event_id int
);
create index live_run_pipeline on zm.live_run (pipeline_id);
create index live_run_event on zm.live_run (event_id) where event_id is not null;

-- The newest run of each pipeline, or where to begin to look for it, as it is not always: see zm_api.last_run. A pipeline
-- without runs has the lowest number that one may get.
create table zm.last_run (
  pipeline_id int primary key,
  run_id bigint not null,
  owner_id int not null
) with (fillfactor = 50);

create table zm.task_run (
  id bigint not null default zm.new_id() primary key,
  run_id bigint not null,
  owner_id int not null,
  task_id int,
  program_id int not null,
  name text not null,
  state smallint not null,
  -- What people want of it (0 nothing, 1 pause, 2 resume, 3 stop, 4 stop without grace), beside what is observed.
  -- A pause stays wanted until it is taken back, so it outlives workers, and holds what waits once it is ready.
  want smallint not null default 0 check (want between 0 and 4),
  priority smallint not null default 0,
  -- What limits it beside free slots; 0 for nothing.
  class_id int not null default 0,
  -- A task that is repeated over items: no worker runs this task run, it runs as long as its items do. An item has
  -- its number, from 1, and the task run whose item it is.
  is_fan boolean not null default false,
  parent_id bigint,
  item int,
  -- Skipped because of a failure before it, not because a branch was not chosen.
  upstream_failed boolean not null default false,
  attempt int not null default 0,
  -- How many attempts ended without an outcome, for their worker vanished.
  losses int not null default 0,
  max_attempts smallint not null,
  scheduler_id int,
  worker_id int,
  -- What the script said of itself, 0 to 100.
  progress smallint check (progress between 0 and 100),
  exit_code smallint,
  signal smallint,
  reason text,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Since when the last attempt is paused, and how long it was before.
  paused_at timestamptz,
  paused_ms bigint not null default 0,
  check ((state >= 10) = (finished_at is not null)),
  check (state not between 3 and 6
    or (attempt > 0 and (is_fan or (scheduler_id is not null and worker_id is not null)))),
  check ((parent_id is null) = (item is null))
) partition by range (id);
create index task_run_owner on zm.task_run (owner_id, id);
create index task_run_task on zm.task_run (run_id, task_id, id) where task_id is not null and item is null;
create index task_run_item on zm.task_run (parent_id, item) where parent_id is not null;
create index task_run_run on zm.task_run (run_id, id);

-- Arguments given at the start, after those of the task; no row if there are none.
create table zm.task_spec (
  task_run_id bigint not null primary key,
  args text[] not null check (zm.is_arguments(args))
) partition by range (task_run_id);

-- What limits task runs beside free slots: how many of a pipeline may run, what workers must have, what they take of named
-- resources. Those that share all of that share a class, so that a claim decides for each class and not for each row, and
-- what must wait never stands in the way of what may run.
create table zm.class (
  id int generated always as identity primary key,
  pipeline_id int,
  labels text[] not null,
  resources jsonb not null
);
create unique index class_key on zm.class (coalesce(pipeline_id, 0), labels, resources);
create function zm.class_of(p_pipeline int, p_labels text[], p_resources jsonb) returns int language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  wanted text[] := array(select distinct l from unnest(p_labels) l order by l);
  found_id int;
begin
  if p_pipeline is null and wanted = '{}' and coalesce(p_resources, '{}') = '{}' then return 0; end if;
  loop
    select id into found_id from zm.class
    where coalesce(pipeline_id, 0) = coalesce(p_pipeline, 0) and labels = wanted and resources = coalesce(p_resources, '{}');
    if found then return found_id; end if;
    insert into zm.class (pipeline_id, labels, resources) values (p_pipeline, wanted, coalesce(p_resources, '{}'))
    on conflict do nothing;
  end loop;
end $$;

-- How much there is of what task runs take.
create table zm.resource (
  name text primary key check (zm.is_word(name)),
  amount int not null check (amount between 0 and 1000000),
  updated_at timestamptz not null default clock_timestamp()
);
grant select on zm.resource to zm_viewer, zm_user, zm_admin;

-- rank = -priority. Fair between users first, then priority, then age. input_bytes: how much the links to it hand on, so that a claim can tell how
-- much it takes in before it looks at anything else.
create table zm.queue (
  owner_id int not null,
  class_id int not null,
  rank smallint not null,
  task_run_id bigint not null,
  input_bytes bigint not null default 0,
  primary key (owner_id, class_id, rank, task_run_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

create table zm.delayed (
  task_run_id bigint primary key,
  due_at timestamptz not null
);
create index delayed_due on zm.delayed (due_at);

create table zm.inflight (
  task_run_id bigint primary key,
  scheduler_id int not null,
  worker_id int not null,
  owner_id int not null,
  class_id int not null,
  attempt int not null,
  nonce uuid not null,
  -- What its scheduler still has to see to: task_run.want as long as it is not proven.
  want smallint not null default 0
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

create index inflight_class on zm.inflight (class_id) where class_id <> 0;
create index inflight_want on zm.inflight (scheduler_id) where want <> 0;

-- One row for each attempt that ended. The result stands here if it came in one piece with the end;
-- output that was streamed stands in task_log alone, never twice.
create table zm.task_result (
  task_run_id bigint not null,
  attempt int not null,
  nonce uuid not null,
  state smallint not null,
  exit_code smallint,
  signal smallint,
  reason text,
  -- None for a task that was repeated over items.
  worker_id int,
  started_at timestamptz,
  finished_at timestamptz not null default clock_timestamp(),
  duration_us bigint not null default 0,
  cpu_us bigint not null default 0,
  peak_kib bigint not null default 0,
  result_bytes bigint not null default 0,
  error_bytes bigint not null default 0,
  is_cut boolean not null default false,
  result bytea,
  primary key (task_run_id, attempt)
) partition by range (task_run_id);
alter table zm.task_result alter result set compression lz4;

-- Output in chunks, numbered from 0 in the order in which the worker read them; sent again, a chunk meets
-- its key and is dropped.
create table zm.task_log (
  task_run_id bigint not null,
  attempt int not null,
  chunk int not null,
  stream smallint not null check (stream in (1, 2)),
  at timestamptz not null default clock_timestamp(),
  data bytea not null,
  primary key (task_run_id, attempt, chunk)
) partition by range (task_run_id);
alter table zm.task_log alter data set compression lz4;

-- Of tasks that are not part of a repeated run: the task run whose result is handed on in their place.
create table zm.kept (
  run_id bigint not null,
  task_id int not null,
  task_run_id bigint not null,
  primary key (run_id, task_id)
) partition by range (run_id);

-- A task that is repeated over items: how many there are, for how many a task run was made and has ended, and how many may
-- be unfinished at once. The items themselves stand in chunks of 1000: task runs are made as others end, never all at once.
create table zm.fan (
  task_run_id bigint not null primary key,
  total int not null,
  width int not null,
  is_json boolean not null,
  made int not null default 0,
  ended int not null default 0,
  failed int not null default 0,
  stopped int not null default 0
) partition by range (task_run_id);
create table zm.fan_items (
  task_run_id bigint not null,
  chunk int not null,
  items text[] not null,
  primary key (task_run_id, chunk)
) partition by range (task_run_id);
alter table zm.fan_items alter items set compression lz4;

-- What a condition on a link came to, with what it looked at.
create table zm.verdict (
  run_id bigint not null,
  link_id int not null,
  is_taken boolean not null,
  operands jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (run_id, link_id)
) partition by range (run_id);

-- How long the last successes of a program took, by the name of the task (or template): up to 30, the newest first,
-- without the time spent paused. Written every few seconds, never with each end.
create function zm.mean(v int[]) returns bigint language sql immutable as
$$ select round(avg(x))::bigint from unnest(v) x $$;
create function zm.percentile_95(v int[]) returns bigint language sql immutable as
$$ select percentile_disc(0.95) within group (order by x)::bigint from unnest(v) x $$;
create table zm.duration (
  program_id int not null references zm.program,
  name text not null,
  recent_ms int[] not null,
  average_ms bigint generated always as (zm.mean(recent_ms)) stored,
  p95_ms bigint generated always as (zm.percentile_95(recent_ms)) stored,
  primary key (program_id, name)
) with (fillfactor = 50);

-- Between which numbers a run and its task runs lie: they are made in one transaction, or by a submission of two
-- days at most. Without these bounds, a look by run_id is a probe into each week there ever was.
create function zm.first_id(p_run bigint) returns bigint language sql immutable as
$$ select (p_run / 1000000000 - 1) * 1000000000 $$;
create function zm.last_id(p_run bigint) returns bigint language sql immutable as
$$ select (p_run / 1000000000 + 3) * 1000000000 $$;
grant execute on function zm.first_id, zm.last_id to zm_viewer, zm_user, zm_admin;

-- No statistics of what people write: the estimates of EXPLAIN would tell everybody which values there are, whoever's they
-- may be. (Whether a value is frequent is of no use here: people look by keys.)
create function zm.hide_statistics(p_table regclass) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  c name;
begin
  for c in select attname from pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped
           and atttypid in ('text'::regtype, 'name'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'text[]'::regtype, 'inet'::regtype) loop
    execute format('alter table %s alter %I set statistics 0', p_table, c);
  end loop;
end $$;

-- Partitions by week. ATTACH takes a lighter lock than CREATE … PARTITION OF, so nobody waits.
create table zm.week (number int primary key, created_at timestamptz not null default clock_timestamp());
create function zm.ensure_week(p_at timestamptz) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  w int := zm.day_number(p_at) / 7;
  t text;
  part text;
begin
  if exists (select from zm.week where number = w) then return; end if;
  perform pg_advisory_xact_lock(7703, 0);
  insert into zm.week (number) values (w) on conflict do nothing;
  if not found then return; end if;
  foreach t in array array['audit', 'run', 'run_tally', 'task_run', 'task_spec', 'task_result', 'task_log', 'kept', 'fan',
    'fan_items', 'verdict'] loop
    part := t || '_w' || w;
    execute format('create table zm.%I (like zm.%I including defaults including constraints including storage including compression)', part, t);
    if t in ('task_run', 'run_tally') then
      execute format('alter table zm.%I set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)', part);
    end if;
    perform zm.hide_statistics(format('zm.%I', part)::regclass);
    execute format('alter table zm.%I attach partition zm.%I for values from (%s) to (%s)',
      t, part, w * 7::bigint * 1000000000, (w + 1) * 7::bigint * 1000000000);
  end loop;
end $$;
select zm.ensure_week(clock_timestamp()), zm.ensure_week(clock_timestamp() + interval '7 days');

-- The state machine holds for everybody, zm_owner included: one check for each statement, +5 µs a row in
-- batches of 100. The same pass keeps the tally, so no path can forget it.
create function zm.task_run_guard() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  bad record;
begin
  select n.id, o.state as was, n.state as becomes, o.attempt as had, n.attempt as has into bad
  from before o join after n using (id)
  where (o.state <> n.state
         and not exists (select from zm.task_transition x where x.from_state = o.state and x.to_state = n.state))
     or n.attempt not in (o.attempt, o.attempt + 1)
     or (n.attempt = o.attempt + 1 and n.state <> 3)
     or (n.owner_id, n.run_id) <> (o.owner_id, o.run_id)
     or (o.state >= 10 and (o.attempt, o.exit_code, o.finished_at) is distinct from (n.attempt, n.exit_code, n.finished_at))
  limit 1;
  if found then
    raise exception 'task run % cannot go from % (attempt %) to % (attempt %)', bad.id,
      (select name from zm.task_state where id = bad.was), bad.had,
      (select name from zm.task_state where id = bad.becomes), bad.has using errcode = 'ZM010';
  end if;
  if not exists (select from after where state >= 10) then return null; end if;
  -- Its scheduler's shard only if a scheduler ends it: people who stop what waits for a retry hold the run's lock, for
  -- which that scheduler may wait with its shard locked.
  insert into zm.run_tally as t (run_id, shard, ended, failed, stopped, last_at)
  select n.run_id, case when o.state between 3 and 6 then coalesce(n.scheduler_id, 0) else 0 end, count(*), count(*) filter (where n.state in (11, 12, 14)),
    count(*) filter (where n.state = 13), clock_timestamp()
  from before o join after n using (id)
  where o.state < 10 and n.state >= 10 and n.item is null
  group by 1, 2 order by 1, 2
  on conflict (run_id, shard) do update set ended = t.ended + excluded.ended,
    failed = t.failed + excluded.failed, stopped = t.stopped + excluded.stopped, last_at = excluded.last_at;
  return null;
end $$;
-- Always by hash: a plan that was made for few rows is kept for many, and whoever updates may want none for itself.
alter function zm.task_run_guard set enable_nestloop = off;
alter function zm.task_run_guard set enable_hashjoin = on;
create trigger guard after update on zm.task_run referencing old table as before new table as after
  for each statement execute function zm.task_run_guard();

create function zm.queue_wake() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  -- A statement's trigger fires for no row, too.
  if exists (select from added) then perform zm.wake_schedulers(); end if;
  return null;
end $$;
create trigger wake after insert on zm.queue referencing new table as added
  for each statement execute function zm.queue_wake();

do $$
declare
  t text;
begin
  foreach t in array array['run', 'task_run', 'last_run'] loop
    execute format('alter table zm.%I enable row level security', t);
    execute format('create policy own on zm.%I for select to zm_user
      using (owner_id = (select zm.uid()))', t);
    execute format('create policy everyone on zm.%I for select to zm_viewer, zm_admin
      using ((select zm.uid()) is not null)', t);
    execute format('grant select on zm.%I to zm_viewer, zm_user, zm_admin', t);
  end loop;
  -- What hangs on a task run is seen by whoever sees the task run.
  foreach t in array array['task_spec', 'task_result', 'task_log', 'delayed', 'fan'] loop
    execute format('alter table zm.%I enable row level security', t);
    execute format('create policy own on zm.%I for select to zm_viewer, zm_user, zm_admin
      using (exists (select from zm.task_run r where r.id = task_run_id))', t);
    execute format('grant select on zm.%I to zm_viewer, zm_user, zm_admin', t);
  end loop;
end $$;
create policy shared on zm.run for select to zm_guest using (pipeline_id = any ((select zm.shared_pipelines('view'))::int[]));
create policy shared on zm.task_run for select to zm_guest using (task_id = any ((select zm.shared_tasks())::int[]));
create policy shared on zm.last_run for select to zm_guest using (pipeline_id = any ((select zm.shared_pipelines('view'))::int[]));
alter table zm.duration enable row level security;
grant select on zm.duration to zm_viewer, zm_user, zm_admin;
create policy own on zm.duration for select to zm_viewer, zm_user, zm_admin
  using (exists (select from zm.program g where g.id = program_id));
alter table zm.run_tally enable row level security;
grant select on zm.run_tally to zm_viewer, zm_user, zm_admin;
create policy own on zm.run_tally for select to zm_viewer, zm_user, zm_admin
  using (exists (select from zm.run r where r.id = run_id));
alter table zm.live_run enable row level security;
grant select on zm.live_run to zm_viewer, zm_user, zm_admin;
create policy own on zm.live_run for select to zm_viewer, zm_user, zm_admin
  using (exists (select from zm.pipeline p where p.id = pipeline_id));
