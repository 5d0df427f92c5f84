"""`forget`: replaces a person in everything that is ours, and lists what is not."""

from __future__ import annotations

from argparse import Namespace

from service.commands.running import opened, progress
from service.errors import WELL, InUse
from service.forget import forget, too_short
from service.store import deliveries


def run(args: Namespace) -> int:
    with opened(args) as desk:
        parts = desk.parts
        if not desk.here:
            raise InUse(
                "An Afterword runs on this database, and `forget` rewrites the file.", "Stop it, and say again."
            )
        if not args.dry_run:
            with parts.database.read() as connection:
                waiting = deliveries.received(connection, 1)
            if waiting:  # a body that goes must have been looked at
                desk.service.jobs.run("delivery", "")
        result = forget(parts, args.person, dry_run=args.dry_run)
    print(f"Looked for: {', '.join(result.names)}.")
    short = [name for name in result.names if too_short(name)]
    if short:
        print(f"Only where a field says nothing else, as it is short: {', '.join(short)}.")
    if not result.counts:
        print("Nothing of ours names this person.")
    elif args.dry_run:
        print("It would change:")
    else:
        print("Replaced:")
    for kind, number in sorted(result.counts.items()):
        print(f"  {number:6}  {kind}")
    if result.theirs:
        print("In GitHub and Jira, which is theirs, look yourself:")
    for what, address in result.theirs:
        print(f"  {what}: {address}")
    if parts.people.find(args.person) is not None:
        progress(f"{parts.settings.file} still names this person under [[people]]. Take them out there too.")
    progress("Backups, and a log that the database keeps of its own, hold what they held until they are turned over.")
    return WELL
