"""The vocabulary of every connector: tickets, issues, and what can go wrong on the way to them.

Only the standard library is imported here. Values are frozen; text is always Markdown; every time is aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Visibility(StrEnum):
    """Who can read a ticket or a repository. Text never flows to a wider audience than it came from."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


class State(StrEnum):
    """The state of an issue. The tracker's own word is kept beside it."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WONT_DO = "wont_do"
    UNREACHABLE = "unreachable"

    @property
    def ended(self) -> bool:
        return self in (State.DONE, State.WONT_DO)


class Secret:
    """A secret that never shows itself: not in repr, not in logs, not in a settings dump.

    `origin` says where it comes from ("the variable OPS_SECRET"), so that an error can name it.
    """

    __slots__ = ("_read", "origin")

    def __init__(self, read: Callable[[], str], origin: str) -> None:
        self._read = read
        self.origin = origin

    def reveal(self) -> str:
        return self._read()

    def __repr__(self) -> str:
        return f"Secret({self.origin})"

    __str__ = __repr__


# --- tickets: what a source gives -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is the tool's stable handle: a GitHub login, a Jira accountId (Cloud) or user name (Data Center)."""

    id: str
    name: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment that everyone who sees the ticket may read; restricted ones never get this far.

    `trusted`: the author has a role on the ticket (GitHub OWNER, MEMBER, COLLABORATOR; Jira roles from settings).
    `marker`: the marker found in a comment written by our own account, else None.
    """

    id: str
    author: Person
    at: datetime
    text: str
    url: str
    trusted: bool = False
    marker: str | None = None


class EventKind(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"
    STATUS = "status"  # subject: the new status; was: the old one
    LABELED = "labeled"
    UNLABELED = "unlabeled"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    RENAMED = "renamed"  # subject: the new title; was: the old one
    PRIORITY = "priority"
    LINKED = "linked"  # subject: the other ticket or pull request, e.g. acme/checkout#311
    PULL_REQUEST = "pull_request"  # a linked pull request; subject: "acme/checkout#311 title"
    MERGED = "merged"  # a linked pull request was merged
    COMMIT = "commit"  # a commit that names the ticket; subject: short hash


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that the tool recorded about a ticket. The words for it are chosen by the document."""

    at: datetime
    kind: EventKind
    subject: str = ""
    was: str = ""
    by: Person | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An incident ticket as its source tells it.

    `ref` is what people say (acme/ops#42, OPS-12); `key` is stable through renames, moves and transfers.
    `native` holds the connector's own handles (ids for links); nobody else reads it.
    `from_payload`: the API could not be asked, so this was built from the webhook alone.
    """

    source: str
    key: str
    ref: str
    url: str
    title: str
    text: str
    visibility: Visibility
    opened_at: datetime
    closed_at: datetime | None = None
    closed: bool = True
    closed_as: str = ""  # completed, not_planned, duplicate; Jira: the resolution's name
    labels: tuple[str, ...] = ()
    severity: str | None = None  # as the tool or a label says it: SEV2, P1, Critical
    services: tuple[str, ...] = ()
    reporter: Person | None = None
    assignees: tuple[Person, ...] = ()
    comments: tuple[Comment, ...] = ()
    events: tuple[TicketEvent, ...] = ()
    native: Mapping[str, str] = field(default_factory=dict)
    from_payload: bool = False


class Said(StrEnum):
    """What a delivery means to us."""

    CLOSED = "closed"  # an incident ticket that concerns us was closed: read it and write its postmortem
    REOPENED = "reopened"  # it was opened again
    EDITED = "edited"  # a ticket of ours, already closed, changed its text or comments
    ISSUE = "issue"  # some issue changed: if it is one that we track, look at it soon
    NOTHING = "nothing"  # a ping, an event of no concern


@dataclass(frozen=True, slots=True)
class Signal:
    """One delivery, read. `why` is a sentence for `deliveries`, such as why it is ignored.

    One delivery may mean two things (a closed incident ticket may itself be an action item's issue): `issue_id` is
    the tracker id of the issue that it speaks of (GitHub node id, Jira issue id), whatever `said` is.
    """

    said: Said
    why: str
    ref: str = ""
    key: str = ""
    at: datetime | None = None
    ticket: Ticket | None = None  # from the payload alone: the fall-back when the source cannot be asked
    issue_id: str = ""


# --- issues: what a tracker gives and takes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """One issue to be created. `title` and `body` are Markdown and already harmless; the connector adds the marker.

    `marker` identifies the action item (hex). `place` is where it goes: acme/checkout, PAY.
    `assignee` is the tracker's own id from the people map. `fields` are the tracker's extra fields from the settings.
    """

    marker: str
    place: str
    title: str
    body: str
    labels: tuple[str, ...]
    assignee: str | None
    due: date | None
    priority: str | None
    incident: Ticket
    document_title: str
    document_url: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filed:
    """An issue that exists. `id` survives renames and moves (GitHub node id, Jira issue id); `label` is for people.

    `native` holds the connector's own handles (repository id, number, key), stored with the item and given back.
    `linked`: it already hangs below the incident ticket (GitHub sub-issue), so no other link is needed.
    `notes`: what could not be set and why, in the tracker's words ("assignees: x cannot be assigned here").
    """

    id: str
    label: str
    url: str
    native: Mapping[str, str] = field(default_factory=dict)
    linked: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """An issue that we follow, as the ledger knows it."""

    id: str
    label: str
    native: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IssueState:
    """What the tracker says of one issue. `word` is its own name for the state ("In Review", "completed")."""

    id: str
    label: str
    url: str
    state: State
    word: str
    title: str
    updated_at: datetime
    ended_at: datetime | None = None
    assignee: Person | None = None
    due: date | None = None
    native: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a tracker that did not answer. `ids`: the tracked issues that are stale because of it."""

    scope: str  # the repository, project or account
    status: int | None  # the HTTP status; None: no answer at all
    message: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer to "what changed?" or "how are these?".

    `states`: issues seen. `verified`: ids that were read by id (a listing alone never verifies).
    `missing`: ids that answer 404 or 410. `cursor`: ask from here next time; never "now", always what was seen.
    """

    states: tuple[IssueState, ...] = ()
    verified: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    cursor: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`. `level` is ok, note or MEND; `mend` says what to do, in full sentences."""

    subject: str
    level: str
    text: str
    saw: str = ""
    means: str = ""
    mend: str = ""


# --- errors: one small tree -------------------------------------------------------------------------------------------


class AfterwordError(Exception):
    """Everything that we raise on purpose. `message` says what is wrong, `mend` what to do next."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


class BadSignature(AfterwordError):
    """The delivery is not signed with a secret that we hold."""


class BadPayload(AfterwordError):
    """The delivery is signed, and cannot be read."""


class ConnectorError(AfterwordError):
    """A vendor's answer, or the lack of one. `status`: the HTTP status if there was an answer."""

    def __init__(self, message: str, mend: str = "", *, status: int | None = None) -> None:
        super().__init__(message, mend)
        self.status = status


class NotSent(ConnectorError):
    """Nothing reached the vendor (refused, DNS, TLS): try again freely."""


class Limited(ConnectorError):
    """The vendor refused for now (429, 403 with a limit) and did not act. `retry_after`: seconds, if it said so."""

    def __init__(self, message: str, retry_after: float | None = None, *, status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class Refused(ConnectorError):
    """The vendor said no and did not act (4xx). `fields`: field name → the vendor's own words."""

    def __init__(
        self, message: str, mend: str = "", *, status: int | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, mend, status=status)
        self.fields = dict(fields or {})


class Denied(Refused):
    """401 or 403 that is no limit: the connection is refused; everything behind it is stale until mended."""


class Missing(Refused):
    """404 or 410: this one thing is not there, or hidden from us."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and no clear answer came (5xx, reset, timeout, truncated, redirect, no number).

    It may have been done. It is looked for before it is tried again.
    """


class Unavailable(ConnectorError):
    """A read got no useful answer (5xx, timeout, reset): nothing is known, nothing changed."""


# --- promises ---------------------------------------------------------------------------------------------------------


class Source(Protocol):
    """Where incidents come from. `verify`, `delivery_id` and `read` do no I/O."""

    name: str
    max_bytes: int
    accepted: int  # the status of a stored delivery: 202, or 200 where the vendor insists

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature. `headers` keys are lower-case."""

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The vendor's id of the delivery (the same when delivered again), else the SHA-256 of the body in hex."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Signal:
        """Raises BadPayload with a sentence for `deliveries`."""

    def fetch(self, ref: str, *, hint: Ticket | None = None) -> Ticket:
        """The truth about one ticket: text, comments, events. Raises ConnectorError."""

    def check(self) -> Sequence[Finding]:
        """Tries the connection, read-only; never raises ConnectorError."""


class Tracker(Protocol):
    """Where issues go. One instance may be used by many threads; it keeps one client per thread itself."""

    name: str
    kind: str  # github, jira
    places: Sequence[str]  # the repositories or projects named in the settings, the default first
    paces: Sequence[tuple[int, timedelta]]  # (creations, within this time) that keep clear of the vendor's limits

    def look(
        self, markers: Sequence[str], place: str, incident: Ticket, since: datetime, *, deep: bool = False
    ) -> Mapping[str, Filed]:
        """Issues made by our own account that carry one of these markers. One call, as near to the truth as the
        vendor allows (sub-issues, listing, JQL), never a text search; `deep` spends more calls (every way there is),
        for after an unknown outcome."""

    def create(self, draft: Draft) -> Filed:
        """Exactly one POST, never repeated here. Raises NotSent, Limited, Refused or OutcomeUnknown, nothing else."""

    def link(self, filed: Filed, draft: Draft) -> None:
        """Whatever links the issue to the incident and the document and is harmless to repeat (Jira: issue link, remote
        link). Raises ConnectorError."""

    def assignable(self, place: str, person_id: str) -> bool:
        """Whether this person can be assigned there. Cached for a day."""

    def resolve(self, reference: str, incident: Ticket) -> IssueState | None:
        """The issue that an action item's text already names (#123, URL, PAY-12); None: not one of this tracker's."""

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """What changed since the cursor, in few calls. Never raises for one bad place: that is a Problem."""

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each of these read by id, 100 a call."""

    def reason(self, tracked: Tracked) -> str:
        """The last comment of a person on an issue, in one line, or ""; kept as the reason of a "won't do"."""

    def check(self, places: Sequence[str]) -> Sequence[Finding]:
        """Tries the connection and each place, read-only; never raises ConnectorError."""


@dataclass(frozen=True, slots=True)
class Published:
    """A comment of ours on a ticket."""

    id: str
    url: str


class Publisher(Protocol):
    """Writes the one comment on an incident ticket."""

    def find(self, ticket: Ticket, marker: str) -> Published | None:
        """Our comment with this marker, read from the vendor now."""

    def post(self, ticket: Ticket, marker: str, body: str) -> Published:
        """Exactly one POST, never repeated here. `body` is Markdown; the connector adds the marker."""

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str) -> bool:
        """Replaces the text without notifying where the vendor allows. False: a person deleted the comment."""
