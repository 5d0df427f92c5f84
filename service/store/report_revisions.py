"""What a report was before it was corrected. What a person was removed from is not kept as it was (store/forget.py)."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.followup.snapshot import Correction, Snapshot, from_json, to_json
from service.store.reports import FORMATS, Frozen, find
from service.store.tables import events, report_revisions, reports

_KEPT = ("snapshot", *FORMATS)


def replace_with(connection: Connection, slot: str, snapshot: Snapshot, forms: Mapping[str, bytes]) -> int:
    """The next revision of a report; the one before is kept. Gives its number."""
    columns = [reports.c.slot, reports.c.revision, *(reports.c[name] for name in _KEPT)]
    now = sa.select(*columns).where(reports.c.slot == slot)
    connection.execute(sa.insert(report_revisions).from_select(["slot", "number", *_KEPT], now))
    values = {"snapshot": to_json(snapshot), "revised": snapshot.revised, **{name: forms[name] for name in FORMATS}}
    risen = sa.update(reports).where(reports.c.slot == slot).values(revision=reports.c.revision + 1, **values)
    return int(connection.execute(risen.returning(reports.c.revision)).scalar_one())


def of_number(connection: Connection, slot: str, number: int) -> Frozen | None:
    """The report as it was in this revision. None: there is none, or it is not kept."""
    latest = find(connection, slot)
    if latest is None or latest.revision == number:
        return latest
    wanted = (report_revisions.c.slot == slot, report_revisions.c.number == number)
    row = connection.execute(sa.select(report_revisions).where(*wanted)).first()
    if row is None:
        return None
    snapshot = from_json(row.snapshot)
    return Frozen(
        slot, snapshot.week, snapshot.as_of, snapshot, {name: bytes(getattr(row, name)) for name in FORMATS}, number
    )


def learned_since(connection: Connection, snapshot: Snapshot) -> list[Correction]:
    """State changes of before the report was made that we learned of after: of each item the last."""
    query = (
        sa.select(events.c.item_id, events.c.now, events.c.happened_at)
        .where(events.c.seq > snapshot.last_seq, events.c.kind == "state", events.c.happened_at < snapshot.as_of)
        .order_by(events.c.happened_at, events.c.seq)
    )
    found = (Correction(row.item_id, row.now, row.happened_at) for row in connection.execute(query))
    return list({one.item_id: one for one in found}.values())
