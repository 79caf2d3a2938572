-- Submissions: very many task runs of a template as one run, that come in piece by piece and may be sent again.
--
-- A client opens a submission under a key of its own, and then in each transaction copies some chunks into zm.intake and
-- has them taken in; what is committed is queued, so work begins with the first chunk. Sent again, a chunk that was taken
-- already is compared and dropped: whoever does not know whether a commit took place just repeats it, if need be from
-- the first chunk. When all have come the submission is closed; until then its run has not ended.
set local role zm_owner;

create function zm.is_key(key text) returns boolean language sql immutable as $$
  select length(key) between 1 and 200 and key !~ '[\x01-\x1f\x7f-\x9f]' $$;

create table zm.submission (
  owner_id int not null references zm.app_user,
  key text not null check (zm.is_key(key)),
  run_id bigint not null unique,
  template text not null,
  -- The program of the template as it was when the submission began: the run is of one.
  program_id int not null references zm.program,
  priority smallint not null check (priority between -1000 and 1000),
  -- Of each chunk taken, in order. 16 bytes for 1000 task runs.
  digests uuid[] not null default '{}',
  is_closed boolean not null default false,
  -- What comes in is held.
  is_held boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  primary key (owner_id, key)
);
alter table zm.submission enable row level security;
grant select on zm.submission to zm_viewer, zm_user, zm_admin;
create policy own on zm.submission for select to zm_user using (owner_id = (select zm.uid()));
create policy everyone on zm.submission for select to zm_viewer, zm_admin using ((select zm.uid()) is not null);

-- Where chunks are copied to. COPY refuses a table with row security, so people may only insert here, under their own
-- name, and read nothing. Nothing stays: what is not taken in by the transaction that brought it fails its commit, so
-- the table needs no WAL and no sweeper.
create unlogged table zm.intake (
  id bigint generated always as identity,
  who name not null default session_user,
  key text not null check (length(key) <= 200),
  number int not null check (number > 0),
  -- Up to 1000 lines parted by newlines, each with its arguments parted by tabs; or how many there are without arguments.
  lines text check (octet_length(lines) <= 4194304),
  count int check (count between 1 and 1000),
  check (num_nonnulls(lines, count) = 1),
  primary key (who, key, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 10000);
alter table zm.intake alter lines set compression lz4;
grant insert (key, number, lines, count) on zm.intake to zm_user, zm_admin;

create function zm.refuse_leftover() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from zm.intake where who = new.who and key = new.key and id = new.id) then
    raise exception 'chunk % of submission "%" was not taken in', new.number, new.key using errcode = 'ZM004',
      hint = 'Call zm_api.take_in with the key in the transaction that copies the chunks.';
  end if;
  return null;
end $$;
create constraint trigger leaves_nothing after insert on zm.intake deferrable initially deferred
  for each row execute function zm.refuse_leftover();

-- The caller's submission of that key, locked: one transaction at a time takes in, closes or stops.
create function zm.my_submission(p_key text) returns zm.submission language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.submission;
begin
  select * into s from zm.submission x where x.owner_id = zm.me() and x.key = p_key for no key update;
  if not found then
    raise exception 'no submission "%"', p_key using errcode = 'ZM003', hint = 'zm_api.submit_open begins one.';
  end if;
  if (select is_cut from zm.run where id = s.run_id) then
    raise exception 'submission "%" was stopped before its end: it is run %', p_key, s.run_id
      using errcode = 'ZM005', hint = 'Submit under another key.';
  end if;
  return s;
end $$;

-- Opens a submission, or finds the one of that key: its run, and how many chunks it has by now.
create function zm_api.submit_open(p_template text, p_key text, p_priority int default 0,
    out run_id bigint, out is_closed boolean, out chunks int) language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  t zm.template;
  s zm.submission;
