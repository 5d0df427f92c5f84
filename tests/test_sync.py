"""One tracker asked, its answers merged, on a real database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.base import (
    Denied,
    Limited,
    Sighting,
    State,
    Tracked,
    Unavailable,
)
from service.followup.sync import SyncResult, sync
from service.store.database import Database
from service.store.followups import progress
from service.store.standings import standings
from service.store.tables import events, incidents, items
from tests.memory_tracker import DUE, MemoryTracker

T0 = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)


@pytest.fixture
def tracker() -> MemoryTracker:
    return MemoryTracker()


def promise(database: Database, tracker: MemoryTracker, *numbers: int) -> None:
    """One incident, and for each number an item that is filed as the issue of that number."""
    with database.begin() as connection:
        connection.execute(
            incidents.insert().values(
                id=1, source="ops", key="42", ref="acme/ops#42", url="https://github.example/acme/ops/issues/42",
                title="Checkout slow", visibility="internal", labels=[], services=[], opened_at=T0, closed_at=T0,
                ticket={}, created_at=T0,
            )
        )  # fmt: skip
        for number in numbers:
            tracker.put(number, T0)
            issue = tracker.issues[f"I_{number}"]
            connection.execute(
                items.insert().values(
                    id=number, incident_id=1, key=f"k{number}", number=number, text=f"Item {number}", due=DUE, refs=[],
                    due_rule="as written", anchor="text", position=number, unclear=[], created_at=T0, notes=[],
                    tracker="code", place="acme/ops", issue_id=issue.id, issue_label=issue.label, issue_url=issue.url,
                    issue_native={}, tracker_due=DUE, assignee="alex", verified_at=T0,
                )
            )  # fmt: skip


def later(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def run(database: Database, tracker: MemoryTracker, now: datetime, **how: Any) -> SyncResult:
    return sync(database, "code", tracker, now, **how)


def happened(database: Database, item: int) -> list[tuple[str, datetime, datetime, str | None, str | None]]:
    with database.read() as connection:
        rows = connection.execute(sa.select(events).where(events.c.item_id == item).order_by(events.c.seq))
        return [(row.kind, row.happened_at, row.learned_at, row.was, row.now) for row in rows]


def row(database: Database, item: int) -> Any:
    with database.read() as connection:
        return connection.execute(sa.select(items).where(items.c.id == item)).one()


def test_a_closed_issue_ends_its_item_with_both_times(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1, 2)
    run(database, tracker, later(1))
    tracker.put(1, later(30), state=State.DONE, word="completed", ended_at=later(30))
    result = run(database, tracker, later(31))
    assert result.incidents == {1}
    assert result.changed == 1
    assert happened(database, 1) == [("state", later(30), later(31), "open", "done")]
    assert happened(database, 2) == []
    assert (row(database, 1).state, row(database, 1).word, row(database, 1).ended_at) == (
        "done",
        "completed",
        later(30),
    )


def test_nothing_changed_is_one_call_and_no_incident(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1, 2, 3)
    run(database, tracker, later(1))
    tracker.calls.clear()
    result = run(database, tracker, later(2))
    assert tracker.calls == ["changes"]
    assert (result.incidents, result.changed, result.verified) == (frozenset(), 0, 0)


def test_only_a_read_by_id_says_that_an_item_was_seen(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.put(1, later(2), title="Another title")
    run(database, tracker, later(3))
    assert row(database, 1).verified_at == later(1)
    run(database, tracker, later(4), verify=True)
    assert row(database, 1).verified_at == later(4)


def test_open_items_are_read_by_id_once_a_day(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1, 2)
    tracker.put(2, T0, state=State.DONE)
    run(database, tracker, later(1))
    run(database, tracker, later(24.9))
    assert row(database, 1).verified_at == later(1)
    result = run(database, tracker, later(25))
    assert result.verified == 1  # the ended one is left alone
    assert row(database, 1).verified_at == later(25)


def test_a_404_keeps_the_last_known_state_until_it_answers_again(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    tracker.put(1, later(0.5), state=State.IN_PROGRESS, word="In Review")
    run(database, tracker, later(1))
    tracker.gone = {"I_1"}
    assert run(database, tracker, later(26)).incidents == {1}
    lost = row(database, 1)
    assert (lost.state, lost.word, lost.unreachable_since, lost.verified_at) == (
        "in_progress", "In Review", later(26), later(1),
    )  # fmt: skip
    with database.read() as connection:
        assert [one.state for one in standings(connection)] == ["unreachable"]
    tracker.gone = set()
    run(database, tracker, later(51))
    assert (row(database, 1).unreachable_since, row(database, 1).verified_at) == (None, later(51))
    assert [kind for kind, *_ in happened(database, 1)] == ["state", "unreachable", "reachable"]


def test_a_refused_repository_makes_its_items_stale_and_is_told_with_its_beginning(
    database: Database, tracker: MemoryTracker
) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.refused = {"acme/ops"}
    run(database, tracker, later(2))
    result = run(database, tracker, later(3))
    assert [(one.scope, one.status, one.since, one.items) for one in result.troubles] == [
        ("acme/ops", 403, later(2), (1,))
    ]
    assert row(database, 1).stale_since == later(2)
    assert result.incidents == frozenset()
    with database.read() as connection:
        assert progress(connection, "code").last_ok_at == later(1)


def test_what_answers_again_is_read_by_id_as_the_cursor_may_have_moved_on(
    database: Database, tracker: MemoryTracker
) -> None:
    promise(database, tracker, 1, 2)
    tracker.issues["I_2"] = replace(tracker.issues["I_2"], label="acme/platform#2")
    with database.begin() as connection:
        connection.execute(sa.update(items).where(items.c.id == 2).values(issue_label="acme/platform#2"))
    run(database, tracker, later(1))
    tracker.refused = {"acme/platform"}
    tracker.put(2, later(2), state=State.DONE, ended_at=later(2))
    tracker.put(1, later(3), title="Newer")  # moves the cursor past the end of 2
    run(database, tracker, later(4))
    assert row(database, 2).state == "open"
    tracker.refused = set()
    run(database, tracker, later(5))
    assert (row(database, 2).state, row(database, 2).stale_since) == ("done", None)
    assert happened(database, 2) == [("state", later(2), later(5), "open", "done")]
    with database.read() as connection:
        assert progress(connection, "code").troubles == ()


@pytest.mark.parametrize("error", [Unavailable("no answer"), Denied("bad credentials", status=401)])
def test_a_tracker_that_does_not_answer_at_all_makes_every_item_stale(
    database: Database, tracker: MemoryTracker, error: Exception
) -> None:
    promise(database, tracker, 1, 2)
    run(database, tracker, later(1))
    tracker.down = error
    result = run(database, tracker, later(2))
    assert [one.items for one in result.troubles] == [(1, 2)]
    assert row(database, 2).stale_since == later(2)
    tracker.down = None
    run(database, tracker, later(3))
    assert row(database, 2).stale_since is None


def test_a_limit_is_for_the_caller_and_changes_nothing(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    tracker.down = Limited("slow down", 60.0, status=429)
    with pytest.raises(Limited):
        run(database, tracker, later(2))
    assert row(database, 1).stale_since is None


def test_a_limit_of_one_part_is_told_and_makes_nothing_stale(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.refused, tracker.status = {"acme/ops"}, 429
    result = run(database, tracker, later(2))
    assert [(one.status, one.items) for one in result.troubles] == [(429, ())]
    assert row(database, 1).stale_since is None


def test_a_wont_do_is_asked_for_its_reason_once(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.put(1, later(2), state=State.WONT_DO, word="not planned")
    run(database, tracker, later(3))
    tracker.put(1, later(4), title="Edited after the end")
    run(database, tracker, later(5))
    assert tracker.calls.count("reason") == 1
    assert row(database, 1).ended_reason == "Part of the 2027 plan."


def test_a_date_that_a_person_moved_in_the_tracker_is_followed(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.put(1, later(2), due=date(2027, 1, 15))
    run(database, tracker, later(3))
    assert row(database, 1).due == date(2027, 1, 15)
    assert ("due", later(2), later(3), "2026-12-17", "2027-01-15") in happened(database, 1)


def test_a_sync_that_was_taken_over_writes_nothing(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)
    tracker.put(1, later(2), state=State.DONE)

    def lost(connection: sa.Connection) -> None:
        raise RuntimeError("overtaken")

    with pytest.raises(RuntimeError, match="overtaken"):
        run(database, tracker, later(3), hold=lost)
    assert row(database, 1).state == "open"


def test_the_incidents_to_refresh_are_asked_for_in_the_same_transaction(
    database: Database, tracker: MemoryTracker
) -> None:
    promise(database, tracker, 1)
    run(database, tracker, later(1))
    tracker.put(1, later(2), state=State.DONE)

    def killed(connection: sa.Connection, incidents: frozenset[int]) -> None:
        raise RuntimeError(f"killed with {sorted(incidents)}")

    with pytest.raises(RuntimeError, match=r"killed with \[1\]"):
        run(database, tracker, later(3), then=killed)
    assert row(database, 1).state == "open"  # so the next sync sees the change again


def test_the_tracker_is_asked_while_no_transaction_is_open(database: Database, tracker: MemoryTracker) -> None:
    promise(database, tracker, 1)

    class Writing(MemoryTracker):
        def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
            with database.begin() as connection:  # would wait for ever if the sync held the write lock
                connection.execute(sa.update(items).values(why="written meanwhile"))
            return super().changes(since, tracked)

    writing = Writing()
    writing.issues = tracker.issues
    run(database, writing, later(1))
    assert row(database, 1).why == "written meanwhile"


def test_a_thousand_items_of_which_twenty_changed_add_no_call_for_each(
    database: Database, tracker: MemoryTracker
) -> None:
    promise(database, tracker, *range(1, 1001))
    run(database, tracker, later(1))
    assert tracker.calls == ["changes"] + ["states"] * 10
    tracker.calls.clear()
    for number in range(1, 21):
        tracker.put(number, later(2), state=State.DONE)
    result = run(database, tracker, later(3))
    assert tracker.calls == ["changes"]
    assert result.changed == 20


def test_a_tracker_without_items_is_not_asked(database: Database, tracker: MemoryTracker) -> None:
    assert run(database, tracker, later(1)).changed == 0
    assert tracker.calls == []
