"""Who can read what is filed in a repository or project, asked at the tracker and remembered.

A private place that becomes public pauses itself: what was meant for few would be read by all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from connectors.base import ConnectorError, Refused, Tracker, Visibility
from service.parts import Parts
from service.store import places
from service.store.places import Seen

OPENED = "{place} became public on {day}. Nothing more is filed there until a person says `resume`, or its route says \
`publish = true`."


class Opened(Refused):
    """The place was not public when it was last looked at, and is now. Nothing was sent."""


def audience(parts: Parts, tracker: Tracker, place: str, *, publish: bool = False) -> Visibility:
    """Who can read what is filed there now. Raises Opened, unless the route says `publish`; ConnectorError if the
    tracker does not answer. Where it refuses to say, nothing can be filed either, and everybody is assumed."""
    try:
        now = tracker.visibility(place)
    except Refused:
        return Visibility.PUBLIC
    seen = _remember(parts, tracker.name, place, now)
    if seen.opened is not None and not publish:
        raise Opened(OPENED.format(place=place, day=parts.texts.days.day(seen.opened)))
    return now


def look_again(parts: Parts, tracker: Tracker, wanted: Iterable[str]) -> None:
    """Asks who can read these places; one that does not answer stays as it was."""
    for place in wanted:
        try:
            now = tracker.visibility(place)
        except ConnectorError:
            continue
        _remember(parts, tracker.name, place, now)


def opened(connection: Connection) -> list[tuple[str, str, datetime]]:
    """(tracker, place, since) of every place that became public and of which no person said yet that it may."""
    return [(seen.tracker, seen.place, seen.opened) for seen in places.everything(connection) if seen.opened]


def accept(connection: Connection) -> int:
    """For `resume`: a person knows, and filing goes on there by the rules of a public place. Gives how many."""
    return places.accept(connection)


def _remember(parts: Parts, tracker: str, place: str, now: Visibility) -> Seen:
    with parts.database.read() as connection:
        before = places.get(connection, tracker, place)
    seen = _after(before or Seen(tracker, place, now), now, parts.now())
    if seen != before:
        with parts.database.begin() as connection:
            places.save(connection, seen)
    return seen


def _after(before: Seen, visibility: Visibility, now: datetime) -> Seen:
    """A place that closes again has nothing to ask for any more."""
    if visibility is not Visibility.PUBLIC:
        return replace(before, visibility=visibility, opened=None)
    opens = before.visibility is not Visibility.PUBLIC
    return replace(before, visibility=visibility, opened=now if opens else before.opened)
