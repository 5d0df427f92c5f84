"""Action items: what a document promises, and where each promise stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import Filed, IssueState, State, Tracked
from service.postmortem.model import KnownItem, ReadItem
from service.postmortem.redaction import redact
from service.store import agreed
from service.store.meta import count_up
from service.store.tables import events, items


@dataclass(frozen=True, slots=True)
class Item:
    """One action item as the pipeline needs it."""

    id: int
    incident_id: int
    key: str
    number: int
    text: str
    refs: tuple[str, ...]
    tracker: str | None
    place: str | None
    owner_text: str | None
    priority: str | None
    due: date | None
    in_text: bool
    done_in_text: bool
    unclear: tuple[str, ...]
    adopted: bool
    filed: Filed | None
    linked: bool


def _item(row: Row[Any]) -> Item:
    filed = None
    if row.issue_id is not None:
        filed = Filed(
            row.issue_id, row.issue_label or "", row.issue_url or "", row.issue_native, row.linked_at is not None
        )
    return Item(
        id=row.id,
        incident_id=row.incident_id,
        key=row.key,
        number=row.number,
        text=row.text,
        refs=tuple(row.refs),
        tracker=row.tracker,
        place=row.place,
        owner_text=row.owner_text,
        priority=row.priority,
        due=row.due,
        in_text=row.in_text,
        done_in_text=row.done_in_text,
        unclear=tuple(row.unclear),
        adopted=row.adopted,
        filed=filed,
        linked=row.linked_at is not None,
    )


def write_key(item_key: str) -> str:
    """The ledger's key of the one POST that files this item."""
    return f"issue:{item_key}"


def next_seq(connection: Connection) -> int:
    return count_up(connection, "events")


def add_event(
    connection: Connection,
    item_id: int,
    incident_id: int,
    kind: str,
    happened_at: datetime,
    learned_at: datetime,
    was: str | None = None,
    now: str | None = None,
    who: str | None = None,
) -> None:
    """What happened to an item, and by whom: `happened_at` by the tracker's clock, `seq` by when we learned it."""
    connection.execute(
        events.insert().values(
            seq=next_seq(connection),
            item_id=item_id,
            incident_id=incident_id,
            kind=kind,
            happened_at=happened_at,
            learned_at=learned_at,
            was=was,
            now=now,
            who=who,
        )
    )


def of_incident(connection: Connection, incident_id: int) -> list[Item]:
    rows = connection.execute(sa.select(items).where(items.c.incident_id == incident_id).order_by(items.c.number))
    return [_item(row) for row in rows]


def get(connection: Connection, item_id: int) -> Item | None:
    row = connection.execute(sa.select(items).where(items.c.id == item_id)).first()
    return None if row is None else _item(row)


def known(connection: Connection, incident_id: int) -> list[KnownItem]:
    rows = connection.execute(sa.select(items).where(items.c.incident_id == incident_id).order_by(items.c.number))
    return [KnownItem(row.key, row.text, row.anchor, row.position, tuple(row.refs)) for row in rows]


def _said(item: ReadItem) -> dict[str, Any]:
    return {
        "text": item.text,
        "why": item.why,
        "done_when": item.done_when,
        "owner_text": item.owner,
        "priority": item.priority,
        "refs": list(item.refs),
        "anchor": item.anchor,
        "position": item.position,
        "in_text": True,
        "done_in_text": item.done,
    }


def add(
    connection: Connection,
    incident_id: int,
    item: ReadItem,
    *,
    key: str,
    due: date | None,
    due_rule: str,
    tracker: str | None,
    place: str | None,
    owner_known: bool,
    unclear: Sequence[str],
    promised_at: datetime,
    now: datetime,
) -> None:
    """An item seen for the first time: its key and number are fixed from here on."""
    last = sa.select(sa.func.coalesce(sa.func.max(items.c.number), 0)).where(items.c.incident_id == incident_id)
    item_id = connection.execute(
        items.insert()
        .values(
            **_said(item),
            agreed=agreed.begin(item),
            incident_id=incident_id,
            key=key,
            number=connection.execute(last).scalar_one() + 1,
            due=due,
            due_rule=due_rule,
            tracker=tracker,
            place=place,
            owner_known=owner_known,
            unclear=list(unclear),
            created_at=now,
            promised_at=promised_at,
            issue_native={},
            notes=[],
            state=(State.DONE if item.done else State.OPEN).value,
            ended_at=promised_at if item.done else None,
        )
        .returning(items.c.id)
    ).scalar_one()
    add_event(connection, item_id, incident_id, "promised", promised_at, now, now=item.text)
    if item.done:
        add_event(connection, item_id, incident_id, "state", promised_at, now, State.OPEN.value, State.DONE.value)