begin
  if p_key is null or not zm.is_key(p_key) then
    raise exception 'a key has 1 to 200 characters and no control character' using errcode = 'ZM004';
  end if;
  if p_priority is null or p_priority not between -1000 and 1000 then
    raise exception 'a priority is -1000 to 1000, not %', p_priority using errcode = 'ZM004';
  end if;
  select * into t from zm.template x where x.owner_id = me and x.name = p_template and x.removed_at is null;
  if found then
    perform zm.ensure_week(clock_timestamp());
    insert into zm.submission as x (owner_id, key, run_id, template, program_id, priority)
    values (me, p_key, zm.new_id(), t.name, t.program_id, p_priority)
    on conflict (owner_id, key) do nothing returning x.run_id into run_id;
    if found then
      insert into zm.run (id, owner_id, name, total, is_open) values (run_id, me, t.name, 0, true);
      perform zm.note('submit', 'template', p_template, jsonb_build_object('run', run_id, 'key', p_key));
    end if;
  elsif not exists (select from zm.submission x where x.owner_id = me and x.key = p_key) then
    raise exception 'no template "%"', p_template using errcode = 'ZM003', hint = 'zmctl template list shows yours.';
  end if;
  s := zm.my_submission(p_key);
  if (s.template, s.priority) <> (p_template, p_priority) then
    raise exception 'under the key "%" template "%" was submitted with priority %: run %', p_key, s.template, s.priority, s.run_id
      using errcode = 'ZM005', hint = 'Another submission needs another key.';
  end if;
  run_id := s.run_id;
  is_closed := s.is_closed;
  chunks := cardinality(s.digests);
end $$;

-- Makes task runs of the chunks that this transaction has copied for the key, in their order; those that were taken in
-- before are compared and dropped. Returns how many task runs the run has by now.
create function zm_api.take_in(p_key text) returns bigint language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.submission := zm.my_submission(p_key);
  a smallint;
  class int;
  -- How many chunks there were before.
  known int := cardinality(s.digests);
  added int := 0;
  n int;
  c record;
  parts text[];
  whole bigint;
begin
  perform zm.ensure_week(clock_timestamp());
  select attempts, zm.class_of(null, labels, resources) into a, class from zm.program where id = s.program_id;
  -- A chunk at a time: what a statement keeps of a thousand rows stays in memory.
  for c in
    select number, lines, count, md5(coalesce('lines ' || lines, 'count ' || count))::uuid as digest
    from zm.intake where who = session_user and key = p_key order by number, id
  loop
    if c.number <= cardinality(s.digests) then
      continue when s.digests[c.number] = c.digest;
      raise exception 'chunk % of submission "%" is not the one of the first time', c.number, p_key using errcode = 'ZM005',
        hint = 'Another submission needs another key.';
    elsif s.is_closed then
      raise exception 'submission "%" is complete with % chunks: it is run %', p_key, known, s.run_id
        using errcode = 'ZM005', hint = 'Another submission needs another key.';
    elsif c.number > cardinality(s.digests) + 1 then
      raise exception 'chunk % of submission "%" comes before chunk %', c.number, p_key, cardinality(s.digests) + 1
        using errcode = 'ZM005', hint = 'Send all chunks again, from the first on.';
    end if;
    parts := case when c.lines is null then array_fill(''::text, array[c.count]) when c.lines = '' then array['']
      else string_to_array(c.lines, e'\n') end;
    n := cardinality(parts);
    if n > 1000 then
      raise exception 'a chunk has at most 1000 lines, not %', n using errcode = 'ZM004';
    end if;
    with made as materialized (
      select zm.new_id() as id, string_to_array(line, e'\t') as args from unnest(parts) line
    ), runs as (
      insert into zm.task_run (id, run_id, owner_id, program_id, name, state, want, priority, class_id, max_attempts)
      select id, s.run_id, s.owner_id, s.program_id, s.template, case when s.is_held then 2 else 1 end,
        s.is_held::int, s.priority, class, a from made
    ), specified as (
      insert into zm.task_spec (task_run_id, args) select id, args from made where args <> '{}'
    )
    insert into zm.queue (owner_id, class_id, rank, task_run_id) select s.owner_id, class, -s.priority, id from made where not s.is_held;
    s.digests := s.digests || c.digest;
    added := added + n;
  end loop;
  delete from zm.intake where who = session_user and key = p_key;
  -- Even if nothing is new, for the sum.
  update zm.run set total = total + added where id = s.run_id returning total into whole;
  if added > 0 then
    -- A look by run reads only the days up to zm.last_id.
    if zm.day_number(clock_timestamp() + interval '1 hour') * 1000000000 >= zm.last_id(s.run_id) then
      raise exception 'submission "%" began more than two days ago', p_key using errcode = 'ZM005',
        hint = format('End it with ''zmctl stop %s'', and submit the rest under another key.', s.run_id);
    end if;
    if whole > 10000000 then
      raise exception 'a submission has at most 10000000 task runs' using errcode = 'ZM004',
        hint = format('Begin another; run %s has what came before.', s.run_id);
    end if;
    update zm.submission set digests = s.digests where owner_id = s.owner_id and key = p_key;
    perform zm.check_queue(s.owner_id);
  end if;
  return whole;
