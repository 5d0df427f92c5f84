"""A week's report as figures: frozen, whole, and the same however it is shown. No I/O.

Every form (page, Markdown, mail, chat, CSV, JSON) is made from one `Snapshot`, so that all show the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from connectors.base import Visibility
from service.followup.tallies import Bucket, GroupRow, Incomplete, OnTime, Repeat, Spread, TrendWeek

#: why an item needs a decision, in the order of the list; an item stands once, under its first reason
REASONS = ("overdue", "no_owner", "waiting", "proposed", "unreachable")


@dataclass(frozen=True, slots=True)
class Row:
    """An action item that is open, or that ended since the report before. `ended_at` is the tracker's own time.

    `stale`: it should have been seen within 24 hours and was not; `seen_at` is the last read by id.
    `age`: days since the ticket of its incident closed. `decision`: one of REASONS, or "".
    """

    id: int
    number: int
    text: str
    state: str  # a key of standing.MARKS
    mark: str  # ○ ◐ ● ⊘ ◇ ◌
    state_word: str  # Open, In progress …
    word: str  # the tracker's own word, or ""
    reason: str
    owner: str | None
    owner_known: bool
    due: date | None
    due_rule: str
    days_late: int
    age: int
    priority: str | None
    in_text: bool
    tracker: str | None
    issue_label: str | None
    issue_url: str | None
    seen_at: datetime | None
    stale: bool
    unreachable_since: datetime | None
    ended_at: datetime | None
    incident_id: int
    incident_ref: str
    incident_title: str
    incident_url: str
    incident_closed_at: datetime | None
    postmortem_id: int | None
    decision: str
    is_open: bool
    added: bool  # promised since the report before
    ended: bool  # ended since the report before
    reopened: bool  # ended in an earlier report, open now
    carried: bool  # open now and in the report before
    newly_overdue: bool
    visibility: Visibility = Visibility.PRIVATE  # who can read the incident's ticket
    issue_visibility: Visibility | None = None  # who can read its issue; None: not known
    proposed: bool = False  # nobody said yet whether it is filed
    parked: bool = False  # a person said that it is not filed for now
    severity: str | None = None  # of its incident
    services: tuple[str, ...] = ()  # of its incident
    teams: tuple[str, ...] = ()  # its owner's teams, or the team that owns it
    late: bool = False  # ended after its due date
    days_open: int | None = None  # from its promise to its end, of an ended one; None: not recorded
    snoozed_until: date | None = None
    escalated: bool = False  # so late that the report asks for a lead (nudges.escalate)
    conflict: str = ""  # a sentence: changed in ticket and tracker, and whose word holds


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """`name` is None for the items without an owner; `known` False for a name that is not in the people map.

    `oldest_late` and `due_soon` speak of open items: days late of the oldest, and those due by `Snapshot.soon`.
    """

    name: str | None
    known: bool
    open: int
    overdue: int
    oldest_late: int
    due_soon: int
    ended: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident with an open or just ended item, or one that is new since the report before (`new`)."""

    id: int
    ref: str
    title: str
    url: str
    severity: str | None
    closed_at: datetime | None
    postmortem_id: int | None
    items: int
    open: int
    overdue: int
    ended: int
    new: bool
    visibility: Visibility = Visibility.PRIVATE


