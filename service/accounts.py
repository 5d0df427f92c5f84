"""The accounts that write for us, remembered: a token may be replaced by one of another account, or by an App, and what
the former one wrote is still ours to be found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, Denied, Paces
from service.parts import Parts
from service.store import meta

Side = Literal["source", "tracker"]
#: characters of an account's key
_LONGEST = 90


class Writer(Protocol):
    """What a tracker and a publisher have in common."""

    server: str
    paces: Paces
    accounts: tuple[str, ...]

    def account(self, *, fresh: bool = False) -> str: ...

    def signs(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """Whose limits a write counts against: one account of one server, however many sources and trackers sign in as it.

    `known`: its vendor has said who it is; else it goes by its token.
    """

    key: str
    paces: Paces
    known: bool


def of(parts: Parts, connection: Connection, side: Side, name: str) -> Account:
    """The account of a source or tracker. Its pace is what the settings say of each tracker that writes as it; of a
    source's account that no tracker has, the vendor's usual one. No call."""
    writer = parts.trackers[name] if side == "tracker" else parts.publishers[name]
    key, known = _whose(connection, side, name, writer)
    same = [one for other, one in parts.trackers.items() if _whose(connection, "tracker", other, one)[0] == key]
    return Account(key, tuple(pace for one in same for pace in one.paces) if same else tuple(writer.paces), known)


def named(parts: Parts, connection: Connection, key: str) -> list[str]:
    """The sources and trackers that sign in as this account."""
    writers: list[tuple[Side, str, Writer]] = [("source", name, one) for name, one in parts.publishers.items()]
    writers += [("tracker", name, one) for name, one in parts.trackers.items()]
    return list(dict.fromkeys(name for side, name, one in writers if _whose(connection, side, name, one)[0] == key))


def _whose(connection: Connection, side: Side, name: str, writer: Writer) -> tuple[str, bool]:
    """(key of the account, whether the vendor has said who it is)."""
    try:
        signs = writer.signs()
    except AfterwordError:  # its token cannot be read now
        return f"{side}:{name}"[:_LONGEST], False
    said = meta.get(connection, f"whose {signs}")
    return said or signs, said is not None


def know(parts: Parts, side: Side, name: str, writer: Writer) -> None:
    """Before anything is looked for or written: that the account of now is among those that are remembered.

    The vendor is asked once for each process and token. A token that may not ask who it is goes without. Raises
    ConnectorError.
    """
    try:
        account = writer.account()
    except Denied as error:
        if error.status == 401:
            raise
        return
    if not account:
        return
    _know_whose(parts, writer, account)
    if account in writer.accounts:
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


def _know_whose(parts: Parts, writer: Writer, account: str) -> None:
    """Of a token that is new here, whose it is; from then on all tokens of the account go by it."""
    fact = f"whose {writer.signs()}"
    with parts.database.read() as connection:
        said = meta.get(connection, fact)
    key = f"{writer.server} {account}"
    key = key if len(key) <= _LONGEST else hashlib.sha256(key.encode()).hexdigest()
    if said != key:
        with parts.database.begin() as connection:
            meta.replace(connection, fact, key)


def remembered(connection: Connection, side: Side, name: str) -> tuple[str, ...]:
    """The accounts that wrote for this source or tracker, the first one first."""
    return tuple(json.loads(meta.get(connection, _key(side, name)) or "[]"))


def _key(side: Side, name: str) -> str:
    return f"accounts:{side}:{name}"[:100]
