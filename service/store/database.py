"""The connection to the database: SQLite (one process) or PostgreSQL (many), the same code on both.

SQLite runs with WAL and synchronous=FULL, read back on every connection: a commit is on the disk when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DBAPIError

from connectors.base import AfterwordError
from service.store import refused, sessions, unreached

#: KiB of the database that each connection keeps in memory. SQLite's own 2,000 filled up in all of them over minutes
#: of a flood, and the system keeps the file's pages anyway
CACHE = 512


class StoreUnavailable(AfterwordError):
    """The database cannot take a write now (full, locked, down), or not even be read. Nothing was stored.

    `lost`: the connection had ended before; another one may do.
    """

    lost = False


class Database:
    """`begin()` is one transaction that writes; `read()` is one that does not. Both give a SQLAlchemy connection."""

    def __init__(self, url: str, *, busy_seconds: float = 10.0, pool_size: int = 24) -> None:
        self.url = sessions.address(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        #: the uppermost folder that was not there, where more was missing than the one that the file lies in
        self.folders_missing = _missing(self.path) if self.path else None
        if self.is_sqlite:
            self.engine = sa.create_engine(
                self.url, connect_args={"timeout": busy_seconds}, pool_size=pool_size, hide_parameters=True
            )
            sa.event.listen(self.engine, "do_connect", _make_private)
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = sa.create_engine(
                self.url,
                connect_args=sessions.reached(self.url),
                pool_size=pool_size,
                pool_pre_ping=True,
                hide_parameters=True,
            )
            sa.event.listen(self.engine, "connect", self._limit)
            sa.event.listen(self.engine, "handle_error", _give_up)
        #: False: a transaction may stand still for as long as it takes
        self._hurried = True

    def _limit(self, connection: Any, _record: Any) -> None:
        if self._hurried:
            sessions.limit(connection)

    def take_time(self) -> None:
        """For a command that holds one transaction for minutes, such as a move: no limit ends it."""
        self._hurried = False
        self.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def shown(self) -> str:
        """The URL as it may be printed: without its password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with (
            self._explained("cannot take a write"),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def held(self) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
        """A connection kept for many short writing transactions of one statement, one after the other: each call begins
        one. After a failure it is not given back to the pool.

        On PostgreSQL the statement is its own transaction, with all the rows that it is given: one way to the server
        and back, in place of three.
        """
        with self._explained("cannot take a write"), self.engine.connect() as kept:
            alone = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
            kept = kept.execution_options(writes=True, **alone)
            failed = False

            @contextmanager
            def begin() -> Iterator[Connection]:
                nonlocal failed
                try:
                    with self._explained("cannot take a write"), kept.begin():
                        yield kept
                except StoreUnavailable:
                    failed = True
                    raise

            yield begin
            if failed:
                kept.invalidate()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._explained("cannot be read"), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except sa.exc.TimeoutError as error:
            raise StoreUnavailable(
                f"The database {self.shown()} has no connection to spare.", "It answers too slowly; look at its disk."
            ) from error
        except DBAPIError as error:
            if _is_unavailable(error):
                explained = StoreUnavailable(*self._why(error, what))
                explained.lost = error.connection_invalidated
                raise explained from error
            raise

    def _why(self, error: DBAPIError, what: str) -> tuple[str, str]:
        """What is wrong, and what to do."""
        if not self.is_sqlite and (known := unreached.why(str(error.orig), self.url)):
            return known
        name = getattr(error.orig, "sqlite_errorname", "")
        cause = refused.why(name, self.path) if self.path else None
        said, mend = cause or (f"{error.orig}", "Look at its disk and its locks.")
        return f"The database {self.shown()} {what}: {said}", f"{mend} {refused.MISSED}"

    def close(self) -> None:
        self.engine.dispose()


def _is_unavailable(error: DBAPIError) -> bool:
    """Full, locked, read-only or gone; a broken statement or constraint is a fault of ours and stays what it is."""
    broken = type(error.orig) is sqlite3.DatabaseError  # the file is damaged, or no SQLite file at all
    return error.connection_invalidated or broken or isinstance(error, sa.exc.OperationalError)


def _give_up(context: ExceptionContext) -> None:
    """PostgreSQL says that it is read-only (25006): it was the primary before a fail-over. Every connection to it is
    given up, so that the next one is made to the primary that the address leads to now. Or that this one stood still
    for too long inside a transaction (25P03), and is ended."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state in ("25006", "25P03"):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = state == "25006"


def _missing(file: Path) -> Path | None:
    missing = [folder for folder in file.absolute().parents if not folder.exists()]
    return missing[-1] if len(missing) > 1 else None


def _make_private(_dialect: Any, _record: Any, arguments: Sequence[Any], _more: Any) -> None:
    """A new file is its owner's alone: it holds what tickets say. SQLite gives the files beside it the same mode."""
    file = str(arguments[0])
    if file and not file.startswith((":memory:", "file:")):
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):  # what cannot be made, SQLite says better
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    cursor = connection.cursor()
    try:
        mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA cache_size=-{CACHE}")
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        if mode not in ("wal", "memory") or synchronous < 2:
            raise StoreUnavailable(
                f"SQLite does not write durably here (journal_mode={mode}, synchronous={synchronous}).",
                "Put the file on a local disk; network file systems do not hold what SQLite needs.",
            )
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock at once, so no reader has to become a writer half-way.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert(on: Connection | str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """The INSERT of a connection's dialect, or of the dialect of this name, which knows ON CONFLICT."""
    name = on if isinstance(on, str) else on.dialect.name
    return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)
