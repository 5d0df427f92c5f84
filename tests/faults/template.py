"""A database with its tables, of which each world gets a copy."""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from service.engine import Distributed
from service.store import meta, migrate
from service.store.database import Database
from service.wiring import conninfo

#: long enough ago for a week to have ended since
BOOTED = timedelta(days=8)


class Template:
    """A database with its tables, booted some days ago, of which each world gets a copy."""

    def __init__(self, store: str, folder: Path, server: str | None) -> None:
        self.store = store
        self.server = server
        self.name = f"template_{secrets.token_hex(4)}"
        self.file = folder / f"{self.name}.db"
        if server is not None:
            self._admin(f"CREATE DATABASE {self.name}")
        database = Database(self.url_of(self.name) if server else f"sqlite:///{self.file}")
        migrate.upgrade(database)
        with database.begin() as connection:
            meta.set_once(connection, "first_boot", (datetime.now(UTC) - BOOTED).isoformat())
            meta.set_once(connection, "installation", secrets.token_hex(32))
            meta.set_once(connection, "token_sha256", secrets.token_hex(32))
        if server is not None:
            engine = Distributed(conninfo(database))
            engine.migrate()
            engine.stop()
        database.close()

    def url_of(self, name: str) -> str:
        assert self.server is not None
        return sa.engine.make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def copy(self, folder: Path, name: str) -> str:
        """Makes it, in place of one of this name that was there, and gives its URL."""
        if self.server is None:
            file = folder / f"{name}.db"
            for left in folder.glob(f"{name}.db*"):
                left.unlink()
            shutil.copyfile(self.file, file)
            return f"sqlite:///{file}"
        self.drop(name)
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        return self.url_of(name)

    def drop(self, name: str) -> None:
        if self.server is not None:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        engine = sa.create_engine(self.server or "", isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()
