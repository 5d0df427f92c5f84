"""The figures of a report in one pass over what it counts. Pure.

Items that agree in owner, teams and severity are summed up together, once; every table is made of those sums. So no
table can disagree with another. An item of several teams counts in each of their rows, and once in the totals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar, get_type_hints

from service.followup import ages
from service.followup.snapshot import OwnerRow
from service.followup.tallies import Bucket, GroupRow


class Countable(Protocol):
    """What Counted and Row have in common."""

    @property
    def state(self) -> str: ...
    @property
    def owner(self) -> str | None: ...
    @property
    def owner_known(self) -> bool: ...
    @property
    def due(self) -> date | None: ...
    @property
    def days_late(self) -> int: ...
    @property
    def proposed(self) -> bool: ...
    @property
    def decision(self) -> str: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def added(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    @property
    def reopened(self) -> bool: ...
    @property
    def carried(self) -> bool: ...
    @property
    def newly_overdue(self) -> bool: ...
    @property
    def late(self) -> bool: ...
    @property
    def escalated(self) -> bool: ...
    @property
    def severity(self) -> str | None: ...
    @property
    def teams(self) -> tuple[str, ...]: ...


@dataclass(slots=True)
class Sums:
    """Of some items. `states`: state of the open ones → how many; `late`: days late → how many of the open ones."""

    open: int = 0
    added: int = 0
    reopened: int = 0
    ended: int = 0
    done: int = 0
    done_late: int = 0
    wont_do: int = 0
    carried: int = 0
    newly_overdue: int = 0
    escalated: int = 0
    proposed: int = 0
    decide: int = 0
    due_soon: int = 0
    next_due: date | None = None
    states: Counter[str] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)

    @property
    def overdue(self) -> int:
        return self.late.total()

    @property
    def oldest_late(self) -> int:
        return max(self.late, default=0)

    def take(self, other: Sums) -> None:
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.next_due = min((day for day in (self.next_due, other.next_due) if day), default=None)
        self.states.update(other.states)
        self.late.update(other.late)


_NUMBERS = tuple(name for name, kind in get_type_hints(Sums).items() if kind is int)
_Key = tuple[str | None, bool, tuple[str, ...], str | None]  # owner, known, teams, severity
_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Figures:
    total: Sums
    groups: dict[_Key, Sums]

    @property
    def unowned(self) -> int:
        return sum(sums.open for (owner, *_), sums in self.groups.items() if owner is None)

    @property
    def unmapped(self) -> int:
        return sum(sums.open for (owner, known, *_), sums in self.groups.items() if owner is not None and not known)

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        return ages.buckets(self.total.late)

    def owners(self, people: Sequence[str]) -> tuple[OwnerRow, ...]:
        """In the order of the people map; then known names outside of it, no owner, and names that nobody mapped."""
        place = {name.removeprefix("@"): index for index, name in enumerate(people)}

        def order(key: tuple[str | None, bool]) -> tuple[int, int, str]:
            name, known = key
            if name is None:
                return 1, 0, ""
            return (0, place.get(name.removeprefix("@"), len(place)), name) if known else (2, 0, name)

        found = self._by(lambda key: [(key[0], key[1] or key[0] is None)])
        return tuple(
            OwnerRow(
                *key, found[key].open, found[key].overdue, found[key].oldest_late, found[key].due_soon, found[key].ended
            )
            for key in sorted(found, key=order)
        )

    def teams(self, people: Sequence[str]) -> tuple[GroupRow, ...]:
        """In the order of the people map, the items of no team last."""
        place = {name: index for index, name in enumerate(people)}
        found = self._by(lambda key: key[2] or (None,))
        unowned = self._by(lambda key: (key[2] or (None,)) if key[0] is None else ())
        ordered = sorted(found, key=lambda name: (name is None, place.get(name or "", len(place)), name or ""))
        return tuple(_group(name, found[name], unowned.get(name)) for name in ordered)

    def severities(self) -> tuple[GroupRow, ...]:
        """The worst first, those of incidents without one last."""
        found = self._by(lambda key: [key[3]])
        unowned = self._by(lambda key: [key[3]] if key[0] is None else ())
        return tuple(_group(name, found[name], unowned.get(name)) for name in sorted(found, key=_severity))

    def _by(self, names: Callable[[_Key], Iterable[_T]]) -> dict[_T, Sums]:
        found: dict[_T, Sums] = {}
        for key, sums in self.groups.items():
            for name in names(key):
                found.setdefault(name, Sums()).take(sums)
        return found


def figures(items: Iterable[Countable], today: date, soon: date) -> Figures:
    """`soon`: the last day of `due_soon`, which begins today."""
    groups: dict[_Key, Sums] = {}
    for item in items:
        key = (item.owner, item.owner_known, item.teams, item.severity)
        sums = groups.get(key)
        if sums is None:
            sums = groups[key] = Sums()
        if item.added:
            sums.added += 1
        if item.ended:
            sums.ended += 1
            if item.state == "done":
                sums.done += 1
                sums.done_late += item.late
            else:
                sums.wont_do += 1
        if item.is_open:
            _take_open(sums, item, today, soon)
    total = Sums()
    for sums in groups.values():
        total.take(sums)
    return Figures(total, groups)


def _take_open(sums: Sums, item: Countable, today: date, soon: date) -> None:
    sums.open += 1
    sums.states[item.state] += 1
    if item.carried:
        sums.carried += 1
    elif item.reopened:
        sums.reopened += 1
    if item.decision:
        sums.decide += 1
        sums.proposed += item.proposed
    elif item.proposed:
        sums.proposed += 1
    if item.days_late:
        sums.late[item.days_late] += 1
        sums.newly_overdue += item.newly_overdue
        sums.escalated += item.escalated
    elif item.due is not None and item.due >= today:
        if item.due <= soon:
            sums.due_soon += 1
        if sums.next_due is None or item.due < sums.next_due:
            sums.next_due = item.due


def _group(name: str | None, sums: Sums, unowned: Sums | None) -> GroupRow:
    return GroupRow(
        name=name,
        filed=sums.added,
        done=sums.done,
        done_late=sums.done_late,
        wont_do=sums.wont_do,
        open=sums.open,
        overdue=sums.overdue,
        oldest_late=sums.oldest_late,
        carried=sums.carried,
        unowned=unowned.open if unowned else 0,
    )


#: the words for a severity, the worst first
_WORDS = {"blocker": 0, "critical": 1, "high": 2, "major": 2, "medium": 3, "moderate": 3, "minor": 4, "low": 4}


def _severity(name: str | None) -> tuple[bool, int, str]:
    if name is None:
        return True, 0, ""
    digit = next((int(letter) for letter in name if letter in "0123456789"), None)
    return False, _WORDS.get(name.casefold(), 5) if digit is None else digit, name
