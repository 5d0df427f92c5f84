"""The story of one incident: ask the source for the truth, write the document, file each item, tell the ticket.

Every step reads its row, does what the row still lacks and records the outcome; running it twice is harmless. A result
is recorded only while this attempt holds the incident's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from connectors.base import Ticket
from service import crash, pause, wording
from service.cleaning import clean, clean_known
from service.comment import tell_ticket
from service.decisions import obey
from service.fetching import LAG_AGAIN, lags, read_source
from service.filing import file_item
from service.followup import outgoing
from service.holding import calm_at, told_by_another, why_held
from service.outcomes import Run
from service.parts import Parts
from service.postmortem import document, identity
from service.postmortem.due import due_for
from service.postmortem.model import Document, Reading, ReadItem
from service.postmortem.reading import read_ticket
from service.postmortem.routing import Route
from service.refusals import Gate
from service.routes import route_for
from service.settings_model import Filing
from service.store import incidents, items, postmortems, work, writes
from service.store.incidents import Incident
from service.store.items import Item
from service.store.work import Lease

#: when a ticket that could not be read is tried again
READ_AGAIN = timedelta(hours=1)


def tell(parts: Parts, lease: Lease) -> datetime | None:
    """One incident's afterword. Gives the time at which to look again, or None when nothing is left to do."""
    with Gate(parts) as gate:
        return _tell(parts, lease, gate)


def _tell(parts: Parts, lease: Lease, gate: Gate) -> datetime | None:
    incident = _load(parts, lease)
    if incident is None:
        return None
    fresh: Ticket | None = None
    if incident.to_read:
        fresh, taken_out = clean(parts, read_source(parts, lease, incident, gate))
        crash.point("ticket read")
        if lags(incident, fresh, parts.now()):
            return parts.now() + LAG_AGAIN
        write_document(parts, lease, incident, fresh, taken_out)
        crash.point("document written")
        incident = _load(parts, lease) or incident
    if incident.closed_at is None or incident.held:
        return None  # open again, or set aside: nothing goes out
    if (calm := calm_at(parts, incident)) > parts.now():
        return calm
    promised = _routed(parts, lease, incident)
    crash.point("items routed")
    run = Run(parts, lease, incident.id, gate)
    try:
        again = [file_item(run, item.id) for item in promised]
        again.append(outgoing.tell_trackers(run))
        again.append(tell_ticket(parts, lease, incident, fresh, gate))
    except pause.Paused:
        return parts.now() + pause.AGAIN
    if incident.to_read:
        again.append(parts.now() + READ_AGAIN)
    crash.point("story told")
    return min((at for at in again if at is not None), default=None)


def _routed(parts: Parts, lease: Lease, incident: Incident) -> list[Item]:
    """The incident's items; those that found no tracker earlier get one if there is one now."""
    with parts.database.begin() as connection:
        work.hold(connection, lease, parts.now())
        for item in items.of_incident(connection, incident.id):
            if item.tracker is not None:
                continue
            route = route_for(parts.settings, incident.ticket, incident.severity, item.text)
            if route is not None:
                items.route(connection, item, route.tracker, _place(parts, route))
        return items.of_incident(connection, incident.id)


def _load(parts: Parts, lease: Lease) -> Incident | None:
    with parts.database.read() as connection:
        return incidents.get(connection, int(lease.key))


def write_document(
    parts: Parts, lease: Lease, incident: Incident, ticket: Ticket, taken_out: Sequence[str] = ()
) -> None:
    """One transaction: the document's next revision, its items, and that the ticket was read. `taken_out`: the secrets
    that stood in it, in words."""
    reading = read_ticket(ticket, parts.words, zone=parts.settings.timezone)
    for last_try in (False, True):
        with parts.database.read() as connection:
            before = postmortems.of_incident(connection, incident.id)
        doc = document.build(ticket, reading, before.document if before else None, parts.texts)
        try:
            with parts.database.begin() as connection:
                now = parts.now()
                work.hold(connection, lease, now)
                if before is None:
                    postmortems.save_first(connection, incident.id, doc, now, "Built from the ticket")
                elif not document.same(before.document, doc):
                    postmortems.save_revision(
                        connection, before.id, before.revision, doc, now, "Ticket read again; edits kept"
                    )
                _promise(parts, connection, incident, ticket, reading, doc, now)
                another = told_by_another(parts, incident, ticket)
                said = [decision for decision in reading.decisions if another is None or decision.at > another]
                if obey(connection, incident, said):
                    incidents.release(connection, incident.id)
                else:
                    incidents.hold(connection, incident.id, why_held(parts, connection, incident, ticket))
                if not ticket.from_payload:
                    incidents.read(connection, incident.id, ticket, upto=incident.reads_wanted, redacted=taken_out)
                crash.point("document writing")
            return
        except postmortems.EditedMeanwhile:
            if last_try:
                raise


