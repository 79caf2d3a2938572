-- The audit is a chain for each person: every row has a seal, the SHA-256 of what it says and of the seal before it. Who
-- changes, adds or takes away a row afterwards, with whatever rights, has to make all later seals of that person anew; the
-- newest ones (zmctl audit verify prints them) kept elsewhere tell that, too.
set local role zm_owner;

create table zm.audit_seal (
  who name not null,
  number bigint not null,
  audit_id bigint not null,
  digest bytea not null check (octet_length(digest) = 32),
  primary key (who, number)
);
create table zm.audit_head (
  who name primary key,
  number bigint not null,
  digest bytea not null check (octet_length(digest) = 32)
) with (fillfactor = 50);
create trigger append_only before update or delete on zm.audit_seal for each row execute function zm.refuse_change();

create function zm.seal_of(a zm.audit, p_before bytea) returns bytea language plpgsql stable
  set search_path = pg_catalog, pg_temp as $$
begin
  return sha256(p_before || convert_to(jsonb_build_array(a.id, (extract(epoch from a.at) * 1000000)::bigint, a.who, host(a.address),
    a.application, a.subject_id, a.action, a.kind, a.object, a.detail)::text, 'UTF8'));
end $$;

-- At the commit, so that who leaves a transaction open holds nobody up, not even his own other sessions.
create function zm.seal() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  loop
    with h as (
      update zm.audit_head x set number = x.number + 1, digest = zm.seal_of(new, x.digest) where x.who = new.who returning x.*)
    insert into zm.audit_seal select h.who, h.number, new.id, h.digest from h;
    exit when found;
    insert into zm.audit_head values (new.who, 0, sha256('')) on conflict do nothing;
  end loop;
  return null;
end $$;
create constraint trigger seal after insert on zm.audit deferrable initially deferred for each row execute function zm.seal();

-- What is wrong with the audit, of all or, for who is no admin, of the caller; no row if nothing is. Rows of weeks that
-- are dropped may be gone.
create function zm_api.audit_verify() returns table (who name, audit_id bigint, problem text) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  with people as materialized (
    select h.* from zm.audit_head h where zm.is_admin() or (h.who = session_user and zm.uid() is not null)
  ), chain as (
    select s.who, s.number, s.audit_id, s.digest, lag(s.number, 1, 0::bigint) over w as number_before,
      lag(s.digest, 1, sha256('')) over w as digest_before
    from zm.audit_seal s join people p using (who) window w as (partition by s.who order by s.number)
  ), looked as (
    select c.who, c.audit_id, case
      when c.number <> c.number_before + 1 then 'what came before it is gone'
      when a.id is not null and c.digest <> zm.seal_of(a, c.digest_before) then 'it was changed'
      when a.id is null and c.audit_id >= (select min(number) * 7000000000 from zm.week) then 'it is gone' end as problem
    from chain c left join zm.audit a on a.id = c.audit_id
  )
  select * from looked l where l.problem is not null
  union all
  select p.who, null, 'its newest rows are gone' from people p
  where not exists (select from zm.audit_seal s where (s.who, s.number, s.digest) = (p.who, p.number, p.digest))
  union all
  select a.who, a.id, 'it has no seal' from zm.audit a
  where not exists (select from zm.audit_seal s where s.audit_id = a.id)
    and (zm.is_admin() or (a.who = session_user and zm.uid() is not null))
  order by 1, 2 $$;

-- The newest seal of each person, to be kept elsewhere.
create function zm_api.audit_heads() returns table (who name, number bigint, digest bytea) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select h.who, h.number, h.digest from zm.audit_head h
  where zm.is_admin() or (h.who = session_user and zm.uid() is not null) order by 1 $$;

do $$
declare
  t regclass;
begin
  for t in select oid from pg_class where relnamespace = 'zm'::regnamespace and relkind in ('r', 'p') and relrowsecurity loop
    perform zm.hide_statistics(t);
  end loop;
end $$;

reset role;
grant execute on function zm_api.audit_verify, zm_api.audit_heads to zm_user, zm_admin;
