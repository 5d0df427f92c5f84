"""What a person decides about an action item that waits: it exists and is linked, or it does not and is filed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, Filed
from service import wording
from service.cleaning import clean_state
from service.errors import NotFound
from service.parts import Parts
from service.postmortem.identity import match
from service.postmortem.likeness import plain
from service.postmortem.model import Decision, ReadItem
from service.routes import nearest_first
from service.store import forget, incidents, items, pages, work, writes
from service.store.incidents import Incident
from service.store.items import Item


def file_now(parts: Parts, item_id: int) -> None:
    """A person says that no issue exists, or that this is an item of its own: it is filed, once."""
    item = _waiting(parts, item_id)
    if item.done_in_text or not item.in_text:
        said = "is marked as done in the ticket" if item.done_in_text else "is no longer in the ticket"
        raise AfterwordError(f"Action item {item_id} {said}.", "Change the ticket; it is read again and then filed.")
    with parts.database.begin() as connection:
        items.settle_identity(connection, item.id)
        writes.plan(connection, items.write_key(item.key), item.incident_id)
        writes.file_now(connection, items.write_key(item.key))
        incident = incidents.get(connection, item.incident_id)
        if incident is not None and incident.held:  # this one is meant, not all that the incident has
            writes.propose_others(connection, item.incident_id, items.write_key(item.key), incident.held)
            incidents.release(connection, item.incident_id)
        happened = pages.history_of(connection, item.id)
        if not happened or happened[-1].kind != "asked":  # pressed again, it is the same word
            items.add_event(connection, item.id, item.incident_id, "asked", parts.now(), parts.now())
        work.ask(connection, "incident", str(item.incident_id), parts.now())
    parts.engine.wake("incident", str(item.incident_id))


def link(parts: Parts, item_id: int, reference: str) -> None:
    """A person names the item's issue (#123, URL, PAY-12): it is followed from now on, and nothing is filed."""
    item = _waiting(parts, item_id)
    with parts.database.read() as connection:
        incident = incidents.get(connection, item.incident_id)
    if incident is None:
        raise NotFound(f"Action item {item_id} has no incident.")
    for name, tracker in nearest_first(parts.trackers, reference):
        seen = tracker.resolve(reference.strip(), incident.ticket)
        if seen is None:
            continue
        key = items.write_key(item.key)
        with parts.database.begin() as connection:
            if (other := items.holder(connection, name, seen.id)) is not None and other != item.id:
                raise AfterwordError(f"{seen.label} belongs to action item {other} already.", "Name another issue.")
            writes.plan(connection, key, item.incident_id)
            seen = clean_state(forget.load(connection), seen)
            if not writes.linked_by_hand(connection, key, seen.id, seen.url):
                raise AfterwordError("This item is being filed just now.", "Look again in a minute.")
            items.route(connection, item, name)
            items.settle_identity(connection, item.id)
            issue = Filed(seen.id, seen.label, seen.url, seen.native)
            items.filed(connection, item, issue, assignee=None, now=parts.now(), seen=seen)
            work.ask(connection, "incident", str(item.incident_id), parts.now())
        parts.engine.wake("incident", str(item.incident_id))
        return
    raise NotFound(
        f"No tracker here knows an issue “{reference[:200]}”.", "Write #123, acme/ops#123, PAY-12 or its URL."
    )


def obey(connection: Connection, incident: Incident, decisions: Sequence[Decision]) -> bool:
    """Does what /file and /park in the ticket's comments say, each once, however often its comment is read; what a
    person changed in it is said anew. True: somebody said that something is to be filed."""
    about = [decision for decision in decisions if decision.verb in ("file", "park")]
    new = {_said(decision): decision for decision in about if _said(decision) not in incident.obeyed}
    if not new:
        return False
    known = items.of_incident(connection, incident.id)
    for decision in new.values():
        meant = _named(connection, incident, decision) if decision.text else None
        for item in known:
            if (meant is None or item.key in meant) and (not decision.numbers or item.number in decision.numbers):
                _decided(connection, item, decision)
    incidents.obey(connection, incident.id, {*incident.obeyed, *new})
    return any(decision.verb == "file" for decision in new.values())


def _said(decision: Decision) -> str:
    words = plain(decision.text)[:200]
    return f"{decision.comment_id} {decision.verb} {','.join(map(str, decision.numbers))}{words}".rstrip()


def _named(connection: Connection, incident: Incident, decision: Decision) -> set[str]:
    """The keys of the item that the words of a /park are; it was read with them a moment ago."""
    known = items.known(connection, incident.id)
    same = {item.key for item in known if plain(item.text) == plain(decision.text)}
    return same or set(match(known, [ReadItem(decision.text, anchor=f"comment:{decision.comment_id}")]).same)


def _decided(connection: Connection, item: Item, decision: Decision) -> None:
    """A bare /file means what is proposed; with its number also what waits because its answer was lost."""
    key = items.write_key(item.key)
    if decision.verb == "park":
        writes.park(connection, key, wording.PARKED.format(who=decision.who, number=item.number))
    elif not decision.numbers:
        writes.file_now(connection, key, ("proposed",))
    else:
        items.settle_identity(connection, item.id)
        writes.file_now(connection, key)


def _waiting(parts: Parts, item_id: int) -> Item:
    with parts.database.read() as connection:
        item = items.get(connection, item_id)
    if item is None:
        raise NotFound(f"There is no action item {item_id}.")
    if item.filed is not None:
        raise AfterwordError(f"Action item {item_id} has its issue: {item.filed.label}.", "Nothing is to be decided.")
    return item
