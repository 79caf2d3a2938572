-- Users: PostgreSQL roles that admins of zmey make, limit and remove, and what they share with each other. Passwords are
-- PostgreSQL's: a role made here has none, so until its sign-in is arranged nobody gets in by one.

-- What needs the rights of whoever sets the database up stands in functions of that role. Each does one thing, to roles
-- that could do nothing before: never to one that has rights over the cluster, nor to those of PostgreSQL and zmey.
create function zm.check_role(p_name text) returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_name is null or not p_name ~ '^[a-z_][a-z0-9_.-]{0,62}$' or p_name ~ '^(pg_|zm_)' or p_name in ('public', 'none') then
    raise exception '"%" is no name for a user', p_name using errcode = 'ZM004',
      hint = 'It has small letters, digits, "_", "." and "-", begins with a letter, and not with pg_ or zm_.';
  end if;
  if exists (select from pg_roles where rolname = p_name
      and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)) then
    raise exception 'role "%" has rights over the whole server', p_name using errcode = 'ZM002',
      hint = 'Make a role of its own for zmey; only who sets the database up enrols that one.';
  end if;
end $$;

create function zm.make_role(p_name text) returns boolean language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.check_role(p_name);
  if exists (select from pg_roles where rolname = p_name) then
    -- One of ours that could not be dropped when its user was removed signs in again.
    if exists (select from zm.app_user where rolname = p_name and is_role_ours) then
      execute format('alter role %I login', p_name);
    end if;
    return false;
  end if;
  execute format('create role %I login', p_name);
  -- Only advice, for a session may set them as it likes; see zm_sched.clear_way.
  execute format('alter role %I set statement_timeout = %L', p_name, '1min');
  execute format('alter role %I set lock_timeout = %L', p_name, '10s');
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', p_name, '1min');
  return true;
end $$;

