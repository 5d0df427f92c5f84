"""A flood of signed deliveries, a burst, and a backlog: what was acknowledged is there, and the process stays as it is.

`python -m bench.flood --minutes 10` is the figure as it is stated: 200 deliveries a second for ten minutes on two
cores, each fiftieth the closing of an incident that is told and filed beside it, the others closings of tickets that
are no incidents; then 5,000 deliveries in five seconds; then a backlog of 100,000 that is looked at. `--store
PostgreSQL` runs `web` and `worker` on a server of their own. `make bench` runs 15 seconds of each.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import pour, running, standin
from bench.load import payload
from service.store import deliveries, tables

RATE = 200
BURST, BURST_SECONDS = 5000, 5
STORES = {"SQLite": ("all",), "PostgreSQL": ("web", "worker")}


@dataclass(frozen=True)
class Size:
    seconds: float
    burst: int
    backlog: int


SHORT = Size(15, 1500, 5000)
Row = tuple[str, float, str, float]


def run() -> list[Row]:
    """(what, measured, "<=" or ">=", goal), in the short form."""
    return [row for store in STORES for row in _flood(store, SHORT)]


def _flood(store: str, size: Size) -> list[Row]:
    number = int(size.seconds * RATE)
    incidents = math.ceil(number / pour.SAMPLE)
    with (
        tempfile.TemporaryDirectory() as folder,
        standin.github(folder, incidents, 1) as github,
        running.ours(store, github.url) as ours,
    ):
        ours.start(*STORES[store])
        closings = Path(folder) / "closings.json"
        _pour(ours, "warm", RATE, 200, _none(folder))
        sizes = Sizes(ours)
        poured = _pour(ours, "flood", RATE, number, closings)
        grown = sizes.grown(size.seconds)
        missing = _missing(ours, "flood", number)
        burst = _pour(ours, "burst", BURST / BURST_SECONDS, size.burst, _none(folder))
        missing += _missing(ours, "burst", size.burst)
        left = ours.waiting()
        filed = running.until(lambda: github.counted()[2] >= incidents, "every incident is told", 3600)
        items, twice, _ = github.counted()
        read, told = _after_receipt(ours)
        ours.stop()
        drained = _drained(ours, size.backlog, STORES[store])
    print(
        f"  {store}: {number} at {number / poured['poured']:.0f}/s, ack p50 {poured['p50']:.1f} ms; "
        f"burst of {size.burst} sent in {burst['poured']:.1f} s, stored after {burst['seconds']:.1f} s, "
        f"p99 {burst['p99']:.0f} ms, "
        f"{burst['again']} sent again; then {left} waited and {incidents} incidents were told after {filed:.0f} s: "
        f"read {read[-1]:.1f} s and told {told[-1]:.1f} s after their receipt at the longest; "
        f"memory {', '.join(sizes.said)} MB; a backlog of {size.backlog} drains at {drained:.0f}/s",
        flush=True,
    )
    rows = [
        (
            f"{store}: ids of {number + size.burst} acknowledged deliveries that are not in the database",
            missing,
            "<=",
            0,
        ),
        (f"{store}: ack p99 in ms at {RATE} deliveries a second", poured["p99"], "<=", 250),
        (f"{store}: action items without an issue, or with two", abs(incidents - items) + twice, "<=", 0),
        (f"{store}: s from the receipt of a closing to its reading in the flood, 99 of 100", _p99(read), "<=", 5),
        (f"{store}: deliveries a second out of a backlog", drained, ">=", RATE / 2),
    ]
    if size.seconds >= 180:
        rows.append((f"{store}: memory at the end over that of the first minute", grown, "<=", 1.05))
    return rows


def _none(folder: str) -> Path:
    file = Path(folder) / "none.json"
    file.write_text("[]")
    return file


def _pour(ours: running.Ours, prefix: str, rate: float, number: int, closings: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.pour", str(ours.port), prefix, str(rate), str(number), str(closings)]
    told = subprocess.run(command, capture_output=True, check=True, timeout=number / rate + 600)
    said: dict[str, Any] = json.loads(told.stdout)
    if said["stored"] != number:
        raise SystemExit(f"{number - said['stored']} deliveries were never stored, such as {said['lost']}")
    return said


class Sizes:
    """Memory, looked at every second while the flood comes in."""

    def __init__(self, ours: running.Ours) -> None:
        self._ours = ours
        self._seen: list[list[float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        self.said: list[str] = []

    def _look(self) -> None:
        while not self._over.wait(1.0):
            self._seen.append(self._ours.megabytes())

    def grown(self, seconds: float) -> float:
        """The process that grew most: its last half minute over its second one (the first is for getting warm)."""
        self._over.set()
        self._thread.join()
        window = max(int(min(30, seconds / 4)), 1)
        first = [statistics.median(one) for one in zip(*self._seen[window : 2 * window], strict=True)]
        last = [statistics.median(one) for one in zip(*self._seen[-window:], strict=True)]
        self.said = [f"{a:.1f} to {b:.1f}" for a, b in zip(first, last, strict=True)]
        return max(b / a for a, b in zip(first, last, strict=True))


def _missing(ours: running.Ours, prefix: str, number: int) -> int:
    c = tables.deliveries.c
    with ours.database.read() as connection:
        found = connection.execute(sa.select(c.delivery_id).where(c.delivery_id.startswith(f"{prefix}-"))).scalars()
        return len({f"{prefix}-{n}" for n in range(number)} - set(found))


def _after_receipt(ours: running.Ours) -> tuple[list[float], list[float]]:
    """Seconds, sorted: from the receipt of each closing until it was read, and until its last write began."""
    delivery, incident, write = tables.deliveries.c, tables.incidents.c, tables.writes.c
    last = sa.select(write.incident_id, sa.func.max(write.since).label("at")).group_by(write.incident_id).subquery()
    asked = (
        sa.select(sa.func.min(delivery.received_at), incident.heard_at, last.c.at)
        .select_from(tables.deliveries)
        .join(tables.incidents, incident.id == delivery.incident_id)
        .join(last, last.c.incident_id == incident.id)
        .group_by(incident.id, incident.heard_at, last.c.at)
    )
    with ours.database.read() as connection:
        found = connection.execute(asked).all()
    read = sorted((heard_at - received_at).total_seconds() for received_at, heard_at, _ in found)
    return read, sorted((at - received_at).total_seconds() for received_at, _, at in found)


def _p99(seconds: list[float]) -> float:
    return seconds[math.ceil(len(seconds) * 0.99) - 1]


def _drained(ours: running.Ours, number: int, commands: tuple[str, ...]) -> float:
    """Deliveries a second, out of so many that were stored while nothing ran."""
    body = payload(pour.KILOBYTES)
    headers = {"content-type": "application/json", "x-github-event": "issues"}
    before = ours.waiting()
    for start in range(before, number, 1000):
        rows = [
            {
                "source": "ops",
                "delivery_id": f"back-{n}",
                "received_at": datetime.now(UTC),
                "headers": {**headers, "x-github-delivery": f"back-{n}"},
                "body": body,
                "state": "received",
            }
            for n in range(start, min(start + 1000, number))
        ]
        with ours.database.begin() as connection:
            deliveries.add_all(connection, rows)
    ours.start(*commands)
    first, begun = ours.waiting(), time.monotonic()
    running.until(lambda: ours.waiting() == 0, f"a backlog of {number} drains", 1800)
    return first / (time.monotonic() - begun)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--store", choices=STORES, default="SQLite")
    asked = parser.parse_args()
    size = Size(asked.minutes * 60, BURST, 100_000)
    missed = 0
    for what, measured, sign, goal in _flood(asked.store, size):
        met = measured <= goal if sign == "<=" else measured >= goal
        missed += not met
        print(f"{'ok  ' if met else 'MISS'}  {measured:8.2f}  (goal {sign} {goal:g})  {what}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
