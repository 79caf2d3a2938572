-- Roles, schemas, people, numbers, states, audit: what everything else stands on.
--
-- zm      tables; nobody writes them but functions
-- zm_api  functions and views for people
-- zm_sched functions for schedulers
--
-- Errors that functions raise have an SQLSTATE of ours:
--   ZM001 fenced (another scheduler took the name)   ZM002 not allowed   ZM003 not found
--   ZM004 bad input                                  ZM005 conflict      ZM010 illegal transition

-- Roles belong to the whole cluster: another database may have made them, now or at this moment.
do $$
declare
  r text;
begin
  foreach r in array array['zm_owner', 'zm_viewer', 'zm_user', 'zm_guest', 'zm_admin', 'zm_scheduler'] loop
    begin
      execute format('create role %I nologin', r);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  begin
    grant zm_user to zm_admin;
  exception when unique_violation then null;
  end;
end $$;

create schema zm authorization zm_owner;
create schema zm_api authorization zm_owner;
create schema zm_sched authorization zm_owner;
grant usage on schema zm, zm_api to zm_viewer, zm_user, zm_admin, zm_scheduler;
grant usage on schema zm_sched to zm_scheduler;

-- Nobody puts an object of theirs where a search path could find it, and nobody blocks a scheduler by
-- taking its advisory lock: the lock functions are per database, so only this one loses them. Nor does anybody write what
-- no limit counts: large objects, and messages into the log of all changes.
do $$
declare
  f regprocedure;
begin
  execute format('revoke create, temporary on database %I from public', current_database());
  for f in select oid::regprocedure from pg_proc
           where pronamespace = 'pg_catalog'::regnamespace and (proname ~ '^pg_(try_)?advisory_'
             or proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message')) loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to zm_owner', f);
  end loop;
end $$;
revoke create on schema public from public;

alter default privileges for role zm_owner revoke execute on functions from public;
set local role zm_owner;

create table zm.migration (
  version int primary key,
  name text not null,
  applied_at timestamptz not null default clock_timestamp()
);

create function zm_api.schema_version() returns int language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$ select max(version) from zm.migration $$;
grant execute on function zm_api.schema_version to zm_viewer, zm_user, zm_admin, zm_scheduler;

-- A person is a PostgreSQL role; PostgreSQL does the authentication.
create table zm.app_user (
  id int generated always as identity primary key,
  rolname name not null unique,
  disabled boolean not null default false,
  -- How many task runs of theirs may run at once, and be queued; how much of each output is kept; null for any number.
  task_limit int check (task_limit between 1 and 100000),
  queue_limit int check (queue_limit between 1 and 100000000),
  output_limit bigint check (output_limit between 1024 and 268435456),
  -- The account of workers that their tasks run as; null for what each task says.
  os_user text check (os_user ~ '^[a-z_][a-z0-9_-]{0,30}\$?$'),
  -- Whether the role was made here, and may be dropped here.
  is_role_ours boolean not null default false,
  created_at timestamptz not null default clock_timestamp()
);
alter table zm.app_user enable row level security;
grant select on zm.app_user to zm_viewer, zm_user, zm_admin;

-- session_user, not current_user: SET ROLE and definer functions do not change it. STABLE and without
-- a row's column among its arguments, so a policy calls it once a query, not once a row. PL/pgSQL keeps its plan for the
-- session; SQL would plan it anew in each policy of each query (5 µs against 16, and a look of the console has a hundred).
create function zm.uid() returns int language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  return (select id from zm.app_user where rolname = session_user and not disabled);
end $$;
grant execute on function zm.uid() to zm_viewer, zm_user, zm_admin;

create policy own on zm.app_user for select to zm_user using (id = (select zm.uid()));
create policy everyone on zm.app_user for select to zm_viewer, zm_admin using ((select zm.uid()) is not null);

-- The caller as an owner of things, or an error that says what to do.
create function zm.me() returns int language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.uid();
begin
  if me is null then
    raise exception 'role "%" is not a zmey user', session_user
      using errcode = 'ZM002', hint = 'An admin of zmey adds it.';
  end if;
  return me;
end $$;

-- Numbers of runs and task runs: days since 2026-01-01 (UTC) × 10⁹ + a running number. They grow with
-- time, so a partition by week is a range of the primary key, and "newest first" is the key backwards;
-- they stay below 2⁵³, so JSON readers that use doubles keep them exact until the year 26,000.
create sequence zm.number maxvalue 999999999 cycle;
create function zm.day_number(at timestamptz) returns bigint language sql immutable as
$$ select floor((extract(epoch from at) - 1767225600) / 86400)::bigint $$;
grant execute on function zm.day_number to zm_viewer, zm_user, zm_admin;
create function zm.new_id() returns bigint language sql volatile as
$$ select zm.day_number(clock_timestamp()) * 1000000000 + nextval('zm.number') $$;

