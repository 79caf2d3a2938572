-- What people do: functions that check the owner and write the audit row in the same transaction.
set local role zm_owner;

-- Roles belong to the whole server: who is an admin of another database is none here unless it was enrolled here, too. A
-- superuser may do all anyway.
create function zm.is_admin() returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select pg_has_role(session_user, 'zm_admin', 'member') and coalesce(
    (select not disabled from zm.app_user where rolname = session_user),
    (select rolsuper from pg_roles where rolname = session_user)) $$;

create function zm.must_be_admin() returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not zm.is_admin() then
    raise exception 'only an admin of zmey may do that' using errcode = 'ZM002';
  end if;
end $$;

-- The pipeline of that name that the caller may act on: the caller's own, or else the one that is shared with it to
-- operate, of an admin any one. OWNER:NAME tells equal names apart.
create function zm.pipeline_to_operate(p_name text) returns zm.pipeline language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  p zm.pipeline;
  owners text[];
begin
  select * into p from zm.pipeline x where x.owner_id = me and x.name = p_name and x.removed_at is null;
  if found then return p; end if;
  select array_agg(u.rolname order by u.rolname) into owners
  from zm.pipeline x join zm.app_user u on u.id = x.owner_id
  where x.removed_at is null and p_name in (x.name, u.rolname || ':' || x.name)
    and (zm.is_admin() or x.id = any (zm.shared_pipelines('operate')));
  if cardinality(owners) > 1 then
    raise exception 'pipeline "%" is one of %', p_name, array_to_string(owners, ', ') using errcode = 'ZM005',
      hint = format('Say whose: %s:%s', owners[1], p_name);
  end if;
  select x.* into p from zm.pipeline x join zm.app_user u on u.id = x.owner_id
  where u.rolname = owners[1] and x.removed_at is null and p_name in (x.name, u.rolname || ':' || x.name);
  if not found then
    raise exception 'no pipeline "%"', p_name using errcode = 'ZM003', hint = 'zmctl pipeline list shows yours.';
  end if;
  return p;
end $$;

-- Whether the caller may act on a run of that owner and pipeline, or see it.
create function zm.may_operate(p_owner int, p_pipeline int) returns boolean language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select p_owner = zm.uid() or zm.is_admin() or coalesce(p_pipeline = any (zm.shared_pipelines('operate')), false) $$;
create function zm.may_see(p_owner int, p_pipeline int) returns boolean language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select p_owner = zm.uid() or zm.is_admin() or (zm.uid() is not null and pg_has_role(session_user, 'zm_viewer', 'member'))
    or coalesce(p_pipeline = any (zm.shared_pipelines('view')), false) $$;

-- Refuses what would leave more of somebody's work in the queue than is allowed.
create function zm.check_queue(p_owner int) returns void language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
declare
  most int := (select queue_limit from zm.app_user where id = p_owner);
begin
  if (select count(*) from (select from zm.queue where owner_id = p_owner limit most::bigint + 1) q) > most then
    raise exception 'more than % task runs of yours would be queued', most using errcode = 'ZM005',
      hint = 'Wait until some have run, or ask an admin of zmey for a higher limit.';
  end if;
end $$;

-- Definitions -------------------------------------------------------------------------------------------

-- The program of that JSON: an equal one of the owner if there is one, else a new one.
create function zm.program_of(p_owner int, j jsonb) returns int language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  body text := j ->> 'script';
  sha bytea := sha256(convert_to(body, 'UTF8'));
  found_id int;
begin
  if body is null then raise exception 'a program has no script' using errcode = 'ZM004'; end if;
  insert into zm.script values (sha, body) on conflict do nothing;
  select id into found_id from zm.program
  where owner_id = p_owner and script_sha256 = sha
    and zm.program_json(id) = j;
  if found then return found_id; end if;
  insert into zm.program (owner_id, script_sha256, average_ms, maximum_ms, attempts, rerun_if_lost, max_output,
    grace_ms, retry, labels, resources, launch)
  values (p_owner, sha, (j ->> 'average')::bigint, (j ->> 'maximum')::bigint, coalesce((j ->> 'attempts')::smallint, 1),
    coalesce((j ->> 'rerun_if_lost')::boolean, true), coalesce((j ->> 'max_output')::bigint, 16777216),
    (j ->> 'grace')::bigint, j -> 'retry',
    case when j ? 'labels' then array(select jsonb_array_elements_text(j -> 'labels')) end, j -> 'resources',
    nullif(jsonb_strip_nulls(jsonb_build_object('env', j -> 'env', 'secrets', j -> 'secrets', 'nice', j -> 'nice',
      'limits', j -> 'limits', 'user', j -> 'user')), '{}'))
  returning id into found_id;
  return found_id;
