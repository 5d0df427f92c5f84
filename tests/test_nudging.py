"""Reminders on real issues over real HTTP: each once, whatever breaks, and never where nothing may be said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service import clock, pause, upkeep
from service.followup import reminding
from service.store import tables
from service.store.database import Database
from tests.hands import closed, finish, ledger, ran_since_ever, rows, story
from tests.world import World

#: a Monday at 10:00 UTC; the story's items came due two working days before
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUE = date(2026, 11, 19)
TICKET = """\
The storage of db-a stopped answering.

## Action items
- [ ] Test pooled connections with a write @alex P1
- [ ] Give a retried payment 2 seconds in all @sam P0
- [ ] Alert on queue depth
"""
MARK = r"afterword:nudge key=([0-9a-f]+)"

#: one store for most of them: what differs between the two is held by the tests of the ledger and of work
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        ran_since_ever(made)
        made.time = NOW - timedelta(days=40)
        closed(made, TICKET)
        finish(made)
        late(made)
        made.time = NOW
        yield made


def late(world: World, due: date | None = DUE, **more: Any) -> None:
    """Every item is due on this day, in the trackers too, and was seen a moment ago."""
    assert world.jira is not None
    for issue in world.github.issues:
        issue.body = re.sub(r"\*\*Due:\*\* \S+", f"**Due:** {due}", issue.body or "")
    for ticket in world.jira.issues:
        if ticket.key.startswith("PAY"):
            ticket.duedate = due.isoformat() if due else None
    change(world, due=due, tracker_due=due, verified_at=NOW, **more)


def change(world: World, *where: Any, **values: Any) -> None:
    with world.database.begin() as connection:
        connection.execute(sa.update(tables.items).where(*where).values(**values))


def nudge(world: World) -> None:
    """The clock asks, and what is due now is done."""
    clock.tick(world.parts)
    world.run(("nudge",))


def said(world: World) -> Counter[str]:
    """Marker → comments that carry it, counted in the trackers' own stores."""
    assert world.jira is not None
    texts = [comment.body for issue in world.github.issues for comment in issue.comments]
    texts += [comment.body.wiki for issue in world.jira.issues for comment in issue.comments]
    return Counter(mark for text in texts for mark in re.findall(MARK, text))


def test_each_late_item_has_one_comment_however_often_the_clock_asks(world: World) -> None:
    for _ in range(3):
        nudge(world)
        world.later(minutes=30)
    assert sorted(said(world).values()) == [1, 1, 1]
    assert {write.state for key, write in ledger(world).items() if key.startswith("nudge:")} == {"done"}
    people = Counter((row.kind, row.number, row.due, row.person) for row in rows(world, tables.nudges))
    assert people == {("after", 1, DUE, "alex"): 2, ("after", 1, DUE, "sam"): 1}  # alex reported it: the lead of it
    text = next(c.body for issue in world.github.issues for c in issue.comments if "afterword:nudge" in c.body)
    assert "This was due on Thu 19 Nov 2026, 4 days ago." in text
    assert "One more reminder comes on Mon 7 Dec 2026." in text
    assert world.errors() == []


@on_sqlite
def test_the_whole_row_of_reminders_comes_on_its_days_and_then_none(world: World) -> None:
    for day in (0, 1, 7, 11, 14, 15, 28, 60):
        world.time = NOW + timedelta(days=day)
        change(world, verified_at=world.now())
        nudge(world)
    days = {(row.at.date(), row.kind) for row in rows(world, tables.nudges)}
    assert days == {(date(2026, 11, 23), "after"), (date(2026, 12, 7), "after")}
    assert sorted(said(world).values()) == [1] * 6


@pytest.mark.parametrize("fault", ["lose_answer", "reset_before"])
def test_a_lost_answer_is_looked_for_and_never_posted_twice(world: World, fault: str) -> None:
    world.github.fault("POST", r"/issues/\d+/comments$", fault)
    nudge(world)
    for _ in range(8):
        world.later(minutes=1)
        world.run(("nudge",))
    assert sorted(said(world).values()) == [1, 1, 1]


@on_sqlite
def test_what_was_refused_is_said_in_the_ledger_and_tried_on_another_day(world: World) -> None:
    world.github.fault("POST", r"/issues/\d+/comments$", "status", status=422, times=20)
    nudge(world)
    failed = [write for key, write in ledger(world).items() if key.startswith("nudge:") and write.state == "failed"]
    assert len(failed) == 2
    assert all(write.reason for write in failed)
    assert world.errors() == []


@on_sqlite
def test_what_ended_without_a_word_is_asked_about_once(world: World) -> None:
    assert world.jira is not None
    two = [issue for issue in world.github.issues if "afterword" in (issue.body or "")][:2]
    for issue in two:
        world.github.close(issue, "not_planned")
    upkeep.look_at(world.parts, "code", verify=False)
    change(world, tables.items.c.issue_label == f"acme/checkout#{two[1].number}", ended_reason="We left that vendor.")
    asked = [0, 0]
    for hours in (0, 96, 120, 240):
        world.time = NOW + timedelta(hours=hours)
        change(world, verified_at=world.now())
        nudge(world)
        asked = [sum("nobody wrote why" in c.body for c in issue.comments) for issue in two]
        assert asked == ([0, 0] if hours == 0 else [1, 0])
    assert world.errors() == []


