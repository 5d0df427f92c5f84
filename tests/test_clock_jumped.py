"""A machine's clock that was a year wrong, ahead or behind, and is set right: what was said meanwhile is not waited for
until that year is over, and nothing is done twice."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from service import clock
from service.followup.week import Week
from service.store import meta, tables, work
from service.store.database import Database
from tests.hands import closed, deliver, finish, incident, once, rows, stored, story, told
from tests.world import World

YEAR = 365


@contextmanager
def wrong(world: World, days: int) -> Iterator[None]:
    """Our clock is wrong by so many days; the tracker's is not."""
    right = world.now()
    world.github.clock = lambda: right
    clock.tick(world.parts)
    world.time = right + timedelta(days=days)
    clock.tick(world.parts)
    yield
    world.time = right
    world.github.clock = world.now
    clock.tick(world.parts)


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


far = pytest.mark.parametrize("days", [YEAR, -YEAR])


@on_sqlite
@far
def test_a_closing_that_was_heard_under_a_wrong_clock_is_told_once_the_clock_is_right(
    database: Database, tmp_path: Path, days: int
) -> None:
    with story(database, tmp_path, fitting=False) as world:
        ticket = incident(world)
        with wrong(world, days):
            world.github.close(ticket)
            world.run(())  # the delivery is read, the story waits
        finish(world, minutes=2)
        assert once(world, 3)


@on_sqlite
@far
def test_an_outage_that_was_met_under_a_wrong_clock_is_over_soon_once_the_clock_is_right(
    database: Database, tmp_path: Path, days: int
) -> None:
    with story(database, tmp_path, fitting=False) as world:
        closed(world)
        world.run(())
        world.github.fault("GET", "/repos/acme/ops/issues/", "status", 50, status=503)
        with wrong(world, days):
            world.run()
        world.github.clear_faults()
        finish(world, minutes=70)
        assert once(world, 3)


@on_sqlite
@far
def test_what_a_dead_worker_with_a_wrong_clock_held_is_taken_over(
    database: Database, tmp_path: Path, days: int
) -> None:
    with story(database, tmp_path, fitting=False) as world:
        closed(world)
        world.run(())
        with database.begin() as connection:
            connection.execute(sa.update(tables.work).values(not_before=None))
        with wrong(world, days):
            assert work.take(database, "incident", "1", world.now()) is not None  # and it dies
        finish(world, minutes=2)
        assert once(world, 3)


@on_sqlite
@far
def test_each_week_has_its_report_after_the_clock_was_wrong(database: Database, tmp_path: Path, days: int) -> None:
    with story(database, tmp_path, fitting=False) as world:
        told(world)
        with wrong(world, days):
            clock.tick(world.parts)
            world.run(("report",), rounds=80)
        before = slots(world)
        world.later(days=8)
        clock.tick(world.parts)
        world.run(("report",))
        week = Week.at(world.now() - timedelta(days=7), ZoneInfo("UTC"))
        assert week.slot in slots(world) - before


def slots(world: World) -> set[str]:
    return {row.key for row in rows(world, tables.work) if row.task == "report"}


@on_sqlite
@pytest.mark.parametrize("days", [YEAR, -YEAR])
def test_a_token_of_a_page_and_every_delivery_are_taken_whatever_the_clock_says(
    database: Database, tmp_path: Path, days: int
) -> None:
    with World(database, tmp_path, jira=False) as world:
        for number, by in enumerate((0, days, -days, -days, days)):
            world.later(days=by)
            assert deliver(world, b"{}", name=f"d-{number}").status == 202
            world.run()
            page = urllib.request.Request(f"{world.url}/api/v1/postmortems")
            page.add_header("Authorization", f"Bearer {world.service.new_token}")
            with urllib.request.urlopen(page, timeout=10) as answered:
                assert answered.status == 200
        assert {row.state for row in stored(world)} == {"quarantined"}


@on_sqlite
def test_a_first_start_decades_ahead_is_noted_anew_when_the_clock_is_right_and_incidents_are_told(
    database: Database, tmp_path: Path
) -> None:
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", datetime(2071, 1, 1, tzinfo=UTC).isoformat())
    with story(database, tmp_path, fitting=False) as world:
        ticket = incident(world)
        with wrong(world, 45 * YEAR):
            pass
        world.later(minutes=1)
        world.github.close(ticket)
        finish(world, minutes=2)
        assert once(world, 3)
