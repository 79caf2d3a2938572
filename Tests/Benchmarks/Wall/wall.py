#!/usr/bin/env python3
"""Measures what the wall costs: the console's board with row security beside the same without, and a submission with the
audit and its seals beside one without. On a private instance of its own; on a machine that does other things, too, read
the column CPU, which is the work of the server's process alone. Usage: wall.py PROGRAMS-FOLDER"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = os.path.abspath(sys.argv[1])
TARGET = 1.10
USERS = 100
ROUNDS = int(os.environ.get("ROUNDS", "400"))
met = []


def run(*command, text=None, **variables):
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=dict(os.environ, **variables))
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


class Psql:
    """A session of psql that tells how long each statement took, in ms."""

    def __init__(self, conninfo):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", conninfo],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.server = self("select pg_backend_pid();")[0]

    def __call__(self, sql):
        self.process.stdin.write(f"{sql}\n\\echo done\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) != "done\n":
            if not line:
                sys.exit("psql has ended: see what it says above")
            lines.append(line.rstrip("\n"))
        return lines

    def time(self, sql):
        """How long the statements took, and how much of that the server's process was at work, in ms."""
        before = self.work()
        lines = self(f"\\timing on\n{sql}\n\\timing off")
        return sum(float(line.split()[1]) for line in lines if line.startswith("Time: ")), self.work() - before

    def work(self):
        with open(f"/proc/{self.server}/schedstat") as file:
            return int(file.read().split()[0]) / 1e6


def compare(what, with_wall, without, is_judged=True, rounds=ROUNDS):
    """Both by turns, so that whatever else the machine does meets both alike."""
    for body in [with_wall, without] * 10:
        body()
    times = ([], [])
    for number in range(rounds):
        bodies = [(0, with_wall), (1, without)]
        for index, body in bodies if number % 2 else reversed(bodies):
            times[index].append(body())
    (one, one_work), (other, other_work) = ([statistics.median(part) for part in zip(*series)] for series in times)
    is_met = one / other <= TARGET
    work = f"{one_work / other_work:6.2f}" if one_work else "     -"
    print(f"{what:<58} {one:8.3f} {other:8.3f} {one / other:6.2f} {work}  {TARGET:.2f}  "
          + ("" if not is_judged else "ok" if is_met else "MISSED"), flush=True)
    if is_judged:
        met.append(is_met)


DEFINITIONS = "templates:\n  - {name: t, script: \"#!/bin/sh\\n\"}\npipelines:\n" + "".join(
    f"  - name: pipeline-{number:02}\n    tasks:\n"
    + "".join(f"      - {{name: task-{task}, template: t" + (f", after: [task-{task - 1}]" if task else "") + "}\n" for task in range(5))
    for number in range(40)
)

# What the others have, and what everybody has behind them: each pipeline has run 20 times.
HISTORY = """
create temporary table runs as
  select zm.new_id() as id, p.id as pipeline_id, p.version_id, p.owner_id, p.name from zm.pipeline p cross join generate_series(1, 20);
insert into zm.run (id, owner_id, version_id, pipeline_id, name, total) select id, owner_id, version_id, pipeline_id, name, 5 from runs;
insert into zm.run_tally select id, 1, 5, 0, 0, clock_timestamp() from runs;
insert into zm.task_run (id, run_id, owner_id, task_id, program_id, name, state, attempt, max_attempts, started_at, finished_at)
  select zm.new_id(), r.id, r.owner_id, t.id, m.program_id, t.name, 10, 1, 1, clock_timestamp(), clock_timestamp()
  from runs r join zm.task t on t.version_id = r.version_id join zm.template m on m.id = t.template_id;
insert into zm.last_run (pipeline_id, owner_id, run_id)
  select pipeline_id, owner_id, max(id) from runs group by 1, 2 on conflict (pipeline_id) do update set run_id = excluded.run_id;
vacuum analyze;
"""


