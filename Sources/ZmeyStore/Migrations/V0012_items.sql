-- Tasks that are repeated over items: one task run stands for the task, and each item is a task run of its own.
set local role zm_owner;

-- The items of a result: its lines, or the elements of the JSON array that it is, as they are written but for strings.
create function zm.split_items(value text, is_json boolean) returns text[] language plpgsql immutable as $$
begin
  if is_json then
    return array(select case json_typeof(e) when 'string' then e #>> '{}' else e::text end from json_array_elements(value::json) e);
  end if;
  -- More newlines than anybody may have items: no need to split.
  if octet_length(value) - octet_length(replace(value, e'\n', '')) > 1000001 then return array_fill(''::text, array[1000001]); end if;
  return string_to_array(nullif(regexp_replace(replace(value, e'\r\n', e'\n'), '\n$', ''), ''), e'\n');
end $$;

-- A result as an element of a JSON array: what is JSON as it is, anything else as a string.
create function zm.json_element(result bytea) returns text language plpgsql immutable strict as $$
declare
  value text;
begin
  begin
    value := rtrim(convert_from(result, 'UTF8'), e'\n');
  exception when others then
    return to_json(encode(result, 'escape'));
  end;
  perform value::json;
  return value;
exception when others then return to_json(value);
end $$;

-- Splits what each of these task runs is repeated over, and begins with the items. They are queued by now; they run until
-- the last item has ended. Returns those that have ended at once: without items, or with what cannot be split.
create function zm.fan_out(p_ids bigint[]) returns bigint[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  f record;
  source bytea;
  is_missing boolean;
  parts text[];
  problem text;
  over bigint[] := '{}';
begin
  for f in
    select t.id, t.run_id, k.map, k.version_id, s.args from unnest(p_ids) i (id) join zm.task_run t on t.id = i.id
    join zm.task k on k.id = t.task_id left join zm.task_spec s on s.task_run_id = t.id order by t.id loop
    problem := null;
    parts := null;
    if f.map ? 'items' then
      parts := array(select jsonb_array_elements_text(f.map -> 'items'));
    else
      select zm.output_of(p.id, p.attempt), p.id is null into source, is_missing from zm.task o
      left join zm.task_run p on p.id = zm.provider(f.run_id, o.id)
      where o.version_id = f.version_id and o.name = f.map ->> 'over';
      if is_missing then
        problem := format('the run has no result of "%s"', f.map ->> 'over');
      elsif octet_length(source) > 67108864 then
        problem := format('the result of "%s" is larger than 64 MiB', f.map ->> 'over');
      else
        begin
          parts := zm.split_items(convert_from(coalesce(source, ''), 'UTF8'), f.map ->> 'as' = 'json');
        exception when others then -- no text, no array, or deeper than anybody can read
          problem := format('the result of "%s" is not %s', f.map ->> 'over',
            case when f.map ->> 'as' = 'json' then 'a JSON array' else 'text' end);
        end;
      end if;
      if cardinality(parts) > 1000000 then problem := 'there are more than 1000000 items'; end if;
    end if;
    if exists (select from unnest(parts) e where octet_length(e) > 131000) then
      problem := 'an item is larger than an argument can be';
    elsif (select max(octet_length(e)) from unnest(parts) e) + pg_column_size(f.args) > 1000000 then
      problem := 'its arguments are larger than 1 MiB with an item';
    end if;
    insert into zm.fan (task_run_id, total, width, is_json)
    values (f.id, case when problem is null then coalesce(cardinality(parts), 0) else 0 end,
      coalesce((f.map ->> 'limit')::int, 1000), coalesce(f.map ->> 'as', 'lines') = 'json');
    if problem is null then
      insert into zm.fan_items (task_run_id, chunk, items)
      select f.id, (n - 1) / 1000, array_agg(e order by n) from unnest(parts) with ordinality p (e, n) group by 2;
    end if;
    update zm.task_run set state = 3, attempt = attempt + 1 where id = f.id;
    if problem is not null then
      update zm.task_run set state = 11, reason = problem, started_at = clock_timestamp(), finished_at = clock_timestamp()
      where id = f.id;
      over := over || f.id;
    else
      update zm.task_run set state = 4, started_at = clock_timestamp() where id = f.id;
    end if;
  end loop;
  return over || zm.fan_on(array(select id from unnest(p_ids) i (id) where id <> all (over)));
end $$;

-- Makes as many further items as may be unfinished at once, and ends what has no more. Returns what has ended.
create function zm.fan_on(p_ids bigint[]) returns bigint[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  f record;
  last int;
  over bigint[] := '{}';
begin
  for f in
    select t.*, g.total, g.width, g.made, g.ended, g.failed, g.stopped, n.attempts, s.args,
      coalesce(zm.input_bytes(t.run_id, t.task_id), 0) as bytes
    from unnest(p_ids) i (id) join zm.fan g on g.task_run_id = i.id join zm.task_run t on t.id = i.id
    join zm.program n on n.id = t.program_id left join zm.task_spec s on s.task_run_id = t.id
    where t.state between 4 and 6 order by t.id for update of g, t loop
    if f.made = f.ended and (f.made = f.total or f.state = 6) then
      perform zm.fan_in(f.id);
      over := over || f.id;
    elsif f.state = 4 and f.want = 0 and f.made - f.ended < f.width then
      last := least(f.total, f.ended + f.width);
      update zm.fan set made = last where task_run_id = f.id;
      with made as (
        insert into zm.task_run (run_id, owner_id, task_id, program_id, name, state, priority, class_id, max_attempts, parent_id, item)
        select f.run_id, f.owner_id, f.task_id, f.program_id, f.name, 1, f.priority, f.class_id, f.attempts, f.id, n
        from generate_series(f.made + 1, last) n order by n
        returning id, item
      ), specified as (
        insert into zm.task_spec (task_run_id, args)
        select m.id, coalesce(f.args, '{}') || c.items[(m.item - 1) % 1000 + 1]
        from made m join zm.fan_items c on c.task_run_id = f.id and c.chunk = (m.item - 1) / 1000
      )
      insert into zm.queue (owner_id, class_id, rank, task_run_id, input_bytes)
      select f.owner_id, f.class_id, -f.priority, id, f.bytes from made;
    end if;
  end loop;
  return over;
end $$;

-- Ends a task run whose items have ended: their results in order, as lines or as a JSON array, are its result.
create function zm.fan_in(p_id bigint) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  f zm.fan;
  t zm.task_run;
  outcome smallint;
  output bytea;
  too_large boolean;
  why text;
begin
  select * into f from zm.fan where task_run_id = p_id;
  select * into t from zm.task_run where id = p_id;
  select coalesce(sum(r.result_bytes), 0) > 134217728 into too_large
  from zm.task_run c join zm.task_result r on r.task_run_id = c.id and r.attempt = c.attempt
  where c.parent_id = p_id and c.id > p_id and r.task_run_id > p_id;
  if not too_large then
    with results as (
      select c.item, case when c.state = 10 then
        coalesce(r.result, zm.output_of(c.id, c.attempt)) end as bytes
      from zm.task_run c left join zm.task_result r on r.task_run_id = c.id and r.attempt = c.attempt and r.task_run_id > p_id
      where c.parent_id = p_id and c.id > p_id
    )
    select case when f.is_json then
      convert_to('[' || coalesce(string_agg(coalesce(zm.json_element(bytes), 'null'), ',' order by item), '') || ']', 'UTF8')
    else
      coalesce(string_agg(case when right(encode(substring(bytes from octet_length(bytes)), 'hex'), 2) = '0a' then bytes
        else coalesce(bytes, '') || '\x0a' end, '' order by item), '') end
    into output
    from results;
  end if;
  outcome := case when t.state = 6 or f.stopped > 0 then 13 when f.failed > 0 or too_large then 11 else 10 end;
  why := case outcome when 11 then case when f.failed > 0 then format('%s of %s items failed', f.failed, f.total)
      else 'the results of its items are larger than 128 MiB' end
    when 13 then format('stopped after %s of %s items', f.ended - f.stopped, f.total) end;
  insert into zm.task_result (task_run_id, attempt, nonce, state, reason, started_at, duration_us, result_bytes, result)
  values (p_id, t.attempt, gen_random_uuid(), outcome, why, t.started_at,
    (extract(epoch from clock_timestamp() - t.started_at) * 1000000)::bigint, coalesce(octet_length(output), 0), coalesce(output, ''));
  update zm.task_run set state = outcome, finished_at = clock_timestamp(), reason = why, want = 0 where id = p_id;
end $$;

-- Counts those of these task runs that are items, and goes on with the others of the same task. Returns the task runs that
-- have ended and are no items: those given, and those whose last item has ended.
create function zm.count_items(p_ended bigint[]) returns bigint[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  parents bigint[];
begin
  with counted as (
    update zm.fan f set ended = f.ended + e.ended, failed = f.failed + e.failed, stopped = f.stopped + e.stopped
    from (select t.parent_id, count(*) as ended, count(*) filter (where t.state in (11, 12, 14)) as failed,
            count(*) filter (where t.state = 13) as stopped
          from unnest(p_ended) i (id) join zm.task_run t on t.id = i.id where t.parent_id is not null
          group by t.parent_id order by t.parent_id) e
    where f.task_run_id = e.parent_id returning f.task_run_id
  )
  select array_agg(task_run_id) into parents from counted;
  return array(select t.id from unnest(p_ended) i (id) join zm.task_run t on t.id = i.id where t.item is null)
    || zm.fan_on(parents);
end $$;

reset role;
do $$
declare
  f regprocedure;
begin
  for f in select unnest(array['zm.fan_on', 'zm.fan_in', 'zm.fan_out', 'zm.count_items']::regproc[])::oid::regprocedure loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
    execute format('alter function %s set enable_seqscan = off', f);
    execute format('alter function %s set jit = off', f);
  end loop;
end $$;
