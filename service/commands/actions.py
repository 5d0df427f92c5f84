"""`actions`: the action items that wait for a person, and the answers: this issue is it, or look again and file it."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from service import decisions
from service.commands.running import Desk, counted, filled, opened, progress, standby
from service.errors import MEND, WELL, Mistyped
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import items, standings, writes

NONE = "No action item waits for a person."
ANSWERS = (
    "Each is answered on its page, or here:\n"
    "  python -m service actions adopt ID URL   that issue is it; nothing is filed\n"
    "  python -m service actions retry ID       look for it once more, and file it if it is not there"
)


def run(args: Namespace) -> int:
    if args.action == "list":
        if args.id is not None:
            raise Mistyped(
                "The list takes no number.", "The answers are `actions adopt ID URL` and `actions retry ID`."
            )
        with standby(args) as parts:
            _list(parts)
        return WELL
    if args.id is None:
        raise Mistyped(f"Say which: `actions {args.action} ID`.", "`python -m service actions` lists them.")
    if args.action == "adopt" and not args.url:
        raise Mistyped("Say which issue it is: `actions adopt ID URL`.", "An address, acme/ops#123 or PAY-12.")
    if args.action == "retry" and args.url:
        raise Mistyped("`actions retry` takes no issue.", "If you know it, write `actions adopt ID URL`.")
    with opened(args) as desk:
        if args.action == "adopt":
            decisions.link(desk.parts, args.id, args.url)
        else:
            decisions.file_now(desk.parts, args.id)
            progress("Looking for it once more; it is filed if it is not there.")
        return _see_to(desk, args.id)


def _list(parts: Parts) -> None:
    found = [item for item in _standings(parts) if item.state == "waiting" or item.parked]
    for item in found:
        print(filled(f"{item.incident_ref}, action item {item.number}: {item.text}", f"{item.id:>6}  ", " " * 8))
        print(filled(f"{_since(parts, item)}{item.reason}", " " * 8, " " * 8))
    print(f"{counted(len(found), 'action item')}." if found else NONE)
    if found:
        progress(ANSWERS)


def _since(parts: Parts, item: Standing) -> str:
    with parts.database.read() as connection:
        write = writes.get(connection, items.write_key(item.key))
    since: datetime = write.since if write is not None and write.since is not None else item.created_at
    return f"Since {parts.texts.stamp(since)}. "


def _standings(parts: Parts, number: int | None = None) -> list[Standing]:
    with parts.database.read() as connection:
        return standings.standings(connection, item_id=number, names=parts.people.names)


def _see_to(desk: Desk, number: int) -> int:
    """Waits for the incident's story and says what became of the item."""
    (item,) = _standings(desk.parts, number)
    done = desk.done("incident", str(item.incident_id))
    (item,) = _standings(desk.parts, number)
    if item.issue_label:
        print(f"Action item {number}: {item.issue_label}  {item.issue_url or ''}".rstrip())
        return WELL if done else MEND
    print(filled(f"Action item {number} has no issue yet. {item.reason}".rstrip()))
    return MEND