end $$;

-- Makes that JSON the pipeline's newest version.
create function zm.save_pipeline(p_owner int, j jsonb) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  p zm.pipeline;
  v int;
  total int := jsonb_array_length(j -> 'tasks');
  missing record;
  first_task int;
  incoming int[];
  ready int[];
  following int[];
  done int := 0;
  rest text;
begin
  if total is null or total not between 1 and 5000 then
    raise exception 'pipeline "%" has % tasks; it needs 1 to 5000', j ->> 'name', coalesce(total, 0) using errcode = 'ZM004';
  end if;
  insert into zm.pipeline (owner_id, name) values (p_owner, j ->> 'name')
  on conflict (owner_id, name) where removed_at is null do update set updated_at = clock_timestamp() returning * into p;
  insert into zm.last_run (pipeline_id, run_id, owner_id) values (p.id, zm.day_number(clock_timestamp()) * 1000000000, p_owner)
  on conflict do nothing;
  insert into zm.pipeline_version (owner_id, pipeline_id, number, description, task_limit)
  select p_owner, p.id, coalesce(max(number), 0) + 1, coalesce(j ->> 'description', ''), (j ->> 'limit')::int
  from zm.pipeline_version where pipeline_id = p.id returning id into v;
  select k ->> 'name' as task, k #>> '{work,template}' as template into missing
  from jsonb_array_elements(j -> 'tasks') k
  where k -> 'work' ? 'template' and not exists (
    select from zm.template m where m.owner_id = p_owner and m.name = k #>> '{work,template}' and m.removed_at is null);
  if found then
    raise exception 'task "%/%" needs template "%", which does not exist', p.name, missing.task, missing.template
      using errcode = 'ZM003';
  end if;
  insert into zm.task (owner_id, version_id, position, name, template_id, program_id, args, maximum_ms, environment,
    labels, resources, priority, is_enabled, join_rule, join_count, map)
  select p_owner, v, n, k ->> 'name',
    (select m.id from zm.template m where m.owner_id = p_owner and m.name = k #>> '{work,template}' and m.removed_at is null),
    case when not k -> 'work' ? 'template' then zm.program_of(p_owner, k #> '{work,program}') end,
    array(select jsonb_array_elements_text(coalesce(k -> 'args', '[]'))), (k ->> 'maximum')::bigint, k -> 'env',
    case when k ? 'labels' then array(select jsonb_array_elements_text(k -> 'labels')) end, k -> 'resources',
    coalesce((k ->> 'priority')::smallint, 0), coalesce((k ->> 'enabled')::boolean, true),
    split_part(coalesce(k ->> 'join', 'all'), ' ', 1), nullif(split_part(coalesce(k ->> 'join', 'all'), ' ', 2), '')::int,
    k -> 'map'
  from jsonb_array_elements(j -> 'tasks') with ordinality t (k, n) order by n;
  with links as (
    select k ->> 'name' as to_name, l ->> 'task' as from_name, l, n
    from jsonb_array_elements(j -> 'tasks') k
    cross join lateral jsonb_array_elements(coalesce(k -> 'after', '[]')) with ordinality a (l, n)
  ), made as (
    insert into zm.link (owner_id, version_id, from_task, to_task, position, condition, expression, pass, is_enabled)
    select p_owner, v, f.id, t.id, x.n,
      case when jsonb_typeof(x.l -> 'when') = 'array' then 'expression' else coalesce(x.l ->> 'when', 'success') end,
      case when jsonb_typeof(x.l -> 'when') = 'array' then x.l -> 'when' end,
      coalesce(x.l ->> 'pass', 'none'), coalesce((x.l ->> 'enabled')::boolean, true)
    from links x join zm.task f on f.version_id = v and f.name = x.from_name
    join zm.task t on t.version_id = v and t.name = x.to_name
  )
  select from_name into missing from links x where not exists (select from zm.task f where f.version_id = v and f.name = x.from_name);
  if found then
    raise exception 'no task "%" in pipeline "%"', missing.from_name, p.name using errcode = 'ZM004';
  end if;
  select name into missing from zm.task t where t.version_id = v and t.map ? 'over' and not exists (
    select from zm.link l join zm.task f on f.id = l.from_task where l.to_task = t.id and l.is_enabled and f.name = t.map ->> 'over');
  if found then
    raise exception 'task "%/%" is repeated over a task that it does not follow', p.name, missing.name using errcode = 'ZM004';
  end if;
  -- A run of a circle would wait for ever: take away what nothing leads to, until there is nothing. Positions are 1 to total.
  select array_agg((select count(*) from zm.link l where l.to_task = t.id) order by t.position) into incoming
  from zm.task t where t.version_id = v;
  ready := array(select n from unnest(incoming) with ordinality i (k, n) where k = 0);
  while ready <> '{}' loop
    done := done + cardinality(ready);
    following := array(
      select o.position from unnest(ready) r join zm.task f on f.version_id = v and f.position = r
      join zm.link l on l.from_task = f.id join zm.task o on o.id = l.to_task);
    ready := '{}';
    foreach first_task in array following loop
      incoming[first_task] := incoming[first_task] - 1;
      if incoming[first_task] = 0 then ready := ready || first_task; end if;
    end loop;
  end loop;
  if done < total then
    select string_agg(t.name, ', ' order by t.name) into rest from zm.task t where t.version_id = v and incoming[t.position] > 0;
    raise exception 'the links of pipeline "%" go in a circle through %', p.name, left(rest, 500) using errcode = 'ZM004';
  end if;
  update zm.pipeline set version_id = v where id = p.id;
  -- Now, that nothing that starts runs has to; and what another limit held back may run.
  perform zm.class_of(case when j ? 'limit' then p.id end, coalesce(t.labels, g.labels), coalesce(t.resources, g.resources))
  from zm.task t left join zm.template m on m.id = t.template_id join zm.program g on g.id = coalesce(t.program_id, m.program_id)
  where t.version_id = v group by coalesce(t.labels, g.labels), coalesce(t.resources, g.resources);
  perform zm.wake_schedulers();
end $$;

-- The definition of that kind and name as apply takes it; null if there is none.
create function zm.definition_of(p_owner int, p_kind text, p_name text) returns jsonb language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
begin
  return case p_kind
    when 'template' then (select zm.template_json(t.id) from zm.template t
      where t.owner_id = p_owner and t.name = p_name and t.removed_at is null)
    when 'pipeline' then (select zm.pipeline_json(p.version_id) from zm.pipeline p
      where p.owner_id = p_owner and p.name = p_name and p.removed_at is null)
    when 'event' then (select zm.event_json(e.id) from zm.event e where e.owner_id = p_owner and e.name = p_name) end;
end $$;

create function zm.save(p_owner int, p_kind text, j jsonb) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  found_program int;
begin
  case p_kind
  when 'template' then
    found_program := zm.program_of(p_owner, j -> 'program');
    insert into zm.template (owner_id, name, description, program_id)
    values (p_owner, j ->> 'name', coalesce(j ->> 'description', ''), found_program)
    on conflict (owner_id, name) where removed_at is null do update set description = excluded.description,
      program_id = excluded.program_id, updated_at = clock_timestamp();
  when 'pipeline' then perform zm.save_pipeline(p_owner, j);
  when 'event' then perform zm.save_event(p_owner, j);
  end case;
end $$;

-- Takes a definition away. What runs goes on, and what was can still be seen.
create function zm.remove(p_owner int, p_kind text, p_name text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  users text;
begin
  if p_kind = 'template' then
    select string_agg(distinct format('pipeline "%s"', p.name), ', ') into users
    from zm.template m join zm.task t on t.template_id = m.id join zm.pipeline p on p.version_id = t.version_id
    where m.owner_id = p_owner and m.name = p_name and m.removed_at is null and p.removed_at is null;
  elsif p_kind = 'pipeline' then
    select string_agg(distinct format('event "%s"', e.name), ', ') into users
    from zm.event e cross join unnest(e.targets) t
    where e.owner_id = p_owner and not e.is_removed and split_part(t, '/', 1) = p_name;
  end if;
  if users is not null then
    raise exception '% "%" is used by %', p_kind, p_name, left(users, 500)
      using errcode = 'ZM005', hint = 'Change or remove these first.';
  end if;
  case p_kind
  when 'template' then
    update zm.template set removed_at = clock_timestamp() where owner_id = p_owner and name = p_name and removed_at is null;
  when 'pipeline' then
    update zm.pipeline set removed_at = clock_timestamp() where owner_id = p_owner and name = p_name and removed_at is null;
  when 'event' then
    perform zm.remove_event(p_owner, p_name);
  end case;
end $$;

create function zm.kinds() returns table (kind text, list text, place int) language sql immutable as
$$ values ('template', 'templates', 1), ('pipeline', 'pipelines', 2), ('event', 'events', 3) $$;

-- Names of the caller's objects of a kind.
create function zm.names_of(p_owner int, p_kind text) returns setof text language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
begin
  case p_kind
  when 'template' then return query select name from zm.template where owner_id = p_owner and removed_at is null order by 1;
  when 'pipeline' then return query select name from zm.pipeline where owner_id = p_owner and removed_at is null order by 1;
  when 'event' then return query select name from zm.event where owner_id = p_owner and not is_removed order by 1;
  end case;
end $$;

-- Makes the caller's templates, pipelines and events what the document says, all or nothing, and tells what it did:
-- '+' new, '~' changed, '=' as it was; with p_prune what the document does not name is removed: '-'.
create function zm_api.apply(p_document jsonb, p_prune boolean default false)
  returns table (action text, kind text, name text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  me int := zm.me();
  k record;
  j jsonb;
  was jsonb;
begin
  -- One apply of an owner at a time: two that make the same name would else meet at its key.
  perform from zm.app_user where id = me for no key update;
  for k in select * from zm.kinds() order by place loop
    kind := k.kind;
    for j in select * from jsonb_array_elements(coalesce(p_document -> k.list, '[]')) loop
      name := j ->> 'name';
      was := zm.definition_of(me, kind, name);
      action := case when was is null then '+' when was = j then '=' else '~' end;
      if action <> '=' then
        perform zm.save(me, kind, j);
        perform zm.note(case action when '+' then 'create' else 'change' end, kind, name,
          jsonb_strip_nulls(jsonb_build_object('before', was, 'after', j)));
      end if;
      return next;
    end loop;
  end loop;
  if p_prune then
    -- What refers to others goes first.
    for k in select * from zm.kinds() order by place desc loop
      kind := k.kind;
      action := '-';
      for name in select n from zm.names_of(me, kind) n
        where not exists (select from jsonb_array_elements(p_document -> k.list) e where e ->> 'name' = n)
      loop
        was := zm.definition_of(me, kind, name);
        perform zm.remove(me, kind, name);
        perform zm.note('remove', kind, name, jsonb_build_object('before', was));
        return next;
      end loop;
    end loop;
  end if;
end $$;

create function zm_api.remove(p_kind text, p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  was jsonb;
begin
  if p_kind is null or not exists (select from zm.kinds() where kind = p_kind) then
    raise exception 'a kind is template, pipeline or event, not "%"', p_kind using errcode = 'ZM004';
  end if;
  was := zm.definition_of(me, p_kind, p_name);
  if was is null then
    raise exception 'no % "%"', p_kind, p_name using errcode = 'ZM003', hint = format('zmctl %s list shows yours.', p_kind);
  end if;
  perform zm.remove(me, p_kind, p_name);
  perform zm.note('remove', p_kind, p_name, jsonb_build_object('before', was));
end $$;

-- One definition of the caller's, of a pipeline also an earlier version; null if there is none.
create function zm_api.definition(p_kind text, p_name text, p_version int default null) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_version is null then return zm.definition_of(zm.me(), p_kind, p_name); end if;
  return (select zm.pipeline_json(v.id) from zm.pipeline p join zm.pipeline_version v on v.pipeline_id = p.id
    where p_kind = 'pipeline' and p.owner_id = zm.me() and p.name = p_name and p.removed_at is null and v.number = p_version);
end $$;

-- What only the database knows to be wrong with a document, all of it: places are JSON pointers.
create function zm_api.problems(p_document jsonb) returns table (place text, message text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  me int := zm.me();
begin
  return query
  with tasks as (
    select format('/pipelines/%s/tasks/%s', p.n - 1, t.n - 1) as place, t.j
    from jsonb_array_elements(coalesce(p_document -> 'pipelines', '[]')) with ordinality p (j, n)
    cross join lateral jsonb_array_elements(coalesce(p.j -> 'tasks', '[]')) with ordinality t (j, n)
  ), programs as (
    select place, j -> 'resources' as resources from tasks
    union all select place, j #> '{work,program,resources}' from tasks
    union all select format('/templates/%s', n - 1), j #> '{program,resources}'
    from jsonb_array_elements(coalesce(p_document -> 'templates', '[]')) with ordinality t (j, n)
  )
  select place || '/template', format('no template "%s"', j #>> '{work,template}') from tasks
  where j -> 'work' ? 'template'
    and not exists (select from jsonb_array_elements(p_document -> 'templates') m where m ->> 'name' = j #>> '{work,template}')
    and not exists (select from zm.template m
      where m.owner_id = me and m.name = j #>> '{work,template}' and m.removed_at is null)
  union all
  select x.place, x.problem from (
    select format('%s/after/%s/when', t.place, l.n - 1) as place, zm.condition_problem(l.j -> 'when') as problem
    from tasks t cross join lateral jsonb_array_elements(coalesce(t.j -> 'after', '[]')) with ordinality l (j, n)
    where jsonb_typeof(l.j -> 'when') = 'array') x
  where x.problem is not null
  union all
  select p.place || '/resources', format('no resource "%s"', r.key)
  from programs p cross join lateral jsonb_each(p.resources) r
  where not exists (select from zm.resource where name = r.key)
  union all
  select p.place || '/resources', format('%s of "%s" are asked for, and there are %s', r.value, r.key, s.amount)
  from programs p cross join lateral jsonb_each_text(p.resources) r join zm.resource s on s.name = r.key
  where r.value::int > s.amount
  union all
  select format('/events/%s/start/%s', e.n - 1, s.n - 1), format('no pipeline "%s"', split_part(s.name, '/', 1))
  from jsonb_array_elements(coalesce(p_document -> 'events', '[]')) with ordinality e (j, n)
  cross join lateral jsonb_array_elements_text(e.j -> 'start') with ordinality s (name, n)
  where not exists (select from jsonb_array_elements(p_document -> 'pipelines') p where p ->> 'name' = split_part(s.name, '/', 1))
    and not exists (select from zm.pipeline p
      where p.owner_id = me and p.name = split_part(s.name, '/', 1) and p.removed_at is null)
  union all
  select format('/events/%s/start/%s', e.n - 1, s.n - 1), format('no task "%s"', s.name)
  from jsonb_array_elements(coalesce(p_document -> 'events', '[]')) with ordinality e (j, n)
  cross join lateral jsonb_array_elements_text(e.j -> 'start') with ordinality s (name, n)
  join zm.pipeline p on p.owner_id = me and p.name = split_part(s.name, '/', 1) and p.removed_at is null
  where s.name like '%/%'
    and not exists (select from jsonb_array_elements(p_document -> 'pipelines') d where d ->> 'name' = p.name)
    and not exists (select from zm.task t where t.version_id = p.version_id and t.name = substring(s.name from position('/' in s.name) + 1));
end $$;

-- The caller's definitions as a document that apply takes; of one pipeline with the templates that it needs,
-- or of all.
create function zm_api.export(p_pipelines text[] default null) returns jsonb language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  missing text;
begin
  select n into missing from unnest(p_pipelines) n
  where not exists (select from zm.pipeline p where p.owner_id = me and p.name = n and p.removed_at is null);
  if found then
    raise exception 'no pipeline "%"', missing using errcode = 'ZM003';
  end if;
  return jsonb_build_object(
    'templates', (select coalesce(jsonb_agg(zm.template_json(t.id) order by t.name), '[]') from zm.template t
      where t.owner_id = me and t.removed_at is null and (p_pipelines is null or exists (
        select from zm.task k join zm.pipeline p on p.version_id = k.version_id
        where k.template_id = t.id and p.owner_id = me and p.removed_at is null and p.name = any (p_pipelines)))),
    'pipelines', (select coalesce(jsonb_agg(zm.pipeline_json(p.version_id) order by p.name), '[]') from zm.pipeline p
      where p.owner_id = me and p.removed_at is null and (p_pipelines is null or p.name = any (p_pipelines))),
    'events', (select coalesce(jsonb_agg(zm.event_json(e.id) order by e.name), '[]') from zm.event e
      where e.owner_id = me and not e.is_removed and (p_pipelines is null or not exists (
        select from unnest(e.targets) t where split_part(t, '/', 1) <> all (p_pipelines)))));
end $$;

-- Changes one thing of a pipeline and saves it as its newest version.
create function zm.change_pipeline(p_pipeline text, p_path text[], p_value boolean, p_missing text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  was jsonb;
  j jsonb;
begin
  perform from zm.app_user where id = me for no key update;
  was := zm.definition_of(me, 'pipeline', p_pipeline);
  if was is null then
    raise exception 'no pipeline "%"', p_pipeline using errcode = 'ZM003', hint = 'zmctl pipeline list shows yours.';
  end if;
  if p_path is null or was #> p_path is null then
    raise exception '% in pipeline "%"', p_missing, p_pipeline using errcode = 'ZM003';
  end if;
  j := case when p_value then was #- (p_path || array['enabled']) else jsonb_set(was, p_path || array['enabled'], 'false') end;
  if j = was then return; end if;
  perform zm.save_pipeline(me, j);
  perform zm.note('change', 'pipeline', p_pipeline, jsonb_build_object('before', was, 'after', j));
end $$;

-- The place of a task, and of a link to it, in a pipeline's JSON; null if there is none.
create function zm.path_of(j jsonb, p_task text, p_from text default null) returns text[] language sql immutable as $$
  select case when p_from is null then array['tasks', (t.n - 1)::text] else (
    select array['tasks', (t.n - 1)::text, 'after', (l.n - 1)::text]
    from jsonb_array_elements(t.k -> 'after') with ordinality l (a, n) where l.a ->> 'task' = p_from) end
  from jsonb_array_elements(j -> 'tasks') with ordinality t (k, n) where t.k ->> 'name' = p_task $$;

-- Switches a task on or off. What is off is skipped when its turn comes; runs that go keep what they began with.
create function zm_api.task_set(p_pipeline text, p_task text, p_enabled boolean) returns void language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.change_pipeline(p_pipeline, zm.path_of(zm.definition_of(zm.me(), 'pipeline', p_pipeline), p_task), p_enabled,
    format('no task "%s"', p_task));
end $$;

-- Switches a link on or off. One that is off does not count.
create function zm_api.link_set(p_pipeline text, p_from text, p_to text, p_enabled boolean) returns void language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.change_pipeline(p_pipeline, zm.path_of(zm.definition_of(zm.me(), 'pipeline', p_pipeline), p_to, p_from), p_enabled,
    format('no link from "%s" to "%s"', p_from, p_to));
end $$;

-- Starting ----------------------------------------------------------------------------------------------

-- These tasks and all that follow from them, by links that are on.
create function zm.following(p_tasks int[]) returns int[] language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive part (id) as (
    select unnest(p_tasks)
    union
    select l.to_task from zm.link l join part on part.id = l.from_task where l.is_enabled
  )
  select array_agg(id) from part $$;

-- Makes a run of these tasks of a pipeline's version: those with no link from another of them are queued, or held
-- while the pipeline is paused, and the others wait. p_args goes to the former. A run that repeats another (p_source)
-- gets the arguments that the tasks had there, and their programs unless p_latest; for links from tasks that it leaves
-- out, what they handed on there is kept.
create function zm.start_tasks(p_owner int, p_version int, p_tasks int[], p_args text[], p_source bigint default null,
    p_latest boolean default false, p_event int default null, p_due_at timestamptz default null)
  returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p zm.pipeline;
  limited int;
  r bigint;
  missing record;
  fans bigint[];
  over bigint[];
begin
  if coalesce(cardinality(p_tasks), 0) = 0 then
    raise exception 'nothing of it is left to run' using errcode = 'ZM005';
  end if;
  perform zm.ensure_week(clock_timestamp());
  r := zm.new_id();
  -- Locked: a pause of the pipeline is either seen here, or waits and then finds this run.
  select x.* into p from zm.pipeline x join zm.pipeline_version v on v.pipeline_id = x.id where v.id = p_version
  for share of x;
  select p.id into limited from zm.pipeline_version
  where id in (p.version_id, p_version) and task_limit is not null limit 1;
  insert into zm.run (id, owner_id, pipeline_id, version_id, name, total, rerun_of, event_id, due_at)
  values (r, p_owner, p.id, p_version, p.name, cardinality(p_tasks), p_source, p_event, p_due_at);
  insert into zm.live_run (run_id, pipeline_id, event_id) values (r, p.id, p_event);
  -- Waits for nobody: while another start of the pipeline is under way, its run is the one that is noted.
  perform from zm.last_run l where l.pipeline_id = p.id and l.run_id < r for no key update skip locked;
  if found then update zm.last_run l set run_id = r where l.pipeline_id = p.id; end if;
  insert into zm.kept (run_id, task_id, task_run_id)
  select distinct r, f.id, o.id
  from zm.link l join zm.task f on f.id = l.from_task
  cross join lateral (select coalesce(
    (select o.id from zm.task_run o where o.run_id = p_source and o.name = f.name and o.item is null and o.state >= 10
       and zm.is_taken_after(l.condition, l.expression, o) and o.id between zm.first_id(p_source) and zm.last_id(p_source)),
    (select k.task_run_id from zm.kept k join zm.task t on t.id = k.task_id
     where k.run_id = p_source and t.name = f.name)) as id) o
  join zm.task k on k.id = l.to_task
  where l.to_task = any (p_tasks) and l.from_task <> all (p_tasks) and l.is_enabled and o.id is not null
    and (l.pass <> 'none' or k.map ->> 'over' = f.name);
  select t.name as task, f.name as before into missing
  from zm.link l join zm.task t on t.id = l.to_task join zm.task f on f.id = l.from_task
  where p_latest and l.to_task = any (p_tasks) and l.from_task <> all (p_tasks) and l.is_enabled
    and (l.pass <> 'none' or t.map ->> 'over' = f.name)
    and not exists (select from zm.kept k where k.run_id = r and k.task_id = f.id)
    and not exists (select from zm.task_run o where o.run_id = p_source and o.name = f.name
      and o.id between zm.first_id(p_source) and zm.last_id(p_source));
  if found then
    raise exception 'task "%" follows "%" now, of which run % has no result', missing.task, missing.before, p_source
      using errcode = 'ZM005', hint = 'Without --latest it runs as it was.';
  end if;
  with source as (
    select name, id, program_id from zm.task_run
    where run_id = p_source and item is null and id between zm.first_id(p_source) and zm.last_id(p_source)
  ), made as (
    insert into zm.task_run (run_id, owner_id, task_id, program_id, name, state, want, reason, priority, class_id, is_fan, max_attempts)
    select r, p_owner, t.id, g.id, t.name,
      case when not t.is_enabled
        or exists (select from zm.link l where l.to_task = t.id and l.from_task = any (p_tasks) and l.is_enabled) then 0
        when p.is_paused then 2 else 1 end,
      p.is_paused::int, case when p.is_paused then format('pipeline paused by %s', p.paused_by) end, t.priority,
      case when limited is null and coalesce(t.labels, g.labels) is null and coalesce(t.resources, g.resources) is null then 0
        else zm.class_of(limited, coalesce(t.labels, g.labels), coalesce(t.resources, g.resources)) end,
      t.map is not null, g.attempts
    from zm.task t left join zm.template m on m.id = t.template_id left join source o on o.name = t.name
    join zm.program g on g.id = coalesce(case when not p_latest then o.program_id end, t.program_id, m.program_id)
    where t.id = any (p_tasks)
    order by t.position
    returning id, name, task_id, state, priority, class_id, is_fan
  ), queued as (
    insert into zm.queue (owner_id, class_id, rank, task_run_id, input_bytes)
    select p_owner, class_id, -priority, id, zm.input_bytes(r, task_id) from made where state = 1 and not is_fan
  ), specified as (
    insert into zm.task_spec (task_run_id, args)
    select id, p_args from made where p_source is null and state <> 0 and p_args <> '{}'
    union all
    select made.id, s.args from made join source o using (name) join zm.task_spec s on s.task_run_id = o.id
  )
  select array_agg(id) filter (where state = 1 and is_fan) into fans from made;
  if exists (select from zm.task_run t
      join zm.queue q on q.owner_id = t.owner_id and q.class_id = t.class_id and q.rank = -t.priority and q.task_run_id = t.id
      where t.run_id = r and t.id between zm.first_id(r) and zm.last_id(r) and q.input_bytes > 134217728) then
    raise exception 'the results handed on are larger than 128 MiB' using errcode = 'ZM004';
  end if;
  -- What is off and would be first is skipped now; so is what follows it, and items that are known are made.
  with skipped as (
    update zm.task_run t set state = 15, finished_at = clock_timestamp(), reason = 'it is switched off'
    from zm.task k
    where t.run_id = r and t.id between zm.first_id(r) and zm.last_id(r) and k.id = t.task_id and not k.is_enabled
      and not exists (select from zm.link l where l.to_task = k.id and l.from_task = any (p_tasks) and l.is_enabled)
    returning t.id
  )
  select array_agg(id) into over from skipped;
  if fans is not null then over := coalesce(over, '{}') || zm.fan_out(fans); end if;
  if over <> '{}' then perform zm.advance(array[r], over); end if;
  return r;
end $$;

-- Starts a pipeline, or one task of it and what follows from there. The arguments are appended to those of
-- the tasks that start at once. Returns the run.
create function zm_api.start(p_pipeline text, p_task text default null, p_args text[] default '{}') returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p zm.pipeline := zm.pipeline_to_operate(p_pipeline);
  r bigint;
begin
  if p_task is not null and not exists (select from zm.task where version_id = p.version_id and name = p_task) then
    raise exception 'no task "%" in pipeline "%"', p_task, p_pipeline using errcode = 'ZM003';
  end if;
  r := zm.start_tasks(p.owner_id, p.version_id, zm.following(array(
    select id from zm.task where version_id = p.version_id and (p_task is null or name = p_task))), p_args);
  perform zm.check_queue(p.owner_id);
  perform zm.note('start', 'pipeline', p.name || coalesce('/' || p_task, ''),
    jsonb_build_object('run', r, 'args', to_jsonb(p_args)), p.owner_id);
  return r;
end $$;

-- A batch: task runs of one program that no link joins.
create function zm.start_batch(p_owner int, p_program int, p_name text, p_count int, p_args jsonb) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r bigint;
  a smallint;
  c int;
begin
  perform zm.ensure_week(clock_timestamp());
  select attempts, zm.class_of(null, labels, resources) into a, c from zm.program where id = p_program;
  r := zm.new_id();
  insert into zm.run (id, owner_id, name, total) values (r, p_owner, p_name, p_count);
  with made as materialized (
    select zm.new_id() as id, p_args -> (k - 1) as args from generate_series(1, p_count) k
  ), runs as (
    insert into zm.task_run (id, run_id, owner_id, program_id, name, state, class_id, max_attempts)
    select id, r, p_owner, p_program, p_name, 1, c, a from made
  ), specified as (
    insert into zm.task_spec (task_run_id, args)
    select id, array(select jsonb_array_elements_text(args)) from made where jsonb_array_length(args) > 0
  )
  insert into zm.queue (owner_id, class_id, rank, task_run_id) select p_owner, c, 0, id from made;
  return r;
end $$;

-- Starts many task runs of a template at once: p_count of them without arguments, or one for each element of
-- p_args, an array of arrays of strings. Returns the run that holds them.
create function zm_api.submit(p_template text, p_count int default 1, p_args jsonb default null) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  t zm.template;
  n int := case when p_args is null then p_count when jsonb_typeof(p_args) = 'array' then jsonb_array_length(p_args) end;
  r bigint;
begin
  select * into t from zm.template where owner_id = me and name = p_template and removed_at is null;
  if not found then
    raise exception 'no template "%"', p_template using errcode = 'ZM003', hint = 'zmctl template list shows yours.';
  end if;
  if n is null or n not between 1 and 1000000 then
    raise exception 'a batch has 1 to 1000000 task runs, not %', n using errcode = 'ZM004';
  end if;
  r := zm.start_batch(me, t.program_id, t.name, n, p_args);
  perform zm.check_queue(me);
  perform zm.note('submit', 'template', p_template, jsonb_build_object('run', r, 'count', n));
  return r;
end $$;

-- Runs a command once. The script is constant and hands its arguments to exec as they are.
create function zm_api.exec(p_command text[]) returns bigint language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  r bigint;
begin
  if coalesce(cardinality(p_command), 0) = 0 or not zm.is_arguments(p_command) then
    raise exception 'a command is a list of texts, at most 1 MiB in all' using errcode = 'ZM004';
  end if;
  r := zm.start_batch(me,
    zm.program_of(me, jsonb_build_object('script', e'#!/bin/sh\nexec "$@"\n', 'attempts', 1,
      'rerun_if_lost', true, 'max_output', 16777216)),
    coalesce(nullif(btrim(left(regexp_replace(array_to_string(p_command, ' '), '[\x01-\x1f\x7f-\x9f/]+', ' ', 'g'), 100)), ''), 'command'),
    1, jsonb_build_array(to_jsonb(p_command)));
  perform zm.check_queue(me);
  perform zm.note('exec', 'command', p_command[1], jsonb_build_object('run', r, 'command', to_jsonb(p_command)));
  return r;
end $$;

reset role;
grant execute on all functions in schema zm_api to zm_user, zm_admin;
