"""Our processes for a figure, on either store, with every pace and limit of filing out of the way."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.load import SECRET
from bench.standin import TOKEN
from service.store import meta, tables
from service.store.database import Database
from tests.faults import server
from tests.processes import Process, free_port

SETTINGS = """
listen = "127.0.0.1:{port}"
database_url = "{database}"
public_url = "http://127.0.0.1:{port}"
[filing]
quiet = "0s"
max_per_hour = 1000000
[sync]
every = 1000
reconcile = 0
[sources.ops]
kind = "github"
api_url = "{github}"
token_env = "BENCH_TOKEN"
secret_env = "BENCH_SECRET"
repositories = ["acme/ops"]
[trackers.code]
kind = "github"
api_url = "{github}"
token_env = "BENCH_TOKEN"
repositories = ["acme/checkout"]
seconds_between_writes = 0
writes_per_minute = 0
writes_per_hour = 0
"""


class Ours:
    """`all` on SQLite; `web` and workers on PostgreSQL."""

    def __init__(self, url: str, folder: Path, github: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.settings = folder / "afterword.toml"
        self.settings.write_text(SETTINGS.format(port=self.port, database=url, github=github))
        self.database = Database(url)
        self.processes: list[Process] = []
        self.start("migrate")
        if self.processes[0].popen.wait(120):
            sys.exit(f"migrate went wrong:\n{self.processes[0].log.read_text()}")
        self.stop()
        with self.database.begin() as connection:
            meta.replace(connection, "first_boot", (datetime.now(UTC) - timedelta(hours=1)).isoformat())

    def start(self, *commands: str) -> None:
        environ = {"BENCH_TOKEN": TOKEN, "BENCH_SECRET": SECRET, "AFTERWORD_TOKEN": "t" * 40}
        for command in commands:
            process = Process(command, self.settings, environ, self.folder / f"log-{len(self.processes)}")
            self.processes.append(process)
            if command in ("all", "web"):
                process.wait_for(self.port)

    def stop(self) -> None:
        for process in self.processes:
            process.stop()
        self.processes.clear()

    def megabytes(self) -> list[float]:
        """Of each process, as the kernel counts what is in memory."""
        found = []
        for process in self.processes:
            status = Path(f"/proc/{process.popen.pid}/status").read_text()
            kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
            found.append(int(kilobytes) / 1024)
        return found

    def processor_seconds(self) -> float:
        """What our processes took of the processors, which says more than the time where others work beside them."""
        ticks = 0
        for process in self.processes:
            told = Path(f"/proc/{process.popen.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def number(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with self.database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    def waiting(self) -> int:
        """Deliveries that are stored and not looked at."""
        return self.number(tables.deliveries, tables.deliveries.c.state == "received")


@contextmanager
def ours(store: str, github: str) -> Iterator[Ours]:
    """`store`: "SQLite" or "PostgreSQL". Nothing runs yet."""
    with tempfile.TemporaryDirectory() as folder:
        if store == "SQLite":
            yield from _made(f"sqlite:///{folder}/afterword.db", Path(folder), github)
        else:
            with server.postgresql() as url:
                yield from _made(url, Path(folder), github)


def _made(url: str, folder: Path, github: str) -> Iterator[Ours]:
    made = Ours(url, folder, github)
    try:
        yield made
    finally:
        made.stop()
        made.database.close()


def until(true: Callable[[], bool], what: str, seconds: float) -> float:
    """Seconds that it took; ends the bench with a sentence where it took longer."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds:
            sys.exit(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - begun
