"""What a tracker says of an issue, merged into what the ledger holds. Pure.

Per field there are three values: base (last seen there, or last written by us), ours, theirs (seen now). An echo is a
fetched value equal to the base, whoever wrote it. A person's word wins: only a value that differs from the base moves
ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.base import IssueState, State

MOVED = "moved in the issue"


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger holds of one item that has an issue. `state` is the last known one, also while unreachable."""

    id: int
    incident_id: int
    issue_id: str
    issue_label: str
    issue_url: str
    issue_native: Mapping[str, str]
    state: State
    word: str
    title: str | None
    assignee: str | None
    assignee_name: str | None
    due: date | None  # ours
    due_rule: str
    tracker_due: date | None  # base
    ended_at: datetime | None
    ended_reason: str | None
    updated_at: datetime | None
    verified_at: datetime | None
    unreachable_since: datetime | None
    stale_since: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """One event to be written. `happened_at` is the tracker's time."""

    kind: str
    happened_at: datetime
    was: str | None = None
    now: str | None = None
    who: str | None = None  # who did it, where the tracker says so


@dataclass(frozen=True, slots=True)
class Merged:
    """Columns of the item to be set, and what happened. `shows`: something that a reader sees is different."""

    values: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    shows: bool = False


def merge_due(base: date | None, ours: date | None, theirs: date | None) -> date | None:
    """The due date that holds from now on.

    No date there says nothing: the tracker may have no such field. Equal to the base is an echo. Anything else was
    written by a person.
    """
    return ours if theirs is None or theirs == base else theirs


def merge(known: Known, seen: IssueState, reason: str | None = None) -> Merged:
    """An issue was seen. An answer older than what is known changes nothing but that it can be reached.

    `reason`: of a "won't do", None if it was not asked for.
    """
    values: dict[str, Any] = {}
    changes: list[Change] = []
    if known.unreachable_since is not None:
        values["unreachable_since"] = None
        changes.append(Change("reachable", seen.updated_at))
    if known.updated_at is None or seen.updated_at >= known.updated_at:
        values |= _fields(known, seen)
        changes += _changes(known, seen, values)
        if seen.state is State.WONT_DO and reason is not None:
            values["ended_reason"] = reason
    values = {name: value for name, value in values.items() if getattr(known, name) != value}
    return Merged(values, tuple(changes), shows=bool(values.keys() - {"updated_at", "tracker_due", "issue_native"}))


def merge_missing(known: Known, now: datetime) -> Merged:
    """The tracker answers 404: unreachable, never a deletion. The last known state is kept; what ended stays ended."""
    if known.unreachable_since is not None or known.state.ended:
        return Merged()
    return Merged({"unreachable_since": now}, (Change("unreachable", now),), shows=True)


def _fields(known: Known, seen: IssueState) -> dict[str, Any]:
    due = merge_due(known.tracker_due, known.due, seen.due)
    return {
        "state": seen.state,
        "word": seen.word,
        "title": seen.title,
        # "" says that somebody was assigned and a person took that back; None, that nobody ever was
        "assignee": seen.assignee.id if seen.assignee else "" if known.assignee else known.assignee,
        "assignee_name": seen.assignee.name if seen.assignee else None,
        "tracker_due": seen.due,
        "due": due,
        "due_rule": known.due_rule if due == known.due else MOVED,
        "ended_at": (seen.ended_at or known.ended_at or seen.updated_at) if seen.state.ended else None,
        "ended_reason": known.ended_reason if seen.state is State.WONT_DO else None,
        "updated_at": seen.updated_at,
        "issue_label": seen.label,
        "issue_url": seen.url,
        "issue_native": dict(seen.native) if seen.native else known.issue_native,
    }


def _changes(known: Known, seen: IssueState, values: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    at = seen.updated_at
    if seen.state is not known.state:
        happened = values["ended_at"] if seen.state.ended else at
        changes.append(Change("state", happened, known.state.value, seen.state.value))
    if values["assignee"] != known.assignee:
        was = known.assignee_name or known.assignee or None
        changes.append(Change("owner", at, was, values["assignee_name"] or values["assignee"] or None))
    if values["due"] != known.due:
        changes.append(Change("due", at, _iso(known.due), _iso(values["due"])))
    if known.title is not None and seen.title != known.title:
        changes.append(Change("title", at, known.title, seen.title))
    return changes


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
