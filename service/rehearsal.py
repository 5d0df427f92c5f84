"""A story that is told to nobody: the same pipeline, on a copy of the incident in a database of its own that goes away,
with trackers and publishers that read, and note what they would have written. So a plan cannot differ from the deed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.engine import Connection

from connectors.base import (
    AfterwordError,
    Draft,
    Filed,
    Published,
    Publisher,
    Said,
    Signal,
    Source,
    Sure,
    Ticket,
    Tracker,
)
from service.jobs import Jobs
from service.parts import Parts
from service.pipeline import tell
from service.postmortem.standing import Standing
from service.store import copying, incidents, items, postmortems, standings, work, writes
from service.store.database import Database
from service.wiring import Idle

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Writing:
    """One thing that would leave: where it would go, and what it would say, word for word."""

    what: str
    text: str
    issue: bool = False


@dataclass(slots=True)
class Plan:
    document: str  # Markdown
    document_url: str
    items: list[Standing]
    writings: list[Writing] = field(default_factory=list)
    on_file: list[Writing] = field(default_factory=list)  # what a `/file` in the ticket would add


def plan(parts: Parts, source: str, ticket: Ticket) -> Plan:
    """What the story of this ticket would write now. It reads at the trackers, and writes nothing there or here.

    Raises AfterwordError where it cannot be told.
    """
    writings: list[Writing] = []
    with _apart(parts) as database:
        with parts.database.read() as origin, database.begin() as copy:
            copying.copy_incident(origin, copy, source, ticket.key)
        mine = replace(
            parts,
            database=database,
            settings=parts.settings.model_copy(update={"pause_file": Path("/nonexistent")}),
            sources={source: cast(Source, _Told(parts.sources[source], ticket))},
            trackers={name: cast(Tracker, _Tracker(one, writings)) for name, one in parts.trackers.items()},
            publishers={name: cast(Publisher, _Publisher(one, writings)) for name, one in parts.publishers.items()},
            engine=Idle(),
        )
        signal = Signal(Said.CLOSED, "a plan", ticket.ref, ticket.key, ticket.closed_at, ticket)
        with database.begin() as connection:
            incident = incidents.closed(connection, source, signal, parts.now(), by_hand=True)
            work.ask(connection, "incident", str(incident), parts.now())
        jobs = Jobs(mine, {"incident": tell})
        jobs.run("incident", str(incident))
        found = _planned(mine, incident, ticket, writings)
        found.on_file += _approved(mine, jobs, incident, found.items, writings)
        return found


def _approved(parts: Parts, jobs: Jobs, incident: int, known: list[Standing], writings: list[Writing]) -> list[Writing]:
    """The issues that would be filed if a person said so."""
    if not any(item.proposed for item in known):
        return []
    upto = len(writings)
    with parts.database.begin() as connection:
        for item in known:
            writes.file_now(connection, items.write_key(item.key), ("proposed",))
        work.ask(connection, "incident", str(incident), parts.now())
    jobs.run("incident", str(incident))
    later = [writing for writing in writings[upto:] if writing.issue]
    del writings[upto:]
    return later


def _planned(parts: Parts, incident: int, ticket: Ticket, writings: list[Writing]) -> Plan:
    with parts.database.read() as connection:
        standing = work.standing(connection, "incident", str(incident))
        postmortem = postmortems.of_incident(connection, incident)
        shown = standings.standings(connection, incident, names=parts.people.names)
    if postmortem is None:
        raise AfterwordError((standing.last_error if standing else "") or "The ticket could not be read.")
    url = parts.document_url(postmortem.id)
    text = parts.texts.postmortem_markdown(
        postmortem.document,
        shown,
        ref=ticket.ref,
        url=ticket.url,
        services=ticket.services,
        document_url=url,
        now=parts.now(),
    )
    return Plan(text, url, shown, writings)


@contextmanager
def _apart(parts: Parts) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="afterword-plan-") as folder:
        database = Database(f"sqlite:///{folder}/plan.db")
        try:
            copying.make_tables(database)
            yield database
        finally:
            database.close()


class _Reading:
    """Everything that only reads is the real one's."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Told(_Reading):
    """The ticket was read a moment ago."""

    def __init__(self, real: Source, ticket: Ticket) -> None:
        super().__init__(real)
        self._ticket = ticket

    def fetch(self, ref: str, *, hint: Ticket | None = None) -> Ticket:
        return self._ticket


class _Tracker(_Reading):
    def __init__(self, real: Tracker, writings: list[Writing]) -> None:
        super().__init__(real)
        self._writings = writings

    def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
        kind = {"github": "GitHub", "jira": "Jira"}.get(self._real.kind, self._real.kind)  # type: ignore[attr-defined]
        text = self._real.preview(draft)  # type: ignore[attr-defined]
        self._writings.append(Writing(f"{kind} {draft.place}: a new issue", text, issue=True))
        # its number is given by the tracker
        return Filed(draft.marker, f"{draft.place} (new)", draft.document_url, linked=True)

    def link(self, filed: Filed, draft: Draft) -> None:
        return


class _Publisher(_Reading):
    def __init__(self, real: Publisher, writings: list[Writing]) -> None:
        super().__init__(real)
        self._writings = writings

    def post(self, ticket: Ticket, marker: str, body: str, sure: Sure | None = None) -> Published:
        text = self._real.preview(ticket, marker, body)  # type: ignore[attr-defined]
        self._writings.append(Writing(f"{ticket.ref}: one comment", text))
        return Published("new", ticket.url)

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str, sure: Sure | None = None) -> bool:
        text = self._real.preview(ticket, marker, body)  # type: ignore[attr-defined]
        self._writings.append(Writing(f"{ticket.ref}: its comment, edited in place", text))
        return True


class _Undone(Exception):
    """Ends a transaction that is only tried."""


class Unkept(Generic[Seen]):
    """A database whose writing transactions are taken back at their end; `seen` is what `look` saw just before."""

    def __init__(self, database: Database, look: Callable[[Connection], Seen]) -> None:
        self.seen: Seen | None = None
        self._database = database
        self._look = look

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        try:
            with self._database.begin() as connection:
                yield connection
                self.seen = self._look(connection)
                raise _Undone
        except _Undone:
            return
