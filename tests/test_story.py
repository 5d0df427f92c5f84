"""The story over real HTTP: from a closed ticket to its document, its issues and its one comment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.postmortem.model import Section
from service.store import tables
from service.store.database import Database
from tests.hands import (
    SAM,
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
    world.github.repo("acme/checkout").private = True  # a public place would get no word of it
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
    assert issue.assignee == SAM
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
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse\n")
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
        return text.replace('quiet = "0s"', 'quiet = "10m"')

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
