-- What a user tries in plain psql to get at what is another's. Each heading begins an attack; what it prints must hold
-- nothing of Anna's, and nothing of hers may be changed. An oracle is run twice, with :guess true and false: both times it
-- must print the same.

--- rows of others, straight
select * from zm.task_run; select * from zm.run; select * from zm_api.task_run; select * from zm_api.run;
--- rows by their number
select * from zm.task_run where id = :task_run; select * from zm_api.run where id = :run; select zm_api.result(:task_run);
--- a log by its number
select convert_from(data, 'UTF8') from zm_api.log(:task_run, 1); select * from zm.task_log where task_run_id = :task_run;
--- the head of a result
select convert_from(zm_api.result_head(:task_run, 1000), 'UTF8');
--- what a function of the schema finds without asking
select zm.output_of(:task_run, 1);
--- arguments
select * from zm.task_spec where task_run_id = :task_run; select * from zm.task;
--- scripts, by joins
select s.body from zm.script s left join zm.program p on p.script_sha256 = s.sha256 left join zm.task t on t.program_id = p.id;
--- definitions by number
select zm.pipeline_json(n), zm.template_json(n), zm.program_json(n), zm.event_json(n) from generate_series(1, 50) n;
--- definitions by name
select zm_api.definition('pipeline', 'p'); select zm_api.definition('template', 't', 1); select zm_api.export(null);
--- a partition instead of its table
select format('select * from %s', oid::regclass) from pg_class where relispartition and relnamespace = 'zm'::regnamespace and relkind = 'r' \gexec
--- tables without a policy
select * from zm.queue; select * from zm.inflight; select * from zm.intake; select * from zm.kept; select * from zm.verdict; select * from zm.fan_items; select * from zm.class;
--- the audit of others
select * from zm.audit; select * from zm_api.audit; select * from zm.audit_seal; select * from zm.audit_head; select * from zm_api.audit_heads();
--- secrets
select * from zm.secret; select convert_from(sealed, 'UTF8') from zm.secret; select name, recipients from zm.secret; select * from zm_api.secret; copy (select sealed from zm.secret) to stdout; select s::text from zm.secret s; select zm_api.secret_set('mine', 'x', array[sha256('x')]); update zm.secret set sealed = 'x'; select * from zm_sched.secrets(1, 1, array[:'anna']::name[], array['x']);
--- users
select * from zm.app_user; select * from zm_api.person;
--- why somebody's task waits
select * from zm_api.why(:task_run); select * from zm_api.why(:run);
--- a policy that a function of one's own watches
create function pg_temp.peek(t text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'seen %', t; return true; end $$;
select name from zm.task_run where pg_temp.peek(name);
--- a function of one's own in the public schema
create function public.peek(t text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'seen %', t; return true; end $$;
select name from zm.task_run where public.peek(name);
--- an operator of one's own
create operator public.=== (function = texteq, leftarg = text, rightarg = text);
--- an anonymous block that reads with errors
do $$ declare r record; begin for r in select * from zm.task_run loop raise notice '%', r; end loop; end $$;
do $$ begin perform 1 / (select count(*) from zm.task_run where name like '%')::int; end $$;
--- errors of a cast
select name::int from zm.task_run; select (to_jsonb(t)::text)::int from zm.run t;
--- COPY of a table
copy zm.task_run to stdout; copy zm.task_log to stdout; copy (select * from zm.task_run) to stdout;
--- COPY to a program
copy (select 1) to program 'cat /etc/passwd'; copy zm.script from program 'echo x';
--- files of the server
select pg_read_file('postgresql.conf'); select pg_ls_dir('.'); select lo_import('/etc/passwd'); copy zm.intake from '/etc/passwd';
--- large objects
select lo_create(7); select lo_get(7); select lo_creat(-1); select lo_from_bytea(8, repeat('x', 100000)::bytea);
--- the role of a group, of a scheduler, of the owner
set role zm_user; select * from zm.task_run; reset role; set role zm_admin; set role zm_owner; set role zm_scheduler; set role zm_guest; set session authorization :"anna"; set local role :"anna";
--- settings that print or loosen
set row_security = off; select * from zm.task_run; set row_security = on; set client_min_messages = log; set debug_print_plan = on; set debug_print_rewritten = on; select * from zm.task_run where name = 'x'; select zm_api.start('p'); select * from zm_api.why(:task_run);
--- settings that the functions might follow
set search_path = pg_temp, public, zm; set check_function_bodies = off; set default_transaction_isolation = 'serializable'; set timezone = 'Pacific/Kiritimati'; set datestyle = 'SQL, DMY'; set bytea_output = 'escape'; set standard_conforming_strings = off; set transform_null_equals = on; set quote_all_identifiers = on; select * from zm_api.why(:task_run); select zm_api.submit('t'); select zm_api.definition('pipeline', 'p');
--- composite types and rows made by hand
select zm.is_there(s) from zm.scheduler s; select zm.is_there(row(1, 's', 1, null, null, null, null, null, null, null, null, null, null, null, null)::zm.scheduler); select (null::zm.task_run).name; select jsonb_populate_record(null::zm.task_run, '{"id": 1}'); select * from json_to_recordset('[{"id": 1}]') as x (id int);
--- queries that functions of PostgreSQL run
select query_to_xml('select * from zm.task_run', true, false, ''); select table_to_xml('zm.task_log', true, false, ''); select schema_to_xml('zm', true, false, ''); select database_to_xml(true, false, ''); select ts_stat('select to_tsvector(name) from zm.task_run'); select cursor_to_xml('c', 1, true, false, '');
--- locks, snapshots and sessions of the server
select pg_export_snapshot(); lock table zm.queue; lock table zm.task_run in access exclusive mode; select * from pg_prepared_statements; select * from pg_cursors; select relation::regclass, page, tuple, virtualxid from pg_locks where pid <> pg_backend_pid(); select pg_stat_get_backend_activity(b) from pg_stat_get_backend_idset() b;
--- statistics of the server
select * from pg_stat_user_functions; select * from pg_stats_ext_exprs; select * from pg_statistic_ext_data; create statistics s on name, state from zm.task_run; analyze zm.task_run; vacuum zm.task_run; select pg_stat_reset(); select pg_relation_filepath('zm.task_run'), pg_read_binary_file(pg_relation_filepath('zm.task_run'));
--- what is written to the log of all changes
select pg_logical_emit_message(false, 'x', repeat('x', 100000)); select pg_create_restore_point('x'); select pg_switch_wal();
--- a share of what is not one's own
select zm_api.share('p', :'bert', 'operate'); select zm_api.unshare('p', :'bert'); insert into zm.share (pipeline_id, owner_id, grantee, level) select 1, 1, session_user, 'operate'; grant zm_guest to :"bert"; select zm.make_guest(:'bert'); select zm.shared_pipelines(null), zm.shared_tasks(), zm.shared_programs();
--- numbers and lists without an end
select zm_api.why(-9223372036854775808); select zm_api.result(9223372036854775807); select * from zm_api.log(:task_run, null, -1, -1); select zm_api.control('stop', null); select zm_api.control('stop', array[[:run], [:task_run]]); select zm_api.control(null, array[:run]); select zm_api.exec(array[null]); select zm_api.exec('{{a},{b}}'); select zm_api.submit('t', 1, '"x"'); select zm_api.submit('t', 1, '{}'); select zm_api.unproven('stop', array[:run], null);
--- what the doctor asks for
select * from zm_api.stuck(); select * from zm_api.wall_changes(); select * from zm.wall; select * from zm.shapes(); select zm.record_wall();
--- temporary tables that shadow
create temp table task_run (id bigint); create temp table app_user (id int, rolname name, disabled boolean);
set search_path = pg_temp, zm, zm_api; select zm_api.start('p');
--- a schema that shadows
create schema mine; set search_path = mine, pg_catalog; select zm.uid();
--- a search path before a function with the owner's rights
set search_path = public, zm, zm_api; select zm_api.submit('t'); select zm_api.control('stop', array[:run]);
--- SET ROLE
set role zm_owner; set role zm_admin; set role zm_viewer; set role zm_scheduler; set role :"anna"; select zm_api.control('stop', array[:run]);
--- SET SESSION AUTHORIZATION
set session authorization :"anna"; set session authorization postgres; select * from zm.task_run;
--- memberships given to oneself
grant zm_admin to :"bert"; grant zm_guest to :"bert"; grant :"anna" to :"bert"; alter role :"bert" superuser; alter role :"bert" bypassrls;
--- making roles
create role evil superuser; create user evil; alter role :"anna" password 'x';
--- rights by the functions of zmey
select zm.enrol(:'bert', 'admin'); select zm_api.user_set(:'bert', '{"role": "admin"}'); select zm_api.user_add('evil', '{"role": "admin"}'); select zm.give_level(:'bert', 'admin'); select zm.make_role('evil'); select zm.make_guest(:'bert');
--- settings that claim an identity
set zm.uid = 1; set session.user = postgres; select set_config('role', 'zm_admin', false); select * from zm.task_run;
--- row security off
set row_security = off; select * from zm.task_run; select * from zm.run;
--- replication role
set session_replication_role = replica; set local session_replication_role = replica; alter table zm.audit disable trigger all;
--- an owner forged in a copy
copy zm.intake (who, key, number, lines) from stdin;
postgres	key	1	x
\.
--- another's submission
select zm_api.take_in('key'); select zm_api.submit_close('key', 1); select zm_api.submit_open('t', 'key');
copy zm.intake (key, number, lines) from stdin;
key	1	x
\.
--- another's pipeline started
select zm_api.start('p'); select zm_api.start(:'anna' || ':p'); select zm_api.start('p', 'a', '{x}');
--- another's template submitted
select zm_api.submit('t', 1); select zm_api.submit(:'anna' || ':t', 1);
--- another's run controlled
select zm_api.control(v, array[:run, :task_run]) from unnest('{pause,resume,hold,release,stop,kill}'::text[]) v;
select zm_api.control_pipeline('stop', 'p'); select zm_api.control_pipeline('pause', :'anna' || ':p');
--- another's run repeated
select zm_api.rerun(:run); select zm_api.rerun(:task_run, 'from'); select zm_api.rerun(:run, 'failed', true);
--- another's event
select zm_api.event_fire('e'); select zm_api.event_set('e', false); select zm_api.event_fire(:'anna' || ':e');
--- another's definitions changed
select zm_api.remove('pipeline', 'p'); select zm_api.task_set('p', 'a', false); select zm_api.link_set('p', 'a', 'b', false); select zm_api.remove('template', 't');
--- a share of what is another's
select zm_api.share('p', :'bert', 'operate'); select zm_api.unshare('p', 'x'); insert into zm.share values (1, 1, :'bert', 'operate', now(), 'x');
--- apply with another's template
select zm_api.apply('{"templates": [], "events": [], "pipelines": [{"name": "mine", "description": "", "tasks": [{"name": "x", "work": {"template": "t"}, "args": [], "join": "all", "after": []}]}]}');
--- apply with a forged owner
select zm_api.apply('{"owner_id": 1, "templates": [{"owner_id": 1, "name": "t", "description": "", "program": {"owner_id": 1, "script": "#!/bin/sh\n", "attempts": 1, "rerun_if_lost": true, "max_output": 1024}}], "events": [], "pipelines": []}', false);
--- an event that starts another's pipeline
select zm_api.apply('{"templates": [], "pipelines": [], "events": [{"name": "mine", "description": "", "rule": {"every": 1000}, "timezone": "UTC", "misfire": "once", "overlap": "allow", "start": ["p"]}]}');
--- writing tables
insert into zm.task_run (run_id, owner_id, program_id, name, state, max_attempts) select run_id, owner_id, 1, 'x', 1, 1 from zm.task_run;
update zm.task_run set state = 13, finished_at = now() where id = :task_run; delete from zm.run where id = :run; truncate zm.audit;
--- writing views
update zm_api.task_run set state = 'stopped'; delete from zm_api.run; insert into zm_api.share values ('p', 'x', :'bert', 'operate', now());
--- locking rows of others
select * from zm.task_run where id = :task_run for update; select * from zm.pipeline for update nowait;
--- locking tables
lock table zm.task_run in access exclusive mode; begin; lock table zm.queue in share mode; rollback; begin; lock table zm.run in row exclusive mode; rollback;
--- advisory locks
select pg_advisory_lock(7701, 1); select pg_try_advisory_lock(7702, 1); select pg_advisory_xact_lock(7703, 0); select pg_advisory_lock_shared(7706, 1); select pg_advisory_unlock_all();
--- acting as a scheduler
select * from zm_sched.acquire('s', 'x', 'x', 1, 'x', null); select * from zm_sched.claim(1, 1, '{1}'); select * from zm_sched.scripts(1, 1, '{}'); select zm_sched.release(1, 1);
--- the cluster changed
select zm_api.worker_add('evil', 's', 10); select zm_api.worker_remove('s-worker'); select zm_api.scheduler_pause('s'); select zm_api.resource_set('gpu', 0); select zm_api.worker_drain('s-worker');
--- sessions of others
select query from pg_stat_activity where usename <> session_user; select pg_terminate_backend(pid), pg_cancel_backend(pid) from pg_stat_activity where usename <> session_user;
--- sessions of others by the functions of zmey
select * from zm.end_sessions('0s'); select zm_sched.clear_way(1, 1);
--- notifications heard
listen zm_change; listen zm_wake; select zm_api.watch(); notify zm_change, 'evil'; select pg_notify('zm_wake', repeat('x', 7000));
--- statistics
select * from pg_stats where schemaname = 'zm'; select * from pg_statistic; select * from pg_stats_ext;
--- the sequence of numbers
select nextval('zm.number'); select setval('zm.number', 1); select * from zm.number; select last_value from pg_sequences where schemaname = 'zm';
--- the catalogue of the tables
alter table zm.task_run disable row level security; drop policy own on zm.task_run; create policy mine on zm.task_run using (true); drop table zm.audit;
--- functions replaced
create or replace function zm.uid() returns int language sql as 'select 1'; alter function zm.uid() owner to :"bert"; drop function zm.uid();
--- triggers and rules
create trigger t before insert on zm.intake for each row execute function suppress_redundant_updates_trigger(); create rule r as on insert to zm.intake do also select 1;
--- views of one's own
create view public.v as select * from zm.task_run; create materialized view mv as select 1;
--- a cursor held over
begin; declare c cursor with hold for select * from zm.task_run; commit; fetch all from c;
--- prepared statements
prepare s as select * from zm.task_run where id = $1; execute s(:task_run);
--- functions of the extension kind
create extension dblink; create extension postgres_fdw; create language plpython3u; load 'auto_explain';
--- injected SQL in names
select zm_api.start('p''; select * from zm.task_run; --'); select zm_api.submit('t''); drop table zm.audit; --'); select zm_api.definition('pipeline''', 'p'); select zm_api.control_pipeline('stop''', 'p');
--- injected SQL in definitions
select zm_api.apply(jsonb_build_object('templates', jsonb_build_array(jsonb_build_object('name', 'x''); drop table zm.audit; --', 'description', '$$; select 1', 'program', jsonb_build_object('script', E'#!/bin/sh\n''; drop table zm.audit; --', 'attempts', 1, 'rerun_if_lost', true, 'max_output', 1024))), 'pipelines', '[]'::jsonb, 'events', '[]'::jsonb));
--- injected SQL in keys, labels, reasons and users
select zm_api.submit_open('t', 'k''; drop table zm.audit; --'); select zm_api.worker_drain('s-worker', 'x''; drop table zm.audit'); select zm_api.user_add('x"; drop table zm.audit; --'); select zm_api.share('p', 'x"; drop table zm.audit; --', 'view');
--- injected SQL in a condition
select zm.condition_problem('["result", "matches", "x''; drop table zm.audit"]'); select zm.holds('["result", "jsonpath", "$"]', 10::smallint, 0, 'x');
--- input beyond all size
select zm_api.start(repeat('x', 10000000)); select zm_api.exec(array[repeat('x', 100000000)]); select zm_api.submit('t', 2147483647); select zm_api.control('stop', array(select generate_series(1, 100000)::bigint));
--- JSON that is deep
select zm_api.apply((repeat('[', 5000) || repeat(']', 5000))::jsonb); select zm_api.problems((repeat('{"a":', 3000) || '1' || repeat('}', 3000))::jsonb);
--- foreign keys and types of one's own
create table public.probe (id int references zm.pipeline (id)); create domain public.d as int; create type public.t as (a int);
--- EXPLAIN that runs
explain (analyze, verbose, buffers off, costs off, timing off, summary off) select * from zm.task_run where id = :task_run;
--- comments and security labels
comment on table zm.task_run is 'evil'; security label on table zm.task_run is 'evil';
--- events of the server
create event trigger e on ddl_command_start execute function zm.refuse_change(); alter system set log_statement = 'all'; alter database :"db" set row_security = off; alter role all set row_security = off;
--- publications
create publication p for all tables; select pg_create_logical_replication_slot('x', 'test_decoding'); create subscription s connection '' publication p;
--- transactions that never end
begin; select zm_api.watch(); prepare transaction 'evil'; rollback;

--- oracle: an estimate tells whether a name is there
explain select * from zm.task_run where name = :'guess'; explain select * from zm.pipeline where name = :'guess'; explain select * from zm.run where name = :'guess'; explain select * from zm.template where name = :'guess'; explain select * from zm.task where name = :'guess'; explain select * from zm.audit where object = :'guess'; explain select * from zm.event where name = :'guess';
--- oracle: a name that is taken
select zm_api.apply(jsonb_build_object('templates', jsonb_build_array(jsonb_build_object('name', :'guess', 'description', '', 'program', jsonb_build_object('script', E'#!/bin/sh\n', 'attempts', 1, 'rerun_if_lost', true, 'max_output', 1024))), 'pipelines', '[]'::jsonb, 'events', '[]'::jsonb));
--- oracle: a secret that is there
select zm_api.secret_set(:'guess', 'x', array[sha256('x')]); select name from zm_api.secret; select zm_api.secret_remove(:'guess'); select zm_api.secret_remove(:'guess'); explain select name from zm.secret where name = :'guess';
--- oracle: the refusal of a pipeline that is there
select zm_api.start(:'guess'); select zm_api.control_pipeline('stop', :'guess'); select zm_api.remove('pipeline', :'guess'); select zm_api.event_fire(:'guess'); select zm_api.submit(:'guess');
--- oracle: a key of a submission that is taken
select zm_api.submit_open('none', :'guess'); select zm_api.take_in(:'guess');
--- oracle: the refusal of a number that is there
select zm_api.control('stop', array[:number]); select zm_api.rerun(:number); select * from zm_api.why(:number); select zm_api.result(:number); select zm_api.unproven('stop', array[:number], '{}');
--- what workers prove themselves by
select * from zm.worker_credential; select * from zm_sched.workers(1, 1); select zm_api.worker_token('s-worker'); select zm_api.worker_certificate('s-worker', 'x'); select zm_api.worker_revoke('s-worker'); select zm.set_credential('s-worker', 'token', sha256('x')); insert into zm.worker_credential values (1, 'token', sha256('x'));
--- refusals that nobody made
select zm_sched.refused(1, 1, '{w}', '{p}', '{r}', '{1}');
