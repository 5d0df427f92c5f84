"""`plan`: what would be written where for one ticket, word for word. It writes nothing."""

from __future__ import annotations

from argparse import Namespace

from connectors.base import Ticket
from service import pause
from service.commands.running import counted, progress, standby
from service.commands.tickets import read_ticket_of
from service.errors import WELL
from service.parts import Parts
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
    filed = [item for item in found.items if item.issue_label and not item.issue_label.endswith(" (new)")]
    left = [item for item in found.items if not item.issue_label]
    _head("In short")
    issues = sum(writing.what.endswith("a new issue") for writing in found.writings)
    print(f"{counted(issues, 'issue')} would be filed, {counted(len(found.writings) - issues, 'comment')} written.")
    for item in filed:
        print(f"{item.mark} {item.text}  {item.issue_label}, filed already")
    for item in left:
        print(f"{item.mark} {item.text}  not filed: {item.reason or 'it is done already, or no tracker takes it'}")
    with parts.database.read() as connection:
        paused = pause.standing(parts, connection)
    if paused is not None:
        print(f"It is paused now, so nothing would leave: {paused.why}")


def _head(words: str) -> None:
    print(f"\n{RULE} {words} {RULE}\n")