def seen_again(
    connection: Connection,
    incident_id: int,
    key: str,
    item: ReadItem,
    owner_known: bool,
    now: datetime,
    said_at: datetime | None = None,
) -> None:
    """A known item was read again: its words follow the ticket. `said_at`: when the place of the text was written."""
    row = connection.execute(sa.select(items).where(items.c.key == key)).one()
    values = _said(item)
    del values["priority"]
    heard = agreed.hear(connection, row, item, said_at if said_at and item.anchor != row.anchor else now)
    values |= heard.values
    for kind, was, new in heard.changes:
        add_event(connection, row.id, incident_id, kind, now, now, was, new)
    if redact(row.text)[0] != row.text:
        agreed.redact_history(connection, row.id)
    if row.issue_id is None and item.done and not row.done_in_text:  # marked as done before it was ever filed
        values |= {"state": State.DONE.value, "ended_at": now}
        add_event(connection, row.id, incident_id, "state", now, now, row.state, State.DONE.value)
    if row.issue_id is None and row.done_in_text and not item.done:  # the tick was taken back: it is a promise again
        values |= {"state": State.OPEN.value, "ended_at": None}
        add_event(connection, row.id, incident_id, "state", now, now, row.state, State.OPEN.value)
    if not row.in_text:
        add_event(connection, row.id, incident_id, "back", now, now)
    connection.execute(sa.update(items).where(items.c.id == row.id).values(**values, owner_known=owner_known))


def numbers(connection: Connection, incident_id: int) -> dict[str, int]:
    """Key → the item's number in its incident."""
    rows = connection.execute(sa.select(items.c.key, items.c.number).where(items.c.incident_id == incident_id))
    return {row.key: row.number for row in rows}


def gone(connection: Connection, incident_id: int, keys: Sequence[str], now: datetime) -> None:
    """No longer in the text: shown so, never closed, never filed again."""
    for row in connection.execute(sa.select(items).where(items.c.key.in_(keys), items.c.in_text)):
        connection.execute(sa.update(items).where(items.c.id == row.id).values(in_text=False))
        add_event(connection, row.id, incident_id, "gone", now, now)


def filed(
    connection: Connection,
    item: Item,
    issue: Filed,
    *,
    assignee: str | None,
    now: datetime,
    seen: IssueState | None = None,
) -> None:
    """The item's issue exists. `seen`: its state, where the text named an issue that was there before us."""
    values: dict[str, Any] = {
        "issue_id": issue.id,
        "issue_label": issue.label,
        "issue_url": issue.url,
        "issue_native": dict(issue.native),
        "linked_at": now if issue.linked else None,
        "notes": list(issue.notes),
        "assignee": assignee,
        "tracker_due": item.due,
        "verified_at": now,
        "adopted": seen is not None,
    }
    if seen is not None:
        values |= {
            "state": seen.state.value,
            "word": seen.word,
            "title": seen.title,
            "assignee": seen.assignee.id if seen.assignee else None,
            "assignee_name": seen.assignee.name if seen.assignee else None,
            "tracker_due": seen.due,
            "due": seen.due or item.due,
            "ended_at": seen.ended_at,
            "updated_at": seen.updated_at,
            "linked_at": now,  # a person's issue: we link to it and change nothing in it
        }
    connection.execute(sa.update(items).where(items.c.id == item.id).values(**values))
    kind = "filed" if seen is None else "linked"
    add_event(connection, item.id, item.incident_id, kind, now, now, now=issue.label)
    if seen is not None and seen.state is not State.OPEN:
        happened = seen.ended_at or seen.updated_at
        add_event(connection, item.id, item.incident_id, "state", happened, now, State.OPEN.value, seen.state.value)


def route(connection: Connection, item: Item, tracker: str, place: str | None = None) -> None:
    connection.execute(sa.update(items).where(items.c.id == item.id).values(tracker=tracker, place=place or item.place))


def linked(connection: Connection, item_id: int, now: datetime) -> None:
    connection.execute(sa.update(items).where(items.c.id == item_id).values(linked_at=now))


def settle_identity(connection: Connection, item_id: int) -> None:
    """A person decided that this is an item of its own."""
    connection.execute(sa.update(items).where(items.c.id == item_id).values(unclear=[]))


def holder(connection: Connection, tracker: str, issue_id: str) -> int | None:
    """The item that has this issue already; one issue belongs to one item."""
    found = connection.execute(
        sa.select(items.c.id).where(items.c.tracker == tracker, items.c.issue_id == issue_id)
    ).scalar()
    return None if found is None else int(found)


def trackers_of_issue(connection: Connection, issue_id: str) -> list[str]:
    """The trackers through which we follow this issue, so that a webhook about it hastens their sync."""
    rows = connection.execute(sa.select(items.c.tracker).where(items.c.issue_id == issue_id).distinct())
    return [row.tracker for row in rows if row.tracker]


def tracked(row: Row[Any]) -> Tracked:
    native: Mapping[str, str] = row.issue_native
    return Tracked(row.issue_id, row.issue_label, native)