end $$;

-- Says that there are no more than these chunks. From now on the run ends with its last task run.
create function zm_api.submit_close(p_key text, p_chunks int) returns bigint language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  s zm.submission := zm.my_submission(p_key);
begin
  if p_chunks is null or p_chunks < 1 then
    raise exception 'a submission has at least one chunk' using errcode = 'ZM004';
  end if;
  if p_chunks <> cardinality(s.digests) then
    raise exception 'submission "%" has % chunks, not %: it is run %', p_key, cardinality(s.digests), p_chunks, s.run_id
      using errcode = 'ZM005', hint = 'Another submission needs another key.';
  end if;
  if not s.is_closed then
    update zm.submission set is_closed = true where owner_id = s.owner_id and key = p_key;
    update zm.run set is_open = false where id = s.run_id;
    perform zm.note('close', 'run', s.run_id::text,
      (select jsonb_build_object('key', p_key, 'count', total) from zm.run where id = s.run_id));
  end if;
  return s.run_id;
end $$;

-- What a verb does to the submissions that still come in as these runs: stop ends them, so that each run ends with the
-- task runs that it has; a pause or a hold goes for what comes, too.
create function zm.control_submissions(p_verb text, p_ids bigint[]) returns table (effect text, count bigint)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  runs bigint[];
  is_to_stop boolean := p_verb in ('stop', 'kill');
begin
  with changed as (
    update zm.submission s set is_closed = is_to_stop, is_held = p_verb in ('pause', 'hold')
    where s.run_id = any (p_ids) and not s.is_closed and (s.owner_id = me or zm.is_admin())
      and (is_to_stop or s.is_held <> (p_verb in ('pause', 'hold')))
    returning s.run_id
  )
  select array_agg(run_id) into runs from changed;
  if runs is null then return; end if;
  if is_to_stop then
    update zm.run r set is_open = false, is_cut = true where r.id = any (runs);
    -- If all of its task runs have ended this is its end, and if there is none of them.
    insert into zm.run_tally as t (run_id, shard, ended, failed, stopped, last_at)
    select r, 0, 0, 0, 0, clock_timestamp() from unnest(runs) r order by r
    on conflict (run_id, shard) do update set last_at = excluded.last_at;
  end if;
  return query select 'submission_' || case when is_to_stop then 'stopped' when p_verb in ('pause', 'hold') then 'held'
    else 'released' end, cardinality(runs)::bigint;
end $$;

create view zm_api.submission with (security_invoker = true) as
select s.run_id, s.key, u.rolname as owner, s.template, s.priority, cardinality(s.digests) as chunks, s.is_closed, s.is_held,
  s.created_at
from zm.submission s join zm.app_user u on u.id = s.owner_id;

reset role;
grant select on zm_api.submission to zm_viewer, zm_user, zm_admin;
grant execute on all functions in schema zm_api to zm_user, zm_admin;
