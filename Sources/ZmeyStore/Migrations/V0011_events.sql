-- Events: timers that start pipelines. SQL knows no calendar: a scheduler reckons when an event is due next, and this
-- keeps what it reckoned, sees that each due time is fired once, and writes down what came of it.
--   event        what people say of it
--   event_clock  when it is due next; the row that whoever fires it holds, apart for it changes with each fire
--   fire         the ledger: what came of each due time, exactly one row
--   queued_fire  due times whose runs wait for the runs before them
--   event_turn   events of which a run has ended, so that the next of their queue may start
set local role zm_owner;

create function zm.is_texts(j jsonb) returns boolean language sql immutable as $$
  select case when jsonb_typeof(j) = 'array' then jsonb_array_length(j) between 1 and 1000 and not exists (
    select from jsonb_array_elements(j) v where jsonb_typeof(v) <> 'string') else false end $$;
-- {"every": ms} | {"cron": text} | {"at": [text, …]} | {"times": [text, …], "days": [text, …]}
create function zm.is_rule(j jsonb) returns boolean language sql immutable as $$
  select case when jsonb_typeof(j) <> 'object' then false
    when j ? 'every' then j - 'every' = '{}' and zm.is_whole(j -> 'every', 1000, 31622400000)
      and (j ->> 'every')::numeric % 1000 = 0
    when j ? 'cron' then j - 'cron' = '{}' and jsonb_typeof(j -> 'cron') = 'string'
    when j ? 'at' then j - 'at' = '{}' and zm.is_texts(j -> 'at')
    else j - 'times' - 'days' = '{}' and zm.is_texts(j -> 'times') and (not j ? 'days' or zm.is_texts(j -> 'days'))
  end $$;

create table zm.event (
  id int generated always as identity primary key,
  owner_id int not null references zm.app_user,
  name text not null check (zm.is_name(name)),
  description text not null default '',
  rule jsonb not null check (zm.is_rule(rule)),
  timezone text not null default 'UTC' check (timezone ~ '^[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+)*$' and length(timezone) <= 100),
  -- Civil times of that zone, as they were written.
  starting text,
  until text,
  jitter_ms bigint check (jitter_ms between 1 and 86399999),
  misfire text not null default 'once' check (misfire in ('skip', 'once', 'all')),
  max_catch_up int not null default 10 check (max_catch_up between 1 and 1000),
  overlap text not null default 'skip' check (overlap in ('allow', 'skip', 'queue')),
  is_enabled boolean not null default true,
  -- 'pipeline' or 'pipeline/task', of the owner, looked up when it fires: names hold no slash.
  targets text[] not null check (zm.is_arguments(targets) and cardinality(targets) between 1 and 100),
  args text[] not null default '{}' check (zm.is_arguments(args)),
  -- Grows with each change.
  generation int not null default 1,
  -- A removed one stays for its ledger; saved again it goes on with it.
  is_removed boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (owner_id, name)
);

