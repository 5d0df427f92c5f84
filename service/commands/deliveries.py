"""`deliveries`: what came in and what became of it."""

from __future__ import annotations

from argparse import Namespace

from service import wiring
from service.commands.running import filled, needs_tables, progress
from service.errors import WELL
from service.store import deliveries
from service.store.database import Database

MOST = 5  # secrets that are named


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        needs_tables(database)
        with database.read() as connection:
            rows = deliveries.latest(connection, state=args.state, limit=args.limit)
    finally:
        database.close()
    if not rows:
        print("No deliveries are stored." if args.state is None else f"No deliveries are {args.state}.")
        return WELL
    width = max(len("source"), *(len(row.source) for row in rows))
    print(f"{'ID':>6}  {'received (UTC)':16}  {'source':{width}}  {'by':4}  {'state':11}  {'bytes':>8}  what it says")
    for row in rows:
        said = row.reason or ("not looked at yet" if row.state == "received" else "")
        came = f"{row.id:>6}  {row.received_at:%Y-%m-%d %H:%M}  {row.source:{width}}  {row.via.removeprefix('web'):4}"
        first = f"{came}  {row.state:11}  {row.size:>8}  "
        print(filled(f"{said}{_taken_out(row.redacted)}", first, " " * len(first)))
    if len(rows) == args.limit:
        progress(f"These are the newest {args.limit}; --limit shows more.")
    if any(row.state in ("quarantined", "failed") for row in rows):
        progress("When the cause is mended, `python -m service replay ID` looks at one again.")
    return WELL


def _taken_out(found: list[str] | None) -> str:
    """Secrets stood in the ticket, and are in no document of ours; there they still stand."""
    if not found:
        return ""
    shown = ", ".join(found[:MOST]) + (f" and {len(found) - MOST} more" if len(found) > MOST else "")
    return f" Taken out of its ticket's text: {shown}. Change it, and take it out of the ticket."