@on_sqlite
def test_nothing_is_said_on_what_is_not_to_be_reminded_of(world: World) -> None:
    assert decided(world) == 3
    as_before = dict.fromkeys(("snoozed_until", "updated_at", "unreachable_since", "stale_since", "ended_at"))
    for values in (
        {"snoozed_until": date(2026, 11, 24)},
        {"updated_at": NOW - timedelta(days=1)},
        {"in_text": False},
        {"unreachable_since": NOW},
        {"stale_since": NOW},
        {"verified_at": NOW - timedelta(days=3)},
        {"state": "done", "ended_at": NOW},
        {"due": date(2026, 12, 24)},
        {"due": None},
        {"issue_id": None, "issue_label": None},
    ):
        change(world, **values)
        assert decided(world) == 0, values
        change(world, **as_before, due=DUE, state="open", in_text=True, verified_at=NOW)


def decided(world: World) -> int:
    with world.database.read() as connection:
        return sum(one.outcome == "now" for one in reminding.decisions(world.parts, connection, world.now()))


@on_sqlite
def test_what_a_person_closed_a_minute_ago_is_not_reminded_of(world: World) -> None:
    issue = next(one for one in world.github.issues if one.title.startswith("Alert on queue"))
    world.github.close(issue)
    nudge(world)
    assert not [comment for comment in issue.comments if "afterword:nudge" in comment.body]
    assert len(said(world)) == 2


@on_sqlite
def test_while_paused_nothing_is_said_and_afterwards_each_once(world: World) -> None:
    with world.database.begin() as connection:
        pause.begin(connection, "A person paused it.", world.now())
    nudge(world)
    assert not said(world)
    assert rows(world, tables.nudges) == []  # nor decided on: it would speak of today tomorrow
    with world.database.begin() as connection:
        pause.end(connection, world.parts.settings.public_url, world.now())
    world.later(minutes=2)
    world.run(("nudge",))
    assert sorted(said(world).values()) == [1, 1, 1]


@on_sqlite
@pytest.mark.parametrize("now", [NOW + timedelta(hours=12), NOW - timedelta(days=1)])
def test_at_night_and_on_sundays_nobody_is_reminded(world: World, now: datetime) -> None:
    world.time = now
    nudge(world)
    assert not said(world)
    assert rows(world, tables.work, tables.work.c.task.in_(("nudge", "digest"))) == []


@on_sqlite
def test_what_was_decided_on_and_holds_no_more_is_dropped(world: World) -> None:
    world.github.fault("POST", r"/issues/\d+/comments$", "status", status=422, times=20)
    nudge(world)
    change(world, tables.items.c.text.startswith("Alert"), snoozed_until=date(2026, 12, 24))
    pooled = next(issue for issue in world.github.issues if issue.title.startswith("Test pooled"))
    world.github.close(pooled)
    world.sync()
    world.github.clear_faults()
    world.time = NOW + timedelta(days=1, hours=1)
    change(world, verified_at=world.now())
    nudge(world)
    assert Counter(write.state for key, write in ledger(world).items() if key.startswith("nudge:")) == {
        "done": 1, "dropped": 2,
    }  # fmt: skip
    assert sorted(said(world).values()) == [1]


@on_sqlite
def test_a_comment_holds_no_word_of_a_ticket_that_fewer_people_can_read(world: World) -> None:
    ticket = {**rows(world, tables.incidents)[0].ticket, "visibility": "restricted"}
    with world.database.begin() as connection:
        connection.execute(sa.update(tables.incidents).values(ticket=ticket, visibility="restricted"))
    nudge(world)
    texts = [one.body for issue in world.github.issues for one in issue.comments if "afterword:nudge" in one.body]
    assert len(texts) == 2
    assert not any("Checkout slow" in text for text in texts)
    assert all("[acme/ops#1](" in text.replace("\u200b", "") for text in texts)


@on_sqlite
def test_an_owner_who_left_is_not_named_and_the_lead_hears_of_it(database: Database, tmp_path: Path) -> None:
    def left(text: str) -> str:
        return text.replace('name = "alex"\n', 'name = "alex"\nleft = true\nteams = ["checkout"]\n') + (
            '[[people]]\nname = "kim"\ngithub = "kim"\n[[people]]\nname = "checkout"\nteam = true\nlead = "kim"\n'
        )

    with story(database, tmp_path, change=left) as world:
        ran_since_ever(world)
        world.time = NOW - timedelta(days=40)
        closed(world, TICKET, author="stranger")
        finish(world)
        late(world)
        world.time = NOW
        nudge(world)
        pooled = next(one for one in world.github.issues if one.title.startswith("Test pooled"))
        text = next(comment.body for comment in pooled.comments if "afterword:nudge" in comment.body)
        assert "No owner any more. Assign someone here" in text
        assert "kim" not in text
        assert "kim" in {row.person for row in rows(world, tables.nudges)}
