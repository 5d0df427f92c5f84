"""A whole check, line after line in the order of the page. It changes nothing: no row, no file, nothing at a vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service import wiring
from service.checking import connections, ground, routes, standing
from service.checking.line import Line, Look
from service.checking.room import file_of
from service.engine import Engine
from service.hints_file import hints_list
from service.parts import Parts
from service.settings import Settings
from service.store.database import Database
from service.texts import Texts
from service.words import words

#: told the name of each connection before it is asked, as one that hangs should have a name
Asking = Callable[[str], None]


def silent(_name: str) -> None:
    return


def lines(parts: Parts, again: str, asking: Asking = silent) -> Iterator[Line]:
    """Each as soon as it is known. `again`: how a person says the command, such as "python -m service"."""
    look = Look(parts, again, parts.now())
    for line in _lines(look, asking):
        look.found.append(line)
        yield line


def _lines(look: Look, asking: Asking) -> Iterator[Line]:
    yield from ground.settings(look)
    yield from ground.database(look)
    yield from ground.paused(look)
    yield from _connections(look, asking)
    yield from routes.routes(look)
    yield from standing.items(look)
    yield from standing.people(look)
    yield from standing.alerts(look)
    yield from standing.report(look)


def _connections(look: Look, asking: Asking) -> Iterator[Line]:
    for name, source in look.parts.sources.items():
        yield from connections.source(look, name, source, asking)
    for name, tracker in look.parts.trackers.items():
        yield from connections.tracker(look, name, tracker, asking)


def connected(parts: Parts, again: str) -> Iterator[Line]:
    """What each connection and each route says, for a start."""
    look = Look(parts, again, parts.now())
    for line in _connections(look, silent):
        look.found.append(line)
        yield line
    yield from routes.routes(look)


def parts_of(settings: Settings, engine: Engine) -> Parts:
    """What a check asks, put together without touching the database, which need not be there."""
    found, kind = wiring.connectors(), wiring.kind_of
    there = file_of(settings)
    url = settings.database_url if there is None or there.exists() else "sqlite://"
    return Parts(
        settings=settings,
        database=Database(url),
        sources={name: found[kind(s)].Source(name, s, settings.reach) for name, s in settings.sources.items()},
        publishers={},
        trackers={name: found[kind(s)].Tracker(name, s, settings.reach) for name, s in settings.trackers.items()},
        people=wiring.people_of(settings),
        texts=Texts([], settings.timezone, settings.public_url),
        words=words(settings.vocabulary),
        hints=hints_list(settings.hints),
        installation=b"",
        now=wiring.clock,
        engine=engine,
    )
