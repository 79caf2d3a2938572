-- Templates, pipelines, tasks, links. What runs refer to never changes: a program is written once, a
-- pipeline gets a new version, so a run keeps the definition that it began with.
set local role zm_owner;

create table zm.script (
  sha256 bytea primary key check (octet_length(sha256) = 32),
  body text not null check (octet_length(body) <= 1048576)
);

-- The rule for names, the same as Name in the Swift core. White space at the ends is listed, for what
-- [[:space:]] means depends on the database's locale; what is missing of it are control characters.
create function zm.is_name(name text) returns boolean language sql immutable as $$
  select length(name) between 1 and 100 and name !~ '[\x01-\x1f\x7f-\x9f/]'
    and name !~ '^[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
    and name !~ '[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$' $$;

-- What the launch of a process is given: {"env": {NAME: value}, "secrets": {VARIABLE or DESCRIPTOR: name},
-- "nice": n, "user": name, "limits": {"open_files": n, "memory": bytes, "cpu": ms, "processes": n}}, each absent for nothing.
-- Schedulers decode it, so anything else would make every claim fail.
create function zm.is_environment(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' then pg_column_size(j) <= 131072 and not exists (
    select from jsonb_each(j) v
    where v.key !~ '^[A-Za-z_][A-Za-z0-9_]*$' or v.key like 'ZM\_%' or jsonb_typeof(v.value) <> 'string')
  else false end $$;
