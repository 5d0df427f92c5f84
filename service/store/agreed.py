"""What the text of an action item and its issue last agreed on: kept with the item, and brought up to a new reading."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import State
from service.followup import twoways
from service.followup.twoways import Agreed, Wrote
from service.postmortem.due import AS_WRITTEN
from service.postmortem.forgetting import Forgotten, is_placeholder
from service.postmortem.model import ReadItem
from service.postmortem.redaction import redact
from service.store.tables import events, items, writes

_ENDED = [state.value for state in State if state.ended]


def dump(agreed: Agreed) -> dict[str, Any]:
    return {
        "base": dict(agreed.base),
        "said": dict(agreed.said),
        "said_at": {name: at.isoformat() for name, at in agreed.said_at.items()},
        "there_at": {name: at.isoformat() for name, at in agreed.there_at.items()},
        "wrote": {name: [one.value, one.said, one.was, one.at.isoformat()] for name, one in agreed.wrote.items()},
    }


def load(plain: Mapping[str, Any] | None) -> Agreed | None:
    """None: an item of an earlier version, of which nothing was kept."""
    if plain is None:
        return None
    return Agreed(
        plain["base"],
        plain["said"],
        {name: datetime.fromisoformat(at) for name, at in plain["said_at"].items()},
        {name: datetime.fromisoformat(at) for name, at in plain["there_at"].items()},
        {
            name: Wrote(value, said, was, datetime.fromisoformat(at))
            for name, (value, said, was, at) in plain["wrote"].items()
        },
    )


def begin(item: ReadItem) -> dict[str, Any]:
    """Of an item that is read for the first time."""
    return dump(twoways.first(_words(item)))


def _words(item: ReadItem) -> dict[str, str | None]:
    due = item.due.isoformat() if item.due else None
    return {"title": item.text, "owner": item.owner, "due": due, "priority": item.priority}


def without(forgotten: Forgotten, plain: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same without people who are to be forgotten."""
    kept = load(plain)
    if kept is None:
        return None
    sides = [
        {name: forgotten.field(word) if name == "owner" else forgotten.maybe(word) for name, word in words.items()}
        for words in (kept.base, kept.said)
    ]
    wrote = {name: one for name, one in kept.wrote.items() if name not in ("owner", "title")}
    return dump(replace(kept, base=sides[0], said=sides[1], wrote=wrote))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a new reading changes in the row, and the changes to be told: (field, was, now)."""

    values: dict[str, Any]
    changes: tuple[tuple[str, str | None, str | None], ...] = ()


def hear(connection: Connection, row: Row[Any], item: ReadItem, at: datetime) -> Heard:
    """The text's due date and priority hold once a person changed them there; what an issue has to be told waits for
    outgoing.py. `at`: when the text's new words were written. The first reading of an old row changes nothing.

    A date by policy was told to people when the item was promised: it stays when severity or priority change later.
    """
    words, before = _words(item), load(row.agreed)
    if before is None:
        return Heard({"agreed": dump(twoways.first(words)), "priority": item.priority})
    if is_placeholder(item.owner or ""):  # somebody who was forgotten: not a word of the text's
        words["owner"] = before.said.get("owner")
    today = {name: word and redact(word)[0] for name, word in before.base.items()}
    agreed = twoways.heard(replace(before, base=today), words, at)
    sent = row.issue_id is not None and not row.adopted
    if row.issue_id is None and _begun(connection, row.key):
        return Heard({"agreed": dump(agreed)})  # what left may hold the words of before: settled once it is found
    told, changes = dict(row.conflicts or {}), []
    values: dict[str, Any] = {}
    for name in agreed.pending:
        said = words[name]
        if said is not None and twoways.too_late(agreed, name):
            theirs = _theirs(row, name)
            if not twoways.same(name, said, theirs):
                told[name] = twoways.conflict(name, said, theirs, row.issue_label, holds=theirs)
            agreed = twoways.settled(agreed, name, there_at=agreed.there_at[name])
            continue
        told.pop(name, None)
        if name == "due" and item.due is not None and item.due != row.due:
            values |= {"due": item.due, "due_rule": AS_WRITTEN}
            changes.append((name, row.due.isoformat() if row.due else None, said))
        if name == "priority" and said is not None and said != row.priority:
            values["priority"] = said
            changes.append((name, row.priority, said))
        if said is None or not sent:
            agreed = twoways.settled(agreed, name)
    if told != (row.conflicts or {}):
        values["conflicts"] = told
    return Heard({**values, "agreed": dump(agreed)}, tuple(changes))


def _theirs(row: Row[Any], name: str) -> str:
    theirs = {
        "title": row.title,
        "owner": row.assignee_name or row.assignee,
        "due": row.due.isoformat() if row.due else "",
        "priority": row.priority,
    }
    return theirs[name] or ""


def _begun(connection: Connection, key: str) -> bool:
    """Whether anything left for a tracker that may have made the issue."""
    found = sa.select(writes.c.attempt).where(writes.c.key == f"issue:{key}")
    return bool(connection.execute(found).scalar())


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item whose issue is to be told what changed in the ticket."""

    item_id: int
    tracker: str
    agreed: Agreed
    title: str | None  # as last seen there


def waiting(connection: Connection, incident_id: int) -> list[Waiting]:
    """Items of this incident with words of the text that are not out yet. A person's own issue is never written to, one
    that ended or cannot be reached is left as it is."""
    query = sa.select(items).where(
        items.c.incident_id == incident_id,
        items.c.issue_id.is_not(None),
        items.c.adopted.is_(False),
        items.c.in_text,
        items.c.state.not_in(_ENDED),
        items.c.unreachable_since.is_(None),
    )
    found = []
    for row in connection.execute(query.order_by(items.c.number)):
        agreed = load(row.agreed)
        if agreed is not None and agreed.pending and row.tracker is not None:
            found.append(Waiting(row.id, row.tracker, agreed, row.title))
    return found


def settled_edits(connection: Connection, incident_id: int, waiting: Collection[int]) -> list[Row[Any]]:
    """key, attempt, issue_id, issue_url of edits that are under way by the ledger, while nothing of theirs waits any
    more: what was sent, or what a person did there, says the same."""
    edit = writes.c.key == sa.literal("edit:") + items.c.key
    query = sa.select(writes.c.key, writes.c.attempt, items.c.issue_id, items.c.issue_url).join(items, edit)
    open_ = writes.c.state.in_(("planned", "failed", "sending"))
    return list(connection.execute(query.where(items.c.incident_id == incident_id, open_, items.c.id.not_in(waiting))))


def notes(connection: Connection, item_id: int) -> list[str]:
    return list(connection.execute(sa.select(items.c.notes).where(items.c.id == item_id)).scalar_one())


def keep(connection: Connection, item_id: int, agreed: Agreed, **values: Any) -> None:
    connection.execute(sa.update(items).where(items.c.id == item_id).values(agreed=dump(agreed), **values))


def day(word: str | None) -> date | None:
    return date.fromisoformat(word) if word else None


def redact_history(connection: Connection, item_id: int) -> None:
    """A version that took less out of texts wrote its words into the history too."""
    for row in connection.execute(sa.select(events).where(events.c.item_id == item_id)).all():
        values = {"was": row.was and redact(row.was)[0], "now": row.now and redact(row.now)[0]}
        connection.execute(sa.update(events).where(events.c.seq == row.seq).values(**values))
