"""What people changed in the ticket's text goes out to the issue: title, owner, due date, priority, and nothing else.

First each of the issues is read, so that a person's later word in the tracker is met before it could be overwritten;
then one edit for each issue that really differs. An edit is harmless to repeat: what became of one is never looked for,
it is read again. Nothing is asked or sent where the text did not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from connectors.base import ConnectorError, Draft, Edit, IssueState, Limited, NotSent, Refused, Tracked, Tracker
from connectors.text import quiet_title
from service import crash, pacing, pause, wording
from service.accounts import Account
from service.cleaning import clean_state
from service.drafting import draft_of
from service.followup import sync, twoways
from service.followup.merge import Known
from service.followup.twoways import Wrote
from service.outcomes import REFUSED_AGAIN, Run, words_of
from service.places import Opened
from service.retry import SOON
from service.store import agreed, followups, forget, items, work, writes
from service.store.agreed import Waiting
from service.store.items import Item
from service.store.writes import Write


def tell_trackers(run: Run) -> datetime | None:
    """Every change of this incident's text that its issues were not told yet. Gives the time at which to look again,
    or None. Raises Paused."""
    with run.parts.database.read() as connection:
        waiting = agreed.waiting(connection, run.incident_id)
        settled = agreed.settled_edits(connection, run.incident_id, [one.item_id for one in waiting])
    if settled:
        with run.parts.database.begin() as connection:
            work.hold(connection, run.lease, run.parts.now())
            for row in settled:
                writes.done(connection, row.key, row.attempt, row.issue_id, row.issue_url)
    names = dict.fromkeys(one.tracker for one in waiting)
    again = [
        _Telling(run, name, [one for one in waiting if one.tracker == name]).step()
        for name in names
        if name in run.parts.trackers
    ]
    return min((at for at in again if at is not None), default=None)


class _Telling:
    """The changed items of one tracker."""

    def __init__(self, run: Run, name: str, waiting: Sequence[Waiting]) -> None:
        self.run = run
        self.parts = run.parts
        self.name = name
        self.tracker: Tracker = run.parts.trackers[name]
        self.waiting = waiting
        self.account: Account = run.gate.account("tracker", name)
        self.again: list[datetime] = []

    def step(self) -> datetime | None:
        if self.name in self.run.troubled:
            return self.run.troubled[self.name]
        if (standing := self.run.gate.shut(self.account, self.tracker)) is not None:
            return self.run.trouble(self.name, standing.not_before)
        try:
            drafts = {one.item_id: draft for one in self.waiting if (draft := self._draft(one)) is not None}
            if drafts:
                self._tell(drafts)
        except ConnectorError as error:  # a read before the edit got no answer
            at = self.run.gate.met(self.account, self.tracker, error)
            self.again.append(self.run.trouble(self.name, at or self.parts.now() + SOON))
        return min(self.again, default=None)

    def _draft(self, waiting: Waiting) -> tuple[Item, Draft] | None:
        """What its issue would say if it were filed now; None: there is nothing to be said now."""
        with self.parts.database.read() as connection:
            item = items.get(connection, waiting.item_id)
            write = writes.get(connection, _key(item)) if item else None
        if item is None or item.filed is None:
            return None
        if write is not None and write.state in ("failed", "planned") and not write.due(self.parts.now()):
            self.again += [write.not_before] if write.not_before else []
            return None
        try:
            draft = draft_of(self.parts, item, self.tracker)
        except Opened:  # more people read that place than when it was filed
            self.again.append(self.parts.now() + REFUSED_AGAIN)
            return None
        if waiting.agreed.pending == ("owner",) and draft.assignee is None:
            self._note(item.id, "owner", wording.OWNER_ELSEWHERE.format(name=item.owner_text))
            return None
        return item, draft

    def _tell(self, drafts: Mapping[int, tuple[Item, Draft]]) -> None:
        issues = [_tracked(item) for item, _ in drafts.values()]
        sighting = self.tracker.states(issues)
        if any(problem.status == 429 for problem in sighting.problems):
            raise Limited(sighting.problems[0].message, sighting.problems[0].retry_after, status=429)
        if sighting.problems:
            self.again.append(self.parts.now() + SOON)
        self.run.gate.answered(self.account)
        crash.point("issue read, not edited")
        seen = {state.id: state for state in sighting.states}
        for item, draft in drafts.values():
            if item.filed is not None and item.filed.id in seen:
                self._one(item, draft, seen[item.filed.id])

    def _one(self, item: Item, draft: Draft, seen: IssueState) -> None:
        parts = self.parts
        with parts.database.begin() as connection:
            now = parts.now()
            work.hold(connection, self.run.lease, now)
            seen = clean_state(forget.load(connection), seen)
            sync.take(connection, self._known(connection, item), seen, now)
            known = self._settle(connection, self._known(connection, item), item, draft, seen)
            edit, wrote = _edit(known, draft)
            if edit.nothing:
                _over(connection, _key(item), known)
                return
            pause.guard(parts, connection)
            paced = pacing.take(connection, self.account, self.run.incident_id, now)
            if paced is not None:
                self.again.append(self.run.trouble(self.name, paced))
                return
            write = _begin(connection, _key(item), self.run.incident_id, now, self.account.key)
            if write is None:
                return
            state = twoways.writes(known.agreed or twoways.first({}), wrote)
            blank: dict[str, Any] = {"tracker_priority": None} if "priority" in wrote else {}
            agreed.keep(connection, item.id, state, **blank)
        crash.point("before issue edit")
        self._send(item, write, edit, wrote, Tracked(known.issue_id, known.issue_label, known.issue_native))

    def _known(self, connection: Connection, item: Item) -> Known:
        return followups.known(connection, self.name, lock=True, only=[item.id])[0]

    def _settle(self, connection: Connection, known: Known, item: Item, draft: Draft, seen: IssueState) -> Known:
        """Closes what needs no edit: it says so there already, or it is not ours to say."""
        state, told = known.agreed, dict(known.conflicts)
        if state is None:
            return known
        for name in state.pending:
            said, base = state.said.get(name), state.base.get(name)
            target, there = _target(name, draft), _there(known, name)
            withheld = name == "title" and draft.title != quiet_title(item.text)  # its words are not for that place
            if withheld or (target is not None and twoways.same(name, target, there)):
                state = twoways.settled(state, name)
            elif name == "title" and _renamed(known, base, seen) and seen.updated_at >= state.said_at[name]:
                told[name] = twoways.conflict(name, said, seen.title, seen.label, holds=seen.title)
                state = twoways.settled(state, name, there_at=seen.updated_at)
            elif name == "priority" and self.tracker.kind == "github":  # it has no such field: the text's word is ours
                state = twoways.settled(state, name)
        if state != known.agreed or told != known.conflicts:
            agreed.keep(connection, known.id, state, conflicts=told)
        return replace(known, agreed=state, conflicts=told)

    def _send(self, item: Item, write: Write, edit: Edit, wrote: Mapping[str, Wrote], tracked: Tracked) -> None:
        parts, gate = self.parts, self.run.gate
        try:
            said = self.tracker.update(tracked, edit, pacing.last_word(parts, self.run.lease, gate, self.account))
        except pause.Paused as error:  # by the last word: nothing was sent
            self._put_off(write, parts.now(), error.message)
            raise
        except Refused as error:
            if (at := gate.met(self.account, self.tracker, error)) is not None:
                self._put_off(write, self.run.trouble(self.name, at), error.message)
                return
            at = parts.now() + REFUSED_AGAIN
            with parts.database.begin() as connection:
                work.hold(connection, self.run.lease, parts.now())
                writes.failed(connection, write.key, write.attempt, words_of(error), error.fields, at)
            self.again.append(at)
            return
        except ConnectorError as error:  # harmless to repeat, whether it arrived or not
            at = gate.met(self.account, self.tracker, error) if isinstance(error, (NotSent, Limited)) else None
            self._put_off(write, self.run.trouble(self.name, at or parts.now() + SOON), error.message)
            return
        gate.answered(self.account)
        crash.point("issue edit answered, not stored")
        self._written(item, write, wrote, said)

    def _put_off(self, write: Write, at: datetime, reason: str) -> None:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.run.lease, self.parts.now())
            writes.not_sent(connection, write.key, write.attempt, at, reason)
        self.again.append(at)

    def _written(self, item: Item, write: Write, wrote: Mapping[str, Wrote], said: Sequence[str]) -> None:
        """What stands there now. A field that could not be set stays ours, with a note that says why."""
        refused = {_field(note) for note in said}
        with self.parts.database.begin() as connection:
            work.hold(connection, self.run.lease, self.parts.now())
            known = self._known(connection, item)
            state, values = known.agreed, dict[str, Any]()
            if state is None:
                return
            for name, one in wrote.items():
                if name in state.pending:
                    state = twoways.written(state, name)
                if name in refused:
                    left = {field: kept for field, kept in state.wrote.items() if field != name}
                    state = replace(state, wrote=left)
                elif name == "title":
                    values["title"] = one.value
                elif name == "owner":
                    values |= {"assignee": one.value, "assignee_name": None}
                elif name == "due":
                    values["tracker_due"] = agreed.day(one.value)
            kept = [note for note in agreed.notes(connection, item.id) if _field(note) not in wrote]
            agreed.keep(connection, item.id, state, **values, notes=[*kept, *said])
            writes.done(connection, write.key, write.attempt, known.issue_id, known.issue_url)
            if "title" in values and known.title is not None:
                at, now = self.parts.now(), values["title"]
                items.add_event(connection, item.id, item.incident_id, "title", at, at, known.title, now)
            if "owner" in wrote and "assignee" in values:
                at = self.parts.now()
                was = known.assignee_name or known.assignee or None
                items.add_event(connection, item.id, item.incident_id, "owner", at, at, was, values["assignee"])

    def _note(self, item_id: int, name: str, note: str) -> None:
        with self.parts.database.begin() as connection:
            work.hold(connection, self.run.lease, self.parts.now())
            kept = [one for one in agreed.notes(connection, item_id) if _field(one) != name]
            followups.change(connection, item_id, {"notes": [*kept, note]})


def _key(item: Item) -> str:
    return f"edit:{item.key}"


def _tracked(item: Item) -> Tracked:
    assert item.filed is not None
    return Tracked(item.filed.id, item.filed.label, item.filed.native)


def _begin(connection: Connection, key: str, incident_id: int, now: datetime, account: str) -> Write | None:
    """The edit's row of the ledger, as it is while the bytes leave; whoever sent the one before is done or gone."""
    writes.plan(connection, key, incident_id)
    writes.file_now(connection, key, ("done",))
    write = writes.get(connection, key)
    if write is not None and write.state == "sending":
        writes.not_sent(connection, key, write.attempt, now, "")
        write = writes.get(connection, key)
    if write is None or writes.begin(connection, write, now, account) is None:
        return None
    return writes.get(connection, key)


