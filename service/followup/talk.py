"""What people write on the issues of action items is heard: /snooze and /wontdo, and why something will not be done.

Read only where a sync saw that an issue changed. Who has a role there, is assigned, or is in the people map is obeyed,
each command once, as its comment stands when it is read; of others it is told that they asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.engine import Connection

from connectors.base import Comment, ConnectorError, Missing, State, Tracker
from connectors.text import quiet_title
from service.cleaning import clean_text
from service.followup.spoken import Said, commands
from service.parts import Parts
from service.postmortem.forgetting import Forgotten
from service.postmortem.people import People, plain
from service.store import forget, talk, work
from service.store.items import add_event
from service.store.talk import Talk

log = structlog.get_logger()

#: issues in one sync; the others wait for the next
MOST = 50
#: a comment and the change of its issue are stamped one after the other
MARGIN = timedelta(minutes=2)
_ONE_LINE = 200

ASKED_TO_END = "{who} asked on {label} to end it as “won't do”: {reason} The issue is still open; close it there."
NO_ROLE = "{who} wrote /{verb} on {label} and was not obeyed: that takes a role there, or a place in the people map."
UNCLEAR = "{who} wrote /{verb} on {label} and was not obeyed: it {why}."


def listen(parts: Parts, tracker: str) -> frozenset[int]:
    """Reads the comments of issues that changed since theirs were read. Gives the incidents with something new to show,
    which are asked for. What the tracker does not answer is read after the next sync."""
    it = parts.trackers[tracker]
    with parts.database.read() as connection:
        waiting = talk.unread(connection, tracker, MOST)
    shows = set[int]()
    for one in waiting:
        since = one.read_at - MARGIN if one.read_at else None
        try:
            found = it.comments(one.issue, since) if one.state is not State.DONE else ()
        except Missing:
            found = ()  # the sync says what became of it
        except ConnectorError as error:
            log.warning("comments on issues were not read", tracker=tracker, error=error.message)
            break
        with parts.database.begin() as connection:
            if _Hearing(parts, connection, it, one).hear(found):
                shows.add(one.incident_id)
                work.ask(connection, "incident", str(one.incident_id), parts.now())
    for incident in sorted(shows):
        parts.engine.wake("incident", str(incident))
    return frozenset(shows)


class _Hearing:
    """The comments of one issue, in one transaction."""

    def __init__(self, parts: Parts, connection: Connection, tracker: Tracker, seen: Talk) -> None:
        self.parts = parts
        self.connection = connection
        self.tracker = tracker
        self.seen = seen
        self.forgotten: Forgotten = forget.load(connection)
        self.zone = ZoneInfo(parts.settings.nudges.timezone)
        self.values: dict[str, Any] = {}

    def hear(self, comments: Sequence[Comment]) -> bool:
        """True: a reader sees a difference."""
        found = talk.held(self.connection, self.seen)
        if found is None:
            return False
        self.item, done = found
        self.conflicts = dict(self.item.conflicts)
        before, known = set(done), len(done)
        reason = ""
        for comment in comments:
            if comment.own or comment.author.bot:
                continue
            heeded = self._heeded(comment)
            said = commands(comment.text, comment.at.astimezone(self.zone).date())
            for one in said:
                mark = _mark(self.item, comment, one)
                if mark not in done:
                    done.add(mark)
                    self._command(comment, one, heeded=heeded)
            if heeded and not said:
                reason = self._clean(comment.text, _ONE_LINE)
        self._reason(reason)
        if self.conflicts != self.item.conflicts:
            self.values["conflicts"] = self.conflicts
        if len(done) > known:
            talk.dealt_with(self.connection, self.item, done)
        shows = bool(self.values) or done != before
        talk.keep(self.connection, self.item, {**self.values, "talk_read_at": self.seen.changed_at})
        return shows

    def _heeded(self, comment: Comment) -> bool:
        """By id alone: what people call themselves proves nothing."""
        who = comment.author.id
        if not who:
            return False
        assigned = bool(self.item.assignee) and plain(self.item.assignee or "") == plain(who)
        return comment.trusted or assigned or in_map(self.parts.people, self.tracker.kind, who)

    def _command(self, comment: Comment, said: Said, *, heeded: bool) -> None:
        who, label = self._who(comment), self.item.issue.label
        if not heeded or said.unclear:
            text = UNCLEAR.format(who=who, verb=said.verb, label=label, why=said.unclear)
            if not heeded:
                text = NO_ROLE.format(who=who, verb=said.verb, label=label)
            self.conflicts["said"] = text
            self._event("unheeded", comment.at, None, f"/{said.verb}", who)
            return
        self.conflicts.pop("said", None)
        if said.verb == "snooze":
            was = self.values.get("snoozed_until", self.item.snoozed_until)
            self.values |= {"snoozed_until": said.until, "snoozed_by": who if said.until else None}
            self._event("snoozed", comment.at, _iso(was), _iso(said.until), who)
            return
        reason = self._clean(said.reason, _ONE_LINE)
        self._event("wontdo", comment.at, None, reason, who)
        self.conflicts["state"] = ASKED_TO_END.format(who=who, label=label, reason=_sentence(reason))

    def _reason(self, later: str) -> None:
        """Of what ended as "won't do": what the command said, else what somebody wrote after nobody had said why."""
        if self.item.state.ended:
            self.conflicts.pop("state", None)
        if self.item.state is not State.WONT_DO:
            return
        known = self.item.ended_reason or ""
        if known and not known.startswith("/"):
            return
        if said := talk.asked_to_end(self.connection, self.item.item_id) or later:
            self.values["ended_reason"] = said

    def _event(self, kind: str, at: datetime, was: str | None, now: str | None, who: str) -> None:
        item = self.item
        add_event(self.connection, item.item_id, item.incident_id, kind, at, self.parts.now(), was, now, who)

    def _who(self, comment: Comment) -> str:
        author = comment.author
        known = self.parts.people.find(author.id) if in_map(self.parts.people, self.tracker.kind, author.id) else None
        return known.name if known else quiet_title(self._clean(author.name or author.id or "Somebody", 60))

    def _clean(self, text: str, most: int) -> str:
        line = " ".join(clean_text(self.forgotten, text).split())
        return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def in_map(people: People, kind: str, person_id: str) -> bool:
    """Whether the people map says that somebody is this account of this kind of tracker."""
    wanted = plain(person_id)
    return bool(wanted) and any(plain(one.ids.get(kind, "")) == wanted for one in people.known if not one.team)


def _mark(item: Talk, comment: Comment, said: Said) -> str:
    """A command of this comment in these words, about this item: what was changed in it is said anew."""
    words = hashlib.sha256(f"{said.line}\n{said.reason}".encode()).hexdigest()[:12]
    return f"{item.key}:{comment.id} {said.verb} {words}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…", "?")) else f"{text}."
