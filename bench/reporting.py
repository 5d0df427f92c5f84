"""A report's figures over 100,000 action items, over one raw GROUP BY of the same figures, in the same database.

The items are those of three years: one in ten is open, six hundred were promised and as many ended since the report
before, which is frozen and lists its ten thousand. Figures are all that a report counts: the sum, owners, teams,
severities, ages, the trend, on time and days to done. Rows and pages are not in them.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.followup.figures import figures
from service.followup.gather import Rules, figures_only, gather
from service.followup.lean import Since
from service.followup.report import compute, finished
from service.followup.week import Week
from service.store import migrate, reports, tables
from service.store.database import Database
from service.store.reports import FORMATS
from tests.faults import server

ITEMS = 100_000
INCIDENTS = 20_000
OPEN = 10  # one item in so many
SINCE = 600
PEOPLE = 400
TEAMS = 20
ROUNDS = 9
WEEK = Week(2026, 47)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_BEGAN = NOW - timedelta(days=3 * 365)
_BATCH = 5_000
DAY = 2_461_368  # the Julian day of 23 November 2026
RULES = Rules(
    zone=ZoneInfo("Europe/Berlin"),
    names={f"p{n}": f"@p{n}" for n in range(PEOPLE)},
    people=[f"@p{n}" for n in range(PEOPLE)],
    teams={f"@p{n}": (f"team {n % TEAMS}",) for n in range(PEOPLE)},
)
#: the same figures, by owner and severity, without what came since the report before
_LATE = "CASE WHEN state = 'open' AND due < {today} - {days} THEN 1 ELSE 0 END"
_BARE = f"""
SELECT owner, severity, state, count(*), sum(CASE WHEN state = 'open' AND due < {{today}} THEN 1 ELSE 0 END),
  {", ".join(f"sum({_LATE.replace('{days}', str(days))})" for days in (7, 30, 90))},
  min(CASE WHEN state = 'open' THEN due END), min(CASE WHEN state = 'open' AND due >= {{today}} THEN due END),
  sum(CASE WHEN state = 'open' AND due >= {{today}} AND due <= {{today}} + 20 THEN 1 ELSE 0 END),
  sum(CASE WHEN state = 'done' AND ended >= {{today}} - 84 AND ended > due THEN 1 ELSE 0 END),
  sum(CASE WHEN state = 'done' AND ended >= {{today}} - 84 THEN ended - promised ELSE 0 END)
FROM bare_items GROUP BY owner, severity, state
"""


def run() -> list[tuple[str, float, str, float]]:
    rows = []
    for store, goal in (("SQLite", 8.0), ("PostgreSQL", 4.0)):
        with filled(store) as database:
            bare, ours = _timed(database)
            ratio = statistics.median(b / a for a, b in zip(bare, ours, strict=True))
            print(f"  {store}: bare {_ms(bare):.0f} ms, figures {_ms(ours):.0f} ms; medians of {ROUNDS} rounds")
            what = f"{store}: a report's figures over {ITEMS:,} items, over one covering GROUP BY"
            rows.append((what, ratio, "<=", goal))
            url = database.url.render_as_string(hide_password=False)
            for name in WORK:
                what = f"{store}: memory of a process that makes a report's {name}, MB"
                rows.append((what, _peak(url, name), "<=", 150.0))
    return rows


def _ms(taken: list[float]) -> float:
    return statistics.median(taken) * 1000


def count(database: Database) -> object:
    """The figures as a report has them, without a row."""
    with database.read() as connection:
        facts, counts = figures_only(connection, RULES, WEEK, NOW, reports.last_seq(connection))
        found = figures(counts, facts.today, WEEK.last_day + timedelta(days=14))
        done = finished(facts, facts.leans or (), Since.of(facts.before, facts.events))
        return found.total, found.owners(facts.people), found.teams(facts.people), found.severities(), done


def whole(database: Database) -> object:
    with database.read() as connection:
        return compute(gather(connection, RULES, WEEK, NOW, reports.last_seq(connection)))


def _timed(database: Database) -> tuple[list[float], list[float]]:
    with database.read() as connection:
        raw = _BARE.format(today=DAY)
        driver: Any = connection.connection.driver_connection

        def bare() -> object:
            cursor = driver.cursor()
            found = cursor.execute(raw).fetchall()
            cursor.close()
            return found

        if not database.is_sqlite:  # one process over the covering index, as on SQLite and as ours
            connection.exec_driver_sql("SET max_parallel_workers_per_gather = 0")
            connection.exec_driver_sql("SET enable_seqscan = off")
        for warm in (bare, lambda: count(database)):
            warm()
        pairs = [(_seconds(bare), _seconds(lambda: count(database))) for _ in range(ROUNDS)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _peak(url: str, what: str) -> float:
    """The most that a process of its own had in memory, in MB."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.reporting", url, what], capture_output=True, text=True, check=True, timeout=120
    )
    return float(said.stdout)


def alone(url: str, what: str) -> float:
    database = Database(url)
    WORK[what](database)
    database.close()
    most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(most[1]) / 1024 if most else 0.0


WORK: dict[str, Callable[[Database], object]] = {"figures": count, "figures and rows, unrendered": whole}


# --- the world --------------------------------------------------------------------------------------------------------


