"""Jobs. The only file that knows an engine: APScheduler's thread pool in one process, Procrastinate on PostgreSQL.

A job is a wake-up that names a row, nothing more. The row says whether there is something to do, so a wake-up that is
lost, doubled or late does no harm: the scan finds the row a few seconds later.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

log = structlog.get_logger()

#: run one wake-up: (task, key)
Handler = Callable[[str, str], None]
#: wake every row that is due; called every few seconds
Scan = Callable[[], None]

STALLED = timedelta(seconds=60)
#: tasks that never wait for a vendor: they keep threads of their own, so that no outage delays them
QUICK = frozenset({"delivery"})


class Engine(Protocol):
    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        """Look at this row soon, or at that time. Never raises: the scan finds the row anyway."""

    def stop(self) -> None:
        """Ends what this process holds open."""


class Embedded:
    """Jobs in this process, on APScheduler's own executor (https://apscheduler.readthedocs.io/en/3.x/)."""

    def __init__(self, handler: Handler, scan: Scan, *, threads: int, scan_seconds: float) -> None:
        # Heavy, and not wanted where no job runs.
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        self._handler = handler
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._waiting: set[tuple[str, str]] = set()  # wake-ups that have not begun: one for each row is enough
        self._running = 0
        self._stopping = False
        self._scheduler = BackgroundScheduler(
            executors={
                "default": ThreadPoolExecutor(threads),
                "quick": ThreadPoolExecutor(1),
                "scan": ThreadPoolExecutor(1),
            },
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        self._scheduler.add_job(
            scan, "interval", seconds=scan_seconds, executor="scan", next_run_time=datetime.now(UTC), id="scan"
        )

    def every(self, seconds: float, call: Callable[[], None], name: str) -> None:
        self._scheduler.add_job(
            call, "interval", seconds=seconds, executor="scan", next_run_time=datetime.now(UTC), id=name
        )

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        if at is not None and at > datetime.now(UTC):
            return  # the scan finds the row when its time has come
        with self._lock:
            if self._stopping or (task, key) in self._waiting:
                return
            self._waiting.add((task, key))
            executor = "quick" if task in QUICK else "default"
            self._scheduler.add_job(self._run, "date", args=(task, key), executor=executor)

    def _run(self, task: str, key: str) -> None:
        with self._lock:
            self._waiting.discard((task, key))
            if self._stopping:
                return
            self._running += 1
        try:
            self._handler(task, key)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def start(self) -> None:
        self._scheduler.start()

    @property
    def idle(self) -> bool:
        """No job runs. After a stop that gave up, the interpreter's own end would wait for the jobs' threads."""
        return self._running == 0

    def stop(self, patience: float = 30.0) -> None:
        """Begins nothing more and waits for the jobs that run; what does not end in time is found by the next start.

        The scheduler's own `shutdown(wait=True)` holds a lock that a job needs to wake the next one. Without jobs its
        thread has nothing left to hand to threads that are gone.
        """
        with self._lock:
            self._stopping = True
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0, patience)


class Distributed:
    """Jobs in PostgreSQL, for any number of workers (https://procrastinate.readthedocs.io).

    `queueing_lock` keeps one wake-up per row waiting. The same row can still be woken twice at once: the row's
    compare-and-set decides. Jobs left in "doing" by a killed worker are litter: nothing waits for them.
    """

    TASK = "afterword.wake"

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._app: Any = None
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._pending: dict[tuple[str, str], None] = {}
        self._thread: threading.Thread | None = None

    def _deferring(self) -> Any:
        with self._opening:
            if self._app is None:
                # Heavy, and not wanted where no job is deferred.
                import procrastinate

                app = procrastinate.App(
                    connector=procrastinate.SyncPsycopgConnector(
                        conninfo=self._conninfo, min_size=1, max_size=4, timeout=5
                    )
                )
                app.open()
                self._app = app
            return self._app

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        """Deferring takes milliseconds, so a thread does it: no request waits for it."""
        if at is not None and at > datetime.now(UTC):
            return  # a job for later would hold the lock against one for now; the scan finds the row in time
        with self._lock:
            if (task, key) in self._pending:
                return
            self._pending[task, key] = None
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._defer_all, name="defer", daemon=True)
                self._thread.start()

    def _defer_all(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._thread = None
                    return
                task, key = next(iter(self._pending))
                del self._pending[task, key]
            self._defer(task, key)

    def _defer(self, task: str, key: str) -> None:
        # Heavy, and not wanted where no job is deferred.
        import psycopg
        from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

        try:
            self._deferring().configure_task(self.TASK, queueing_lock=f"{task}:{key}", queue="afterword").defer(
                task=task, key=key
            )
        except AlreadyEnqueued:
            pass
        except (ConnectorException, psycopg.Error) as error:
            log.warning(
                "wake-up not deferred; the scan will find the row", task=task, key=key, error=type(error).__name__
            )

    def stop(self) -> None:
        if (thread := self._thread) is not None:
            thread.join(10)
        if self._app is not None:
            self._app.close()

    def migrate(self) -> None:
        """Makes the engine's tables, once."""
        manager = self._deferring().schema_manager
        with self._deferring().connector.pool.connection() as connection:
            there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()[0]
        if there is None:
            manager.apply_schema()

    def work(self, handler: Handler, scan: Scan, *, threads: int, scan_seconds: float) -> None:
        """Runs jobs until a signal comes (SIGTERM, SIGINT); those that run are finished first."""
        asyncio.run(self._work(handler, scan, threads, scan_seconds))

    async def _work(self, handler: Handler, scan: Scan, threads: int, scan_seconds: float) -> None:
        # Heavy, and wanted in workers alone.
        import procrastinate

        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=threads + 2)
        )

        @app.task(name=self.TASK, queue="afterword")
        def wake(task: str, key: str) -> None:
            handler(task, key)

        async def scanning() -> None:
            while True:
                await asyncio.to_thread(scan)
                await self._sweep(app)
                await asyncio.sleep(scan_seconds)

        async with app.open_async():
            beside = asyncio.create_task(scanning())
            try:
                await app.run_worker_async(
                    concurrency=threads,
                    queues=["afterword"],
                    delete_jobs="always",
                    shutdown_graceful_timeout=30,
                    fetch_job_polling_interval=scan_seconds,
                )
            finally:
                beside.cancel()
                await asyncio.gather(beside, return_exceptions=True)

    async def _sweep(self, app: Any) -> None:
        """Takes away what killed workers left in "doing", and their own rows. Two workers may do so at once."""
        # Heavy, and wanted in workers alone.
        import psycopg
        from procrastinate.exceptions import ProcrastinateException

        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED.total_seconds()):
                await app.job_manager.finish_job(job, status=_failed(), delete_job=True)
            await app.job_manager.prune_stalled_workers(STALLED.total_seconds())
        except (ProcrastinateException, psycopg.Error) as error:
            log.warning("stalled jobs not swept; done again soon", error=type(error).__name__)


def _failed() -> Any:
    # Heavy, and wanted in workers alone.
    from procrastinate.jobs import Status

    return Status.FAILED
