"""What is old enough to go, in small steps: each call takes at most `limit` rows and gives how many it was.

Never deleted: what tells that something was filed already. The ledger's rows of an incident that is removed stay, and
one more says that it was removed. Rows with the highest number stay too, as SQLite would give that number again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import writes as ledger
from service.store.tables import (
    deliveries,
    events,
    incidents,
    items,
    nudges,
    postmortems,
    reports,
    revisions,
    work,
    writes,
)

#: vendors deliver again for days; within this time a delivery that led to something is known again by its id
AGAIN = timedelta(days=30)
#: a report that was not made for so long is not in the settings any more
NOT_MADE = timedelta(weeks=3)
REMOVED = "The incident was removed on {day}, as its days of keeping were over."
_ENDED = ("done", "wont_do")


def empty_deliveries(connection: Connection, states: Sequence[str], before: datetime, limit: int) -> int:
    """The bytes go; the id, what became of it and why stay, so that it counts once when it comes again."""
    c = deliveries.c
    old = sa.select(c.id).where(c.state.in_(states), c.received_at < before, sa.func.length(c.body) > 0)
    chosen = list(connection.execute(old.order_by(c.id).limit(limit)).scalars())
    emptied = sa.update(deliveries).where(c.id.in_(chosen), c.state.in_(states)).values(body=b"", headers={})
    return connection.execute(emptied).rowcount if chosen else 0


def old_ids(connection: Connection, states: Sequence[str], before: datetime, limit: int) -> int:
    """Deliveries that are not even known by their id any more."""
    c = deliveries.c
    return _delete(connection, deliveries, c.id, (c.state.in_(states), c.received_at < before), limit)


def finished_work(connection: Connection, before: datetime, limit: int) -> int:
    """Rows of work that is done and cannot come again: reports of weeks before the last one, and stories of incidents
    that are gone.

    The row of an incident that is here stays for as long as the incident: a reopening or an edit asks for it again, and
    a row made anew would count its attempts from 1, so that what a frozen worker held under such a number before would
    be taken for its own. So does the row of a sync or a poll, which asks for itself again.
    """
    c = work.c
    # a slot is the report's name and its week, so that of one report the later is the greater
    of_name = reports.c.name + "-____-W__"
    later = sa.select(reports.c.slot).where(c.key.like(of_name), reports.c.slot.like(of_name), reports.c.slot > c.key)
    there = sa.select(incidents.c.id).where(sa.cast(incidents.c.id, sa.String) == c.key).correlate(work)
    over = sa.or_(
        sa.and_(c.task == "report", later.correlate(work).exists()),
        sa.and_(c.task == "incident", ~there.exists()),
    )
    ended = (c.done >= c.wanted, c.waits.is_(False), c.not_before < before, over)
    free = sa.or_(c.taken_until.is_(None), c.taken_until < before)
    found = sa.select(c.task, c.key).where(*ended, free).order_by(c.task, c.key).limit(limit)
    gone = 0
    for row in connection.execute(found).all():
        mine = (c.task == row.task, c.key == row.key)
        gone += connection.execute(sa.delete(work).where(*mine, *ended)).rowcount
    return gone


def old_revisions(connection: Connection, before: datetime, limit: int) -> int:
    """Those that another one took the place of before then; the newest of each document always stays."""
    later = revisions.alias()
    replaced = (
        sa.select(later.c.id)
        .where(
            later.c.postmortem_id == revisions.c.postmortem_id, later.c.number > revisions.c.number, later.c.at < before
        )
        .correlate(revisions)
    )
    return _delete(connection, revisions, revisions.c.id, (replaced.exists(),), limit)


def old_reports(connection: Connection, before: datetime, limit: int) -> int:
    """The latest one of each name stays: the next is counted from it."""
    later = reports.alias()
    newer = sa.select(later.c.slot).where(later.c.name == reports.c.name, later.c.week > reports.c.week)
    old = (reports.c.as_of < before, newer.correlate(reports).exists())
    return _delete(connection, reports, reports.c.slot, old, limit)


def over(connection: Connection, before: datetime, limit: int) -> list[int]:
    """Incidents that closed before then, of which every action item ended before then and is in a report, and of which
    nothing is under way."""
    c, newest = incidents.c, _newest(connection)
    newest_seq, newest_at = sa.func.max(reports.c.last_seq), sa.func.max(reports.c.as_of)
    reported = connection.execute(sa.select(newest_seq, newest_at).group_by(reports.c.name)).all()
    if not reported:
        return []
    # in each report; one that is not made any more is not waited for
    alive = max(at for _, at in reported) - NOT_MADE
    last_seq, last_report = (min(column) for column in zip(*(one for one in reported if one[1] >= alive), strict=True))
    open_items = sa.select(items.c.id).where(
        items.c.incident_id == c.id,
        sa.or_(items.c.state.not_in(_ENDED), items.c.ended_at.is_(None), items.c.ended_at >= before),
    )
    unreported = sa.select(events.c.seq).where(events.c.incident_id == c.id, events.c.seq > last_seq)
    under_way = sa.select(writes.c.key).where(writes.c.incident_id == c.id, writes.c.state.in_(("sending", "unknown")))
    wanted = sa.select(work.c.key).where(
        work.c.task == "incident", work.c.key == sa.cast(c.id, sa.String), work.c.done < work.c.wanted
    )
    query = (
        sa.select(c.id)
        .where(
            c.closed_at < before, c.created_at < before, c.created_at < last_report, c.id.not_in(newest),
            *(~one.correlate(incidents).exists() for one in (open_items, unreported, under_way, wanted)),
        )
        .order_by(c.id)
        .limit(limit)
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def remove_incident(connection: Connection, incident_id: int, now: datetime, day: str) -> None:
    """The incident with its document, items and history. Its rows in the ledger stay, without a name."""
    row = connection.execute(sa.select(incidents.c.source, incidents.c.key).where(incidents.c.id == incident_id)).one()
    document = sa.select(postmortems.c.id).where(postmortems.c.incident_id == incident_id)
    connection.execute(sa.delete(revisions).where(revisions.c.postmortem_id.in_(document)))
    own = sa.select(items.c.id).where(items.c.incident_id == incident_id)
    connection.execute(sa.delete(nudges).where(nudges.c.item_id.in_(own)))
    for table in (postmortems, events, items):
        connection.execute(sa.delete(table).where(table.c.incident_id == incident_id))
    mine = deliveries.c.incident_id == incident_id
    connection.execute(sa.delete(deliveries).where(mine, deliveries.c.received_at < now - AGAIN))
    connection.execute(sa.update(deliveries).where(mine).values(incident_id=None))
    connection.execute(sa.delete(writes).where(writes.c.key == f"comment:{incident_id}"))
    here = writes.c.incident_id == incident_id
    connection.execute(sa.update(writes).where(here, writes.c.state != "done").values(state="dropped"))
    connection.execute(sa.update(writes).where(here).values(incident_id=None, reason="", fields={}))
    connection.execute(sa.delete(work).where(work.c.task == "incident", work.c.key == str(incident_id)))
    connection.execute(sa.delete(incidents).where(incidents.c.id == incident_id))
    ledger.plan(connection, _gone(row.source, row.key), None, state="dropped", reason=REMOVED.format(day=day))


def removed(connection: Connection, source: str, key: str) -> str:
    """A sentence, if this incident was here and was removed; else ""."""
    write = ledger.get(connection, _gone(source, key))
    return write.reason if write else ""


def _gone(source: str, key: str) -> str:
    return "gone:" + hashlib.sha256(f"{source}\n{key}".encode()).hexdigest()[:40]


def _newest(connection: Connection) -> list[int]:
    """The incidents that have the highest number of a table whose numbers stand in addresses."""
    held = [sa.select(sa.func.max(incidents.c.id))]
    held += [sa.select(table.c.incident_id).order_by(table.c.id.desc()).limit(1) for table in (items, postmortems)]
    return [number for query in held if (number := connection.execute(query).scalar()) is not None]


def _delete(
    connection: Connection, table: sa.Table, key: sa.Column[Any], where: Sequence[sa.ColumnElement[bool]], limit: int
) -> int:
    found = sa.select(key).where(*where).order_by(key).limit(limit)
    return connection.execute(sa.delete(table).where(key.in_(list(connection.execute(found).scalars())))).rowcount