def statements_of_board(folder, db):
    """What zmtui asks for its first screen, as the server's log has it, with the values in their places."""
    log = f"{folder}/log/postgres.log"
    start = os.path.getsize(log)
    run(f"{PROGRAMS}/zmtui", "--dump", "80x24", "--db", db)
    with open(log) as file:
        file.seek(start)
        entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", file.read(), flags=re.M)
    found = []
    for entry, after in zip(entries, entries[1:] + [""]):
        match = re.search(r"zmtui LOG:  duration: [0-9.]+ ms  execute (feed_\w+): (.*)", entry, re.S)
        if not match:
            continue
        sql = match[2].strip()
        values = re.search(r"DETAIL:  parameters: (.*)", after, re.S)
        for number, value in re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", values[1] if values else ""):
            # The log does not tell the types; lists of numbers need theirs.
            kind = "::bigint[]" if re.fullmatch(r"'\{[-0-9,]*\}'", value) else ""
            sql = re.sub(rf"\${number}(?!\d)", lambda _: f"({value}{kind})", sql)
        found.append((match[1], sql))
    if not any(name == "feed_board" for name, _ in found):
        sys.exit("zmtui's statements are not in the log")
    return found


def prepare(session, statements):
    for number, (_, sql) in enumerate(statements):
        session(f"prepare s{number} as {sql};")


def of(session, numbers):
    sql = "\n".join(f"execute s{number} \\g /dev/null" for number in numbers)
    return lambda: session.time(sql)


def with_owner(sql, tables, owner):
    """The question with its owner in it: without row security the answer would be everybody's."""
    def narrowed(match):
        alias = match[2] or f" {match[1].removeprefix('zm.')}"
        return f"(select * from {match[1]} where owner_id = {owner}){alias}"

    names = "|".join(re.escape(table) for table in tables)
    return re.sub(rf"\b({names})\b(?![.(])(\s+(?!where|order|group|join|left|cross|on|limit)\w+)?", narrowed, sql)


def board(folder, db, root):
    admin = Psql(root)
    me = run("psql", "-XAtc", "select session_user", db).strip()
    names = [f"user{number}" for number in range(USERS)]
    admin("".join(f"create role {name}; select zm.enrol('{name}', 'user');\n" for name in names))
    admin(f"select zm.enrol('{me}', 'user'); alter role {me} set log_min_duration_statement = 0;")
    admin("create role unhindered bypassrls; grant zm_user to unhindered;")
    run(f"{PROGRAMS}/zmctl", "apply", "-", text=DEFINITIONS, ZM_DB=db)
    definitions = run("psql", "-XAtc", "select zm_api.export(null)", db).strip()
    for name in names:
        admin(f"set session authorization {name};\nselect from zm_api.apply($json${definitions}$json$);\nreset session authorization;")
    admin(HISTORY)
    owner = admin(f"select id from zm.app_user where rolname = '{me}';")[0]
    owned = admin("select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'owner_id' "
                  "where c.relnamespace = 'zm'::regnamespace and c.relrowsecurity and not c.relispartition;")
    statements = statements_of_board(folder, db)
    explicit = [(name, with_owner(sql, owned, owner)) for name, sql in statements]
    walled, free = Psql(root), Psql(root)
    walled(f"set session authorization {me};")
    free("set session authorization unhindered;")
    for (name, sql), (_, other) in zip(statements, explicit):
        if "clock_timestamp" not in sql and walled(f"select md5(string_agg(md5(x::text), ',' order by md5(x::text))) from ({sql}) x;") != free(
            f"select md5(string_agg(md5(x::text), ',' order by md5(x::text))) from ({other}) x;"
        ):
            sys.exit(f"{name}: the answers differ, so the comparison says nothing")
    print(f"({USERS} other users, {admin('select count(*) from zm.task_run;')[0]} task runs)")
    prepare(walled, statements), prepare(free, explicit)
    board_itself = [number for number, (name, _) in enumerate(statements) if name in ("feed_board", "feed_batches")]
    compare("the board: pipelines, newest runs, batches", of(walled, board_itself), of(free, board_itself))
    everything = range(len(statements))
    compare(f"all {len(statements)} statements of the first screen", of(walled, everything), of(free, everything), False)
    for number, (name, _) in enumerate(statements):
        compare("  " + name, of(walled, [number]), of(free, [number]), False)
    for session in (admin, walled, free):
        session.process.stdin.close()
        session.process.wait()


