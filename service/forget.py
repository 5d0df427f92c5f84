"""Forgets a person: every name that is known of them goes out of everything that is ours, and is not let in again.

What is kept is a keyed hash of each name, so that a later reading or sync finds and replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.parts import Parts
from service.postmortem.forgetting import LEAST, Forgotten, mark_of
from service.postmortem.people import People, plain
from service.store import forget as store
from service.store import work
from service.upkeep import forms_of

REVISED = "Revised on {day}: a person was removed."
#: while other processes work on the same database, what they read before may be written after
PASSES = 3


@dataclass(frozen=True, slots=True)
class Result:
    """`names`: what was looked for. `counts`: kind → how many. `theirs`: what stands in the vendors' tools."""

    names: tuple[str, ...]
    counts: Mapping[str, int]
    theirs: tuple[tuple[str, str], ...]


class _Tried(Exception):
    """Ends a transaction that is only tried."""


def forgotten(parts: Parts) -> Forgotten:
    """Everybody who was forgotten here, to be taken out of what is about to be stored."""
    with parts.database.read() as connection:
        return store.load(connection)


def names_of(people: People, handles: Iterable[tuple[str, str, str]], person: str) -> tuple[str, ...]:
    """Every name, login, address and id that is known of this person. `handles`: (source or tracker, id, name).

    Raises AfterwordError where a name is that of several people in one tool.
    """
    names = {plain(person): person.strip().removeprefix("@")}
    if known := people.find(person):
        names |= {plain(name): name for name in (known.name, known.email, *known.aliases, *known.ids.values()) if name}
    told = list(handles)
    bearers: dict[tuple[str, str], set[str]] = {}
    for tool, handle, name in told:
        bearers.setdefault((tool, plain(name)), set()).add(handle)
    for tool, handle, name in told:
        if plain(name) in names and plain(handle) not in names:
            if len(bearers[tool, plain(name)]) > 1:
                ids = ", ".join(sorted(bearers[tool, plain(name)]))
                raise AfterwordError(f"Several people in {tool} are called {name}: {ids}.", "Name one by login or id.")
            names[plain(handle)] = handle
    names |= {plain(name): name for _, handle, name in told if plain(handle) in names and name}
    return tuple(sorted(names.values()))


def forget(parts: Parts, person: str, *, dry_run: bool = False) -> Result:
    """Replaces the person in everything that is ours. `dry_run`: says what it would do. Raises AfterwordError."""
    if mark_of(parts.installation, person) is None:
        raise AfterwordError("This is no name.", "Write a name, a login, an e-mail address or an account id.")
    with parts.database.read() as connection:
        names = names_of(parts.people, store.handles(connection), person)
        known = store.load(connection)
    marks = (mark_of(parts.installation, name) for name in names)
    everybody = Forgotten(parts.installation, (*known.marks, *(mark for mark in marks if mark is not None)))
    if dry_run:
        return _tried(parts, everybody, names)
    with parts.database.begin() as connection:
        store.remember(connection, everybody)  # first: what is read from now on is clean
    result = _pass(parts, everybody, names)
    for _ in range(PASSES - 1):
        if not _pass(parts, everybody, names).counts:
            break
    store.scrub(parts.database)
    return result


def too_short(name: str) -> bool:
    """Whether a name is replaced only where a field says nothing else."""
    mark = mark_of(b"any", name)
    return mark is not None and mark.whole and len(name) < LEAST


def _pass(parts: Parts, everybody: Forgotten, names: tuple[str, ...]) -> Result:
    with parts.database.begin() as connection:
        found = _rewrite(parts, connection, everybody)
        for incident in found.incidents:  # its comment follows
            work.ask(connection, "incident", str(incident), parts.now())
        return Result(names, found.counts, tuple(store.addresses(connection, found)))


def _tried(parts: Parts, everybody: Forgotten, names: tuple[str, ...]) -> Result:
    result = Result(names, {}, ())
    try:
        with parts.database.begin() as connection:
            found = _rewrite(parts, connection, everybody)
            result = Result(names, found.counts, tuple(store.addresses(connection, found)))
            raise _Tried
    except _Tried:
        return result


def _rewrite(parts: Parts, connection: Connection, everybody: Forgotten) -> store.Found:
    revised = REVISED.format(day=parts.texts.days.day(parts.now()))
    return store.rewrite(connection, everybody, partial(forms_of, parts), revised)
