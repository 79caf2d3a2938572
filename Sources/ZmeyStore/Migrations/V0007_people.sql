-- What people do: functions that check the owner and write the audit row in the same transaction.
set local role zm_owner;

create function zm.is_admin() returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select pg_has_role(session_user, 'zm_admin', 'member')
    and not exists (select from zm.app_user where rolname = session_user and disabled) $$;

create function zm.must_be_admin() returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not zm.is_admin() then
    raise exception 'only an admin of zmey may do that' using errcode = 'ZM002';
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
    grace_ms, retry, launch)
  values (p_owner, sha, (j ->> 'average')::bigint, (j ->> 'maximum')::bigint, coalesce((j ->> 'attempts')::smallint, 1),
    coalesce((j ->> 'rerun_if_lost')::boolean, true), coalesce((j ->> 'max_output')::bigint, 16777216),
    (j ->> 'grace')::bigint, j -> 'retry',
    nullif(jsonb_strip_nulls(jsonb_build_object('env', j -> 'env', 'nice', j -> 'nice', 'limits', j -> 'limits',
      'user', j -> 'user')), '{}'))
  returning id into found_id;
  return found_id;
end $$;

create function zm.save_pipeline(p_owner int, j jsonb) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  p zm.pipeline;
  v int;
  k jsonb;
  l jsonb;
  n int;
  t_template int;
  done int[] := '{}';
  ready int[];
  rest text;
