"""Files one action item as exactly one issue: the ledger's row decides, the tracker is asked, the outcome is recorded.

What is unknown is looked for by its marker before anything is sent again (docs/guarantees.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.base import ConnectorError, Filed, IssueState, Limited, NotSent, OutcomeUnknown, Refused
from service import crash, looks, pacing, pause, wording
from service.cleaning import clean_state
from service.drafting import draft_of
from service.outcomes import Outcomes, Run, link, words_of
from service.places import Opened
from service.retry import SOON
from service.routes import nearest_first
from service.store import connections, forget, incidents, items, work, writes
from service.store.items import Item
from service.store.writes import Write

#: how far before a POST, or a ticket's opening, an issue is looked for, as clocks differ
EARLIER = timedelta(days=1)
#: posts of one item, each after every look found nothing; then a person decides
MOST_POSTS = 10


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
    if item.filed is not None:
        if item.linked:
            return None
    elif write is None or write.settled or _not_to_be_filed(item, write):
        return None
    elif not write.due(parts.now()):
        return write.not_before
    account = run.gate.account("tracker", tracker.name)
    if (standing := run.gate.shut(account, tracker)) is not None:
        if write is not None:
            with parts.database.begin() as connection:
                work.hold(connection, run.lease, parts.now())
                reason = standing.reason if standing.state == connections.DENIED else ""
                writes.put_off(connection, write, account.key, standing.not_before, reason)
        return run.trouble(item.tracker, standing.not_before)
    try:
        if item.filed is not None or write is None:
            return link(run, tracker, item)
        return _Filing(run, tracker, item, write).step()
    except ConnectorError as error:  # a read before the POST, or a link after it, got no answer
        again = run.gate.met(account, tracker, error)
        if again is None and isinstance(error, Refused) and write is not None and write.state in ("planned", "failed"):
            filing = _Filing(run, tracker, item, write)  # one place refuses to be read: it is said, and tried each hour
            return filing.failed(
                write.attempt, wording.NOT_FILED.format(place=filing.there(), words=words_of(error)), error
            )
        at = again or parts.now() + SOON
        if again is None and write is not None and item.filed is None:  # an answer that says nothing: readers are told
            with parts.database.begin() as connection:
                work.hold(connection, run.lease, parts.now())
                words = wording.NOT_ANSWERED.format(place=f"{tracker.name} {item.place}", words=error.message)
                writes.put_off(connection, write, account.key, at, words)
        return run.trouble(item.tracker, at)


def _not_to_be_filed(item: Item, write: Write) -> bool:
    """Of what is not under way: it is done, gone from the text, or it is not clear which item it is. What was sent is
    always followed to its end."""
    return write.state in ("planned", "failed") and (item.done_in_text or not item.in_text or bool(item.unclear))


class _Filing(Outcomes):
    """One item on its way to its issue."""

    def step(self) -> datetime | None:
        if self.write.state == "sending":  # whoever sent it is gone: this attempt holds the incident now
            self.unknown(self.write.attempt)
            self._reload()
        if self.write.state == "unknown":
            return self._look_again()
        if (paced := self._paced()) is not None:
            return paced
        if self._adopt():
            return None
        found = self._look_first()
        if found is not None:
            crash.point("found, not stored")
            return self.stored(self.write.attempt, found)
        return self._post()

    def _reload(self) -> None:
        with self.parts.database.read() as connection:
            self.write = writes.get(connection, self.write.key) or self.write

    def _paced(self) -> datetime | None:
        """When there is a turn for a POST; None: now. Asked before anything is looked for, so that waiting costs no
        call. The tracker's other items wait with this one."""
        with self.parts.database.read() as connection:
            at = pacing.free_at(connection, self.account, self.incident_id, self.parts.now())
        return at and self._put_off(at)

    def _put_off(self, at: datetime) -> datetime:
        looks.of(self.tracker).goes_on(self.lease, self.item.place, self.parts.now())
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.put_off(connection, self.write, self.account.key, at)
        return self.run.trouble(self.tracker.name, at)

    # --- an issue that the text names already

    def _adopt(self) -> bool:
        """True if the item's own text names an issue of one of our trackers: it is followed, not filed again."""
        with self.parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
        if incident is None:
            return False
        for reference in self.item.refs:
            for name, tracker in nearest_first(self.parts.trackers, reference):
                seen = tracker.resolve(reference, incident.ticket)
                if seen is not None and seen.url != incident.ticket.url:
                    return self._follow(name, seen)
        return False

    def _follow(self, tracker_name: str, seen: IssueState) -> bool:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            if items.holder(connection, tracker_name, seen.id) is not None:
                return False  # another item has this issue: this one gets its own
            seen = clean_state(forget.load(connection), seen)
            if writes.done(connection, self.write.key, self.write.attempt, seen.id, seen.url):
                items.route(connection, self.item, tracker_name)
                issue = Filed(seen.id, seen.label, seen.url, seen.native)
                items.filed(connection, self.item, issue, assignee=None, now=self.parts.now(), seen=seen)
            return True  # or a person linked it meanwhile, and that stands

    # --- looking

    def _look_first(self) -> Filed | None:
        """One look per incident and place precedes its POSTs, in every run: a database restored to an older state must
        find what was filed. Only a run that goes on where this process waited for a turn goes by the look of before."""
        place = (self.item.tracker, self.item.place)
        made = looks.of(self.tracker)
        if place in self.run.looked or made.holds(self.lease, self.item.place, self.item.key, self.parts.now()):
            return None
        with self.parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
            siblings = items.of_incident(connection, self.incident_id)
        if incident is None:
            return None
        self.account = self.run.gate.know("tracker", self.tracker.name, self.tracker)
        crash.point("before looking")
        here = {s.key: s for s in siblings if (s.tracker, s.place) == place and s.filed is None}
        since = incident.ticket.opened_at - EARLIER
        deep = self.write.posts > 0  # it may exist where one page does not show it
        found = self.tracker.look(list(here), self.item.place or "", incident.ticket, since, deep=deep)
        crash.point("looked")
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            for key, issue in found.items():
                write = writes.get(connection, items.write_key(key))
                if key != self.item.key and key in here and write is not None:
                    self.record(connection, here[key], write.attempt, issue)
        self.run.looked.add(place)
        self.run.gate.answered(self.account)
        made.made(self.lease, self.item.place, set(here) - set(found), self.parts.now())
        return found.get(self.item.key)

    def _look_again(self) -> datetime | None:
        """The outcome of a POST is unknown: a hit is adopted, a miss is looked for again later."""
        parts, write = self.parts, self.write
        begun = min(write.since or parts.now(), parts.now())  # a clock may have been wrong
        with parts.database.read() as connection:
            incident = incidents.get(connection, self.incident_id)
        if incident is None:
            return None
        found = self.tracker.look([self.item.key], self.item.place or "", incident.ticket, begun - EARLIER, deep=True)
        crash.point("looked again")
        self.run.gate.answered(self.account)
        if self.item.key in found:
            return self.stored(write.attempt, found[self.item.key])
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
        if ask:
            return None
        looks.of(self.tracker).made(self.lease, self.item.place, {self.item.key}, parts.now())
        return parts.now()

    def _waiting(self) -> str:
        texts = self.parts.texts
        when = texts.stamp(self.write.since) if self.write.since else "an earlier day"
        times = len(self.parts.settings.filing.look_after)
        looks = "once" if times == 1 else f"{times} times"
        return wording.WAITING.format(label=self.label(), when=when, looks=looks)

    # --- posting

    def _post(self) -> datetime | None:
        parts = self.parts
        try:
            draft = draft_of(parts, self.item, self.tracker)
        except Opened as error:
            return self.failed(self.write.attempt, error.message, error)
        with parts.database.begin() as connection:
            now = parts.now()
            work.hold(connection, self.lease, now)
            pause.guard(parts, connection)
            paced = pacing.take(connection, self.account, self.incident_id, now)
            attempt = None if paced else writes.begin(connection, self.write, now, self.account.key)
        if attempt is None:
            return paced and self._put_off(paced)
        looks.of(self.tracker).sent(self.lease, self.item.place, self.item.key)
        crash.point("before POST")
        try:
            issue = self.tracker.create(draft, pacing.last_word(parts, self.lease, self.run.gate, self.account))
        except pause.Paused as error:  # by the last word: nothing was sent
            self.planned_again(attempt, parts.now(), error)
            raise
        except (NotSent, Limited) as error:
            again = self.run.gate.met(self.account, self.tracker, error)
            return self.planned_again(attempt, again or parts.now() + SOON, error)
        except Refused as error:
            if (again := self.run.gate.met(self.account, self.tracker, error)) is not None:
                return self.planned_again(attempt, again, error)
            self.run.gate.answered(self.account)
            return self.failed(attempt, wording.NOT_FILED.format(place=self.there(), words=words_of(error)), error)
        except OutcomeUnknown:
            return self.unknown(attempt)
        self.run.gate.answered(self.account)
        crash.point("answered, not stored")
        return self.stored(attempt, issue, assignee=draft.assignee)
