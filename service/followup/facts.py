"""What the report is computed from, beside the standings. Read by the store, no database here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an action item. `seq` orders by when we learned it."""

    seq: int
    item_id: int
    kind: str  # promised, filed, linked, state, owner, due, title, gone, back, unreachable, reachable
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


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of a tracker that does not answer, since when, and the items behind it."""

    tracker: str
    scope: str  # the repository, project or account
    status: int | None  # the HTTP status; None: no answer at all
    message: str
    since: datetime
    items: tuple[int, ...] = ()
