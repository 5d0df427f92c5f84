"""Wake-ups for the next few seconds, so that a pace of one write a second is not a pace of one write for each scan.

They live in this process alone: one that is lost with it is found by the scan. So nothing in a database waits for a
later time, where it would keep a wake-up for now away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Row = tuple[str, str]
#: rows that wait at the same time; more are left to the scan
MOST = 4000


class Soon:
    """Date jobs of an APScheduler, at most one for each row. `call` gets the row when its time has come."""

    def __init__(self, scheduler: Any, executor: str, call: Callable[[str, str], None], *, scan_seconds: float) -> None:
        self._scheduler = scheduler
        self._executor = executor
        self._call = call
        self._near = timedelta(seconds=2 * scan_seconds)
        self._lock = threading.Lock()
        #: row → the first and the last time at which somebody wants it; what is between them is the first's to find
        self._times: dict[Row, tuple[datetime, datetime]] = {}

    def add(self, task: str, key: str, at: datetime) -> None:
        if at - datetime.now(UTC) > self._near:
            return
        row = (task, key)
        with self._lock:
            known = self._times.get(row)
            if known is None and len(self._times) >= MOST:
                return
            first, last = known or (at, at)
            self._times[row] = (min(first, at), max(last, at))
            if known is None or at < first:
                self._begin(row, at)

    def _begin(self, row: Row, at: datetime) -> None:
        self._scheduler.add_job(
            self._over,
            "date",
            run_date=at,
            args=(row,),
            id=f"soon {row[0]}:{row[1]}",
            replace_existing=True,
            executor=self._executor,
        )

    def _over(self, row: Row) -> None:
        with self._lock:
            first, last = self._times.pop(row, (None, None))
            if first is not None and last is not None and last > first:
                self._times[row] = (last, last)
                self._begin(row, last)
        self._call(*row)

    def __len__(self) -> int:
        return len(self._times)
