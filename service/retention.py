"""Once a day: what the settings keep for so many days goes when they are over, in small transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.engine import Connection

from service.parts import Parts
from service.store import forget, meta
from service.store import retention as store

log = structlog.get_logger()

DAY = "retention_on"
#: rows of one transaction, and transactions of one day at most
_LIMIT, _MOST = 200, 1000


def daily(parts: Parts) -> None:
    """Does the day's work, unless it was begun today. Raises AfterwordError where the database is away."""
    today = parts.now().date().isoformat()
    with parts.database.begin() as connection:
        if meta.get(connection, DAY) == today:
            return
        meta.replace(connection, DAY, today)
    gone = {kind: number for kind, number in run(parts).items() if number}
    if gone:
        log.info("removed what was kept for long enough", **gone)


def run(parts: Parts) -> Mapping[str, int]:
    """Kind → rows that went, or lost their bytes. Days of 0 keep for ever. A delivery that led to something keeps its
    bytes for 30 days at least; the id of each stays for longer, so that one delivered again is still the same."""
    keep, now = parts.settings.retention, parts.now()
    before = {name: now - timedelta(days=getattr(keep, name)) for name in ("revisions", "jobs", "reports")}
    gone = {"emptied": 0, "deliveries": 0, "work": 0, "revisions": 0, "incidents": 0, "reports": 0}
    for states, days in ((("done", "quarantined"), keep.deliveries), (("ignored",), keep.ignored)):
        if not days:
            continue
        least = store.AGAIN if "done" in states else timedelta(0)
        old = now - max(timedelta(days=days), least)
        if keep.ids:
            known = old - timedelta(days=keep.ids)
            gone["deliveries"] += _all(parts, partial(store.old_ids, states=states, before=known, limit=_LIMIT))
        gone["emptied"] += _all(parts, partial(store.empty_deliveries, states=states, before=old, limit=_LIMIT))
    if keep.jobs:
        gone["work"] = _all(parts, lambda c: store.finished_work(c, before["jobs"], _LIMIT))
    if keep.revisions:
        gone["revisions"] = _all(parts, lambda c: store.old_revisions(c, before["revisions"], _LIMIT))
    if keep.incidents:
        gone["incidents"] = _incidents(parts)
    if keep.reports:
        gone["reports"] = _all(parts, lambda c: store.old_reports(c, before["reports"], _LIMIT))
    _all(parts, lambda c: forget.empty_later(c, _LIMIT))
    return gone


def _all(parts: Parts, step: Callable[[Connection], int]) -> int:
    number = 0
    for _ in range(_MOST):
        with parts.database.begin() as connection:
            went = step(connection)
        number += went
        if went < _LIMIT:
            break
    return number


def _incidents(parts: Parts) -> int:
    """One by one, each in a transaction of its own."""
    now, day = parts.now(), parts.texts.days.day(parts.now())
    with parts.database.read() as connection:
        found = store.over(connection, now - timedelta(days=parts.settings.retention.incidents), _LIMIT * _MOST)
    for incident_id in found:
        with parts.database.begin() as connection:
            store.remove_incident(connection, incident_id, now, day)
    return len(found)
