"""Every write of an account that its vendor still counts, so that all workers together keep one pace."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import Paces
from service.store import meta
from service.store.tables import sends

#: clocks of several machines differ by less; what lies further ahead was noted by a clock that was wrong
AHEAD = timedelta(minutes=1)


def take(connection: Connection, account: str, paces: Paces, now: datetime, number: int = 1) -> datetime | None:
    """Counts so many writes that leave now, one after the other; or, with nothing counted, gives the time of the next.

    Until the transaction ends nobody else counts for this account, so no number of workers exceeds the pace.
    """
    if not paces:
        return None
    meta.count_up(connection, f"pace {account}")
    kept = now - max(within for _, within in paces)
    old = sa.or_(sends.c.at <= kept, sends.c.at > now + AHEAD)
    connection.execute(sa.delete(sends).where(sends.c.account == account, old))
    at = free_at(connection, account, paces, now)
    if at is None:
        note(connection, account, now, number)
    return at


def free_at(connection: Connection, account: str, paces: Paces, now: datetime) -> datetime | None:
    """When this account may write again; None: now. Counts nothing."""
    waits = []
    for most, within in paces:
        oldest_that_counts = (
            sa.select(sends.c.at)
            .where(sends.c.account == account, sends.c.at > now - within, sends.c.at <= now + AHEAD)
            .order_by(sends.c.at.desc())
            .offset(most - 1)
            .limit(1)
        )
        found = connection.execute(oldest_that_counts).scalar()
        if found is not None:
            waits.append(found + within)
    return max(waits, default=None)


def note(connection: Connection, account: str, now: datetime, number: int = 1) -> None:
    """So many writes leave now, whatever the pace says."""
    connection.execute(sa.insert(sends), [{"account": account, "at": now}] * number)