create function zm.is_secrets(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' then (
    select count(*) between 1 and 16 and bool_and((v.key ~ '^([3-9]|[A-Za-z_][A-Za-z0-9_]*)$' and v.key not like 'ZM\_%'
      and jsonb_typeof(v.value) = 'string' and zm.is_name(v.value #>> '{}')) is true)
    from jsonb_each(case when jsonb_typeof(j) = 'object' then j else '{}' end) v) else false end $$;
create function zm.is_whole(j jsonb, low bigint, high bigint) returns boolean language sql immutable as $$
  select case when jsonb_typeof(j) = 'number' then j::numeric between low and high and j::numeric % 1 = 0 else false end $$;
create function zm.is_number(j jsonb, low numeric, high numeric) returns boolean language sql immutable as $$
  select case when jsonb_typeof(j) = 'number' then j::numeric between low and high and scale(j::numeric) <= 3 else false end $$;
create function zm.is_launch(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' then coalesce(bool_and(case v.key
    when 'env' then zm.is_environment(v.value)
    when 'secrets' then zm.is_secrets(v.value)
    when 'nice' then zm.is_whole(v.value, -20, 19)
    when 'user' then jsonb_typeof(v.value) = 'string' and v.value #>> '{}' ~ '^[a-z_][a-z0-9_-]{0,30}\$?$'
    when 'limits' then jsonb_typeof(v.value) = 'object' and (
      select coalesce(bool_and(case l.key
        when 'open_files' then zm.is_whole(l.value, 16, 1048576)
        when 'memory' then zm.is_whole(l.value, 1048576, 17592186044416)
        when 'cpu' then zm.is_whole(l.value, 1000, 31622400000)
        when 'processes' then zm.is_whole(l.value, 1, 1000000)
        else false end), true)
      from jsonb_each(case when jsonb_typeof(v.value) = 'object' then v.value else '{}' end) l)
    else false end), true) else false end
  from jsonb_each(case when jsonb_typeof(j) = 'object' then j else '{}' end) v $$;

-- How a failure is tried again: {"delay": ms, "backoff": factor, "max_delay": ms, "jitter": share,
-- "exit_codes": [n, …]}, each absent for its default (0, 1, an hour, 0, all).
create function zm.is_retry(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' then coalesce(bool_and(case v.key
    when 'delay' then zm.is_whole(v.value, 0, 31622400000)
    when 'max_delay' then zm.is_whole(v.value, 0, 31622400000)
    when 'backoff' then zm.is_number(v.value, 1, 10)
    when 'jitter' then zm.is_number(v.value, 0, 1)
    when 'exit_codes' then jsonb_typeof(v.value) = 'array' and (
      select coalesce(bool_and(zm.is_whole(c, 1, 255)), false)
      from jsonb_array_elements(case when jsonb_typeof(v.value) = 'array' then v.value else '[]' end) c)
    else false end), true) else false end
  from jsonb_each(case when jsonb_typeof(j) = 'object' then j else '{}' end) v $$;

-- What a task run asks of its worker, and what it takes of named resources while it runs: {"gpu": 1}.
create function zm.is_word(word text) returns boolean language sql immutable as
$$ select word ~ '^[a-z0-9][a-z0-9_.-]{0,62}$' $$;
create function zm.is_labels(labels text[]) returns boolean language sql immutable strict as $$
  select coalesce(array_ndims(labels), 1) = 1 and cardinality(labels) <= 20 and pg_column_size(labels) <= 1000
    and coalesce((select bool_and(coalesce(zm.is_word(l), false)) from unnest(labels) l), true) $$;
create function zm.is_resources(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' and pg_column_size(j) <= 1000 then (
    select count(*) <= 20 and coalesce(bool_and(zm.is_word(r.key) and zm.is_whole(r.value, 1, 1000000)), true)
    from jsonb_each(case when jsonb_typeof(j) = 'object' then j else '{}' end) r) else false end $$;

create table zm.program (
  id int generated always as identity primary key,
  owner_id int not null references zm.app_user,
  script_sha256 bytea not null references zm.script,
  average_ms bigint check (average_ms between 0 and 31622400000),
  maximum_ms bigint check (maximum_ms between 1 and 31622400000),
  attempts smallint not null check (attempts between 1 and 100),
  rerun_if_lost boolean not null,
  max_output bigint not null check (max_output between 1024 and 268435456),
  grace_ms bigint check (grace_ms between 0 and 3600000),
  retry jsonb check (zm.is_retry(retry)),
  launch jsonb check (zm.is_launch(launch)),
  labels text[] check (zm.is_labels(labels) and labels <> '{}'),
  resources jsonb check (zm.is_resources(resources) and resources <> '{}'),
  created_at timestamptz not null default clock_timestamp(),
  unique (id, owner_id)
);

-- Arguments are a plain list of texts. SQL's arrays may be more, and one that a scheduler cannot read, or
-- that cannot be appended to another, would make every claim fail. The frame that carries them, a task's and
-- those given at the start, has room for 4 MiB.
create function zm.is_arguments(args text[]) returns boolean language sql immutable as $$
  select coalesce(array_ndims(args), 1) = 1 and array_position(args, null) is null
    and pg_column_size(args) <= 1048576 $$;

-- Keys of two columns, (id, owner_id): row security does not guard foreign keys, so without them one
-- user could point at another's object.
create table zm.template (
  id int generated always as identity primary key,
  owner_id int not null references zm.app_user,
  name text not null check (zm.is_name(name)),
  description text not null default '',
  program_id int not null,
  updated_at timestamptz not null default clock_timestamp(),
  -- Runs that were refer to it still.
  removed_at timestamptz,
  unique (id, owner_id),
  foreign key (program_id, owner_id) references zm.program (id, owner_id)
);
create unique index template_name on zm.template (owner_id, name) where removed_at is null;

create table zm.pipeline (
  id int generated always as identity primary key,
  owner_id int not null references zm.app_user,
  name text not null check (zm.is_name(name)),
  version_id int,
  -- Runs that begin are held, and by whom.
  is_paused boolean not null default false,
  paused_by name,
  updated_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz,
  unique (id, owner_id)
);
create unique index pipeline_name on zm.pipeline (owner_id, name) where removed_at is null;
create table zm.pipeline_version (
  id int generated always as identity primary key,
  owner_id int not null,
  pipeline_id int not null,
  number int not null,
  description text not null default '',
  -- How many of its task runs may run at once; null for any number.
  task_limit int check (task_limit between 1 and 100000),
  created_at timestamptz not null default clock_timestamp(),
  created_by name not null default session_user,
  unique (pipeline_id, number),
  unique (id, owner_id),
  foreign key (pipeline_id, owner_id) references zm.pipeline (id, owner_id)
);
alter table zm.pipeline add foreign key (version_id, owner_id) references zm.pipeline_version (id, owner_id);

-- Over what a task is repeated: {"over": TASK, "as": "lines"|"json"} or {"items": [text, …]}, each with "limit",
-- how many run at once.
create function zm.is_map(j jsonb) returns boolean language sql immutable strict as $$
  select case when jsonb_typeof(j) = 'object' and (j ? 'over') <> (j ? 'items') then coalesce(bool_and(case v.key
    when 'over' then jsonb_typeof(v.value) = 'string'
    when 'as' then v.value in ('"lines"', '"json"')
    when 'limit' then zm.is_whole(v.value, 1, 1000)
    when 'items' then jsonb_typeof(v.value) = 'array' and (
      select count(*) between 1 and 100000 and bool_and(jsonb_typeof(i) = 'string' and octet_length(i #>> '{}') <= 131000)
      from jsonb_array_elements(case when jsonb_typeof(v.value) = 'array' then v.value else '[]' end) i)
    else false end), true) else false end
  from jsonb_each(case when jsonb_typeof(j) = 'object' then j else '{}' end) v $$;

create table zm.task (
  id int generated always as identity primary key,
  owner_id int not null,
  version_id int not null,
  position int not null,
  name text not null check (zm.is_name(name)),
  template_id int,
  program_id int,
  args text[] not null default '{}' check (zm.is_arguments(args)),
  -- Of its template's facts, what is different here: the limit of time, and variables beside the template's.
  maximum_ms bigint check (maximum_ms between 1 and 31622400000),
  environment jsonb check (zm.is_environment(environment)),
  labels text[] check (zm.is_labels(labels)),
  resources jsonb check (zm.is_resources(resources)),
  priority smallint not null default 0 check (priority between -1000 and 1000),
  is_enabled boolean not null default true,
  join_rule text not null default 'all'
    check (join_rule in ('all', 'any', 'all_done', 'none_failed', 'one_failed', 'n_of')),
  join_count int check (join_count between 1 and 1000),
  map jsonb check (zm.is_map(map)),
  check ((join_rule = 'n_of') = (join_count is not null)),
  check (num_nonnulls(template_id, program_id) = 1),
  unique (version_id, name),
  unique (version_id, id),
  foreign key (version_id, owner_id) references zm.pipeline_version (id, owner_id),
  foreign key (template_id, owner_id) references zm.template (id, owner_id),
  foreign key (program_id, owner_id) references zm.program (id, owner_id)
);
-- What is wrong with a regular expression; null if nothing is. Without back references and lookaround, PostgreSQL's engine
-- is an automaton that reads its text once; the bound on repeats bounds the automaton.
create function zm.regex_problem(pattern text) returns text language plpgsql immutable strict as $$
declare
  plain text := replace(pattern, '\\', '');
  bound text[];
  product numeric := 1;
begin
  if length(pattern) > 200 then return 'a regular expression has at most 200 characters'; end if;
  if plain ~ '\\[1-9]' then return 'back references are not taken'; end if;
  if plain ~ '\(\?(?!:|i\))' or pattern ~ '^\*\*\*' then return 'of the forms (?...) only (?:...) and (?i) are taken'; end if;
  for bound in select regexp_matches(plain, '\{(\d+)(,?)(\d*)\}', 'g') loop
    product := product * greatest(coalesce(nullif(bound[3], ''), bound[1])::numeric, 1);
  end loop;
  if product > 200 then return 'the bounds of its repeats multiply to more than 200'; end if;
  perform '' ~ pattern;
  return null;
exception when invalid_regular_expression then return sqlerrm;
end $$;
-- How often a pattern occurs.
create function zm.count_of(value text, pattern text, flags text default '') returns bigint language sql immutable strict as $$
  select count(*) from regexp_matches(value, pattern, 'g' || flags) $$;

-- A path is bounded by what it may hold: one look at the document, at most one "**" and two filters. What compares a path
-- with a path is quadratic, so it sees less of a result: see zm.holds.
create function zm.jsonpath_problem(path text) returns text language plpgsql immutable strict as $$
declare
  pattern text[];
  bare text := regexp_replace(path, '"([^"\\]|\\.)*"', '""', 'g');
  problem text;
begin
  if length(path) > 1000 then return 'a jsonpath has at most 1000 characters'; end if;
  if bare ~ '/\*|\\' then return 'a jsonpath has no comment, and no escape but in its strings'; end if;
  if zm.count_of(bare, '\$') <> 1 then return 'a jsonpath has one "$", at its beginning'; end if;
  if zm.count_of(bare, '\*\*') > 1 then return 'a jsonpath has at most one "**"'; end if;
  if zm.count_of(bare, '\?') > 2 then return 'a jsonpath has at most two filters'; end if;
  perform path::jsonpath;
  if zm.count_of(bare, 'like_regex', 'i') <> zm.count_of(path, 'like_regex\s*"', 'i') then
    return 'like_regex needs a string behind it';
  end if;
  for pattern in select regexp_matches(path, 'like_regex\s*"((?:[^"\\]|\\.)*)"', 'gi') loop
    problem := zm.regex_problem(('"' || pattern[1] || '"')::jsonb #>> '{}');
    if problem is not null then return 'its like_regex: ' || problem; end if;
  end loop;
  return null;
exception when syntax_error or data_exception then return sqlerrm;
end $$;
-- Whether a path compares a path with a path.
create function zm.compares_paths(path text) returns boolean language sql immutable strict as $$
  select regexp_replace(path, '"([^"\\]|\\.)*"', '""', 'g') ~ '[=<>][\s(+-]*[@$]' $$;

-- What is wrong with a condition beyond the words success, failure and always; null if nothing is:
--   ["and", C, C…] ["or", C, C…] ["not", C]             C a word or a condition
--   ["exit_code", OP, N]  ["exit_code", "in", [N, …]]   OP == != < <= > >=
--   ["result", OP, number]  ["result", "==" or "!=" or "contains" or "matches" or "jsonpath", text]
create function zm.condition_problem(j jsonb, depth int default 1) returns text language plpgsql immutable as $$
declare
  head text := j ->> 0;
  op text := j ->> 1;
  value jsonb := j -> 2;
  problem text;
begin
  if depth > 20 then return 'a condition is at most 20 deep'; end if;
  if jsonb_typeof(j) = 'string' and j #>> '{}' in ('success', 'failure', 'always') then
    return case when depth = 1 then 'a word alone is no expression' end;
  end if;
  if jsonb_typeof(j) is distinct from 'array' then return 'a condition is a word or an array'; end if;
  if head in ('and', 'or', 'not') then
    if jsonb_array_length(j) < 2 or (head = 'not' and jsonb_array_length(j) > 2) or jsonb_array_length(j) > 100 then
      return format('"%s" joins other conditions', head);
    end if;
    for value in select e.value from jsonb_array_elements(j) with ordinality e (value, n) where n > 1 loop
      problem := zm.condition_problem(value, depth + 1);
      if problem is not null then return problem; end if;
    end loop;
    return null;
  end if;
  if jsonb_array_length(j) is distinct from 3 then return 'a comparison has three parts'; end if;
  if head = 'exit_code' and op = 'in' then
    if jsonb_typeof(value) <> 'array' then return '"in" needs a list of exit codes'; end if;
    return case when not coalesce((select bool_and(zm.is_whole(c, 0, 255)) from jsonb_array_elements(value) c), false)
      then 'an exit code is 0 to 255' end;
  elsif head = 'exit_code' and op in ('==', '!=', '<', '<=', '>', '>=') then
    return case when not zm.is_whole(value, 0, 255) then 'an exit code is 0 to 255' end;
  elsif head = 'result' and op in ('==', '!=', '<', '<=', '>', '>=') and jsonb_typeof(value) = 'number' then
    return null;
  elsif head = 'result' and op in ('==', '!=', 'contains', 'matches', 'jsonpath') and jsonb_typeof(value) = 'string' then
    return case op when 'matches' then zm.regex_problem(value #>> '{}') when 'jsonpath' then zm.jsonpath_problem(value #>> '{}') end;
  end if;
  return format('"%s %s" is no comparison', head, op);
end $$;

create table zm.link (
  id int generated always as identity primary key,
  owner_id int not null,
  version_id int not null,
  to_task int not null,
  from_task int not null,
  position int not null,
  condition text not null check (condition in ('success', 'failure', 'always', 'expression')),
  -- A condition that looks at more than the state; see the functions of conditions.
  expression jsonb,
  is_enabled boolean not null default true,
  check ((condition = 'expression') = (expression is not null)),
  check (expression is null or zm.condition_problem(expression) is null),
  pass text not null check (pass in ('none', 'argument', 'stdin', 'env')),
  unique (to_task, from_task),
  foreign key (version_id, to_task) references zm.task (version_id, id),
  foreign key (version_id, from_task) references zm.task (version_id, id),
  foreign key (version_id, owner_id) references zm.pipeline_version (id, owner_id)
);
create index link_from on zm.link (from_task);

-- A pipeline is shared by its owner with another user, or with a PostgreSQL role that users are members of: to see it and
-- its runs, or to act on them, too.
create table zm.share (
  pipeline_id int not null,
  owner_id int not null,
  grantee name not null,
  level text not null check (level in ('view', 'operate')),
  created_at timestamptz not null default clock_timestamp(),
  created_by name not null default session_user,
  primary key (pipeline_id, grantee),
  foreign key (pipeline_id, owner_id) references zm.pipeline (id, owner_id)
);

-- What is shared with the caller. Policies look into these lists once a query, and only for members of zm_guest, which
-- whoever gets a share becomes: all others keep the plans of what is theirs alone (with the lists, counts by state of
-- 200,000 own task runs among a million take four times as long).
create function zm.shared_pipelines(p_level text) returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(s.pipeline_id), '{}') from zm.share s join pg_roles r on r.rolname = s.grantee
  where pg_has_role(session_user, r.oid, 'member') and (s.level = 'operate' or p_level = 'view') and zm.uid() is not null $$;
create function zm.shared_versions() returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(id), '{}') from zm.pipeline_version where pipeline_id = any (zm.shared_pipelines('view')) $$;
create function zm.shared_tasks() returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(id), '{}') from zm.task where version_id = any (zm.shared_versions()) $$;
create function zm.shared_templates() returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct template_id), '{}') from zm.task
  where version_id = any (zm.shared_versions()) and template_id is not null $$;
