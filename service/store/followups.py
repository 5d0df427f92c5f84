"""The tracker's side of the action items: what a sync reads, and what it writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import State
from service.followup.facts import Trouble
from service.followup.merge import Known
from service.followup.twoways import Agreed
from service.store import agreed
from service.store.database import insert
from service.store.tables import items, syncs

_BATCH = 500  # parameters of one statement; SQLite takes 999 at the least


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the sync of one tracker stands."""

    cursor: datetime | None
    last_ok_at: datetime | None
    last_verified_at: datetime | None
    troubles: tuple[Trouble, ...]


def known(
    connection: Connection, tracker: str, *, lock: bool = False, only: Collection[int] | None = None
) -> list[Known]:
    """The items that have an issue in this tracker, or `only` these of them. `lock`: nobody else changes them until
    the transaction ends."""
    query = sa.select(items).where(items.c.tracker == tracker, items.c.issue_id.is_not(None)).order_by(items.c.id)
    if only is not None:
        query = query.where(items.c.id.in_(only))
    return [_known(row) for row in connection.execute(query.with_for_update() if lock else query)]


def _known(row: Row[Any]) -> Known:
    return Known(
        id=row.id,
        incident_id=row.incident_id,
        issue_id=row.issue_id,
        issue_label=row.issue_label or "",
        issue_url=row.issue_url or "",
        issue_native=row.issue_native,
        state=State(row.state),
        word=row.word,
        title=row.title,
        assignee=row.assignee,
        assignee_name=row.assignee_name,
        due=row.due,
        due_rule=row.due_rule,
        tracker_due=row.tracker_due,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
        updated_at=row.updated_at,
        verified_at=row.verified_at,
        unreachable_since=row.unreachable_since,
        stale_since=row.stale_since,
        priority=row.priority,
        tracker_priority=row.tracker_priority,
        agreed=agreed.load(row.agreed),
        conflicts=row.conflicts or {},
        talk_read_at=row.talk_read_at,
    )


def change(connection: Connection, item_id: int, values: Mapping[str, Any]) -> None:
    plain: dict[str, Any] = {name: value.value if isinstance(value, State) else value for name, value in values.items()}
    if isinstance(plain.get("agreed"), Agreed):
        plain["agreed"] = agreed.dump(plain["agreed"])
    connection.execute(sa.update(items).where(items.c.id == item_id).values(**plain))


def verified(connection: Connection, item_ids: Collection[int], now: datetime) -> None:
    """These were read by id."""
    for batch in _batches(item_ids):
        connection.execute(sa.update(items).where(items.c.id.in_(batch)).values(verified_at=now))


def stale(connection: Connection, item_ids: Collection[int], since: datetime | None) -> None:
    """Their connection does not answer since then; None: it answers again."""
    for batch in _batches(item_ids):
        connection.execute(sa.update(items).where(items.c.id.in_(batch)).values(stale_since=since))


def _batches(item_ids: Collection[int]) -> Sequence[list[int]]:
    ordered = sorted(item_ids)
    return [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]


def progress(connection: Connection, tracker: str) -> Progress:
    row = connection.execute(sa.select(syncs).where(syncs.c.tracker == tracker)).first()
    if row is None:
        return Progress(None, None, None, ())
    return Progress(row.cursor, row.last_ok_at, row.last_verified_at, _troubles(row))


def save(connection: Connection, tracker: str, progress: Progress) -> None:
    values = {
        "cursor": progress.cursor,
        "last_ok_at": progress.last_ok_at,
        "last_verified_at": progress.last_verified_at,
        "problems": [
            {
                "scope": trouble.scope,
                "status": trouble.status,
                "message": trouble.message,
                "since": trouble.since.isoformat(),
                "items": list(trouble.items),
            }
            for trouble in progress.troubles
        ],
    }
    connection.execute(
        insert(connection, syncs)
        .values(tracker=tracker, **values)
        .on_conflict_do_update(index_elements=["tracker"], set_=values)
    )


def troubles(connection: Connection) -> list[Trouble]:
    """Every part of every tracker that does not answer now."""
    rows = connection.execute(sa.select(syncs).order_by(syncs.c.tracker))
    return [trouble for row in rows for trouble in _troubles(row)]


def _troubles(row: Row[Any]) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(
            tracker=row.tracker,
            scope=plain["scope"],
            status=plain["status"],
            message=plain["message"],
            since=datetime.fromisoformat(plain["since"]),
            items=tuple(plain["items"]),
        )
        for plain in row.problems
    )
