"""What becomes of a stored delivery: settled once, with its reason, and asked for again when it comes again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import deliveries, tables
from service.store.database import Database
from tests.hands import (
    TICKET,
    closed,
    deliver,
    finish,
    incident,
    made,
    once,
    rows,
    stored,
    story,
    told,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def asked(world: World) -> dict[tuple[str, str], int]:
    """(task, key) → how often it was asked for."""
    return {(row.task, row.key): row.wanted for row in rows(world, tables.work)}


def test_each_delivery_says_what_became_of_it(world: World) -> None:
    told(world)
    seen = {(row.state, row.reason) for row in stored(world)}
    assert ("ignored", "acme/ops#1 was opened.") in seen
    assert ("done", "acme/ops#1 was closed.") in seen
    assert ("ignored", "A comment of our own on acme/ops#1.") in seen
    assert [row.incident_id for row in stored(world) if row.reason == "acme/ops#1 was closed."] == [1]


@on_sqlite
def test_our_own_comment_leads_to_nothing(world: World) -> None:
    told(world)
    before = asked(world)
    calls = len(world.github.calls)
    for one in [one for one in world.github.deliveries if one.event == "issue_comment"]:
        deliver(world, one.body, headers={"X-GitHub-Event": "issue_comment"}, name="a-new-id")
    finish(world)
    assert (asked(world), len(world.github.calls)) == (before, calls)


@on_sqlite
def test_what_happens_to_a_filed_issue_hastens_the_sync_of_its_tracker_alone(world: World) -> None:
    told(world)
    finish(world, tasks=("incident", "sync"))
    before = asked(world)
    world.later(minutes=1)
    world.github.close(made(world)[0])
    finish(world)
    after = asked(world)
    assert {key for key in after if after[key] != before.get(key)} == {("sync", "code")}
    assert (stored(world)[-1].state, stored(world)[-1].incident_id) == ("done", None)


@on_sqlite
def test_an_issue_that_concerns_nobody_is_ignored(world: World) -> None:
    world.github.close(world.github.open_issue("acme/checkout", "Another", labels=["incident"]))
    finish(world)
    assert {row.state for row in stored(world)} == {"ignored"}
    assert "not among the repositories" in stored(world)[-1].reason
    assert asked(world) == {}


@on_sqlite
def test_events_of_other_kinds_and_pings_are_ignored_with_a_reason(world: World) -> None:
    for event in ("ping", "push", "star", "x" * 500):
        assert deliver(world, b"{}", headers={"X-GitHub-Event": event}, name=event[:20]).status == 202
    finish(world)
    assert [row.state for row in stored(world)] == ["ignored"] * 4
    assert all(row.reason and len(row.reason) < 200 for row in stored(world))


def test_a_delivery_that_comes_again_while_its_incident_is_known_changes_nothing(world: World) -> None:
    told(world)
    before = [(row.delivery_id, row.state) for row in stored(world)]
    for one in world.github.deliveries:
        assert world.github.redeliver(one.id).status == 202
    finish(world)
    assert [(row.delivery_id, row.state) for row in stored(world)] == before
    assert once(world, 3)


@on_sqlite
def test_the_same_closing_under_another_id_is_told_once(world: World) -> None:
    ticket = closed(world)
    one = next(one for one in world.github.deliveries if one.action == "closed")
    for name in ("second", "third"):
        deliver(world, one.body, name=name)
    finish(world)
    assert once(world, 3)
    assert rows(world, tables.incidents)[0].closings == 1
    assert len(ticket.comments) == 1


@on_sqlite
def test_looking_again_at_a_closing_reads_the_ticket_again(world: World) -> None:
    """What `replay` does."""
    world.github.webhooks.loses = lambda post: post.action == "edited"
    ticket = told(world)
    world.later(minutes=5)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover\n")  # and nobody told us
    finish(world)
    assert once(world, 3)
    number = next(row.id for row in stored(world) if row.reason == "acme/ops#1 was closed.")
    with world.database.begin() as connection:
        assert deliveries.again(connection, number)
        assert not deliveries.again(connection, 9_999)
    finish(world)
    assert once(world, 4)


@on_sqlite
def test_a_delivery_of_a_source_that_left_the_settings_waits_for_its_return(world: World) -> None:
    closed(world)
    settings = world.change
    world.change = lambda text: text.replace("[sources.ops]", "[sources.other]")
    world.restart()
    finish(world)
    assert {row.state for row in stored(world)} == {"failed"}
    assert "no longer in the settings" in stored(world)[0].reason
    world.change = settings
    world.restart()
    finish(world)
    assert once(world, 3)


def test_one_bad_delivery_among_many_holds_up_none_of_them(world: World) -> None:
    bodies = [b"{}", b"\x00", b"[" * 5_000, b'{"action": "closed"}']
    for number, body in enumerate(bodies):
        deliver(world, body, name=f"before-{number}")
    closed(world)
    for number, body in enumerate(bodies):
        deliver(world, body, name=f"after-{number}")
    finish(world)
    assert once(world, 3)
    assert sum(row.state == "quarantined" for row in stored(world)) == 2 * len(bodies)
    assert not [row for row in stored(world) if row.state == "received"]


@on_sqlite
def test_a_storm_of_deliveries_is_settled_to_the_last(world: World) -> None:
    ticket = incident(world)
    one = next(one for one in world.github.deliveries if one.action == "opened")
    for number in range(500):
        deliver(world, one.body, name=f"storm-{number}")
    world.github.close(ticket)
    finish(world)
    assert once(world, 3)
    assert {row.state for row in stored(world)} == {"ignored", "done"}


def test_latest_shows_the_newest_first_and_no_bodies(world: World) -> None:
    for number in range(5):
        deliver(world, b"{}" + b" " * number, name=f"d-{number}")
    finish(world)
    with world.database.read() as connection:
        found = deliveries.latest(connection, limit=3)
        assert [row.delivery_id for row in found] == ["d-4", "d-3", "d-2"]
        assert [row.size for row in found] == [6, 5, 4]
        assert not hasattr(found[0], "body")
        assert deliveries.latest(connection, state="done") == []
