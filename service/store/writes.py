"""The ledger of outward writes that cannot be repeated harmlessly.

planned → sending(attempt, since) → done(id, url) | unknown | failed(reason); unknown → done | planned | waiting.
proposed and parked: not planned until a person says so.
"sending" is committed before the bytes go. Who finds a row in "sending" and holds the incident's lease knows that its
writer is gone: the outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.store.database import insert
from service.store.tables import writes

#: what is due comes within this, or it is kept by something else
COMES = timedelta(seconds=15)
#: nothing is put off for longer; what lies further ahead was put there by a clock that was wrong
FARTHEST = timedelta(days=2)
#: a person decides: on the page, or by /file and /park in a comment
ASKING = ("waiting", "proposed", "parked")


@dataclass(frozen=True, slots=True)
class Write:
    key: str
    state: str
    attempt: int
    since: datetime | None
    looks: int
    posts: int
    not_before: datetime | None
    external_id: str | None
    url: str | None
    body_hash: str | None
    reason: str

    @property
    def settled(self) -> bool:
        return self.state in ("done", *ASKING, "dropped")

    def due(self, now: datetime) -> bool:
        return not self.settled and (self.not_before is None or not now < self.not_before <= now + FARTHEST)


def _write(row: Row[Any]) -> Write:
    return Write(
        row.key,
        row.state,
        row.attempt,
        row.since,
        row.looks,
        row.posts,
        row.not_before,
        row.external_id,
        row.url,
        row.body_hash,
        row.reason,
    )


def plan(
    connection: Connection, key: str, incident_id: int | None, *, state: str = "planned", reason: str = ""
) -> None:
    """The intent, once. `state` "proposed": a person decides first, and `reason` says why."""
    connection.execute(
        insert(connection, writes)
        .values(key=key, incident_id=incident_id, state=state, attempt=0, looks=0, reason=reason, fields={})
        .on_conflict_do_nothing()
    )


def get(connection: Connection, key: str) -> Write | None:
    row = connection.execute(sa.select(writes).where(writes.c.key == key)).first()
    return None if row is None else _write(row)


def of_incident(connection: Connection, incident_id: int) -> dict[str, Write]:
    rows = connection.execute(sa.select(writes).where(writes.c.incident_id == incident_id))
    return {row.key: _write(row) for row in rows}


def _move(connection: Connection, key: str, attempt: int, frm: tuple[str, ...], values: Mapping[str, Any]) -> bool:
    moved = connection.execute(
        sa.update(writes)
        .where(writes.c.key == key, writes.c.attempt == attempt, writes.c.state.in_(frm))
        .values(**values)
    )
    return moved.rowcount == 1


def ahead(connection: Connection, account: str, incident_id: int, now: datetime) -> int:
    """Writes of older incidents that wait for a turn of this account and are due. What was due for long and did not
    come is not waited for: something else keeps it."""
    waiting = sa.select(sa.func.count()).where(
        writes.c.account == account,
        writes.c.state == "planned",
        writes.c.incident_id < incident_id,
        writes.c.not_before <= now,
        writes.c.not_before > now - COMES,
    )
    return int(connection.execute(waiting).scalar_one())


def put_off(connection: Connection, write: Write, account: str, not_before: datetime, reason: str = "") -> bool:
    """Nothing was sent and nothing begun: it waits for a turn of its account, or for the account to be well."""
    values = {"not_before": not_before, "account": account, **({"reason": reason} if reason else {})}
    return _move(connection, write.key, write.attempt, ("planned",), values)


def begin(connection: Connection, write: Write, now: datetime, account: str | None = None) -> int | None:
    """The bytes are about to go. Gives the attempt that may report their outcome, or None if another one began."""
    values = {
        "state": "sending",
        "attempt": write.attempt + 1,
        "since": now,
        "looks": 0,
        "not_before": None,
        "account": account,
    }
    return write.attempt + 1 if _move(connection, write.key, write.attempt, ("planned", "failed"), values) else None


def done(
    connection: Connection, key: str, attempt: int, external_id: str, url: str, body_hash: str | None = None
) -> bool:
    values: dict[str, Any] = {
        "state": "done",
        "external_id": external_id,
        "url": url,
        "reason": "",
        "fields": {},
        "not_before": None,
    }
    if body_hash is not None:
        values["body_hash"] = body_hash
    return _move(connection, key, attempt, ("sending", "unknown", "planned", "failed", *ASKING), values)


def linked_by_hand(connection: Connection, key: str, external_id: str, url: str) -> bool:
    """A person named the issue. False: it is being sent just now, or done."""
    moved = connection.execute(
        sa.update(writes)
        .where(writes.c.key == key, writes.c.state.in_(("planned", "failed", "unknown", *ASKING)))
        .values(state="done", external_id=external_id, url=url, reason="", fields={}, not_before=None)
    )
    return moved.rowcount == 1


def not_sent(connection: Connection, key: str, attempt: int, not_before: datetime, reason: str) -> bool:
    """The vendor never saw it, or refused for now and did not act: it is planned again."""
    values = {"state": "planned", "not_before": not_before, "reason": reason}
    return _move(connection, key, attempt, ("sending",), values)


def failed(
    connection: Connection, key: str, attempt: int, reason: str, fields: Mapping[str, str], not_before: datetime
) -> bool:
    """The vendor refused it and did not act, or we did not send it. It is tried again from `not_before`, as a person
    may have mended why."""
    values = {"state": "failed", "reason": reason, "fields": dict(fields), "not_before": not_before}
    return _move(connection, key, attempt, ("sending", "planned", "failed"), values)


def give_up_sending(connection: Connection, key: str, attempt: int, reason: str) -> bool:
    """Nothing was sent, again and again: a person looks."""
    return _move(connection, key, attempt, ("sending",), {"state": "waiting", "not_before": None, "reason": reason})


def unknown(connection: Connection, key: str, attempt: int, not_before: datetime, reason: str) -> bool:
    values = {
        "state": "unknown",
        "posts": writes.c.posts + 1,
        "looks": 0,
        "not_before": not_before,
        "reason": reason,
    }
    return _move(connection, key, attempt, ("sending",), values)


def looked(connection: Connection, write: Write, not_before: datetime) -> bool:
    """Looked for and not found: once more at `not_before`."""
    values = {"looks": write.looks + 1, "not_before": not_before}
    return _move(connection, write.key, write.attempt, ("unknown",), values)


def give_up_looking(connection: Connection, write: Write, state: str, reason: str) -> bool:
    """After the last look: "planned" (post again) or "waiting" (a person decides)."""
    values = {"state": state, "looks": write.looks + 1, "not_before": None, "reason": reason}
    return _move(connection, write.key, write.attempt, ("unknown",), values)


def drop(connection: Connection, key: str, attempt: int, reason: str) -> bool:
    """It is not to be written any more: a person deleted the comment, or linked the item by hand."""
    return _move(
        connection, key, attempt, ("planned", "done", "failed", "waiting"), {"state": "dropped", "reason": reason}
    )


def file_now(connection: Connection, key: str, frm: Sequence[str] = ("failed", *ASKING)) -> bool:
    """A person decided that it is to be filed: it is planned."""
    moved = connection.execute(
        sa.update(writes)
        .where(writes.c.key == key, writes.c.state.in_(frm))
        .values(state="planned", not_before=None, looks=0, reason="")
    )
    return moved.rowcount == 1


def propose_others(connection: Connection, incident_id: int, key: str, reason: str) -> None:
    """Of an incident's issues that nothing was sent for, only this one goes on; of the others a person is asked."""
    connection.execute(
        sa.update(writes)
        .where(writes.c.incident_id == incident_id, writes.c.key.startswith("issue:"), writes.c.key != key)
        .where(writes.c.state.in_(("planned", "failed")), writes.c.attempt == 0)
        .values(state="proposed", reason=reason)
    )


