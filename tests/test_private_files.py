"""A new database is private to its user, whoever may read what else is written; one that is there keeps its mode."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.lock import FileLock
from service.store import migrate
from service.store.database import Database


@pytest.fixture(autouse=True)
def open_handed() -> Iterator[None]:
    """A process that lets everybody read what it writes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {one.name: oct(one.stat().st_mode & 0o777) for one in sorted(folder.iterdir())}


def made(file: Path) -> dict[str, str]:
    """The modes of what lies beside the file while it is used."""
    database = Database(f"sqlite:///{file}")
    try:
        migrate.upgrade(database)
        with database.begin():
            return modes(file.parent)
    finally:
        database.close()


def test_a_new_database_and_its_folder_are_private(tmp_path: Path) -> None:
    assert made(tmp_path / "var" / "afterword.db") == {
        "afterword.db": "0o600", "afterword.db-shm": "0o600", "afterword.db-wal": "0o600",
    }  # fmt: skip
    assert modes(tmp_path) == {"var": "0o700"}


def test_a_folder_that_the_lock_makes_is_private_too(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "var" / "afterword.db")
    lock.take(datetime.now(UTC))
    lock.release()
    assert modes(tmp_path) == {"var": "0o700"}


def test_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(0o755)
    (folder / "afterword.db").touch(0o640)
    assert set(made(folder / "afterword.db").values()) == {"0o640"}
    assert modes(tmp_path) == {"var": "0o755"}


def test_nothing_is_made_before_it_is_used(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/afterword.db").close()
    Database(f"sqlite:///{tmp_path}/of/it/afterword.db").close()
    assert modes(tmp_path) == {}
