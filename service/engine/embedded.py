"""Jobs in one process, on APScheduler's own executor (https://apscheduler.readthedocs.io/en/3.x/)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from service.engine.soon import Soon
from service.engine.wakes import QUICK, Handler, Scan


class Embedded:
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
                "soon": ThreadPoolExecutor(1),
            },
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        self._soon = Soon(self._scheduler, "soon", self.wake, scan_seconds=scan_seconds)
        self._scheduler.add_job(
            scan, "interval", seconds=scan_seconds, executor="scan", next_run_time=datetime.now(UTC), id="scan"
        )

    def every(self, seconds: float, call: Callable[[], None], name: str) -> None:
        self._scheduler.add_job(
            call, "interval", seconds=seconds, executor="scan", next_run_time=datetime.now(UTC), id=name
        )

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        if at is not None and at > datetime.now(UTC):
            if not self._stopping:
                self._soon.add(task, key, at)
            return
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
