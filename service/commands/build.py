"""`build`: the story for tickets that are closed already: one, such as ops:acme/ops#42, or all since a day."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.base import ConnectorError, Said, Signal, Source, Ticket
from service import pause
from service.checking.line import unfiled
from service.cleaning import clean
from service.commands.plan import show
from service.commands.running import SOON, Desk, counted, filled, opened, progress, standby
from service.commands.tickets import read_ticket_of, removed, source_of
from service.errors import MEND, WELL
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import incidents, postmortems, standings, work, writes

WIDTH = 72  # of an item's text in the list


def run(args: Namespace) -> int:
    if args.since is not None:
        return _since(args)
    if args.dry_run:
        with standby(args) as parts:
            show(parts, *read_ticket_of(parts, args.ticket))
        return WELL
    with opened(args) as desk:
        source, ticket = read_ticket_of(desk.parts, args.ticket)
        progress("Writing the postmortem and filing its action items.")
        return _build(desk, source, ticket)


def _build(desk: Desk, source: str, ticket: Ticket) -> int:
    parts = desk.parts
    signal = Signal(Said.CLOSED, "built by hand", ticket.ref, ticket.key, ticket.closed_at, ticket)
    with parts.database.begin() as connection:
        incident = incidents.closed(connection, source, signal, parts.now(), by_hand=True)
        writes.revive(connection, parts.now())  # who asks by hand may have mended what was refused
        work.ask(connection, "incident", str(incident), parts.now())
        paused = pause.standing(parts, connection)
    done = desk.done("incident", str(incident), soon=timedelta(0) if paused else SOON)
    with parts.database.read() as connection:
        postmortem = postmortems.of_incident(connection, incident)
        items = standings.standings(connection, incident, names=parts.people.names)
    _show(items)
    if postmortem:
        print(parts.document_url(postmortem.id))
    left = unfiled(items)
    proposed = sum(item.proposed for item in items)
    parked = sum(item.parked for item in items)
    if paused is not None:
        progress(filled(f"Paused: {paused.why} Nothing was filed. `python -m service resume` lets it go on."))
    elif not done or left:
        what = f"{counted(len(left), 'action item')} not filed yet" if left else "Not finished yet"
        progress(
            filled(
                f"{what}. `python -m service check` says how each tracker is. Once it is mended, a running service "
                "goes on by itself, or run this again; nothing is filed twice."
            )
        )
    if proposed:
        progress(f"{counted(proposed, 'action item')} proposed in the ticket: a comment /file there files them.")
    if parked:
        progress(f"{counted(parked, 'action item')} parked, as a person said: a comment /file N there files one.")
    return WELL if done and postmortem and not left and paused is None else MEND


def _since(args: Namespace) -> int:
    """Every ticket of a source that closed since a day: shown, and told one after the other if that was said; but for
    those that were here and were removed."""
    if args.dry_run is not False:
        with standby(args) as parts:
            found = _closed(parts, source_of(parts, args.ticket), args)
        if found:
            progress(f"Nothing was done. To build them:  {_again(args)}")
        return WELL
    with opened(args) as desk:
        source = source_of(desk.parts, args.ticket)
        found = _closed(desk.parts, source, args)
        code = WELL
        for number, ticket in enumerate(found, start=1):
            progress(f"\n{number} of {len(found)}: {ticket.ref}  {ticket.title[:WIDTH]}")
            try:
                code = max(code, _build(desk, source.name, clean(desk.parts, source.fetch(ticket.ref))[0]))
            except ConnectorError as error:
                progress(f"{error.message} {error.mend}".rstrip())
                code = MEND
    return code


def _closed(parts: Parts, source: Source, args: Namespace) -> list[Ticket]:
    begin = datetime.combine(args.since, time(), ZoneInfo(parts.settings.timezone))
    progress(f"Asking {source.name} for incident tickets closed since {parts.texts.stamp(begin)}.")
    found = sorted(source.closed_since(begin), key=lambda ticket: ticket.closed_at or begin)
    with parts.database.read() as connection:
        known = {ticket.key for ticket in found if incidents.find(connection, source.name, ticket.key)}
    gone = {ticket.key for ticket in found if removed(parts, source.name, ticket)}
    for ticket in found:
        closed = parts.texts.stamp(ticket.closed_at) if ticket.closed_at else "closed"
        has = "  (has its postmortem)" if ticket.key in known else ""
        has = "  (had its postmortem, which was removed)" if ticket.key in gone else has
        print(f"{ticket.ref:20}  {closed}  {' '.join(ticket.title.split())[:WIDTH]}{has}")
    print(f"{counted(len(found), 'ticket')}, {len(known)} of them known already.")
    return [ticket for ticket in found if ticket.key not in gone]


def _again(args: Namespace) -> str:
    config = f" --config {args.config}" if args.config else ""
    return f"python -m service{config} build --since {args.since} --no-dry-run {args.ticket}"


def _show(items: list[Standing]) -> None:
    """One line each: mark, text, and where it is; below it why it is nowhere."""
    if not items:
        print("The ticket names no action items.")
    width = min(max((len(item.text) for item in items), default=0), WIDTH)
    for item in items:
        text = item.text if len(item.text) <= width else f"{item.text[: width - 1]}…"
        print(f"{item.mark} {text:{width}}  {_where(item)}")
        if item.reason and not item.issue_label and not item.ended:
            print(filled(item.reason, "  ", "  "))


def _where(item: Standing) -> str:
    if item.issue_label:
        return f"{item.issue_label}  {item.issue_url or ''}".rstrip()
    if item.ended:
        return "done already; recorded, not filed"
    if item.proposed:
        return "proposed, not filed"
    if item.parked:
        return "parked, not filed"
    if item.state == "waiting":
        return "waits for a person"
    if item.tracker is None:
        return "not filed: there is no tracker"
    return "not filed yet" if item.reason else f"not filed yet; {item.tracker} has not taken it"
