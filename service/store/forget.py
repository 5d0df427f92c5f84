"""Where people are named: the tables are gone through row by row, and what names a forgotten person is rewritten.

Handles and addresses of tickets and issues stay: by them nothing is ever filed twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Row

from connectors.base import Ticket
from service.followup.naming import without
from service.followup.snapshot import Snapshot, from_json, to_json
from service.postmortem import document
from service.postmortem.forgetting import HANDLE, Forgotten, Mark
from service.store import agreed, meta, named_bodies
from service.store.database import Database
from service.store.tables import (
    alerts,
    deliveries,
    events,
    incidents,
    items,
    nudges,
    report_revisions,
    reports,
    revisions,
    syncs,
    work,
    writes,
)

MARKS = "forgotten"
#: events whose values are names or words; the others hold states, days and labels
_TOLD = ("promised", "owner", "title")
_BATCH = 200
_TICKET = TypeAdapter(Ticket)


@dataclass(slots=True)
class Found:
    """`counts`: kind → rows that named the person. `incidents` and `items`: the ids of those among them."""

    counts: Counter[str] = field(default_factory=Counter)
    incidents: set[int] = field(default_factory=set)
    items: set[int] = field(default_factory=set)


def load(connection: Connection) -> Forgotten:
    """Everybody who was forgotten here."""
    key = bytes.fromhex(meta.get(connection, "installation") or "00")
    return Forgotten(key, (Mark(**plain) for plain in json.loads(meta.get(connection, MARKS) or "[]")))


def remember(connection: Connection, forgotten: Forgotten) -> None:
    meta.replace(connection, MARKS, json.dumps([asdict(mark) for mark in forgotten.marks]))


def handles(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """(source or tracker, id, name) of everybody whom tickets and issues name."""
    for row in _rows(connection, incidents, (incidents.c.source, incidents.c.ticket)):
        ticket = row.ticket if isinstance(row.ticket, dict) else {}
        people = [ticket.get("reporter"), *ticket.get("assignees", ())]
        people += [comment.get("author") for comment in ticket.get("comments", ())]
        people += [event.get("by") for event in ticket.get("events", ())]
        yield from ((row.source, one["id"], one["name"]) for one in people if one)
    for row in _rows(connection, items, (items.c.tracker, items.c.assignee, items.c.assignee_name)):
        if row.assignee:
            yield row.tracker or "", row.assignee, row.assignee_name or row.assignee


def rewrite(
    connection: Connection,
    forgotten: Forgotten,
    render: Callable[[Snapshot], Mapping[str, bytes]],
    revised: str,
) -> Found:
    """Takes the forgotten out of every row. `render` makes a report's forms anew; `revised` is the sentence on it."""
    found = Found()
    _documents(connection, forgotten, found)
    _items(connection, forgotten, found)
    _incidents(connection, forgotten, found)
    _deliveries(connection, forgotten, found)
    _reports(connection, forgotten, found, render, revised)
    _notes(connection, forgotten, found)
    return found


def _documents(connection: Connection, forgotten: Forgotten, found: Found) -> None:
    for row in _rows(connection, revisions, (revisions.c.document, revisions.c.why)):
        before = document.from_json(row.document)
        values = {"why": forgotten.text(row.why), "document": document.to_json(forgotten.document(before))}
        if values != {"why": row.why, "document": document.to_json(before)}:
            _set(connection, revisions, row.id, values)
            found.counts["revisions of documents"] += 1


