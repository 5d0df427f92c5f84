"""`resume`: lets everything go on that was paused, or sets aside what waits."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

from sqlalchemy.engine import Connection

from service import pause, places, wording
from service.commands.running import counted, progress, standby
from service.errors import MEND, WELL
from service.parts import Parts
from service.store import incidents, work, writes


def run(args: Namespace) -> int:
    with standby(args) as parts:
        file = parts.settings.pause_file
        with parts.database.begin() as connection:
            opened = _accept(parts, connection, keep=args.dry_run)
            before = pause.standing(parts, connection)
            woken = _go_on(parts, connection, before, args) if before else []
        if before is None:
            progress("It was not paused." if opened else "It is not paused. Nothing was done.")
            return WELL
        for key in woken:
            parts.engine.wake("incident", key)
        if file.exists():
            progress(f"Remove the file, and everything goes on within a minute:  rm {file}")
            return MEND
    return WELL


def _accept(parts: Parts, connection: Connection, *, keep: bool) -> bool:
    """Places that became public: a person knows now."""
    opened = places.opened(connection)
    for _, place, since in opened:
        day = parts.texts.days.day(since)
        print(f"{place} became public on {day}; filing there goes on by the rules of a public place.")
    if opened and not keep:
        places.accept(connection)
        for incident in writes.revive(connection, parts.now()):
            work.ask(connection, "incident", str(incident), parts.now())
    return bool(opened)


def _go_on(parts: Parts, connection: Connection, before: pause.Pause, args: Namespace) -> list[str]:
    """Ends the pause, or says what its end would do. Gives the incidents to wake."""
    print(f"Paused, since {parts.texts.stamp(before.since)}: {before.why}")
    # a storm is paused at its crest: it began up to an hour before
    crest = before.since - timedelta(hours=1)
    storm = max(crest, pause.resumed_at(connection) or crest)
    aside = incidents.to_set_aside(connection, storm) if args.set_aside else []
    waiting = work.open_incidents(connection) - len(aside)
    woken = []
    if not args.dry_run:
        incidents.set_aside(connection, aside, wording.SET_ASIDE)
        pause.end(connection, parts.settings.public_url, parts.now())
        woken = work.wake_incidents(connection, parts.now())
    if parts.settings.pause_file.exists():
        print(f"{counted(waiting, 'incident')} still held by the file.")
    elif waiting:
        would = "would go" if args.dry_run else "goes" if waiting == 1 else "go"
        print(f"{counted(waiting, 'incident')} {would} on.")
    else:
        print("Nothing was waiting.")
    if args.set_aside:
        are = "would be" if args.dry_run else "is" if len(aside) == 1 else "are"
        print(f"{counted(len(aside), 'incident')} {are} set aside: their documents are written, nothing is filed.")
    return woken
