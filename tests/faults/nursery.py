"""Our own processes without their second of start-up: one that has loaded everything forks each of them.

A child is as real as one that an operator starts: a process of its own, ended by SIGKILL, with its own log.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LOADED = (
    "service.__main__",
    "service.app",
    "service.commands.all",
    "service.commands.clock",
    "service.commands.web",
    "service.commands.worker",
    "apprise",
    "apscheduler.schedulers.background",
    "apscheduler.schedulers.blocking",
    "connectors.github",
    "connectors.jira",
    "github",
    "procrastinate",
    "psycopg_pool",
)


class Child:
    """One process. `code`: None while it lives, else as subprocess gives it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        if self._code is None:
            self._code = self._nursery.ask(poll=self.pid)
        return self._code

    @property
    def crashed(self) -> bool:
        return self.code == -signal.SIGKILL

    def end(self, how: signal.Signals = signal.SIGKILL, seconds: float = 40) -> None:
        if self.code is None:
            os.kill(self.pid, how)
        until = time.monotonic() + seconds
        while self.code is None and time.monotonic() < until:
            time.sleep(0.02)
        if self.code is None:
            raise AssertionError(f"process {self.pid} did not end within {seconds} s")


class Nursery:
    """Used by many threads: one question at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(f"{json.dumps(question)}\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def start(self, command: str, settings: Path, environ: Mapping[str, str], log: Path) -> Child:
        argv = ["--config", str(settings), command]
        return Child(self, self.ask(argv=argv, environ=dict(environ), log=str(log)))


def _fork(argv: list[str], environ: dict[str, str], log: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(out, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(environ)
        code = importlib.import_module("service.__main__").main(argv)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    for module in LOADED:
        importlib.import_module(module)
    ended: dict[int, int] = {}
    for line in sys.stdin:
        question = json.loads(line)
        if "poll" in question:
            pid = question["poll"]
            if pid not in ended:
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    ended[pid] = os.waitstatus_to_exitcode(status)
            answer = ended.get(pid)
        else:
            answer = _fork(question["argv"], question["environ"], question["log"])
            ended.pop(answer, None)  # systems give out numbers again
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
