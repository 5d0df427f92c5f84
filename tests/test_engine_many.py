"""The engine of many processes, on PostgreSQL: what comes first, what is kept to the moment, what a worker survives."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service import wiring
from service.engine import Distributed, Handler, Lapsed, Scan
from service.engine.distributed import REST, TAKEN_OVER
from service.engine.worker import ended
from service.store.database import Database
from tests.conftest import new_postgresql_url
from tests.engine_hands import PATIENCE, Seen, nothing, soon
from tests.processes import eventually


def work_until(
    engine: Distributed,
    handler: Handler,
    scan: Scan,
    over: threading.Event,
    scan_seconds: float,
    threads: int = 2,
    lapsed: Lapsed | None = None,
) -> bool:
    """Works as a worker does, until the event and then SIGTERM. False: the event did not come in time."""
    came: list[bool] = []
    works = threading.Lock()
    works.acquire()

    def end() -> None:
        came.append(over.wait(PATIENCE))
        if works.locked():
            os.kill(os.getpid(), signal.SIGTERM)  # the worker's own handler takes it

    ending = threading.Thread(target=end)
    ending.start()
    try:
        engine.work(handler, scan, threads=threads, scan_seconds=scan_seconds, lapsed=lapsed)
    finally:
        works.release()
        ending.join()
    return came[0]


@pytest.fixture
def shared_database(postgresql: str) -> Iterator[Database]:
    made = Database(new_postgresql_url(postgresql))
    yield made
    made.close()


@pytest.fixture
def distributed(shared_database: Database) -> Iterator[Distributed]:
    engine = Distributed(wiring.conninfo(shared_database))
    engine.migrate()
    yield engine
    engine.stop()


def test_a_wake_up_for_later_does_not_swallow_one_for_now(distributed: Distributed) -> None:
    done, begun = threading.Event(), threading.Event()
    ran: list[tuple[str, str]] = []

    def handler(task: str, key: str) -> None:
        ran.append((task, key))
        done.set()

    def scan() -> None:  # once, at the start; the next one is a minute away
        if not begun.is_set():
            begun.set()
            distributed.wake("incident", "1", datetime.now(UTC) + timedelta(hours=1))
            distributed.wake("incident", "1")

    assert work_until(distributed, handler, scan, done, scan_seconds=60)
    assert ran == [("incident", "1")]


def test_a_workers_wake_up_for_the_next_seconds_is_kept_to_the_moment(distributed: Distributed) -> None:
    done, begun = threading.Event(), threading.Event()
    seen = Seen()
    asked: list[datetime] = []

    def handler(task: str, key: str) -> None:
        seen(task, key)
        if len(seen.keys) == 3:
            done.set()
        else:  # as a pace of so many writes a second does it
            asked.append(soon(0.3))
            distributed.wake(task, key, asked[-1])

    def scan() -> None:  # once, at the start; the next one is a minute away
        if not begun.is_set():
            begun.set()
            distributed.wake("incident", "1")

    assert work_until(distributed, handler, scan, done, scan_seconds=60)
    assert seen.keys == ["1", "1", "1"]
    assert all(at >= said for said, (_, at) in zip(asked, seen.at[1:], strict=True))


def test_what_a_dead_worker_left_is_begun_before_what_waits_and_deliveries_come_next(
    distributed: Distributed, shared_database: Database
) -> None:
    done, begun = threading.Event(), threading.Event()
    ran: list[str] = []

    def handler(task: str, key: str) -> None:
        if key == "first":  # holds the only slot until everything waits
            for number in range(20):
                distributed.wake("incident", str(number))
            distributed.wake("delivery", "")
            distributed._ask("incident", "left", TAKEN_OVER)
            eventually(lambda: waiting_besides() == 22, "all of them wait", PATIENCE)
            return
        ran.append(key or task)
        if len(ran) == 22:
            done.set()

    def waiting_besides() -> int:
        with shared_database.read() as connection:
            asked = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
            return int(connection.exec_driver_sql(asked).scalar_one())

    def scan() -> None:
        if not begun.is_set():
            begun.set()
            distributed.wake("incident", "first")

    assert work_until(distributed, handler, scan, done, scan_seconds=60, threads=1)
    assert ran[:2] == ["left", "delivery"]


def test_a_worker_asks_for_rows_whose_worker_is_gone(distributed: Distributed) -> None:
    done = threading.Event()
    ran: list[tuple[str, str]] = []

    def handler(task: str, key: str) -> None:
        ran.append((task, key))
        done.set()

    assert work_until(distributed, handler, nothing, done, scan_seconds=60, lapsed=lambda: [("incident", "7")])
    assert ran[0] == ("incident", "7")


def test_a_worker_that_was_taken_for_dead_comes_back_by_itself(
    distributed: Distributed, shared_database: Database
) -> None:
    """Its row in the engine's tables is gone, as after a long freeze: no job can be given to it any more."""
    again = threading.Event()

    def handler(task: str, key: str) -> None:
        if key == "1":
            with shared_database.begin() as connection:
                connection.exec_driver_sql("DELETE FROM procrastinate_workers")
            distributed.wake("incident", "2")
        else:
            again.set()

    begun = threading.Event()

    def scan() -> None:
        if not begun.is_set():
            begun.set()
            eventually(lambda: registered(shared_database), "the worker is there", PATIENCE)
            distributed.wake("incident", "1")

    assert work_until(distributed, handler, scan, again, scan_seconds=0.5)


