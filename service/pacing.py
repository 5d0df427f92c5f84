"""When an account may write: a turn is taken from the pace that all workers keep together, or its time is told.

Nobody waits here. Who gets no turn is put back, behind the older incidents that wait for the same account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import Sure
from service import pause
from service.accounts import Account
from service.parts import Parts
from service.refusals import Gate
from service.store import sends, work, writes
from service.store.work import Lease

#: nobody is put back for longer than this behind others
FARTHEST = timedelta(minutes=1)


def free_at(connection: Connection, account: Account, incident_id: int, now: datetime) -> datetime | None:
    """When this incident's next write may leave; None: now, as far as is seen without taking the turn."""
    if not account.paces:
        return None
    at = sends.free_at(connection, account.key, account.paces, now)
    before = writes.ahead(connection, account.key, incident_id, now)
    if not before:
        return at
    return (at or now) + min(before * _apart(account), FARTHEST)


def take(connection: Connection, account: Account, incident_id: int, now: datetime, number: int = 1) -> datetime | None:
    """The turn itself, for so many writes in a row; or when to come back."""
    if not account.paces:
        return None
    at = sends.take(connection, account.key, account.paces, now, number)
    return at and max(at, free_at(connection, account, incident_id, now) or at)


def _apart(account: Account) -> timedelta:
    return min((within / most for most, within in account.paces), default=timedelta(0))


def last_word(parts: Parts, lease: Lease, gate: Gate, account: Account) -> Sure:
    """What is asked before the first byte of each request of one write: is the incident still ours, is it paused, is
    the account refused by now? It renews the lease, so nobody takes the incident over while the bytes leave. The turn
    for the first request is taken; what follows it (without what was refused) is counted."""
    begun = False

    def sure() -> None:
        nonlocal begun
        now = parts.now()
        with parts.database.begin() as connection:
            work.hold(connection, lease, now)
            pause.guard(parts, connection)
            gate.look(connection, account)
            if begun and account.paces:
                sends.note(connection, account.key, now)
        begun = True

    return sure