create function zm.shared_programs() returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct coalesce(t.program_id, m.program_id)), '{}')
  from zm.task t left join zm.template m on m.id = t.template_id where t.version_id = any (zm.shared_versions()) $$;
create function zm.shared_owners() returns int[] language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct owner_id), '{}') from zm.share where pipeline_id = any (zm.shared_pipelines('view')) $$;
-- To all users, for a plan with these policies may outlive the membership.
grant execute on function zm.shared_pipelines, zm.shared_versions, zm.shared_tasks, zm.shared_templates, zm.shared_programs,
  zm.shared_owners to zm_guest, zm_user;

create policy shared on zm.app_user for select to zm_guest using (id = any ((select zm.shared_owners())::int[]));
create policy shared on zm.program for select to zm_guest using (id = any ((select zm.shared_programs())::int[]));
create policy shared on zm.template for select to zm_guest using (id = any ((select zm.shared_templates())::int[]));
create policy shared on zm.pipeline for select to zm_guest using (id = any ((select zm.shared_pipelines('view'))::int[]));
create policy shared on zm.pipeline_version for select to zm_guest using (id = any ((select zm.shared_versions())::int[]));
create policy shared on zm.task for select to zm_guest using (version_id = any ((select zm.shared_versions())::int[]));
create policy shared on zm.link for select to zm_guest using (version_id = any ((select zm.shared_versions())::int[]));
create policy shared on zm.share for select to zm_guest using (pipeline_id = any ((select zm.shared_pipelines('view'))::int[]));

