"""One process on one SQLite file, and none that is dead in its way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.errors import InUse
from service.lock import FileLock
from tests.processes import ROOT, Process, free_port
from tests.world import SETTINGS, environ

NOW = datetime(2026, 11, 23, 8, 2, tzinfo=UTC)
HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from service.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.take(datetime.now(UTC))
print("held", flush=True)
time.sleep(60)
"""


def test_a_file_is_held_by_one_and_free_when_that_one_lets_go(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "new" / "a.db"), FileLock(tmp_path / "new" / "a.db")
    assert not second.held_elsewhere()
    first.take(NOW)
    assert second.held_elsewhere()
    assert not first.held_elsewhere()
    with pytest.raises(InUse) as told:
        second.take(NOW)
    assert f"(process {os.getpid()}, since 23 Nov 2026, 08:02 UTC)" in told.value.message
    FileLock(tmp_path / "other.db").release()  # another file is another matter
    first.release()
    assert not second.held_elsewhere()
    second.take(NOW)
    second.release()


def test_a_lock_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = FileLock(path)
        with pytest.raises(InUse, match=f"process {holder.pid}"):
            lock.take(NOW)
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
        lock.take(NOW)
        lock.release()
    finally:
        holder.kill()
        holder.wait(10)
        if holder.stdout:
            holder.stdout.close()


def test_a_second_service_on_the_same_file_ends_with_3_and_a_third_starts_when_the_first_is_killed(
    tmp_path: Path,
) -> None:
    ports = [free_port() for _ in range(2)]
    paths = [tmp_path / f"{port}.toml" for port in ports]
    for port, path in zip(ports, paths, strict=True):
        given = SETTINGS.format(
            github="http://127.0.0.1:9", jira="http://127.0.0.1:9", public_url="http://127.0.0.1", sam="s", more=""
        )
        path.write_text(f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{tmp_path}/afterword.db"\n{given}')
    first = Process("all", paths[0], environ(), tmp_path / "first")
    try:
        first.wait_for(ports[0])
        second = Process("all", paths[1], environ(), tmp_path / "second")
        assert second.popen.wait(30) == 3
        second.kill()
        assert re.fullmatch(
            rf"{tmp_path}/afterword.db is in use by another Afterword "
            rf"\(process {first.popen.pid}, since \d\d [A-Z][a-z]{{2}} \d{{4}}, \d\d:\d\d UTC\). "
            r"Nothing was started.\n"
            r"Two processes on one SQLite file could do the same work twice. "
            r"Stop the other one, or use PostgreSQL for several hosts.\n",
            (tmp_path / "second").read_text(),
        )
    finally:
        first.kill()
    third = Process("all", paths[1], environ(), tmp_path / "third")
    try:
        third.wait_for(ports[1])
    finally:
        assert third.stop() == 0
