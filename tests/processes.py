"""Our own processes, started as an operator starts them, killed as a machine dies, and asked through their database."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

from service.store import tables
from service.store.database import Database

ROOT = Path(__file__).resolve().parent.parent


#: below the range from which systems take a port for a connection that goes out, so that none of ours takes one away
PORTS = range(12000, 32000)
_ports = itertools.count(os.getpid() * 61)  # another place for every process, as tests run beside each other


def free_port() -> int:
    for number in itertools.islice(_ports, len(PORTS)):
        port = PORTS[number % len(PORTS)]
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Process:
    """`python -m service <command>` with these settings; its output goes to a file."""

    def __init__(self, command: str, settings: Path, environ: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._out = log.open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "service", "--config", str(settings), command],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )

    def wait_for(self, port: int, seconds: float = 30) -> None:
        """Until it listens."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.popen.poll() is not None:
                raise AssertionError(f"it ended with {self.popen.returncode}:\n{self.log.read_text()}")
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"it does not listen:\n{self.log.read_text()}")

    def died(self, seconds: float = 40) -> bool:
        """Whether it was killed by SIGKILL within this time."""
        try:
            return self.popen.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(10)
        self._out.close()

    def stop(self) -> int:
        """SIGTERM, as a platform stops it."""
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            return self.popen.wait(40)
        finally:
            self.kill()


def eventually(true: Callable[[], bool], what: str, seconds: float = 60, log: Path | None = None) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}\n{log.read_text()[-4000:] if log else ''}")


def told(database: Database, incidents: int = 1) -> bool:
    """Every delivery is settled and every incident's story is told to its end."""
    with database.read() as connection:
        waiting = connection.execute(
            sa.select(sa.func.count()).select_from(tables.deliveries).where(tables.deliveries.c.state == "received")
        ).scalar_one()
        rows = connection.execute(sa.select(tables.work).where(tables.work.c.task == "incident")).all()
    return waiting == 0 and len(rows) == incidents and all(row.done == row.wanted for row in rows)


def count(database: Database, table: sa.Table) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
