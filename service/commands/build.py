"""`build`: the story for one ticket that is closed already, such as ops:acme/ops#42."""

from __future__ import annotations

from argparse import Namespace

from connectors.base import AfterwordError, Said, Signal, Source
from service.commands.running import finish, opened, progress
from service.errors import MEND, WELL
from service.parts import Parts
from service.store import incidents, postmortems, standings, work


def run(args: Namespace) -> int:
    name, _, ref = args.ticket.partition(":")
    with opened(args) as (service, here):
        parts = service.parts
        source = _named(parts, name)
        if source is None or not ref:
            known = ", ".join(parts.sources) or "none yet"
            raise AfterwordError(f"There is no source called {name}.", f"Write SOURCE:REF; sources are: {known}.")
        progress(f"Reading {ref} at {source.name}.")
        ticket = source.fetch(ref)
        if not ticket.closed:
            raise AfterwordError(f"{ref} is still open.", "A postmortem is built when the ticket closes.")
        signal = Signal(Said.CLOSED, "built by hand", ticket.ref, ticket.key, ticket.closed_at, ticket)
        with parts.database.begin() as connection:
            incident = incidents.closed(connection, source.name, signal, parts.now())
            work.ask(connection, "incident", str(incident), parts.now())
        progress("Writing the postmortem and filing its action items.")
        done = finish(service, here, "incident", str(incident), progress)
        with parts.database.read() as connection:
            postmortem = postmortems.of_incident(connection, incident)
            items = standings.standings(connection, incident, names=parts.people.names)
        for item in items:
            print(f"{item.mark} {item.text}  {item.issue_label or item.reason or 'not filed yet'}")
        if postmortem:
            print(parts.document_url(postmortem.id))
        return WELL if done and postmortem else MEND


def _named(parts: Parts, name: str) -> Source | None:
    """By its name in the settings; `github:…` also names the one source of that kind."""
    if name in parts.sources:
        return parts.sources[name]
    fitting = [source for source, one in parts.settings.sources.items() if getattr(one, "kind", "") == name]
    return parts.sources[fitting[0]] if len(fitting) == 1 else None