create function zm.give_level(p_name text, p_level text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.check_role(p_name);
  perform zm.enrol(p_name, p_level);
  perform zm.forget_plans();
end $$;

create function zm.take_levels(p_name text, p_is_ours boolean) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  level text;
begin
  perform zm.check_role(p_name);
  for level in select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid
               where m.member = (select oid from pg_roles where rolname = p_name)
                 and r.rolname in ('zm_viewer', 'zm_user', 'zm_admin', 'zm_guest') loop
    execute format('revoke %I from %I', level, p_name);
  end loop;
  -- What its sessions have begun is not to be committed any more.
  perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = p_name;
  if p_is_ours then
    begin
      execute format('drop role if exists %I', p_name);
    exception when dependent_objects_still_exist or object_in_use then
      execute format('alter role %I nologin', p_name);
    end;
  end if;
end $$;

-- Lets all sessions plan anew: a plan is kept with the policies of the memberships that its role had. A change of a schema's
-- entry, be it none, does so; one of memberships does not.
create function zm.forget_plans() returns void language sql volatile security definer set search_path = pg_catalog, pg_temp as
$$ grant usage on schema zm to zm_guest $$;

create function zm.make_guest(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  -- A user whom the database's own administrator enrolled may have any name.
  if not exists (select from zm.app_user where rolname = p_name) then perform zm.check_role(p_name); end if;
  if not pg_has_role(p_name, 'zm_guest', 'usage') then
    execute format('grant zm_guest to %I', p_name);
    perform zm.forget_plans();
  end if;
end $$;

-- Ends the sessions of users whose transaction is open for longer than that and has changed something: they may hold what
-- a scheduler waits for, and with it everybody's work.
create function zm.end_sessions(p_older interval) returns table (who name, opened_at timestamptz) language sql volatile
  security definer set search_path = pg_catalog, pg_temp as $$
  -- First chosen, then ended: in one condition the server might end before it has looked.
  with chosen as materialized (
    select a.pid, a.usename, a.xact_start from pg_stat_activity a
    where a.datname = current_database() and a.backend_xid is not null and a.xact_start < clock_timestamp() - p_older
      and a.pid <> pg_backend_pid() and exists (
        select from zm.app_user u join pg_roles r on r.rolname = u.rolname where u.rolname = a.usename and not r.rolsuper)
  )
  select usename, xact_start from chosen where pg_terminate_backend(pid) $$;

revoke execute on function zm.check_role, zm.make_role, zm.give_level, zm.take_levels, zm.forget_plans, zm.make_guest, zm.end_sessions
  from public;
grant execute on function zm.check_role, zm.make_role, zm.give_level, zm.take_levels, zm.forget_plans, zm.make_guest, zm.end_sessions to zm_owner;

set local role zm_owner;

-- viewer, user or admin; null for a role that is none of these.
create function zm.level_of(p_role name) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select case max(case r.rolname when 'zm_viewer' then 1 when 'zm_user' then 2 when 'zm_admin' then 3 end)
    when 1 then 'viewer' when 2 then 'user' when 3 then 'admin' end
  from pg_auth_members m join pg_roles r on r.oid = m.roleid
  where m.member = (select oid from pg_roles where rolname = p_role) and r.rolname in ('zm_viewer', 'zm_user', 'zm_admin') $$;
grant execute on function zm.level_of to zm_viewer, zm_user, zm_admin;

create function zm.user_json(p_name text) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_strip_nulls(jsonb_build_object('role', zm.level_of(rolname), 'running', task_limit, 'queued', queue_limit,
    'output', output_limit, 'os_user', os_user))
  from zm.app_user where rolname = p_name and not disabled $$;

-- Changes what is named: "role" (viewer, user, admin), "running", "queued", "output" (bytes), "os_user"; each but the role
-- may be null for none.
create function zm_api.user_set(p_name text, p_change jsonb) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  was jsonb;
  wrong text;
  u zm.app_user;
begin
  perform zm.must_be_admin();
  select key into wrong from jsonb_each(p_change) where not coalesce(case key
    when 'role' then value in ('"viewer"', '"user"', '"admin"')
    when 'running' then value = 'null' or zm.is_whole(value, 1, 100000)
    when 'queued' then value = 'null' or zm.is_whole(value, 1, 100000000)
    when 'output' then value = 'null' or zm.is_whole(value, 1024, 268435456)
    when 'os_user' then value = 'null' or zm.is_launch(jsonb_build_object('user', value)) end, false);
  if found then
    raise exception '"%" of a user cannot be %', wrong, p_change -> wrong using errcode = 'ZM004',
      hint = 'role: viewer, user, admin; running: 1 to 100000; queued: 1 to 100000000; output: 1024 to 268435456; os_user: an account.';
  end if;
  select * into u from zm.app_user where rolname = p_name and not disabled for no key update;
  if not found then
    raise exception 'no user "%"', p_name using errcode = 'ZM003', hint = 'zmctl user list shows all.';
  end if;
  was := zm.user_json(p_name);
  if p_change ->> 'role' <> coalesce(was ->> 'role', '') then
    if p_name = session_user then
      raise exception 'nobody changes their own role' using errcode = 'ZM005', hint = 'Let another admin do it.';
    end if;
    perform zm.give_level(p_name, p_change ->> 'role');
  end if;
  update zm.app_user x set
    task_limit = case when p_change ? 'running' then (p_change ->> 'running')::int else x.task_limit end,
    queue_limit = case when p_change ? 'queued' then (p_change ->> 'queued')::int else x.queue_limit end,
    output_limit = case when p_change ? 'output' then (p_change ->> 'output')::bigint else x.output_limit end,
    os_user = case when p_change ? 'os_user' then p_change ->> 'os_user' else x.os_user end
  where x.id = u.id;
  perform zm.note('change', 'user', p_name, jsonb_build_object('before', was, 'after', zm.user_json(p_name)), u.id);
  perform zm.wake_schedulers();
end $$;

-- Makes a user, and the PostgreSQL role if there is none of that name.
create function zm_api.user_add(p_name text, p_change jsonb default '{}') returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  is_new boolean;
begin
  perform zm.must_be_admin();
  if exists (select from zm.app_user where rolname = p_name and not disabled) then
    raise exception 'user "%" is there already', p_name using errcode = 'ZM005', hint = 'zmctl user set changes it.';
  end if;
  is_new := zm.make_role(p_name);
  insert into zm.app_user as u (rolname, is_role_ours) values (p_name, is_new)
  on conflict (rolname) do update set disabled = false, is_role_ours = excluded.is_role_ours or u.is_role_ours,
    task_limit = null, queue_limit = null, output_limit = null, os_user = null;
  perform zm.give_level(p_name, 'user');
  perform zm.note('create', 'user', p_name, null, (select id from zm.app_user where rolname = p_name));
  if p_change <> '{}' then perform zm_api.user_set(p_name, p_change); end if;
end $$;

-- Takes a user's rights and, if it was made here, the role. What it had stays for the record; a user of the same name
-- that is added later finds it again, but for secrets: it may be somebody else.
create function zm_api.user_remove(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  u zm.app_user;
begin
  perform zm.must_be_admin();
  if p_name = session_user then
    raise exception 'nobody removes themselves' using errcode = 'ZM005', hint = 'Let another admin do it.';
  end if;
  select * into u from zm.app_user where rolname = p_name and not disabled for no key update;
  if not found then
    raise exception 'no user "%"', p_name using errcode = 'ZM003', hint = 'zmctl user list shows all.';
  end if;
  if exists (select from zm.inflight where owner_id = u.id) or exists (select from zm.queue where owner_id = u.id)
    or exists (select from zm.live_run l join zm.pipeline p on p.id = l.pipeline_id where p.owner_id = u.id) then
    raise exception 'work of "%" goes on', p_name using errcode = 'ZM005', hint = 'Stop it first: zmctl list shows it.';
  end if;
  if exists (select from zm.event where owner_id = u.id and not is_removed and is_enabled) then
    raise exception 'events of "%" are on', p_name using errcode = 'ZM005', hint = 'They would go on to start its work: let it switch them off.';
  end if;
  perform zm.note('remove', 'user', p_name, jsonb_build_object('before', zm.user_json(p_name)), u.id);
  update zm.app_user set disabled = true where id = u.id;
  delete from zm.share where grantee = p_name or owner_id = u.id;
  delete from zm.secret where owner_id = u.id;
  perform zm.take_levels(p_name, u.is_role_ours);
  update zm.app_user set is_role_ours = u.is_role_ours and exists (select from pg_roles where rolname = p_name) where id = u.id;
end $$;

create view zm_api.person with (security_invoker = true) as
select u.rolname as name, zm.level_of(u.rolname) as role, u.disabled as is_disabled, u.task_limit, u.queue_limit, u.output_limit,
  u.os_user, w.running, w.queued, u.created_at
from zm.app_user u cross join lateral zm.work_of(u.id) w;

-- Sharing -------------------------------------------------------------------------------------------------

-- Shares a pipeline of the caller with a user, or with a group: a role that cannot log in, and whose members get it.
create function zm_api.share(p_pipeline text, p_grantee text, p_level text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  p int := (select id from zm.pipeline where owner_id = me and name = p_pipeline and removed_at is null);
  was text;
begin
  if p is null then
    raise exception 'no pipeline "%"', p_pipeline using errcode = 'ZM003', hint = 'zmctl pipeline list shows yours.';
  end if;
  if p_level is null or p_level not in ('view', 'operate') then
    raise exception 'a pipeline is shared to view or to operate, not to "%"', p_level using errcode = 'ZM004';
  end if;
  -- Nobody takes the user away meanwhile; who was about to is waited for.
  perform from zm.app_user where rolname = p_grantee for share;
  if not exists (
    select from pg_roles r left join zm.app_user u on u.rolname = r.rolname and not u.disabled
    where r.rolname = p_grantee and (u.id <> me or u.id is null and not r.rolcanlogin) and r.rolname !~ '^(pg_|zm_)'
      and not exists (select from zm.app_user d where d.rolname = r.rolname and d.disabled)) then
    raise exception 'no other user or group "%"', p_grantee using errcode = 'ZM003',
      hint = 'A group is a PostgreSQL role without login; users are members of it.';
  end if;
  select level into was from zm.share where pipeline_id = p and grantee = p_grantee;
  if was = p_level then return; end if;
  perform zm.make_guest(p_grantee);
  insert into zm.share (pipeline_id, owner_id, grantee, level) values (p, me, p_grantee, p_level)
  on conflict (pipeline_id, grantee) do update set level = excluded.level, created_at = clock_timestamp();
  perform zm.note('share', 'pipeline', p_pipeline,
    jsonb_strip_nulls(jsonb_build_object('with', p_grantee, 'before', was, 'after', p_level)));
end $$;

create function zm_api.unshare(p_pipeline text, p_grantee text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  was text;
begin
  delete from zm.share s using zm.pipeline p
  where p.id = s.pipeline_id and p.owner_id = me and p.name = p_pipeline and p.removed_at is null and s.grantee = p_grantee
  returning s.level into was;
  if not found then
    raise exception 'pipeline "%" is not shared with "%"', p_pipeline, p_grantee using errcode = 'ZM003',
      hint = 'zmctl pipeline shares lists what is.';
  end if;
  perform zm.note('unshare', 'pipeline', p_pipeline, jsonb_build_object('with', p_grantee, 'before', was));
end $$;

create view zm_api.share with (security_invoker = true) as
select p.name as pipeline, u.rolname as owner, s.grantee, s.level, s.created_at
from zm.share s join zm.pipeline p on p.id = s.pipeline_id join zm.app_user u on u.id = s.owner_id
where p.removed_at is null;

-- Schedulers ----------------------------------------------------------------------------------------------

-- For a scheduler that a lock kept from its work: ends what users' sessions leave open for longer than ten seconds, and
-- tells how many.
create function zm_sched.clear_way(p_scheduler int, p_epoch bigint) returns int language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  ended int := 0;
  s record;
begin
  perform zm.guard(p_scheduler, p_epoch);
  for s in select * from zm.end_sessions('10s') loop
    perform zm.note('end', 'session', s.who, jsonb_build_object('opened_at', s.opened_at),
      (select id from zm.app_user where rolname = s.who));
    ended := ended + 1;
  end loop;
  return ended;
end $$;

reset role;
grant select on zm_api.person, zm_api.share to zm_viewer, zm_user, zm_admin;
grant execute on function zm_api.user_add, zm_api.user_set, zm_api.user_remove, zm_api.share, zm_api.unshare to zm_user, zm_admin;
grant execute on function zm_sched.clear_way to zm_scheduler;
