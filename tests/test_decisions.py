"""What people decide: links and filings by hand, ticks taken back, a quiet time in which to think."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from connectors.base import AfterwordError
from sandbox.calls import Fault
from service import decisions, wording
from service.errors import NotFound
from service.store import incidents, tables
from service.store.database import Database
from tests.hands import (
    DONE,
    OPEN,
    TICKET,
    closed,
    filed,
    finish,
    incident,
    item_rows,
    ledger,
    made,
    once,
    ours,
    posts,
    rows,
    shown,
    states,
    story,
    told,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ONE = "## Action items\n- [ ] Alert on queue depth\n"
TWO = ONE + "- [ ] Rehearse a failover each quarter\n"


def asking(text: str) -> str:
    """After the last look a person is asked. Issues on GitHub are found by the listing alone."""
    text = text.replace("[filing]", '[filing]\non_unknown = "ask"')
    return text.replace('["acme/checkout", "acme/ops"]', '["acme/checkout", "acme/ops"]\nsub_issues = false')


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, change=asking) as made:
        yield made


@contextmanager
def in_the_middle(world: World, fault: Fault) -> Iterator[None]:
    """The incident's story runs beside us and waits for the answer that this fault holds back."""
    beside = Thread(target=world.jobs.run, args=("incident", "1"))
    beside.start()
    until = time.monotonic() + 10
    while not fault.hits and time.monotonic() < until:
        time.sleep(0.01)
    assert fault.hits
    try:
        yield
    finally:
        beside.join()


def settle(world: World) -> None:
    """Every delivery is settled, and nothing done yet."""
    for row in rows(world, tables.deliveries):
        world.jobs.run("delivery", f"{row.source}/{row.delivery_id}")


def label(world: World, number: int = 1) -> str | None:
    return item_rows(world)[number - 1].issue_label


# --- linking by hand


def test_an_item_is_not_linked_by_hand_while_its_post_is_under_way(world: World) -> None:
    theirs = world.github.open_issue("acme/checkout", "Alert", author="sam")
    closed(world, ONE)
    settle(world)
    with in_the_middle(world, world.github.fault("POST", r"/acme/checkout/issues$", "hang", seconds=0.5)):
        with pytest.raises(AfterwordError, match="being filed just now") as told:
            decisions.link(world.parts, 1, theirs.ref)
        assert told.value.mend
    finish(world)
    assert once(world, 1)
    assert label(world) == "acme/checkout#2"
    with pytest.raises(AfterwordError, match="has its issue: acme/checkout#2"):
        decisions.link(world.parts, 1, theirs.ref)


@on_sqlite
@pytest.mark.parametrize("reference", ["acme/checkout#1", " https://github.com/acme/checkout/issues/1 "])
def test_a_waiting_item_is_linked_by_hand_and_nothing_overwrites_that(world: World, reference: str) -> None:
    theirs = world.github.open_issue("acme/checkout", "Alert", author="sam")
    reference = reference.replace("https://github.com", world.github.url)
    world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
    ticket = closed(world, ONE)
    world.github.fault("GET", r"/issues$", "status", 20, status=200, body=[])  # it does not show for long
    finish(world, minutes=8)
    assert [write.state for key, write in ledger(world).items() if key.startswith("issue:")] == ["waiting"]
    decisions.link(world.parts, 1, reference)
    world.github.clear_faults()  # now the lost one shows
    finish(world)
    world.github.edit(ticket, body=TWO)
    finish(world, minutes=2)
    assert [label(world, 1), label(world, 2)] == ["acme/checkout#1", "acme/checkout#3"]
    assert item_rows(world)[0].adopted
    assert "acme/checkout#1" in ours(ticket)[0]
    world.github.close(theirs)
    world.sync()
    assert states(world) == [DONE, OPEN]
    assert (theirs.body or "") == ""  # a person's issue: nothing in it is changed


def test_a_link_by_hand_stands_though_a_look_finds_the_lost_issue_at_the_same_moment(world: World) -> None:
    theirs = world.github.open_issue("acme/checkout", "Alert", author="sam")
    closed(world, ONE)
    world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
    world.github.fault("GET", r"/issues$", "status", 2, status=200, body=[])  # before the POST, and at once after it
    finish(world)
    assert "unknown" in {write.state for write in ledger(world).values()}
    world.later(minutes=2)
    with in_the_middle(world, world.github.fault("GET", r"/issues$", "hang", seconds=0.5)):
        decisions.link(world.parts, 1, theirs.ref)
    finish(world, minutes=8)
    assert label(world) == theirs.ref
    assert {write.url for key, write in ledger(world).items() if key.startswith("issue:")} == {
        f"https://github.com/acme/checkout/issues/{theirs.number}"
    }