do $$
declare
  t text;
begin
  foreach t in array array['share', 'program', 'template', 'pipeline', 'pipeline_version', 'task', 'link'] loop
    execute format('alter table zm.%I enable row level security', t);
    execute format('create policy own on zm.%I for select to zm_user
      using (owner_id = (select zm.uid()))', t);
    execute format('create policy everyone on zm.%I for select to zm_viewer, zm_admin
      using ((select zm.uid()) is not null)', t);
    execute format('grant select on zm.%I to zm_viewer, zm_user, zm_admin', t);
  end loop;
end $$;
alter table zm.script enable row level security;
grant select on zm.script to zm_viewer, zm_user, zm_admin;
create policy own on zm.script for select to zm_viewer, zm_user, zm_admin
  using (exists (select from zm.program p where p.script_sha256 = sha256));
create index program_script on zm.program (script_sha256);

-- Reading definitions back, in the shape that apply takes. Invoker's rights: row security decides.
create function zm.program_json(p_id int) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_strip_nulls(jsonb_build_object('script', s.body, 'average', p.average_ms, 'maximum', p.maximum_ms,
    'attempts', p.attempts, 'rerun_if_lost', p.rerun_if_lost, 'max_output', p.max_output, 'grace', p.grace_ms,
    'retry', p.retry, 'labels', to_jsonb(p.labels), 'resources', p.resources) || coalesce(p.launch, '{}'))
  from zm.program p join zm.script s on s.sha256 = p.script_sha256 where p.id = p_id $$;
create function zm.template_json(p_id int) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('name', name, 'description', description, 'program', zm.program_json(program_id))
  from zm.template where id = p_id $$;
create function zm.pipeline_json(p_version int) returns jsonb language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('name', p.name, 'description', v.description, 'tasks', (
    select jsonb_agg(jsonb_build_object(
      'name', t.name,
      'work', case when t.template_id is null then jsonb_build_object('program', zm.program_json(t.program_id))
                   else jsonb_build_object('template', (select m.name from zm.template m where m.id = t.template_id)) end,
      'args', to_jsonb(t.args),
      'join', concat_ws(' ', t.join_rule, t.join_count),
      'after', (select coalesce(jsonb_agg(jsonb_build_object('task', f.name, 'when',
                           coalesce(l.expression, to_jsonb(l.condition)), 'pass', l.pass)
                           || case when l.is_enabled then '{}' else '{"enabled": false}'::jsonb end
                         order by l.position), '[]')
                from zm.link l join zm.task f on f.id = l.from_task where l.to_task = t.id))
        || jsonb_strip_nulls(jsonb_build_object('maximum', t.maximum_ms, 'env', t.environment, 'labels', to_jsonb(t.labels),
          'resources', t.resources, 'priority', nullif(t.priority, 0), 'map', t.map,
          'enabled', case when not t.is_enabled then false end))
      order by t.position)
    from zm.task t where t.version_id = v.id)) || jsonb_strip_nulls(jsonb_build_object('limit', v.task_limit))
  from zm.pipeline_version v join zm.pipeline p on p.id = v.pipeline_id where v.id = p_version $$;
grant execute on function zm.program_json, zm.template_json, zm.pipeline_json to zm_viewer, zm_user, zm_admin;
