"""What a stored delivery means: one transaction that settles it and asks for the work that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Connection

from connectors.base import BadPayload, Said, Signal
from service import crash, pause
from service.cleaning import clean_signal
from service.holding import before_our_time
from service.parts import Parts
from service.reconcile import read_poll
from service.store import aliases, deliveries, incidents, items, meta, retention, work
from service.store.deliveries import Delivery

log = structlog.get_logger()


def deliver(parts: Parts, keys: Sequence[str]) -> None:
    """Settles the deliveries with these keys ("source/delivery id"), together in one transaction. Running it twice is
    harmless."""
    crash.point("delivery stored")
    with parts.database.read() as connection:
        found = [deliveries.get(connection, *_parted(key)) for key in keys]
    readings = [(one, read(parts, one)) for one in found if one is not None and one.state in deliveries.OPEN]
    crash.point("delivery read")
    wakes: dict[tuple[str, str], None] = {}
    settled: list[tuple[Delivery, str, int | None]] = []
    with parts.database.begin() as connection:
        if any(reading.signal and reading.signal.said is Said.CLOSED for _, reading in readings):
            meta.count_up(connection, "closings")  # one after the other, so that each storm is counted whole
        for delivery, reading in readings:
            reading = _by_its_first_key(connection, delivery, reading)
            reading = _of_our_time(parts, connection, delivery, reading)
            if not deliveries.settle(connection, delivery, reading.state, reading.why):
                continue  # another job was faster: what follows from it is its to ask for
            asked: dict[tuple[str, str], None] = {}
            incident_id = None
            if reading.signal is not None:
                incident_id = _follow(parts, connection, delivery.source, reading.signal, asked)
            if incident_id is not None or asked:
                deliveries.followed(connection, delivery.id, incident_id)
            settled.append((delivery, "done" if incident_id is not None or asked else reading.state, incident_id))
            wakes |= asked
        crash.point("delivery settling")
    crash.point("delivery settled")
    for delivery, state, incident_id in settled:
        _say(delivery, state, incident_id)
    for task, row in wakes:
        parts.engine.wake(task, row)


def _say(delivery: Delivery, state: str, incident_id: int | None) -> None:
    """Most deliveries concern nothing of ours; a line for each would bury the others."""
    said = {"ignored": log.debug, "quarantined": log.warning, "failed": log.warning}.get(state, log.info)
    incident = {} if incident_id is None else {"incident": incident_id}
    said("delivery looked at", delivery=delivery.id, source=delivery.source, state=state, via=delivery.via, **incident)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a delivery means: the state that it gets, a sentence why, and what follows from it, if something does."""

    state: str
    why: str
    signal: Signal | None = None


def _storm(parts: Parts, connection: Connection, now: datetime) -> None:
    """More closings within an hour than a person can look at: everything outward stops and asks."""
    most = parts.settings.filing.max_per_hour
    hour = now - timedelta(hours=1)
    many = incidents.heard_since(connection, max(hour, pause.resumed_at(connection) or hour))
    if many > most and pause.begin(connection, pause.STORM.format(many=many, most=most), now):
        log.warning("paused: a storm of closures", closed=many, most=most)


def _parted(key: str) -> tuple[str, str]:
    source, _, delivery_id = key.partition("/")
    return source, delivery_id


def read(parts: Parts, delivery: Delivery) -> Meaning:
    source = parts.sources.get(delivery.source)
    if source is None:
        return Meaning("failed", f"The source {delivery.source} is no longer in the settings.")
    try:
        told = read_poll(delivery) if delivery.via == "poll" else source.read(delivery.headers, delivery.body)
        signal = clean_signal(parts, told)
    except BadPayload as error:
        return Meaning("quarantined", error.message)
    if signal.said is Said.NOTHING and not signal.issue_id:
        return Meaning("ignored", signal.why)
    if signal.said is Said.CLOSED and signal.ticket is None:
        return Meaning("quarantined", f"{signal.why} It does not say which ticket it is and when that was opened.")
    return Meaning("ignored", signal.why, signal)  # until something is known to follow from it


def _by_its_first_key(connection: Connection, delivery: Delivery, reading: Meaning) -> Meaning:
    """A ticket that was transferred has another key since, and is the same incident."""
    signal = reading.signal
    if signal is None or not signal.key:
        return reading
    key = aliases.resolve(connection, delivery.source, signal.key)
    ticket = signal.ticket
    if ticket is not None and ticket.key == signal.key != key:
        ticket = replace(ticket, key=key)
    return replace(reading, signal=replace(signal, key=key, ticket=ticket))


def _of_our_time(parts: Parts, connection: Connection, delivery: Delivery, reading: Meaning) -> Meaning:
    """What closed before Afterword was first started here is not touched, however late its delivery comes; nor what
    was kept for as long as the settings say, and is gone."""
    signal = reading.signal
    if signal is None or signal.said is not Said.CLOSED or signal.ticket is None:
        return reading
    if incidents.find(connection, delivery.source, signal.key) is not None:
        return reading
    why = retention.removed(connection, delivery.source, signal.key)
    closed_at = signal.ticket.closed_at or signal.at
    why = why or before_our_time(parts, connection, closed_at, f"{delivery.source}:{signal.ref}")
    if not why:
        return reading
    issue = replace(signal, said=Said.ISSUE, why=why) if signal.issue_id else None
    return Meaning("ignored", why, issue)


def _follow(
    parts: Parts, connection: Connection, source: str, signal: Signal, asked: dict[tuple[str, str], None]
) -> int | None:
    """Asks for what follows; gives the incident that it belongs to."""
    now = parts.now()
    if signal.issue_id:
        for tracker in items.trackers_of_issue(connection, signal.issue_id):
            work.ask(connection, "sync", tracker, now)
            asked["sync", tracker] = None
    known = incidents.find(connection, source, signal.key) if signal.key else None
    if known is not None and signal.ticket is not None:
        incidents.narrow(connection, known, signal.ticket)
        if signal.ticket.key != known.key:  # the delivery tells of the transfer itself
            aliases.add(connection, source, known.key, signal.ticket.key)
    quiet = parts.settings.filing.quiet
    if signal.said is Said.CLOSED:
        if known is not None:  # the row of the work first, as the story does: no deadlock
            work.ask(connection, "incident", str(known.id), now, not_before=now + quiet, later_ok=True)
        incident_id = incidents.closed(connection, source, signal, now)
        _storm(parts, connection, now)
        if known is None:
            work.ask(connection, "incident", str(incident_id), now, not_before=now + quiet, later_ok=True)
        asked["incident", str(incident_id)] = None
        return incident_id
    if known is None or signal.said not in (Said.REOPENED, Said.EDITED):
        return None
    calm = max(now, known.closed_at + quiet) if known.closed_at else now
    work.ask(connection, "incident", str(known.id), now, not_before=calm)
    if signal.said is Said.REOPENED:
        incidents.reopened(connection, known.id)
    # Deliveries come late and out of order: what holds now is asked at the source.
    incidents.want_reading(connection, known.id)
    asked["incident", str(known.id)] = None
    return known.id
