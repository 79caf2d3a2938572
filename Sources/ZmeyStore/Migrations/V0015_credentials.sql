-- What workers prove themselves by to their schedulers: a token or a certificate. Nobody may read what stands here, and
-- what stands here proves nothing: it is the SHA-256 of a secret of 256 bits, or of a certificate.
set local role zm_owner;

create table zm.worker_credential (
  worker_id int primary key references zm.worker on delete cascade,
  kind text not null check (kind in ('token', 'certificate')),
  digest bytea not null check (octet_length(digest) = 32)
);

-- Bytes as PEM (RFC 7468).
create function zm.pem(p_label text, p_bytes bytea) returns text language sql immutable strict
  set search_path = pg_catalog, pg_temp as $$
  select format(E'-----BEGIN %s-----\n%s\n-----END %s-----\n', p_label,
    regexp_replace(translate(encode(p_bytes, 'base64'), E'\n', ''), '(.{64})(?=.)', E'\\1\n', 'g'), p_label) $$;

-- The worker proves itself by that from now on, and by nothing else.
--
-- Returns the certificate of its scheduler, by which the worker knows that one.
create function zm.set_credential(p_name text, p_kind text, p_digest bytea) returns text language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  w zm.worker;
  s zm.scheduler;
begin
  perform zm.must_be_admin();
  select * into w from zm.worker where name = p_name for no key update;
  if not found then raise exception 'no worker "%"', p_name using errcode = 'ZM003'; end if;
  select * into s from zm.scheduler where id = w.scheduler_id;
  if s.certificate is null then
    raise exception 'scheduler "%" has no certificate that worker "%" could know it by', s.name, p_name
      using errcode = 'ZM005', hint = 'Start it once with --identity FILE.';
  end if;
  insert into zm.worker_credential values (w.id, p_kind, p_digest)
  on conflict (worker_id) do update set kind = excluded.kind, digest = excluded.digest;
  perform zm.note(p_kind, 'worker', p_name, jsonb_build_object('digest', encode(p_digest, 'hex')));
  perform pg_notify('zm_wake', '');
  return zm.pem('CERTIFICATE', s.certificate);
end $$;

-- Makes a token and returns the worker's credential file. It is made here, so that it never stands in a statement or in the
-- server's log.
create function zm_api.worker_token(p_name text) returns text language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  -- Each has 122 bits of the server's strong random source.
  token bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
begin
  return zm.pem('ZMEY WORKER TOKEN', token) || zm.set_credential(p_name, 'token', sha256(token));
end $$;

-- Registers a certificate (X.509, DER) whose key is the worker's, and returns that of its scheduler as PEM.
create function zm_api.worker_certificate(p_name text, p_certificate bytea) returns text language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(octet_length(p_certificate), 0) not between 1 and 16384 then
    raise exception 'a certificate has 1 to 16384 bytes' using errcode = 'ZM004';
  end if;
  return zm.set_credential(p_name, 'certificate', sha256(p_certificate));
end $$;

-- Takes a worker's credential away: its scheduler closes its session and takes it no more.
create function zm_api.worker_revoke(p_name text) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  w zm.worker;
begin
  perform zm.must_be_admin();
  select * into w from zm.worker where name = p_name for no key update;
  if not found then raise exception 'no worker "%"', p_name using errcode = 'ZM003'; end if;
  delete from zm.worker_credential where worker_id = w.id;
  if not found then return; end if;
  perform zm.note('revoke', 'worker', p_name);
  perform pg_notify('zm_wake', '');
end $$;

-- A scheduler's list of workers, and the digest of what each has to show; null for none.
create function zm_sched.workers(p_scheduler int, p_epoch bigint)
  returns table (id int, name text, slots int, takes_work boolean, credential text, digest bytea)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform zm.guard(p_scheduler, p_epoch);
  return query select w.id, w.name, w.slots, w.drained_at is null and s.paused_at is null, c.kind, c.digest
  from zm.worker w join zm.scheduler s on s.id = w.scheduler_id left join zm.worker_credential c on c.worker_id = w.id
  where s.id = p_scheduler order by w.id;
end $$;

-- Keeps who was refused: under which name it came, from where, why, and how often since the last time that this was said.
-- All but the count and the reason is what strangers say.
create function zm_sched.refused(p_scheduler int, p_epoch bigint, p_names text[], p_peers text[], p_reasons text[], p_counts int[])
  returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform zm.guard(p_scheduler, p_epoch);
  perform zm.note('refuse', 'worker', regexp_replace(left(r.name, 100), '[^[:print:]]', '?', 'g'),
    jsonb_build_object('scheduler', s.name, 'peer', left(r.peer, 100), 'reason', left(r.reason, 300), 'times', r.times))
  from unnest(p_names, p_peers, p_reasons, p_counts) r (name, peer, reason, times) cross join zm.scheduler s
  where s.id = p_scheduler;
end $$;

reset role;
grant execute on function zm_api.worker_token, zm_api.worker_certificate, zm_api.worker_revoke to zm_user, zm_admin;
grant execute on function zm_sched.workers, zm_sched.refused to zm_scheduler;
