"""Other keys of an incident: a transfer on GitHub gives its ticket a new one, and it is the same incident."""

from __future__ import annotations

import hashlib

from sqlalchemy.engine import Connection

from service.store import meta


def add(connection: Connection, source: str, key: str, also: str) -> None:
    """The incident with this key goes by the other one as well."""
    meta.replace(connection, _name(source, also), key)


def resolve(connection: Connection, source: str, key: str) -> str:
    """The key that the incident was first known by."""
    return meta.get(connection, _name(source, key)) or key


def _name(source: str, key: str) -> str:
    return "alias " + hashlib.sha256(f"{source}\n{key}".encode()).hexdigest()