def _items(connection: Connection, forgotten: Forgotten, found: Found) -> None:
    words = ("text", "why", "done_when", "title", "ended_reason")
    names = ("owner_text", "assignee_name", "snoozed_by")
    columns = [items.c[name] for name in (*words, *names, "assignee", "notes", "conflicts", "agreed", "incident_id")]
    for row in _rows(connection, items, columns):
        values: dict[str, Any] = {name: forgotten.maybe(getattr(row, name)) for name in words}
        values |= {name: forgotten.field(getattr(row, name)) for name in names}
        values["notes"] = [forgotten.text(note) for note in row.notes]
        said = row.conflicts
        values["conflicts"] = said and {field: forgotten.text(str(told)) for field, told in said.items()}
        values["agreed"] = agreed.without(forgotten, row.agreed)
        values["assignee"] = HANDLE if forgotten.is_whole(row.assignee) else row.assignee  # as a sync would store it
        if any(value != getattr(row, name) for name, value in values.items()):
            _set(connection, items, row.id, values)
            found.counts["action items"] += 1
            found.items.add(row.id)
            found.incidents.add(row.incident_id)
    columns = [events.c.kind, events.c.was, events.c.now, events.c.who, events.c.item_id]
    for row in _rows(connection, events, columns):
        values = {"who": forgotten.field(row.who)}
        if row.kind in _TOLD:
            values |= {"was": forgotten.field(row.was), "now": forgotten.field(row.now)}
        if any(value != getattr(row, name) for name, value in values.items()):
            _set(connection, events, row.seq, values)
            found.counts["lines of history"] += 1
    _plain(connection, forgotten, found, nudges, ("person",))


def _incidents(connection: Connection, forgotten: Forgotten, found: Found) -> None:
    c = incidents.c
    for row in _rows(connection, incidents, (c.title, c.severity, c.labels, c.services, c.ticket, c.held, c.redacted)):
        values: dict[str, Any] = {
            "title": forgotten.text(row.title),
            "severity": forgotten.maybe(row.severity),
            "labels": [forgotten.text(one) for one in row.labels],
            "services": [forgotten.text(one) for one in row.services],
            "held": forgotten.text(row.held),
            "redacted": [forgotten.text(one) for one in row.redacted] if row.redacted else row.redacted,
        }
        if row.ticket:
            ticket = _TICKET.validate_python(row.ticket)
            clean = forgotten.ticket(ticket)
            values["ticket"] = _TICKET.dump_python(clean, mode="json") if clean != ticket else row.ticket
        if any(value != getattr(row, name) for name, value in values.items()):
            _set(connection, incidents, row.id, values)
            found.counts["incident tickets as they were read"] += 1
            found.incidents.add(row.id)


def _deliveries(connection: Connection, forgotten: Forgotten, found: Found) -> None:
    """Their bodies go as a whole: beside a name they hold numbers and pictures of the same person."""
    emptied, awaited = named_bodies.empty(connection, forgotten)
    for kind, number in (("whose bodies are removed", emptied), ("whose bodies go once they were read", awaited)):
        if number:
            found.counts[f"stored webhooks, {kind}"] += number
    _plain(connection, forgotten, found, deliveries, ("reason",))


def empty_later(connection: Connection, limit: int) -> int:
    """The bodies of what came later, or was not understood when somebody was forgotten (named_bodies.py)."""
    return named_bodies.empty_later(connection, load(connection), limit)


def _reports(
    connection: Connection,
    forgotten: Forgotten,
    found: Found,
    render: Callable[[Snapshot], Mapping[str, bytes]],
    revised: str,
) -> None:
    for row in _rows(connection, reports, (reports.c.snapshot, reports.c.revision), batch=20):
        before = from_json(row.snapshot)
        after = without(before, forgotten)
        if after != before:
            said = before.revised if revised in before.revised else f"{before.revised} {revised}".strip()
            after = without(before, forgotten, revised=said)
            values = {"snapshot": to_json(after), **render(after), "revision": row.revision + 1, "revised": said}
            _set(connection, reports, row.slot, values)
            found.counts["weekly reports"] += 1
    for row in _rows(connection, report_revisions, (report_revisions.c.snapshot,), batch=20):
        before = from_json(row.snapshot)
        after = without(before, forgotten)
        if after != before:
            after = without(before, forgotten, revised=f"{before.revised} {revised}".strip())
            _set(connection, report_revisions, row.id, {"snapshot": to_json(after), **render(after)})
            found.counts["earlier revisions of reports"] += 1


