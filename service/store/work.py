"""What is to be done: rows with `done < wanted`. A row is taken by compare-and-set and held for a while.

Results count only for the attempt that holds the row (`hold`), so a frozen worker's late result is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.store.database import Database, insert
from service.store.tables import work

#: how long a taking holds without being renewed; its worker renews it every BEAT while it lives. What a dead or frozen
#: worker held is another's within 30 s: these 20, at most 5 until somebody looks (service/engine/worker.py), and 5 to
#: spare for a server under load. Three beats in a row may be lost before a living worker loses its row, which costs no
#: more than that its result is refused.
HOLD = timedelta(seconds=20)
BEAT = timedelta(seconds=5)


class LeaseLost(AfterwordError):
    """Another attempt took this row meanwhile: what this one learned is not written."""


@dataclass(frozen=True, slots=True)
class Lease:
    task: str
    key: str
    attempt: int
    wanted: int
    tries: int


def ask(
    connection: Connection,
    task: str,
    key: str,
    now: datetime,
    *,
    not_before: datetime | None = None,
    later_ok: bool = False,
) -> None:
    """There is something new to do for this row. `not_before`: not earlier than this. With `later_ok` an earlier date
    that the row already has is moved back (a quiet time begins anew)."""
    at = not_before or now
    earlier = sa.case((sa.or_(work.c.not_before.is_(None), work.c.not_before > at), at), else_=work.c.not_before)
    due_now = sa.case((work.c.done < work.c.wanted, earlier), else_=at)
    connection.execute(
        insert(connection, work)
        .values(task=task, key=key, wanted=1, done=0, attempt=0, tries=0, not_before=at, last_error="", waits=False)
        .on_conflict_do_update(
            index_elements=["task", "key"],
            set_={"wanted": work.c.wanted + 1, "not_before": at if later_ok else due_now, "tries": 0, "waits": False},
        )
    )


def ensure(connection: Connection, task: str, key: str, now: datetime) -> None:
    """The row exists and is due; if it was there already it stays as it is."""
    connection.execute(
        insert(connection, work)
        .values(task=task, key=key, wanted=1, done=0, attempt=0, tries=0, not_before=now, last_error="", waits=False)
        .on_conflict_do_nothing()
    )


def keep_going(connection: Connection, task: str, key: str, now: datetime) -> None:
    """The row exists and is never done for good: what was finished is asked for again."""
    ensure(connection, task, key, now)
    connection.execute(
        sa.update(work)
        .where(work.c.task == task, work.c.key == key, work.c.done >= work.c.wanted)
        .values(wanted=work.c.done + 1, not_before=now)
    )


def take(database: Database, task: str, key: str, now: datetime) -> Lease | None:
    """The lease, or None if there is nothing to do, it is not due, or another attempt holds it."""
    with database.begin() as connection:
        row = connection.execute(
            sa.update(work)
            .where(
                work.c.task == task,
                work.c.key == key,
                work.c.done < work.c.wanted,
                sa.or_(work.c.not_before.is_(None), work.c.not_before <= now),
                sa.or_(work.c.taken_until.is_(None), work.c.taken_until <= now),
            )
            .values(attempt=work.c.attempt + 1, taken_until=now + HOLD)
            .returning(work.c.attempt, work.c.wanted, work.c.tries)
        ).first()
    return None if row is None else Lease(task, key, row.attempt, row.wanted, row.tries)


def _mine(lease: Lease) -> sa.ColumnElement[bool]:
    return sa.and_(work.c.task == lease.task, work.c.key == lease.key, work.c.attempt == lease.attempt)


def hold(connection: Connection, lease: Lease, now: datetime) -> None:
    """Renews the lease in this transaction, or raises LeaseLost, so that nothing else of the transaction is written."""
    kept = connection.execute(sa.update(work).where(_mine(lease)).values(taken_until=now + HOLD))
    if kept.rowcount != 1:
        raise LeaseLost(f"{lease.task} {lease.key}: attempt {lease.attempt} was overtaken.")


def finish(connection: Connection, lease: Lease) -> bool:
    """All that was wanted when it was taken is done. True: more was asked for meanwhile."""
    row = connection.execute(
        sa.update(work)
        .where(_mine(lease))
        .values(done=lease.wanted, taken_until=None, tries=0, last_error="", waits=False)
        .returning(work.c.wanted)
    ).first()
    return row is not None and row.wanted > lease.wanted


def put_back(
    connection: Connection, lease: Lease, not_before: datetime, *, error: str = "", waits: bool = False
) -> None:
    """Not done yet: look again at `not_before`. With an error it counts as a try; `waits`: for a person or a restart.

    Something asked for while it was held is due at once, whatever this attempt thought.
    """
    connection.execute(
        sa.update(work)
        .where(_mine(lease))
        .values(
            taken_until=None,
            not_before=sa.case((work.c.wanted > lease.wanted, work.c.not_before), else_=not_before),
            tries=sa.case((work.c.wanted > lease.wanted, 0), else_=lease.tries + 1 if error else 0),
            last_error=error,
            waits=sa.case((work.c.wanted > lease.wanted, sa.false()), else_=sa.true() if waits else sa.false()),
        )
    )


def due(connection: Connection, now: datetime, limit: int = 200) -> list[tuple[str, str]]:
    """(task, key) of every row that lacks its outcome, is due, is not held and does not wait; the oldest first."""
    rows = connection.execute(
        sa.select(work.c.task, work.c.key)
        .where(
            work.c.done < work.c.wanted,
            work.c.waits.is_(False),
            sa.or_(work.c.not_before.is_(None), work.c.not_before <= now),
            sa.or_(work.c.taken_until.is_(None), work.c.taken_until <= now),
        )
        .order_by(work.c.not_before, sa.func.length(work.c.key), work.c.key)  # of one moment, the oldest incident
        .limit(limit)
    )
    return [(row.task, row.key) for row in rows]


def lapsed(connection: Connection, now: datetime, limit: int = 200) -> list[tuple[str, str]]:
    """(task, key) of every row whose worker stopped renewing it: dead, frozen, or cut off from the database."""
    rows = connection.execute(
        sa.select(work.c.task, work.c.key)
        .where(
            work.c.done < work.c.wanted,
            work.c.taken_until <= now,
            sa.or_(work.c.not_before.is_(None), work.c.not_before <= now),
        )
        .order_by(work.c.taken_until)
        .limit(limit)
    )
    return [(row.task, row.key) for row in rows]


def revive(connection: Connection, now: datetime) -> None:
    """At a start, new code may have mended what failed: everything that failed or waits after errors is due again."""
    connection.execute(
        sa.update(work)
        .where(work.c.done < work.c.wanted, work.c.last_error != "")
        .values(not_before=now, waits=False, tries=0)
    )


def open_incidents(connection: Connection) -> int:
    """Incidents whose story is not told to its end."""
    waiting = sa.select(sa.func.count()).where(work.c.task == "incident", work.c.done < work.c.wanted)
    return int(connection.execute(waiting).scalar_one())


def wake_incidents(connection: Connection, now: datetime) -> list[str]:
    """What a pause held back is due at once: incidents, reports, reminders. Gives the keys of the incidents."""
    woken = connection.execute(
        sa.update(work)
        .where(
            work.c.task.in_(("incident", "report", "nudge", "digest")),
            work.c.done < work.c.wanted,
            work.c.not_before > now,
        )
        .values(not_before=now)
        .returning(work.c.task, work.c.key)
    )
    return [row.key for row in woken if row.task == "incident"]


def free(connection: Connection, now: datetime) -> None:
    """One process alone on this database (SQLite): whatever was held belonged to a process that is gone."""
    connection.execute(
        sa.update(work).where(work.c.taken_until > now).values(taken_until=None, attempt=work.c.attempt + 1)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands, for who waits for it."""

    open: bool  # something that was asked for is not done
    not_before: datetime | None
    last_error: str
    waits: bool


def standing(connection: Connection, task: str, key: str) -> Standing | None:
    row = connection.execute(sa.select(work).where(work.c.task == task, work.c.key == key)).first()
    return None if row is None else Standing(row.done < row.wanted, row.not_before, row.last_error, row.waits)


def everything(connection: Connection) -> list[sa.Row[Any]]:
    """Every row, for pages and tests."""
    return list(connection.execute(sa.select(work).order_by(work.c.task, work.c.key)))
