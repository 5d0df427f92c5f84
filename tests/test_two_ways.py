"""An action item's fields are changed by people in the ticket and in the tracker: each change arrives, one holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from service.store import tables
from service.store.database import Database
from tests.hands import SAM, TICKET, filed, finish, item_rows, ledger, made, once, rows, story, told, writes_made
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OURS, JIRAS = "Test pooled connections with a write", "Give a retried payment 2 seconds in all"


class Scene:
    """A told incident with one issue on GitHub (item 1) and one on Jira (item 2)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ticket = told(world)
        self.github = next(issue for issue in made(world) if issue.title == OURS)
        assert world.jira is not None
        self.jira = next(issue for issue in world.jira.issues if issue.key.startswith("PAY"))
        self.text = TICKET
        self.sync()

    def sync(self) -> None:
        self.world.later(minutes=5)
        self.world.sync()

    def says(self, was: str, now: str) -> None:
        """A person edits the ticket's text, and the story is told again."""
        assert was in self.text
        self.text = self.text.replace(was, now)
        self.world.later(minutes=5)
        self.world.github.edit(self.ticket, body=self.text)
        finish(self.world, minutes=2)

    def row(self, number: int = 1) -> Any:
        return next(row for row in item_rows(self.world) if row.number == number)

    def edits(self) -> int:
        assert self.world.jira is not None
        ours = [call.path for call in self.world.github.calls if call.method == "PATCH"]
        puts = [call.path for call in self.world.jira.calls if call.method == "PUT"]
        issue = f"/issues/{self.github.number}"
        return sum(path.endswith(issue) for path in ours) + sum(f"/issue/{self.jira.id}" in path for path in puts)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    with story(database, tmp_path, time=datetime(2026, 11, 24, 10, tzinfo=UTC)) as world:
        yield Scene(world)


def test_a_title_an_owner_and_a_date_that_change_in_the_ticket_go_out_to_both_trackers(scene: Scene) -> None:
    scene.says(f"{OURS} @alex P1", "Test pooled connections with a small write @sam P1 (due 2027-01-15)")
    scene.says(f"{JIRAS} @sam P0", "Give a retried payment 3 seconds in all @sam P1 (due 2027-01-20)")
    assert scene.github.title == "Test pooled connections with a small write"
    assert scene.github.assignees == ["sam"]
    assert "**Due:** 2027-01-15" in (scene.github.body or "")
    assert (scene.jira.summary, scene.jira.duedate) == ("Give a retried payment 3 seconds in all", "2027-01-20")
    assert scene.row(2).priority == "P1"
    assert scene.row().due == date(2027, 1, 15)
    assert sorted(filed(scene.world).values()) == [1, 1, 1]
    before = scene.edits()
    for _ in range(2):
        scene.sync()
    assert scene.edits() == before == 2
    assert scene.row().conflicts in (None, {})
    assert scene.row().title == "Test pooled connections with a small write"


@on_sqlite
def test_nothing_is_read_or_sent_where_the_text_says_what_it_said(scene: Scene) -> None:
    scene.world.github.reset_calls()
    scene.says("## Root cause\n", "## Root cause\nBriefly: ")
    assert scene.edits() == 0
    assert scene.world.github.count("GET", rf"/issues/{scene.github.number}$") == 0
    assert {write.state for key, write in ledger(scene.world).items() if key.startswith("edit:")} == set()


@pytest.mark.parametrize("jira", [False, True])
def test_what_a_person_changed_in_the_tracker_comes_back_and_stays_when_the_ticket_is_edited_elsewhere(
    scene: Scene, jira: bool
) -> None:
    world, number = scene.world, 2 if jira else 1
    world.later(minutes=5)
    if jira:
        assert world.jira is not None
        world.jira.change(scene.jira, summary="Wait less for a retry", duedate="2027-02-01", assignee=None)
    else:
        world.github.edit(scene.github, title="Wait less for a retry")
        body = scene.github.body or ""
        line = next(line for line in body.splitlines() if line.startswith("**Due:**"))
        world.github.edit(scene.github, body=body.replace(line, "**Due:** 2027-02-01"))
        world.github.unassign(scene.github, "alex")
    scene.sync()
    row = scene.row(number)
    assert (row.title, row.due, row.assignee) == ("Wait less for a retry", date(2027, 2, 1), "")
    scene.says("Restart the pools", "Restart the pools twice")
    assert scene.edits() == 0
    row = scene.row(number)
    assert (row.title, row.due, row.assignee) == ("Wait less for a retry", date(2027, 2, 1), "")
    kinds = [one.kind for one in rows(world, tables.events) if one.item_id == row.id]
    assert {"title", "due", "owner"} <= set(kinds)