def test_a_link_by_hand_stands_though_the_text_names_another_issue(world: World) -> None:
    theirs, named = (world.github.open_issue("acme/checkout", title, author="sam") for title in ("Alert", "Depth"))
    closed(world, f"## Action items\n- [ ] Alert on queue depth {named.ref}\n")
    settle(world)
    with in_the_middle(world, world.github.fault("GET", rf"/issues/{named.number}$", "hang", seconds=0.5)):
        decisions.link(world.parts, 1, theirs.ref)
    finish(world)
    assert label(world) == theirs.ref
    assert filed(world) == {}


@on_sqlite
def test_an_issue_that_another_item_has_is_not_linked_and_neither_is_one_that_nobody_knows(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 1, status=422)
    closed(world, TWO)
    finish(world)
    assert (label(world, 1), label(world, 2)) == (None, "acme/checkout#1")
    with pytest.raises(AfterwordError, match="belongs to action item 2 already"):
        decisions.link(world.parts, 1, "acme/checkout#1")
    with pytest.raises(NotFound, match="No tracker here knows an issue"):
        decisions.link(world.parts, 1, "acme/checkout#77")
    with pytest.raises(NotFound, match="There is no action item 9"):
        decisions.link(world.parts, 9, "acme/checkout#1")
    world.later(hours=2)
    finish(world)
    assert once(world, 2)


# --- filing by hand


@on_sqlite
def test_a_waiting_item_that_a_person_files_is_filed_once(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "reset_before")
    ticket = closed(world, ONE)
    finish(world, minutes=8)
    assert shown(world)[0].state == "waiting"
    for _ in range(2):  # a button that is pressed twice
        decisions.file_now(world.parts, 1)
    finish(world)
    assert once(world, 1)
    assert "acme/checkout#1" in ours(ticket)[0]
    with pytest.raises(AfterwordError, match="has its issue"):
        decisions.file_now(world.parts, 1)


@on_sqlite
def test_a_person_who_files_what_exists_after_all_gets_the_one_that_exists(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
    closed(world, ONE)
    world.github.fault("GET", r"/issues$", "status", 20, status=200, body=[])
    finish(world, minutes=8)
    world.github.clear_faults()
    decisions.file_now(world.parts, 1)
    finish(world)
    assert once(world, 1)
    assert label(world) == made(world)[0].ref


# --- ticks


@on_sqlite
def test_an_item_that_was_first_read_as_done_and_is_unticked_later_is_filed(world: World) -> None:
    ticket = told(world)
    assert states(world)[3] == DONE
    assert once(world, 3)
    world.github.edit(ticket, body=TICKET.replace("- [x] Restart", "- [ ] Restart"))
    finish(world)
    assert states(world)[3] == OPEN
    assert once(world, 4)
    kinds = [(row.kind, row.now) for row in rows(world, tables.events, tables.events.c.item_id == 4)]
    assert kinds[1:] == [("state", DONE), ("state", OPEN), ("filed", "acme/checkout#3")]
    assert posts(world.github, "/acme/checkout/issues") == 3


# --- the quiet time


def quiet(text: str) -> str:
    return text.replace('quiet = "0s"', 'quiet = "10m"')


@on_sqlite
def test_a_comment_in_the_quiet_time_does_not_end_it(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=quiet) as world:
        world.time = world.now()
        ticket = closed(world)
        finish(world, minutes=5)
        world.github.comment(ticket, "Thank you all.", author="sam")
        world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover each quarter\n")
        finish(world, minutes=4)
        assert (filed(world), ours(ticket)) == ({}, [])
        finish(world, minutes=2)
        assert once(world, 4)


@on_sqlite
def test_a_ticket_that_is_opened_and_closed_again_has_its_quiet_time_anew(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=quiet) as world:
        world.time = world.now()
        ticket = incident(world)
        world.github.close(ticket)
        finish(world, minutes=5)
        world.github.reopen(ticket)
        finish(world, minutes=1)
        world.github.close(ticket)
        finish(world, minutes=9)
        assert (filed(world), ours(ticket)) == ({}, [])
        finish(world, minutes=2)
        assert once(world, 3)
        assert len(ours(ticket)) == 1


def test_what_a_person_files_by_hand_is_filed_whatever_held_its_incident(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        world.time = world.now()
        ticket = told(world, "No action items yet.")
        with world.database.begin() as connection:
            connection.execute(tables.writes.delete())
            incidents.hold(connection, 1, wording.SET_ASIDE)
        world.github.edit(ticket, body=TICKET)
        finish(world)
        assert filed(world) == {}
        decisions.file_now(world.parts, shown(world)[0].id)
        finish(world)
        assert [one.issue_label is not None for one in shown(world)] == [True, False, False, False]
        assert [one.proposed for one in shown(world)] == [False, True, True, False]