def test_many_threads_have_as_many_jobs_at_once_and_the_scan_goes_on(distributed: Distributed) -> None:
    """More than Python's own pool of threads would run on a small machine."""
    all_at_once, scanned = threading.Barrier(12), threading.Event()
    done = threading.Event()
    scans: list[int] = []

    def handler(task: str, key: str) -> None:
        all_at_once.wait(PATIENCE)
        if not scanned.is_set():
            scans.clear()
            scanned.set()
        eventually(lambda: len(scans) > 1, "the scan goes on meanwhile", PATIENCE)
        done.set()

    def scan() -> None:
        if not scans and not scanned.is_set():
            for key in range(12):
                distributed.wake("incident", str(key))
        scans.append(1)

    assert work_until(distributed, handler, scan, done, scan_seconds=0.2, threads=12)


def test_a_workers_scan_goes_on_when_the_sweep_of_stalled_jobs_fails(
    distributed: Distributed, shared_database: Database
) -> None:
    thrice = threading.Event()
    scans: list[float] = []

    def scan() -> None:
        if not scans:
            eventually(lambda: registered(shared_database), "the worker is there", PATIENCE)
            with shared_database.begin() as connection:
                connection.exec_driver_sql("ALTER FUNCTION procrastinate_prune_stalled_workers_v1 RENAME TO gone")
        scans.append(time.monotonic())
        if len(scans) == 3:
            thrice.set()

    assert work_until(distributed, lambda task, key: None, scan, thrice, scan_seconds=0.2)


def registered(database: Database) -> bool:
    with database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM procrastinate_workers").scalar_one() == 1


def test_in_a_flood_the_same_row_is_asked_for_now_and_then_and_others_at_once(
    distributed: Distributed, shared_database: Database
) -> None:
    begun = time.monotonic()
    for number in range(600):
        distributed.wake("delivery", "")
        if number % 100 == 0:
            distributed.wake("incident", str(number))
        time.sleep(0.001)
    distributed.stop()
    passed = time.monotonic() - begun
    with shared_database.read() as connection:
        waiting = connection.exec_driver_sql("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo'")
        locks = {row[0] for row in waiting}
        # a number is taken for each that was asked for, also where one like it waited already
        asked = connection.exec_driver_sql("SELECT last_value FROM procrastinate_jobs_id_seq").scalar_one()
    assert locks >= {"delivery:", *(f"incident:{number}" for number in range(0, 600, 100))}
    assert 7 < asked <= 6 + 3 + passed / REST


def test_what_runs_beside_the_worker_ends_also_where_its_cancellation_is_lost() -> None:
    """As it was with a database that went away: the worker waited for its end, and took no job any more."""
    lost = []

    async def beside() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if len(lost) > 1:
                    raise
                lost.append("a cancellation")

    async def run() -> None:
        tasks = [asyncio.create_task(beside())]
        await asyncio.sleep(0)
        await asyncio.wait_for(ended(tasks), 20)
        assert tasks[0].cancelled()

    asyncio.run(run())
    assert len(lost) == 2
