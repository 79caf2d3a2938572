#!/usr/bin/env python3
"""Writes systemd.txt: random cron expressions with the times that `systemd-analyze calendar` finds for the same thing in
its own language, after random instants, in UTC.

    python3 make_systemd.py > systemd.txt

A line is EXPRESSION|START|DELAYS: seconds since 1970, then the seconds from one time to the next.

Not asked:
- both fields of days restricted: systemd takes the days that both name, cron those that either names;
- two steps in the days of the month (1/12,1/8): systemd 252 then misses the first day of some months.
"""

import os
import random
import re
import subprocess
import sys
from datetime import datetime, timezone

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "Sun Mon Tue Wed Thu Fri Sat".split()
RANGES = {"second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12)}

chance = random.Random(20270102)


def element(field):
    """The same in cron's language and in systemd's."""
    low, high = RANGES[field]
    kind = chance.random()
    a, b = sorted((chance.randint(low, high), chance.randint(low, high)))
    if kind < 0.4 or a == b:
        return (MONTHS[a - 1] if field == "month" and chance.random() < 0.5 else str(a)), str(a)
    if kind < 0.6:
        return f"{a}-{b}", f"{a}..{b}"
    step = chance.randint(2, max(2, (high - low) // 2))
    if kind < 0.75:
        return f"{a}-{b}/{step}", f"{a}..{b}/{step}"
    if kind < 0.9:
        return f"*/{step}", f"{low}/{step}"
    return f"{a}/{step}", f"{a}/{step}"


def plain(field, everything):
    if chance.random() < everything:
        return "*", "*"
    return [",".join(parts) for parts in zip(*[element(field) for _ in range(chance.choice([1, 1, 2, 3]))])]


def days():
    """Day of the month and weekday in cron's language, day of the month and weekday in systemd's."""
    kind = chance.random()
    if kind < 0.25:
        return "*", "*", "-*", ""
    if kind < 0.45:
        cron, calendar = plain("day", 0)
        while cron.count("/") > 1:
            cron, calendar = plain("day", 0)
        return cron, "*", "-" + calendar, ""
    if kind < 0.6:
        before = chance.randint(0, 27)
        return ("L" if before == 0 else f"L-{before}"), "*", f"~{before + 1:02}", ""
    day = chance.randint(0, 6)
    cron = str(day) if chance.random() < 0.3 else DAYS[day].lower()
    if kind < 0.7:
        nth = chance.randint(1, 5)
        return "*", f"{cron}#{nth}", f"-{7 * nth - 6:02}..{min(7 * nth, 31):02}", DAYS[day]
    if kind < 0.8:
        return "*", f"{cron}L", "~07/1", DAYS[day]
    if kind < 0.9:
        a, b = sorted(chance.sample(range(1, 7), 2))
        return "?", f"{DAYS[a]}-{b}", "-*", f"{DAYS[a]}..{DAYS[b]}"
    some = sorted(chance.sample(range(0, 7), chance.randint(2, 4)))
    return "*", ",".join(str(d or 7) for d in some), "-*", ",".join(DAYS[d] for d in some)


def times(calendar, start):
    base = datetime.fromtimestamp(start, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    asked = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=6", f"--base-time={base}", calendar],
        env=dict(os.environ, TZ="UTC", LC_ALL="C"), capture_output=True, text=True)
    # Refused are steps that leave the field at once (15/9 for the hour).
    found = re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", asked.stdout)
    return [int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) for text in found]


def main():
    version = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    print(f"# {version}")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    while wanted:
        day, weekday, calendar_day, calendar_weekday = days()
        fields = [plain("second", 0.1), plain("minute", 0.15), plain("hour", 0.3), plain("month", 0.6)]
        if chance.random() < 0.6:
            fields[0] = ("", "00")
        (second, s), (minute, m), (hour, h), (month, mon) = fields
        cron = " ".join([second, minute, hour, day, month, weekday]).strip()
        start = chance.randint(946684800, 2524608000)
        found = times(f"{calendar_weekday} *-{mon}{calendar_day} {h}:{m}:{s} UTC".strip(), start)
        # Nor is there an answer to what lies far off or never comes.
        if len(found) < 6:
            continue
        print(f"{cron}|{start}|{' '.join(str(b - a) for a, b in zip([start] + found, found))}")
        wanted -= 1


main()
