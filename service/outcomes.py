"""What became of one attempt to file an action item, recorded while this telling of the story holds the incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, Filed, Refused, Tracker
from service import crash, pacing, pause, wording
from service.drafting import draft_of
from service.parts import Parts
from service.places import Opened
from service.refusals import Gate
from service.store import items, work, writes
from service.store.items import Item
from service.store.work import Lease
from service.store.writes import Write

#: after a refusal that a person may mend (a right, a required field)
REFUSED_AGAIN = timedelta(hours=1)


class Run:
    """One telling of an incident's story: where was looked already, and which tracker does not answer just now."""

    def __init__(self, parts: Parts, lease: Lease, incident_id: int, gate: Gate) -> None:
        self.parts = parts
        self.lease = lease
        self.incident_id = incident_id
        self.gate = gate
        self.looked: set[tuple[str | None, str | None]] = set()
        self.troubled: dict[str, datetime] = {}

    def trouble(self, tracker: str, at: datetime) -> datetime:
        """One silence is enough: the tracker's other items wait with this one."""
        self.troubled[tracker] = at
        return at


def link(run: Run, tracker: Tracker, item: Item) -> datetime | None:
    """The links to incident and document: harmless to repeat, so they need no ledger. They go together, after a turn
    for all of them. Gives the time of that turn if it is not now."""
    parts = run.parts
    if item.filed is None:
        return None
    crash.point("stored, not linked")
    try:
        draft = draft_of(parts, item, tracker)
    except Opened:
        return parts.now() + REFUSED_AGAIN
    if number := tracker.links(item.filed, draft):
        account = run.gate.account("tracker", tracker.name)
        with parts.database.begin() as connection:
            pause.guard(parts, connection)
            paced = pacing.take(connection, account, run.incident_id, parts.now(), number)
        if paced is not None:
            return paced
        try:
            tracker.link(item.filed, draft)
        except Refused as error:  # the body names incident and document: such a refusal is not worth a failure
            if (at := run.gate.met(account, tracker, error)) is not None:
                return run.trouble(tracker.name, at)
        run.gate.answered(account)
        crash.point("linked, not noted")
    with parts.database.begin() as connection:
        work.hold(connection, run.lease, parts.now())
        items.linked(connection, item.id, parts.now())
    return None


def words_of(error: Refused) -> str:
    """What the tracker said, field by field where it named any, as a sentence."""
    said = "; ".join(f"{field}: {words}" if field else words for field, words in error.fields.items()) or error.message
    return said if said.endswith((".", "!", "?")) else f"{said}."


class Outcomes:
    """One item, its row of the ledger, and what each end of an attempt writes there."""

    def __init__(self, run: Run, tracker: Tracker, item: Item, write: Write) -> None:
        self.run = run
        self.parts = run.parts
        self.lease = run.lease
        self.incident_id = run.incident_id
        self.tracker = tracker
        self.item = item
        self.write = write
        self.account = run.gate.account("tracker", tracker.name)

    def label(self) -> str:
        return {"github": "GitHub", "jira": "Jira"}.get(self.tracker.kind, self.tracker.kind)

    def there(self) -> str:
        return f"{self.label()} {self.item.place}"

    def planned_again(self, attempt: int, at: datetime, error: AfterwordError) -> datetime:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.not_sent(connection, self.write.key, attempt, at, error.message)
        crash.point("outcome noted")
        return self.run.trouble(self.tracker.name, at)

    def failed(self, attempt: int, reason: str, error: Refused) -> datetime:
        at = self.parts.now() + REFUSED_AGAIN
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.failed(connection, self.write.key, attempt, reason, error.fields, at)
        crash.point("outcome noted")
        return at

    def unknown(self, attempt: int) -> datetime:
        at = self.parts.now() + self.parts.settings.filing.look_after[0]
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.unknown(connection, self.write.key, attempt, at, wording.LOOKING.format(label=self.label()))
        crash.point("outcome noted")
        return at

    def stored(self, attempt: int, issue: Filed, assignee: str | None = None) -> datetime | None:
        """The issue exists: nothing after this may fail in a way that files it again."""
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            self.record(connection, self.item, attempt, issue, assignee)
        with self.parts.database.read() as connection:
            item = items.get(connection, self.item.id)
        return link(self.run, self.tracker, item) if item and item.filed and not item.linked else None

    def record(
        self, connection: Connection, item: Item, attempt: int, issue: Filed, assignee: str | None = None
    ) -> None:
        if any(note.startswith("assignee") for note in issue.notes):  # the tracker did not take that person
            assignee = None
        if writes.done(connection, items.write_key(item.key), attempt, issue.id, issue.url):
            items.filed(connection, item, issue, assignee=assignee, now=self.parts.now())
