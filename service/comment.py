"""The one comment on the incident ticket: posted once, edited in place when a line changes, never brought back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.base import (
    AfterwordError,
    ConnectorError,
    Limited,
    NotSent,
    OutcomeUnknown,
    Published,
    Publisher,
    Refused,
    Sure,
    Ticket,
)
from service import crash, pacing, pause, wording
from service.parts import Parts
from service.postmortem.gaps import questions
from service.refusals import Gate
from service.retry import SOON
from service.store import postmortems, standings, work, writes
from service.store.incidents import Incident
from service.store.work import Lease
from service.store.writes import Write

REFUSED_AGAIN = timedelta(hours=1)


def marker_of(parts: Parts, incident: Incident) -> str:
    message = f"comment\n{incident.source}\n{incident.key}".encode()
    return hmac.new(parts.installation, message, hashlib.sha256).hexdigest()[:24]


def tell_ticket(parts: Parts, lease: Lease, incident: Incident, fresh: Ticket | None, gate: Gate) -> datetime | None:
    """Posts or edits the comment where it lacks a line. `fresh`: the ticket if it was read just now, with its comments.

    Gives the time at which to look again, or None.
    """
    publisher = parts.publishers.get(incident.source)
    if publisher is None:
        return None
    key = f"comment:{incident.id}"
    with parts.database.begin() as connection:
        work.hold(connection, lease, parts.now())
        writes.plan(connection, key, incident.id)
        write = writes.get(connection, key)
    if write is None or write.state in ("waiting", "dropped"):
        return None
    if write.state != "done" and not write.due(parts.now()):
        return write.not_before
    return _Telling(parts, lease, incident, publisher, write, gate).step(fresh)


class _Telling:
    def __init__(
        self, parts: Parts, lease: Lease, incident: Incident, publisher: Publisher, write: Write, gate: Gate
    ) -> None:
        self.parts = parts
        self.lease = lease
        self.incident = incident
        self.publisher = publisher
        self.write = write
        self.gate = gate
        self.account = gate.account("source", incident.source)
        self.marker = marker_of(parts, incident)

    def step(self, fresh: Ticket | None) -> datetime | None:
        body, digest = self._body()
        if self.write.state == "done" and digest == self.write.body_hash:
            return None
        if (standing := self.gate.shut(self.account, self.publisher)) is not None:
            return self._put_off(standing.not_before)
        try:
            if self.write.state == "done":
                return self._edit(body, digest)
            if self.write.state == "sending":  # whoever sent it is gone
                self._move(writes.unknown, self.write.attempt, self.parts.now(), wording.LOOKING_FOR_COMMENT)
                self._reload()
            if self.write.state != "unknown" and (paced := self._paced()) is not None:
                return self._put_off(paced)
            found = self._find(fresh)
            self.gate.answered(self.account)
            if found is not None:
                self._done(self.write.attempt, found, "")  # an older text may stand there: edited next
                self._reload()
                return self._edit(body, digest)
            if self.write.state == "unknown" and (at := self._missed()) is not None:
                return at
            return self._post(body, digest)
        except ConnectorError as error:
            again = self.gate.met(self.account, self.publisher, error)
            if again is None and isinstance(error, Refused):
                again = self.parts.now() + REFUSED_AGAIN
                self._move(writes.failed, self.write.attempt, error.message, error.fields, again)
            return again or self.parts.now() + SOON

    def _paced(self) -> datetime | None:
        with self.parts.database.read() as connection:
            return pacing.free_at(connection, self.account, self.incident.id, self.parts.now())

    def _put_off(self, at: datetime) -> datetime:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            writes.put_off(connection, self.write, self.account.key, at)
        return at

    def _last_word(self) -> Sure:
        return pacing.last_word(self.parts, self.lease, self.gate, self.account)

    def _body(self) -> tuple[str, str]:
        """(the text, the hash of its lines without the stamp)."""
        with self.parts.database.read() as connection:
            postmortem = postmortems.of_incident(connection, self.incident.id)
            standing = standings.standings(connection, self.incident.id, names=self.parts.people.names)
        if postmortem is None:
            raise AfterwordError(f"Incident {self.incident.id} has no document yet.")
        comment = self.parts.texts.comment_body(
            postmortem.document,
            standing,
            questions(postmortem.document, standing),
            self.parts.document_url(postmortem.id),
            kind=self._kind(),
            now=self.parts.now(),
        )
        return comment.full, hashlib.sha256(comment.lines.encode()).hexdigest()

    def _kind(self) -> str:
        return str(getattr(self.parts.settings.sources.get(self.incident.source), "kind", "github"))

    def _find(self, fresh: Ticket | None) -> Published | None:
        """Ours, if it is there: from the ticket just read where nothing was sent since, else asked for now."""
        self.account = self.gate.know("source", self.incident.source, self.publisher)
        if fresh is not None and not fresh.from_payload and self.write.attempt == 0:
            ours = [c for c in fresh.comments if c.marker == self.marker]
            return Published(ours[0].id, ours[0].url) if ours else None
        return self.publisher.find(self.incident.ticket, self.marker)

    def _missed(self) -> datetime | None:
        """Looked for and not found. None: every look is done, and it is posted again."""
        delays = self.parts.settings.filing.look_after
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            if self.write.looks + 1 < len(delays):
                apart = delays[self.write.looks + 1] - delays[self.write.looks]
                now = self.parts.now()
                at = max(min(self.write.since or now, now) + delays[self.write.looks + 1], now + apart)
                writes.looked(connection, self.write, at)
                return at
            writes.give_up_looking(connection, self.write, "planned", "")
        self._reload()
        return None

    def _post(self, body: str, digest: str) -> datetime | None:
        parts = self.parts
        with parts.database.begin() as connection:
            work.hold(connection, self.lease, parts.now())
            pause.guard(parts, connection)
            paced = pacing.take(connection, self.account, self.incident.id, parts.now())
            attempt = None if paced else writes.begin(connection, self.write, parts.now(), self.account.key)
        if attempt is None:
            return paced and self._put_off(paced)
        crash.point("before comment")
        try:
            published = self.publisher.post(self.incident.ticket, self.marker, body, self._last_word())
        except pause.Paused as error:  # by the last word: nothing was sent
            self._move(writes.not_sent, attempt, parts.now(), error.message)
            raise
        except (NotSent, Limited, Refused) as error:
            again = self.gate.met(self.account, self.publisher, error)
            if isinstance(error, Refused) and again is None:
                at = parts.now() + REFUSED_AGAIN
                self._move(writes.failed, attempt, error.message, error.fields, at)
                return at
            at = again or parts.now() + SOON
            self._move(writes.not_sent, attempt, at, error.message)
            return at
        except OutcomeUnknown:
            at = parts.now() + parts.settings.filing.look_after[0]
            self._move(writes.unknown, attempt, at, wording.LOOKING_FOR_COMMENT)
            return at
        self.gate.answered(self.account)
        crash.point("comment answered, not stored")
        self._done(attempt, published, digest)
        return None

    def _edit(self, body: str, digest: str) -> datetime | None:
        """Only when a line changed; the stamp alone is no reason."""
        if digest == self.write.body_hash or self.write.external_id is None:
            return None
        with self.parts.database.begin() as connection:
            pause.guard(self.parts, connection)
            paced = pacing.take(connection, self.account, self.incident.id, self.parts.now())
        if paced is not None:
            return paced
        crash.point("before edit")
        there = self.publisher.edit(self.incident.ticket, self.write.external_id, self.marker, body, self._last_word())
        self.gate.answered(self.account)
        if not there and self.publisher.find(self.incident.ticket, self.marker) is not None:
            return self.parts.now() + SOON  # a passing 404: it is still there
        crash.point("edit answered, not noted")
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            if there:
                writes.body_changed(connection, self.write.key, digest)
            else:
                writes.drop(connection, self.write.key, self.write.attempt, wording.COMMENT_DELETED)
        return None

    def _done(self, attempt: int, published: Published, digest: str) -> None:
        self._move(writes.done, attempt, published.id, published.url, digest)

    def _move(self, how: Callable[..., bool], attempt: int, *args: object) -> None:
        """One step of the ledger, recorded while this attempt holds the incident."""
        with self.parts.database.begin() as connection:
            work.hold(connection, self.lease, self.parts.now())
            how(connection, self.write.key, attempt, *args)

    def _reload(self) -> None:
        with self.parts.database.read() as connection:
            self.write = writes.get(connection, self.write.key) or self.write
