"""The schedule: any number of clocks ask for each sync and each report once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from structlog.testing import capture_logs

from service import clock
from service.store import meta, tables
from service.store.database import Database
from tests.hands import rows, states, story, told
from tests.world import World

FIRST_BOOT = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)  # a Tuesday in week 47
CLOCKS = 4


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", FIRST_BOOT.isoformat())
    with story(database, tmp_path) as made:
        made.time = FIRST_BOOT
        yield made


def tick(world: World) -> None:
    """All clocks at the same moment."""
    start = Barrier(CLOCKS)

    def one() -> None:
        start.wait()
        clock.tick(world.parts)

    threads = [Thread(target=one) for _ in range(CLOCKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def asked(world: World, task: str) -> dict[str, tuple[int, int, int]]:
    """Key → (wanted, done, attempts)."""
    return {
        row.key: (row.wanted, row.done, row.attempt) for row in rows(world, tables.work, tables.work.c.task == task)
    }


def test_each_tracker_is_synced_every_ten_minutes_however_many_clocks_ask(world: World) -> None:
    told(world)
    for minute in range(31):
        if minute:
            world.later(minutes=1)
        tick(world)
        world.run(("sync",))
    assert {key: attempts for key, (_, _, attempts) in asked(world, "sync").items()} == {"code": 4, "work": 4}


def test_two_clocks_make_a_weeks_report_once_and_none_before_it_is_due(world: World) -> None:
    world.time = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    tick(world)
    assert asked(world, "report") == {}
    world.later(minutes=1)
    for _ in range(3):
        tick(world)
        world.run(("report",))
    assert asked(world, "report") == {"weekly-2026-W47": (1, 1, 1)}
    assert [row.slot for row in rows(world, tables.reports)] == ["weekly-2026-W47"]


def test_after_a_long_stop_there_is_one_report_for_each_missed_week(world: World) -> None:
    world.time = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
    tick(world)
    slots = [f"weekly-2026-W{number}" for number in range(47, 51)]
    assert sorted(asked(world, "report")) == slots
    world.run(("report",))
    tick(world)
    world.run(("report",))
    assert asked(world, "report") == dict.fromkeys(slots, (1, 1, 1))
    assert sorted(row.slot for row in rows(world, tables.reports)) == slots


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_first_start_that_was_noted_in_1900_asks_for_no_thousands_of_reports_and_says_so_once(world: World) -> None:
    with world.database.begin() as connection:
        meta.replace(connection, "first_boot", FIRST_BOOT.replace(year=1900).isoformat())
    with capture_logs() as said:
        for _ in range(3):
            clock.tick(world.parts)
    assert len(asked(world, "report")) == 60
    assert len([line for line in said if "no report any more" in line["event"]]) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_sync_of_a_tracker_goes_on_when_it_comes_back_to_the_settings(world: World) -> None:
    told(world)
    assert world.jira is not None
    whole = world.change

    def without(text: str) -> str:
        begin, end = text.index("[trackers.work]"), text.index("[[people]]")
        return text[:begin] + text[end:]

    for change in (whole, without, whole):
        world.change = change
        world.restart()
        tick(world)
        world.run(("sync",))
        world.later(minutes=11)
    world.jira.webhooks.loses = lambda post: True  # nothing but the schedule asks for it
    world.jira.transition(world.jira.issues[0], "In Progress")
    tick(world)
    world.run(("sync", "incident"))
    assert states(world)[1] == "in_progress"


def test_a_clock_outlives_a_database_that_is_away(world: World) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    clock.tick(replace(world.parts, database=away))
    away.close()
