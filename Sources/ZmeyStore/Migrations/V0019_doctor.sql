-- What zmctl doctor asks that only zm_owner can tell: whether the wall is as it was built, and what nobody can run.
set local role zm_owner;

-- Each table, view, policy and function as the migrations left it. A change by hand shows; one who writes this table anew,
-- too, has to be a superuser, whom nothing here holds.
create table zm.wall (
  object text primary key,
  shape bytea not null check (octet_length(shape) = 32),
  -- The major version of the server: how it writes expressions differs between them.
  server int not null
);

-- Who may do what to something, without its owner. The order in which rights were granted says nothing.
create function zm.rights_of(p_acl aclitem[], p_owner oid) returns text[] language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select array(select concat_ws(' ', case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end, a.privilege_type, a.is_grantable)
    from aclexplode(p_acl) a where a.grantee <> p_owner order by 1) $$;

create function zm.shapes() returns table (object text, shape bytea) language sql stable set search_path = pg_catalog, pg_temp as $$
  with things as (
    select 'function ' || p.oid::regprocedure as object, jsonb_build_array(p.prosrc, p.proconfig, p.prosecdef, p.provolatile,
      p.proowner = 'zm_owner'::regrole, zm.rights_of(coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner)) as shape
    from pg_proc p
    where p.pronamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
    union all
    select 'relation ' || c.oid::regclass, jsonb_build_array(c.relkind, c.relrowsecurity, c.relforcerowsecurity,
      case when c.relkind = 'v' then to_jsonb(c.reloptions) end, case when c.relkind = 'v' then pg_get_viewdef(c.oid) end,
      c.relowner = 'zm_owner'::regrole, zm.rights_of(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)), c.relowner),
      array(select concat_ws(' ', a.attname, r.*) from pg_attribute a cross join unnest(zm.rights_of(a.attacl, c.relowner)) r
        where a.attrelid = c.oid and not a.attisdropped order by 1),
      array(select concat_ws(' ', t.tgname, t.tgfoid::regproc, t.tgtype, t.tgenabled) from pg_trigger t
        where t.tgrelid = c.oid and not t.tgisinternal order by 1))
    from pg_class c
    where c.relnamespace in ('zm'::regnamespace, 'zm_api'::regnamespace, 'zm_sched'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not c.relispartition
    union all
    select format('policy %s of %s', p.polname, p.polrelid::regclass), jsonb_build_array(p.polcmd, p.polpermissive,
      array(select pg_get_userbyid(r) from unnest(p.polroles) r order by 1), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p join pg_class c on c.oid = p.polrelid
    where c.relnamespace = 'zm'::regnamespace and not c.relispartition
  )
  select t.object, sha256(convert_to(t.shape::text, 'UTF8')) from things t $$;

-- Takes everything as it is now for what it is to be: migrations do so at their end.
create function zm.record_wall() returns void language sql volatile set search_path = pg_catalog, pg_temp as $$
  delete from zm.wall;
  insert into zm.wall select object, shape, current_setting('server_version_num')::int / 10000 from zm.shapes() $$;

-- What is not as it was recorded.
create function zm_api.wall_changes() returns table (object text, change text) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(w.object, s.object), case when w.object is null then 'new' when s.object is null then 'gone' else 'changed' end
  from zm.wall w full join zm.shapes() s on s.object = w.object
  where w.shape is distinct from s.shape and (w.object is null or w.server = current_setting('server_version_num')::int / 10000)
  order by 1 $$;

-- Of everything that is queued and that the caller may see: what no worker will ever take as things are, and why. Limits
-- and full slots pass, so they are not told. Task runs of one owner and one class wait for the same.
create function zm_api.stuck() returns table (owner name, task_run_id bigint, queued bigint, message text) language plpgsql
  stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  g record;
  t zm.task_run;
begin
  for g in
    select x.* from (
      select q.owner_id, q.class_id, min(q.task_run_id) as first, count(*) as queued from zm.queue q group by 1, 2) x
    left join zm.class c on c.id = x.class_id
    where zm.may_see(x.owner_id, c.pipeline_id) order by x.first limit 200
  loop
    select * into t from zm.task_run x where x.id = g.first;
    return query select u.rolname, g.first, g.queued, e.message
      from zm.explain_queued(t) e join zm.app_user u on u.id = g.owner_id
      where e.kind in ('worker', 'label', 'drained') or e.kind = 'resource' and exists (
        select from zm.limits_on(g.owner_id, g.class_id) l where l.kind = 'resource' and l.total < l.needed);
  end loop;
end $$;

reset role;
grant execute on function zm_api.wall_changes, zm_api.stuck to zm_viewer, zm_user, zm_admin;
