"""Says at a start that the database is older than a moment: it was stopped since then, or restored to that state."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.store import freshness
from service.store.database import Database

#: a service at work writes more often than this: a sync every `sync.every` minutes, 10 if not set
LONG = timedelta(minutes=30)


def say(database: Database, now: datetime) -> None:
    with database.read() as connection:
        newest = freshness.newest(connection)
    if newest is not None and now - newest > LONG:
        print(
            f"The newest entry of this database is of {newest:%d %b %Y, %H:%M} UTC: Afterword was stopped since then,\n"
            "  or the database was restored to that state. Nothing is filed twice; what closed meanwhile is asked for.",
            flush=True,
        )
