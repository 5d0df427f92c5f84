"""An action item as the figures see it: no word of its text. So 100,000 of them can be counted. Pure.

`Lean` is how an item stands, `Since` what happened since the report before, `Counted` its place in this report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from service.followup import ages, withheld
from service.followup.choosing import teams_of
from service.followup.facts import Before, Event, Facts
from service.postmortem.audience import NOT_SHOWN
from service.postmortem.standing import ENDED, Standing


class Like(NamedTuple):
    """What many items have in common, so that it is worked out once for all of them.

    `fresh`: it has an issue that was read by id within a day. `kept`: its incident is restricted; `unnamed`: its owner
    is not shown."""

    state: str
    proposed: bool
    owner: str | None
    owner_known: bool
    fresh: bool
    kept: bool = False
    unnamed: bool = False
    incident_severity: str | None = None
    incident_services: Sequence[str] = ()
    incident_labels: Sequence[str] = ()


class Lean(NamedTuple):
    """`ended_at` is the tracker's own; `promised_at` None: not recorded. Items that have `like` in common may hold the
    same object."""

    id: int
    incident_id: int
    due: date | None
    ended_at: datetime | None
    promised_at: datetime | None
    like: Like


class Counted(NamedTuple):
    """The fields of a Row that are counted. An item that ended in an earlier report is neither open nor ended here."""

    id: int
    state: str
    owner: str | None
    owner_known: bool
    due: date | None
    days_late: int
    proposed: bool
    decision: str
    seen: bool
    is_open: bool
    added: bool
    ended: bool
    reopened: bool
    carried: bool
    newly_overdue: bool
    late: bool
    escalated: bool
    severity: str | None
    teams: tuple[str, ...]


class Since(NamedTuple):
    """What the sum needs of the time since the report before. `before`: open item of that report → it was late.
    `promised`, `back`: items that were promised, or that came back from an end; `ends`: item → its last change."""

    before: Mapping[int, bool]
    promised: frozenset[int]
    back: frozenset[int]
    ends: Mapping[int, datetime]

    @classmethod
    def of(cls, before: Before | None, events: Iterable[Event]) -> Since:
        promised, back, ends = set(), set(), {}
        for event in events:
            if event.kind == "promised":
                promised.add(event.item_id)
            elif event.kind == "state":
                ends[event.item_id] = event.happened_at
                if event.was in ENDED:
                    back.add(event.item_id)
        return cls(before.items if before else {}, frozenset(promised), frozenset(back), ends)

    @property
    def touched(self) -> set[int]:
        """Every item that may have ended since the report before."""
        return {*self.before, *self.promised, *self.ends}


def lean_of(standing: Standing, facts: Facts, promised_at: datetime | None) -> Lean:
    kept, unnamed = withheld.hides(standing.visibility, standing.issue_visibility, standing.issue_label is not None)
    like = Like(
        state=standing.state,
        proposed=standing.proposed,
        owner=standing.owner,
        owner_known=standing.owner_known,
        fresh=standing.issue_label is not None and not standing.stale(facts.as_of),
        kept=kept,
        unnamed=unnamed,
        incident_severity=standing.incident_severity,
        incident_services=standing.incident_services,
        incident_labels=standing.incident_labels,
    )
    return Lean(standing.id, standing.incident_id, standing.due, standing.ended_at, promised_at, like)


def leans_of(facts: Facts) -> list[Lean]:
    """Where nobody read them leanly: of the whole standings."""
    promised = {event.item_id: event.happened_at for event in facts.events if event.kind == "promised"}
    return [lean_of(one, facts, promised.get(one.id)) for one in facts.standings]


def chosen(facts: Facts, items: Iterable[Lean]) -> list[Lean]:
    """Those of the report's part."""
    if facts.part.whole:
        return list(items)
    takes = facts.part.items(facts.teams)
    return [item for item in items if takes(item.like)]


def counted(facts: Facts, items: Sequence[Lean], since: Since) -> list[Counted]:
    """Those that are open, or that ended since the report before, each with its place in the sum.

    It follows from three facts alone: was it open in the report before, was it promised since, is it open now. An open
    item that no report of this name has shown is new there, or came back if it had ended.
    """
    place = _place(since)
    late = _DaysLate(facts.today)
    shown: dict[int, _Shown] = {}  # by identity, as `items` holds each of them
    before, escalate, zone, held = since.before, facts.escalate, facts.zone, facts.held
    found: list[Counted] = []
    for number, _, due, ended_at, _, like in items:
        state, proposed, owner = like.state, like.proposed, like.owner
        over = state in ENDED
        sum_of = place(number, over)
        if sum_of is None:
            continue
        is_open, added, ended, reopened, carried = sum_of
        days_late = 0 if over or due is None else late[due]
        as_shown = shown.get(id(like))
        if as_shown is None:
            as_shown = shown[id(like)] = _shown(like, facts)
        called, known, severity, teams = as_shown
        found.append(
            Counted(
                number,
                state,
                called,
                known,
                due,
                days_late,
                proposed,
                "" if over else decision(state, owner, days_late, proposed),
                like.fresh and state != "unreachable" and not over,
                is_open,
                added,
                ended,
                reopened,
                carried,
                days_late > 0 and not before.get(number, False),
                over and ages.ended_late(held.get(number, due), ended_at or since.ends.get(number), zone),
                0 < escalate <= days_late,
                severity,
                teams,
            )
        )
    return found


def decision(state: str, owner: str | None, late: int, proposed: bool) -> str:
    """Why an open item needs one: an item stands once, under its first reason."""
    if late:
        return "overdue"
    if owner is None:
        return "no_owner"
    if proposed:
        return "proposed"
    return state if state in ("waiting", "unreachable") else ""


_Sum = tuple[bool, bool, bool, bool, bool]  # is_open, added, ended, reopened, carried
_CARRIED: _Sum = (True, False, False, False, True)
_REOPENED: _Sum = (True, False, False, True, False)
_ADDED: _Sum = (True, True, False, False, False)
_ENDED: _Sum = (False, False, True, False, False)
_CAME_AND_WENT: _Sum = (False, True, True, False, False)


def _place(since: Since) -> Callable[[int, bool], _Sum | None]:
    before, promised, back = since.before, since.promised, since.back

    def place(number: int, over: bool) -> _Sum | None:
        if number in before:
            return _ENDED if over else _CARRIED
        if number in promised:
            return _CAME_AND_WENT if over else _ADDED
        if over:
            return None  # its end was in an earlier report
        return _REOPENED if number in back else _ADDED

    return place


class _DaysLate(dict[date, int]):
    """Due date → how many days ago it was, 0 where it is still to come."""

    def __init__(self, today: date) -> None:
        self.today = today

    def __missing__(self, due: date) -> int:
        days = self[due] = max((self.today - due).days, 0)
        return days


_Shown = tuple[str | None, bool, str | None, tuple[str, ...]]  # owner, whether known, severity, teams


def _shown(like: Like, facts: Facts) -> _Shown:
    """What of it may be shown."""
    hidden = like.kept or like.unnamed
    return (
        NOT_SHOWN if hidden and like.owner else like.owner,
        hidden or like.owner_known,
        None if like.kept else like.incident_severity,
        () if hidden else teams_of(like.owner, facts.teams),
    )