create table zm.event_clock (
  event_id int primary key references zm.event,
  -- When it is due next, and when it is fired: that and its jitter. Without next_due, next_at is when a scheduler is to
  -- reckon them; without both nothing comes any more.
  next_due timestamptz,
  next_at timestamptz,
  -- From when on it is reckoned: since it is what it is. And the last due time that the ledger has.
  planned_from timestamptz not null default clock_timestamp(),
  last_due timestamptz,
  -- Why it cannot be reckoned.
  problem text
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index event_clock_next on zm.event_clock (next_at) where next_at is not null;

create table zm.fire (
  event_id int not null,
  -- When it was due; of several that were missed together the first.
  due_at timestamptz not null,
  owner_id int not null,
  at timestamptz not null default clock_timestamp(),
  outcome text not null check (outcome in ('started', 'caught_up', 'queued', 'skipped', 'missed', 'failed')),
  reason text,
  runs bigint[] not null default '{}',
  scheduler_id int,
  -- How many due times this row stands for, and the last of them: more than one only if they were missed.
  count int not null default 1,
  until_due timestamptz,
  primary key (event_id, due_at)
) partition by range (due_at);

-- Of the week of that due time. Weeks have the numbers of zm.week, and are made apart from them, for what is due may
-- be long past.
create function zm.ensure_fires(p_due timestamptz) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  w int := floor(zm.day_number(p_due) / 7.0);
  part text := 'fire_w' || w;
begin
  if to_regclass('zm.' || quote_ident(part)) is not null then return; end if;
  perform pg_advisory_xact_lock(7703, 1);
  if to_regclass('zm.' || quote_ident(part)) is not null then return; end if;
  execute format('create table zm.%I (like zm.fire including defaults including constraints)', part);
  perform zm.hide_statistics(format('zm.%I', part)::regclass);
  execute format('alter table zm.fire attach partition zm.%I for values from (%L) to (%L)', part,
    timestamptz '2026-01-01Z' + w * interval '168 hours', timestamptz '2026-01-01Z' + (w + 1) * interval '168 hours');
exception when duplicate_table then null; -- the look after the lock may not show yet what was made before it
end $$;

create table zm.queued_fire (
  event_id int not null references zm.event,
  due_at timestamptz not null,
  primary key (event_id, due_at)
);
create table zm.event_turn (event_id int not null);

do $$
declare
  t text;
begin
  foreach t in array array['event', 'fire'] loop
    execute format('alter table zm.%I enable row level security', t);
    execute format('create policy own on zm.%I for select to zm_user
      using (owner_id = (select zm.uid()))', t);
    execute format('create policy everyone on zm.%I for select to zm_viewer, zm_admin
      using ((select zm.uid()) is not null)', t);
    execute format('grant select on zm.%I to zm_viewer, zm_user, zm_admin', t);
  end loop;
end $$;
alter table zm.event_clock enable row level security;
grant select on zm.event_clock to zm_viewer, zm_user, zm_admin;
create policy own on zm.event_clock for select to zm_viewer, zm_user, zm_admin
  using (exists (select from zm.event e where e.id = event_id));

-- Definitions -------------------------------------------------------------------------------------------

-- In the shape that apply takes; null of one that was removed. Invoker's rights: row security decides.
create function zm.event_json(p_id int) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_strip_nulls(jsonb_build_object('name', name, 'description', description, 'rule', rule,
    'timezone', timezone, 'starting', starting, 'until', until, 'jitter', jitter_ms, 'misfire', misfire,
    'max_catch_up', case when max_catch_up <> 10 then max_catch_up end, 'overlap', overlap,
    'enabled', case when not is_enabled then false end, 'start', targets,
    'args', case when args <> '{}' then args end))
  from zm.event where id = p_id and not is_removed $$;
grant execute on function zm.event_json to zm_viewer, zm_user, zm_admin;

-- The event of that name with its clock locked, as whoever fires it locks it; null if there is none.
create function zm.locked_event(p_owner int, p_name text) returns zm.event language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event;
begin
  perform from zm.event_clock c join zm.event x on x.id = c.event_id where x.owner_id = p_owner and x.name = p_name
  for update of c;
  select * into e from zm.event x where x.owner_id = p_owner and x.name = p_name;
  return e;
end $$;

-- Its due times are reckoned from now on, and what waits for its turn goes on waiting; or, if it is off or removed,
-- nothing is due any more and nothing waits.
create function zm.replan(e zm.event) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  is_live boolean := e.is_enabled and not e.is_removed;
begin
  insert into zm.event_clock as c (event_id, next_at) values (e.id, case when is_live then clock_timestamp() end)
  on conflict (event_id) do update set next_due = null, next_at = excluded.next_at,
    planned_from = excluded.planned_from, problem = null;
  if not is_live then
    with dropped as (
      delete from zm.queued_fire q where q.event_id = e.id returning q.due_at
    )
    update zm.fire f set outcome = 'skipped',
      reason = case when e.is_removed then 'the event was removed' else 'the event was switched off' end
    from dropped d where f.event_id = e.id and f.due_at = d.due_at;
  end if;
  -- In any case: a busy scheduler looks at its queue by itself, but not at events.
  perform pg_notify('zm_wake', '');
end $$;

-- Makes the owner's event of that name what the JSON says. An equal one is left alone; a change of when it is due
-- begins from now.
create function zm.save_event(p_owner int, j jsonb) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  was zm.event := zm.locked_event(p_owner, j ->> 'name');
  e zm.event;
begin
  if zm.event_json(was.id) = j then return; end if;
  insert into zm.event as x (owner_id, name, description, rule, timezone, starting, until, jitter_ms, misfire,
    max_catch_up, overlap, is_enabled, targets, args)
  values (p_owner, j ->> 'name', coalesce(j ->> 'description', ''), j -> 'rule', coalesce(j ->> 'timezone', 'UTC'),
    j ->> 'starting', j ->> 'until', (j ->> 'jitter')::bigint, coalesce(j ->> 'misfire', 'once'),
    coalesce((j ->> 'max_catch_up')::int, 10), coalesce(j ->> 'overlap', 'skip'),
    coalesce((j ->> 'enabled')::boolean, true),
    array(select jsonb_array_elements_text(coalesce(j -> 'start', '[]'))),
    array(select jsonb_array_elements_text(coalesce(j -> 'args', '[]'))))
  on conflict (owner_id, name) do update set description = excluded.description, rule = excluded.rule,
    timezone = excluded.timezone, starting = excluded.starting, until = excluded.until, jitter_ms = excluded.jitter_ms,
    misfire = excluded.misfire, max_catch_up = excluded.max_catch_up, overlap = excluded.overlap,
    is_enabled = excluded.is_enabled, targets = excluded.targets, args = excluded.args,
    generation = x.generation + 1, is_removed = false, updated_at = clock_timestamp()
  returning * into e;
  if (e.rule, e.timezone, e.starting, e.until, e.is_enabled, e.is_removed)
      is distinct from (was.rule, was.timezone, was.starting, was.until, was.is_enabled, was.is_removed) then
    perform zm.replan(e);
  end if;
end $$;

-- Removes an event; its ledger stays, and its runs go on.
create function zm.remove_event(p_owner int, p_name text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event := zm.locked_event(p_owner, p_name);
begin
  update zm.event x set is_removed = true, generation = x.generation + 1, updated_at = clock_timestamp()
  where x.id = e.id returning * into e;
  perform zm.replan(e);
end $$;

-- For people --------------------------------------------------------------------------------------------

create function zm.my_event(p_name text) returns zm.event language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event := zm.locked_event(zm.me(), p_name);
begin
  if e.id is null or e.is_removed then
    raise exception 'no event "%"', p_name using errcode = 'ZM003', hint = 'zmctl event list shows yours.';
  end if;
  return e;
end $$;

-- Switches an event on or off. Switched on, it is due from now on: what was due meanwhile is not made up for.
create function zm_api.event_set(p_name text, p_enabled boolean) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event := zm.my_event(p_name);
begin
  if p_enabled is null then raise exception 'an event is on or off' using errcode = 'ZM004'; end if;
  if e.is_enabled = p_enabled then return; end if;
  update zm.event x set is_enabled = p_enabled, generation = x.generation + 1, updated_at = clock_timestamp()
  where x.id = e.id returning * into e;
  perform zm.replan(e);
  perform zm.note(case when p_enabled then 'enable' else 'disable' end, 'event', p_name);
end $$;

-- Fires an event now, outside its timetable and whatever of it still goes. Returns the runs.
create function zm_api.event_fire(p_name text) returns bigint[] language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  e zm.event := zm.my_event(p_name);
  moment timestamptz := clock_timestamp();
  s record;
begin
  select * into s from zm.start_targets(e, moment);
  if s.problem is not null then
    raise exception 'event "%" starts nothing: %', p_name, s.problem
      using errcode = 'ZM003', hint = 'Make what it starts, or change the event.';
  end if;
  perform zm.ensure_fires(moment);
  insert into zm.fire (event_id, due_at, owner_id, outcome, reason, runs)
  values (e.id, moment, e.owner_id, 'started', 'by ' || session_user, s.runs);
  perform zm.note('fire', 'event', p_name, jsonb_build_object('runs', s.runs));
  return s.runs;
end $$;

create view zm_api.fire with (security_invoker = true) as
select e.name as event, u.rolname as owner, f.due_at, f.at, f.outcome, f.reason, f.runs, s.name as scheduler,
  f.count, f.until_due, f.event_id
from zm.fire f
join zm.event e on e.id = f.event_id
join zm.app_user u on u.id = f.owner_id
left join zm.scheduler s on s.id = f.scheduler_id;

-- Of the last due time: of the newest row of the ledger.
create view zm_api.event with (security_invoker = true) as
select e.id, e.name, e.description, u.rolname as owner, zm.event_json(e.id) as definition, e.is_enabled, c.next_due,
  coalesce(l.until_due, l.due_at) as last_due, l.outcome as last_outcome, c.next_at, c.problem, e.updated_at
from zm.event e
join zm.app_user u on u.id = e.owner_id
join zm.event_clock c on c.event_id = e.id
left join lateral (
  select f.due_at, f.until_due, f.outcome from zm.fire f where f.event_id = e.id order by f.due_at desc limit 1) l on true
where not e.is_removed;

reset role;
grant select on zm_api.event, zm_api.fire to zm_viewer, zm_user, zm_admin;
grant execute on function zm_api.event_set, zm_api.event_fire to zm_user, zm_admin;
