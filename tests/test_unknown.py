"""Lost answers, limits, restores and races: each item ends with exactly one issue, each ticket with one comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.filing import MOST_POSTS
from service.store.database import Database
from tests.hands import (
    TICKET,
    closed,
    desk_closed,
    ends_well,
    filed,
    finish,
    ledger,
    once,
    ours,
    posts,
    shown,
    states,
    story,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def hasty(text: str) -> str:
    """Answers are waited for a second at most."""
    return re.sub(r'^(kind = "(github|jira)")$', r"\1\ntimeout = 1", text, flags=re.MULTILINE)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, change=hasty, fitting=False) as made:
        yield made


WRITES = {
    "an issue on GitHub": ("github", r"/acme/checkout/issues$"),
    "an issue on Jira": ("jira", r"/issue$"),
    "the comment on GitHub": ("github", r"/issues/1/comments$"),
    "the comment on Jira": ("jira", r"/issue/\d+/comment$"),
}
FAULTS: dict[str, dict[str, Any]] = {
    "lose_answer": {},
    "truncate": {},
    "hang": {"seconds": 1.3},
    "html": {},
    "reset_before": {},
    "status 500, done": {"status": 500, "acts": True},
    "status 502, not done": {"status": 502, "acts": False},
    "status 503, done": {"status": 503, "acts": True},
    "status 408, done": {"status": 408, "acts": True},
    "status 302, not done": {"status": 302, "acts": False, "headers": {"Location": "/login"}},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", WRITES)
@on_sqlite
def test_a_lost_answer_ends_with_exactly_one(world: World, what: str, fault: str) -> None:
    assert world.jira is not None
    sandbox, path = WRITES[what]
    getattr(world, sandbox).fault("POST", path, fault.split()[0], 1, **FAULTS[fault])
    if what == "the comment on Jira":
        ticket: Any = desk_closed(
            world, TICKET.replace("## ", "h2. ").replace("- [ ] ", "* ").replace("- [x] ", "* (/) ")
        )
    else:
        ticket = closed(world)
    finish(world, minutes=7)
    assert len(ours(ticket)) == 1
    assert set(filed(world).values()) == {1}
    assert len(filed(world)) >= 3
    assert {write.state for write in ledger(world).values()} == {"done"}
    assert world.errors() == []


@pytest.mark.parametrize(("fault", "times"), [("lose_answer", 8), ("status", 2)])
def test_every_answer_lost_at_first_ends_with_exactly_one_of_each(world: World, fault: str, times: int) -> None:
    for sandbox in (world.github, world.jira):
        assert sandbox is not None
        sandbox.fault("POST", r"/(issues|issue|comments|remotelink)$", fault, times)
    ticket = closed(world)
    finish(world, minutes=25)
    ends_well(world)
    assert len(ours(ticket)) == 1


@on_sqlite
def test_while_an_outcome_is_unknown_the_ticket_says_so_and_nothing_is_sent_again(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "reset_before")
    ticket = closed(world)
    finish(world)
    assert states(world)[0] == "waiting"
    assert "The answer of GitHub was lost" in shown(world)[0].reason
    assert posts(world.github, "/acme/checkout/issues") == 2  # one for each item, none twice
    assert "Waiting for a person" in ours(ticket)[0]
    finish(world, minutes=4)
    assert posts(world.github, "/acme/checkout/issues") == 2
    finish(world, minutes=2)
    assert posts(world.github, "/acme/checkout/issues") == 3
    ends_well(world)
    assert "Waiting for a person" not in ours(ticket)[0]


@on_sqlite
def test_an_issue_that_shows_late_in_the_listing_is_still_found(world: World) -> None:
    assert world.jira is not None
    world.jira.index_lag = timedelta(minutes=3)
    world.jira.fault("POST", r"/issue$", "lose_answer")
    closed(world)
    finish(world, minutes=7)
    ends_well(world)
    assert posts(world.jira, "/issue") == 1


@on_sqlite
def test_where_a_person_is_to_be_asked_nothing_is_sent_a_second_time(database: Database, tmp_path: Path) -> None:
    def asking(text: str) -> str:
        return hasty(text).replace("[filing]", '[filing]\non_unknown = "ask"')

    with story(database, tmp_path, change=asking, fitting=False) as world:
        world.github.fault("POST", r"/acme/checkout/issues$", "reset_before")
        ticket = closed(world)
        finish(world, minutes=20)
        assert posts(world.github, "/acme/checkout/issues") == 2
        assert states(world) == ["waiting", "open", "open", "done"]
        assert "If it does not exist, file it now." in shown(world)[0].reason
        assert "link one or file it" in ours(ticket)[0]
        world.restart()
        finish(world, minutes=3)
        assert posts(world.github, "/acme/checkout/issues") == 2


@on_sqlite
def test_a_tracker_that_never_answers_is_not_written_to_without_end(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 99)
    closed(world)
    finish(world, minutes=75)
    assert states(world)[0] == "waiting"
    assert posts(world.github, "/acme/checkout/issues") <= 2 * MOST_POSTS


# --- nothing was sent, or refused for now


def test_a_tracker_that_is_down_is_tried_again_freely(world: World) -> None:
    assert world.jira is not None
    world.jira.stop()
    ticket = closed(world)
    finish(world, minutes=3)
    assert once(world, 2)
    assert len(ours(ticket)) == 1
    world.jira.start()
    finish(world, minutes=1)
    ends_well(world)
    assert posts(world.jira, "/issue") == 1


LIMITS = [
    ("github", r"/acme/checkout/issues$", {"status": 403, "headers": {"Retry-After": "180"}}),
    ("github", r"/acme/checkout/issues$", {"status": 429, "headers": {"Retry-After": "180"}}),
    ("github", r"/issues/1/comments$", {"status": 429, "headers": {"Retry-After": "180"}}),
    ("jira", r"/issue$", {"status": 429, "headers": {"Retry-After": "180"}}),
]


@pytest.mark.parametrize(("where", "path", "limit"), LIMITS)
@on_sqlite
def test_a_limit_is_waited_for_as_long_as_it_says(world: World, where: str, path: str, limit: dict[str, Any]) -> None:
    sandbox = getattr(world, where)
    world.time = world.now()
    sandbox.fault("POST", path, "status", 1, **limit)
    ticket = closed(world)
    finish(world, minutes=8)
    ends_well(world)
    assert len(ours(ticket)) == 1
    refused, *after = [call for call in sandbox.calls if call.method == "POST" and re.search(path, call.path)]
    assert refused.fault
    title = refused.body.get("title")  # the other item of the same repository is tried when its turn comes
    again = next(call for call in after if call.body.get("title") == title)
    assert again.at - refused.at >= timedelta(seconds=180)


@on_sqlite
def test_a_limit_on_reading_delays_the_story_and_files_nothing_twice(world: World) -> None:
    world.github.fault("GET", r"/issues/1$", "status", 1, status=429, headers={"Retry-After": "120"})
    closed(world)
    finish(world, minutes=1)
    assert world.github.count("GET", "/issues/1") == 1
    finish(world, minutes=2)
    ends_well(world)
