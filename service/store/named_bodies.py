"""Stored webhooks that name somebody who was forgotten: their bodies go as a whole, once they were understood.

Until then a body is all that there is of what was acknowledged: its row is noted, and looked at again every day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.postmortem.forgetting import Forgotten
from service.store import meta
from service.store.tables import deliveries

LOOKED_AT, AWAITED = "forgotten_upto", "forgotten_awaited"
#: in place of why a delivery was what it was
EMPTIED = "Its body was removed: it named a person who was forgotten."
#: not understood yet, and to be read again: a fault of ours, or nobody looked
_UNREAD = ("received", "failed")
_BATCH = 20
_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    deliveries.c.id,
    deliveries.c.body,
    deliveries.c.headers,
    deliveries.c.state,
)


def empty(connection: Connection, forgotten: Forgotten) -> tuple[int, int]:
    """(how many bodies went, how many name somebody and go later) of all deliveries."""
    last = emptied = 0
    awaited: list[int] = []
    while True:
        rows = _rows(connection, deliveries.c.id > last, _BATCH)
        done, later = _emptied(connection, forgotten, rows)
        emptied, awaited = emptied + done, awaited + later
        if len(rows) < _BATCH:
            break
        last = rows[-1].id
    _note(connection, awaited)
    return emptied, len(awaited)


def empty_later(connection: Connection, forgotten: Forgotten, limit: int) -> int:
    """What was delivered since somebody was forgotten and names them, and what was not understood then. Gives how many
    deliveries were looked at for the first time, of so many at most."""
    if not forgotten:
        return 0
    noted = _noted(connection)
    understood = deliveries.c.id.in_(noted[:limit]) & deliveries.c.state.not_in(_UNREAD)
    _emptied(connection, forgotten, _rows(connection, understood, limit))
    waiting = _waiting(connection, noted[:limit])
    rows = _rows(connection, deliveries.c.id > int(meta.get(connection, LOOKED_AT) or 0), limit)
    _, later = _emptied(connection, forgotten, rows)
    _note(connection, [*noted[limit:], *waiting, *later])  # the others have their turn at the next call
    if rows:
        meta.replace(connection, LOOKED_AT, str(rows[-1].id))
    return len(rows)


def _rows(connection: Connection, which: sa.ColumnElement[bool], limit: int) -> Sequence[Row[Any]]:
    return connection.execute(sa.select(*_COLUMNS).where(which).order_by(deliveries.c.id).limit(limit)).all()


def _emptied(connection: Connection, forgotten: Forgotten, rows: Sequence[Row[Any]]) -> tuple[int, list[int]]:
    """(how many of these went, the ids of those that name somebody and were not understood yet)."""
    emptied, later = 0, list[int]()
    for row in rows:
        if not any(_names(forgotten, text) for text in _texts(row.body, row.headers)):
            continue
        if row.state in _UNREAD:
            later.append(row.id)
            continue
        same = (deliveries.c.id == row.id, deliveries.c.state == row.state)  # or it is to be read again since
        values: Mapping[str, Any] = {"body": b"", "headers": {}, "reason": EMPTIED}
        emptied += connection.execute(sa.update(deliveries).where(*same).values(**values)).rowcount
    return emptied, later


def _noted(connection: Connection) -> list[int]:
    return [int(one) for one in json.loads(meta.get(connection, AWAITED) or "[]")]


def _note(connection: Connection, awaited: Sequence[int]) -> None:
    meta.replace(connection, AWAITED, json.dumps(list(dict.fromkeys(awaited))))


def _waiting(connection: Connection, noted: Sequence[int]) -> Sequence[int]:
    """Those of them that are still to be read."""
    which = (deliveries.c.id.in_(noted), deliveries.c.state.in_(_UNREAD))
    return connection.execute(sa.select(deliveries.c.id).where(*which)).scalars().all()


def _names(forgotten: Forgotten, text: str) -> bool:
    return forgotten.field(text) != text


def _texts(raw: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """Every string of a body; the whole of one that cannot be read."""
    body = bytes(raw)
    try:
        stack = [json.loads(body), headers]
    except (ValueError, RecursionError):
        yield body.decode("utf-8", "replace")
        return
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack += one.values()
        elif isinstance(one, list):
            stack += one
