"""What a tracker says of an issue, merged into what the ledger holds. Pure.

Per field there are three values: base (last seen there, or last written by us), ours, theirs (seen now). An echo is a
fetched value equal to the base, whoever wrote it. A person's word wins: only a value that differs from the base moves
ours, and where the ticket's text changed as well the later word holds (twoways.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.base import IssueState, State
from service.followup import twoways
from service.followup.twoways import Agreed, Met

MOVED = "moved in the issue"
#: columns whose change no reader sees
_UNSEEN = {"updated_at", "tracker_due", "tracker_priority", "issue_native", "agreed", "talk_read_at"}


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
    priority: str | None = None  # ours
    tracker_priority: str | None = None  # base
    agreed: Agreed | None = None  # None: an item of an earlier version, whose text was not read since
    conflicts: Mapping[str, str] = field(default_factory=dict)
    talk_read_at: datetime | None = None


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
        if seen.comments == 0 and not seen.state.ended:
            values["talk_read_at"] = seen.updated_at  # nobody said anything: nothing is to be read
    values = {name: value for name, value in values.items() if getattr(known, name) != value}
    return Merged(values, tuple(changes), shows=bool(values.keys() - _UNSEEN))


def merge_missing(known: Known, now: datetime) -> Merged:
    """The tracker answers 404: unreachable, never a deletion. The last known state is kept; what ended stays ended."""
    if known.unreachable_since is not None or known.state.ended:
        return Merged()
    return Merged({"unreachable_since": now}, (Change("unreachable", now),), shows=True)


def _fields(known: Known, seen: IssueState) -> dict[str, Any]:
    agreed, conflicts, met = known.agreed, dict(known.conflicts), dict[str, Met]()
    for name, there, theirs, shown in _sides(known, seen):
        met[name] = one = twoways.meet(agreed, name, there, theirs, seen.updated_at, seen.label, shown)
        agreed = one.agreed
        if one.sentence:
            conflicts[name] = one.sentence
        elif one.sentence is not None:
            conflicts.pop(name, None)
    due, assigned = met.get("due"), not met["owner"].stale
    holds = merge_due(known.tracker_due, known.due, seen.due) if due is None or due.came else known.due
    priority = met.get("priority")
    base = known.tracker_priority if priority is not None and priority.stale else seen.priority
    if _before_ours(known.agreed, "priority", seen):
        base = known.tracker_priority
    # "" says that somebody was assigned and a person took that back; None, that nobody ever was
    who = seen.assignee.id if seen.assignee else "" if known.assignee else known.assignee
    return {
        "state": seen.state,
        "word": seen.word,
        "title": known.title if "title" in met and met["title"].stale else seen.title,
        "assignee": who if assigned else known.assignee,
        "assignee_name": (seen.assignee.name if seen.assignee else None) if assigned else known.assignee_name,
        "tracker_due": known.tracker_due if due is not None and due.stale else seen.due,
        "due": holds,
        "due_rule": known.due_rule if holds == known.due else MOVED,
        "tracker_priority": base,
        "priority": seen.priority if priority is not None and priority.came else known.priority,
        "ended_at": (seen.ended_at or known.ended_at or seen.updated_at) if seen.state.ended else None,
        "ended_reason": known.ended_reason if seen.state is State.WONT_DO else None,
        "updated_at": seen.updated_at,
        "issue_label": seen.label,
        "issue_url": seen.url,
        "issue_native": dict(seen.native) if seen.native else known.issue_native,
        "agreed": agreed,
        "conflicts": conflicts,
    }


def _sides(known: Known, seen: IssueState) -> list[tuple[str, str | None, str | None, str]]:
    """(field, last seen there, seen now, the same for people) of the fields about which the tracker says something: the
    first title and priority that are seen are the base, and no date there may mean that it has none."""
    owner = seen.assignee
    sides: list[tuple[str, str | None, str | None, str]] = [
        ("owner", known.assignee or "", owner.id if owner else "", owner.name if owner else "")
    ]
    if known.title is not None:
        sides.append(("title", known.title, seen.title, seen.title))
    if seen.due is not None:
        sides.append(("due", _iso(known.tracker_due), seen.due.isoformat(), seen.due.isoformat()))
    if seen.priority is not None and known.tracker_priority is not None:
        sides.append(("priority", known.tracker_priority, seen.priority, seen.priority))
    return sides


def _before_ours(agreed: Agreed | None, name: str, seen: IssueState) -> bool:
    """Whether this answer is of a time before our own write of the field."""
    wrote = agreed.wrote.get(name) if agreed else None
    return wrote is not None and seen.updated_at <= wrote.at


def _changes(known: Known, seen: IssueState, values: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    at = seen.updated_at
    if seen.state is not known.state:
        happened = values["ended_at"] if seen.state.ended else at
        who = seen.changed_by.name if seen.changed_by else None
        changes.append(Change("state", happened, known.state.value, seen.state.value, who))
    if values["assignee"] != known.assignee:
        was = known.assignee_name or known.assignee or None
        changes.append(Change("owner", at, was, values["assignee_name"] or values["assignee"] or None))
    if values["due"] != known.due:
        changes.append(Change("due", at, _iso(known.due), _iso(values["due"])))
    if known.title is not None and values["title"] != known.title:
        changes.append(Change("title", at, known.title, values["title"]))
    if values["priority"] != known.priority:
        changes.append(Change("priority", at, known.priority, values["priority"]))
    return changes


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
