"""What a stored delivery means: one transaction that settles it and asks for the work that follows from it."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from connectors.base import BadPayload, Said, Signal
from service import crash
from service.parts import Parts
from service.store import deliveries, incidents, items, work
from service.store.deliveries import Delivery


def deliver(parts: Parts, key: str) -> None:
    """Settles the delivery with this key ("source/delivery id"). Running it twice is harmless."""
    source_name, _, delivery_id = key.partition("/")
    crash.point("delivery stored")
    with parts.database.read() as connection:
        delivery = deliveries.get(connection, source_name, delivery_id)
    if delivery is None or delivery.state not in deliveries.OPEN:
        return
    source = parts.sources.get(source_name)
    if source is None:
        _settle(parts, delivery, "failed", f"The source {source_name} is no longer in the settings.")
        return
    try:
        signal = source.read(delivery.headers, delivery.body)
    except BadPayload as error:
        _settle(parts, delivery, "quarantined", error.message)
        return
    crash.point("delivery read")
    wakes: list[tuple[str, str]] = []
    with parts.database.begin() as connection:
        incident_id = _follow(parts, connection, source_name, signal, wakes)
        state = "done" if wakes or incident_id else "ignored"
        if not deliveries.settle(connection, delivery, state, signal.why, incident_id):
            connection.rollback()  # another job was faster: what follows from it is its to ask for
            return
    crash.point("delivery settled")
    for task, row in wakes:
        parts.engine.wake(task, row)


def _settle(parts: Parts, delivery: Delivery, state: str, reason: str) -> None:
    with parts.database.begin() as connection:
        deliveries.settle(connection, delivery, state, reason)


def _follow(
    parts: Parts, connection: Connection, source: str, signal: Signal, wakes: list[tuple[str, str]]
) -> int | None:
    """Asks for what follows; gives the incident that it belongs to."""
    now = parts.now()
    if signal.issue_id:
        for tracker in items.trackers_of_issue(connection, signal.issue_id):
            work.ask(connection, "sync", tracker, now)
            wakes.append(("sync", tracker))
    known = incidents.find(connection, source, signal.key) if signal.key else None
    quiet = parts.settings.filing.quiet
    if signal.said is Said.CLOSED:
        if known is not None:  # the row of the work first, as the story does: no deadlock
            work.ask(connection, "incident", str(known.id), now, not_before=now + quiet, later_ok=True)
        incident_id = incidents.closed(connection, source, signal, now)
        if known is None:
            work.ask(connection, "incident", str(incident_id), now, not_before=now + quiet, later_ok=True)
        wakes.append(("incident", str(incident_id)))
        return incident_id
    if known is None or signal.said not in (Said.REOPENED, Said.EDITED):
        return None
    calm = max(now, known.closed_at + quiet) if known.closed_at else now
    work.ask(connection, "incident", str(known.id), now, not_before=calm)
    if signal.said is Said.REOPENED:
        incidents.reopened(connection, known.id)
    # Deliveries come late and out of order: what holds now is asked at the source.
    incidents.want_reading(connection, known.id)
    wakes.append(("incident", str(known.id)))
    return known.id
