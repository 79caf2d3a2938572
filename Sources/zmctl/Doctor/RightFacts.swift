/// Who may do what: all that the migrations took away or never gave, as rules. `SchemaFacts` compares the rest.
struct RightFacts: Facts {
  let database: String
  /// What everybody may make in the database.
  let makings: [String]
  let isPublicOpen: Bool
  /// How many functions that take advisory locks everybody may call.
  let locks: Int
  /// Functions that write what no limit counts and everybody may call.
  let writers: [String]
  let foreign: [String]
  let owners: [String]
  let open: [String]
  let lax: [String]
  let unpinned: [String]
  let everybodys: [String]
  /// Users whose role is gone.
  let nameless: [String]
  let powerful: [String]
  let double: [String]
  /// Of users who are not alone.
  let unlimited: [String]

  static let name = "rights"
  static let query = """
    with schemas as (
      select oid, nspname from pg_namespace where nspname in ('zm', 'zm_api', 'zm_sched')
    ), tables as (
      select c.oid, c.oid::regclass::text as name, c.relrowsecurity, c.relowner, exists (
        select from aclexplode(c.relacl) a where a.grantee <> c.relowner and a.privilege_type = 'SELECT') as is_shown,
        exists (select from pg_attribute t where t.attrelid = c.oid and t.attname in ('owner_id', 'who') and not t.attisdropped)
          as is_owned
      from pg_class c join schemas s on s.oid = c.relnamespace where c.relkind in ('r', 'p') and not c.relispartition
    ), functions as (
      select p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner) as owner, exists (
        select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as is_everybodys
      from pg_proc p join schemas s on s.oid = p.pronamespace
    ), people as (
      select r.* from pg_roles r where r.rolname in (select rolname from zm.app_user where not disabled)
    )
    select current_database() as database,
      array(select lower(a.privilege_type) from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        where d.datname = current_database() and a.grantee = 0 and a.privilege_type in ('CREATE', 'TEMPORARY')) as makings,
      exists (select from pg_namespace n, aclexplode(n.nspacl) a
        where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE') as is_public_open,
      (select count(*) from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^pg_(try_)?advisory_'
        and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)) as locks,
      array(select distinct p.proname::text from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message') and exists (
            select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)) as writers,
      array(select u.rolname from zm.app_user u
        where not u.disabled and not exists (select from pg_roles r where r.rolname = u.rolname) order by 1) as nameless,
      array(select name from tables where pg_get_userbyid(relowner) <> 'zm_owner'
        union all select f.name from functions f join pg_roles r on r.rolname = f.owner
          where r.rolname <> 'zm_owner' and not r.rolsuper order by 1) as foreign,
      array(select rolname from pg_roles where rolname = 'zm_owner' and rolcanlogin
        union all select r.rolname from pg_roles r
          where r.rolname <> 'zm_owner' and not r.rolsuper and pg_has_role(r.oid, 'zm_owner', 'member')) as owners,
      array(select name from tables where is_shown and (is_owned and not relrowsecurity
        or relrowsecurity and not exists (select from pg_policy p where p.polrelid = tables.oid)) order by 1) as open,
      array(select format('%s of %s', p.polname, t.name) from pg_policy p join tables t on t.oid = p.polrelid
        where p.polcmd <> 'r' or 0 = any (p.polroles) or pg_get_expr(p.polqual, p.polrelid) = 'true' order by 1) as lax,
      array(select name from functions
        where prosecdef and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false) order by 1) as unpinned,
      array(select name from functions where is_everybodys order by 1) as everybodys,
      array(select p.rolname || ' (' || x.powers || ')' from people p cross join lateral (
        select concat_ws(', ', case when p.rolsuper then 'superuser' end, case when p.rolbypassrls then 'bypassrls' end,
          case when p.rolcreaterole then 'createrole' end, case when p.rolreplication then 'replication' end,
          (select string_agg(g.rolname, ', ' order by g.rolname) from pg_roles g where not p.rolsuper
            and g.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files',
              'pg_execute_server_program') and pg_has_role(p.oid, g.oid, 'member'))) as powers) x
        where x.powers <> '' order by 1) as powerful,
      array(select rolname from people p where not p.rolsuper and pg_has_role(p.oid, 'zm_scheduler', 'member') order by 1) as double,
      array(select rolname from people where not rolsuper and rolcanlogin and rolconnlimit = -1
        and (select count(*) from people) > 1 order by 1) as unlimited
    """

  var findings: [Finding] {
    [
      .fail(
        "creation", makings,
        "in the database is a right of everybody, who may so put things on a search path",
        "revoke create, temporary on database \(database) from public",
        otherwise: "only owners make things in the database"),
      isPublicOpen
        ? .fail(
          "public-schema", "everybody may make things in schema public",
          "revoke create on schema public from public")
        : .ok("public-schema", "nobody makes things in schema public"),
      locks > 0
        ? .fail(
          "locks", "everybody may take the locks that schedulers work by",
          "revoke execute on the pg_advisory_ functions of this database from public, as 'zmctl init' does")
        : .ok("locks", "only schedulers take their locks"),
      .fail(
        "disk", writers, "lets everybody write what no limit counts",
        "revoke execute on these functions of this database from public, as 'zmctl init' does",
        otherwise: "nobody writes what no limit counts"),
      .fail(
        "owner", foreign, "do not belong to zm_owner", "alter … owner to zm_owner",
        otherwise: "zm_owner owns everything"),
      .fail(
        "owner-login", owners, "may act as the owner of everything",
        "alter role zm_owner nologin; revoke zm_owner from whoever is not to own it",
        otherwise: "nobody signs in as zm_owner"),
      .fail(
        "row-security", open, "shows everybody's rows, or nobody's: it has no row security or no policy",
        "alter table … enable row level security; restore the policies from a database of 'zmctl init'",
        otherwise: "every table of people's things has row security"),
      .fail(
        "policies", lax, "lets everybody through", "drop the policy and restore what 'zmctl init' makes",
        otherwise: "policies ask who looks"),
      .fail(
        "search-path", unpinned, "runs with the rights of its owner and the caller's search path",
        "alter function … set search_path = pg_catalog, pg_temp",
        otherwise: "functions have a search path of their own"),
      .fail(
        "execution", everybodys, "may be called by everybody", "revoke execute on function … from public",
        otherwise: "no function is everybody's"),
      .warn(
        "names", nameless, "is a user without a role: who gets a role of that name gets what it had",
        "zmctl user remove, or rename the role back", otherwise: "every user has a role"),
      .warn(
        "powers", powerful, "is a user whom no rule of zmey holds",
        "give the person a role of its own for zmey",
        otherwise: "no user has rights over the server"),
      .fail(
        "scheduler-role", double, "is a user and may act as a scheduler", "revoke zm_scheduler from the user",
        otherwise: "no user acts as a scheduler"),
      .warn(
        "connection-limit", unlimited, "may take every connection there is",
        "alter role … connection limit 20",
        otherwise: "no user can take all connections"),
    ]
  }
}
