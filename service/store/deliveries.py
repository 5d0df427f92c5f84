"""Deliveries: the raw bytes of every webhook that was signed, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.store.database import insert
from service.store.named_bodies import EMPTIED
from service.store.tables import deliveries, incidents

OPEN = ("received", "quarantined", "failed")
#: of so many that are read together, one is the oldest, whatever it tells of: nothing waits for ever
TURN = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    id: int
    source: str
    delivery_id: str
    received_at: datetime
    headers: dict[str, str]
    body: bytes
    state: str
    reason: str
    tries: int
    via: str = "webhook"  # or poll: service/reconcile.py found it

    @property
    def emptied(self) -> bool:
        """Its bytes are gone: by their age, or as they named somebody who was forgotten."""
        return not self.body and not self.headers


def add_all(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Stores deliveries; one that is already there stays as it is (the same id is the same delivery), but if it could
    not be read it is looked at again, with the bytes that came now: those of before may be gone by their age."""
    connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> sa.Insert:
    """Built once: building it takes longer than running it."""
    c = deliveries.c
    unread = sa.or_(c.state == "quarantined", c.state == "failed")  # IN is no executemany
    forgotten = c.reason == EMPTIED
    adding = insert(dialect, deliveries)
    # what named a person who was forgotten does not come back
    kept = {name: sa.case((forgotten, c[name]), else_=adding.excluded[name]) for name in ("headers", "body")}
    return adding.on_conflict_do_update(
        index_elements=["source", "delivery_id"],
        set_={"state": "received", "first": adding.excluded.first, **kept},
        where=unread,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        row.id,
        row.source,
        row.delivery_id,
        row.received_at,
        row.headers,
        row.body,
        row.state,
        row.reason,
        row.tries,
        row.via,
    )


def get(connection: Connection, source: str, delivery_id: str) -> Delivery | None:
    found = connection.execute(
        sa.select(deliveries).where(deliveries.c.source == source, deliveries.c.delivery_id == delivery_id)
    ).first()
    return None if found is None else _delivery(found)


def by_id(connection: Connection, number: int) -> Delivery | None:
    found = connection.execute(sa.select(deliveries).where(deliveries.c.id == number)).first()
    return None if found is None else _delivery(found)


def received(connection: Connection, limit: int = 200) -> list[str]:
    """Keys ("source/delivery id") of what was stored and not looked at yet: what may tell of a closing, then the
    others, each the oldest first. A part is left to those that came first of all, so that a flood of closings keeps
    nothing waiting for ever."""
    first = _keys(connection, limit, deliveries.c.first)
    oldest = _keys(connection, limit)
    kept = first[: limit - limit // TURN]
    return list(dict.fromkeys([*kept, *oldest, *first]))[:limit]


def _keys(connection: Connection, limit: int, *where: sa.ColumnElement[bool]) -> list[str]:
    rows = connection.execute(
        sa.select(deliveries.c.source, deliveries.c.delivery_id)
        .where(deliveries.c.state == "received", *where)
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return [f"{row.source}/{row.delivery_id}" for row in rows]


def newest(connection: Connection) -> str:
    """Changes with every delivery that is stored."""
    return str(connection.execute(sa.select(sa.func.max(deliveries.c.id))).scalar())


def settle(connection: Connection, delivery: Delivery, state: str, reason: str, incident_id: int | None = None) -> bool:
    """Records what became of it. False: another job was faster, and nothing of this transaction may stay."""
    changed = connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery.id, deliveries.c.state == delivery.state)
        .values(state=state, reason=reason, incident_id=incident_id, tries=delivery.tries + 1)
    )
    return changed.rowcount == 1


def followed(connection: Connection, number: int, incident_id: int | None) -> None:
    """Something followed from it: it is done, and belongs to this incident."""
    connection.execute(
        sa.update(deliveries).where(deliveries.c.id == number).values(state="done", incident_id=incident_id)
    )


def again(connection: Connection, number: int) -> bool:
    """Looks at a delivery once more, whatever became of it. False: there is none with this number."""
    changed = connection.execute(
        sa.update(deliveries).where(deliveries.c.id == number).values(state="received", reason="")
    )
    return changed.rowcount == 1


def revive(connection: Connection) -> None:
    """At a start, new code may have mended what failed: deliveries that met a fault of ours are looked at again."""
    connection.execute(sa.update(deliveries).where(deliveries.c.state == "failed").values(state="received"))


def latest(connection: Connection, *, state: str | None = None, limit: int = 50) -> list[Row[Any]]:
    """For `deliveries`: newest first, without the bodies."""
    wanted = sa.select(
        deliveries.c.id,
        deliveries.c.source,
        deliveries.c.delivery_id,
        deliveries.c.received_at,
        deliveries.c.headers,
        deliveries.c.state,
        deliveries.c.reason,
        deliveries.c.via,
        deliveries.c.incident_id,
        sa.func.length(deliveries.c.body).label("size"),
        incidents.c.redacted,
    ).outerjoin(incidents, incidents.c.id == deliveries.c.incident_id)
    wanted = wanted.order_by(deliveries.c.id.desc())
    if state:
        wanted = wanted.where(deliveries.c.state == state)
    return list(connection.execute(wanted.limit(limit)))


def incident_of(connection: Connection, number: int) -> int | None:
    found = connection.execute(sa.select(deliveries.c.incident_id).where(deliveries.c.id == number)).scalar()
    return None if found is None else int(found)
