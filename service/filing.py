"""Files one action item as exactly one issue: the ledger's row decides, the tracker is asked, the outcome is recorded.

What is unknown is looked for by its marker before anything is sent again (docs/guarantees.md).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import (
    ConnectorError,
    Filed,
    IssueState,
    Limited,
    NotSent,
    OutcomeUnknown,
    Refused,
    Tracker,
)
from service import crash, pause, wording
from service.drafting import draft_of
from service.parts import Parts
from service.retry import SOON, retry_after
from service.store import incidents, items, work, writes
from service.store.items import Item
from service.store.work import Lease
from service.store.writes import Write

#: after a refusal that a person may mend (a right, a required field)
REFUSED_AGAIN = timedelta(hours=1)
#: how far before a POST, or a ticket's opening, an issue is looked for, as clocks differ
EARLIER = timedelta(days=1)
#: posts of one item, each after every look found nothing; then a person decides
MOST_POSTS = 10


class Run:
    """One telling of an incident's story: where was looked already, and which tracker does not answer just now."""

    def __init__(self, parts: Parts, lease: Lease, incident_id: int) -> None:
        self.parts = parts
        self.lease = lease
        self.incident_id = incident_id
        self.looked: set[tuple[str | None, str | None]] = set()
        self.troubled: dict[str, datetime] = {}

    def trouble(self, tracker: str, at: datetime) -> datetime:
        """One silence is enough: the tracker's other items wait with this one."""
        self.troubled[tracker] = at
        return at


def file_item(run: Run, item_id: int) -> datetime | None:
    """Does what this item still lacks. Gives the time at which to look again, or None."""
    parts = run.parts
    with parts.database.read() as connection:
        item = items.get(connection, item_id)
        write = writes.get(connection, items.write_key(item.key)) if item else None
    if item is None or item.tracker is None or item.tracker not in parts.trackers:
        return None
    if item.tracker in run.troubled:
        return run.troubled[item.tracker]
    tracker = parts.trackers[item.tracker]
    try:
        if item.filed is not None:
            return None if item.linked else _link(run, tracker, item)
        if write is None or write.settled or _not_to_be_filed(item, write):
            return None
        if not write.due(parts.now()):
            return write.not_before
        return _Filing(run, tracker, item, write).step()
    except Limited as error:
        return run.trouble(item.tracker, parts.now() + retry_after(error))
    except ConnectorError:  # a read before the POST, or a link after it, got no answer
        return run.trouble(item.tracker, parts.now() + SOON)


def account_of(item: Item) -> str:
    """Whose limits the item's writes count against: its tracker."""
    return item.tracker or ""


def _not_to_be_filed(item: Item, write: Write) -> bool:
    """Of what is not under way: it is done, gone from the text, or it is not clear which item it is. What was sent is
    always followed to its end."""
    return write.state in ("planned", "failed") and (item.done_in_text or not item.in_text or bool(item.unclear))


def _link(run: Run, tracker: Tracker, item: Item) -> datetime | None:
    """The links to incident and document: harmless to repeat, so they need no ledger."""
    parts = run.parts
    if item.filed is None:
        return None
    crash.point("stored, not linked")
    with suppress(Refused):  # the body names incident and document: a link that is refused is not worth a failure
        draft = draft_of(parts, item, tracker)
        with parts.database.read() as connection:
            pause.guard(parts, connection)
        tracker.link(item.filed, draft)
    crash.point("linked, not noted")
    with parts.database.begin() as connection:
        work.hold(connection, run.lease, parts.now())
        items.linked(connection, item.id, parts.now())
    return None


