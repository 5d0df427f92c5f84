"""What we did ourselves comes back as a webhook, and leads to nothing; what a person did leads to a reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.github import payload as github
from connectors.github.settings import SourceSettings as GitHubSource
from connectors.jira import payload as jira
from connectors.jira.settings import SourceSettings as JiraSource
from sandbox.jira_payloads import issue_event, signed
from sandbox.jira_world import History, change_item
from sandbox.webhooks import Post
from service.store import tables
from service.store.database import Database
from tests.hands import desk_closed, finish, made, rows, stored, story, told
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DESK = "Payouts wait.\n\nh2. Action items\n* Alert on late payment\n* Alert on queue depth\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, "[sync]\nreconcile = 0\n", fitting=False) as made:
        made.time = made.now()
        yield made


def readings(world: World) -> int:
    """Calls that read an incident ticket of either source."""
    assert world.jira is not None
    asked = [call.path for call in (*world.github.calls, *world.jira.calls) if call.method == "GET"]
    return sum("/issues/" in path or "/issue/" in path for path in asked)


def test_a_whole_story_reads_its_ticket_once_whatever_comes_back_of_it(world: World) -> None:
    told(world)
    finish(world, minutes=2)
    assert {row.reads_done for row in rows(world, tables.incidents)} == {1}
    said = [row.reason for row in stored(world)]
    assert "A comment of our own on acme/ops#1." in said


@on_sqlite
def test_an_issue_that_we_filed_beside_the_tickets_is_no_news(database: Database, tmp_path: Path) -> None:
    def beside(text: str) -> str:
        return text.replace('["acme/checkout", "acme/ops"]', '["acme/ops", "acme/checkout"]')

    with story(database, tmp_path, change=beside, fitting=False) as world:
        told(world)
        finish(world, minutes=2)
        opened = [row for row in stored(world) if row.reason.endswith("is an issue that we filed ourselves.")]
        assert len(opened) == len(made(world)) == 2
        assert {row.state for row in opened} == {"ignored"}


def linked(world: World, ticket: Any, by: str, *more: dict[str, Any]) -> Post:
    """Jira tells of a link on the ticket, as it does of each that we make."""
    assert world.jira is not None
    items = (change_item("Link", None, None, "PAY-1", "This work item relates to PAY-1"), *more)
    history = History(world.jira.world.next_id(), by, world.now(), items)
    answers, hook = world.jira.hook_answers(), world.jira.webhooks.hooks[0]
    return signed(hook, issue_event(answers, ticket, "jira:issue_updated", "issue_updated", by, world.now(), history))


@on_sqlite
def test_our_own_link_and_comment_on_a_jira_ticket_cost_no_reading_and_a_persons_does(world: World) -> None:
    assert world.jira is not None
    ticket = desk_closed(world, DESK)
    finish(world, minutes=2)
    before = readings(world)
    world.jira.webhooks.send(linked(world, ticket, world.jira.account_id))
    finish(world, minutes=1)
    assert readings(world) == before
    assert (stored(world)[-1].state, stored(world)[-1].reason) == (
        "ignored",
        "OPS-1 was linked by ourselves, which says nothing new.",
    )
    mine = next(one for one in ticket.comments if "afterword:comment" in one.body.wiki)
    world.jira.edit_comment(ticket, mine, mine.body, by=world.jira.account_id)
    finish(world, minutes=1)
    assert readings(world) == before
    assert stored(world)[-1].state == "ignored"
    sam = world.jira.person("Sam Example")
    world.jira.webhooks.send(linked(world, ticket, sam))
    finish(world, minutes=1)
    assert readings(world) > before
    assert stored(world)[-1].state == "done"


@on_sqlite
def test_a_persons_edit_and_a_comment_that_quotes_ours_are_read(world: World) -> None:
    ticket = told(world)
    finish(world, minutes=1)
    ours = next(one.body for one in ticket.comments if "<!-- afterword:" in one.body)
    for act in (
        lambda: world.github.comment(ticket, f"> {ours}\n\nThis one is done.", author="alex"),
        lambda: world.github.edit(ticket, body="Another text.\n\n## Action items\n- [ ] Alert on queue depth\n"),
    ):
        before, upto = readings(world), len(stored(world))
        world.later(minutes=1)
        act()
        finish(world, minutes=1)
        assert readings(world) > before
        assert stored(world)[upto].state == "done"


# --- read alone


def github_said(own: tuple[int, ...], author: int, body: str) -> str:
    settings = GitHubSource(kind="github", unsigned=True, labels=("incident",))
    user = {"login": "one", "id": author}
    issue = {"number": 1, "node_id": "I_1", "state": "closed", "labels": [{"name": "incident"}]}
    issue |= {"created_at": "2026-11-23T13:00:00Z", "closed_at": "2026-11-23T14:00:00Z"}
    comment = {"body": body, "user": user}
    said = {"action": "created", "issue": issue, "comment": comment, "repository": {"full_name": "acme/ops"}}
    headers = {"x-github-event": "issue_comment"}
    return github.read("ops", settings, headers, json.dumps(said).encode(), own).said.value


def jira_said(own: tuple[str, ...], author: str, body: str) -> str:
    settings = JiraSource(kind="jira", url="https://jira.example.org", unsigned=True)
    fields = {"status": {"statusCategory": {"key": "done"}}, "created": "2026-11-23T13:00:00.000+0000"}
    comment = {"id": "1", "author": {"accountId": author}, "body": body}
    said = {"webhookEvent": "comment_created", "issue": {"id": "1", "key": "OPS-1", "fields": fields}}
    return jira.read("desk", settings, json.dumps({**said, "comment": comment}).encode(), own).said.value


@pytest.mark.parametrize(
    ("known", "by_us", "marked", "said"),
    [
        (True, True, True, "nothing"),
        (True, True, False, "edited"),  # a person may share our account
        (True, False, True, "edited"),  # a person who quotes us
        (True, False, False, "edited"),
        (False, True, True, "nothing"),
        (False, True, False, "edited"),
    ],
)
def test_an_echo_is_our_marker_by_our_account(known: bool, by_us: bool, marked: bool, said: str) -> None:
    text = "Done.\n\n<!-- afterword:comment key=0123456789abcdef -->" if marked else "Done."
    assert github_said((7,) if known else (), 7 if by_us else 8, text) == said
    text = "Done.\n\nafterword:comment key=0123456789abcdef" if marked else "Done."
    assert jira_said(("712020:we",) if known else (), "712020:we" if by_us else "712020:sam", text) == said
