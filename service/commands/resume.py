"""`resume`: lets everything go on that was paused, or sets aside what waits."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

from service import pause, wording
from service.commands.running import counted, progress, standby
from service.errors import MEND, WELL
from service.store import incidents, work


def run(args: Namespace) -> int:
    with standby(args) as parts, parts.database.begin() as connection:
        now = parts.now()
        before = pause.standing(parts, connection)
        if before is None:
            progress("It is not paused. Nothing was done.")
            return WELL
        since = f", since {parts.texts.stamp(before.since)}" if before.since else ""
        print(f"Paused{since}: {before.why}")
        if before.since is None:
            progress(f"Remove the file, and everything goes on within a minute:  rm {parts.settings.pause_file}")
            return MEND
        # a storm is paused at its crest: it began up to an hour before
        storm = max(
            before.since - timedelta(hours=1), pause.resumed_at(connection) or before.since - timedelta(hours=1)
        )
        aside = incidents.to_set_aside(connection, storm) if args.set_aside else []
        waiting = work.open_incidents(connection) - len(aside)
        if not args.dry_run:
            incidents.set_aside(connection, aside, wording.SET_ASIDE)
            pause.end(connection, parts.settings.public_url, now)
            woken = work.wake_incidents(connection, now)
        else:
            woken = []
    for key in woken:
        parts.engine.wake("incident", key)
    would = "would go" if args.dry_run else "go" if waiting != 1 else "goes"
    print(f"{counted(waiting, 'incident')} {would} on: action items are filed, comments and reports are sent.")
    if args.set_aside:
        are = "would be" if args.dry_run else "is" if len(aside) == 1 else "are"
        print(f"{counted(len(aside), 'incident')} {are} set aside: their documents are written, nothing is filed.")
    if parts.settings.pause_file.exists():
        progress(f"The file {parts.settings.pause_file} is there as well and still holds everything: remove it.")
        return MEND
    return WELL