begin
  -- The bound of links into one task, too: no two come from the same one.
  if jsonb_array_length(j -> 'tasks') > 1000 then
    raise exception 'a pipeline has at most 1000 tasks' using errcode = 'ZM004';
  end if;
  insert into zm.pipeline (owner_id, name) values (p_owner, j ->> 'name') on conflict (owner_id, name) do update
    set updated_at = clock_timestamp() returning * into p;
  insert into zm.pipeline_version (owner_id, pipeline_id, number, description)
  select p_owner, p.id, coalesce(max(number), 0) + 1, coalesce(j ->> 'description', '')
  from zm.pipeline_version where pipeline_id = p.id returning id into v;
  for k, n in select * from jsonb_array_elements(j -> 'tasks') with ordinality loop
    if k -> 'work' ? 'template' then
      select id into t_template from zm.template where owner_id = p_owner and name = k #>> '{work,template}';
      if not found then
        raise exception 'task "%/%" needs template "%", which does not exist', p.name, k ->> 'name',
          k #>> '{work,template}' using errcode = 'ZM003';
      end if;
    else
      t_template := null;
    end if;
    insert into zm.task (owner_id, version_id, position, name, template_id, program_id, args, maximum_ms, environment,
      join_rule)
    values (p_owner, v, n, k ->> 'name', t_template,
      case when t_template is null then zm.program_of(p_owner, k #> '{work,program}') end,
      array(select jsonb_array_elements_text(coalesce(k -> 'args', '[]'))), (k ->> 'maximum')::bigint, k -> 'env',
      coalesce(k ->> 'join', 'all'));
  end loop;
  if not found then raise exception 'pipeline "%" has no task', p.name using errcode = 'ZM004'; end if;
  for k in select * from jsonb_array_elements(j -> 'tasks') loop
    for l, n in select * from jsonb_array_elements(coalesce(k -> 'after', '[]')) with ordinality loop
      insert into zm.link (owner_id, version_id, from_task, to_task, position, condition, pass)
      select p_owner, v, f.id, t.id, n, coalesce(l ->> 'when', 'success'), coalesce(l ->> 'pass', 'none')
      from zm.task f, zm.task t
      where f.version_id = v and f.name = l ->> 'task' and t.version_id = v and t.name = k ->> 'name';
      if not found then
        raise exception 'no task "%" in pipeline "%"', l ->> 'task', p.name using errcode = 'ZM004';
      end if;
    end loop;
  end loop;
  -- A run of a circle would wait for ever: go on to what all before it is done of, until there is nothing.
  ready := array(select id from zm.task t where t.version_id = v
    and not exists (select from zm.link l where l.to_task = t.id));
  while ready <> '{}' loop
    done := done || ready;
    ready := array(select distinct l.to_task from zm.link l where l.from_task = any (ready)
      and not exists (select from zm.link x where x.to_task = l.to_task and x.from_task <> all (done)));
  end loop;
  select string_agg(t.name, ', ' order by t.name) into rest
  from zm.task t where t.version_id = v and t.id <> all (done);
  if rest is not null then
    raise exception 'the links of pipeline "%" go in a circle through %', p.name, rest using errcode = 'ZM004';
  end if;
  update zm.pipeline set version_id = v where id = p.id;
end $$;

-- Makes the caller's templates and pipelines what the document says, all or nothing, and tells what it did:
-- '+' new, '~' changed, '=' as it was. Objects that the document does not name stay.
create function zm_api.apply(p_document jsonb) returns table (action text, kind text, name text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  me int := zm.me();
  j jsonb;
  was jsonb;
  found_program int;
begin
  -- One apply of an owner at a time: two that make the same name would else meet at its key.
  perform from zm.app_user where id = me for no key update;
  for j in select * from jsonb_array_elements(coalesce(p_document -> 'templates', '[]')) loop
    kind := 'template'; name := j ->> 'name';
    select zm.template_json(t.id) into was from zm.template t where t.owner_id = me and t.name = j ->> 'name';
    action := case when was is null then '+' when was = j then '=' else '~' end;
    if action <> '=' then
      found_program := zm.program_of(me, j -> 'program');
      insert into zm.template (owner_id, name, description, program_id)
      values (me, j ->> 'name', coalesce(j ->> 'description', ''), found_program)
      on conflict on constraint template_owner_id_name_key do update set description = excluded.description,
        program_id = excluded.program_id, updated_at = clock_timestamp();
      perform zm.note(case action when '+' then 'create' else 'change' end, kind, name,
        jsonb_strip_nulls(jsonb_build_object('before', was, 'after', j)));
    end if;
    return next;
  end loop;
  for j in select * from jsonb_array_elements(coalesce(p_document -> 'pipelines', '[]')) loop
    kind := 'pipeline'; name := j ->> 'name';
    select zm.pipeline_json(p.version_id) into was from zm.pipeline p where p.owner_id = me and p.name = j ->> 'name';
    action := case when was is null then '+' when was = j then '=' else '~' end;
    if action <> '=' then
      perform zm.save_pipeline(me, j);
      perform zm.note(case action when '+' then 'create' else 'change' end, kind, name,
        jsonb_strip_nulls(jsonb_build_object('before', was, 'after', j)));
    end if;
    return next;
  end loop;
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
  where not exists (select from zm.pipeline p where p.owner_id = me and p.name = n);
  if found then
    raise exception 'no pipeline "%"', missing using errcode = 'ZM003';
  end if;
  return jsonb_build_object(
    'templates', (select coalesce(jsonb_agg(zm.template_json(t.id) order by t.name), '[]') from zm.template t
      where t.owner_id = me and (p_pipelines is null or exists (
        select from zm.task k join zm.pipeline p on p.version_id = k.version_id
        where k.template_id = t.id and p.owner_id = me and p.name = any (p_pipelines)))),
    'pipelines', (select coalesce(jsonb_agg(zm.pipeline_json(p.version_id) order by p.name), '[]') from zm.pipeline p
      where p.owner_id = me and (p_pipelines is null or p.name = any (p_pipelines))));
end $$;

-- Starting ----------------------------------------------------------------------------------------------

-- These tasks and all that follow from them.
create function zm.following(p_tasks int[]) returns int[] language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive part (id) as (
    select unnest(p_tasks)
    union
    select l.to_task from zm.link l join part on part.id = l.from_task
  )
  select array_agg(id) from part $$;

-- Makes a run of these tasks of a pipeline's version: those with no link from another of them are queued, or held
-- while the pipeline is paused, and the others wait. p_args goes to the former. A run that repeats another (p_source)
-- gets the arguments that the tasks had there, and their programs unless p_latest; for links from tasks that it leaves
-- out, what they handed on there is kept.
create function zm.start_tasks(p_owner int, p_version int, p_tasks int[], p_args text[], p_source bigint default null,
    p_latest boolean default false) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p zm.pipeline;
  r bigint;
  missing record;
begin
  perform zm.ensure_week(clock_timestamp());
  r := zm.new_id();
  -- Locked: a pause of the pipeline is either seen here, or waits and then finds this run.
  select x.* into p from zm.pipeline x join zm.pipeline_version v on v.pipeline_id = x.id where v.id = p_version
  for share of x;
  insert into zm.run (id, owner_id, version_id, name, total, rerun_of)
  values (r, p_owner, p_version, p.name, cardinality(p_tasks), p_source);
  insert into zm.live_run (run_id, pipeline_id) values (r, p.id);
  insert into zm.kept (run_id, task_id, task_run_id)
  select distinct r, f.id, o.id
  from zm.link l join zm.task f on f.id = l.from_task
  cross join lateral (select coalesce(
    (select id from zm.task_run where run_id = p_source and name = f.name and state >= 10
       and zm.is_taken(l.condition, state) and id between zm.first_id(p_source) and zm.last_id(p_source)),
    (select k.task_run_id from zm.kept k join zm.task t on t.id = k.task_id
     where k.run_id = p_source and t.name = f.name)) as id) o
  where l.to_task = any (p_tasks) and l.from_task <> all (p_tasks) and l.pass <> 'none' and o.id is not null;
  select t.name as task, f.name as before into missing
  from zm.link l join zm.task t on t.id = l.to_task join zm.task f on f.id = l.from_task
  where p_latest and l.to_task = any (p_tasks) and l.from_task <> all (p_tasks) and l.pass <> 'none'
    and not exists (select from zm.kept k where k.run_id = r and k.task_id = f.id)
    and not exists (select from zm.task_run o where o.run_id = p_source and o.name = f.name
      and o.id between zm.first_id(p_source) and zm.last_id(p_source));
  if found then
    raise exception 'task "%" follows "%" now, of which run % has no result', missing.task, missing.before, p_source
      using errcode = 'ZM005', hint = 'Without --latest it runs as it was.';
  end if;
  with source as (
    select name, id, program_id from zm.task_run
    where run_id = p_source and id between zm.first_id(p_source) and zm.last_id(p_source)
  ), made as (
    insert into zm.task_run (run_id, owner_id, task_id, program_id, name, state, want, max_attempts)
    select r, p_owner, t.id, g.id, t.name,
      case when exists (select from zm.link l where l.to_task = t.id and l.from_task = any (p_tasks)) then 0
        when p.is_paused then 2 else 1 end,
      p.is_paused::int, g.attempts
    from zm.task t left join zm.template m on m.id = t.template_id left join source o on o.name = t.name
    join zm.program g on g.id = coalesce(case when not p_latest then o.program_id end, t.program_id, m.program_id)
    where t.id = any (p_tasks)
    order by t.position
    returning id, name, task_id, state, priority
  ), queued as (
    insert into zm.queue (owner_id, rank, task_run_id, input_bytes)
    select p_owner, -priority, id, zm.input_bytes(r, task_id) from made where state = 1
  )
  insert into zm.task_spec (task_run_id, args)
  select id, p_args from made where p_source is null and state <> 0 and p_args <> '{}'
  union all
  select made.id, s.args from made join source o using (name) join zm.task_spec s on s.task_run_id = o.id;
  if exists (select from zm.task_run t join zm.queue q on q.owner_id = t.owner_id and q.rank = -t.priority and q.task_run_id = t.id
      where t.run_id = r and t.id between zm.first_id(r) and zm.last_id(r) and q.input_bytes > 134217728) then
    raise exception 'the results handed on are larger than 128 MiB' using errcode = 'ZM004';
  end if;
  return r;
end $$;

-- Starts a pipeline, or one task of it and what follows from there. The arguments are appended to those of
-- the tasks that start at once. Returns the run.
create function zm_api.start(p_pipeline text, p_task text default null, p_args text[] default '{}') returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  p zm.pipeline;
  r bigint;
begin
  select * into p from zm.pipeline where owner_id = me and name = p_pipeline;
  if not found then
    raise exception 'no pipeline "%"', p_pipeline using errcode = 'ZM003', hint = 'zmctl pipeline list shows yours.';
  end if;
  if p_task is not null and not exists (select from zm.task where version_id = p.version_id and name = p_task) then
    raise exception 'no task "%" in pipeline "%"', p_task, p_pipeline using errcode = 'ZM003';
  end if;
  r := zm.start_tasks(me, p.version_id, zm.following(array(
    select id from zm.task where version_id = p.version_id and (p_task is null or name = p_task))), p_args);
  perform zm.note('start', 'pipeline', p_pipeline || coalesce('/' || p_task, ''),
    jsonb_build_object('run', r, 'args', to_jsonb(p_args)));
  return r;
end $$;

-- A batch: task runs of one program that no link joins.
create function zm.start_batch(p_owner int, p_program int, p_name text, p_count int, p_args jsonb) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r bigint;
  a smallint;
begin
  perform zm.ensure_week(clock_timestamp());
  select attempts into a from zm.program where id = p_program;
  r := zm.new_id();
  insert into zm.run (id, owner_id, name, total) values (r, p_owner, p_name, p_count);
  with made as materialized (
    select zm.new_id() as id, p_args -> (k - 1) as args from generate_series(1, p_count) k
  ), runs as (
    insert into zm.task_run (id, run_id, owner_id, program_id, name, state, max_attempts)
    select id, r, p_owner, p_program, p_name, 1, a from made
  ), specified as (
    insert into zm.task_spec (task_run_id, args)
    select id, array(select jsonb_array_elements_text(args)) from made where jsonb_array_length(args) > 0
  )
  insert into zm.queue (owner_id, rank, task_run_id) select p_owner, 0, id from made;
  return r;
end $$;

-- Starts many task runs of a template at once: p_count of them without arguments, or one for each element of
-- p_args, an array of arrays of strings. Returns the run that holds them.
create function zm_api.submit(p_template text, p_count int default 1, p_args jsonb default null) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  t zm.template;
  n int := coalesce(jsonb_array_length(p_args), p_count);
  r bigint;
begin
  select * into t from zm.template where owner_id = me and name = p_template;
  if not found then
    raise exception 'no template "%"', p_template using errcode = 'ZM003', hint = 'zmctl template list shows yours.';
  end if;
  if n is null or n not between 1 and 1000000 then
    raise exception 'a batch has 1 to 1000000 task runs, not %', n using errcode = 'ZM004';
  end if;
  r := zm.start_batch(me, t.program_id, t.name, n, p_args);
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
  if coalesce(cardinality(p_command), 0) = 0 then
    raise exception 'no command is given' using errcode = 'ZM004';
  end if;
  r := zm.start_batch(me,
    zm.program_of(me, jsonb_build_object('script', e'#!/bin/sh\nexec "$@"\n', 'attempts', 1,
      'rerun_if_lost', true, 'max_output', 16777216)),
    coalesce(nullif(btrim(left(regexp_replace(array_to_string(p_command, ' '), '[\x01-\x1f\x7f-\x9f/]+', ' ', 'g'), 100)), ''), 'command'),
    1, jsonb_build_array(to_jsonb(p_command)));
  perform zm.note('exec', 'command', p_command[1], jsonb_build_object('run', r, 'command', to_jsonb(p_command)));
  return r;
end $$;

reset role;
grant execute on all functions in schema zm_api to zm_user, zm_admin;
