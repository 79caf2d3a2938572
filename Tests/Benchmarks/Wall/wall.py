#!/usr/bin/env python3
"""Measures what the wall costs: the console's board with row security beside the same without, and a submission with the
audit and its seals beside one without. On a private instance of its own. Usage: wall.py PROGRAMS-FOLDER"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

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
        lines = self(f"\\timing on\n{sql}\n\\timing off")
        return sum(float(line.split()[1]) for line in lines if line.startswith("Time: "))


def compare(what, with_wall, without):
    """Both by turns, so that whatever else the machine does meets both alike."""
    for body in [with_wall, without] * 10:
        body()
    times = ([], [])
    for number in range(ROUNDS):
        bodies = [(0, with_wall), (1, without)]
        for index, body in bodies if number % 2 else reversed(bodies):
            times[index].append(body())
    one, other = (statistics.median(series) for series in times)
    ratio = one / other
    met.append(ratio <= TARGET)
    print(f"{what:<58} {one:7.3f} {other:7.3f}   {ratio:5.2f}   {TARGET:.2f}   {'ok' if met[-1] else 'MISSED'}", flush=True)


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
            sql = re.sub(rf"\${number}(?!\d)", lambda _: f"({value})", sql)
        found.append((match[1], sql))
    if not any(name == "feed_board" for name, _ in found):
        sys.exit("zmtui's statements are not in the log")
    return found


def prepare(session, statements):
    for number, (_, sql) in enumerate(statements):
        session(f"prepare s{number} as {sql};")
    return lambda: session.time("\n".join(f"execute s{number} \\g /dev/null" for number in range(len(statements))))


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
    # Without row security the owner has to stand in the question, or the answer would be everybody's.
    explicit = [
        (name, re.sub(rf"\b({'|'.join(re.escape(table) for table in owned)})\b(?=\s)", rf"(select * from \1 where owner_id = {owner})", sql))
        for name, sql in statements
    ]
    walled, free = Psql(root), Psql(root)
    walled(f"set session authorization {me};")
    free("set session authorization unhindered;")
    for (name, sql), (_, other) in zip(statements, explicit):
        if walled(f"select md5(string_agg(md5(x::text), ',' order by md5(x::text))) from ({sql}) x;") != free(
            f"select md5(string_agg(md5(x::text), ',' order by md5(x::text))) from ({other}) x;"
        ):
            sys.exit(f"{name}: the answers differ, so the comparison says nothing")
    count = admin("select count(*) from zm.task_run;")[0]
    compare(f"the board's {len(statements)} statements, {USERS} other users, {count} task runs", prepare(walled, statements), prepare(free, explicit))
    one = [index for index, (name, _) in enumerate(statements) if name == "feed_board"]
    compare("of these the board's own", prepare_one(walled, one[0]), prepare_one(free, one[0]))
    for session in (admin, walled, free):
        session.process.stdin.close()
        session.process.wait()


def prepare_one(session, number):
    return lambda: session.time(f"execute s{number} \\g /dev/null")


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
        session(f"select zm.enrol('{me}', 'user');")
        run(f"{PROGRAMS}/zmctl", "apply", "-", text=DEFINITIONS, ZM_DB=db.replace("dbname='zmey'", f"dbname='{name}'"))
        if name == "unaudited":
            source = session("select prosrc from pg_proc where oid = 'zm.note'::regproc;")
            body = re.sub(r"insert into zm\.audit.*?;", "", "\n".join(source), flags=re.S)
            head = session("select split_part(pg_get_functiondef('zm.note'::regproc), 'AS $', 1);")
            session("\n".join(head) + f" as $without$ {body} $without$;")
        session("set client_min_messages = error; set session authorization " + me + ";")
        sessions.append(session)
    audited, unaudited = sessions
    for what, sql in [
        ("submit, one task run", "select zm_api.submit('t', 1) \\g /dev/null"),
        ("submit, 1000 task runs", "select zm_api.submit('t', 1000) \\g /dev/null"),
        ("start, a pipeline of 5 tasks", "select zm_api.start('pipeline-00') \\g /dev/null"),
    ]:
        compare(what, lambda: audited.time(sql), lambda: unaudited.time(sql))
    rows = [session(f"reset session authorization; select count(*) from zm.audit where action in ('submit', 'start');")[0] for session in sessions]
    if rows[0] == "0" or rows[1] != "0":
        sys.exit(f"the audit is not what it is to be: {rows}")


def main():
    folder = tempfile.mkdtemp(prefix="zmey-wall-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        run(f"{PROGRAMS}/zmctl", "up", "--dir", folder, "--workers", "1", "--slots", "1")
        db = json.loads(run(f"{PROGRAMS}/zmctl", "up", "--dir", folder, "--json"))["db"]
        root = f"{db} user=postgres"
        print(f"{'median of ' + str(ROUNDS) + ', in ms':<58} {'with':>7} {'without':>7}   ratio  target", flush=True)
        board(folder, db, root)
        submissions(db, root)
    finally:
        subprocess.run([f"{PROGRAMS}/zmctl", "down", "--dir", folder], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if all(met) else 1)


main()
