"""What people do with the issues comes back: states, owners, due dates, deletions; our own writing is no change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.followup.week import Week
from service.store import tables, work
from service.store.database import Database
from service.upkeep import weekly_of
from tests.hands import (
    DONE,
    OPEN,
    WONT_DO,
    desk_closed,
    filed,
    finish,
    item_rows,
    made,
    ours,
    rows,
    shown,
    states,
    story,
    told,
)
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def test_what_people_do_comes_back_into_ledger_and_comment(world: World) -> None:
    assert world.jira is not None
    ticket = told(world)
    world.sync()
    world.later(hours=1)
    pooled, alert = made(world)
    (pay,) = world.jira.issues
    world.github.close(pooled, by="alex")
    world.github.assign(alert, "sam")
    world.github.edit(alert, title="Alert on depth of every queue", body=(alert.body or "").replace(
        f"**Due:** {item_rows(world)[2].due}", "**Due:** 2027-06-01"))  # fmt: skip
    world.jira.change(pay, duedate="2027-02-03", assignee=None)
    world.jira.transition(pay, "Done", "Won't Do")
    world.jira.comment(pay, "The payments team replaces it all.")
    world.later(minutes=5)
    world.sync()
    first, second, third = shown(world)[:3]
    assert (first.state, first.ended_at) == (DONE, pooled.closed_at.replace(microsecond=0))
    assert (second.state, second.reason, second.due) == (
        WONT_DO,
        "The payments team replaces it all.",
        date(2027, 2, 3),
    )
    assert (second.owner, third.owner, third.due) == (None, "sam", date(2027, 6, 1))
    assert item_rows(world)[2].title == "Alert on depth of every queue"
    comment = ours(ticket)[0]
    for said in ("● Done | Test pooled", "⊘ Won't do", "3 Feb 2027", "1 Jun 2027", "| sam |"):
        assert said in comment
    happened = {row.kind for row in rows(world, tables.events)}
    assert {"state", "owner", "due", "title"} <= happened


def test_our_own_writing_is_no_change(world: World) -> None:
    ticket = told(world)
    first = ours(ticket)
    for _ in range(3):
        world.later(minutes=10)
        world.sync()
    kinds = {row.kind for row in rows(world, tables.events)}
    assert kinds == {"promised", "filed", "state"}  # the state of the item that was done before
    assert ours(ticket) == first
    assert sum(call.method == "PATCH" for call in world.github.calls) == 0


def test_an_issue_that_is_gone_is_unreachable_and_comes_back(world: World) -> None:
    assert world.jira is not None
    ticket = told(world)
    world.sync()
    world.later(hours=25)
    world.github.delete(made(world)[0])
    world.jira.delete(world.jira.issues[0])
    world.sync()
    assert states(world) == ["unreachable", "unreachable", OPEN, DONE]
    assert ours(ticket)[0].count("◌ Unreachable") == 2
    assert [row.state for row in item_rows(world)][:2] == [OPEN, OPEN]  # as last seen; never deleted
    assert filed(world).total() == 1  # and never filed again
    finish(world, minutes=3)
    assert filed(world).total() == 1


def test_a_refused_token_makes_items_stale_and_what_is_shown_stays_true(world: World) -> None:
    told(world)
    world.sync()
    before = shown(world)
    world.github.tokens.clear()
    world.later(hours=1)
    world.sync()
    after = shown(world)
    assert [one.state for one in after] == [one.state for one in before]
    assert [one.stale_since is not None for one in after] == [True, False, True, False]
    assert after[0].verified_at == before[0].verified_at
    world.github.tokens[world.github.token] = world.github.login
    world.later(hours=1)
    world.sync()
    assert [one.stale_since for one in shown(world)] == [None] * 4


def test_a_report_made_while_a_tracker_refuses_says_what_it_does_not_know(world: World) -> None:
    told(world)
    world.sync()
    world.github.tokens.clear()
    week = Week.of(world.now().date())
    world.later(days=7)
    world.github.close(made(world)[0])  # which nobody can see without a token
    with world.database.begin() as connection:
        work.ask(connection, "report", week.slot, world.now())
    world.jobs.run("report", week.slot)
    assert world.errors() == []
    frozen = json.loads(weekly_of(world.parts).report(week, "json", world.now()))
    told_of = {row["text"]: (row["state"], row["stale"]) for row in frozen["rows"]}
    assert told_of["Test pooled connections with a write"] == ("open", True)
    assert told_of["Alert on queue depth"] == ("open", True)
    assert told_of["Give a retried payment 2 seconds in all"] == ("open", False)
    assert (frozen["open"], frozen["seen"]) == (3, 1)


def test_an_incident_on_jira_has_its_issues_followed_too(world: World) -> None:
    assert world.jira is not None
    desk_closed(world, "h2. Action items\n* Retry payments for 2 seconds\n* Alert on depth\n")
    finish(world)
    pay = next(issue for issue in world.jira.issues if issue.project.key == "PAY")
    world.later(minutes=5)
    world.jira.transition(pay, "Done")
    finish(world, tasks=("incident", "sync"))  # the tracker's own webhook hastens the sync
    assert states(world) == [DONE, OPEN]
