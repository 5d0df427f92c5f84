"""A restored database, several workers at once, one that freezes: each item still has exactly one issue."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from service.postmortem.model import Section
from service.store import tables
from service.store.database import Database
from tests.hands import (
    MARKER,
    closed,
    document,
    ends_well,
    filed,
    finish,
    item_rows,
    made,
    ours,
    posts,
    rows,
    story,
    told,
)
from tests.processes import eventually
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as made:
        yield made


@on_sqlite
def test_a_database_restored_to_an_older_day_files_nothing_twice(world: World, tmp_path: Path) -> None:
    world.time = datetime.now(UTC)
    ticket = closed(world)
    old = tmp_path / "old.db"
    path = world.database.path
    assert path is not None

    def copied(frm: Path, to: Path) -> None:
        world.stop()
        world.database.close()
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            if name != frm and to == path:
                name.unlink(missing_ok=True)
        shutil.copy(frm, to)
        world.start()

    copied(path, old)
    finish(world)
    ends_well(world)
    keys = Counter(filed(world))
    copied(old, path)
    assert rows(world, tables.items) == []
    world.later(hours=3)
    finish(world)
    ends_well(world)
    assert filed(world) == keys
    assert len(ours(ticket)) == 1
    assert sum(re.search(MARKER, issue.body or "") is not None for issue in made(world)) == 2
    assert [row.issue_label for row in item_rows(world)][:3] == ["acme/checkout#1", "PAY-1", "acme/checkout#2"]


def test_two_workers_on_the_same_incident_file_once(world: World) -> None:
    world.github.delay = world.jira.delay = 0.005  # type: ignore[union-attr]
    ticket = closed(world)
    settle(world)
    start = Barrier(4)

    def worker() -> None:
        start.wait()
        for _ in range(3):
            world.jobs.run("incident", "1")

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finish(world)
    ends_well(world)
    assert len(ours(ticket)) == 1
    assert posts(world.github, "/acme/checkout/issues") == 2
    assert world.jira is not None
    assert posts(world.jira, "/issue") == 1


def test_the_same_delivery_settled_by_many_at_once_asks_once(world: World) -> None:
    closed(world)
    keys = [f"{row.source}/{row.delivery_id}" for row in rows(world, tables.deliveries)]
    threads = [Thread(target=world.jobs.run, args=("delivery", key)) for key in keys for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (incident,) = rows(world, tables.incidents)
    assert (incident.closings, incident.reads_wanted) == (1, 1)
    assert all(row.tries == 1 for row in rows(world, tables.deliveries))


@pytest.mark.parametrize("path", [r"/acme/checkout/issues$", r"/issues/1/comments$"])
def test_a_frozen_worker_that_was_overtaken_writes_nothing_late(world: World, path: str) -> None:
    """It sends its POST and gets no answer for long; its lease runs out, another does the work; then it wakes up."""
    ticket = closed(world)
    settle(world)
    fault = world.github.fault("POST", path, "hang", seconds=0.7)
    frozen = Thread(target=world.jobs.run, args=("incident", "1"))
    frozen.start()
    eventually(lambda: any(call.fault == "hang" for call in world.github.calls), "the POST is sent", 10)
    attempt = held(world)
    world.later(minutes=10)  # its lease is over
    world.jobs.run("incident", "1")
    assert held(world) > attempt
    frozen.join()
    assert fault.hits == 1
    finish(world, minutes=10)
    ends_well(world)
    assert len(ours(ticket)) == 1
    assert posts(world.github, "/acme/checkout/issues") == 2
    assert posts(world.github, "/comments") == 1


def test_a_frozen_worker_does_not_write_what_it_read_before_it_froze(world: World) -> None:
    ticket = closed(world)
    settle(world)
    world.github.fault("GET", r"/issues/1/timeline$", "hang", seconds=0.7)
    frozen = Thread(target=world.jobs.run, args=("incident", "1"))
    frozen.start()
    eventually(lambda: any(call.fault == "hang" for call in world.github.calls), "the ticket is being read", 10)
    world.later(minutes=10)
    world.github.edit(ticket, body=(ticket.body or "").replace("with a read.", "with a cheap read."))
    settle(world)
    world.jobs.run("incident", "1")
    frozen.join()
    finish(world)
    assert document(world).sections[Section.ROOT_CAUSE].text == "The pool tests its connections with a cheap read."
    ends_well(world)


def held(world: World) -> int:
    """The number of the attempt that took the incident last."""
    (row,) = rows(world, tables.work, tables.work.c.task == "incident")
    return int(row.attempt)


def settle(world: World) -> None:
    """Every delivery is settled, and nothing done yet."""
    for row in rows(world, tables.deliveries):
        world.jobs.run("delivery", f"{row.source}/{row.delivery_id}")


def test_an_undisturbed_story_looks_before_it_writes(world: World) -> None:
    told(world)
    calls = [(call.method, call.path.rsplit("/", 1)[-1]) for call in world.github.calls]
    assert calls.index(("GET", "sub_issues")) < calls.index(("POST", "issues"))
    assert world.jira is not None
    calls = [(call.method, call.path.rsplit("/", 1)[-1]) for call in world.jira.calls]
    assert calls.index(("GET", "jql")) < calls.index(("POST", "issue"))
