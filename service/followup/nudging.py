"""Reminders on the issues themselves, each at most once: decided on and written into the ledger in one transaction,
then posted; what may have been posted is looked for by its marker before anything is sent again.

One row of work a day; whoever holds it decides and sends, so that "sending" is found only by who is alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connectors.base import (
    AfterwordError,
    ConnectorError,
    Limited,
    NotSent,
    OutcomeUnknown,
    Published,
    Refused,
    Sure,
    Tracker,
)
from service import crash, pacing, pause, places, upkeep
from service.accounts import Account
from service.followup import reminding
from service.followup.leads import Hears
from service.followup.nudge_words import words
from service.followup.nudges import still_true
from service.parts import Parts
from service.postmortem import audience
from service.postmortem.standing import Standing, place_of
from service.refusals import Gate
from service.retry import SOON
from service.routes import route_for
from service.store import incidents, nudges, postmortems, work, writes
from service.store.incidents import Incident
from service.store.nudges import Issue, Nudge
from service.store.work import Lease

log = structlog.get_logger()

#: after a refusal: another working day, not every hour
REFUSED_AGAIN = timedelta(days=1)
LOOKING = "The answer to a reminder was lost. It is looked for before anything is sent again."
OVER = "It no longer holds: the item ended, moved, or was put off meanwhile. Nothing was sent."


def nudge_day(parts: Parts, lease: Lease) -> datetime | None:
    """The reminders of one day, and the end of those that were begun. Gives when to look again, or None."""
    now, days = parts.now(), reminding.workdays(parts)
    if lease.key != days.today(now).isoformat() or not parts.settings.nudges.enabled:
        return None  # its day is over: another day's row goes on with what was begun
    with parts.database.begin() as connection:
        work.hold(connection, lease, now)
        if pause.standing(parts, connection) is not None:
            return now + pause.AGAIN
        if nudges.held_elsewhere(connection, lease.key, now):
            return now + SOON
    with Gate(parts) as gate:
        again = _drive(parts, lease, gate)
        if days.open(now):
            _decide(parts, lease)
            crash.point("nudges decided")
            again = _drive(parts, lease, gate)
    return again


def _decide(parts: Parts, lease: Lease) -> None:
    """After a look at the trackers that are concerned: what ended a minute ago is not reminded of."""
    with parts.database.read() as connection:
        due = [one for one in reminding.decisions(parts, connection, parts.now()) if one.outcome == "now"]
    silent = {name for name in sorted({one.candidate.item.tracker or "" for one in due}) if not _seen(parts, name)}
    with parts.database.begin() as connection:
        now = parts.now()
        work.hold(connection, lease, now)
        for one in reminding.decisions(parts, connection, now):
            item = one.candidate.item
            if one.outcome == "now" and item.tracker not in silent:
                kind, person = one.step.kind, one.candidate.person
                nudges.add(
                    connection, item.id, item.key, item.incident_id, kind=kind, person=person, due=item.due, now=now
                )


def _seen(parts: Parts, tracker: str) -> bool:
    try:
        upkeep.look_at(parts, tracker, verify=False)
    except ConnectorError as error:
        log.warning("a tracker did not answer before the reminders", tracker=tracker, error=error.message)
        return False
    return True


def _drive(parts: Parts, lease: Lease, gate: Gate) -> datetime | None:
    """A step for each that is under way. One tracker's silence is enough: its others wait with it."""
    with parts.database.read() as connection:
        open_ones = nudges.under_way(connection)
    waits: list[datetime] = []
    for nudge in open_ones:
        at = _Nudging(parts, lease, nudge, gate).step()
        if at is not None:
            waits.append(at)
    return min(waits, default=None)


def marker_of(parts: Parts, key: str) -> str:
    """Of one reminder: `key` is its row of the ledger."""
    return hmac.new(parts.installation, key.encode(), hashlib.sha256).hexdigest()[:24]


