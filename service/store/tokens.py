"""Tokens of pages and API: a name, what it may, and the hash of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.database import insert
from service.store.tables import meta, tokens
from service.tokens import FIRST, WRITE


@dataclass(frozen=True, slots=True)
class Token:
    """`used_at` is kept to the day; of the first token, neither that nor when it was made. `expires_at` None: never."""

    name: str
    scope: str  # read, write
    created_at: datetime | None
    expires_at: datetime | None
    used_at: datetime | None

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


_COLUMNS = (tokens.c.name, tokens.c.hash, tokens.c.scope, tokens.c.created_at, tokens.c.expires_at, tokens.c.used_at)
_EVERY = sa.select(*_COLUMNS).union_all(
    sa.select(sa.literal(FIRST), meta.c.value, sa.literal(WRITE), sa.null(), sa.null(), sa.null()).where(
        meta.c.name == "token_sha256"
    )
)


def every(connection: Connection) -> list[tuple[str, Token]]:
    """(hash, token) of every token, those that have ended and the first one too, in one query: who compares looks at
    all of them, so that the time it takes says nothing."""
    return [
        (row.hash, Token(row.name, row.scope, row.created_at, row.expires_at, row.used_at))
        for row in connection.execute(_EVERY)
    ]


def add(connection: Connection, token: Token, sha256: str) -> bool:
    """False: there is one of this name."""
    row = insert(connection, tokens).values(
        name=token.name,
        hash=sha256,
        scope=token.scope,
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_at=None,
    )
    made = row.on_conflict_do_nothing(index_elements=["name"]).returning(tokens.c.name)
    return connection.execute(made).first() is not None


def end(connection: Connection, name: str) -> bool:
    """It opens nothing from now on, and its name is free. False: there is none of this name."""
    return connection.execute(sa.delete(tokens).where(tokens.c.name == name)).rowcount == 1


def used(connection: Connection, name: str, now: datetime) -> None:
    """Notes the day, at most once in a day."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    before = sa.or_(tokens.c.used_at.is_(None), tokens.c.used_at < day)
    connection.execute(sa.update(tokens).where(tokens.c.name == name, before).values(used_at=day))