def _over(connection: Connection, key: str, known: Known) -> None:
    """Its issue says what the text says, or a person's later word: nothing is to be sent any more."""
    write = writes.get(connection, key)
    if write is not None and not write.settled:
        writes.done(connection, key, write.attempt, known.issue_id, known.issue_url)


def _field(note: str) -> str:
    """The field that a note is about: trackers call them assignees and duedate."""
    word = note.partition(":")[0]
    return {"assignees": "owner", "assignee": "owner", "duedate": "due", "summary": "title"}.get(word, word)


def _target(name: str, draft: Draft) -> str | None:
    due = draft.due.isoformat() if draft.due else None
    return {"title": draft.title, "owner": draft.assignee, "due": due, "priority": draft.priority}[name]


def _there(known: Known, name: str) -> str | None:
    due = known.tracker_due.isoformat() if known.tracker_due else None
    return {"title": known.title, "owner": known.assignee, "due": due, "priority": known.tracker_priority}[name]


def _renamed(known: Known, base: str | None, seen: IssueState) -> bool:
    """Whether a person changed the title between its filing and the first look at it."""
    state = known.agreed
    fresh = state is not None and "title" not in state.there_at and "title" not in state.wrote
    return fresh and base is not None and not twoways.same("title", base, seen.title)


def _edit(known: Known, draft: Draft) -> tuple[Edit, dict[str, Wrote]]:
    state = known.agreed
    wrote: dict[str, Wrote] = {}
    if state is not None and known.updated_at is not None and not known.state.ended:
        for name in state.pending:
            if (target := _target(name, draft)) is not None:
                wrote[name] = Wrote(target, state.said.get(name), _there(known, name), known.updated_at)
    due = wrote.get("due")
    return Edit(
        title=wrote["title"].value if "title" in wrote else None,
        due=agreed.day(due.value) if due else None,
        assignee=wrote["owner"].value if "owner" in wrote else None,
        priority=wrote["priority"].value if "priority" in wrote else None,
    ), wrote
