"""Jobs in PostgreSQL, for any number of workers (https://procrastinate.readthedocs.io)."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import structlog

from service.engine.soon import Soon
from service.engine.wakes import QUICK, Handler, Lapsed, Scan
from service.engine.worker import QUEUE, TASK, Worker
from service.store import sessions

log = structlog.get_logger()

#: wake-ups that wait to be deferred; more are left to the scan
MOST = 4000
#: seconds until the same row is asked for again: in a flood each delivery asks for the same one
REST = 0.1
#: which job is begun first, where many wait: what a dead worker left, then deliveries, then the others
TAKEN_OVER, FIRST, USUAL = 2, 1, 0


class Distributed:
    """`queueing_lock` keeps one wake-up per row waiting. The same row can still be woken twice at once: the row's
    compare-and-set decides. Jobs left in "doing" by a killed worker are litter: nothing waits for them.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._app: Any = None
        self._soon: Soon | None = None  # in workers alone; elsewhere a later time is the scan's
        self._lock = threading.Condition()
        self._opening = threading.Lock()
        self._pending: dict[tuple[str, str], int] = {}
        self._thread: threading.Thread | None = None
        self._stopping = False

    def pool(self, *, several: bool) -> dict[str, Any]:
        """How both kinds of pool reach the server. `several`: connections of an asyncio loop."""
        return {
            "conninfo": self._conninfo,
            "kwargs": sessions.reached(sessions.address(self._conninfo)),
            "configure": sessions.limit_async if several else sessions.limit,
            "timeout": 10 if several else 5,
        }

    def _deferring(self) -> Any:
        with self._opening:
            if self._app is None:
                # Heavy, and not wanted where no job is deferred.
                import procrastinate

                app = procrastinate.App(
                    connector=procrastinate.SyncPsycopgConnector(min_size=1, max_size=4, **self.pool(several=False))
                )
                app.open()
                self._app = app
            return self._app

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        """Deferring takes milliseconds, so a thread does it: no request waits for it."""
        if at is not None and at > datetime.now(UTC):
            # a job for later would hold the lock against one for now
            if (soon := self._soon) is not None:
                soon.add(task, key, at)
            return
        self._ask(task, key, FIRST if task in QUICK else USUAL)

    def _ask(self, task: str, key: str, priority: int) -> None:
        with self._lock:
            if (task, key) not in self._pending:
                if len(self._pending) >= MOST:
                    return
                self._lock.notify()
            self._pending[task, key] = max(priority, self._pending.get((task, key), priority))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._defer_all, name="defer", daemon=True)
                self._thread.start()

    def _defer_all(self) -> None:
        again = dict[tuple[str, str], float]()  # row → when it may be asked for again
        while (row := self._next(again)) is not None:
            (task, key), priority = row
            again[task, key] = time.monotonic() + REST
            if not self._defer(task, key, priority):
                with self._lock:
                    self._pending.clear()  # each of them would wait as long, for nothing

    def _next(self, again: dict[tuple[str, str], float]) -> tuple[tuple[str, str], int] | None:
        """The most urgent one that may be asked for, with its priority. None: none came, and the thread ends."""
        with self._lock:
            while True:
                now = time.monotonic()
                ready = [row for row in self._pending if self._stopping or again.get(row, now) <= now]
                if ready:
                    row = max(ready, key=lambda one: self._pending[one])
                    return row, self._pending.pop(row)
                for row in [row for row, at in again.items() if at <= now]:
                    del again[row]
                if self._stopping or not again:
                    self._thread = None
                    return None
                self._lock.wait(min(again.values()) - now)

    def _defer(self, task: str, key: str, priority: int) -> bool:
        """False: the database does not answer."""
        # Heavy, and not wanted where no job is deferred.
        import psycopg
        from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

        try:
            self._deferring().configure_task(TASK, queueing_lock=f"{task}:{key}", queue=QUEUE, priority=priority).defer(
                task=task, key=key
            )
        except AlreadyEnqueued:
            pass
        except (ConnectorException, psycopg.Error) as error:
            log.warning("wake-ups not deferred; the scan will find the rows", error=type(error).__name__)
            return False
        return True

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            self._lock.notify()
        if (thread := self._thread) is not None:
            thread.join(10)
        if self._app is not None:
            self._app.close()

    def migrate(self) -> None:
        """Makes the engine's tables, once, also where several processes ask for it at the same time."""
        manager = self._deferring().schema_manager
        with self._deferring().connector.pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('afterword migrate'))")
            if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()[0] is None:
                manager.apply_schema()

    def work(
        self, handler: Handler, scan: Scan, *, threads: int, scan_seconds: float, lapsed: Lapsed | None = None
    ) -> None:
        """Runs jobs until a signal comes (SIGTERM, SIGINT); those that run are finished first. A database that is away
        is waited for. `lapsed`: what is begun before everything else, as its worker is gone."""
        # Heavy, and wanted in workers alone.
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        timers = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults={"misfire_grace_time": None}, timezone=UTC
        )
        worker = Worker(
            self.pool(several=True),
            handler,
            scan,
            lapsed or list,
            lambda task, key: self._ask(task, key, TAKEN_OVER),
            threads,
            scan_seconds,
        )
        self._soon = Soon(timers, "default", self.wake, scan_seconds=scan_seconds)
        timers.start()
        try:
            asyncio.run(worker.run())
        finally:
            self._soon = None
            timers.remove_all_jobs()
            timers.shutdown(wait=False)
