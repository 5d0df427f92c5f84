"""The engines: what is woken runs once, what stops waits for what runs, what fails is tried again."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Unavailable
from service import wiring
from service.engine import Distributed, Embedded, Handler, Scan
from service.jobs import Jobs
from service.parts import Parts
from service.store import tables, work
from service.store.database import Database
from service.store.work import Lease
from service.wiring import STEPS
from tests.conftest import new_postgresql_url
from tests.hands import closed, finish, once, rows, story
from tests.processes import eventually
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PATIENCE = 10.0


def nothing() -> None:
    return


@contextmanager
def embedded(handler: Handler, threads: int = 2) -> Iterator[Embedded]:
    engine = Embedded(handler, nothing, threads=threads, scan_seconds=60)
    engine.start()
    try:
        yield engine
    finally:
        if engine._scheduler.running:
            engine.stop(PATIENCE)


class Gate:
    """A handler whose jobs stand at a gate until it opens."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun: list[tuple[str, str]] = []
        self.ended: list[tuple[str, str]] = []

    def __call__(self, task: str, key: str) -> None:
        self.begun.append((task, key))
        if task != "delivery":
            assert self.open.wait(PATIENCE)
        self.ended.append((task, key))

    def holds(self, jobs: int) -> None:
        eventually(lambda: len(self.begun) >= jobs, f"{jobs} jobs begin", PATIENCE)


# --- in one process


def test_a_stop_waits_for_what_runs_and_begins_nothing_more() -> None:
    gate = Gate()
    with embedded(gate, threads=1) as engine:
        for key in "123":
            engine.wake("incident", key)
        gate.holds(1)
        stopping = threading.Thread(target=engine.stop, args=(PATIENCE,))
        stopping.start()
        stopping.join(0.3)
        assert stopping.is_alive()  # one runs
        gate.open.set()
        stopping.join(PATIENCE)
        assert not stopping.is_alive()
        engine.wake("incident", "4")
        time.sleep(0.2)
        assert gate.ended == [("incident", "1")]


def test_a_stop_does_not_hang_while_a_job_wakes_another() -> None:
    running, stopping = threading.Event(), threading.Event()
    woken: list[str] = []

    def handler(task: str, key: str) -> None:
        woken.append(key)
        running.set()
        assert stopping.wait(PATIENCE)
        time.sleep(0.2)  # the stop has begun to wait
        engine.wake(task, "2")

    with embedded(handler) as engine:
        engine.wake("incident", "1")
        assert running.wait(PATIENCE)
        stop = threading.Thread(target=lambda: (stopping.set(), engine.stop(PATIENCE)), daemon=True)
        began = time.monotonic()
        stop.start()
        stop.join(5)
        assert not stop.is_alive()
        assert time.monotonic() - began < 5
        assert woken == ["1"]


def test_a_stop_gives_up_on_a_job_that_does_not_end_and_says_so() -> None:
    gate = Gate()
    with embedded(gate) as engine:
        engine.wake("incident", "1")
        gate.holds(1)
        engine.stop(0.1)
        assert not engine.idle
        gate.open.set()
        eventually(lambda: engine.idle, "it ends", PATIENCE)


def test_one_wake_up_for_each_row_waits_however_often_it_is_woken() -> None:
    gate = Gate()
    with embedded(gate, threads=1) as engine:
        engine.wake("incident", "1")
        gate.holds(1)
        for _ in range(50):  # as a scan does every few seconds while the threads are busy
            engine.wake("incident", "1")
            engine.wake("incident", "2")
        gate.open.set()
        eventually(lambda: len(gate.ended) >= 3, "those that wait run", PATIENCE)
        time.sleep(0.2)
        # the one that had begun may have missed what came after: it runs once more
        assert sorted(gate.ended) == [("incident", "1"), ("incident", "1"), ("incident", "2")]


def test_deliveries_are_settled_while_every_other_job_hangs() -> None:
    gate = Gate()
    with embedded(gate, threads=2) as engine:
        for key in "1234":
            engine.wake("incident", key)
        gate.holds(2)
        for key in "567":
            engine.wake("delivery", key)
        eventually(lambda: len(gate.ended) == 3, "the deliveries are settled", PATIENCE)
        assert {task for task, _ in gate.ended} == {"delivery"}
        gate.open.set()


# --- on PostgreSQL


def work_until(engine: Distributed, handler: Handler, scan: Scan, over: threading.Event, scan_seconds: float) -> bool:
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
        engine.work(handler, scan, threads=2, scan_seconds=scan_seconds)
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


# --- what fails


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def ask(world: World) -> None:
    with world.database.begin() as connection:
        work.ask(connection, "incident", "1", world.now())


def due(world: World) -> bool:
    with world.database.read() as connection:
        return ("incident", "1") in work.due(connection, world.now())


def test_what_is_asked_for_during_a_try_that_fails_is_due_at_once(world: World) -> None:
    def failing(error: Exception) -> Callable[[Parts, Lease], None]:
        def step(parts: Parts, lease: Lease) -> None:
            ask(world)
            raise error

        return step

    for error in (Unavailable("GitHub does not answer."), ZeroDivisionError()):
        ask(world)
        for _ in range(world.settings.jobs.max_tries + 1):  # nor does it ever wait for a person
            Jobs(world.parts, {"incident": failing(error)}).run("incident", "1")
            assert due(world)
    Jobs(world.parts, {"incident": lambda parts, lease: None}).run("incident", "1")
    assert not due(world)


def test_a_vendor_that_is_down_is_tried_again_for_as_long_as_it_takes(world: World) -> None:
    world.time = world.now()

    def down(parts: Parts, lease: Lease) -> None:
        raise Unavailable("GitHub does not answer.")

    ask(world)
    for _ in range(world.settings.jobs.max_tries * 3):
        Jobs(world.parts, {"incident": down}).run("incident", "1")
        assert not due(world)
        world.later(hours=1)
        assert due(world)


@on_sqlite
def test_a_story_that_fails_by_a_fault_of_ours_is_told_after_the_start_that_mends_it(world: World) -> None:
    ticket = closed(world)

    def faulty(parts: Parts, lease: Lease) -> datetime | None:
        raise KeyError(ticket.body)

    world.jobs = Jobs(world.parts, {**STEPS, "incident": faulty})
    for _ in range(world.settings.jobs.max_tries):
        finish(world)
        world.later(hours=1)
    assert not due(world)  # it waits for the mend, and is not tried without end
    (row,) = rows(world, tables.work, tables.work.c.task == "incident")
    assert (row.waits, row.last_error) == (True, "A fault in Afterword: KeyError. The log says where.")
    world.restart()
    finish(world)
    assert once(world, 3)
    assert world.errors() == []
