"""What the report is computed from. Read by the store, no database here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.base import Visibility
from service.followup.snapshot import Snapshot
from service.followup.week import Week
from service.postmortem.standing import Standing


@dataclass(frozen=True, slots=True)
class Event:
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

    `standings` are all items ever; `events` those with first_seq < seq <= last_seq; `incidents` at least those that we
    learned of since the report before. `people` gives the order of the owners, with or without a leading @.
    """

    week: Week
    as_of: datetime
    zone: ZoneInfo
    previous: Snapshot | None
    last_seq: int
    standings: Sequence[Standing]
    events: Sequence[Event]
    incidents: Sequence[Incident] = ()
    troubles: Sequence[Trouble] = ()
    people: Sequence[str] = ()
    preview: bool = False

    @property
    def today(self) -> date:
        """The day of the report, in its zone."""
        return self.as_of.astimezone(self.zone).date()
