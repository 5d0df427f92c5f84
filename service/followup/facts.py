"""What the report is computed from. Read by the store, no database here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from connectors.base import Visibility
from service.followup.choosing import ALL, Part
from service.followup.snapshot import Snapshot
from service.followup.tallies import Took, TrendWeek
from service.followup.week import Week
from service.postmortem.standing import Standing

if TYPE_CHECKING:
    from service.followup.lean import Lean


class Event(NamedTuple):
    """One thing that happened to an action item. `seq` orders by when we learned it."""

    seq: int
    item_id: int
    kind: str  # promised, asked, filed, linked, state, owner, due, title, gone, back, unreachable, reachable
    happened_at: datetime
    learned_at: datetime
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as the report lists it. `created_at` is when we learned of it."""

    id: int
    ref: str
    title: str
    url: str
    severity: str | None
    closed_at: datetime | None
    created_at: datetime
    postmortem_id: int | None
    visibility: Visibility = Visibility.PRIVATE
    services: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What a report needs of the one before it, of the same name. `items`: each that was open → it was late."""

    week: str
    as_of: datetime
    last_seq: int
    open: int
    items: Mapping[int, bool]
    incidents: frozenset[int]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Before:
        return cls(
            week=snapshot.week,
            as_of=snapshot.as_of,
            last_seq=snapshot.last_seq,
            open=snapshot.open,
            items={row.id: row.days_late > 0 for row in snapshot.rows if row.is_open},
            incidents=frozenset(one.id for one in snapshot.incidents),
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of a tracker that does not answer, since when, and the items behind it."""

    tracker: str
    scope: str  # the repository, project or account
    status: int | None  # the HTTP status; None: no answer at all
    message: str
    since: datetime
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one report is made from, read in one transaction.

    `standings`: at least the items that are open or ended since the report before; of a part all of them may be there.
    `events` those with first_seq < seq <= last_seq; `incidents` at least those that we learned of since the report
    before, and those of items that are listed. `people` gives the order of the owners, with or without a leading @.

    `leans` is the same as `standings` and, beside it, every item that was done in the twelve weeks, but those that
    `took` has counted; None: made of `standings`. `took`: how items fared that were done in the twelve weeks, but those
    of `held`; None: counted of the leans. `totals`: incident → how many items it has; None: counted in `standings`.
    `held`: item whose due date was moved after it ended → the date that held then. `missing`: incident → sections that
    are not recorded yet, by their titles. `trend`: the earlier weeks, each as its own report said it. `teams`: as
    People.teams has them.
    `everyday`: labels that say nothing of what broke, such as that of every incident, in any case.
    """

    week: Week
    as_of: datetime
    zone: ZoneInfo
    previous: Snapshot | Before | None
    last_seq: int
    standings: Sequence[Standing]
    events: Sequence[Event]
    incidents: Sequence[Incident] = ()
    troubles: Sequence[Trouble] = ()
    people: Sequence[str] = ()
    preview: bool = False
    first_seq: int | None = None  # None: from the report before, or from the beginning
    leans: Sequence[Lean] | None = None
    took: Mapping[Took, int] | None = None
    totals: Mapping[int, int] | None = None
    held: Mapping[int, date | None] = field(default_factory=dict)
    missing: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    trend: Mapping[str, TrendWeek] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()
    escalate: int = 30  # days late
    part: Part = ALL
    late: str = ""  # a sentence, where it is made after its time

    @property
    def today(self) -> date:
        """The day of the report, in its zone."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def before(self) -> Before | None:
        return Before.of(self.previous) if isinstance(self.previous, Snapshot) else self.previous
