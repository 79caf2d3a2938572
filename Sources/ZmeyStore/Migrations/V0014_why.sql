-- Why a task run does not run now: every reason, by the same functions that schedulers decide with.
set local role zm_owner;

-- A condition as people write it.
create function zm.condition_text(j jsonb) returns text language plpgsql immutable as $$
declare
  parts text;
begin
  if jsonb_typeof(j) = 'string' then return j #>> '{}'; end if;
  if j ->> 0 = 'not' then return 'not (' || zm.condition_text(j -> 1) || ')'; end if;
  if j ->> 0 in ('and', 'or') then
    select string_agg(case when p.part ->> 0 in ('and', 'or') then '(' || zm.condition_text(p.part) || ')' else zm.condition_text(p.part) end,
      ' ' || (j ->> 0) || ' ' order by p.n)
    into parts from jsonb_array_elements(j) with ordinality p (part, n) where p.n > 1;
    return parts;
  end if;
  return concat_ws(' ', j ->> 0, j ->> 1, case when j ->> 1 = 'in' then translate(j ->> 2, '[]', '()') else (j -> 2)::text end);
end $$;

create function zm.explain_link(l zm.link, p_run bigint, p zm.task_run) returns text language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select format('the link from "%s" (%s)%s', p.name,
    zm.condition_text(coalesce(l.expression, to_jsonb(l.condition))),
    case when l.expression is null then
      case when zm.is_taken(l.condition, p.state) then ' was taken: it ' else ' was not taken: it ' end || s.name
    else (select case when v.is_taken then ' was taken: ' else ' was not taken: ' end
        || (select string_agg(o.key || ' ' || o.value::text, ', ' order by o.key desc) from jsonb_each(v.operands) o)
      from zm.verdict v where v.run_id = p_run and v.link_id = l.id) end)
  from zm.task_state s where s.id = p.state $$;

-- Of a task run that waits or was skipped: what became of each link to it.
create function zm.explain_links(t zm.task_run) returns table (kind text, message text) language sql stable
  set search_path = pg_catalog, pg_temp as $$
  select case when p.state >= 10 then 'link' else 'waits' end,
    case when p.state >= 10 then zm.explain_link(l, t.run_id, p)
      else format('waits for "%s" (task run %s, %s)', p.name, p.id, s.name) end
  from zm.link l
  join zm.task_run p on p.run_id = t.run_id and p.task_id = l.from_task and p.item is null
    and p.id between zm.first_id(t.run_id) and zm.last_id(t.run_id)
  join zm.task_state s on s.id = p.state
  where l.to_task = t.task_id and l.is_enabled order by l.position $$;

-- The workers with these labels that are linked, each with what keeps it from new work; null if nothing does.
create function zm.linked_workers(p_labels text[]) returns table (worker_id int, slots int, obstacle text) language sql stable
  set search_path = pg_catalog, pg_temp as $$
  with there as materialized (select h.id, h.name, h.paused_at, h.paused_by, h.pause_reason from zm.scheduler h where zm.is_there(h))
  select w.id, w.slots,
    case when w.drained_at is not null then format('worker "%s" is drained by %s', w.name, w.drained_by) || coalesce(' (' || w.drain_reason || ')', '')
      when h.paused_at is not null then format('scheduler "%s" is paused by %s', h.name, h.paused_by) || coalesce(' (' || h.pause_reason || ')', '') end
  from zm.worker w join zm.worker_status s on s.worker_id = w.id join there h on h.id = w.scheduler_id
  where s.connected and w.labels @> p_labels $$;

-- Of a task run that is queued: each limit that does not allow it, and whether a worker could take it.
create function zm.explain_queued(t zm.task_run) returns table (kind text, message text) language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
declare
  wanted text[] := coalesce((select labels from zm.class where id = t.class_id), '{}');
  those text := case when wanted = '{}' then '' else ' with the labels ' || array_to_string(wanted, ', ') end;
  l record;
  ahead bigint;
  others bigint;