def _promise(
    parts: Parts,
    connection: Connection,
    incident: Incident,
    ticket: Ticket,
    reading: Reading,
    doc: Document,
    now: datetime,
) -> None:
    """Matches the items that were read to those that are known; new ones get their key, route and due date."""
    known = items.known(connection, incident.id)
    before = items.of_incident(connection, incident.id)
    matching = identity.match(
        clean_known(connection, known),
        reading.items,
        absent={item.key for item in before if not item.in_text},
        waiting={item.key: item.unclear for item in before if item.unclear},
    )
    numbers = {item.key: item.number for item in before}
    written = {f"comment:{comment.id}": comment.at for comment in ticket.comments}
    for key, index in matching.same.items():
        item = reading.items[index]
        items.seen_again(connection, incident.id, key, item, _is_known(parts, item), now, written.get(item.anchor))
        if not item.done:  # also where its tick was taken back
            _plan(parts, connection, incident, key, numbers[key], item)
    if not ticket.from_payload:  # a webhook alone does not hold the comments; what it lacks is not gone
        items.gone(connection, incident.id, matching.gone, now)
    taken = [item.key for item in known]
    for index in sorted([*matching.new, *matching.unclear]):
        item = reading.items[index]
        key = identity.fresh_key(parts.installation, incident.source, incident.key, item, taken)
        unclear = matching.unclear.get(index, ())
        _add(parts, connection, incident, ticket, item, key, unclear, doc.severity, len(taken), now)
        taken.append(key)


def _is_known(parts: Parts, item: ReadItem) -> bool:
    return parts.people.find(item.owner) is not None


def _add(
    parts: Parts,
    connection: Connection,
    incident: Incident,
    ticket: Ticket,
    item: ReadItem,
    key: str,
    unclear: tuple[str, ...],
    severity: str | None,
    before: int,
    now: datetime,
) -> None:
    settings = parts.settings
    promised_at = incident.closed_at or ticket.closed_at or now
    closed_on = promised_at.astimezone(ZoneInfo(settings.timezone)).date()
    due, rule = due_for(item.due, item.priority, severity, closed_on, settings.due)
    route = route_for(parts.settings, ticket, severity, item.text)
    items.add(
        connection,
        incident.id,
        item,
        key=key,
        due=due,
        due_rule=rule,
        tracker=route.tracker if route else None,
        place=_place(parts, route),
        owner_known=_is_known(parts, item),
        unclear=unclear,
        promised_at=promised_at,
        now=now,
    )
    if not item.done:
        _plan(parts, connection, incident, key, before + 1, item)


def _plan(parts: Parts, connection: Connection, incident: Incident, key: str, number: int, item: ReadItem) -> None:
    """The intent to file an item, once; a person is asked first where the settings say so, and about a vague wish. One
    that was vague and is clear now needs nobody."""
    reason = _asked_first(parts.settings.filing, number, item)
    state = "proposed" if reason else "planned"
    write = items.write_key(key)
    before = writes.get(connection, write)
    if before is None:
        writes.plan(connection, write, incident.id, state=state, reason=reason)
    elif not reason and before.reason.startswith(wording.TOO_VAGUE):
        writes.file_now(connection, write, ("proposed",))


def _asked_first(filing: Filing, number: int, item: ReadItem) -> str:
    """Why a person is asked before this item is filed, or ""."""
    if number > filing.max_items:
        return wording.TOO_MANY.format(limit=filing.max_items)
    if filing.mode == "propose":
        return wording.PROPOSED.format(number=number)
    return wording.VAGUE.format(number=number) if item.vague else ""


def _place(parts: Parts, route: Route | None) -> str | None:
    if route is None:
        return None
    return route.place or parts.trackers[route.tracker].places[0]