class _Filing:
    """One item on its way to its issue."""

    def __init__(self, run: Run, tracker: Tracker, item: Item, write: Write) -> None:
        self.run = run
        self.parts = run.parts
        self.lease = run.lease
        self.incident_id = run.incident_id
        self.tracker = tracker
        self.item = item
        self.write = write

    def step(self) -> datetime | None:
        if self.write.state == "sending":  # whoever sent it is gone: this attempt holds the incident now
            self._unknown(self.write.attempt)
            self._reload()
        if self.write.state == "unknown":
            return self._look_again()
        if self._adopt():
            return None
        found = self._look_first()
        if found is not None:
            return self._stored(self.write.attempt, found)
        return self._post()

    def _reload(self) -> None:
        with self.parts.database.read() as connection:
            self.write = writes.get(connection, self.write.key) or self.write

    # --- an issue that the text names already

    def _adopt(self) -> bool:
        """True if the item's own text names an issue of one of our trackers: it is followed, not filed again."""
        with self.parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
        if incident is None:
            return False
        for reference in self.item.refs:
            for name, tracker in self.parts.trackers.items():
                seen = tracker.resolve(reference, incident.ticket)
                if seen is not None and seen.url != incident.ticket.url:
                    return self._follow(name, seen)
        return False

    def _follow(self, tracker_name: str, seen: IssueState) -> bool:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            if items.holder(connection, tracker_name, seen.id) is not None:
                return False  # another item has this issue: this one gets its own
            if writes.done(connection, self.write.key, self.write.attempt, seen.id, seen.url):
                items.route(connection, self.item, tracker_name)
                issue = Filed(seen.id, seen.label, seen.url, seen.native)
                items.filed(connection, self.item, issue, assignee=None, now=self.parts.now(), seen=seen)
            return True  # or a person linked it meanwhile, and that stands

    # --- looking

    def _look_first(self) -> Filed | None:
        """One look per incident and place precedes its POSTs, in every run: a database restored to an older state must
        find what was filed."""
        place = (self.item.tracker, self.item.place)
        if place in self.run.looked:
            return None
        with self.parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
            siblings = items.of_incident(connection, self.incident_id)
        if incident is None:
            return None
        here = {s.key: s for s in siblings if (s.tracker, s.place) == place and s.filed is None}
        since = incident.ticket.opened_at - EARLIER
        found = self.tracker.look(list(here), self.item.place or "", incident.ticket, since)
        crash.point("looked")
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            for key, issue in found.items():
                write = writes.get(connection, items.write_key(key))
                if key != self.item.key and key in here and write is not None:
                    self._record(connection, here[key], write.attempt, issue)
        self.run.looked.add(place)
        return found.get(self.item.key)

    def _look_again(self) -> datetime | None:
        """The outcome of a POST is unknown: a hit is adopted, a miss is looked for again later."""
        parts, write = self.parts, self.write
        begun = write.since or parts.now()
        with parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
        if incident is None:
            return None
        found = self.tracker.look([self.item.key], self.item.place or "", incident.ticket, begun - EARLIER, deep=True)
        if self.item.key in found:
            return self._stored(write.attempt, found[self.item.key])
        delays = parts.settings.filing.look_after
        with parts.database.begin() as connection:
            work.hold(connection, self.lease, parts.now())
            if write.looks + 1 < len(delays):
                # After an outage the looks keep their distance too: what was sent may be on its way to the listing.
                apart = delays[write.looks + 1] - delays[write.looks]
                at = max(begun + delays[write.looks + 1], parts.now() + apart)
                writes.looked(connection, write, at)
                return at
            ask = parts.settings.filing.on_unknown == "ask" or write.posts >= MOST_POSTS
            writes.give_up_looking(connection, write, "waiting" if ask else "planned", self._waiting() if ask else "")
        return None if ask else parts.now()

    def _waiting(self) -> str:
        texts = self.parts.texts
        when = texts.stamp(self.write.since) if self.write.since else "an earlier day"
        times = len(self.parts.settings.filing.look_after)
        looks = "once" if times == 1 else f"{times} times"
        return wording.WAITING.format(label=self._label(), when=when, looks=looks)

    def _label(self) -> str:
        return {"github": "GitHub", "jira": "Jira"}.get(self.tracker.kind, self.tracker.kind)

    # --- posting

    def _post(self) -> datetime | None:
        parts = self.parts
        draft = draft_of(parts, self.item, self.tracker)
        account = account_of(self.item)
        with parts.database.begin() as connection:
            work.hold(connection, self.lease, parts.now())
            pause.guard(parts, connection)
            paced = writes.pace(connection, account, self.tracker.paces, parts.now())
            attempt = None if paced else writes.begin(connection, self.write, parts.now(), account)
        if attempt is None:
            return paced
        crash.point("before POST")
        try:
            issue = self.tracker.create(draft)
        except NotSent as error:
            return self._planned_again(attempt, parts.now() + SOON, error)
        except Limited as error:
            return self._planned_again(attempt, parts.now() + retry_after(error), error)
        except Refused as error:
            return self._failed(attempt, error)
        except OutcomeUnknown:
            return self._unknown(attempt)
        crash.point("answered, not stored")
        return self._stored(attempt, issue, assignee=draft.assignee)

    def _planned_again(self, attempt: int, at: datetime, error: ConnectorError) -> datetime:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.not_sent(connection, self.write.key, attempt, at, error.message)
        return self.run.trouble(account_of(self.item), at)

    def _failed(self, attempt: int, error: Refused) -> datetime:
        at = self.parts.now() + REFUSED_AGAIN
        said = "; ".join(f"{field}: {words}" for field, words in error.fields.items()) or error.message
        words = said if said.endswith((".", "!", "?")) else f"{said}."
        reason = wording.NOT_FILED.format(place=f"{self._label()} {self.item.place}", words=words)
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.failed(connection, self.write.key, attempt, reason, error.fields, at)
        return at

    def _unknown(self, attempt: int) -> datetime:
        at = self.parts.now() + self.parts.settings.filing.look_after[0]
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.unknown(connection, self.write.key, attempt, at, wording.LOOKING.format(label=self._label()))
        return at

    def _stored(self, attempt: int, issue: Filed, assignee: str | None = None) -> datetime | None:
        """The issue exists: nothing after this may fail in a way that files it again."""
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            self._record(connection, self.item, attempt, issue, assignee)
        with self.parts.database.read() as connection:
            item = items.get(connection, self.item.id)
        return _link(self.run, self.tracker, item) if item and item.filed and not item.linked else None

    def _record(
        self, connection: Connection, item: Item, attempt: int, issue: Filed, assignee: str | None = None
    ) -> None:
        if any(note.startswith("assignee") for note in issue.notes):  # the tracker did not take that person
            assignee = None
        if writes.done(connection, items.write_key(item.key), attempt, issue.id, issue.url):
            items.filed(connection, item, issue, assignee=assignee, now=self.parts.now())