def _notes(connection: Connection, forgotten: Forgotten, found: Found) -> None:
    _plain(connection, forgotten, found, writes, ("reason",))
    _plain(connection, forgotten, found, alerts, ("text",))
    for row in _rows(connection, writes, (writes.c.fields,)):
        fields = {name: forgotten.text(said) for name, said in row.fields.items()}
        if fields != row.fields:
            _set(connection, writes, row.key, {"fields": fields})
    for row in _rows(connection, syncs, (syncs.c.problems,)):
        problems = [{**one, "message": forgotten.text(one["message"])} for one in row.problems]
        if problems != row.problems:
            _set(connection, syncs, row.tracker, {"problems": problems})
    for row in connection.execute(sa.select(work).where(work.c.last_error != "")):
        if (error := forgotten.text(row.last_error)) != row.last_error:
            where = (work.c.task == row.task, work.c.key == row.key)
            connection.execute(sa.update(work).where(*where).values(last_error=error))

    if said := meta.get(connection, "paused"):
        meta.replace(connection, "paused", json.dumps({k: forgotten.text(v) for k, v in json.loads(said).items()}))


def _plain(connection: Connection, forgotten: Forgotten, found: Found, table: sa.Table, columns: Sequence[str]) -> None:
    for row in _rows(connection, table, [table.c[name] for name in columns]):
        values = {name: forgotten.text(getattr(row, name)) for name in columns}
        if any(value != getattr(row, name) for name, value in values.items()):
            _set(connection, table, row[0], values)
            found.counts["notes of ours"] += 1


def addresses(connection: Connection, found: Found) -> list[tuple[str, str]]:
    """(what it is, its address) of what names the person in the vendors' tools: tickets, our comments, issues."""
    there: list[tuple[str, str]] = []
    for number in sorted(found.incidents):
        row = connection.execute(sa.select(incidents.c.ref, incidents.c.url).where(incidents.c.id == number)).one()
        there.append((f"the ticket {row.ref}", row.url))
        comment = connection.execute(sa.select(writes.c.url).where(writes.c.key == f"comment:{number}")).scalar()
        if comment:
            there.append((f"our comment on {row.ref}, which is edited by itself", comment))
    for number in sorted(found.items):
        row = connection.execute(sa.select(items.c.issue_label, items.c.issue_url).where(items.c.id == number)).one()
        if row.issue_url:
            there.append((f"the issue {row.issue_label}", row.issue_url))
    return there


def _rows(
    connection: Connection, table: sa.Table, columns: Iterable[sa.Column[Any]], *, batch: int = _BATCH
) -> Iterator[Row[Any]]:
    """Every row, its key first, a few at a time."""
    (key,) = table.primary_key.columns
    query, last = sa.select(key, *columns).order_by(key).limit(batch), None
    while True:
        rows = connection.execute(query if last is None else query.where(key > last)).all()
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1][0]


def _set(connection: Connection, table: sa.Table, key: object, values: Mapping[str, Any]) -> None:
    (column,) = table.primary_key.columns
    connection.execute(sa.update(table).where(column == key).values(**values))


def scrub(database: Database) -> None:
    """Rewrites the files, so that what was deleted in them is gone from the disk too.

    SQLite: https://www.sqlite.org/lang_vacuum.html and the write-ahead log cut to nothing. PostgreSQL: the tables that
    were changed, each locked meanwhile; its own log and its backups keep what they hold until they are replaced.
    """
    if database.is_sqlite:
        raw = database.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.close()
        finally:
            raw.close()
        return
    tables = (revisions, items, events, incidents, deliveries, reports, report_revisions, writes, syncs, work, alerts)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f"VACUUM FULL {table.name}")
