"""Tickets as people name them to a command: SOURCE:REF."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.base import AfterwordError, Limited, NotSent, Source, Ticket, Unavailable
from service.cleaning import clean
from service.commands.running import progress
from service.errors import Mistyped
from service.parts import Parts
from service.store import incidents, retention

#: why an incident that was removed is not built once more
REMOVED = "Its action items have their issues already, and would be filed a second time."


def read_ticket_of(parts: Parts, named: str) -> tuple[str, Ticket]:
    """(its source, the ticket as it is now), for "ops:acme/ops#42". Raises AfterwordError, also for an open one and for
    one that was here and was removed."""
    name, _, ref = named.partition(":")
    if not name or not ref:
        raise Mistyped("The ticket is not written as SOURCE:REF.", f"Write for example {_example(parts)}.")
    source = source_of(parts, name)
    progress(f"Reading {ref} from {source.name}.")
    try:
        ticket = source.fetch(ref)
    except (Limited, NotSent, Unavailable) as error:
        mend = f"{error.mend} Nothing was done. Try again in a while.".strip()
        raise AfterwordError(error.message, mend) from None
    if not ticket.closed:
        raise AfterwordError(
            f"{ticket.ref} is still open. Nothing was done.", "A postmortem is built when the ticket is closed."
        )
    if why := removed(parts, source.name, ticket):
        raise AfterwordError(f"{why} Nothing was done.", REMOVED)
    return source.name, clean(parts, ticket)[0]


def removed(parts: Parts, source: str, ticket: Ticket) -> str:
    """A sentence if this incident was here and its days of keeping were over, else ""."""
    with parts.database.read() as connection:
        if incidents.find(connection, source, ticket.key) is not None:
            return ""
        return retention.removed(connection, source, ticket.key)


def source_of(parts: Parts, name: str) -> Source:
    """By its name in the settings; `github` also names the one source of that kind. Raises AfterwordError."""
    if name in parts.sources:
        return parts.sources[name]
    fitting = [source for source, one in parts.settings.sources.items() if getattr(one, "kind", "") == name]
    if len(fitting) == 1:
        return parts.sources[fitting[0]]
    if fitting:
        raise Mistyped(f"There are {len(fitting)} sources of the kind {name}.", f"Write one: {_named(fitting)}.")
    known = f"Write one of them before the colon: {_named(parts.sources)}." if parts.sources else "Write one first."
    raise Mistyped(f"The settings have no source called {name}.", known)


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _example(parts: Parts) -> str:
    """A ticket of the first source there is, as a person would write it."""
    for name, one in parts.settings.sources.items():
        return f"{name}:{'OPS-12' if getattr(one, 'kind', '') == 'jira' else 'acme/ops#42'}"
    return "ops:acme/ops#42"
