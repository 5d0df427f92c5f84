"""A clock that was ahead and is set right leaves times behind that lie in the future, and nothing waits for those."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import meta
from service.store.tables import alerts, connections, incidents, sends, syncs, work, writes

_SEEN = "clock_at"
#: hosts differ by seconds; more than this is no difference but a clock that was set
STEP = timedelta(minutes=2)
#: what is told of the past, or waited for: from now on, where it lies ahead
_AHEAD = (
    (work, "not_before"),
    (work, "taken_until"),
    (writes, "since"),
    (writes, "not_before"),
    (incidents, "heard_at"),
    (connections, "since"),
    (connections, "not_before"),
    (sends, "at"),
    (syncs, "last_ok_at"),
    (syncs, "last_verified_at"),
    (alerts, "since"),
    (alerts, "told_at"),
)


def look(connection: Connection, now: datetime) -> timedelta | None:
    """Notes the time; gives by how much the clock went back since it was last noted, and then has mended the rows.

    What is asked for too early is looked at and put back; a look for a lost write begins its distances anew.
    """
    noted = meta.get(connection, _SEEN)
    meta.replace(connection, _SEEN, now.isoformat())
    back = datetime.fromisoformat(noted) - now if noted else timedelta(0)
    if back <= STEP:
        return None
    for table, name in _AHEAD:
        column = table.c[name]
        connection.execute(sa.update(table).where(column > now).values({name: now}))
    _begin_no_later(connection, now)
    return back


def _begin_no_later(connection: Connection, now: datetime) -> None:
    """A first start that was noted by a clock far ahead would hold back every incident until then."""
    said = meta.get(connection, "first_boot")
    if said is not None and datetime.fromisoformat(said) > now:
        meta.replace(connection, "first_boot", now.isoformat())