@contextmanager
def filled(store: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        if store == "SQLite":
            yield from _filled(f"sqlite:///{folder}/afterword.db")
        else:
            with server.postgresql() as url:
                yield from _filled(url)


def _filled(url: str) -> Iterator[Database]:
    database = Database(url)
    migrate.upgrade(database)
    database.take_time()
    _insert(database, tables.incidents, (_incident(n) for n in range(1, INCIDENTS + 1)))
    _insert(database, tables.items, (_item(n) for n in range(1, ITEMS + 1)))
    _insert(database, tables.events, (event for n in range(1, ITEMS + 1) for event in _events(n)))
    with database.begin() as connection:
        last = 2 * ITEMS
        connection.execute(tables.counters.insert().values(name="events", value=last))
        _freeze(connection, last)
    _pass_a_week(database)
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE bare_items (owner TEXT, severity TEXT, state TEXT, due INT, ended INT, promised INT)"
        )
        days = "CAST(julianday({}) + 0.5 AS INT)" if database.is_sqlite else "CAST(to_char({}, 'J') AS INT)"
        due, ended, promised = (days.format(name) for name in ("due", "ended_at", "items.created_at"))
        connection.exec_driver_sql(
            f"INSERT INTO bare_items SELECT assignee, severity, state, {due}, {ended}, {promised} "
            "FROM items JOIN incidents ON incidents.id = incident_id"
        )
        connection.exec_driver_sql("CREATE INDEX ix_bare ON bare_items (owner, severity, state, due, ended, promised)")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    yield database
    database.close()


def _insert(database: Database, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    with database.begin() as connection:
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                connection.execute(table.insert(), batch)
                batch = []
        if batch:
            connection.execute(table.insert(), batch)


def _at(incident: int) -> datetime:
    """When it closed: evenly over the three years, the last a week ago."""
    return _BEGAN + (NOW - timedelta(days=8) - _BEGAN) * (incident / INCIDENTS)


def _incident(n: int) -> dict[str, Any]:
    return {
        "id": n, "source": "ops", "key": str(n), "ref": f"acme/ops#{n}", "title": f"Checkout slow, the {n}th time",
        "url": f"https://github.example/acme/ops/issues/{n}", "visibility": "internal", "severity": f"SEV{n % 4 + 1}",
        "labels": ["incident", f"area {n % 50}"], "services": [f"service-{n % 100}"], "opened_at": _at(n),
        "closed_at": _at(n), "ticket": {"text": "x" * 400}, "created_at": _at(n),
    }  # fmt: skip


def _item(n: int) -> dict[str, Any]:
    incident = (n - 1) * INCIDENTS // ITEMS + 1
    promised = _at(incident)
    is_open = n % OPEN == 0
    label = f"acme/repo-{n % 30}#{n}"
    return {
        "incident_id": incident, "key": f"k{n}", "number": n % 5 + 1, "id": n, "anchor": "text", "position": n % 5,
        "text": "Test pooled connections with a write, and drop those that are read-only " + "x" * 60,
        "due": (promised + timedelta(days=30)).date(), "due_rule": "30 days, as P1", "priority": "P1", "refs": [],
        "unclear": [], "notes": [], "created_at": promised, "promised_at": promised,
        "tracker": "code", "place": f"acme/repo-{n % 30}",
        "issue_id": str(n), "issue_label": label, "issue_url": f"https://github.example/issues/{n}",
        "issue_native": {"node_id": f"I_{n}"}, "state": "open" if is_open else "done", "assignee": f"p{n % PEOPLE}",
        "assignee_name": f"p{n % PEOPLE}", "owner_text": f"@p{n % PEOPLE}", "owner_known": True,
        "ended_at": None if is_open else min(promised + timedelta(days=n % 45), NOW - timedelta(days=8)),
        "verified_at": NOW - timedelta(hours=1), "updated_at": promised,
    }  # fmt: skip


def _events(n: int) -> Iterator[dict[str, Any]]:
    item = _item(n)
    of = {"item_id": n, "incident_id": item["incident_id"], "who": None}
    at = item["created_at"]
    yield {**of, "seq": 2 * n - 1, "kind": "promised", "happened_at": at, "learned_at": at, "was": None, "now": "text"}
    if item["ended_at"]:
        at = item["ended_at"]
        yield {**of, "seq": 2 * n, "kind": "state", "happened_at": at, "learned_at": at, "was": "open", "now": "done"}


def _freeze(connection: sa.Connection, last: int) -> None:
    """The report of the week before, as what the next one reads of it."""
    made = {"slot": WEEK.previous.slot, "name": "weekly", "week": str(WEEK.previous), "last_seq": last}
    at = NOW - timedelta(days=7)
    forms = dict.fromkeys(FORMATS, b"")
    connection.execute(tables.reports.insert().values(as_of=at, first_seq=0, snapshot={}, **made, **forms))
    opened = [n for n in range(1, ITEMS + 1) if n % OPEN == 0]
    figures = {"open": len(opened), "overdue": 0, "added": 0, "done": 0, "done_late": 0}
    kept = {"figures": figures, "opened": opened, "late": opened[::2], "incidents": []}
    connection.execute(tables.report_figures.insert().values(as_of=at, **made, **kept))


def _pass_a_week(database: Database) -> None:
    """Six hundred of the open ones end, and as many that were done are open again."""
    at, seq = NOW - timedelta(days=2), 2 * ITEMS
    with database.begin() as connection:
        for turn in range(1, SINCE + 1):
            for item, was, now in ((turn * OPEN, "open", "done"), (turn * OPEN + 1, "done", "open")):
                seq += 1
                values = {"state": now, "ended_at": at if now == "done" else None}
                connection.execute(sa.update(tables.items).where(tables.items.c.id == item).values(**values))
                of = {"seq": seq, "item_id": item, "incident_id": 1, "happened_at": at, "learned_at": at}
                connection.execute(tables.events.insert().values(kind="state", was=was, now=now, **of))
        connection.execute(sa.update(tables.counters).values(value=seq))


if __name__ == "__main__":
    print(alone(*sys.argv[1:]))
