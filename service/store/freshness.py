"""How new the newest entry is: a database that was restored, or copied without the file beside it, is an older one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import deliveries, postmortems, reports, syncs

#: what a service at work writes: a sync every few minutes, a webhook, a document, a report
WRITTEN = (deliveries.c.received_at, syncs.c.last_ok_at, postmortems.c.updated_at, reports.c.as_of)


def newest(connection: Connection) -> datetime | None:
    """When something was last written; None for a database that is new."""
    found = [connection.execute(sa.select(sa.func.max(column))).scalar() for column in WRITTEN]
    return max((at for at in found if at is not None), default=None)
