"""Whatever people do with an issue, its item ends in one of five states; the tracker's own last word is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.github_world import Issue
from sandbox.jira_world import Issue as JiraIssue
from service.store import tables
from service.store.database import Database
from service.store.standings import standings
from tests.hands import made, rows, story, told
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, time=datetime(2026, 11, 24, 10, tzinfo=UTC)) as it:
        told(it)
        look(it)
        yield it


def look(world: World) -> None:
    """A sync of each tracker that asks after every open issue by its id."""
    world.later(hours=25)
    world.sync()


def state(world: World, number: int) -> tuple[str, str, str | None]:
    """State, the tracker's own word, and the issue's name as it is now."""
    with world.database.read() as connection:
        found = next(one for one in standings(connection) if one.number == number)
    return found.state, found.word, found.issue_label


def events_of(world: World, kind: str) -> list[tuple[str | None, str | None]]:
    return [(one.was, one.now) for one in rows(world, tables.events) if one.kind == kind]


def _close(how: str) -> Callable[[World, Issue], Any]:
    return lambda world, issue: world.github.close(issue, how)


def _closed_and_opened(world: World, issue: Issue) -> None:
    world.github.close(issue)
    look(world)
    world.later(hours=1)
    world.github.reopen(issue)


def _renamed(world: World, issue: Issue) -> None:
    world.github.rename_repo("acme/checkout", "acme/payments")


def _archived(world: World, issue: Issue) -> None:
    world.github.repo("acme/checkout").archived = True


def _transferred_and_closed(world: World, issue: Issue) -> None:
    world.github.close(world.github.transfer(issue, "acme/ops"))


GITHUB: dict[str, tuple[Callable[[World, Issue], Any], tuple[str, str, str]]] = {
    "it is closed": (_close("completed"), ("done", "completed", "acme/checkout#1")),
    "it is closed as not planned": (_close("not_planned"), ("wont_do", "not planned", "acme/checkout#1")),
    "it is closed as a duplicate": (_close("duplicate"), ("wont_do", "duplicate", "acme/checkout#1")),
    "it is opened again": (_closed_and_opened, ("open", "reopened", "acme/checkout#1")),
    "it is transferred": (lambda w, i: w.github.transfer(i, "acme/ops"), ("open", "open", "acme/ops#2")),
    "it is transferred and closed there": (_transferred_and_closed, ("done", "completed", "acme/ops#2")),
    "it is deleted, or turned into a discussion": (
        lambda w, i: w.github.delete(i), ("unreachable", "open", "acme/checkout#1")
    ),
    "its repository is archived": (_archived, ("open", "open", "acme/checkout#1")),
    "its repository is renamed": (_renamed, ("open", "open", "acme/payments#1")),
    "its repository is made private": (
        lambda w, i: w.github.set_visibility("acme/checkout", "private"), ("open", "open", "acme/checkout#1")
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", GITHUB)
def test_of_github(world: World, what: str) -> None:
    act, expected = GITHUB[what]
    world.later(hours=1)
    act(world, made(world)[0])
    for _ in range(3):
        look(world)
        assert state(world, 1) == expected
    assert state(world, 3)[0] == "open"  # its neighbour is as it was
    if expected[0] in ("done", "wont_do"):
        assert events_of(world, "state")[1:] == [("open", expected[0])]  # the first is of what was done already


def _jira(world: World) -> JiraIssue:
    assert world.jira is not None
    return next(issue for issue in world.jira.issues if issue.key.startswith("PAY"))


def _to(status: str, resolution: str | None = None) -> Callable[[World, JiraIssue], Any]:
    def act(world: World, issue: JiraIssue) -> None:
        assert world.jira is not None
        world.jira.transition(issue, status, resolution=resolution)

    return act


def _done_and_open(world: World, issue: JiraIssue) -> None:
    assert world.jira is not None
    world.jira.transition(issue, "Done")
    look(world)
    world.later(hours=1)
    world.jira.transition(issue, "To Do")


def _hidden(world: World, issue: JiraIssue) -> None:
    assert world.jira is not None
    world.jira.hidden.add("PAY")


def _jira_does(name: str, *args: Any) -> Callable[[World, JiraIssue], Any]:
    return lambda world, issue: getattr(world.jira, name)(issue, *args)


JIRA: dict[str, tuple[Callable[[World, JiraIssue], Any], tuple[str, str, str]]] = {
    "it is in progress": (_to("In Progress"), ("in_progress", "In Progress", "PAY-1")),
    "it is done": (_to("Done"), ("done", "Done", "PAY-1")),
    "it is resolved as won't do": (_to("Done", "Won't Do"), ("wont_do", "Won't Do", "PAY-1")),
    "it is resolved as a duplicate": (_to("Done", "Duplicate"), ("wont_do", "Duplicate", "PAY-1")),
    "it is opened again": (_done_and_open, ("open", "To Do", "PAY-1")),
    "it is moved to another project, with another key": (_jira_does("move", "OPS"), ("open", "To Do", "OPS-1")),
    "it is deleted": (_jira_does("delete"), ("unreachable", "To Do", "PAY-1")),
    "it is made confidential": (_hidden, ("unreachable", "To Do", "PAY-1")),
}


@pytest.mark.parametrize("what", JIRA)
def test_of_jira(world: World, what: str) -> None:
    act, expected = JIRA[what]
    world.later(hours=1)
    act(world, _jira(world))
    for _ in range(3):
        look(world)
        assert state(world, 2) == expected
    assert state(world, 1)[0] == "open"


def test_what_was_hidden_is_back_as_it_is_then(world: World) -> None:
    assert world.jira is not None
    _hidden(world, _jira(world))
    look(world)
    assert state(world, 2)[0] == "unreachable"
    world.jira.hidden.clear()
    world.jira.transition(_jira(world), "Done")
    look(world)
    assert state(world, 2)[:2] == ("done", "Done")


def test_an_older_answer_changes_nothing(world: World) -> None:
    """The webhook is the fast path; what it leads to is a reading, and only a newer one counts."""
    issue = made(world)[0]
    world.later(hours=1)
    world.github.close(issue)
    look(world)
    stamp = issue.updated_at
    issue.state, issue.closed_at, issue.updated_at = "open", None, datetime(2026, 11, 24, 9, tzinfo=UTC)
    look(world)
    assert state(world, 1)[0] == "done"
    issue.state, issue.closed_at, issue.updated_at = "closed", stamp, stamp
