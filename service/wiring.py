"""The only place that joins settings, store, connectors and engine, and the only one that loads connectors."""

from __future__ import annotations

import importlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from connectors.base import AfterwordError, Network
from service import accounts, duplicates, pause, reconcile, tokens
from service import settings as reading
from service.counting import Calls
from service.engine import Distributed, Embedded, Engine
from service.followup.digesting import send_digests
from service.followup.nudging import nudge_day
from service.hints_file import hints_list
from service.jobs import Jobs
from service.parts import Parts
from service.pipeline import tell
from service.postmortem.people import Known, People
from service.settings import Settings
from service.store import deliveries, figures, meta, work, writes
from service.store.database import Database
from service.texts import Texts
from service.upkeep import report_week, sync_tracker
from service.words import words

CONNECTORS = Path(__file__).resolve().parent.parent / "connectors"
SHARED = {"__init__", "answers", "base", "counted", "reasons", "signing", "spotting", "text", "transport"}
STEPS = {
    "incident": tell,
    "sync": sync_tracker,
    "report": report_week,
    "poll": reconcile.poll_source,
    "duplicates": duplicates.look,
    "nudge": nudge_day,
    "digest": send_digests,
}


def clock() -> datetime:
    return datetime.now(UTC)


def connectors() -> dict[str, ModuleType]:
    """Every connector by its name: the name of its file or folder."""
    names = {entry.stem for entry in CONNECTORS.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").exists()}
    return {name: importlib.import_module(f"connectors.{name}") for name in sorted(names - SHARED)}


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    return reading.read(path, os.environ if environ is None else environ, connectors())


class Idle:
    """No jobs in this process: the rows wait for one that has them, or are run one by one by the caller."""

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        return

    def stop(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class Service:
    parts: Parts
    jobs: Jobs
    #: the token of pages, API and metrics; known only to the process that made it, which prints it once
    new_token: str | None


def assemble(
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock,
    engine: Engine | None = None,
    embedded: bool = False,
    database: Database | None = None,
    make_token: bool = False,
) -> Service:
    """Everything, joined. The tables must be there (`migrate`).

    `embedded`: jobs run in this process; else PostgreSQL defers them, and SQLite waits. `make_token`: the caller prints
    the token, if there was none yet.
    """
    database = database or Database(settings.database_url)
    token, installation = _first_start(database, now(), make_token)
    late: list[Jobs] = []
    if engine is None:
        engine = _engine(settings, database, late, embedded=embedded)
    found = connectors()
    calls = Calls()

    def reach(name: str) -> Network:
        return replace(settings.reach, tally=calls.of(name))

    parts = Parts(
        settings=settings,
        database=database,
        sources={name: found[kind_of(s)].Source(name, s, reach(name)) for name, s in settings.sources.items()},
        publishers={name: found[kind_of(s)].Publisher(name, s, reach(name)) for name, s in settings.sources.items()},
        trackers={name: found[kind_of(s)].Tracker(name, s, reach(name)) for name, s in settings.trackers.items()},
        people=people_of(settings),
        texts=Texts([settings.templates] if settings.templates else [], settings.timezone, settings.public_url),
        words=words(settings.vocabulary),
        hints=hints_list(settings.hints),
        installation=installation,
        now=now,
        engine=engine,
        calls=calls,
    )
    with database.read() as connection:
        for name in parts.sources:
            known = accounts.remembered(connection, "source", name)
            parts.sources[name].accounts = parts.publishers[name].accounts = known
        for name, tracker in parts.trackers.items():
            tracker.accounts = accounts.remembered(connection, "tracker", name)
    jobs = Jobs(parts, STEPS)
    late.append(jobs)
    return Service(parts, jobs, token)


def _engine(settings: Settings, database: Database, late: list[Jobs], *, embedded: bool) -> Engine:
    if embedded:
        return Embedded(
            lambda task, key: late[0].run(task, key),
            lambda: late[0].scan(),
            threads=settings.jobs.threads,
            scan_seconds=settings.jobs.scan_seconds,
        )
    return Idle() if database.is_sqlite else Distributed(conninfo(database))


def conninfo(database: Database) -> str:
    """The address as libpq wants it, password included."""
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def kind_of(settings: object) -> str:
    return str(getattr(settings, "kind", ""))


def people_of(settings: Settings) -> People:
    return People(
        Known(
            person.name,
            person.email or "",
            person.team,
            person.aliases,
            {kind: value for kind, value in (("github", person.github), ("jira", person.jira)) if value},
            person.teams,
            person.left,
            person.lead,
        )
        for person in settings.people
    )


def _first_start(database: Database, now: datetime, make_token: bool) -> tuple[str | None, bytes]:
    """Makes, once for an installation: its key, the time of its first boot, its token. Gives the token if it is new."""
    token = tokens.make()
    mine = tokens.token_hash(token)
    with database.begin() as connection:
        installation = meta.set_once(connection, "installation", secrets.token_hex(32))
        meta.set_once(connection, "first_boot", now.isoformat())
        new = make_token and meta.set_once(connection, "token_sha256", mine) == mine
    return (token if new else None), bytes.fromhex(installation)


def new_token(database: Database) -> str:
    """Another token in place of the one before, which ends with it."""
    token = tokens.make()
    with database.begin() as connection:
        meta.replace(connection, "token_sha256", tokens.token_hash(token))
    return token


def begin_work(service: Service) -> None:
    """For a process that is about to work on this database, not for one that looks at it: is it still where it was?"""
    parts = service.parts
    if not parts.sources and not parts.trackers:
        return  # nothing is connected: these are not the settings that this database works with
    with parts.database.begin() as connection:
        pause.look_at_address(connection, parts.settings.public_url, parts.now())
        reconcile.begin(connection, parts)


def revive(service: Service, *, alone: bool) -> None:
    """At a start, settings and code may be mended: what failed is due again. `alone`: no other process has jobs."""
    parts = service.parts
    now = parts.now()
    with parts.database.begin() as connection:
        if alone:
            work.free(connection, now)
        deliveries.revive(connection)
        work.revive(connection, now)
        for incident in writes.revive(connection, now):
            work.ask(connection, "incident", str(incident), now)


def require_postgresql(database: Database, process: str) -> None:
    if database.is_sqlite:
        raise AfterwordError(
            f"`{process}` runs beside other processes, and {database.shown()} is for one process alone.",
            "Set DATABASE_URL to a PostgreSQL database, or run `python -m service all`.",
        )
    with database.read() as connection:
        figures.probe(connection)
