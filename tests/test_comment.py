"""The one comment on the incident ticket: posted once, edited when a line changes, left alone by us when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.comment import marker_of
from service.store import incidents
from service.store.database import Database
from tests.hands import COMMENT, TICKET, closed, desk_closed, finish, ledger, made, ours, posts, story, told
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DESK = "h2. Action items\n* Alert on depth\n* Rehearse a failover\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def edits(world: World) -> int:
    assert world.jira is not None
    calls = (*world.github.calls, *world.jira.calls)
    return sum(call.method in ("PATCH", "PUT") and "/comment" in call.path for call in calls)


def work_on(world: World) -> None:
    """Somebody closes the first issue, and it is seen."""
    world.later(minutes=5)
    world.github.close(made(world)[0])
    world.sync()


def on_both(world: World, where: str) -> Any:
    ticket: Any = closed(world) if where == "github" else desk_closed(world, DESK)
    finish(world)
    return ticket


@pytest.mark.parametrize("where", ["github", "jira"])
def test_it_is_posted_once_and_edited_in_place(world: World, where: str) -> None:
    ticket = on_both(world, where)
    (first,) = ours(ticket)
    number = ticket.comments[0].id
    work_on(world)
    (second,) = ours(ticket)
    assert ticket.comments[0].id == number
    assert "● Done" in second
    assert first != second
    assert edits(world) == 1


def test_an_edit_on_jira_sends_nobody_a_mail(world: World) -> None:
    assert world.jira is not None
    ticket = on_both(world, "jira")
    work_on(world)
    assert (ticket.key, "comment edited") not in world.jira.notified
    assert all(call.query.get("notifyUsers") == ["false"] for call in world.jira.calls if call.method == "PUT")


@pytest.mark.parametrize("where", ["github", "jira"])
def test_it_is_not_edited_when_only_its_stamp_would_change(world: World, where: str) -> None:
    ticket = on_both(world, where)
    before = ours(ticket)
    for _ in range(3):
        world.later(hours=3)
        world.sync()
        finish(world)
    assert (edits(world), ours(ticket)) == (0, before)


@pytest.mark.parametrize("where", ["github", "jira"])
def test_deleted_by_a_person_it_stays_deleted(world: World, where: str) -> None:
    ticket = on_both(world, where)
    if where == "github":
        world.github.delete_comment(ticket, ticket.comments[0])
    else:
        assert world.jira is not None
        world.jira.delete_comment(ticket, ticket.comments[0])
    finish(world)
    work_on(world)
    assert ours(ticket) == []
    assert ledger(world)["comment:1"].state == "dropped"
    calls = posts(world.github, "/comments") + posts(world.jira, "/comment")
    world.later(hours=1)
    world.github.close(made(world)[1])
    world.sync()
    world.restart()
    finish(world)
    assert posts(world.github, "/comments") + posts(world.jira, "/comment") == calls == 1
    assert ours(ticket) == []


def test_a_persons_comments_are_never_touched_even_with_our_words_in_them(world: World) -> None:
    ticket = told(world)
    copied = world.github.comment(ticket, ours(ticket)[0], author="sam", association="MEMBER")
    finish(world)
    work_on(world)
    assert "● Done | Test pooled" not in copied.body
    assert "● Done | Test pooled" in ticket.comments[0].body
    assert len(ticket.comments) == 2


def test_a_forged_comment_of_a_stranger_is_not_taken_for_ours(world: World) -> None:
    ticket = closed(world)
    world.run(tasks=())  # the closing is known, and nothing done yet
    with world.database.read() as connection:
        known = incidents.get(connection, 1)
    assert known is not None
    for marker in ("0" * 24, marker_of(world.parts, known)):
        world.github.comment(ticket, f"<!-- {COMMENT}{marker} -->\nNothing to do here.", author="mallory")
    finish(world)
    assert [comment.author for comment in ticket.comments] == ["mallory", "mallory", world.github.login]
    work_on(world)
    assert [comment.body.count("● Done | Test pooled") for comment in ticket.comments] == [0, 0, 1]


def test_what_a_person_changed_in_our_comment_is_replaced_by_the_truth_at_the_next_change(world: World) -> None:
    ticket = told(world)
    world.github.edit_comment(ticket, ticket.comments[0], ticket.comments[0].body.replace("Alert", "Ignore"), by="sam")
    finish(world)
    work_on(world)
    assert "Ignore on queue depth" not in ours(ticket)[0]
    assert "Alert on queue depth" in ours(ticket)[0]


def test_a_ticket_that_takes_no_comments_holds_up_no_issue(world: World) -> None:
    world.github.fault("POST", r"/issues/1/comments$", "status", 1, status=403, body={"message": "Issue is locked"})
    ticket = told(world)
    assert len(made(world)) == 2
    assert (ours(ticket), ledger(world)["comment:1"].state) == ([], "failed")
    assert "Issue is locked" in ledger(world)["comment:1"].reason
    world.later(hours=1, minutes=1)
    finish(world)
    assert len(ours(ticket)) == 1


@pytest.mark.parametrize("fault", ["lose_answer", "status", "reset_before", "html"])
@pytest.mark.parametrize("where", ["github", "jira"])
def test_an_edit_whose_answer_is_lost_is_made_again(world: World, where: str, fault: str) -> None:
    ticket = on_both(world, where)
    getattr(world, where).fault(None, r"/comments?/\d+$", fault)
    work_on(world)
    finish(world, minutes=2)
    assert "● Done" in ours(ticket)[0]
    assert len(ours(ticket)) == 1


def test_a_ticket_without_action_items_says_what_is_missing(world: World) -> None:
    ticket = told(world, "It was slow, then it was not.")
    (comment,) = ours(ticket)
    assert "No action items are recorded yet." in comment
    assert "**Not recorded yet:**" in comment
    assert made(world) == []


def test_a_change_in_the_ticket_is_a_change_in_the_comment(world: World) -> None:
    ticket = told(world)
    world.later(minutes=5)
    world.github.edit(
        ticket, body=TICKET + "\n## Impact\n1 in 12 payments failed.\n\n## Lessons learned\nTest writes.\n"
    )
    finish(world)
    assert "impact" not in ours(ticket)[0].split("Not recorded yet")[1].split("[Add it]")[0]
    assert edits(world) == 1


def test_many_items_with_long_names_fit(world: World) -> None:
    lines = "".join(
        f"- [ ] Check the {number}th replica of the database and its {'long ' * 30}name\n" for number in range(29)
    )
    ticket = told(world, f"## Action items\n{lines}")
    assert len(ours(ticket)[0]) < 65_536
    assert ours(ticket)[0].count("acme/checkout#") == 29
    assert ledger(world)["comment:1"].state == "done"
