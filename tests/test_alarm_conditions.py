"""What an operator is told of: each trouble by its key, and no word of a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.base import Visibility
from service import alarm_conditions, alarms
from service.checking.room import room
from service.engine import Distributed
from service.store import alerts, places, tables, work, writes
from service.store.database import Database
from tests.hands import closed
from tests.test_alarms import START, Heard, look, on_sqlite, to, world
from tests.world import World

__all__ = ["world"]


def keys(world: World, **settings: object) -> dict[str, str]:
    """What stands now, with these settings of [alerts]."""
    update = {"alerts": world.parts.settings.alerts.model_copy(update=settings)}
    changed = world.parts.settings.model_copy(update=update)
    changed.read_from("the settings", {})
    with world.database.read() as connection:
        return alarm_conditions.found(replace(world.parts, settings=changed), connection, world.now(), START)


def test_a_silent_source_is_told_after_its_days(world: World) -> None:
    assert keys(world, silent_days=30) == {}
    world.later(days=31)
    found = keys(world, silent_days=30)
    assert sorted(found) == ["silent:desk", "silent:ops"]
    assert "came for 30 days. If" in found["silent:ops"]
    closed(world)
    assert sorted(keys(world, silent_days=30)) == ["silent:desk"]
    assert keys(world, silent_days=0) == {}


def test_a_sync_that_stays_old_is_told_and_a_service_that_was_down_is_not_blamed(world: World) -> None:
    polled(world)
    world.later(hours=7)
    polled(world)
    assert sorted(keys(world, sync_hours=6)) == ["sync:code", "sync:work"]
    assert "that went well was never" in keys(world, sync_hours=6)["sync:code"]
    world.sync()
    assert keys(world, sync_hours=6) == {}
    world.later(hours=7)
    polled(world)
    with world.database.read() as connection:
        assert alarm_conditions.found(world.parts, connection, world.now(), world.now()) == {}
    assert "17 Nov, 22:31 UTC" in keys(world, sync_hours=6)["sync:work"]


def polled(world: World) -> None:
    """Every source is asked what was closed, now."""
    with world.database.begin() as connection:
        for name in world.parts.sources:
            work.ask(connection, "poll", name, world.now())
    world.run(("poll",))


def told(world: World, heard: Heard) -> list[str]:
    return [title for title in look(world, heard) if "closings" in title]


def test_a_poll_that_fails_for_hours_is_told_once_and_when_it_is_over(world: World) -> None:
    update = {"alerts": world.parts.settings.alerts.model_copy(update={"sync_hours": 6})}
    changed = world.parts.settings.model_copy(update=update)
    changed.read_from("the settings", {})
    world.parts = replace(world.parts, settings=changed)
    heard = Heard()
    polled(world)
    assert told(world, heard) == []
    for _ in range(42):  # seven hours
        world.github.fault("GET", "/issues$", "status", status=404)
        world.later(minutes=10)
        polled(world)
        told(world, heard)
    mine = [(title, text) for _, title, text in heard.got if "closings" in title]
    assert [title for title, _ in mine] == ["Afterword, a look for missed closings is late"]
    assert "The last time that ops said what was closed was 17 Nov, 15:31 UTC." in mine[0][1]
    world.github.clear_faults()
    world.later(minutes=10)
    polled(world)
    assert told(world, heard) == ["Afterword, over: a look for missed closings is late"]
    world.later(minutes=10)
    assert told(world, heard) == []


@on_sqlite
def test_a_poll_that_is_switched_off_is_never_late(world: World) -> None:
    assert "poll:ops" not in keys(world, sync_hours=6)
    world.later(hours=7)
    assert {"poll:ops", "poll:desk"} <= set(keys(world, sync_hours=6))
    off = world.parts.settings.model_copy(
        update={"sync": world.parts.settings.sync.model_copy(update={"reconcile": 0})}
    )
    off.read_from("the settings", {})
    world.parts = replace(world.parts, settings=off)
    assert not [key for key in keys(world, sync_hours=6) if key.startswith("poll:")]


def test_after_a_stop_the_time_of_the_service_begins_anew(world: World) -> None:
    def turn() -> datetime | None:
        with world.database.begin() as connection:
            return alerts.take_turn(connection, world.now(), alarms.EVERY)

    assert turn() == START
    world.later(minutes=10)
    assert turn() == START
    world.later(hours=3)
    assert turn() == START + timedelta(hours=3, minutes=10)


@on_sqlite
def test_little_room_is_told_where_the_file_is_ours(world: World) -> None:
    assert "less than the 900000000 MB" in keys(world, disk_mb=900_000_000)["disk"]
    assert room(world.parts.settings.model_copy(update={"database_url": "postgresql+psycopg://a@b/c"})) is None


def test_an_item_that_waits_for_a_person_is_told_without_a_word_of_it(world: World) -> None:
    closed(world)
    world.run()
    assert keys(world) == {}
    with world.database.begin() as connection:
        connection.execute(
            tables.items.update().where(tables.items.c.number == 1).values(issue_id=None, unclear=["a", "b"])
        )
    found = keys(world)
    assert found == {"person": "1 action item waits for a person to say what becomes of it: http://127.0.0.1/"}


def test_a_place_that_became_public_is_told(world: World) -> None:
    with world.database.begin() as connection:
        places.save(connection, places.Seen("code", "acme/ops", Visibility.PUBLIC, START))
    found = keys(world)
    assert found["public:code/acme/ops"].startswith("acme/ops (code) became public on 17 Nov 2026.")


def test_a_report_that_did_not_arrive_is_told_for_a_week(world: World) -> None:
    row = "send:weekly-2026-W46:0123456789abcdef"
    with world.database.begin() as connection:
        writes.plan(connection, row, None)
        write = writes.get(connection, row)
        assert write is not None
        attempt = writes.begin(connection, write, world.now())
        writes.failed(connection, row, attempt, "no", {}, world.now())
    assert "did not reach 1 address" in keys(world)["report:weekly-2026-W46"]
    assert "/reports/weekly/2026-W46" in keys(world)["report:weekly-2026-W46"]
    world.later(days=8)
    assert keys(world) == {}


@on_sqlite
def test_a_token_near_its_end_is_told_once_for_all_that_share_it(world: World) -> None:
    world.github.token_ends = START + timedelta(days=10)
    world.parts.sources["ops"].check()
    world.parts.trackers["code"].check(())
    (text,) = keys(world, token_days=14).values()
    assert text.startswith("The token of ops and code ends on Fri 27 Nov 2026.")
    assert keys(world, token_days=9) == {}
    world.later(days=11)
    (text,) = keys(world, token_days=9).values()
    assert "ended on" in text


def test_a_clock_of_its_own_learns_when_tokens_end_and_forgets_one_that_was_replaced(
    world: World, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("one process knows what its own calls were told")
    world.github.token_ends = START + timedelta(days=10)
    engine = object.__new__(Distributed)  # nothing is asked of it
    parts = replace(to(world.parts), engine=engine)

    def learned() -> list[str]:
        if thread := alarms.look(parts):
            thread.join(30)
        world.later(days=1, minutes=2)
        with database.read() as connection:
            return sorted(alarm_conditions.token_ends(parts, connection))

    assert learned() == ["code", "ops"]
    world.github.token_ends = None
    assert learned() == []