begin
  return query select 'delayed', format('its next attempt comes at %s, in %s s', to_char(d.due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
    ceil(extract(epoch from d.due_at - clock_timestamp()))) from zm.delayed d where d.task_run_id = t.id and d.due_at > clock_timestamp();
  if found then return; end if;
  for l in select * from zm.limits_on(t.owner_id, t.class_id) x where x.free < x.needed loop
    if l.kind = 'resource' then
      return query select 'resource', case when l.total < l.needed
        then format('it takes %s of resource "%s", and there are %s', l.needed, l.name, l.total)
        else format('resource "%s" is taken (%s of %s) by %s', l.name, l.total - l.free, l.total, (
          select concat_ws(' and ', string_agg(x.id::text, ', ' order by x.id) filter (where x.is_mine),
            nullif(count(*) filter (where not x.is_mine), 0) || ' of other users')
          from (
            select x.task_run_id as id, x.owner_id = t.owner_id or zm.is_admin() as is_mine
            from zm.class y join zm.inflight x on x.class_id = y.id
            where y.resources ? l.name order by x.task_run_id limit 20) x)) end;
    else
      return query select 'limit', format('%s "%s" has %s task runs under way, its limit is %s', l.kind, l.name, l.total - l.free, l.total);
    end if;
  end loop;
  if not exists (select from zm.scheduler s where zm.is_there(s)) then
    return query select 'worker', 'no scheduler runs';
  elsif not exists (select from zm.worker w where w.labels @> wanted) then
    return query select case when wanted = '{}' then 'worker' else 'label' end,
      case when wanted = '{}' then 'there is no worker' else format('no worker has the labels %s', array_to_string(wanted, ', ')) end;
  elsif not exists (select from zm.linked_workers(wanted)) then
    return query select 'worker', 'no worker' || those || ' is connected';
  elsif not exists (select from zm.linked_workers(wanted) w where w.obstacle is null) then
    return query select 'drained', format('no worker%s takes new work: %s', those, (
      select string_agg(o.obstacle, ', ' order by o.obstacle)
      from (select distinct w.obstacle from zm.linked_workers(wanted) w order by 1 limit 10) o));
  elsif not exists (
    select from zm.linked_workers(wanted) w
    where w.obstacle is null and w.slots > (select count(*) from zm.inflight x where x.worker_id = w.worker_id)) then
    select count(*) into ahead from (
      select from zm.queue q where q.owner_id = t.owner_id and (q.rank, q.task_run_id) < (-t.priority, t.id) limit 10000) x;
    select count(distinct q.owner_id) into others from zm.queue q where q.owner_id <> t.owner_id;
    return query select 'slot', format('no free slot%s: position %s%s%s', case when wanted = '{}' then '' else ' on a worker with the labels '
      || array_to_string(wanted, ', ') end, case when ahead = 10000 then 'beyond 10000' else (ahead + 1)::text end,
      case when others > 0 then format(', and %s other users take their turns', others) else '' end, (
      select '; ' || string_agg(o.obstacle, ', ' order by o.obstacle)
      from (select distinct w.obstacle from zm.linked_workers(wanted) w where w.obstacle is not null order by 1 limit 10) o));
  end if;
end $$;

create function zm.explain(t zm.task_run) returns table (kind text, message text) language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  was text := (select name from zm.task_state where id = t.state);
  f zm.fan;
begin
  if t.state >= 10 then
    return query select 'ended', 'it has ended: ' || was
      || coalesce(' with exit code ' || t.exit_code, '') || coalesce(' (' || t.reason || ')', '');
    if t.state = 15 then return query select * from zm.explain_links(t); end if;
  elsif t.state = 0 then
    return query select * from zm.explain_links(t);
    if t.want = 1 then return query select 'held', 'once it is ready it will be held'; end if;
  elsif t.state = 2 then
    return query select 'held', coalesce(t.reason, 'it is held');
  elsif t.is_fan then
    select * into f from zm.fan where task_run_id = t.id;
    return query select 'item', format('%s of %s items have ended, %s are under way or queued, %s may be at once',
      f.ended, f.total, f.made - f.ended, f.width);
    if t.want = 1 then return query select 'paused', 'it is paused: no further items begin'; end if;
  elsif t.state = 1 then
    return query select * from zm.explain_queued(t);
    if not found then return query select 'slot', 'nothing keeps it: a scheduler takes it at any moment'; end if;
  else
    return query select case t.state when 5 then 'paused' else 'running' end,
      format('it is %s on worker "%s", attempt %s%s', was, coalesce((select name from zm.worker where id = t.worker_id), '(removed)'), t.attempt,
        case t.want when 1 then ', a pause is asked' when 2 then ', a resume is asked' when 3 then ', a stop is asked'
          when 4 then ', a kill is asked' else '' end);
  end if;
end $$;

-- Every reason why a task run is not running now, the weightiest last or none; of a run the reasons of its task runs that
-- have not ended, each with the task's name.
create function zm_api.why(p_id bigint) returns table (kind text, message text) language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  t zm.task_run;
  r zm.run;
begin
  select * into t from zm.task_run x where x.id = p_id;
  select * into r from zm.run x where x.id = coalesce(t.run_id, p_id);
  if not found or not zm.may_see(r.owner_id, r.pipeline_id) then
    perform zm.me();
    raise exception 'no task run or run %', p_id using errcode = 'ZM003', hint = 'zmctl list shows yours.';
  end if;
  if t.id is not null then
    return query select * from zm.explain(t);
    return;
  end if;
  for t in select * from zm.task_run x where x.run_id = p_id and x.id between zm.first_id(p_id) and zm.last_id(p_id)
    and x.state < 10 and x.item is null order by x.id limit 100 loop
    return query select kind, format('%s: %s', t.name, message) from zm.explain(t);
  end loop;
  if not found then return query select 'ended', 'the run has ended'; end if;
end $$;

reset role;
grant execute on function zm_api.why to zm_viewer, zm_user, zm_admin;
