"""`build`: the story for one ticket that is closed already, such as ops:acme/ops#42."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from connectors.base import AfterwordError, Limited, NotSent, Said, Signal, Source, Unavailable
from service.commands.running import counted, opened, progress
from service.errors import MEND, WELL
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import incidents, postmortems, standings, work, writes

WIDTH = 72  # of an item's text in the list


def run(args: Namespace) -> int:
    name, _, ref = args.ticket.partition(":")
    with opened(args) as desk:
        parts = desk.parts
        source = _source(parts, name, ref)
        progress(f"Reading {ref} at {source.name}.")
        try:
            ticket = source.fetch(ref)
        except (Limited, NotSent, Unavailable) as error:
            raise AfterwordError(error.message, "Nothing was done. Try again in a while.") from None
        if not ticket.closed:
            raise AfterwordError(
                f"{ticket.ref} is still open. Nothing was done.", "A postmortem is built when the ticket is closed."
            )
        signal = Signal(Said.CLOSED, "built by hand", ticket.ref, ticket.key, ticket.closed_at, ticket)
        with parts.database.begin() as connection:
            incident = incidents.closed(connection, source.name, signal, parts.now())
            writes.revive(connection, parts.now())  # who asks by hand may have mended what was refused
            work.ask(connection, "incident", str(incident), parts.now())
        progress("Writing the postmortem and filing its action items.")
        done = desk.done("incident", str(incident))
        with parts.database.read() as connection:
            postmortem = postmortems.of_incident(connection, incident)
            items = standings.standings(connection, incident, names=parts.people.names)
    _show(items)
    if postmortem:
        print(parts.document_url(postmortem.id))
    unfiled = [item for item in items if not item.issue_label and not item.ended]
    if not done or unfiled:
        what = f"{counted(len(unfiled), 'action item')} not filed yet" if unfiled else "Not finished yet"
        progress(
            f"{what}. `python -m service check` says how each tracker is. Once it is mended, a running service goes"
        )
        progress("on by itself, or say this again; nothing is filed twice.")
    return WELL if done and postmortem and not unfiled else MEND


def _show(items: list[Standing]) -> None:
    """One line each: mark, text, and where it is; below it why it is nowhere."""
    if not items:
        print("The ticket names no action items.")
    width = min(max((len(item.text) for item in items), default=0), WIDTH)
    for item in items:
        text = item.text if len(item.text) <= width else f"{item.text[: width - 1]}…"
        print(f"{item.mark} {text:{width}}  {_where(item)}")
        if item.reason and not item.issue_label and not item.ended:
            print(f"  {item.reason}")


def _where(item: Standing) -> str:
    if item.issue_label:
        return f"{item.issue_label}  {item.issue_url or ''}".rstrip()
    if item.ended:
        return "done already; recorded, not filed"
    if item.state == "waiting":
        return "waits for a person"
    if item.tracker is None:
        return "not filed: there is no tracker"
    return "not filed yet" if item.reason else f"not filed yet; {item.tracker} has not taken it"


def _source(parts: Parts, name: str, ref: str) -> Source:
    """By its name in the settings; `github:…` also names the one source of that kind. Raises AfterwordError."""
    if not name or not ref:
        raise AfterwordError("The ticket is not written as SOURCE:REF.", f"Write for example {_example(parts)}.")
    if name in parts.sources:
        return parts.sources[name]
    fitting = [source for source, one in parts.settings.sources.items() if getattr(one, "kind", "") == name]
    if len(fitting) == 1:
        return parts.sources[fitting[0]]
    if fitting:
        raise AfterwordError(f"There are {len(fitting)} sources of the kind {name}.", f"Write one: {_named(fitting)}.")
    known = f"Write one of them before the colon: {_named(parts.sources)}." if parts.sources else "Write one first."
    raise AfterwordError(f"The settings have no source called {name}.", known)


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _example(parts: Parts) -> str:
    """A ticket of the first source there is, as a person would write it."""
    for name, one in parts.settings.sources.items():
        return f"{name}:{'OPS-12' if getattr(one, 'kind', '') == 'jira' else 'acme/ops#42'}"
    return "ops:acme/ops#42"
