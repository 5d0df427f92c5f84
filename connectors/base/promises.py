"""What a connector promises: a Source of incidents, a Tracker of issues, a Publisher of the one comment.

Each is made as `Source(name, settings, network)`; `network` may be left out.

Each writes, or knows its own comments, by an account. `account()` is the one that signs in now, as a text that stays
the same for it and that only its connector understands; the vendor is asked once for each process and token. Raises
ConnectorError, Denied where the token may not ask; `fresh`: the vendor is asked now, as a look whether it lets us in.
`accounts` are those that are known to have been ours, set by whoever remembers them: what they wrote counts as ours,
beside what the one of now wrote, and nobody else's does.

`server` is the API that is spoken to; `signs()` says as whom, hashed, without a call: two connections with one token on
one server give the same text. Raises AfterwordError where the token cannot be read. `paces` keep clear of the vendor's
limits on writing: (writes of one account, within this time).

`sure` is called when the connection stands, after everything that is read first, and before the first byte of the write
leaves, once for each request. What it raises comes through, and nothing was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connectors.base.issues import Draft, Edit, Filed, Finding, IssueState, Sighting, Tracked
from connectors.base.marked import Marked
from connectors.base.tickets import Comment, Signal, Ticket, Visibility

Sure = Callable[[], None]
Paces = Sequence[tuple[int, timedelta]]


def paces(seconds_between: float, per_minute: int, per_hour: int) -> Paces:
    """Those of the settings; 0 is none."""
    every = (1, timedelta(seconds=seconds_between)) if seconds_between else None
    minute = (per_minute, timedelta(minutes=1)) if per_minute else None
    hour = (per_hour, timedelta(hours=1)) if per_hour else None
    return tuple(pace for pace in (every, minute, hour) if pace)


class Source(Protocol):
    """Where incidents come from. `verify`, `delivery_id`, `first` and `read` do no I/O."""

    name: str
    max_bytes: int
    accepted: int  # the status of a stored delivery: 202, or 200 where the vendor insists
    accounts: tuple[str, ...]

    def account(self) -> str:
        """As above."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature. `headers` keys are lower-case."""

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The vendor's id of the delivery (the same when delivered again), else the SHA-256 of the body in hex."""

    def first(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether it may tell of a closing, or of something else that concerns us soon, and is read before others. Runs
        while the vendor waits, so it parses nothing; a wrong answer costs no more than time."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Signal:
        """Raises BadPayload with a sentence for `deliveries`."""

    def fetch(self, ref: str, *, hint: Ticket | None = None) -> Ticket:
        """The truth about one ticket: text, comments, events. Raises ConnectorError."""

    def closed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incident tickets, by the settings, that were closed at or after this time; without comments and events, the
        oldest closing first where the vendor can sort so. Raises ConnectorError."""

    def changed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incident tickets, by the settings, open or closed, that were changed at or after this time, and perhaps some
        that were not; as those of `closed_since`, which are among them, in no order. `unwanted` says of a closed one
        why it gets no postmortem. Raises ConnectorError."""

    def token_ends(self) -> datetime | None:
        """When the token stops being good, as the vendor last said or the settings say; None: not known. No I/O."""

    def check(self) -> Sequence[Finding]:
        """Tries the connection, read-only; never raises ConnectorError."""


class Tracker(Protocol):
    """Where issues go. One instance may be used by many threads; it keeps one client per thread itself."""

    name: str
    kind: str  # github, jira
    places: Sequence[str]  # the repositories or projects named in the settings, the default first
    server: str
    paces: Paces
    accounts: tuple[str, ...]

    def account(self, *, fresh: bool = False) -> str:
        """As above."""

    def signs(self) -> str:
        """As above."""

    def look(
        self, markers: Sequence[str], place: str, incident: Ticket, since: datetime, *, deep: bool = False
    ) -> Mapping[str, Filed]:
        """Issues made by an account of ours that carry one of these markers. One call, as near to the truth as the
        vendor allows (sub-issues, listing, JQL), never a text search, and at most one more for each account of before;
        `deep` spends more calls (every way there is), for after an unknown outcome."""

    def preview(self, draft: Draft) -> str:
        """What `create` and `link` would send, word for word as a person reads it there: title, fields, links, body
        with the marker. Raises ConnectorError if who can read the place is to be asked and no answer comes."""

    def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
        """Exactly one POST, never repeated here. Raises NotSent, Limited, Refused or OutcomeUnknown, nothing else but
        what `sure` raises."""

    def links(self, filed: Filed, draft: Draft) -> int:
        """How many writes `link` would send; 0: there is nothing to link. No I/O."""

    def link(self, filed: Filed, draft: Draft) -> None:
        """Whatever links the issue to the incident and the document and is harmless to repeat (Jira: issue link, remote
        link). Raises ConnectorError."""

    def visibility(self, place: str) -> Visibility:
        """Who can read what is filed there. Asked again after an hour at most. Raises ConnectorError."""

    def assignable(self, place: str, person_id: str) -> bool:
        """Whether this person can be assigned there. Cached for a day."""

    def resolve(self, reference: str, incident: Ticket) -> IssueState | None:
        """The issue that an action item's text already names (#123, URL, PAY-12); None: not one of this tracker's."""

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """What changed since the cursor, in few calls. Never raises for one bad place: that is a Problem."""

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each of these read by id, 100 a call."""

    def marked(self, since: datetime) -> Iterator[Marked]:
        """Every issue that an account of ours made, that carries a marker, and that was made or changed since then.
        Raises ConnectorError."""

    def reason(self, tracked: Tracked) -> str:
        """The last comment of a person on an issue, in one line, or ""; kept as the reason of a "won't do"."""

    def update(self, tracked: Tracked, edit: Edit, sure: Sure | None = None) -> tuple[str, ...]:
        """Changes these fields of an issue and nothing else, without notifying where the vendor allows. Harmless to
        repeat. Gives what could not be set, in the tracker's words. Raises Missing or another ConnectorError."""

    def comment(self, tracked: Tracked, marker: str, body: str, sure: Sure | None = None) -> Published:
        """A comment of ours on an issue: exactly one POST, never repeated here. `body` is Markdown; the connector adds
        the marker (`afterword:nudge key=…`). Raises NotSent, Limited, Refused or OutcomeUnknown."""

    def commented(self, tracked: Tracked, marker: str) -> Published | None:
        """The comment with this marker that an account of ours wrote, read from the vendor now."""

    def comments(self, tracked: Tracked, since: datetime | None) -> Sequence[Comment]:
        """What people wrote on an issue since then, the oldest first, without our own and without what not everyone
        may read; `trusted` as in a ticket. Raises ConnectorError."""

    def token_ends(self) -> datetime | None:
        """As a source's."""

    def check(self, places: Sequence[str]) -> Sequence[Finding]:
        """Tries the connection and each place, read-only; never raises ConnectorError."""


@dataclass(frozen=True, slots=True)
class Published:
    """A comment of ours on a ticket."""

    id: str
    url: str


class Publisher(Protocol):
    """Writes the one comment on an incident ticket."""

    server: str
    paces: Paces
    accounts: tuple[str, ...]

    def account(self, *, fresh: bool = False) -> str:
        """As above."""

    def signs(self) -> str:
        """As above."""

    def find(self, ticket: Ticket, marker: str) -> Published | None:
        """The comment with this marker that an account of ours wrote, read from the vendor now."""

    def preview(self, ticket: Ticket, marker: str, body: str) -> str:
        """The comment as `post` would send it, marker included. No I/O."""

    def post(self, ticket: Ticket, marker: str, body: str, sure: Sure | None = None) -> Published:
        """Exactly one POST, never repeated here. `body` is Markdown; the connector adds the marker."""

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str, sure: Sure | None = None) -> bool:
        """Replaces the text without notifying where the vendor allows. False: a person deleted the comment."""
