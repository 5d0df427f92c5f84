"""How often each connection answered what, of all processes together."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.database import insert
from service.store.tables import calls


def add(connection: Connection, counted: Mapping[tuple[str, str], int]) -> None:
    """(connection, outcome) → how many more. In one order, so that two processes never wait for each other."""
    for (name, outcome), number in sorted(counted.items()):
        connection.execute(
            insert(connection, calls)
            .values(connection=name, outcome=outcome, number=number)
            .on_conflict_do_update(index_elements=["connection", "outcome"], set_={"number": calls.c.number + number})
        )


def totals(connection: Connection) -> dict[tuple[str, str], int]:
    """(connection, outcome) → how many, since the first boot."""
    rows = connection.execute(sa.select(calls.c.connection, calls.c.outcome, calls.c.number))
    return {(row.connection, row.outcome): row.number for row in rows}
