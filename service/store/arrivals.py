"""What came in by source, for `check`: when the last delivery came, and how many of each state there are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import deliveries


def last_by_source(connection: Connection) -> dict[str, datetime]:
    """Source → when its last delivery came. What was refused (a wrong signature) is not stored and not counted."""
    newest = sa.select(sa.func.max(deliveries.c.id)).group_by(deliveries.c.source)
    rows = connection.execute(
        sa.select(deliveries.c.source, deliveries.c.received_at).where(deliveries.c.id.in_(newest))
    )
    return {row.source: row.received_at for row in rows}


def unread_by_source(connection: Connection) -> dict[str, int]:
    """Source → deliveries that could not be read, or met a fault of ours."""
    rows = connection.execute(
        sa.select(deliveries.c.source, sa.func.count().label("number"))
        .where(deliveries.c.state.in_(("quarantined", "failed")))
        .group_by(deliveries.c.source)
    )
    return {row.source: row.number for row in rows}
