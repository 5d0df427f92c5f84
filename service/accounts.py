"""The accounts that write for us, remembered: a token may be replaced by one of another account, or by an App, and what
the former one wrote is still ours to be found."""

from __future__ import annotations

import json
from typing import Literal, Protocol

from sqlalchemy.engine import Connection

from connectors.base import Denied
from service.parts import Parts
from service.store import meta

Side = Literal["source", "tracker"]


class Writer(Protocol):
    """What a tracker, a publisher and a source have in common."""

    accounts: tuple[str, ...]

    def account(self) -> str: ...


def know(parts: Parts, side: Side, name: str, writer: Writer) -> None:
    """Before anything is looked for or written: that the account of now is among those that are remembered.

    The vendor is asked once for each process and token. A token that may not ask who it is goes without. Raises
    ConnectorError.
    """
    try:
        account = writer.account()
    except Denied:
        return
    if not account or account in writer.accounts:
        return
    with parts.database.begin() as connection:
        meta.count_up(connection, "accounts")  # one after the other: no process forgets another's
        known = remembered(connection, side, name)
        if account not in known:
            known = (*known, account)
            meta.replace(connection, _key(side, name), json.dumps(known))
    writer.accounts = known
    if side == "source" and name in parts.sources:  # which reads what its publisher writes
        parts.sources[name].accounts = known


def remembered(connection: Connection, side: Side, name: str) -> tuple[str, ...]:
    """The accounts that wrote for this source or tracker, the first one first."""
    return tuple(json.loads(meta.get(connection, _key(side, name)) or "[]"))


def _key(side: Side, name: str) -> str:
    return f"accounts:{side}:{name}"[:100]