class _Nudging:
    """One reminder on its way."""

    def __init__(self, parts: Parts, lease: Lease, nudge: Nudge, gate: Gate) -> None:
        self.parts = parts
        self.lease = lease
        self.nudge = nudge
        self.gate = gate
        self.marker = marker_of(parts, nudge.key)
        self._reload()

    def step(self) -> datetime | None:
        """Gives when to look again, or None."""
        parts = self.parts
        with parts.database.read() as connection:
            known = reminding.known(parts, connection, parts.now(), item_id=self.nudge.item_id)
            incident = incidents.get(connection, self.nudge.incident_id)
        issue = known[0].issue if known else None
        if issue is None or incident is None or issue.tracker not in parts.trackers:
            if not self.write.posts and self.write.state != "sending":
                self._drop()
            return None
        tracker = parts.trackers[issue.tracker]
        if not self.write.due(parts.now()):
            return self.write.not_before
        account = self.gate.account("tracker", tracker.name)
        if (standing := self.gate.shut(account, tracker)) is not None:
            return self._put_off(standing.not_before, account)
        try:
            if self.write.state == "sending":  # whoever sent it is gone: this attempt holds the day's row
                self._move(writes.unknown, self.write.attempt, parts.now(), LOOKING)
                self._reload()
            if self.write.state == "unknown" and (at := self._look(tracker, issue)) is not None:
                return at
            if self.write.settled:
                return None
            return self._post(tracker, issue, incident, known[0].item, known[0].hears)
        except ConnectorError as error:
            return self.gate.met(account, tracker, error) or self._refused(error)

    def _look(self, tracker: Tracker, issue: Issue) -> datetime | None:
        """The outcome is unknown. None: it was found, or every look is done and it may be posted again."""
        account = self.gate.know("tracker", tracker.name, tracker)
        found = tracker.commented(issue.tracked, self.marker)
        self.gate.answered(account)
        if found is not None:
            self._done(self.write.attempt, found)
            return None
        delays = self.parts.settings.filing.look_after
        with self.parts.database.begin() as connection:
            now = self.parts.now()
            work.hold(connection, self.lease, now)
            if self.write.looks + 1 < len(delays):
                apart = delays[self.write.looks + 1] - delays[self.write.looks]
                at = max(min(self.write.since or now, now) + delays[self.write.looks + 1], now + apart)
                writes.looked(connection, self.write, at)
                return at
            writes.give_up_looking(connection, self.write, "planned", "")
        self._reload()
        return None

    def _post(
        self, tracker: Tracker, issue: Issue, incident: Incident, item: Standing, hears: Hears
    ) -> datetime | None:
        parts, now = self.parts, self.parts.now()
        days = reminding.workdays(parts)
        with parts.database.read() as connection:
            candidate = reminding.candidates(parts, connection, now, item_id=item.id)[0]
        if not still_true(candidate, self.nudge.kind, self.nudge.due, days, now):
            self._drop()
            return None
        account = self.gate.know("tracker", tracker.name, tracker)
        if not days.open(now):
            return self._put_off(days.next_open(now) or now + REFUSED_AGAIN, account)
        body = self._body(tracker, issue, incident, item, hears)
        with parts.database.begin() as connection:
            work.hold(connection, self.lease, now)
            pause.guard(parts, connection)
            paced = pacing.take(connection, account, incident.id, now)
            attempt = None if paced else writes.begin(connection, self.write, now, account.key)
        if attempt is None:
            return paced and self._put_off(paced, account)
        crash.point("before nudge")
        try:
            published = tracker.comment(issue.tracked, self.marker, body, self._last_word(tracker))
        except pause.Paused as error:  # by the last word: nothing was sent
            self._move(writes.not_sent, attempt, parts.now(), error.message)
            raise
        except (NotSent, Limited, Refused) as error:
            again = self.gate.met(account, tracker, error)
            if again is None and isinstance(error, Refused):
                return self._refused(error, attempt)
            again = again or parts.now() + SOON
            self._move(writes.not_sent, attempt, again, error.message)
            return again
        except OutcomeUnknown:
            at = parts.now() + parts.settings.filing.look_after[0]
            self._move(writes.unknown, attempt, at, LOOKING)
            return at
        self.gate.answered(account)
        crash.point("nudge answered, not stored")
        self._done(attempt, published)
        return None

    def _body(self, tracker: Tracker, issue: Issue, incident: Incident, item: Standing, hears: Hears) -> str:
        """Without a word of the ticket where more people can read the issue than the ticket. Raises ConnectorError."""
        parts = self.parts
        with parts.database.read() as connection:
            postmortem = postmortems.of_incident(connection, incident.id)
        route = route_for(parts.settings, incident.ticket, incident.severity, item.text)
        publish = route is not None and route.tracker == tracker.name and route.publish
        readers = places.audience(parts, tracker, place_of(item.issue_label) or issue.place, publish=publish)
        days = reminding.workdays(parts)
        return words(
            parts.texts,
            days,
            reminding.policy(parts),
            item,
            hears,
            self.nudge.kind,
            days.today(parts.now()),
            title=postmortem.document.title if postmortem else incident.title,
            item_url=f"{parts.document_url(postmortem.id)}#item-{item.number}" if postmortem else incident.ticket.url,
            tracker_kind=tracker.kind,
            adopted=issue.adopted,
            withheld=not audience.may_flow(incident.ticket.visibility, readers, publish=publish),
        )

    def _last_word(self, tracker: Tracker) -> Sure:
        return pacing.last_word(self.parts, self.lease, self.gate, self.gate.account("tracker", tracker.name))

    # --- the ledger

    def _refused(self, error: ConnectorError, attempt: int | None = None) -> datetime:
        at = self.parts.now() + (REFUSED_AGAIN if isinstance(error, Refused) else SOON)
        if isinstance(error, Refused):
            said = self.write.attempt if attempt is None else attempt
            self._move(writes.failed, said, error.message, error.fields, at)
        return at

    def _drop(self) -> None:
        """It is not to be sent any more."""
        self._move(writes.drop, self.write.attempt, OVER)

    def _done(self, attempt: int, published: Published) -> None:
        self._move(writes.done, attempt, published.id, published.url)
        self._reload()

    def _put_off(self, at: datetime, account: Account) -> datetime:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.put_off(connection, self.write, account.key, at)
        return at

    def _move(self, how: Callable[..., bool], attempt: int, *args: object) -> None:
        """One step of the ledger, recorded while this attempt holds the day's row."""
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            how(connection, self.nudge.key, attempt, *args)

    def _reload(self) -> None:
        with self.parts.database.read() as connection:
            found = writes.get(connection, self.nudge.key)
        if found is None:
            raise AfterwordError(f"The ledger has no row {self.nudge.key}.")
        self.write = found
