"""Filing without a pace, against a tracker in a process of its own: the tracker is asked alone first, for reference.

1,000 items (50 incidents of 20) on each store. On PostgreSQL also with one worker and with two, and a tracker that
takes 50 ms for each answer, as a tracker far away does: there the time goes by waiting, which workers can share.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bench import running, standin
from service.store import deliveries

INCIDENTS, ITEMS = 50, 20
FAR = 0.05
Row = tuple[str, float, str, float]


def run(incidents: int = INCIDENTS) -> list[Row]:
    """(what, measured, "<=" or ">=", goal)."""
    alone = _alone()
    sqlite = _filed("SQLite", ("all",), incidents)
    postgresql = _filed("PostgreSQL", ("worker",), incidents)
    one, two = (_filed("PostgreSQL", ("worker",) * workers, incidents, FAR) for workers in (1, 2))
    print(
        f"  the tracker alone makes {alone:.0f} issues a second; we file {sqlite:.0f} on SQLite, {postgresql:.0f} on "
        f"PostgreSQL; where it takes {FAR * 1000:.0f} ms an answer {one:.0f} with one worker, {two:.0f} with two",
        flush=True,
    )
    return [
        ("SQLite: issues filed a second, no pace", sqlite, ">=", 30),
        ("PostgreSQL: issues filed a second, no pace", postgresql, ">=", 30),
        ("PostgreSQL: issues a second of two workers over one, the tracker far away", two / one, ">=", 1.4),
    ]


def _alone(number: int = 300) -> float:
    """Issues a second that the stand-in takes from one client that does nothing else."""
    with tempfile.TemporaryDirectory() as folder, standin.github(folder, 0, 0) as github:
        wire = http.client.HTTPConnection(urlsplit(github.url).netloc, timeout=20)
        headers = {"Authorization": f"Bearer {standin.TOKEN}", "Content-Type": "application/json"}
        begun = time.monotonic()
        for n in range(number):
            wire.request("POST", "/repos/acme/checkout/issues", json.dumps({"title": f"Mend {n}"}), headers)
            answer = wire.getresponse()
            answer.read()
            if answer.status != 201:
                raise SystemExit(f"the stand-in answered {answer.status}")
        wire.close()
        return number / (time.monotonic() - begun)


def _filed(store: str, commands: tuple[str, ...], incidents: int, delay: float = 0.0) -> float:
    """Issues a second from the first delivery's reading to the last comment."""
    with (
        tempfile.TemporaryDirectory() as folder,
        standin.github(folder, incidents, ITEMS, delay) as github,
        running.ours(store, github.url) as ours,
    ):
        ours.start(*commands)
        time.sleep(8)  # what a start does is over
        rows = [
            {
                "source": "ops",
                "delivery_id": f"closing-{n}",
                "received_at": datetime.now(UTC),
                "headers": {"x-github-event": "issues", "x-github-delivery": f"closing-{n}"},
                "body": body,
                "state": "received",
            }
            for n, body in enumerate(github.closings)
        ]
        with ours.database.begin() as connection:
            deliveries.add_all(connection, rows)
        before = ours.processor_seconds()
        running.until(lambda: ours.waiting() < incidents, "the first delivery is read", 60)
        taken = running.until(lambda: github.counted()[2] >= incidents, "every incident is told", 600)
        items, twice, _ = github.counted()
        work = (ours.processor_seconds() - before) / max(items, 1)
    if items != incidents * ITEMS or twice:
        raise SystemExit(f"{items} items of {incidents * ITEMS} have an issue, {twice} issues are too many")
    print(
        f"  {store}, {' and '.join(commands)}: {items / taken:.0f} a second, {work * 1000:.0f} ms of a processor each"
    )
    return items / taken


if __name__ == "__main__":
    for what, measured, sign, goal in run():
        print(f"{measured:8.2f}  (goal {sign} {goal:g})  {what}")
    sys.exit(0)
