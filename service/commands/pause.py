"""`pause`: stops everything that leaves, at once, also in a service that runs."""

from __future__ import annotations

from argparse import Namespace

from service import pause
from service.commands.running import counted, progress, standby
from service.errors import WELL
from service.store import work


def run(args: Namespace) -> int:
    with standby(args) as parts, parts.database.begin() as connection:
        before = pause.standing(parts, connection)
        if (before is None or before.by_file) and not args.dry_run:  # also beside the file, which somebody may remove
            pause.begin(connection, args.why.strip() or pause.BY_HAND, parts.now())
        waiting = work.open_incidents(connection)
    if before is not None:
        progress(f"It is paused already: {before.why}")
    else:
        print("Paused." if not args.dry_run else "It would pause.")
    print("No issue, comment, link, report or mail leaves. Webhooks are received and stored as ever.")
    if waiting:
        print(f"{counted(waiting, 'incident')} wait for it." if waiting > 1 else "1 incident waits for it.")
    print("python -m service resume    lets everything go on")
    return WELL
