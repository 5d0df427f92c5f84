"""`check`: settings, database and every connection, one line each; then what to mend, in full. It writes nothing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connectors.base import AfterwordError, Finding
from service import wiring
from service.errors import MEND, WELL
from service.followup.week import Schedule, Week
from service.parts import Parts
from service.settings import Settings
from service.store import migrate, standings
from service.store.database import Database
from service.wiring import Idle


@dataclass(frozen=True, slots=True)
class _Line:
    part: str  # settings, database, source, tracker, people, report
    name: str  # of the source or tracker, or ""
    finding: Finding


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    lines = list(_lines(settings))
    names = max((len(line.name) for line in lines), default=0)
    for line in lines:
        subject = f"{line.finding.subject}: " if line.finding.subject else ""
        print(f"{line.part:10} {line.finding.level:5} {line.name:{names}} {subject}{line.finding.text}".rstrip())
    mends = [line for line in lines if line.finding.level == "MEND"]
    notes = sum(line.finding.level == "note" for line in lines)
    print(f"\n{_counted(len(mends), 'thing')} to mend, {_counted(notes, 'note')}")
    for line in mends:
        _explain(settings, line)
    return MEND if mends else WELL


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _explain(settings: Settings, line: _Line) -> None:
    finding = line.finding
    where = settings.where(f"{line.part}s", line.name) if line.name else settings.file
    table = f"[{line.part}s.{line.name}], " if line.name else ""
    print(f"\n{finding.subject or line.part}   {table}{where}")
    for word, text in (("saw", finding.saw), ("means", finding.means), ("mend", finding.mend)):
        if text:
            print(f"  {word:7} {text}")
    print("  then    python -m service check")


def _lines(settings: Settings) -> Iterator[_Line]:
    routes = f"{len(settings.routes)} route{'' if len(settings.routes) == 1 else 's'}"
    parts = [f"{_counted(len(settings.sources), 'source')}, {_counted(len(settings.trackers), 'tracker')}, {routes}"]
    yield _Line("settings", "", Finding("", "ok", f"{settings.file}: {parts[0]}"))
    if not settings.sources:
        mend = "Write one: README.md shows GitHub and Jira step by step."
        yield _Line("settings", "", Finding("", "MEND", "no source: no webhook can arrive", mend=mend))
    if not settings.trackers:
        mend = "Write one: README.md shows GitHub and Jira step by step."
        yield _Line("settings", "", Finding("", "MEND", "no tracker: no action item can be filed", mend=mend))
    database = Database(settings.database_url)
    try:
        yield from _database(database)
        if not migrate.is_current(database):
            return
        service = wiring.assemble(settings, database=database, engine=Idle())
        yield from _connections(service.parts)
        yield from _people(service.parts)
        yield from _report(service.parts)
    except AfterwordError as error:
        yield _Line("database", "", Finding("", "MEND", database.shown(), saw=error.message, mend=error.mend))
    finally:
        database.close()


def _database(database: Database) -> Iterator[_Line]:
    if migrate.is_current(database):
        durable = ", durable writes on" if database.is_sqlite else ""
        yield _Line("database", "", Finding("", "ok", f"{database.shown()}, schema up to date{durable}"))
    else:
        mend = "python -m service migrate"
        yield _Line("database", "", Finding("", "MEND", f"{database.shown()}: the tables are not there yet", mend=mend))


def _connections(parts: Parts) -> Iterator[_Line]:
    for name, source in parts.sources.items():
        yield from (_Line("source", name, finding) for finding in source.check())
    for name, tracker in parts.trackers.items():
        routed = [route.place for route in parts.settings.routes if route.tracker == name and route.place]
        places: Sequence[str] = [*tracker.places, *routed]
        yield from (_Line("tracker", name, finding) for finding in tracker.check(list(dict.fromkeys(places))))


def _people(parts: Parts) -> Iterator[_Line]:
    with parts.database.read() as connection:
        unknown = {item.owner for item in standings.standings(connection) if item.owner and not item.owner_known}
    if unknown:
        names = ", ".join(f"“{name}”" for name in sorted(unknown))
        are = "owner is" if len(unknown) == 1 else "owners are"
        yield _Line("people", "", Finding("", "note", f"{len(unknown)} {are} not in the people map: {names}"))


def _report(parts: Parts) -> Iterator[_Line]:
    report = parts.settings.report
    zone = ZoneInfo(report.timezone)
    now = parts.now()
    schedule = Schedule(report.weekday, report.at)
    week = Week.at(now, zone).previous
    while schedule.due(week, zone) <= now:
        week = week.next
    due = schedule.due(week, zone).astimezone(zone)
    addresses = f"to {len(report.deliver)} address{'' if len(report.deliver) == 1 else 'es'}"
    level = "ok" if report.deliver else "note"
    text = f"next {due:%a} {due.day} {due:%b %Y, %H:%M} {report.timezone}, {addresses}"
    yield _Line("report", "", Finding("", level, text))
