"""The engine of one process, and what both do with a failure: what is woken runs once, what stops waits for what runs,
what fails is tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from connectors.base import Unavailable
from service.engine import Embedded, Handler
from service.engine.soon import MOST
from service.jobs import Jobs
from service.parts import Parts
from service.store import tables, work
from service.store.database import Database
from service.store.work import Lease
from service.wiring import STEPS
from tests.engine_hands import PATIENCE, Seen, nothing, soon
from tests.hands import closed, finish, once, rows, story
from tests.processes import eventually
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def embedded(handler: Handler, threads: int = 2, scan_seconds: float = 60) -> Iterator[Embedded]:
    engine = Embedded(handler, nothing, threads=threads, scan_seconds=scan_seconds)
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


def test_a_wake_up_for_the_next_seconds_is_kept_to_the_moment_and_not_left_to_the_scan() -> None:
    seen, at = Seen(), soon(0.3)
    with embedded(seen) as engine:
        engine.wake("incident", "1", at)
        eventually(lambda: seen.keys == ["1"], "it runs", PATIENCE)
        assert seen.at[0][1] >= at
        engine.wake("incident", "2", soon(3600))  # that is the scan's
        assert len(engine._soon) == 0


def test_wake_ups_of_one_row_for_different_times_come_at_the_first_and_at_the_last() -> None:
    seen = Seen()
    with embedded(seen) as engine:
        for seconds in (0.9, 0.5, 0.7, 0.3, 0.8):
            engine.wake("incident", "1", soon(seconds))
        assert len(engine._soon) == 1
        eventually(lambda: len(seen.keys) == 2, "the row is looked at twice", PATIENCE)
        time.sleep(0.7)
        assert seen.keys == ["1", "1"]


def test_a_wake_up_for_now_is_not_held_back_by_one_for_later() -> None:
    seen = Seen()
    with embedded(seen) as engine:
        engine.wake("incident", "1", soon(2))
        engine.wake("incident", "1")
        eventually(lambda: seen.keys == ["1"], "it runs at once", 1.5)


def test_only_so_many_rows_wait_for_their_moment_and_the_scan_has_the_others() -> None:
    with embedded(Seen()) as engine:
        for key in range(MOST + 500):
            engine.wake("incident", str(key), soon(60))
        assert len(engine._soon) == MOST


def test_a_stop_forgets_what_waits_for_its_moment() -> None:
    seen = Seen()
    with embedded(seen) as engine:
        engine.wake("incident", "1", soon(0.4))
        engine.stop(PATIENCE)
        engine.wake("incident", "2", soon(0.2))
        time.sleep(0.6)
        assert seen.keys == []


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
