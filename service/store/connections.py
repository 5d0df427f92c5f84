"""Accounts that are limited, refused or out of reach, and until when nobody asks them. A well one has no row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.store.database import insert
from service.store.tables import connections, work, writes

LIMITED, DENIED, AWAY = "limited", "denied", "away"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """`since`: when it was first met. `not_before`: when one job may try again, for all others."""

    account: str
    state: str
    since: datetime
    not_before: datetime
    reason: str


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.account, row.state, row.since, row.not_before or row.since, row.reason)


def get(connection: Connection, account: str) -> Standing | None:
    row = connection.execute(sa.select(connections).where(connections.c.account == account)).first()
    return None if row is None else _standing(row)


def every(connection: Connection) -> list[Standing]:
    return [_standing(row) for row in connection.execute(sa.select(connections).order_by(connections.c.account))]


def put(connection: Connection, standing: Standing) -> None:
    values = {
        "state": standing.state,
        "since": standing.since,
        "not_before": standing.not_before,
        "reason": standing.reason,
    }
    connection.execute(
        insert(connection, connections)
        .values(account=standing.account, **values)
        .on_conflict_do_update(index_elements=["account"], set_=values)
    )


def claim(connection: Connection, standing: Standing, until: datetime) -> bool:
    """Whether this caller is the one that tries, alone until then."""
    claimed = connection.execute(
        sa.update(connections)
        .where(connections.c.account == standing.account, connections.c.not_before == standing.not_before)
        .values(not_before=until)
    )
    return claimed.rowcount == 1


def clear(connection: Connection, account: str, now: datetime) -> list[str]:
    """It is well again: what waits is due. Gives the keys of the incidents, the oldest first.

    A row that another transaction holds is passed over, as its job is at it; waiting for it could end in a deadlock.
    """
    gone = connection.execute(sa.delete(connections).where(connections.c.account == account))
    if gone.rowcount != 1:
        return []
    put_off = sa.select(writes.c.key).where(
        writes.c.account == account, writes.c.state == "planned", writes.c.not_before > now
    )
    for batch in _batches(list(connection.execute(put_off.with_for_update(skip_locked=True)).scalars())):
        connection.execute(sa.update(writes).where(writes.c.key.in_(batch)).values(not_before=now))
    waiting = sa.select(work.c.key).where(
        work.c.task == "incident", work.c.done < work.c.wanted, work.c.not_before > now
    )
    keys = sorted(connection.execute(waiting.with_for_update(skip_locked=True)).scalars(), key=int)
    for batch in _batches(keys):
        due = sa.update(work).where(work.c.task == "incident", work.c.key.in_(batch))
        connection.execute(due.values(not_before=now))
    return keys


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
