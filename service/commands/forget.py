"""`forget`: replaces a person in everything that is ours, and lists what is not."""

from __future__ import annotations

from argparse import Namespace

from service.commands.running import opened, progress, standby
from service.errors import WELL, InUse
from service.forget import Result, forget, too_short
from service.parts import Parts
from service.store import deliveries


def run(args: Namespace) -> int:
    if args.dry_run:
        with standby(args) as parts:
            return _say(args, parts, forget(parts, args.person, dry_run=True))
    with opened(args) as desk:
        if not desk.here:
            raise InUse(
                "An Afterword runs on this database, and `forget` rewrites the file.",
                "Stop it, and run this again. With --dry-run it can go on running.",
            )
        with desk.parts.database.read() as connection:
            waiting = deliveries.received(connection, 1)
        if waiting:  # a body that goes must have been looked at
            desk.service.jobs.run("delivery", "")
        return _say(args, desk.parts, forget(desk.parts, args.person, dry_run=False))


def _say(args: Namespace, parts: Parts, result: Result) -> int:
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
    progress("Backups, and a log that the database keeps of its own, keep what they hold until they are replaced.")
    return WELL
