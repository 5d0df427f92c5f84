"""The story over real HTTP: from a closed ticket to its document, its issues and its one comment."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.postmortem import document as documents
from service.postmortem.model import Origin, Section
from service.store import postmortems, tables
from service.store.database import Database
from tests.hands import (
    TICKET,
    closed,
    desk_closed,
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
    stored,
    story,
    told,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MORE = TICKET + "- [ ] Rehearse a failover each quarter\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def writes_made(world: World) -> int:
    """Calls that change something in a tracker."""
    assert world.jira is not None
    calls = [call for call in (*world.github.calls, *world.jira.calls) if call.path != "/graphql"]
    return sum(call.method != "GET" and not call.path.endswith("/bulkfetch") for call in calls)


# --- closing


def test_a_closed_ticket_on_github_becomes_one_document_one_issue_per_item_and_one_comment(world: World) -> None:
    assert world.jira is not None
    ticket = told(world)
    assert document(world).sections[Section.ROOT_CAUSE].text == "The pool tests its connections with a read."
    assert history(world) == ["Built from the ticket"]
    assert once(world, 3)
    assert [(issue.title, issue.repo.full_name) for issue in made(world)] == [
        ("Test pooled connections with a write", "acme/checkout"),
        ("Alert on queue depth", "acme/checkout"),
    ]
    assert [issue.summary for issue in world.jira.issues] == ["Give a retried payment 2 seconds in all"]
    assert ticket.sub_issues == made(world)
    (comment,) = ours(ticket)
    for said in ("acme/checkout#1", "PAY-1", "acme/checkout#2", "Restart the pools", "/postmortems/1"):
        assert said in comment
    assert world.errors() == []


def test_the_issue_says_why_when_and_who(world: World) -> None:
    ticket = told(world)
    pooled, alert = made(world)
    day = ticket.closed_at.date()
    assert (pooled.assignees, alert.assignees) == (["alex"], [])
    assert f"**Due:** {day + timedelta(days=30)}" in (pooled.body or "")  # P1
    assert f"**Due:** {day + timedelta(days=60)}" in (alert.body or "")  # SEV2
    assert "/postmortems/1#item-1" in (pooled.body or "")
    assert world.jira is not None
    (jira,) = world.jira.issues
    assert (jira.assignee, jira.duedate, jira.priority) == ("712020:sam", str(day + timedelta(days=7)), "Highest")
    assert [link.global_id for link in jira.remote_links] == [f"afterword:item:{item_rows(world)[1].key}"]


def test_a_closed_ticket_on_jira_has_its_issues_linked_and_its_comment(world: World) -> None:
    assert world.jira is not None
    ticket = desk_closed(
        world,
        "h2. Action items\n* Give a retried payment 2 seconds in all [~accountid:712020:sam] P1\n* Alert on depth\n",
    )
    finish(world)
    assert once(world, 2)
    (issue,) = [issue for issue in world.jira.issues if issue.project.key == "PAY"]
    assert [(link.type, link.source.key, link.target.key) for link in world.jira.world.links] == [
        ("Relates", ticket.key, issue.key)
    ]
    assert len(issue.remote_links) == 1
    assert [made.title for made in made(world)] == ["Alert on depth"]
    (comment,) = ours(ticket)
    assert issue.key in comment
    assert "acme/checkout#1" in comment
    assert ("OPS-1", "commented") in world.jira.notified  # the first, and never again
    finish(world, minutes=2)
    assert world.jira.notified.count(("OPS-1", "commented")) == 1


def test_a_comment_on_a_service_desk_ticket_is_not_shown_to_customers(world: World) -> None:
    assert world.jira is not None
    world.jira.project("OPS").service_desk = True
    ticket = desk_closed(world, "h2. Action items\n* Alert on depth\n")
    finish(world)
    assert [comment.public for comment in ticket.comments] == [False]


@on_sqlite
@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"labels": ["bug"]}, "does not have the label incident"),
        ({"state_reason": "not_planned"}, "closed as not planned"),
        ({"state_reason": "duplicate"}, "closed as duplicate"),
    ],
)
def test_a_closing_that_is_no_incident_is_ignored_and_says_why(world: World, how: dict[str, Any], why: str) -> None:
    reason = how.pop("state_reason", "completed")
    world.github.close(incident(world, **how), reason)
    finish(world)
    assert (stored(world)[-1].state, why in stored(world)[-1].reason) == ("ignored", True)
    assert rows(world, tables.incidents) == []
    assert world.github.calls == []


@on_sqlite
def test_what_happens_while_the_ticket_is_open_leads_to_nothing(world: World) -> None:
    ticket = incident(world)
    world.github.comment(ticket, "/action Alert on depth", author="sam")
    world.github.edit(ticket, body=MORE)
    finish(world)
    assert rows(world, tables.incidents) == []
    assert world.github.calls == []


@on_sqlite
def test_an_item_that_is_done_in_the_text_is_recorded_and_never_filed(world: World) -> None:
    told(world)
    row = item_rows(world)[3]
    assert (row.text, row.state, row.issue_id, row.done_in_text) == ("Restart the pools", "done", None, True)
    kinds = [event.kind for event in rows(world, tables.events, tables.events.c.item_id == row.id)]
    assert kinds == ["promised", "state"]


# --- opened again, closed again


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


DELIVERIES = ("closed", "reopened", "closed again")


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


# --- the source does not answer


def test_a_source_that_refuses_for_good_gives_a_document_from_the_webhook_that_says_so(world: World) -> None:
    world.github.fault("GET", r"/issues/1$", "status", 99, status=404)
    ticket = told(world)
    assert document(world).from_payload
    assert "built from the webhook alone" in ours(ticket)[0]
    assert once(world, 3)
    world.github.clear_faults()
    world.later(hours=1, minutes=1)
    finish(world)
    assert not document(world).from_payload
    assert "built from the webhook alone" not in ours(ticket)[0]
    assert once(world, 3)


def test_a_source_that_is_down_for_a_while_delays_the_story_and_changes_nothing_of_it(world: World) -> None:
    ticket = closed(world)
    port = world.github.port
    world.github.stop()
    world.run()
    assert rows(world, tables.postmortems) == []
    world.github.start()
    assert world.github.port == port
    finish(world, minutes=1)
    assert not document(world).from_payload
    assert once(world, 3)
    assert len(ours(ticket)) == 1


def test_one_incidents_trouble_holds_up_no_other(world: World) -> None:
    world.github.fault("GET", r"/issues/1(/|$)", "status", 99, status=502)
    closed(world)
    told(world, "## Action items\n- [ ] Rehearse\n", title="Another")
    assert once(world, 1)
    assert [row.title for row in rows(world, tables.incidents)][1] == "Another"
    assert len(ours(world.github.issue("acme/ops", 2))) == 1
    world.github.clear_faults()
    finish(world, minutes=3)
    assert once(world, 4)


# --- jobs


@on_sqlite
def test_a_story_that_met_a_fault_of_ours_is_told_once_the_fault_is_mended(database: Database, tmp_path: Path) -> None:
    broken = tmp_path / "templates"
    broken.mkdir()
    (broken / "issue.md.j2").write_text("{{ item.nonsense }}")
    with story(database, tmp_path, change=lambda text: f'templates = "{broken}"\n{text}') as world:
        ticket = closed(world)
        finish(world)
        assert filed(world) == {}
        assert "A fault in Afterword" in world.errors()[0]
        (broken / "issue.md.j2").unlink()
        world.restart()
        finish(world)
        assert once(world, 3)
        assert len(ours(ticket)) == 1
        assert world.errors() == []


@on_sqlite
def test_a_quiet_time_begins_anew_with_each_closing(database: Database, tmp_path: Path) -> None:
    def quietly(text: str) -> str:
        return text.replace("[filing]", '[filing]\nquiet = "10m"')

    with story(database, tmp_path, change=quietly) as world:
        ticket = closed(world)
        finish(world, minutes=6)
        world.github.reopen(ticket)
        finish(world)
        world.github.close(ticket)
        finish(world, minutes=8)
        assert filed(world) == {}
        finish(world, minutes=3)
        assert once(world, 3)
