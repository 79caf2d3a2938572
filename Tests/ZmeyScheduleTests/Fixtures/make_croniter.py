#!/usr/bin/env python3
"""Writes croniter.txt: random cron expressions with the times that croniter (PyPI) finds after random instants, in UTC.

    python3 -m venv V && V/bin/pip install croniter && V/bin/python make_croniter.py > croniter.txt

A line is EXPRESSION|START|LEAP|DELAYS: the nth delay is the time from START + n × LEAP (n = 0, 1 …) to the next time of the
expression; all in seconds, START since 1970.

Not asked, since zmey deliberately differs:
- an equal range (5-5), to croniter the whole cycle, to zmey the one value;
- a range over the end with a step (22-4/3): croniter counts the step from another value after the end;
- '#' and 'L5' beside a restricted day of the month: croniter wants both, zmey either, as with plain weekdays;
- 'W' beside a restricted weekday or in a list, for the same reason;
- */1 in one field of days beside a restricted other one: a restriction to croniter, to zmey the same as *;
- a list that takes in every day (6-5) beside another field of days with a * in it: croniter forgets the list;
- a list or range that takes in every day (6-5) beside a restricted other field: croniter may forget both;
- '#' and 'L5' beside plain weekdays: croniter refuses them.
"""

import importlib.metadata
import random
import sys
from datetime import datetime, timezone

from croniter import croniter

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "sun mon tue wed thu fri sat".split()
RANGES = {"second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}

chance = random.Random(20270101)


def value(field, number):
    if field == "month" and chance.random() < 0.4:
        return cased(MONTHS[number - 1])
    if field == "weekday" and chance.random() < 0.4:
        return cased(DAYS[number % 7])
    return str(number)


def cased(name):
    return chance.choice([name, name.upper(), name.capitalize()])


def element(field):
    low, high = RANGES[field]
    last = 6 if field == "weekday" else high
    kind = chance.random()
    if kind < 0.45:
        return value(field, chance.randint(low, high))
    a, b = chance.randint(low, last), chance.randint(low, last)
    if a == b:
        return value(field, a)
    if kind < 0.6:
        return f"{value(field, a)}-{value(field, b)}"
    step = chance.randint(2, max(2, (last - low) // 2))
    if kind < 0.75:
        return f"{value(field, min(a, b))}-{value(field, max(a, b))}/{step}"
    if kind < 0.9:
        return f"*/{step}"
    return f"{value(field, a)}/{step}"


def plain(field, everything):
    if chance.random() < everything:
        return "*"
    return ",".join(element(field) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def days():
    """Day of the month and weekday."""
    kind = chance.random()
    if kind < 0.3:
        return "*", chance.choice(["*", "?"])
    if kind < 0.45:
        return plain("day", 0), "*"
    if kind < 0.6:
        return chance.choice(["*", "?"]), plain("weekday", 0)
    if kind < 0.75:
        return plain("day", 0), plain("weekday", 0)
    if kind < 0.82:
        return chance.choice(["L", "l", "1,L", "10-12,L", "L,15"]), chance.choice(["*", "*", value("weekday", chance.randint(0, 6))])
    if kind < 0.92:
        names = [f"{value('weekday', chance.randint(0, 6))}#{chance.randint(1, 5)}" for _ in range(chance.choice([1, 1, 2]))]
        return "*", ",".join(names)
    if kind < 0.96:
        return "*", f"{chance.choice('lL')}{chance.randint(0, 6)}"
    return f"{chance.randint(1, 31)}W", "*"


def expression():
    kind = chance.random()
    if kind < 0.01:
        return chance.choice(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"])
    day, weekday = days()
    fields = [plain("minute", 0.15), plain("hour", 0.3), day, plain("month", 0.6), weekday]
    if kind < 0.3:
        fields.insert(0, plain("second", 0.1))
    return " ".join(fields)


def forgets_days(text):
    written = text.split()
    if len(written) == 1:
        return False
    taken = croniter.expand(text, second_at_beginning=True)[0]
    return any(taken[place] == ["*"] and written[place - 5] not in "*?" for place in (2, 4))


def main():
    print(f"# croniter {importlib.metadata.version('croniter')}")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    while wanted:
        text = expression()
        start = chance.randint(946684800, 2524608000)
        leap = int(chance.expovariate(1 / 86400) * chance.choice([0.01, 1, 30, 400])) + 1
        delays = []
        try:
            if forgets_days(text):
                continue
            for base in range(start, start + 6 * leap, leap):
                found = croniter(text, datetime.fromtimestamp(base, timezone.utc), second_at_beginning=True)
                delays.append(str(int(found.get_next(float)) - base))
        except ValueError:
            # Never comes, or not within 50 years.
            continue
        print(f"{text}|{start}|{leap}|{' '.join(delays)}")
        wanted -= 1


main()
