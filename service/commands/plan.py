"""`plan`: what would be written where for one ticket, word for word. It writes nothing."""

from __future__ import annotations

from argparse import Namespace

from connectors.base import Ticket
from service import pause
from service.commands.running import counted, progress, standby
from service.commands.tickets import read_ticket_of
from service.errors import WELL
from service.parts import Parts
from service.postmortem.standing import Standing
from service.rehearsal import plan

RULE = "─" * 4


def run(args: Namespace) -> int:
    with standby(args) as parts:
        source, ticket = read_ticket_of(parts, args.ticket)
        show(parts, source, ticket)
    return WELL


def show(parts: Parts, source: str, ticket: Ticket) -> None:
    """Each thing under a line of its own that says where it would go."""
    progress("A plan: nothing is written, here or there.")
    found = plan(parts, source, ticket)
    _head(f"The postmortem, {found.document_url}")
    print(found.document.rstrip())
    for writing in found.writings:
        _head(writing.what)
        print(writing.text.rstrip())
    for writing in found.on_file:
        _head(f"{writing.what}, once a `/file` in the ticket says so")
        print(writing.text.rstrip())
    _head("In short")
    issues = sum(writing.issue for writing in found.writings)
    print(f"{counted(issues, 'issue')} would be filed, {counted(len(found.writings) - issues, 'comment')} written.")
    if found.on_file:
        print(f"{counted(len(found.on_file), 'issue')} more on a `/file` in the ticket.")
    for item in found.items:
        if line := _left(item):
            print(f"{item.mark} {item.text}  {line}")
    with parts.database.read() as connection:
        paused = pause.standing(parts, connection)
    if paused is not None:
        print(f"It is paused now, so nothing would leave: {paused.why}")


def _left(item: Standing) -> str:
    """Why no new issue of it stands above; "" if one does."""
    if item.issue_label:
        return "" if item.issue_label.endswith(" (new)") else f"{item.issue_label}, filed already"
    if item.proposed:
        return ""
    if item.ended:
        return "done already: recorded, not filed"
    return f"not filed: {item.reason or 'no tracker takes it'}"


def _head(words: str) -> None:
    print(f"\n{RULE} {words} {RULE}\n")