def test_where_both_changed_the_later_word_holds_and_the_document_says_so(scene: Scene) -> None:
    world = scene.world
    world.later(minutes=5)
    world.github.edit(scene.github, title="Test the pool")
    scene.says(OURS, "Test pooled connections with a small write")
    assert scene.github.title == "Test pooled connections with a small write"
    scene.says("Test pooled connections with a small write", "Test pooled connections with one write")
    world.later(minutes=5)
    assert scene.github.title == "Test pooled connections with one write"
    world.github.edit(scene.github, title="Test every pool")
    scene.sync()
    assert scene.row().title == "Test every pool"
    scene.says("Restart the pools", "Restart the pools twice")
    assert scene.github.title == "Test every pool"


@on_sqlite
def test_a_word_of_the_ticket_that_was_not_out_yet_gives_way_to_a_later_one_of_the_tracker(scene: Scene) -> None:
    world = scene.world
    world.github.fault("PATCH", r"/issues/\d+$", "reset_before", times=500)
    scene.says(OURS, "Test pooled connections with a small write")
    assert scene.github.title == OURS
    world.later(minutes=5)
    world.github.edit(scene.github, title="Test the pool")
    world.github.clear_faults()
    for _ in range(3):
        world.later(hours=1)
        finish(world, minutes=2)
    assert scene.github.title == "Test the pool"
    row = scene.row()
    assert row.title == "Test the pool"
    assert "the later word holds: “Test the pool”" in row.conflicts["title"]


@pytest.mark.parametrize("fault", ["lose_answer", "reset_before"])
def test_an_edit_whose_answer_is_lost_ends_once_and_the_echo_is_no_change(scene: Scene, fault: str) -> None:
    scene.world.github.fault("PATCH", rf"/issues/{scene.github.number}$", fault)
    scene.says(OURS, "Test pooled connections with a small write")
    for _ in range(4):
        scene.world.later(minutes=2)
        finish(scene.world, minutes=1)
    scene.sync()
    assert scene.github.title == "Test pooled connections with a small write"
    assert scene.row().conflicts in (None, {})
    assert once(scene.world, 3)
    assert {write.state for key, write in ledger(scene.world).items() if key.startswith("edit:")} == {"done"}
    before = writes_made(scene.world)
    scene.sync()
    assert writes_made(scene.world) == before


@on_sqlite
def test_an_owner_without_an_account_there_is_said_and_nothing_is_sent(scene: Scene) -> None:
    scene.says(f"{OURS} @alex", f"{OURS} @robin")
    assert scene.github.assignees == ["alex"]
    assert any("robin" in note for note in scene.row().notes)
    assert scene.edits() == 0


@on_sqlite
def test_a_refused_edit_is_in_the_ledger_with_its_reason_and_goes_out_once_it_is_mended(scene: Scene) -> None:
    scene.world.github.fault("PATCH", rf"/issues/{scene.github.number}$", "status", status=422, times=3)
    scene.says(OURS, "Test pooled connections with a small write")
    (write,) = [write for key, write in ledger(scene.world).items() if key.startswith("edit:")]
    assert (write.state, bool(write.reason)) == ("failed", True)
    for _ in range(8):
        scene.world.later(hours=1)
        finish(scene.world, minutes=1)
    assert scene.github.title == "Test pooled connections with a small write"


@on_sqlite
def test_jiras_own_people_are_assigned_by_their_account(scene: Scene) -> None:
    scene.says(f"{OURS} @alex", f"{OURS} @sam")
    scene.says(f"{JIRAS} @sam P0", f"{JIRAS} P0")
    scene.says(f"{JIRAS} P0", f"{JIRAS} @sam P0")
    assert (scene.github.assignees, scene.jira.assignee) == (["sam"], SAM)
