"""Runs one wake-up: takes the row, does what it lacks, records the outcome. The only loop that catches everything."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from connectors.base import AfterwordError, Limited
from service import crash, logs
from service.deliver import deliver
from service.parts import Parts
from service.retry import backoff, retry_after
from service.store import alive, deliveries, work
from service.store.database import StoreUnavailable
from service.store.work import Lease, LeaseLost

log = structlog.get_logger()

#: does what a row lacks; gives the time at which to look again, or None when all is done
Step = Callable[[Parts, Lease], datetime | None]


BATCH = 10
#: while deliveries pour in, reading them takes one part of the time and leaves this many to the way in
YIELD, LONGEST_YIELD = 10, 2.0
#: seconds that one wake-up reads out of a backlog before it asks for the next: whoever stops the process waits for it
TURN = 5.0


class Jobs:
    def __init__(self, parts: Parts, steps: Mapping[str, Step], *, turn: float = TURN) -> None:
        self.parts = parts
        self.steps = steps
        self._turn = turn
        self._reader = threading.Lock()
        self._asked = False

    def run(self, task: str, key: str) -> None:
        """The handler of every wake-up. Never raises."""
        try:
            if task == "delivery":
                self._deliver([key]) if key else self._read()
            elif task in self.steps:
                self._step(task, key)
            else:
                log.error("a wake-up for an unknown task", task=task, key=key)
        except StoreUnavailable as error:  # nothing was recorded; the scan finds the row when the database is back
            log.warning("the database did not answer", task=task, key=key, error=error.message)

    def scan(self) -> None:
        """Wakes every row that lacks its outcome and is due."""
        try:
            with self.parts.database.read() as connection:
                waiting = work.due(connection, self.parts.now())
                if deliveries.received(connection, 1):
                    waiting.append(("delivery", ""))
        except AfterwordError as error:
            log.error("the scan could not read the database", error=error.message)
            return
        for task, key in waiting:
            self.parts.engine.wake(task, key)
        self._sign_of_life()

    def _sign_of_life(self) -> None:
        """For /readyz, which says when nobody looks for work any more."""
        try:
            with self.parts.database.read() as connection:
                due = alive.is_due(connection, self.parts.now())
            if due:
                with self.parts.database.begin() as connection:
                    alive.scanned(connection, self.parts.now())
            self.parts.calls.keep_now_and_then(self.parts.database)
        except StoreUnavailable as error:
            log.warning("the sign of life was not written", error=error.message)

    def _read(self) -> None:
        """One reader at a time: in a flood each delivery asks for one, and they would hold every worker's slot, so that
        no story is told. Who comes meanwhile leaves word, and is gone."""
        self._asked = True
        while self._asked and self._reader.acquire(blocking=False):
            try:
                self._asked = False
                more = self._deliver_received(time.monotonic() + self._turn)
            finally:
                self._reader.release()
            if more:
                self.parts.engine.wake("delivery", "")
                return

    def _deliver_received(self, until: float) -> bool:
        """Everything that was stored and not looked at; whether the turn was over before that. While more pours in,
        most of the time is left to receiving."""
        newest = ""
        while True:
            with self.parts.database.read() as connection:
                keys = deliveries.received(connection, BATCH)
                last = deliveries.newest(connection)
            if not keys:
                return False
            begun = time.monotonic()
            if not self._deliver(keys):
                return False
            if newest and last != newest:
                time.sleep(min((time.monotonic() - begun) * YIELD, LONGEST_YIELD))
            newest = last
            if time.monotonic() >= until:
                return True

    def _deliver(self, keys: list[str]) -> bool:
        """False: the database does not answer; the scan comes back to it."""
        try:
            deliver(self.parts, keys)
        except AfterwordError as error:
            log.warning("deliveries put back", number=len(keys), error=error.message)
            return False
        except Exception as error:  # a fault of ours: the delivery is kept, and looked at again after the next start
            if len(keys) > 1:
                return [self._deliver([key]) for key in keys][-1]  # each by itself: only one of them is at fault
            log.exception("delivery failed", delivery=keys[0])
            self._fail(keys[0], f"A fault in Afterword: {type(error).__name__}. It is read again after the next start.")
        return True

    def _fail(self, key: str, reason: str) -> None:
        source, _, delivery_id = key.partition("/")
        with self.parts.database.begin() as connection:
            delivery = deliveries.get(connection, source, delivery_id)
            if delivery is not None and delivery.state in deliveries.OPEN:
                deliveries.settle(connection, delivery, "failed", reason)

    def _step(self, task: str, key: str) -> None:
        lease = work.take(self.parts.database, task, key, self.parts.now())
        if lease is None:
            return
        crash.point("row taken")
        with logs.working_on(task, key):
            self._held(lease)

    def _held(self, lease: Lease) -> None:
        task, key = lease.task, lease.key
        try:
            with self._beating(lease):
                again = self.steps[task](self.parts, lease)
        except LeaseLost:
            log.warning("overtaken by another attempt; nothing written", task=task, key=key, attempt=lease.attempt)
        except Limited as error:
            self._put_back(lease, error.message, wait=retry_after(error))
        except AfterwordError as error:  # a vendor, a database: tried again for as long as it takes
            self._put_back(lease, error.message)
        except Exception as error:  # a fault of ours: the row keeps it, the next start tries again
            log.exception("job failed", task=task, key=key, attempt=lease.attempt)
            self._put_back(lease, f"A fault in Afterword: {type(error).__name__}. The log says where.", ours=True)
        else:
            self._settle(lease, again)

    @contextmanager
    def _beating(self, lease: Lease) -> Iterator[None]:
        """Renews the lease while the step runs, however long a vendor takes. A dead process renews nothing."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(work.BEAT.total_seconds()):
                try:
                    with self.parts.database.begin() as connection:
                        work.hold(connection, lease, self.parts.now())
                except LeaseLost:
                    return
                except AfterwordError as error:
                    log.warning("lease not renewed", task=lease.task, key=lease.key, error=error.message)

        ours = contextvars.copy_context()
        thread = threading.Thread(target=ours.run, args=(beat,), name=f"beat {lease.task} {lease.key}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _settle(self, lease: Lease, again: datetime | None) -> None:
        crash.point("outcome not recorded")
        with self.parts.database.begin() as connection:
            if again is not None:
                work.put_back(connection, lease, again)
                more = False
            else:
                more = work.finish(connection, lease)
        said = log.info if again is None else log.debug
        said(
            "job done", task=lease.task, key=lease.key, attempt=lease.attempt, again=again.isoformat() if again else ""
        )
        if again is not None:
            self.parts.engine.wake(lease.task, lease.key, again)
        elif more:
            self.parts.engine.wake(lease.task, lease.key)

    def _put_back(self, lease: Lease, error: str, *, wait: timedelta | None = None, ours: bool = False) -> None:
        waits = ours and lease.tries + 1 >= self.parts.settings.jobs.max_tries
        log.warning("put back", task=lease.task, key=lease.key, tries=lease.tries + 1, waits=waits, error=error)
        at = self.parts.now() + (wait or backoff(lease.tries))
        with self.parts.database.begin() as connection:
            work.put_back(connection, lease, at, error=error, waits=waits)
        if not waits:
            self.parts.engine.wake(lease.task, lease.key, at)
