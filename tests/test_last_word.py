"""The last word before a write: said when everything else is done, it stops the request with nothing sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Draft, Filed, Limited, Secret, Sure
from connectors.github import Publisher as GitHubPublisher
from connectors.github import SourceSettings
from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service import pause
from service.refusals import Gate
from service.store import tables, work
from service.store.database import Database
from tests import github_hands, jira_hands
from tests.hands import closed, ends_well, finish, ledger, once, posts, rows, story
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with github_hands.two_repositories() as sandbox:
        yield sandbox


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with jira_hands.sandbox_of() as sandbox:
        sandbox.create_project("PAY")
        yield sandbox


class StopError(Exception):
    """Somebody says no."""


def no() -> None:
    raise StopError


# --- in the connectors


def test_a_no_leaves_nothing_on_the_wire_to_github(github: GitHubSandbox) -> None:
    tracker, draft = github_hands.tracker(github), github_hands.draft(github_hands.incident_of(github))
    github.reset_calls()
    for _ in range(2):  # also on a connection that stands
        with pytest.raises(StopError):
            tracker.create(draft, no)
    assert [call.method for call in github.calls] == ["GET"]
    assert tracker.create(draft, lambda: None).label
    with pytest.raises(StopError):
        tracker.create(draft, no)
    assert posts(github, "/issues") == 1
    assert tracker.create(draft).label, "without a last word it is sent"


def test_a_no_leaves_nothing_on_the_wire_to_jira(jira: JiraSandbox) -> None:
    tracker, draft = jira_hands.tracker(jira), jira_hands.draft()
    for _ in range(2):
        with pytest.raises(StopError):
            tracker.create(draft, no)
    assert jira.calls == []
    assert tracker.create(draft, lambda: None).label
    assert posts(jira, "/issue") == 1


def test_it_is_asked_when_all_is_read_and_again_for_what_is_sent_without_an_assignee(github: GitHubSandbox) -> None:
    seen: list[list[str]] = []
    draft = github_hands.draft(github_hands.incident_of(github), assignee="nobody")
    github.reset_calls()
    github_hands.tracker(github).create(draft, lambda: seen.append([call.method for call in github.calls]))
    assert seen == [["GET"], ["GET", "POST"]]


def test_a_comment_and_its_edit_ask_too(github: GitHubSandbox, jira: JiraSandbox) -> None:
    there = github_hands.incident_of(github)
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    one = GitHubPublisher("ops", SourceSettings(api_url=github.url, token=token))
    two = jira_hands.publisher(jira)
    for publisher in (one, two):
        with pytest.raises(StopError):
            publisher.post(there, "aa", "text", no)
        with pytest.raises(StopError):
            publisher.edit(there, "1", "aa", "text", no)
    assert [call for call in (*github.calls, *jira.calls) if call.method != "GET"] == []


# --- in the story


class Meanwhile:
    """A tracker beside which something happens, between the ledger's commit and the request."""

    def __init__(self, tracker: Any, happens: Callable[[], None]) -> None:
        self._tracker = tracker
        self._happens: Callable[[], None] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracker, name)

    def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return self._tracker.create(draft, sure)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as made:
        made.time = made.now()
        yield made


def beside(world: World, happens: Callable[[], None]) -> None:
    world.parts.trackers["code"] = Meanwhile(world.parts.trackers["code"], happens)  # type: ignore[index]


def test_a_pause_that_comes_after_the_ledgers_commit_stops_the_request(world: World) -> None:
    def paused() -> None:
        with world.database.begin() as connection:
            pause.begin(connection, "A person paused it.", world.now())

    beside(world, paused)
    closed(world)
    world.run()
    assert posts(world.github, "/issues") == 0
    assert "sending" not in {write.state for write in ledger(world).values()}
    with world.database.begin() as connection:
        pause.end(connection, world.settings.public_url, world.now())
    finish(world, minutes=1)
    ends_well(world)
    assert posts(world.github, "/acme/checkout/issues") == 2, "what was surely not sent is not looked for"


def test_a_worker_that_was_overtaken_before_its_bytes_left_sends_nothing(world: World) -> None:
    def overtaken() -> None:
        """The worker is frozen for longer than its lease, and another does all that it had begun."""
        world.later(seconds=work.HOLD.total_seconds() + 1)
        finish(world, minutes=7)

    beside(world, overtaken)
    closed(world)
    finish(world)
    ends_well(world)
    assert posts(world.github, "/acme/checkout/issues") == 2
    assert once(world, 3)


def test_the_last_word_holds_the_incident_for_another_half_minute(world: World) -> None:
    held: list[timedelta] = []

    def late() -> None:
        world.later(seconds=20)
        world.github.fault("POST", r"/acme/checkout/issues$", "hang", 1, seconds=0.1)

    class Watched(Meanwhile):
        def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
            def watched() -> None:
                if sure:
                    sure()
                [row] = rows(world, tables.work, tables.work.c.task == "incident")
                held.append(row.taken_until - world.now())

            return super().create(draft, watched)

    world.parts.trackers["code"] = Watched(world.parts.trackers["code"], late)  # type: ignore[index]
    closed(world)
    finish(world)
    assert held == [work.HOLD] * 2


@on_sqlite
def test_a_limit_that_another_worker_met_meanwhile_stops_the_request(world: World) -> None:
    def met() -> None:
        with Gate(world.parts) as other:
            other.met(other.account("tracker", "code"), world.parts.trackers["code"], Limited("Too much.", 120))

    beside(world, met)
    closed(world)
    finish(world)
    assert posts(world.github, "/acme/checkout/issues") == 0
    finish(world, minutes=3)
    ends_well(world)
    assert posts(world.github, "/acme/checkout/issues") == 2
