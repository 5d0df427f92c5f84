"""A SQLite file that cannot be used: what is wrong with it, and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from service.store import refused
from service.store.database import Database, StoreUnavailable
from tests.processes import ROOT

AGAIN = "`build --since` fetches what is missing"


def told(url: str) -> StoreUnavailable:
    with closing(Database(url)) as database, pytest.raises(StoreUnavailable) as caught, database.read():
        pass
    return caught.value


def test_a_file_that_is_no_database_is_to_be_restored(tmp_path: Path) -> None:
    file = tmp_path / "afterword.db"
    file.write_text("words " * 1000)
    error = told(f"sqlite:///{file}")
    assert error.message.endswith("cannot be read: it is no SQLite database")
    assert "restore the backup" in error.mend
    assert AGAIN in error.mend
    assert "sent again by the tool" not in error.mend


def test_a_folder_in_the_files_place_is_said_to_be_one(tmp_path: Path) -> None:
    assert "it is a folder" in told(f"sqlite:///{tmp_path}").message


def test_a_database_that_may_not_be_written_names_rights_and_user(tmp_path: Path) -> None:
    file = tmp_path / "afterword.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        with database.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")
        with database.read() as connection:
            connection.exec_driver_sql("PRAGMA query_only=1")  # as the file of another user is to us
        with pytest.raises(StoreUnavailable) as caught, database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    assert f"{file} belongs to " in caught.value.message
    assert "-rw-------" in caught.value.message
    assert "the right to write the file and its folder" in caught.value.mend
    assert AGAIN in caught.value.mend


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_users_database_names_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "afterword.db"
    with closing(Database(f"sqlite:///{file}")) as database, database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
    for one in (tmp_path, *tmp_path.parents):
        if one.stat().st_uid == 0 and one.is_relative_to(tempfile.gettempdir()) and one != Path(tempfile.gettempdir()):
            one.chmod(0o755)  # others may come here
    file.chmod(0o644)
    program = (
        f"import os, pwd, stat; from service.store.database import Database; database = Database('sqlite:///{file}')\n"
        "with database.begin(): pass\n"  # whatever is loaded late is loaded now: that user may not see our folder
        "database.close()\n"
        "os.setuid(65534)\n"
        "with database.begin(): pass\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    last = ran.stderr.strip()
    assert "may not write there" in last
    assert "belongs to root, -rw-r--r--" in last


@pytest.mark.parametrize(
    ("name", "said"), [("SQLITE_FULL", "the disk is full"), ("SQLITE_BUSY_SNAPSHOT", "another process writes")]
)
def test_a_full_disk_and_a_busy_file_are_named(name: str, said: str) -> None:
    found = refused.why(name, Path("afterword.db"))
    assert found is not None
    assert said in found[0]


def test_what_is_not_known_keeps_the_drivers_words() -> None:
    assert refused.why("SQLITE_IOERR_READ", Path("afterword.db")) is None
