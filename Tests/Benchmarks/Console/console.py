#!/usr/bin/env python3
"""Measures zmtui beside its budgets, on a terminal of its own and a private instance. Usage: console.py PROGRAMS-FOLDER"""

import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

PROGRAMS = os.path.abspath(sys.argv[1])
rows_printed = []


def report(what, measured, target, is_met):
    line = f"{what:<52} {measured:>16}   {target:<18} {'ok' if is_met else 'MISSED'}"
    rows_printed.append(is_met)
    print(line, flush=True)


def zmctl(*arguments, text=None, db=None):
    environment = dict(os.environ, **({"ZM_DB": db} if db else {}))
    run = subprocess.run([f"{PROGRAMS}/zmctl", *arguments], input=text, capture_output=True, text=True, env=environment)
    if run.returncode:
        sys.exit(f"zmctl {' '.join(arguments)}: {run.stderr}")
    return run.stdout


class Psql:
    """A session of psql that is asked one statement after the other."""

    def __init__(self, conninfo):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, sql):
        self.process.stdin.write(f"{sql}\n\\echo done\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) not in ("done\n", ""):
            lines.append(line.rstrip("\n"))
        return lines

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Console:
    """zmtui on a terminal whose other end is here."""

    def __init__(self, db, rows=24, columns=80, arguments=()):
        self.began = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "ZM_DB": db, "HOME": "/"}
            os.execve(f"{PROGRAMS}/zmtui", ["zmtui", *arguments], environment)

    def read(self, quiet=0.2, longest=20.0, until=None):
        """What comes until nothing has come for a while: bytes, moment of the first, moment of the last."""
        data, first, last = b"", None, None
        end = time.monotonic() + longest
        while time.monotonic() < end:
            ready, _, _ = select.select([self.terminal], [], [], quiet if data else max(quiet, end - time.monotonic()))
            if not ready:
                break
            piece = os.read(self.terminal, 65536)
            last = time.monotonic()
            first = first or last
            data += piece
            if until and until in data:
                until = None
        return data, first, last

    def press(self, keys, quiet=0.1):
        """Presses keys; bytes that came and how long the last took, in ms."""
        pressed = time.monotonic()
        os.write(self.terminal, keys)
        data, first, last = self.read(quiet, 2)
        return data, ((last or pressed) - pressed) * 1000

    def cpu(self):
        nanoseconds = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/schedstat") as file:
                nanoseconds += int(file.read().split()[0])
        return nanoseconds / 1e9

    def wakeups(self):
        count = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status") as file:
                count += sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt"))
        return count

    def memory(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def watch(self, seconds):
        """Bytes, wake-ups and CPU seconds of a while in which nothing is pressed."""
        before = self.wakeups(), self.cpu()
        end = time.monotonic() + seconds
        count = 0
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                count += len(os.read(self.terminal, 65536))
        return count, self.wakeups() - before[0], self.cpu() - before[1]

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                if select.select([self.terminal], [], [], 0.1)[0]:
                    os.read(self.terminal, 65536)
            except OSError:
                pass
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        os.close(self.terminal)


SMALL = """
templates:
  - {name: quick, average: 10m, script: "#!/bin/sh\\nsleep 40\\n"}
  - {name: talk, average: 60s, script: "#!/bin/sh\\nfor i in $(seq 60); do echo line $i of the output of this task; sleep 1; done\\n"}
pipelines:
""" + "".join(
    f"""
  - name: pipeline-{number}
    tasks:
      - {{name: extract, template: quick}}
      - {{name: load, template: quick, after: [{{task: extract}}]}}
"""
    for number in range(4)
) + """
  - name: talking
    tasks: [{name: talk, template: talk}]
"""


def startup(db):
    first, painted, size, cpu = [], [], 0, []
    for _ in range(5):
        console = Console(db)
        data, start, _ = console.read(0.005)
        first.append((start - console.began) * 1000)
        painted.append((time.monotonic() - 0.005 - console.began) * 1000)
        cpu.append(console.cpu() * 1000)
        console.close()
    report("exec to first frame", f"{statistics.median(painted):.0f} ms", "< 50 ms", statistics.median(painted) < 50)
    report("CPU to first frame", f"{statistics.median(cpu):.0f} ms", "< 20 ms", statistics.median(cpu) < 20)
    for rows, columns, most in [(24, 80, 8192), (60, 200, 20480)]:
        console = Console(db, rows, columns)
        data, _, _ = console.read(0.5)
        report(f"bytes of the first paint, {columns}x{rows}", len(data), f"<= {most}", len(data) <= most)
        console.close()


def idle(db, seconds):
    console = Console(db)
    console.read(1.5)
    size, wakeups, cpu = console.watch(seconds)
    report(f"idle {seconds} s: wake-ups", wakeups, "0", wakeups == 0)
    report(f"idle {seconds} s: CPU", f"{cpu * 1000:.0f} ms", "0 ms", cpu < 0.001)
    report(f"idle {seconds} s: bytes", size, "0", size == 0)
    report("memory", f"{console.memory():.0f} MB", "< 30 MB", console.memory() < 30)
    console.close()


def keys(db):
    for rows, columns in [(24, 80), (60, 200)]:
        console = Console(db, rows, columns)
        console.read(1)
        sizes, times = [], []
        for key in [b"j"] * 4 + [b"k"] * 4:
            data, took = console.press(key)
            sizes.append(len(data))
            times.append(took)
        report(f"cursor move, {columns}x{rows}: bytes", f"{statistics.median(sizes):.0f}", "<= 300", statistics.median(sizes) <= 300)
        report(f"cursor move, {columns}x{rows}: key to screen", f"{statistics.median(times):.1f} ms", "< 5 ms", statistics.median(times) < 5)
        console.press(b"?")
        _, took = console.press(b"\x1b")
        report(f"Esc to screen, {columns}x{rows}", f"{took:.0f} ms", "< 30 ms", took < 30)
        console.close()


def news(db, psql):
    console = Console(db)
    console.read(1)
    latencies = []
    for number in range(20):
        psql(f"select from zm_api.control_pipeline('{'resume' if number % 2 else 'pause'}', 'pipeline-0');")
        committed = time.monotonic()
        data, first, last = console.read(0.15, 2)
        latencies.append(max(0, (last or committed + 2) - committed) * 1000)
    psql("select from zm_api.control_pipeline('resume', 'pipeline-0');")
    console.read(0.5, 1)
    report("commit to last byte on the terminal", f"{statistics.median(latencies):.1f} ms", "< 20 ms", statistics.median(latencies) < 20)

    psql("\n".join(f"select from zm_api.control_pipeline('{'resume' if n % 2 else 'pause'}', 'pipeline-0');" for n in range(5000)))
    data, _, _ = console.read(0.5, 60)
    report("5000 changes in a burst: bytes", len(data), "<= 5 KB", len(data) <= 5120)
    console.close()


def bars(db):
    for number in range(4):
        zmctl("start", f"pipeline-{number}", db=db)
    console = Console(db)
    console.read(2, 4)
    size, wakeups, _ = console.watch(10)
    report("4 bars that run: bytes a second", f"{size / 10:.0f}", "<= 200", size / 10 <= 200)
    report("4 bars that run: wake-ups a second", f"{wakeups / 10:.1f}", "<= 1 and looks", wakeups / 10 <= 2)
    console.close()


def output(db):
    run = zmctl("start", "talking", db=db).strip()
    console = Console(db, 24, 80, ["--pipeline", "talking"])
    console.read(1.5, 4)
    console.press(b"\r", 0.3)
    console.press(b"\r", 1.2)
    console.press(b"\r", 1.2)
    sizes = []
    for _ in range(8):
        data, _, _ = console.read(0.3, 3)
        sizes.append(len(data))
    report("one line of output: bytes", f"{statistics.median(sizes):.0f}", "<= 150", statistics.median(sizes) <= 150)
    console.close()
    zmctl("stop", run, "--yes", db=db)


def lost(db, folder):
    console = Console(db)
    console.read(1)
    server = open(f"{folder}/postgres/postmaster.pid").readline().strip()
    began = time.monotonic()
    os.kill(int(server), signal.SIGINT)
    data, first, last = console.read(0.3, 5)
    report("database closed: banner", f"{((first or began + 5) - began) * 1000:.0f} ms", "< 1 s", b"lost" in data and (first or 9e9) - began < 1)
    while os.path.exists(f"{folder}/postgres/postmaster.pid"):
        time.sleep(0.1)
    zmctl("up", "--dir", folder, "--workers", "1")
    began = time.monotonic()
    data, first, last = console.read(0.5, 10)
    report("database back: live again", f"{((last or began + 10) - began):.1f} s", "< 5.5 s", first is not None and last - began < 5.5)
    console.close()


LARGE = "templates:\n  - {name: work, average: 5m, script: \"#!/bin/sh\\ntrue\\n\"}\npipelines:\n" + "".join(
    f"  - name: pipeline-{number:03}\n    tasks:\n"
    + "".join(f"      - {{name: task-{task:02}, template: work" + (f", after: [{{task: task-{task - 4:02}}}]" if task >= 4 else "") + "}\n" for task in range(20))
    for number in range(500)
)

# A week older than what the board shows.
HISTORY = """
select zm.ensure_week(clock_timestamp() - interval '7 days');
create temporary table runs as select zm.new_id() - 7000000000 as id, p.id as pipeline_id, p.version_id, p.owner_id, p.name
  from zm.pipeline p cross join generate_series(1, 100);
insert into zm.run (id, owner_id, version_id, pipeline_id, name, total) select id, owner_id, version_id, pipeline_id, name, 20 from runs;
insert into zm.run_tally select id, 1, 20, 0, 0, clock_timestamp() from runs;
insert into zm.task_run (id, run_id, owner_id, task_id, program_id, name, state, attempt, max_attempts, started_at, finished_at)
  select zm.new_id() - 7000000000, r.id, r.owner_id, t.id, m.program_id, t.name, 10, 1, 1, clock_timestamp(), clock_timestamp()
  from runs r join zm.task t on t.version_id = r.version_id join zm.template m on m.id = t.template_id;
"""

RUNNING = """
insert into zm.scheduler (name) values ('s');
insert into zm.worker (scheduler_id, name, slots) select id, 'w', 2000 from zm.scheduler;
update zm.task_run set state = 3, attempt = 1, scheduler_id = 1, worker_id = 1 where state = 1;
insert into zm.inflight (task_run_id, scheduler_id, worker_id, owner_id, class_id, attempt, nonce)
  select id, 1, 1, owner_id, class_id, 1, gen_random_uuid() from zm.task_run where state = 3;
delete from zm.queue;
update zm.task_run set state = 4, started_at = clock_timestamp() - random() * interval '4 minutes' where state = 3;
analyze;
"""


def median_of(count, body):
    return statistics.median(body() for _ in range(count))


def large(db, root):
    psql = Psql(root)
    psql("set client_min_messages = error; create database large;")
    psql.close()
    db, root = (text.replace("dbname='zmey'", "dbname='large'") for text in (db, root))
    zmctl("init", db=root)
    user = subprocess.run(["psql", "-XAtc", "select current_user", db], capture_output=True, text=True).stdout.strip()
    psql = Psql(root)
    psql(f"select zm.enrol('{user}', 'admin');")
    zmctl("apply", "-", text=LARGE, db=db)
    starter = Psql(db)
    starter("select zm_api.start(name) from zm_api.pipeline;")
    starter.close()
    psql(RUNNING)

    def frame():
        began = time.monotonic()
        console = Console(db)
        data, _, _ = console.read(0.3, 10)
        last = began
        console.close()
        return data

    def dump():
        began = time.monotonic()
        subprocess.run([f"{PROGRAMS}/zmtui", "--dump", "80x24", "--db", db], capture_output=True, check=True)
        return (time.monotonic() - began) * 1000

    console = Console(db)
    data, first, last = console.read(0.3, 10)
    report("500 x 20 tasks: exec to all painted", f"{(last - console.began) * 1000:.0f} ms", "< 150 ms", (last - console.began) < 0.15)
    times = [console.press(key, 0.05)[1] for key in [b"j"] * 10 + [b"G", b"g", b"\x04", b"\x15"] * 2]
    report("500 x 20 tasks: key to paint", f"{statistics.median(times):.1f} ms", "< 16 ms", statistics.median(times) < 16)
    report("500 x 20 tasks: memory", f"{console.memory():.0f} MB", "< 60 MB", console.memory() < 60)
    console.close()

    before = median_of(15, dump)
    psql(HISTORY + "analyze;")
    after = median_of(15, dump)
    again = median_of(15, dump)
    report("a look with 1,000,000 ended task runs beside it", f"{min(after, again) / before:.2f} x", "<= 1.10 x", min(after, again) / before <= 1.1)
    psql.close()


def main():
    folder = tempfile.mkdtemp(prefix="zmey-console-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        zmctl("up", "--dir", folder, "--workers", "1", "--slots", "8")
        status = zmctl("up", "--dir", folder, "--workers", "1", "--json")
        import json

        db = json.loads(status)["db"]
        root = f"{db} user=postgres"
        zmctl("apply", "-", text=SMALL, db=db)
        psql = Psql(db)
        print(f"{'':<52} {'measured':>16}   target")
        startup(db)
        idle(db, int(os.environ.get("IDLE", "60")))
        keys(db)
        news(db, psql)
        bars(db)
        output(db)
        psql.close()
        large(db, root)
        lost(db, folder)
    finally:
        subprocess.run([f"{PROGRAMS}/zmctl", "down", "--dir", folder], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if all(rows_printed) else 1)


main()