-- The same tables as TaskRunState in the Swift core; a test compares them.
create table zm.task_state (
  id smallint primary key,
  name text not null unique,
  is_end boolean not null generated always as (id >= 10) stored
);
insert into zm.task_state (id, name) values
  (0, 'waiting'), (1, 'queued'), (2, 'held'), (3, 'assigned'), (4, 'running'), (5, 'paused'), (6, 'stopping'),
  (10, 'succeeded'), (11, 'failed'), (12, 'timed_out'), (13, 'stopped'), (14, 'lost'), (15, 'skipped');
create table zm.task_transition (
  from_state smallint references zm.task_state,
  to_state smallint references zm.task_state,
  primary key (from_state, to_state)
);
insert into zm.task_transition values
  (0, 1), (0, 15), (0, 13),
  (1, 3), (1, 2), (1, 13),
  (2, 1), (2, 13),
  (3, 4), (3, 1), (3, 10), (3, 11), (3, 12), (3, 13), (3, 14),
  (4, 5), (4, 6), (4, 1), (4, 10), (4, 11), (4, 12), (4, 13), (4, 14),
  (5, 4), (5, 6), (5, 1), (5, 10), (5, 11), (5, 12), (5, 13), (5, 14),
  (6, 1), (6, 10), (6, 11), (6, 12), (6, 13), (6, 14);
grant select on zm.task_state, zm.task_transition to zm_viewer, zm_user, zm_admin, zm_scheduler;

-- Who changed what: written by the function that changes it, in the same transaction.
create table zm.audit (
  id bigint not null default zm.new_id() primary key,
  at timestamptz not null default clock_timestamp(),
  who name not null default session_user,
  address inet default inet_client_addr(),
  -- The program, as it calls itself.
  application text not null default current_setting('application_name'),
  -- Whose thing it was done to, if that is known: of zm.app_user, whose rows stay. A foreign key would lock that row with
  -- each change and cost 4 % of a submission.
  subject_id int,
  action text not null,
  kind text not null,
  object text not null,
  detail jsonb
) partition by range (id);
alter table zm.audit enable row level security;
grant select on zm.audit to zm_viewer, zm_user, zm_admin;
create policy own on zm.audit for select to zm_user using (who = session_user or subject_id = (select zm.uid()));
create policy everyone on zm.audit for select to zm_viewer, zm_admin using ((select zm.uid()) is not null);

-- Nobody changes what was written, the functions here included. Whoever may switch this off is found by the chain of
-- seals: see zm.audit_seal.
create function zm.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is only added to' using errcode = 'ZM010';
end $$;
create trigger append_only before update or delete on zm.audit for each row execute function zm.refuse_change();

create function zm.note(p_action text, p_kind text, p_object text, p_detail jsonb default null, p_subject int default null)
  returns void language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Schedulers make the weeks ahead; people change things while none has run for long, too.
  perform zm.ensure_week(clock_timestamp());
  insert into zm.audit (action, kind, object, detail, subject_id)
  values (p_action, p_kind, p_object, p_detail, coalesce(p_subject, zm.uid()));
  -- Consoles look again.
  perform pg_notify('zm_change', '');
end $$;

-- Makes a role a zmey user with that level, and no other. Only for whoever sets the database up: granting needs rights
-- that zm_owner does not have.
reset role;
create function zm.enrol(p_role name, p_level text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  other text;
begin
  if p_level is null or p_level not in ('viewer', 'user', 'admin') then
    raise exception 'a level is viewer, user or admin, not "%"', p_level using errcode = 'ZM004';
  end if;
  insert into zm.app_user (rolname) values (p_role) on conflict do nothing;
  for other in select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid
               where m.member = (select oid from pg_roles where rolname = p_role)
                 and r.rolname in ('zm_viewer', 'zm_user', 'zm_admin') and r.rolname <> 'zm_' || p_level loop
    execute format('revoke %I from %I', other, p_role);
  end loop;
  begin
    execute format('grant %I to %I', 'zm_' || p_level, p_role);
  exception when unique_violation then null; -- granted by somebody else at this moment
  end;
end $$;
revoke execute on function zm.enrol from public;
