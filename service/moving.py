"""Moves an installation into another database: everything, or nothing. The one it comes from is only read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.errors import Mistyped
from service.lock import FileLock
from service.settings_values import database_url
from service.store import moving
from service.store.database import Database
from service.store.moving import Content

#: seconds that connections which are just closing get to be gone
CLOSING = 3.0


def origin_of(url: str, target: Database) -> Database:
    """The database to move from. Raises AfterwordError where it is none, or the one to move to."""
    try:
        origin = Database(_there(database_url(url)))
    except ValueError as error:
        raise Mistyped(f"--from {error}", "Nothing was done.") from None
    same = origin.path.resolve() == target.path.resolve() if origin.path and target.path else origin.url == target.url
    if same:
        origin.close()
        raise AfterwordError(
            f"The settings and --from name the same database, {target.shown()}. Nothing was done.",
            "Set DATABASE_URL, or database_url in the settings, to the new one.",
        )
    return origin


def _there(url: str) -> str:
    """To connect to a SQLite file makes it: it must be there before."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:") and not file.is_file():
        raise AfterwordError(
            f"There is no database {file}. Nothing was done.", "--from names the one that was used before."
        )
    return url


def preview(origin: Database, target: Database, now: datetime) -> Mapping[str, int]:
    """Table → rows that would be moved. Refuses what `move` would refuse, and changes nothing."""
    for database in (origin, target):
        if database.path and (lock := FileLock(database.path)).held_elsewhere():
            lock.take(now)  # says who holds it
    with origin.read() as source:
        _ours(origin, source)
        found = moving.counts(source)
    if target.path is None or target.path.exists():
        with target.read() as connection:
            _empty(target, moving.counts(connection))
            _alone(target, connection)
    return found


def move(
    origin: Database,
    target: Database,
    *,
    prepare: Callable[[Database], None],
    now: datetime,
    say: Callable[[str], None],
) -> list[Content]:
    """Carries everything over in one transaction, and reads it back before it counts. `prepare` makes the tables;
    `say` hears of each table. Raises AfterwordError; the target then holds nothing."""
    with _held(origin, now), _held(target, now), origin.read() as source:
        _ours(origin, source)
        prepare(target)
        with target.begin() as connection:
            moving.shut(connection)
            _empty(target, moving.counts(connection))
            _alone(target, connection)
            moving.empty(connection, moving.FIRST_START)
            for table in moving.tables():
                say(table.name)
                moving.carry(source, connection, table)
            moving.count_on(connection)
            return [
                _same(moving.content(source, table), moving.content(connection, table)) for table in moving.tables()
            ]


@contextmanager
def _held(database: Database, now: datetime) -> Iterator[None]:
    """Nothing starts on this SQLite file meanwhile. Raises InUse where something runs."""
    lock = FileLock(database.path) if database.path else None
    if lock:
        lock.take(now)
    try:
        yield
    finally:
        if lock:
            lock.release()


def _ours(origin: Database, connection: Connection) -> None:
    found, wanted = moving.revision(connection), moving.newest()
    if found is None:
        raise AfterwordError(f"{origin.shown()} holds no Afterword. Nothing was moved.", "Look at what --from names.")
    if found < wanted:
        raise AfterwordError(
            f"{origin.shown()} has the tables of version {found}; this code works with {wanted}. Nothing was moved.",
            f"Bring it up to date first: DATABASE_URL={origin.shown()} python -m service migrate",
        )
    if found > wanted:
        raise AfterwordError(
            f"{origin.shown()} has the tables of version {found}, which this code does not know. Nothing was moved.",
            "Install the version of Afterword that was last at work there, or a newer one.",
        )


def _empty(target: Database, counts: Mapping[str, int]) -> None:
    full = [f"{name} ({rows})" for name, rows in counts.items() if rows and name != moving.FIRST_START]
    if full:
        raise AfterwordError(
            f"{target.shown()} is not empty: {', '.join(full)}. Nothing was moved.",
            "Name an empty database; nothing is ever merged or overwritten.",
        )


def _alone(target: Database, connection: Connection) -> None:
    until = time.monotonic() + CLOSING
    while others := moving.others(connection):
        if time.monotonic() > until:
            raise AfterwordError(
                f"{target.shown()} has {others} other connection{'' if others == 1 else 's'} of the same user. "
                "Nothing was moved.",
                "Stop web, worker and clock there, and connect directly, not through a pool. An Afterword that was "
                "started on the empty database would not know what was filed.",
            )
        time.sleep(0.1)


def _same(here: Content, there: Content) -> Content:
    if here != there:
        raise AfterwordError(
            f"{here.table} is not the same after it was carried over: {here.rows} rows here, {there.rows} there. "
            "Nothing was moved.",
            "The old database is as it was. Please report this: it is a fault of ours.",
        )
    return here
