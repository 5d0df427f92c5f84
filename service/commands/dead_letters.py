"""`dead-letters`: what is given up until a person looks, and what mends each."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from service import wiring
from service.commands.running import counted, filled, needs_tables, progress
from service.errors import MEND, WELL
from service.followup.week import WEEKLY, of_slot
from service.retry import backoff
from service.store import dead_letters
from service.store.database import Database

NONE = "Nothing is given up: every delivery was read, and nothing waits for a person."
EMPTIED = "Its bytes are gone, as its days of keeping are over."
#: where the ledger says no more than that it waits
SILENT = "It waits for a person to say what became of it."


@dataclass(frozen=True, slots=True)
class Letter:
    name: str  # delivery 7, incident ops:acme/ops#42
    since: datetime | None
    reason: str
    mend: str  # a command


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        needs_tables(database)
        with database.read() as connection:
            found = list(letters(connection))
    finally:
        database.close()
    if not found:
        print(NONE)
        return WELL
    for letter in found:
        since = f"since {letter.since:%Y-%m-%d %H:%M} UTC" if letter.since else "for an unknown time"
        print(f"{letter.name}  ({since})")
        print(filled(letter.reason, "  ", "  "))
        print(f"  {letter.mend}")
    progress(f"{counted(len(found), 'dead letter')}. Mend the cause first; nothing is doubled by asking again.")
    return MEND


def letters(connection: Connection) -> Iterator[Letter]:
    """Deliveries, then work, then writes; the oldest first."""
    yield from _deliveries(connection)
    yield from _work(connection)
    yield from _writes(connection)


def _deliveries(connection: Connection) -> Iterator[Letter]:
    for row in dead_letters.unread_deliveries(connection):
        reason, mend = row.reason or "It could not be read.", f"python -m service replay {row.id}"
        if row.emptied:
            reason, mend = f"{reason} {EMPTIED}", f"python -m service build {row.source}:REF"
        yield Letter(f"delivery {row.id} of {row.source}, {row.state}", row.received_at, reason, mend)


def _work(connection: Connection) -> Iterator[Letter]:
    for row in dead_letters.waiting_work(connection):
        # `not_before` was set by the last try, which then failed (service/jobs.py)
        since = row.not_before - backoff(row.tries - 1) if row.not_before else None
        name, mend = f"{row.task} {row.key}", _again(row.task, row.key, since)
        if row.ref is not None:
            name, mend = f"incident {row.source}:{row.ref}", f"python -m service build {row.source}:{row.ref}"
        tries = "1 failed try" if row.tries == 1 else f"{row.tries} failed tries"
        yield Letter(f"{name}, {tries}", since, row.last_error, mend)


def _again(task: str, key: str, since: datetime | None) -> str:
    if task == "report":
        return _report(key)
    if task == "poll":
        return f"python -m service build {key} --since {since:%Y-%m-%d}" if since else "python -m service check"
    return "python -m service sync" if task == "sync" else "start Afterword again: each start tries once more"


def _report(slot: str) -> str:
    name, week = of_slot(slot)
    return f"python -m service report --week {week}{'' if name == WEEKLY else f' --name {name}'}"


def _writes(connection: Connection) -> Iterator[Letter]:
    for write in dead_letters.given_up_writes(connection):
        word = "refused" if write.state == "failed" else "waits"
        kind, _, rest = write.key.partition(":")
        reason = write.reason or SILENT
        if write.item is not None:
            name, mend = f"action item {write.item} of {write.ref}", f"python -m service actions retry {write.item}"
        elif kind == "nudge":
            name, mend = f"reminder on an issue of {write.ref}", "python -m service nudge --dry-run"
        elif kind == "send" and rest.startswith("digest-"):
            name = f"{rest.partition(':')[0]} to one address"
            mend = "python -m service nudge --dry-run    (and write to them by hand)"
        elif kind == "send":
            slot = rest.partition(":")[0]
            name = f"report {slot} to one address"
            mend = f"{_report(slot)} --resend"
        else:
            name = f"{kind} on {write.ref or 'a ticket that is gone'}"
            mend = f"python -m service build {write.source or 'SOURCE'}:{write.ref or 'REF'}"
        yield Letter(f"{name}, {word}", write.since, reason, mend)
