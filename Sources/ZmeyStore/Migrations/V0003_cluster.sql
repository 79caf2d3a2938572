-- Schedulers and workers. A scheduler has a fixed list of workers; a worker belongs to one scheduler.
set local role zm_owner;

create table zm.scheduler (
  id int generated always as identity primary key,
  name text not null unique check (zm.is_name(name)),
  -- Grows each time a process takes the name; every statement of a scheduler carries it.
  epoch bigint not null default 0,
  -- Where the process that holds the name listens, and who it is; for people.
  address text,
  host text,
  pid int,
  version text,
  -- The certificate (X.509, DER) that the process proves itself by and that secrets are sealed for; null without one.
  certificate bytea check (octet_length(certificate) between 1 and 16384),
  started_at timestamptz,
  stopped_at timestamptz,
  -- The server's process of its session.
  backend_pid int,
  -- Since when it claims nothing, and who wants it so.
  paused_at timestamptz,
  paused_by name,
  pause_reason text,
  created_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create table zm.worker (
  id int generated always as identity primary key,
  scheduler_id int not null references zm.scheduler,
  name text not null unique check (zm.is_name(name)),
  slots int not null check (slots between 1 and 10000),
  -- What task runs may ask for.
  labels text[] not null default '{}' check (zm.is_labels(labels)),
  -- Since when it gets nothing new, and who wants it so.
  drained_at timestamptz,
  drained_by name,
  drain_reason text,
  created_at timestamptz not null default clock_timestamp()
);

-- What schedulers see of workers; the only table that heartbeats churn, apart and never indexed but by
-- its key, so each update is HOT.
create table zm.worker_status (
  worker_id int primary key references zm.worker on delete cascade,
  connected boolean not null,
  busy int not null,
  last_seen timestamptz,
  connected_at timestamptz,
  host text,
  version text,
  -- Its machine's load average of one minute, in hundredths.
  load int
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Whether a scheduler sleeps until it is notified. NOTIFY takes a lock that serialises commits (8 writers
-- fall from 9,157 to 2,150 commits a second), so it is sent only while somebody sleeps (7,373).
create table zm.scheduler_sleep (
  scheduler_id int primary key references zm.scheduler on delete cascade,
  asleep boolean not null
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

grant select on zm.scheduler, zm.worker, zm.worker_status to zm_viewer, zm_user, zm_admin;

-- Whether a process has the scheduler's name: it holds a lock as long as its connection lives, so one that was killed
-- is not there, whatever it had to say before; nor is the next one until it has committed that it is another.
create function zm.is_there(s zm.scheduler) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.stopped_at is null and exists (select from pg_locks l where l.locktype = 'advisory' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
    and l.classid = 7702 and l.objid = s.id::oid and l.pid = s.backend_pid) $$;
grant execute on function zm.is_there to zm_viewer, zm_user, zm_admin;

-- One constant channel, empty payload: every role can listen, so it must say nothing.
create function zm.wake_schedulers() returns void language sql volatile set search_path = pg_catalog, pg_temp as
$$ select pg_notify('zm_wake', '') where exists (select from zm.scheduler_sleep where asleep) $$;
