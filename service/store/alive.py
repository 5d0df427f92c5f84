"""When somebody last looked for work: the sign of life of whatever runs jobs on this database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from service.store import meta

_NAME = "scanned_at"
#: written no more often than this
EVERY = timedelta(seconds=10)


def last_scan(connection: Connection) -> datetime | None:
    said = meta.get(connection, _NAME)
    return datetime.fromisoformat(said) if said else None


def is_due(connection: Connection, now: datetime) -> bool:
    """Also where a clock was ahead and has gone back."""
    last = last_scan(connection)
    return last is None or abs(now - last) >= EVERY


def scanned(connection: Connection, now: datetime) -> None:
    meta.replace(connection, _NAME, now.isoformat())
