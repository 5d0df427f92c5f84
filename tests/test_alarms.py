"""Alarms: each trouble once, a reminder a day, once when it is over, from any number of clocks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import AfterwordError, NotSent, Secret
from service import alarm_conditions, alarms, pause
from service.parts import Parts
from service.store import alerts, meta, needs
from service.store.alerts import Kind
from service.store.database import Database
from tests.hands import story
from tests.test_notify import Service
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

START = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
QUIET = "[alerts]\ndisk_mb = 0\nsilent_days = 0\nsync_hours = 999\n"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """Every trouble can be made; none stands at its start."""
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", START.isoformat())
    with story(database, tmp_path, QUIET, fitting=False) as made:
        made.time = START
        yield made


class Heard:
    """Stands for the network: what was sent, to whom."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []

    def send(self, address: str, title: str, text: str, mail: str | None) -> bool:
        self.got.append((address, title, text))
        return True


def to(parts: Parts, *addresses: str) -> Parts:
    """These parts with these addresses for alarms."""
    secrets = tuple(Secret(lambda one=one: one, "a test") for one in addresses)  # type: ignore[misc]
    settings = parts.settings.model_copy(
        update={"alerts": parts.settings.alerts.model_copy(update={"deliver": secrets})}
    )
    settings.read_from(parts.settings.file, {})
    return replace(parts, settings=settings)


def look(world: World, heard: Heard, *addresses: str) -> list[str]:
    """The subjects of what one look tells."""
    before = len(heard.got)
    thread = alarms.look(to(world.parts, *(addresses or ("json://a",))), heard.send)
    if thread:
        thread.join(10)
    return [title for _, title, _ in heard.got[before:]]


def stop(world: World, why: str = "a test.") -> None:
    with world.database.begin() as connection:
        pause.begin(connection, why, world.now())


def go_on(world: World) -> None:
    with world.database.begin() as connection:
        meta.remove(connection, pause.SWITCH)


def test_a_trouble_is_told_once_then_once_a_day_and_once_when_it_is_over(world: World) -> None:
    heard = Heard()
    assert look(world, heard) == []
    stop(world)
    world.later(minutes=2)
    assert look(world, heard) == ["Afterword, paused"]
    told = []
    for _ in range(3 * 24 * 6):
        world.later(minutes=10)
        told += look(world, heard)
    assert told == ["Afterword, paused"] * 3
    assert "Still so, since 17 Nov, 15:33 UTC: Nothing leaves since" in heard.got[-1][2]
    go_on(world)
    world.later(minutes=2)
    assert look(world, heard) == ["Afterword, over: paused"]
    world.later(days=2)
    assert look(world, heard) == []


def test_what_comes_and_goes_is_told_once_a_day(world: World) -> None:
    heard, told = Heard(), []
    for _ in range(10):
        stop(world)
        world.later(minutes=2)
        told += look(world, heard)
        go_on(world)
        world.later(minutes=2)
        told += look(world, heard)
    assert told == ["Afterword, paused", "Afterword, over: paused"]
    stop(world)
    world.later(days=1)
    assert look(world, heard) == ["Afterword, paused"]
    with world.database.read() as connection:
        assert [(one.key, one.told) for one in needs.standing_alerts(connection)] == [("paused", 1)]


def test_several_clocks_and_a_restart_send_each_once(world: World) -> None:
    heard = Heard()
    stop(world)
    parts = to(world.parts, "json://a", "json://b")
    for minute in range(3):
        start = threading.Barrier(4)

        def one(start: threading.Barrier = start) -> None:
            start.wait()
            if thread := alarms.look(parts, heard.send):
                thread.join(10)

        clocks = [threading.Thread(target=one) for _ in range(4)]
        for clock in clocks:
            clock.start()
        for clock in clocks:
            clock.join(20)
        assert sorted(address for address, _, _ in heard.got) == ["json://a", "json://b"], minute
        world.later(minutes=2)
    world.restart()
    assert look(world, heard) == []


def test_it_is_looked_once_a_minute_at_most(world: World) -> None:
    heard = Heard()
    look(world, heard)
    stop(world)
    world.later(seconds=30)
    assert look(world, heard) == []
    world.later(seconds=31)
    assert look(world, heard) == ["Afterword, paused"]


@on_sqlite
def test_a_telling_that_was_taken_before_a_sudden_death_is_not_sent_twice(world: World) -> None:
    stop(world)
    with world.database.begin() as connection:
        assert alerts.take_turn(connection, world.now(), alarms.EVERY)
        found = alarm_conditions.found(world.parts, connection, world.now(), world.now())
        assert [one.kind for one in alerts.settle(connection, found, world.now())] == [Kind.NEW]
    heard = Heard()
    world.later(minutes=5)
    assert look(world, heard) == []


@on_sqlite
def test_an_alarm_goes_out_by_apprise_and_names_no_address_in_the_log(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    stop(world, "Fifty at once.")
    service = Service()
    try:
        gone = "json://127.0.0.1:9/s3cr3t"
        thread = alarms.look(to(world.parts, gone, "no address at all s3cr3t", service.address))
        assert thread is not None
        thread.join(30)
        assert [one["title"] for one in service.got] == ["Afterword, paused"]
        assert "Fifty at once." in service.got[0]["message"]
    finally:
        service.close()
    assert "s3cr3t" not in "".join(capfd.readouterr())


@on_sqlite
def test_an_address_that_never_answers_holds_up_no_look(world: World) -> None:
    stop(world)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        thread = alarms.look(to(world.parts, f"json://127.0.0.1:{silent.getsockname()[1]}/x"))
        assert time.monotonic() - begun < 1
        assert thread is not None
        assert thread.daemon
        world.later(minutes=2)
        assert alarms.look(to(world.parts)) is None
    thread.join(30)


@on_sqlite
def test_without_an_address_it_is_in_the_log_and_in_check(world: World) -> None:
    stop(world)
    assert alarms.look(to(world.parts)) is None
    with world.database.read() as connection:
        (one,) = needs.standing_alerts(connection)
    assert one.text.startswith("Nothing leaves since 17 Nov, 15:31 UTC: a test.")


@on_sqlite
def test_a_failing_address_is_not_tried_again_before_the_next_day(world: World) -> None:
    tries: list[str] = []

    def refuse(address: str, title: str, text: str, mail: str | None) -> bool:
        tries.append(address)
        raise NotSent("No.")

    stop(world)
    for _ in range(5):
        if thread := alarms.look(to(world.parts, "json://a"), refuse):
            thread.join(10)
        world.later(minutes=2)
    assert tries == ["json://a"]


def test_a_database_that_is_away_is_no_end_of_the_clock(world: World) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    try:
        assert alarms.look(replace(world.parts, database=gone)) is None
    finally:
        gone.close()


def test_every_condition_has_words_for_its_subject(world: World) -> None:
    telling = alerts.Telling("", Kind.NEW, "x", START)
    for key in alarms.ABOUT:
        title, text = alarms.worded(world.parts, replace(telling, key=f"{key}:a"))
        assert title.startswith("Afterword, ")
        assert text == "Afterword at 127.0.0.1. x"
    with pytest.raises(KeyError):
        alarms.worded(world.parts, replace(telling, key="unknown"))
    assert issubclass(NotSent, AfterwordError)
