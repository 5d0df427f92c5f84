"""The truth table of the merge: base, ours, theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.base import IssueState, Person, State
from service.followup.merge import MOVED, Change, Known, merge, merge_due, merge_missing

A, B, C = date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)
AT = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
ALEX = Person("alex", "Alex Example")

KNOWN = Known(
    id=1,
    incident_id=7,
    issue_id="I_1",
    issue_label="acme/ops#43",
    issue_url="https://github.example/acme/ops/issues/43",
    issue_native={"number": "43"},
    state=State.OPEN,
    word="open",
    title="Page sooner",
    assignee="alex",
    assignee_name="Alex Example",
    due=A,
    due_rule="30 days, as P1",
    tracker_due=A,
    ended_at=None,
    ended_reason=None,
    updated_at=AT,
    verified_at=AT,
    unreachable_since=None,
    stale_since=None,
)
SEEN = IssueState(
    id="I_1",
    label="acme/ops#43",
    url="https://github.example/acme/ops/issues/43",
    state=State.OPEN,
    word="open",
    title="Page sooner",
    updated_at=AT,
    assignee=ALEX,
    due=A,
    native={"number": "43"},
)
LATER = AT + timedelta(hours=2)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "holds"),
    [
        (None, None, None, None),
        (None, A, None, A),  # the tracker has no dates
        (A, A, None, A),  # nor now: no date says nothing
        (A, B, None, B),
        (A, A, A, A),
        (A, B, A, B),  # ours changed, theirs is an echo
        (A, None, A, None),  # ours was taken away, theirs is an echo
        (A, A, B, B),  # a person moved it there
        (A, B, B, B),  # both came to the same
        (A, B, C, C),  # both changed: the person's word in the tracker wins
        (None, A, A, A),
        (None, A, B, B),  # a date that was there before we looked
        (None, None, B, B),
    ],
)
def test_a_due_date_follows_a_person_and_never_an_echo(
    base: date | None, ours: date | None, theirs: date | None, holds: date | None
) -> None:
    assert merge_due(base, ours, theirs) == holds


def test_an_issue_that_did_not_change_changes_nothing() -> None:
    merged = merge(KNOWN, SEEN)
    assert (merged.values, merged.changes, merged.shows) == ({}, (), False)


def test_a_newer_stamp_alone_is_noted_and_shows_nothing() -> None:
    merged = merge(KNOWN, replace(SEEN, updated_at=LATER))
    assert (merged.values, merged.changes, merged.shows) == ({"updated_at": LATER}, (), False)


def test_a_closed_issue_ends_the_item_at_the_trackers_time() -> None:
    merged = merge(KNOWN, replace(SEEN, state=State.DONE, word="completed", updated_at=LATER, ended_at=AT))
    assert merged.values["state"] is State.DONE
    assert merged.values["ended_at"] == AT
    assert merged.changes == (Change("state", AT, "open", "done"),)
    assert merged.shows


def test_an_end_without_its_own_time_ends_when_the_issue_was_updated() -> None:
    merged = merge(KNOWN, replace(SEEN, state=State.DONE, updated_at=LATER))
    assert merged.values["ended_at"] == LATER


def test_a_later_edit_of_a_closed_issue_does_not_move_its_end() -> None:
    ended = replace(KNOWN, state=State.DONE, ended_at=AT)
    merged = merge(ended, replace(SEEN, state=State.DONE, updated_at=LATER))
    assert merged.values == {"updated_at": LATER}


def test_a_reopened_issue_has_neither_end_nor_reason() -> None:
    ended = replace(KNOWN, state=State.WONT_DO, ended_at=AT, ended_reason="Too dear.")
    merged = merge(ended, replace(SEEN, updated_at=LATER))
    assert (merged.values["ended_at"], merged.values["ended_reason"]) == (None, None)
    assert merged.changes == (Change("state", LATER, "wont_do", "open"),)


def test_a_wont_do_keeps_its_reason() -> None:
    merged = merge(KNOWN, replace(SEEN, state=State.WONT_DO, updated_at=LATER), "Part of the 2027 plan.")
    assert merged.values["ended_reason"] == "Part of the 2027 plan."
    again = merge(replace(KNOWN, state=State.WONT_DO, ended_reason="Part of the 2027 plan."), SEEN)
    assert again.values["ended_reason"] is None


def test_an_answer_older_than_what_is_known_is_left_aside() -> None:
    newer = replace(KNOWN, state=State.DONE, updated_at=LATER, ended_at=LATER)
    assert merge(newer, SEEN).values == {}


def test_a_moved_date_is_followed_and_its_rule_says_so() -> None:
    merged = merge(KNOWN, replace(SEEN, due=C, updated_at=LATER))
    assert (merged.values["due"], merged.values["tracker_due"], merged.values["due_rule"]) == (C, C, MOVED)
    assert merged.changes == (Change("due", LATER, "2026-12-01", "2026-12-15"),)


def test_an_owner_who_was_taken_off_is_an_owner_who_is_gone() -> None:
    merged = merge(KNOWN, replace(SEEN, assignee=None, updated_at=LATER))
    assert (merged.values["assignee"], merged.values["assignee_name"]) == ("", None)
    assert merged.changes == (Change("owner", LATER, "Alex Example", None),)


def test_a_moved_issue_takes_its_new_label_and_address_along() -> None:
    merged = merge(
        KNOWN, replace(SEEN, label="acme/search#9", url="https://github.example/s/9", native={"number": "9"})
    )
    assert merged.values["issue_label"] == "acme/search#9"
    assert merged.values["issue_native"] == {"number": "9"}
    assert merged.shows


def test_a_404_is_unreachable_once_and_keeps_the_last_known_state() -> None:
    merged = merge_missing(KNOWN, LATER)
    assert merged.values == {"unreachable_since": LATER}
    assert merged.changes == (Change("unreachable", LATER),)
    assert merge_missing(replace(KNOWN, unreachable_since=AT), LATER).values == {}


def test_what_ended_stays_ended_when_its_issue_is_gone() -> None:
    assert merge_missing(replace(KNOWN, state=State.DONE), LATER).values == {}


def test_an_issue_that_answers_again_is_reachable() -> None:
    merged = merge(replace(KNOWN, unreachable_since=AT), SEEN)
    assert merged.values == {"unreachable_since": None}
    assert merged.changes == (Change("reachable", AT),)
