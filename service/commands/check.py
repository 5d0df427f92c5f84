"""`check`: settings, database and every connection, one line each; then what to mend, in full.

It changes nothing: no row, no file, nothing at a vendor. It works before the database is made.
"""

from __future__ import annotations

import os
import sys
import textwrap
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base import AfterwordError, Finding, Source, Tracker
from service import wiring
from service.commands.running import counted, quiet
from service.errors import MEND, WELL
from service.followup.week import Schedule, Week
from service.postmortem.standing import Standing
from service.settings import Settings
from service.store import arrivals, migrate, standings
from service.store.database import Database
from service.text_filters import Days

WIDTH = 110  # of what to mend
STEPS = "README.md shows GitHub and Jira step by step."


@dataclass(frozen=True, slots=True)
class _Line:
    part: str  # settings, database, source, tracker, items, people, report
    name: str  # of the source or tracker, or ""
    level: str  # ok, note, MEND
    text: str
    subject: str = ""
    saw: str = ""
    means: str = ""
    waits: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows; empty where there is none yet."""

    items: Sequence[Standing] = ()
    last: Mapping[str, datetime] | None = None  # source → its last delivery; None: no database
    unread: Mapping[str, int] | None = None


def run(args: Namespace) -> int:
    quiet()
    settings = wiring.load_settings(args.config)
    again = f"python -m service{f' --config {args.config}' if args.config else ''}"
    names = max((len(name) for name in (*settings.sources, *settings.trackers)), default=0)
    lines = []
    for line in _Check(settings, again).lines():
        text = f"{line.subject}: {line.text}" if line.subject else line.text
        name = f"{line.name:{names}}  " if names else ""
        print(f"{line.part:8}   {line.level:4}  {name}{text}", flush=True)
        lines.append(line)
    mends = [line for line in lines if line.level == "MEND"]
    notes = sum(line.level == "note" for line in lines)
    print(f"\n{counted(len(mends), 'thing')} to mend, {counted(notes, 'note')}")
    for line in mends:
        _explain(settings, line, again)
    return MEND if mends else WELL


def _explain(settings: Settings, line: _Line, again: str) -> None:
    table = f"[{line.part}s.{line.name}], " if line.name else ""
    where = settings.where(f"{line.part}s", line.name) if line.name else settings.file
    print(f"\n{line.subject or line.part}   {table}{where}")
    for word, text in (
        ("saw", line.saw or line.text),
        ("means", line.means),
        ("waits", line.waits),
        ("mend", line.mend),
    ):
        if text:
            print(_paragraph(word, text))
    print(f"  then    {again} check")  # one line, to be copied


def _paragraph(word: str, text: str) -> str:
    """Nothing is broken inside a word: addresses and settings stay whole."""
    first, others = f"  {word:8}", " " * 10
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


class _Check:
    def __init__(self, settings: Settings, again: str) -> None:
        self.settings = settings
        self.again = again
        self.now = wiring.clock()
        self.known = _Known()

    def lines(self) -> Iterator[_Line]:
        yield from self._settings()
        yield from self._database()
        kinds = wiring.connectors()
        for name, one in self.settings.sources.items():
            yield from self._source(name, kinds[_kind(one)].Source(name, one))
        for name, one in self.settings.trackers.items():
            yield from self._tracker(name, kinds[_kind(one)].Tracker(name, one))
        yield from self._items()
        yield from self._people()
        yield self._report()

    def _settings(self) -> Iterator[_Line]:
        said = self.settings
        sources, trackers = counted(len(said.sources), "source"), counted(len(said.trackers), "tracker")
        yield _Line("settings", "", "ok", f"{said.file}: {sources}, {trackers}, {counted(len(said.routes), 'route')}")
        if not said.sources:
            mend = f"Write one below a line [sources.name]: {STEPS}"
            yield _Line("settings", "", "MEND", "no source: no incident can arrive", mend=mend)
        if not said.trackers:
            mend = f"Write one below a line [trackers.name]: {STEPS}"
            yield _Line("settings", "", "MEND", "no tracker: no action item can be filed", mend=mend)

    # --- the database

    def _database(self) -> Iterator[_Line]:
        _, sqlite, rest = self.settings.database_url.partition("sqlite:///")
        file = Path(rest.partition("?")[0])
        if sqlite and not file.exists():  # opening it would make it
            yield self._not_there(file)
            return
        database = Database(self.settings.database_url)
        try:
            if not migrate.is_current(database):
                text = f"{database.shown()}: the tables are not those of this version"
                yield _Line("database", "", "MEND", text, mend=f"Run {self.again} migrate")
                return
            with database.read() as connection:
                self.known = _Known(
                    standings.standings(connection),
                    arrivals.last_by_source(connection),
                    arrivals.unread_by_source(connection),
                )
            durable = ", durable writes on" if database.is_sqlite else ""
            yield _Line("database", "", "ok", f"{database.shown()}, schema up to date{durable}")
        except AfterwordError as error:
            yield _Line("database", "", "MEND", f"{database.shown()}: no answer", saw=error.message, mend=error.mend)
        finally:
            database.close()

    def _not_there(self, file: Path) -> _Line:
        folder = next((one for one in file.absolute().parents if one.is_dir()), Path("/"))
        if os.access(folder, os.W_OK):
            text = f"{file} is not there yet: `all` makes it at its start, or {self.again} migrate"
            return _Line("database", "", "note", text)
        mend = "Give the user that runs Afterword the right to write there, or name another file in database_url."
        return _Line("database", "", "MEND", f"{file} cannot be made: {folder} is not writable", mend=mend)

    # --- connections

    def _source(self, name: str, source: Source) -> Iterator[_Line]:
        yield from self._asked("source", name, source.check)
        last = self.known.last
        if last is not None:
            address = f"{self.settings.public_url}/webhooks/{name}"
            if name in last:
                yield _Line("source", name, "ok", f"last delivery {self._when(last[name])}, to {address}")
            else:
                yield _Line("source", name, "note", f"no delivery yet; its webhook sends to {address}")
        if unread := (self.known.unread or {}).get(name):
            were = "delivery was" if unread == 1 else "deliveries were"
            yield _Line("source", name, "note", f"{unread} {were} not understood: {self.again} deliveries")

    def _tracker(self, name: str, tracker: Tracker) -> Iterator[_Line]:
        routed = [route.place for route in self.settings.routes if route.tracker == name and route.place]
        places = list(dict.fromkeys([*tracker.places, *routed]))
        yield from self._asked("tracker", name, lambda: tracker.check(places), self._waits(name))

    def _asked(self, part: str, name: str, check: Callable[[], Sequence[Finding]], waits: str = "") -> Iterator[_Line]:
        try:
            with _asking(name):
                found = check()
        except AfterwordError as error:  # a secret's file that is gone
            yield _Line(part, name, "MEND", "not asked", saw=error.message, mend=error.mend)
            return
        for one in found:
            yield _Line(part, name, one.level, one.text, one.subject, one.saw, one.means, waits, one.mend)

    def _waits(self, tracker: str) -> str:
        """What waits for this tracker, so that a reader knows what is at stake."""
        mine = [item for item in self.known.items if item.tracker == tracker and not item.ended]
        unfiled = sum(item.issue_label is None for item in mine)
        unseen = sum(item.stale(self.now) for item in mine)
        said = []
        if unfiled:
            said.append(f"{counted(unfiled, 'action item')} {'is' if unfiled == 1 else 'are'} not filed yet")
        if unseen:
            said.append(f"{counted(unseen, 'action item')} {'keeps its' if unseen == 1 else 'keep their'} last state")
        return f"{'; '.join(said)}. Nothing is lost." if said else ""

    # --- what people should know

    def _items(self) -> Iterator[_Line]:
        waiting = sum(item.state == "waiting" for item in self.known.items)
        refused = [item for item in self.known.items if item.state == "open" and not item.issue_label and item.reason]
        if waiting:
            waits = "action item waits" if waiting == 1 else "action items wait"
            page = f"{self.settings.public_url}/"
            yield _Line("items", "", "note", f"{waiting} {waits} for a person: {page}")
        if refused:
            are = "action item is" if len(refused) == 1 else "action items are"
            why = refused[0].reason.removeprefix("Not filed yet: ")
            yield _Line("items", "", "note", f"{len(refused)} {are} not filed yet: {why}")

    def _people(self) -> Iterator[_Line]:
        unknown = sorted({item.owner for item in self.known.items if item.owner and not item.owner_known})
        if unknown:
            names = ", ".join(f"“{name}”" for name in unknown)
            are = "owner is" if len(unknown) == 1 else "owners are"
            yield _Line("people", "", "note", f"{len(unknown)} {are} not in the people map: {names}")

    def _report(self) -> _Line:
        report = self.settings.report
        zone = ZoneInfo(report.timezone)
        schedule = Schedule(report.weekday, report.at)
        week = Week.at(self.now, zone).previous
        while schedule.due(week, zone) <= self.now:
            week = week.next
        due = schedule.due(week, zone).astimezone(zone)
        text = f"next {due:%a} {due.day} {due:%b %Y, %H:%M} {report.timezone}"
        if not report.deliver:
            unset = f"{' and '.join(report.deliver_env)} is not set" if report.deliver_env else "deliver_env is empty"
            return _Line("report", "", "note", f"{text}, on the page alone: {unset}")
        addresses = f"{len(report.deliver)} address{'' if len(report.deliver) == 1 else 'es'}"
        return _Line("report", "", "ok", f"{text}, to {addresses}")

    def _when(self, at: datetime) -> str:
        days = Days(self.settings.timezone)
        return f"{days.stamp(at, self.now)} {days.zone(at)}"


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """On a terminal, a line that goes away again: a connection that hangs has a name."""
    seen = sys.stderr.isatty()
    if seen:
        print(f"Asking {name} …", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _kind(settings: Any) -> str:
    return str(settings.kind)
