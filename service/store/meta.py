"""Facts about this installation, kept as rows: made once, at the first start."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.database import insert
from service.store.tables import counters, meta


def get(connection: Connection, name: str) -> str | None:
    return connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()


def set_once(connection: Connection, name: str, value: str) -> str:
    """Stores the value unless there is one; gives back the one that holds."""
    connection.execute(insert(connection, meta).values(name=name, value=value).on_conflict_do_nothing())
    return str(connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar_one())


def replace(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        insert(connection, meta)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def count_up(connection: Connection, name: str) -> int:
    """The next number of a counter. The row stays locked until the transaction ends, so numbers commit in order."""
    counted = connection.execute(
        insert(connection, counters)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
        .returning(counters.c.value)
    )
    return int(counted.scalar_one())


def count(connection: Connection, name: str) -> int:
    """Where a counter stands; 0 if it never counted."""
    return connection.execute(sa.select(counters.c.value).where(counters.c.name == name)).scalar() or 0


def remove(connection: Connection, name: str) -> None:
    connection.execute(sa.delete(meta).where(meta.c.name == name))