def park(connection: Connection, key: str, reason: str) -> bool:
    """A person decided that it is not to be filed for now. What was sent already is not parked."""
    moved = connection.execute(
        sa.update(writes)
        .where(writes.c.key == key, writes.c.state.in_(("planned", "proposed", "failed")), writes.c.posts == 0)
        .values(state="parked", reason=reason, not_before=None)
    )
    return moved.rowcount == 1


def any_begun(connection: Connection, incident_id: int | None = None) -> bool:
    """Whether anything ever left this database for a tracker or an address; or for this incident."""
    begun = sa.exists().where(writes.c.attempt > 0)
    if incident_id is not None:
        begun = begun.where(writes.c.incident_id == incident_id)
    return bool(connection.execute(sa.select(begun)).scalar_one())


def body_changed(connection: Connection, key: str, body_hash: str) -> None:
    connection.execute(sa.update(writes).where(writes.c.key == key).values(body_hash=body_hash))


def revive(connection: Connection, now: datetime) -> list[int]:
    """At a start the settings may be mended: what was refused is due again. Gives the incidents with open writes."""
    connection.execute(sa.update(writes).where(writes.c.state == "failed").values(not_before=now))
    rows = connection.execute(
        sa.select(writes.c.incident_id)
        .where(writes.c.state.in_(("planned", "sending", "unknown", "failed")), writes.c.incident_id.is_not(None))
        .distinct()
    )
    return sorted(row.incident_id for row in rows)
