"""Who could read each repository and project when it was last looked at, so that one that opens is noticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import Visibility
from service.store import meta
from service.store.tables import meta as facts

_PREFIX = "place:"


@dataclass(frozen=True, slots=True)
class Seen:
    """`opened`: since when it is public although it was not before; None: nothing of the kind, or a person knows."""

    tracker: str
    place: str
    visibility: Visibility
    opened: datetime | None = None


def get(connection: Connection, tracker: str, place: str) -> Seen | None:
    said = meta.get(connection, _key(tracker, place))
    return None if said is None else _seen(said)


def save(connection: Connection, seen: Seen) -> None:
    plain = {
        "tracker": seen.tracker,
        "place": seen.place,
        "visibility": seen.visibility.value,
        "opened": seen.opened.isoformat() if seen.opened else None,
    }
    meta.replace(connection, _key(seen.tracker, seen.place), json.dumps(plain))


def everything(connection: Connection) -> list[Seen]:
    query = sa.select(facts.c.value).where(facts.c.name.startswith(_PREFIX)).order_by(facts.c.name)
    return [_seen(said) for said in connection.execute(query).scalars()]


def accept(connection: Connection) -> int:
    """A person knows of every place that opened: it is a public place like others from here on. Gives how many."""
    opened = [seen for seen in everything(connection) if seen.opened]
    for seen in opened:
        save(connection, replace(seen, opened=None))
    return len(opened)


def _key(tracker: str, place: str) -> str:
    """Short enough for its column, whatever the names."""
    return _PREFIX + hashlib.sha256(f"{tracker}\n{place.lower()}".encode()).hexdigest()[:40]


def _seen(said: str) -> Seen:
    plain = json.loads(said)
    opened = datetime.fromisoformat(plain["opened"]) if plain["opened"] else None
    return Seen(plain["tracker"], plain["place"], Visibility(plain["visibility"]), opened)
