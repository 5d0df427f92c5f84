"""What everything stands on: the settings, the database, the room on the disk, and whether anything may leave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from connectors.base import AfterwordError
from service import pause, places
from service.checking.line import MEND, NOTE, OK, Known, Line, Look, counted, unfiled
from service.checking.room import file_of, folder_of, room
from service.settings_values import local_port
from service.store import arrivals, migrate, needs, standings

STEPS = "docs/github.md and docs/jira.md show it step by step; or `python -m service init`."
AWAY = "Webhooks are answered 503 until it is back, and no job runs. What was acknowledged before is in it."


def settings(look: Look) -> Iterator[Line]:
    said = look.parts.settings
    sources, trackers = counted(len(said.sources), "source"), counted(len(said.trackers), "tracker")
    yield Line("settings", "", OK, f"{said.file}: {sources}, {trackers}, {counted(len(said.routes), 'route')}")
    port = local_port(said.public_url)
    if port is not None and port != said.port:
        where = f"public_url is {said.public_url}, and listen is {said.listen}"
        yield Line("settings", "", NOTE, f"{where}: links and webhooks lead to a port where nothing listens")
    if not said.sources:
        mend = f"Write one below a line [sources.name]: {STEPS}"
        yield Line("settings", "", MEND, "no source: no incident can arrive", mend=mend)
    if not said.trackers:
        mend = f"Write one below a line [trackers.name]: {STEPS}"
        yield Line("settings", "", MEND, "no tracker: no action item can be filed", mend=mend)


def database(look: Look) -> Iterator[Line]:
    """Also reads what the database knows, for the lines that follow."""
    database, file = look.parts.database, file_of(look.parts.settings)
    if file is not None and not file.exists():  # opening it would make it
        yield _not_there(look, file)
        yield from _room(look, file)
        return
    try:
        if not migrate.is_current(database):
            text = f"{database.shown()}: the tables are not those of this version"
            yield Line("database", "", MEND, text, mend=f"Bring them up to date:\n{look.again} migrate")
            return
        look.known = _known(look)
        durable = ", durable writes on" if database.is_sqlite else ""
        yield Line("database", "", OK, f"{database.shown()}, schema up to date{durable}")
    except AfterwordError as error:
        text = f"{database.shown()}: no answer"
        yield Line("database", "", MEND, text, saw=error.message, mend=error.mend, means=AWAY)
        return
    if file is not None:
        yield from _room(look, file)


def _known(look: Look) -> Known:
    with look.parts.database.read() as connection:
        return Known(
            True,
            standings.standings(connection, names=look.parts.people.names),
            arrivals.last_by_source(connection),
            arrivals.unread_by_source(connection),
            pause.standing(look.parts, connection),
            needs.waiting_incidents(connection),
            needs.standing_alerts(connection),
            places.opened(connection),
        )


def _not_there(look: Look, file: Path) -> Line:
    folder = folder_of(file)
    if os.access(folder, os.W_OK):
        text = f"{file} is not there yet: `all` makes it at its start, or {look.again} migrate"
        return Line("database", "", NOTE, text)
    mend = "Give the user that runs Afterword the right to write there, or name another file in database_url."
    return Line("database", "", MEND, f"{file} cannot be made: {folder} is not writable", mend=mend)


def _room(look: Look, file: Path) -> Iterator[Line]:
    least, found = look.parts.settings.alerts.disk_mb, room(look.parts.settings)
    if found and least and found[1] < least:
        yield Line(
            "database",
            "",
            MEND,
            f"only {found[1]} MB are free in {found[0]}, less than the {least} MB of disk_mb",
            means="When the disk is full, webhooks are answered 503 and nothing is stored.",
            mend=f"Make room on the disk of {file}. `retention` in the settings says what is kept for how long.",
        )


def paused(look: Look) -> Iterator[Line]:
    stopped = look.known.pause
    if stopped is None:
        return
    since = f" since {look.when(stopped.since)}"
    by_file = stopped.by_file
    mend = (
        f"When all may go on, remove the file:\nrm {look.parts.settings.pause_file}"
        if by_file
        else f"See what waits; then let it go on, or file nothing of it:\n{look.again} resume --dry-run\n"
        f"{look.again} resume\n{look.again} resume --set-aside"
    )
    yield Line(
        "paused",
        "",
        MEND,
        f"nothing leaves{since}: {stopped.why}",
        saw=stopped.why,
        means="No issue, comment, report or mail goes out. Webhooks are received and stored, postmortems are written.",
        waits=_waits(look),
        mend=mend,
    )


def _waits(look: Look) -> str:
    waiting = {item.incident_ref for item in unfiled(look.known.items)}
    if not waiting:
        return ""
    wait = "waits" if len(waiting) == 1 else "wait"
    return f"{counted(len(waiting), 'incident')} with action items {wait} for it. Nothing is lost."
