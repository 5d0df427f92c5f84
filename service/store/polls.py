"""Up to when each source was asked what closed, and when that went well last."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import meta
from service.store.tables import meta as table

_NAME = "polled:"


def begin(connection: Connection, source: str, now: datetime) -> datetime:
    """Nothing of before is looked for, unless there is an earlier mark. Gives the mark that holds."""
    kept = meta.set_once(connection, _NAME + source, json.dumps({"upto": now.isoformat()}))
    return datetime.fromisoformat(json.loads(kept)["upto"])


def upto(connection: Connection, source: str) -> datetime | None:
    """The beginning of the last look that ended well."""
    kept = meta.get(connection, _NAME + source)
    return datetime.fromisoformat(json.loads(kept)["upto"]) if kept else None


def move(connection: Connection, source: str, *, upto: datetime, at: datetime) -> None:
    """A look that began at `upto` ended well at `at`."""
    meta.replace(connection, _NAME + source, json.dumps({"upto": upto.isoformat(), "at": at.isoformat()}))


def last(connection: Connection) -> dict[str, datetime]:
    """Source → when it was last asked, and answered; one that never did is left out."""
    rows = connection.execute(sa.select(table.c.name, table.c.value).where(table.c.name.like(f"{_NAME}%")))
    kept = {row.name.removeprefix(_NAME): json.loads(row.value) for row in rows}
    return {name: datetime.fromisoformat(said["at"]) for name, said in kept.items() if "at" in said}
