set local role zm_owner;
create table zm.event (id int primary key, owner_id int, name text, removed_at timestamptz, next_at timestamptz, next_due timestamptz);
create table zm.event_target (event_id int, pipeline text);
create function zm.event_environment(p_run bigint, p_task int) returns jsonb language sql stable as $$ select null::jsonb $$;
create function zm.start_queued(p_events int[]) returns void language sql as $$ select $$;
create function zm.save_event(p_owner int, j jsonb) returns void language sql as $$ select $$;
create function zm.event_json(p_id int) returns jsonb language sql as $$ select null::jsonb $$;
reset role;
