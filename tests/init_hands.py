"""Hands for `init`: a person at a terminal, who reads each question before typing the answer; and answers of a pipe."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from tests.command_hands import Ran, command
from tests.processes import ROOT

TOKEN = "t0ken-of-the-test"
EMAIL = "afterword@example.org"

JIRA_ANSWERS = [
    "cloud",
    "{jira}",
    EMAIL,
    TOKEN,
    "soon",  # no day
    "2027-03-31",
    "ops",
    "Incident",
    "",  # the same Jira
    "",  # the same credentials
    "pay",
    "Taks",  # there is none of that name
    "y",
    "pay",
    "Task",
    "Checkout",  # the required field
    "",  # propose
    "",  # 10m
    "https://postmortems.example.org/",
    "",
    "n",
    "",
    "json://alerts.example.org/x y",
]


class Terminal:
    """`python -m service init` on a pseudo-terminal. `seen` is all that stood on the screen."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *args: str) -> None:
        self._ours, theirs = pty.openpty()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "service", "init", *args],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), **environ},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""
        self._at = 0

    def expect(self, words: str, seconds: float = 30) -> None:
        """Reads until this stands on the screen behind what was expected before."""
        until = time.monotonic() + seconds
        while (found := self.seen.find(words, self._at)) < 0:
            left = until - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{words!r} did not come:\n{self.seen}")
        self._at = found + len(words)

    def answer(self, question: str, typed: str) -> None:
        self.expect(question)
        self.expect(": ")
        os.write(self._ours, f"{typed}\n".encode())

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def interrupt(self) -> None:
        os.killpg(self.popen.pid, signal.SIGINT)

    def end(self) -> int:
        while self._read(30):
            pass
        return self.popen.wait(30)

    def close(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(10)
        os.close(self._ours)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def piped(tmp_path: Path, answers: list[str], *args: str, environ: dict[str, str] | None = None) -> Ran:
    return command(
        "init",
        "--to",
        str(tmp_path / "mine.toml"),
        *args,
        environ=environ or {},
        stdin="".join(f"{answer}\n" for answer in answers).encode(),
    )
