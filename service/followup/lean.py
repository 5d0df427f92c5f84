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


class Lean(NamedTuple):
    """`fresh`: it has an issue that was read by id within a day. `ended_at` is the tracker's own; `promised_at` None:
    not recorded. `kept`: its incident is restricted; `unnamed`: its owner is not shown."""

    id: int
    incident_id: int
    state: str
    proposed: bool
    owner: str | None
    owner_known: bool
    due: date | None
    fresh: bool
    ended_at: datetime | None = None
    promised_at: datetime | None = None
    kept: bool = False
    unnamed: bool = False
    incident_severity: str | None = None
    incident_services: Sequence[str] = ()
    incident_labels: Sequence[str] = ()


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
    return Lean(
        id=standing.id,
        incident_id=standing.incident_id,
        state=standing.state,
        proposed=standing.proposed,
        owner=standing.owner,
        owner_known=standing.owner_known,
        due=standing.due,
        fresh=standing.issue_label is not None and not standing.stale(facts.as_of),
        ended_at=standing.ended_at,
        promised_at=promised_at,
        kept=kept,
        unnamed=unnamed,
        incident_severity=standing.incident_severity,
        incident_services=standing.incident_services,
        incident_labels=standing.incident_labels,
    )


def leans_of(facts: Facts) -> list[Lean]:
    """Where nobody read them leanly: of the whole standings."""
    promised = {event.item_id: event.happened_at for event in facts.events if event.kind == "promised"}
    return [lean_of(one, facts, promised.get(one.id)) for one in facts.standings]


def chosen(facts: Facts, items: Iterable[Lean]) -> list[Lean]:
    """Those of the report's part."""
    if facts.part.whole:
        return list(items)
    takes = facts.part.items(facts.teams)
    return [item for item in items if takes(item)]


def counted(facts: Facts, items: Iterable[Lean], since: Since) -> list[Counted]:
    """Those that are open, or that ended since the report before, each with its place in the sum.

    It follows from three facts alone: was it open in the report before, was it promised since, is it open now. An open
    item that no report of this name has shown is new there, or came back if it had ended.
    """
    place = _place(since)
    days = _days_late(facts.today)
    teams = _teams(facts)
    before, escalate, zone, held = since.before, facts.escalate, facts.zone, facts.held
    found: list[Counted] = []
    for item in items:
        number, state = item.id, item.state
        over = state in ENDED
        sum_of = place(number, over)
        if sum_of is None:
            continue
        is_open, added, ended, reopened, carried = sum_of
        days_late = 0 if over else days(item.due)
        hidden = item.kept or item.unnamed
        owner = item.owner
        found.append(
            Counted(
                number,
                state,
                NOT_SHOWN if hidden and owner else owner,
                hidden or item.owner_known,
                item.due,
                days_late,
                item.proposed,
                "" if over else decision(state, owner, days_late, item.proposed),
                item.fresh and state != "unreachable" and not over,
                is_open,
                added,
                ended,
                reopened,
                carried,
                days_late > 0 and not before.get(number, False),
                over and ages.ended_late(held.get(number, item.due), item.ended_at or since.ends.get(number), zone),
                0 < escalate <= days_late,
                None if item.kept else item.incident_severity,
                () if hidden else teams(owner),
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


def _days_late(today: date) -> Callable[[date | None], int]:
    known: dict[date | None, int] = {None: 0}

    def days(due: date | None) -> int:
        if due not in known:
            known[due] = max((today - due).days, 0) if due else 0
        return known[due]

    return days


def _teams(facts: Facts) -> Callable[[str | None], tuple[str, ...]]:
    known: dict[str | None, tuple[str, ...]] = {}

    def teams(owner: str | None) -> tuple[str, ...]:
        if owner not in known:
            known[owner] = teams_of(owner, facts.teams)
        return known[owner]

    return teams
