"""Every night: does an action item have a second issue? It is looked for by the marker, and told; nothing is closed.

There should never be one. A worker that is frozen between its last check and the first byte, or a tracker that lists
what it made only after the last look, can make one, and then a person decides which of the two is followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy.engine import Connection

from connectors.base.marked import Marked
from service.parts import Parts
from service.store import items, meta, work, writes
from service.store.work import Lease

log = structlog.get_logger()

#: when the night's look is, in UTC, and how far it reaches back behind the one before
NIGHT = time(3, 20)
OVERLAP = timedelta(days=2)
_FOUND, _LOOKED = "duplicates:", "duplicates_at:"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`url`: the issue that is followed; `other`: the one that has the same marker."""

    tracker: str
    marker: str
    label: str
    url: str
    other_label: str
    other: str


def ask_for_looks(connection: Connection, parts: Parts, now: datetime) -> None:
    """Once a night for each tracker, however many clocks ask."""
    for name in parts.trackers:
        work.keep_going(connection, "duplicates", name, now)


def look(parts: Parts, lease: Lease) -> datetime | None:
    """The night's look at one tracker; gives the time of the next. Raises ConnectorError."""
    if lease.key not in parts.trackers:
        return None  # no longer in the settings
    with parts.database.read() as connection:
        looked = meta.get(connection, _LOOKED + lease.key)
    now = parts.now()
    if looked is None or now >= _night_after(datetime.fromisoformat(looked)):
        find(parts, lease.key, lease)
    return _night_after(now)


def find(parts: Parts, tracker: str, lease: Lease | None = None) -> tuple[Duplicate, ...]:
    """Looks now, keeps what was found for alarms and figures, and gives it. Raises ConnectorError."""
    begun = parts.now()
    with parts.database.read() as connection:
        since = datetime.fromisoformat(
            meta.get(connection, _LOOKED + tracker) or meta.get(connection, "first_boot") or begun.isoformat()
        )
    seen = list(parts.trackers[tracker].marked(since - OVERLAP))
    with parts.database.begin() as connection:
        if lease is not None:
            work.hold(connection, lease, parts.now())
        before = kept(connection, tracker)
        found = {one.other: one for one in (*before, *_second(connection, tracker, seen))}
        meta.replace(connection, _FOUND + tracker, json.dumps([asdict(one) for one in found.values()]))
        meta.replace(connection, _LOOKED + tracker, begun.isoformat())
    for one in found.values():
        log.warning("an action item has two issues", tracker=tracker, followed=one.label, second=one.other_label)
    return tuple(found.values())


def kept(connection: Connection, tracker: str) -> tuple[Duplicate, ...]:
    """As they were found last, without those that a person settled by following the other one."""
    said = json.loads(meta.get(connection, _FOUND + tracker) or "[]")
    return tuple(one for one in (Duplicate(**each) for each in said) if _followed(connection, one.marker) == one.url)


def _followed(connection: Connection, marker: str) -> str | None:
    write = writes.get(connection, items.write_key(marker))
    return write.url if write is not None and write.state == "done" else None


def _second(connection: Connection, tracker: str, seen: Iterable[Marked]) -> Iterable[Duplicate]:
    """What carries the marker of an item of this database, and is not the issue that it has."""
    for issue in seen:
        write = writes.get(connection, items.write_key(issue.marker))
        if write is None or write.state != "done" or not write.external_id or write.external_id == issue.id:
            continue  # of another installation, or still under way
        holder = items.holder(connection, tracker, write.external_id)
        item = items.get(connection, holder) if holder is not None else None
        label = item.filed.label if item is not None and item.filed is not None else write.url or ""
        yield Duplicate(tracker, issue.marker, label, write.url or "", issue.label, issue.url)


def _night_after(at: datetime) -> datetime:
    night = at.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return night if night > at else night + timedelta(days=1)
