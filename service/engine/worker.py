"""The loop of a worker on PostgreSQL. It ends with a signal, and never because the database went away."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from service.engine.wakes import Handler, Lapsed, Scan

log = structlog.get_logger()

TASK, QUEUE = "afterword.wake", "afterword"
#: seconds without a sign of life after which what a worker left in the engine's tables is taken away
STALLED = 30.0
#: seconds between two looks for rows whose worker is gone, however seldom the scan runs
LOOK = 5.0
#: seconds between two looks of the engine for jobs: it may miss the notification of one that comes while it looks
POLL = 1.0
#: seconds between two looks for jobs that shall be given up: nobody asks for that, and a look that meets the end of a
#: connection may outlive the worker it belongs to
NEVER = 24 * 60 * 60.0
#: seconds between two tries to reach the database
LONGEST_WAIT = 8.0


@dataclass(frozen=True, slots=True)
class Worker:
    pool: dict[str, Any]  # how psycopg's pool reaches the server
    handler: Handler
    scan: Scan
    lapsed: Lapsed
    take_over: Callable[[str, str], None]
    threads: int
    scan_seconds: float

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        # as many as there are jobs, and one each for the scan and the look beside it
        loop.set_default_executor(ThreadPoolExecutor(self.threads + 2, thread_name_prefix="job"))
        over = asyncio.Event()
        wait = 1.0
        with _told_to_stop(over):
            while not over.is_set():
                began = loop.time()
                await self._until(over)
                if over.is_set():
                    return
                wait = 1.0 if loop.time() - began > 60 else min(wait * 2, LONGEST_WAIT)
                log.warning("the database is away; the worker goes on once it is back", again_in_seconds=wait)
                await asyncio.wait([asyncio.ensure_future(over.wait())], timeout=wait)

    async def _until(self, over: asyncio.Event) -> None:
        """Works until it is told to stop, or the database does not answer."""
        # Heavy, and wanted in workers alone.
        import psycopg
        from procrastinate.exceptions import ProcrastinateException

        serving = asyncio.create_task(self._serve())
        told = asyncio.create_task(over.wait())
        await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        serving.cancel()  # jobs that run are finished first
        try:
            await serving
        except asyncio.CancelledError:
            pass
        except (ProcrastinateException, psycopg.Error, OSError) as error:
            log.warning("the worker lost the database", error=type(error).__name__)

    async def _serve(self) -> None:
        # Heavy, and wanted in workers alone.
        import procrastinate

        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(min_size=1, max_size=self.threads + 2, **self.pool)
        )

        @app.task(name=TASK, queue=QUEUE)
        def wake(task: str, key: str) -> None:
            self.handler(task, key)

        async with app.open_async():
            beside = [asyncio.create_task(self._scanning()), asyncio.create_task(self._looking(app))]
            try:
                await app.run_worker_async(
                    concurrency=self.threads,
                    queues=[QUEUE],
                    delete_jobs="always",
                    shutdown_graceful_timeout=30,
                    fetch_job_polling_interval=min(self.scan_seconds, POLL),
                    abort_job_polling_interval=NEVER,
                    stalled_worker_timeout=STALLED,
                    install_signal_handlers=False,  # by its own it ends on a signal and on a lost database alike
                )
            finally:
                await ended(beside)

    async def _scanning(self) -> None:
        while True:
            await asyncio.to_thread(self.scan)
            await asyncio.sleep(self.scan_seconds)

    async def _looking(self, app: Any) -> None:
        while True:
            for task, key in await asyncio.to_thread(self.lapsed):
                self.take_over(task, key)
            await self._sweep(app)
            await asyncio.sleep(min(self.scan_seconds, LOOK))

    async def _sweep(self, app: Any) -> None:
        """Takes away what killed workers left in "doing", and their own rows. Two workers may do so at once."""
        # Heavy, and wanted in workers alone.
        import psycopg
        from procrastinate import exceptions, jobs

        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
                await app.job_manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
            await app.job_manager.prune_stalled_workers(STALLED)
        except (exceptions.ProcrastinateException, psycopg.Error) as error:
            log.warning("stalled jobs not swept; done again soon", error=type(error).__name__)


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Once all of them have ended. Each is cancelled until it has: before Python 3.12, a cancellation that comes
    together with the end of a wait is lost (https://github.com/python/cpython/issues/86296), and the pool waits so."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1.0)
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _told_to_stop(over: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT end it; a thread other than the main one gets no signals."""
    loop = asyncio.get_running_loop()
    ours = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    for one in ours:
        loop.add_signal_handler(one, over.set)
    try:
        yield
    finally:
        for one in ours:
            loop.remove_signal_handler(one)
