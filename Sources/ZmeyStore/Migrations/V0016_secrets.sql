-- Secrets of users for their tasks. A value comes here sealed, for the certificates of schedulers: nobody reads it back,
-- and whoever has the whole database, a dump or its log has nothing of it.
set local role zm_owner;

create function zm.is_digests(digests bytea[]) returns boolean language sql immutable as $$
  select coalesce(array_ndims(digests), 1) = 1 and cardinality(digests) between 1 and 100
    and (select bool_and(coalesce(octet_length(d), 0) = 32) from unnest(digests) d) $$;

create table zm.secret (
  owner_id int not null references zm.app_user,
  name text not null check (zm.is_name(name)),
  -- A CMS envelope (DER) of 8 to 65,536 bytes, and the SHA-256 of each certificate whose key opens it.
  sealed bytea not null,
  recipients bytea[] not null check (zm.is_digests(recipients)),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (owner_id, name),
  -- What it can be at the most: a scheduler opens them all in its memory.
  check (octet_length(sealed) between 1 and 66560 + 1024 * cardinality(recipients))
);
alter table zm.secret enable row level security;
-- Not the envelope, be it that one's own: who has it may wait for the day on which a key is lost.
grant select (owner_id, name, recipients, updated_at) on zm.secret to zm_user, zm_admin;
create policy own on zm.secret for select to zm_user using (owner_id = (select zm.uid()));
create policy everyone on zm.secret for select to zm_admin using ((select zm.uid()) is not null);

-- closed_to: the schedulers whose tasks cannot have it, for they have no certificate or another one than it was sealed for.
create view zm_api.secret with (security_invoker = true) as
select u.rolname as owner, s.name, s.updated_at, array(
  select c.name from zm.scheduler c where sha256(c.certificate) = any (s.recipients) is not true order by c.id) as closed_to
from zm.secret s join zm.app_user u on u.id = s.owner_id;
grant select on zm_api.secret to zm_user, zm_admin;

create function zm_api.secret_set(p_name text, p_sealed bytea, p_recipients bytea[]) returns void language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
declare
  me int := zm.me();
  is_new boolean;
begin
  if not coalesce(zm.is_name(p_name), false) then
    raise exception '"%" is no name of a secret', p_name using errcode = 'ZM004',
      hint = 'A name has 1 to 100 characters, no "/", no control character, and no space at an end.';
  end if;
  if zm.is_digests(p_recipients) is not true
    or coalesce(octet_length(p_sealed), 0) not between 1 and 66560 + 1024 * cardinality(p_recipients) then
    raise exception 'the secret "%" is not sealed', p_name using errcode = 'ZM004', hint = 'zmctl secret set seals it.';
  end if;
  -- One at a time of each user, so that none is one too many.
  perform from zm.app_user where id = me for no key update;
  if (select count(*) from zm.secret where owner_id = me and name <> p_name) >= 200 then
    raise exception 'there are 200 secrets of yours already' using errcode = 'ZM005', hint = 'Remove one: zmctl secret list.';
  end if;
  insert into zm.secret as s (owner_id, name, sealed, recipients) values (me, p_name, p_sealed, p_recipients)
  on conflict (owner_id, name) do update
    set sealed = excluded.sealed, recipients = excluded.recipients, updated_at = clock_timestamp()
  returning xmax = 0 into is_new;
  perform zm.note(case when is_new then 'create' else 'change' end, 'secret', p_name);
end $$;

create function zm_api.secret_remove(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  delete from zm.secret where owner_id = zm.me() and name = p_name;
  if not found then
    raise exception 'no secret "%"', p_name using errcode = 'ZM003', hint = 'zmctl secret list shows yours.';
  end if;
  perform zm.note('remove', 'secret', p_name);
end $$;

-- The envelopes of those names, each of that owner; nothing for one that is not set. Only of owners whose task runs this
-- scheduler has under way.
create function zm_sched.secrets(p_scheduler int, p_epoch bigint, p_owner name[], p_name text[])
  returns table (owner name, name text, sealed bytea) language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  return query select u.rolname, s.name, s.sealed
  from unnest(p_owner, p_name) as w (owner, name)
  join zm.app_user u on u.rolname = w.owner
  join zm.secret s on s.owner_id = u.id and s.name = w.name
  where exists (select from zm.inflight x where x.owner_id = u.id and x.scheduler_id = p_scheduler);
end $$;

reset role;
grant execute on function zm_api.secret_set, zm_api.secret_remove to zm_user, zm_admin;
grant execute on function zm_sched.secrets to zm_scheduler;