@dataclass(frozen=True, slots=True)
class Moved:
    """A due date that changed since the report before: the first date, and the last."""

    item_id: int
    text: str
    was: date | None
    now: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """How fresh the open items behind one tracker, or one refusing part of it, are.

    `tracker` "" stands for items that have no issue yet; `message` says why, where that is known. `scope`: repositories
    or projects, or the part that refuses. `seen_at`: the least recent read by id among them; None: never. `since` is
    None while it answers.
    """

    tracker: str
    scope: str
    open: int
    seen_at: datetime | None
    unreachable: int
    status: int | None
    message: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was so before the report was made, and was learned after: the item's state, in our words, since when."""

    item_id: int
    now: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One week. open_before + added + reopened - ended = open, always. Of the items that were open in the report
    before, `elsewhere` are not of this one any more, so `open_before` is without them.

    `as_of` is when it was made; `preview`: the week is not over and nothing is stored. `previous_week` is the week of
    the report before ("2026-W46"), None for the first. It counts the events with first_seq < seq <= last_seq.
    """

    week: str
    first_day: date
    last_day: date
    as_of: datetime
    zone: str
    preview: bool
    first_seq: int
    last_seq: int
    previous_week: str | None
    open_before: int
    added: int
    reopened: int
    ended: int
    done: int
    wont_do: int
    open: int
    carried: int
    overdue: int
    newly_overdue: int
    oldest_late: int  # days
    unowned: int
    waiting: int
    unreachable: int
    decide: int  # how many items need a decision
    seen: int  # open items read by id within the last 24 hours
    soon: date  # the end of the second week after this one
    next_due: date | None  # the next due date among open items, from the day of the report
    rows: tuple[Row, ...]
    owners: tuple[OwnerRow, ...]
    incidents: tuple[IncidentRow, ...]
    moved: tuple[Moved, ...]
    connections: tuple[Connection, ...]
    proposed: int = 0  # of the open ones; `waiting` does not count them
    revised: str = ""  # a sentence: when and why it is not as it was made
    corrected: tuple[Correction, ...] = ()  # the figures stay; the next report counts it
    name: str = "weekly"  # of the report in the settings
    about: str = ""  # which items it is of, in words: "team payments"; "": all
    late: str = ""  # a sentence, where it was made after its time: since when it was due, and why
    done_late: int = 0  # of `done`
    elsewhere: int = 0  # open in the report before, and now of another team or severity, or not kept any more
    unmapped: int = 0  # open, with an owner who is not in the people map
    escalated: int = 0
    teams: tuple[GroupRow, ...] = ()
    severities: tuple[GroupRow, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    trend: tuple[TrendWeek, ...] = ()  # twelve weeks, this one last
    on_time: OnTime | None = None
    to_done: Spread | None = None
    repeats: tuple[Repeat, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()

    @property
    def number(self) -> int:
        """The week's number in its year."""
        return self.first_day.isocalendar().week

    @property
    def previous_number(self) -> int | None:
        return int(self.previous_week.rpartition("W")[2]) if self.previous_week else None

    @property
    def week_before(self) -> bool:
        """The report before is that of the week before."""
        before = (self.first_day - timedelta(days=7)).isocalendar()
        return self.previous_week == f"{before.year:04}-W{before.week:02}"

    @property
    def open_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.is_open)

    @property
    def ended_rows(self) -> tuple[Row, ...]:
        """Latest first."""
        return tuple(row for row in self.rows if row.ended)

    @property
    def new_incidents(self) -> tuple[IncidentRow, ...]:
        return tuple(incident for incident in self.incidents if incident.new)

    @property
    def stale_rows(self) -> tuple[Row, ...]:
        """Open, not seen within 24 hours, although their issue is not known to be gone."""
        return tuple(row for row in self.rows if row.is_open and row.stale and row.state != "unreachable")

    def decisions(self, reason: str) -> tuple[Row, ...]:
        """The items that stand under one of REASONS; the most overdue first."""
        return tuple(row for row in self.rows if row.decision == reason)

    @property
    def unowned_overdue(self) -> int:
        """Items without an owner that stand under "overdue" already."""
        return sum(1 for row in self.decisions("overdue") if row.owner is None)


_SNAPSHOT = TypeAdapter(Snapshot)


def to_json(snapshot: Snapshot) -> dict[str, object]:
    """Plain values; dates and times as ISO 8601."""
    plain: dict[str, object] = _SNAPSHOT.dump_python(snapshot, mode="json")
    return plain


def schemas(reference: str) -> dict[str, object]:
    """JSON Schema of what `to_json` gives, as "Snapshot", and of its parts. `reference`: how one names another."""
    whole: dict[str, object] = _SNAPSHOT.json_schema(mode="serialization", ref_template=reference)
    parts = whole.pop("$defs")
    assert isinstance(parts, dict)
    return {**parts, "Snapshot": whole}


def from_json(plain: object) -> Snapshot:
    return _SNAPSHOT.validate_python(plain)