def submissions(db, root):
    """Two databases that are alike but for the row of the audit."""
    admin = Psql(root)
    me = run("psql", "-XAtc", "select session_user", db).strip()
    sessions = []
    for name in ("audited", "unaudited"):
        admin(f"create database {name};")
        own = root.replace("dbname='zmey'", f"dbname='{name}'")
        run(f"{PROGRAMS}/zmctl", "init", ZM_DB=own)
        session = Psql(own)
        session(f"set client_min_messages = error; select zm.enrol('{me}', 'user');")
        run(f"{PROGRAMS}/zmctl", "apply", "-", text=DEFINITIONS, ZM_DB=db.replace("dbname='zmey'", f"dbname='{name}'"))
        if name == "unaudited":
            source = session("select prosrc from pg_proc where oid = 'zm.note'::regproc;")
            body = re.sub(r"insert into zm\.audit.*?;", "", "\n".join(source), flags=re.S)
            head = session("select split_part(pg_get_functiondef('zm.note'::regproc), 'AS $', 1);")
            session("\n".join(head) + f" as $without$ {body} $without$;")
        session("set session authorization " + me + ";")
        sessions.append(session)
    audited, unaudited = sessions

    def verb(name):
        began = time.monotonic()
        run(f"{PROGRAMS}/zmctl", "submit", "t", ZM_DB=db.replace("dbname='zmey'", f"dbname='{name}'"))
        return (time.monotonic() - began) * 1000, 0

    compare("zmctl submit", lambda: verb("audited"), lambda: verb("unaudited"), rounds=ROUNDS // 4)
    # Few of the large ones: what they leave in the queue is not to weigh on the next. The bare call of one task run shows
    # the price of a change by itself: a row of the audit and its seal, some 0.1 ms.
    for what, sql, rounds, is_judged in [
        ("submit of 1000 task runs", "select zm_api.submit('t', 1000) \\g /dev/null", ROUNDS // 10, True),
        ("start of a pipeline of 5 tasks", "select zm_api.start('pipeline-00') \\g /dev/null", ROUNDS // 4, True),
        ("  the bare call for one task run", "select zm_api.submit('t', 1) \\g /dev/null", ROUNDS, False),
    ]:
        compare(what, lambda: audited.time(sql), lambda: unaudited.time(sql), is_judged, rounds)
    rows = [session(f"reset session authorization; select count(*) from zm.audit where action in ('submit', 'start');")[0] for session in sessions]
    if rows[0] == "0" or rows[1] != "0":
        sys.exit(f"the audit is not what it is to be: {rows}")


def main():
    folder = tempfile.mkdtemp(prefix="zmey-wall-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        run(f"{PROGRAMS}/zmctl", "up", "--dir", folder, "--workers", "1", "--slots", "1")
        db = json.loads(run(f"{PROGRAMS}/zmctl", "up", "--dir", folder, "--workers", "1", "--json"))["db"]
        root = f"{db} user=postgres"
        print(f"{'median of ' + str(ROUNDS) + ', in ms':<58} {'with':>8} {'without':>8}  ratio    CPU  target", flush=True)
        board(folder, db, root)
        submissions(db, root)
    finally:
        subprocess.run([f"{PROGRAMS}/zmctl", "down", "--dir", folder], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if all(met) else 1)


main()
