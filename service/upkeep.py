"""What the clock asks for: a tracker's sync, which asks for itself again, and a week's report."""

from __future__ import annotations

from datetime import datetime, timedelta

from service import crash
from service.followup import notify, weekly
from service.followup.sync import sync
from service.followup.week import Week
from service.parts import Parts
from service.store import work
from service.store.work import Lease


def sync_tracker(parts: Parts, lease: Lease) -> datetime | None:
    """One sync; the incidents with something new to show are asked for. Gives the time of the next one."""
    tracker = parts.trackers.get(lease.key)
    if tracker is None:
        return None  # no longer in the settings
    look_at(parts, lease.key, verify=False, lease=lease)
    return parts.now() + timedelta(minutes=parts.settings.sync.every)


def look_at(parts: Parts, tracker: str, *, verify: bool, lease: Lease | None = None) -> int:
    """Asks one tracker what changed, or with `verify` how every open item is. Gives the number of items that changed."""
    result = sync(
        parts.database,
        tracker,
        parts.trackers[tracker],
        parts.now(),
        verify_hours=parts.settings.sync.verify_hours,
        verify=verify,
        hold=(lambda connection: work.hold(connection, lease, parts.now())) if lease else None,
    )
    with parts.database.begin() as connection:
        for incident in result.incidents:
            work.ask(connection, "incident", str(incident), parts.now())
    for incident in result.incidents:
        parts.engine.wake("incident", str(incident))
    return result.changed
