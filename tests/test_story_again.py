"""Tickets that are opened and closed again, edited after their closing, told of late and out of order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.postmortem import document as documents
from service.postmortem.model import Origin, Section
from service.store import postmortems, tables
from service.store.database import Database
from tests.hands import (
    TICKET,
    document,
    filed,
    finish,
    history,
    incident,
    item_rows,
    made,
    once,
    ours,
    post,
    rows,
    shown,
    story,
    told,
    writes_made,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MORE = TICKET + "- [ ] Rehearse a failover each quarter\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def test_a_ticket_that_is_open_again_has_nothing_written_until_it_closes(world: World) -> None:
    ticket = incident(world, "Looking.")
    world.github.close(ticket)
    world.github.reopen(ticket)
    finish(world)
    assert writes_made(world) == 0
    world.github.edit(ticket, body=TICKET)
    world.github.close(ticket)
    finish(world)
    assert once(world, 3)
    assert len(ours(ticket)) == 1


def test_closing_again_updates_the_same_document_and_files_only_what_is_new(world: World) -> None:
    ticket = told(world)
    keys = [row.key for row in item_rows(world)]
    world.later(hours=1)
    world.github.reopen(ticket)
    world.github.edit(ticket, body=MORE)
    finish(world)
    assert once(world, 3)  # open: nothing is filed
    world.later(hours=1)
    world.github.close(ticket)
    finish(world)
    assert once(world, 4)
    assert len(rows(world, tables.postmortems)) == 1
    assert [row.key for row in item_rows(world)][:4] == keys
    (comment,) = ours(ticket)
    assert "Rehearse a failover" in comment
    assert rows(world, tables.incidents)[0].closings == 2


@pytest.mark.parametrize("ends", ["closed", "open"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=lambda order: "".join(map(str, order)))
@on_sqlite
def test_deliveries_in_any_order_end_in_the_truth(world: World, order: tuple[int, ...], ends: str) -> None:
    world.github.webhooks.loses = lambda post: True
    ticket = incident(world)
    for step in (world.github.close, world.github.reopen, world.github.close):
        world.later(minutes=10)
        step(ticket)
    late = [one.post for one in world.github.deliveries if one.action in ("closed", "reopened")]
    if ends == "open":
        world.github.reopen(ticket)
    world.github.webhooks.loses = lambda post: False
    for place in order:
        post(world, "/webhooks/ops", late[place].body, late[place].headers)
        finish(world)
    finish(world, minutes=6)  # a closing that the API does not know of is asked about for five minutes
    if ends == "open":
        assert filed(world) == {}
        assert rows(world, tables.incidents)[0].closed_at is None
    else:
        assert once(world, 3)
        assert len(ours(ticket)) == 1
        assert rows(world, tables.incidents)[0].closed_at == ticket.closed_at.replace(microsecond=0)
    assert len(rows(world, tables.postmortems)) == 1


@on_sqlite
def test_the_same_delivery_many_times_over_changes_nothing(world: World) -> None:
    ticket = told(world)
    before = writes_made(world)
    for delivery in world.github.deliveries:
        world.github.redeliver(delivery.id)
    finish(world)
    assert (writes_made(world), len(ours(ticket)), history(world)) == (before, 1, ["Built from the ticket"])


# --- the text changes after the closing


def test_a_text_edited_after_the_closing_keeps_the_items_keys_and_a_persons_words(world: World) -> None:
    ticket = told(world)
    keys = [row.key for row in item_rows(world)]
    with world.database.begin() as connection:
        mine = documents.edit(document(world), Section.ROOT_CAUSE, "The test reads.", by="sam", at=world.now())
        postmortems.save_revision(connection, 1, 1, mine, world.now(), "Root cause edited by @sam")
    world.later(minutes=5)
    body = MORE.replace("Test pooled connections with a write", "Test all pooled connections with a write")
    world.github.edit(
        ticket, body=body.replace("with a read.", "with a cheap read.") + "\n## Impact\n1 in 12 failed.\n"
    )
    finish(world)
    after = document(world)
    assert after.sections[Section.ROOT_CAUSE].text == "The test reads."
    assert after.sections[Section.ROOT_CAUSE].origin is Origin.EDITED
    assert after.sections[Section.IMPACT].text == "1 in 12 failed."
    assert [row.key for row in item_rows(world)][:4] == keys
    assert item_rows(world)[0].text == "Test all pooled connections with a write"
    assert once(world, 4)
    assert history(world) == ["Built from the ticket", "Root cause edited by @sam", "Ticket read again; edits kept"]


def test_an_item_taken_out_of_the_text_is_shown_so_and_neither_closed_nor_filed_again(world: World) -> None:
    ticket = told(world)
    for body in (TICKET.replace("- [ ] Alert on queue depth\n", ""), TICKET):
        world.later(minutes=5)
        world.github.edit(ticket, body=body)
        finish(world)
        gone = body is not TICKET
        assert [one.in_text for one in shown(world)] == [True, True, not gone, True]
        assert ("no longer in the ticket" in ours(ticket)[0]) == gone
        assert [issue.state for issue in made(world)] == ["open", "open"]
        assert once(world, 3)
    kinds = [event.kind for event in rows(world, tables.events, tables.events.c.item_id == 3)]
    assert kinds == ["promised", "filed", "gone", "back"]


def test_an_item_written_in_a_comment_after_the_closing_is_filed(world: World) -> None:
    ticket = told(world)
    world.later(minutes=5)
    world.github.comment(ticket, "/action Rehearse a failover @alex due:2026-12-24 P1", author="sam")
    finish(world)
    assert once(world, 4)
    assert [(issue.title, issue.assignees) for issue in made(world)][-1] == ("Rehearse a failover", ["alex"])
    assert (item_rows(world)[-1].due, item_rows(world)[-1].due_rule) == (date(2026, 12, 24), "as written")


@on_sqlite
def test_a_command_of_somebody_without_a_role_is_shown_and_not_obeyed(world: World) -> None:
    ticket = incident(world)
    world.github.comment(ticket, "/action Send me the keys", author="stranger", association="NONE")
    world.github.close(ticket)
    finish(world)
    assert once(world, 3)
    assert "stranger" in " ".join(document(world).not_obeyed)
