"""Closings that no webhook told of are found by asking, once, under the same rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from service import clock, pause
from service.store import deliveries, meta, polls, tables
from service.store.database import Database
from tests.hands import TICKET, closed, desk_closed, finish, incident, ledger, once, rows, stored, story, told
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POLLED = ("incident", "poll")


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        deaf(made)
        yield made


def deaf(world: World) -> None:
    """No webhook arrives from now on."""
    assert world.jira is not None
    world.github.webhooks.loses = world.jira.webhooks.loses = lambda post: True


def hears(world: World) -> None:
    assert world.jira is not None
    world.github.webhooks.loses = world.jira.webhooks.loses = lambda post: False


def poll(world: World) -> None:
    """The next interval has begun: the clock asks, the jobs run."""
    world.later(minutes=16)
    clock.tick(world.parts)
    finish(world, tasks=POLLED, minutes=1)  # GitHub's pace is one a second, and this clock stands still


def came(world: World) -> list[tuple[str, str, str]]:
    return [(row.source, row.via, row.state) for row in stored(world)]


def mark(world: World, source: str = "ops") -> datetime:
    with world.database.read() as connection:
        found = polls.upto(connection, source)
    assert found is not None
    return found


def test_closings_that_no_webhook_told_of_are_found_on_both_sources_and_told_once(world: World) -> None:
    closed(world)
    desk_closed(world, "Payouts wait.\n\nh2. Action items\n* Alert on late payouts\n")
    for _ in range(3):
        poll(world)
    assert came(world) == [("ops", "poll", "done"), ("desk", "poll", "done")]
    assert once(world, 4)
    assert stored(world)[0].reason == "acme/ops#1 was closed, and no webhook had told of it."
    assert world.errors() == []


@on_sqlite
def test_a_webhook_that_comes_after_all_changes_nothing(world: World) -> None:
    closed(world)
    late = [one.id for one in world.github.deliveries]
    poll(world)
    before = (len(rows(world, tables.incidents)), [row.number for row in rows(world, tables.revisions)])
    hears(world)
    for one in late:
        world.github.redeliver(one)
    finish(world)
    assert (len(rows(world, tables.incidents)), [row.number for row in rows(world, tables.revisions)]) == before
    assert once(world, 3)


@on_sqlite
def test_when_nothing_happened_a_poll_costs_one_call_for_each_source(world: World) -> None:
    hears(world)
    told(world)
    poll(world)  # learns what stays the same: the repository
    assert world.jira is not None
    github, jira = len(world.github.calls), len(world.jira.calls)
    for _ in range(3):
        world.later(minutes=16)
        clock.tick(world.parts)
        world.run(("poll",))
    assert [call.path.rpartition("/")[2] for call in world.github.calls[github:]] == ["issues"] * 3
    assert [call.path.rpartition("/")[2] for call in world.jira.calls[jira:]] == ["jql"] * 3
    assert {row.via for row in stored(world)} == {"webhook"}


@on_sqlite
def test_a_second_closing_that_was_missed_is_told_with_what_was_edited_before(world: World) -> None:
    hears(world)
    ticket = told(world)
    deaf(world)
    world.later(hours=1)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover\n")
    world.github.reopen(ticket)
    world.later(hours=1)
    world.github.close(ticket)
    poll(world)
    assert [row.via for row in stored(world)].count("poll") == 1
    assert once(world, 4)


@on_sqlite
def test_a_ticket_that_is_known_as_open_and_is_closed_is_told(world: World) -> None:
    hears(world)
    ticket = told(world)
    world.later(hours=1)
    world.github.reopen(ticket)
    finish(world)
    deaf(world)
    assert rows(world, tables.incidents)[0].closed_at is None
    world.later(hours=1)
    world.github.close(ticket)
    poll(world)
    assert rows(world, tables.incidents)[0].closed_at is not None
    assert rows(world, tables.incidents)[0].closings == 2


def test_what_closed_before_the_first_boot_is_not_touched(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        deaf(world)
        world.time = datetime.now(UTC) - timedelta(days=2)
        closed(world)
        world.time = None
        poll(world)
        assert stored(world) == []


@on_sqlite
def test_a_source_that_is_new_in_the_settings_begins_when_it_is_first_seen(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        with database.begin() as connection:
            meta.replace(connection, "first_boot", "2020-01-01T00:00:00+00:00")
        deaf(world)
        world.time = datetime.now(UTC) - timedelta(days=2)
        closed(world)
        world.time = None
        poll(world)
        assert stored(world) == []


@on_sqlite
def test_a_storm_that_was_missed_pauses_and_asks(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, "max_per_hour = 3\n") as world:
        deaf(world)
        for number in range(5):
            closed(world, title=f"Trouble {number}")
        poll(world)
        with world.database.read() as connection:
            assert pause.standing(world.parts, connection) is not None
        assert [write for write in ledger(world).values() if write.state == "done"] == []


@on_sqlite
def test_the_quiet_time_begins_when_it_is_found(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=lambda text: text.replace('quiet = "0s"', 'quiet = "10m"')) as world:
        deaf(world)
        closed(world)
        world.later(hours=2)
        poll(world)
        assert once(world, 0)
        finish(world, minutes=10)
        assert once(world, 3)


@on_sqlite
def test_the_mark_moves_only_when_the_source_answered_and_the_next_look_reaches_back(world: World) -> None:
    poll(world)
    before = mark(world)
    world.github.fault("GET", "/issues$", "status", status=404)
    closed(world)
    world.later(minutes=16)
    clock.tick(world.parts)
    world.run(("poll",))
    assert mark(world) == before
    assert len(world.errors()) == 1
    assert stored(world) == []
    poll(world)
    assert mark(world) > before
    assert once(world, 3)


@on_sqlite
def test_what_the_listing_showed_only_minutes_later_is_found_by_the_next_look(world: World) -> None:
    world.later(minutes=16)
    clock.tick(world.parts)
    hidden = world.now() - timedelta(minutes=12)
    world.run(("poll",))
    assert mark(world) > hidden
    now = world.time
    world.time = hidden
    closed(world)
    world.time = now
    poll(world)
    assert [row.via for row in stored(world)] == ["poll"]


@on_sqlite
def test_zero_minutes_never_ask_and_a_later_number_goes_on(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, "[sync]\nreconcile = 0\n") as world:
        deaf(world)
        closed(world)
        poll(world)
        assert stored(world) == []
        assert rows(world, tables.work, tables.work.c.task == "poll") == []
        world.more = "[sync]\nreconcile = 5\n"
        world.restart()
        poll(world)
        assert [row.via for row in stored(world)] == ["poll"]


def test_any_number_of_clocks_and_workers_ask_once_an_interval(world: World) -> None:
    poll(world)
    calls = len(world.github.calls)
    world.later(minutes=16)
    threads = [Thread(target=clock.tick, args=(world.parts,)) for _ in range(4)]
    threads += [Thread(target=world.jobs.run, args=("poll", "ops")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.run(("poll",))
    assert len(world.github.calls) == calls + 1


@on_sqlite
def test_what_was_found_can_be_replayed_and_holds_no_more_than_the_ticket(world: World) -> None:
    closed(world, TICKET + "\nThe key is AKIAIOSFODNN7EXAMPLE.\n")
    poll(world)
    row = stored(world)[0]
    assert row.delivery_id.startswith("poll:")
    assert json.loads(row.body)["ref"] == "acme/ops#1"
    assert b"AKIAIOSFODNN7EXAMPLE" not in row.body
    with world.database.begin() as connection:
        assert deliveries.again(connection, row.id)
    finish(world)
    assert (stored(world)[0].state, once(world, 3)) == ("done", True)


@on_sqlite
def test_a_clock_that_was_a_year_ahead_for_a_while_blinds_no_poll(world: World) -> None:
    real = world.now()
    world.time = real + timedelta(days=365)
    poll(world)
    world.time = real + timedelta(minutes=1)
    with world.database.begin() as connection:  # what the scan of the year ahead left
        connection.execute(tables.work.update().values(not_before=None))
    closed(world)
    poll(world)
    assert [row.via for row in stored(world)] == ["poll"]


@on_sqlite
def test_an_open_ticket_and_one_that_gets_no_postmortem_are_not_told(world: World) -> None:
    incident(world)
    world.github.close(incident(world), "not_planned")
    closed(world, labels=["question"])
    poll(world)
    assert stored(world) == []


@on_sqlite
def test_a_refused_sign_in_is_asked_about_and_not_asked_with_and_the_poll_goes_on_once_it_is_mended(
    world: World,
) -> None:
    poll(world)
    before = mark(world)
    closed(world)
    tokens = dict(world.github.tokens)
    world.github.tokens.clear()
    for _ in range(3):
        world.later(minutes=16)
        clock.tick(world.parts)
        world.run(("poll",))
    assert mark(world) == before
    assert any("401" in said for said in world.errors())
    listings = [call for call in world.github.calls if call.path.endswith("/issues") and call.method == "GET"]
    world.github.tokens.update(tokens)
    world.later(minutes=61)
    poll(world)
    assert mark(world) > before
    assert [row.via for row in stored(world) if row.source == "ops"] == ["poll"]
    assert len([one for one in listings if one.status == 401]) <= 2
