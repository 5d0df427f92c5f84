"""Deliveries of one ticket come late, again, and in any order: one end, and it is what its source says."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sandbox.github_world import Issue
from sandbox.jira_world import Issue as JiraIssue
from sandbox.webhooks import Post
from service.postmortem.model import Section
from service.store import tables, work
from service.store.database import Database
from tests.hands import document, filed, finish, incident, item_rows, ours, rows, stored, story
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SETTINGS = "max_per_hour = 100000\n[sync]\nreconcile = 0\n"
SAMPLE = 3
BEFORE = "Slow.\n\n## Summary\nThe first words.\n\n## Action items\n- [ ] Alert on queue depth\n"
AFTER = (
    "Slow.\n\n## Summary\nThe last words.\n\n## Action items\n- [ ] Alert on queue depth\n- [ ] Rehearse a failover\n"
)
WIKI = {BEFORE: "Slow.\n\nh2. Summary\n\nThe first words.\n\nh2. Action items\n\n* Alert on queue depth\n"}
WIKI[AFTER] = WIKI[BEFORE].replace("first", "last") + "* Rehearse a failover\n"

Act = Callable[[World, Any], Any]


@contextmanager
def quietly(world: World) -> Iterator[list[Post]]:
    """What happens within is told to nobody yet; the deliveries are kept, in the order of what happened."""
    assert world.jira is not None
    kept: list[Post] = []

    def keep(post: Post) -> bool:
        kept.append(post)
        return True

    world.github.webhooks.loses = world.jira.webhooks.loses = keep
    yield kept
    world.github.webhooks.loses = world.jira.webhooks.loses = lambda post: False


# --- what happens on GitHub, and on Jira


def gh_close(world: World, ticket: Issue) -> Issue:
    return world.github.close(ticket)


def gh_edit(world: World, ticket: Issue) -> Issue:
    return world.github.edit(ticket, body=AFTER)


def gh_reopen(world: World, ticket: Issue) -> Issue:
    return world.github.reopen(ticket)


def gh_comment(world: World, ticket: Issue) -> Issue:
    world.github.comment(ticket, "Thanks all.", author="alex")
    return ticket


def gh_transfer(world: World, ticket: Issue) -> Issue:
    return world.github.transfer(ticket, "acme/checkout")


def gh_delete(world: World, ticket: Issue) -> Issue:
    world.github.delete(ticket)
    return ticket


def jira_open(world: World) -> JiraIssue:
    assert world.jira is not None
    return world.jira.create_issue("OPS", "Payouts late", WIKI[BEFORE], type="Incident")


def jira_close(world: World, ticket: JiraIssue) -> JiraIssue:
    assert world.jira is not None
    return world.jira.transition(ticket, "Done")


def jira_edit(world: World, ticket: JiraIssue) -> JiraIssue:
    assert world.jira is not None
    return world.jira.change(ticket, description=WIKI[AFTER])


def jira_reopen(world: World, ticket: JiraIssue) -> JiraIssue:
    assert world.jira is not None
    return world.jira.transition(ticket, "In Progress")


def jira_move(world: World, ticket: JiraIssue) -> JiraIssue:
    assert world.jira is not None
    return world.jira.move(ticket, "PAY")


def jira_delete(world: World, ticket: JiraIssue) -> JiraIssue:
    assert world.jira is not None
    world.jira.delete(ticket)
    return ticket


#: what happened at the source, in this order; `ends`: whether it is closed then and its two items are filed
STORIES: dict[str, tuple[Sequence[Act], bool]] = {
    "GitHub: closed again after an edit": ((gh_close, gh_edit, gh_reopen, gh_close), True),
    "GitHub: edited and commented after it was closed": ((gh_close, gh_edit, gh_comment), True),
    "GitHub: open again": ((gh_close, gh_edit, gh_reopen), False),
    "GitHub: twice open again": ((gh_close, gh_reopen, gh_edit, gh_close, gh_reopen), False),
    "GitHub: moved to a repository of ours": ((gh_close, gh_edit, gh_transfer), True),
    "Jira: closed again after an edit": ((jira_close, jira_edit, jira_reopen, jira_close), True),
    "Jira: open again": ((jira_close, jira_edit, jira_reopen), False),
    "Jira: moved to a project of ours": ((jira_close, jira_edit, jira_move), True),
}


def played(world: World, acts: Sequence[Act], *, live: bool = False) -> tuple[Any, list[Post]]:
    """The ticket as it is in the end, an hour after each thing happened, and what is to be told of it. `live`: the
    first of it was told of at once, and its story is told."""
    on_jira = acts[0] is jira_close
    ticket: Any = jira_open(world) if on_jira else incident(world, BEFORE)
    finish(world)
    posts: list[Post] = []
    for number, act in enumerate(acts):
        world.later(hours=1)
        with quietly(world) as kept:
            ticket = act(world, ticket)
        posts += kept
        if live and not number:
            tell(world, kept, between=False)
    world.later(minutes=10)
    return ticket, posts


def tell(world: World, posts: Sequence[Post], *, between: bool) -> None:
    assert world.jira is not None
    for post in posts:
        sandbox = world.github if post.event in ("issues", "issue_comment") else world.jira
        assert sandbox.webhooks.send(post).status == 202
        if between:
            finish(world)
    finish(world, minutes=2)


def end(world: World, ticket: Any, before: int) -> dict[str, Any]:
    """What became of the one incident after so many; without what differs from ticket to ticket."""
    found = rows(world, tables.incidents)[before:]
    if not found:
        return {}
    number = found[0].id
    filed = [row for row in item_rows(world) if row.incident_id == number]
    return {
        "closed": found[0].closed_at is not None,
        "summary": document(world, number).text(Section.SUMMARY),
        "items": [(row.text, row.in_text, row.issue_id is not None) for row in filed],
        "comments": len(ours(ticket)),
        "waits": [
            row.last_error for row in rows(world, tables.work) if row.key == str(number) and row.done < row.wanted
        ],
    }


def expected(ends: bool, live: bool) -> dict[str, Any]:
    items = [("Alert on queue depth", True, ends or live), ("Rehearse a failover", True, ends)]
    return {"closed": ends, "summary": "The last words.", "items": items, "comments": int(ends or live), "waits": []}


def orders(acts: Sequence[Act], name: str, most: int | None) -> list[tuple[list[int], bool]]:
    """Every order, each with the story told after each delivery and at the end alone, and with some told again."""
    every = [list(one) for one in permutations(range(len(acts)))]
    chosen = random.Random(name)
    if most is not None:
        every = [every[0], every[-1], *chosen.sample(every, most - 2)]
    return [(order + chosen.choices(order, k=2), between) for order in every for between in (True, False)]


def told_in_every_order(database: Database, folder: Path, name: str, most: int | None) -> None:
    acts, ends = STORIES[name]
    with story(database, folder, SETTINGS, change=wider, fitting=False) as world:
        world.time = world.now()
        for number, (order, between) in enumerate(orders(acts, name, most)):
            before, live = len(rows(world, tables.incidents)), bool(number // 2 % 2)
            ticket, kept = played(world, acts, live=live)
            assert len(kept) == len(acts)
            tell(world, [kept[index] for index in order], between=between)
            after = end(world, ticket, before)
            assert len(rows(world, tables.incidents)) <= before + 1
            assert after == expected(ends, live), (
                number,
                order,
                between,
                live,
                [row.reason for row in stored(world)[-9:]],
            )


@on_sqlite
@pytest.mark.parametrize("polled", [False, True])
@pytest.mark.parametrize("live", [False, True])
def test_a_ticket_that_closes_again_where_it_was_transferred_to_is_the_same_incident(
    database: Database, tmp_path: Path, live: bool, polled: bool
) -> None:
    with story(database, tmp_path, SETTINGS.replace("= 0", "= 15"), change=wider, fitting=False) as world:
        world.time = world.now()
        ticket = gh_close(world, incident(world, BEFORE))
        if live:
            finish(world, minutes=2)
        world.later(hours=1)
        moved = gh_transfer(world, ticket)
        if polled:
            finish(world)
            world.github.webhooks.loses = lambda post: True
        for act in (gh_reopen, gh_edit, gh_close):
            world.later(hours=1)
            act(world, moved)
        with database.begin() as connection:
            work.ask(connection, "poll", "ops", world.now())
        finish(world, tasks=("incident", "poll"), minutes=3)
        assert end(world, moved, 0) == expected(ends=True, live=live)
        assert len(rows(world, tables.incidents)) == 1
        assert sorted(filed(world).values()) == [1, 1]


#: the ticket is gone in the end, and nobody can ask what it said last
GONE: dict[str, Sequence[Act]] = {
    "GitHub: deleted": (gh_close, gh_edit, gh_delete),
    "GitHub: deleted after it was opened again": (gh_close, gh_reopen, gh_delete),
    "Jira: deleted": (jira_close, jira_edit, jira_delete),
    "Jira: deleted after it was opened again": (jira_close, jira_reopen, jira_delete),
}


def gone_in_every_order(database: Database, folder: Path, name: str, most: int | None) -> None:
    with story(database, folder, SETTINGS, change=wider, fitting=False) as world:
        world.time = world.now()
        for order, between in orders(GONE[name], name, most):
            before = len(rows(world, tables.incidents))
            _, kept = played(world, GONE[name])
            tell(world, [kept[index] for index in order], between=between)
            assert len(rows(world, tables.incidents)) <= before + 1
            assert not [said for said in world.errors() if "fault" in said]
            assert {row.state for row in stored(world)} <= {"done", "ignored"}
        assert set(filed(world).values()) <= {1}
        assert len(rows(world, tables.postmortems)) <= len(rows(world, tables.incidents))


def wider(text: str) -> str:
    text = text.replace('repositories = ["acme/ops"]', 'repositories = ["acme/*"]')
    return text.replace('projects = ["OPS"]', 'projects = ["OPS", "PAY"]')


@on_sqlite
@pytest.mark.parametrize("name", STORIES)
def test_a_sample_of_all_orders_ends_as_the_source_says(database: Database, tmp_path: Path, name: str) -> None:
    told_in_every_order(database, tmp_path, name, SAMPLE)


@on_sqlite
@pytest.mark.parametrize("name", GONE)
def test_a_ticket_that_is_deleted_gets_no_second_document_and_no_second_issue(
    database: Database, tmp_path: Path, name: str
) -> None:
    gone_in_every_order(database, tmp_path, name, 3)


@pytest.mark.whole
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", GONE)
def test_a_ticket_that_is_deleted_gets_nothing_twice_in_any_order(
    database: Database, tmp_path: Path, name: str
) -> None:
    gone_in_every_order(database, tmp_path, name, None)


@pytest.mark.whole
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", STORIES)
def test_every_order_ends_as_the_source_says(database: Database, tmp_path: Path, name: str) -> None:
    told_in_every_order(database, tmp_path, name, None)
