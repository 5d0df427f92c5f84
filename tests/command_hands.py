"""Commands as a user types them: processes with a settings file, against a GitHub and a Jira over real HTTP."""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service.store.database import Database
from tests.hands import MARKER, SAM
from tests.processes import ROOT, free_port
from tests.world import EMAIL, SETTINGS, TOKEN, environ

T = TypeVar("T")


@dataclass(frozen=True)
class Ran:
    """What a command left behind. `raw` is its standard output in bytes."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def lines(self) -> list[str]:
        """What `check` goes on with below the beginning of a line is part of it."""
        return re.sub(r"\n {17,}", " ", self.out).splitlines()

    def line(self, *words: str) -> str:
        """The one line of its output that holds all of these words."""
        (found,) = [line for line in self.lines if all(word in line for word in words)]
        return found


@functools.cache
def _server() -> subprocess.Popen[str]:
    """Starts with the first command of a test run, and ends with the run."""
    line = [sys.executable, "-m", "tests.command_server"]
    server = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # its input ends, and with it the server
    return server


def command(*args: str, environ: Mapping[str, str] | None = None, stdin: bytes = b"") -> Ran:
    """`python -m service …` in a process with nothing of this one's environment that settings could come from."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("in", "out", "err")]
        files[0].write_bytes(stdin)
        asked = {"args": args, "environ": {**kept, **(environ or {})}, "files": [str(file) for file in files]}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(f"{json.dumps(asked)}\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        ran = Ran(code, files[1].read_bytes(), files[2].read_text())
    assert "Traceback" not in ran.err, ran.err
    return ran


class Shop:
    """Settings on the disk and the two vendors that they name."""

    def __init__(self, folder: Path, github: GitHubSandbox, jira: JiraSandbox, url: str | None) -> None:
        self.folder = folder
        self.github = github
        self.jira = jira
        self.port = free_port()
        self.url = url or f"sqlite:///{folder}/afterword.db"
        self.file = folder / "afterword.toml"
        self.environ = dict(environ())
        self._helpers = ExitStack()
        self.write()

    def helped(self, helper: AbstractContextManager[T]) -> T:
        """Another server beside the vendors, until the shop closes."""
        return self._helpers.enter_context(helper)

    def close(self) -> None:
        self._helpers.close()

    def write(self, more: str = "", change: Callable[[str], str] = str) -> None:
        """The settings; `more` stands below them, `change` has the last hand on their text."""
        text = SETTINGS.format(
            github=self.github.url,
            jira=self.jira.url,
            public_url=f"http://127.0.0.1:{self.port}",
            sam=SAM,
            more=f"[jobs]\nscan_seconds = 1\n{more}",
        )
        self.file.write_text(change(f'listen = "127.0.0.1:{self.port}"\ndatabase_url = "{self.url}"\n{text}'))

    def run(self, *args: str) -> Ran:
        return command("--config", str(self.file), *args, environ=self.environ)

    @contextmanager
    def database(self) -> Iterator[Database]:
        found = Database(self.url)
        try:
            yield found
        finally:
            found.close()

    def filed(self) -> list[int]:
        """How many issues each action item has, counted at the vendors."""
        return sorted((self.github.tally(MARKER) + self.jira.tally(MARKER)).values())

    def writes(self) -> list[str]:
        """Calls that change something; a search by POST changes nothing."""
        calls = [*self.github.calls, *self.jira.calls]
        asking = ("/graphql", "/search/jql", "/bulkfetch")
        return [
            f"{call.method} {call.path}" for call in calls if call.method != "GET" and not call.path.endswith(asking)
        ]


@contextmanager
def shop(folder: Path, url: str | None = None) -> Iterator[Shop]:
    """`url`: of a PostgreSQL database, else a SQLite file in the folder that is not there yet."""
    with GitHubSandbox(token=TOKEN) as github, JiraSandbox(email=EMAIL, token=TOKEN) as jira:
        for name in ("acme/ops", "acme/checkout"):
            github.create_repo(name)
            github.repo(name).members.update(alex="write", sam="write")
        jira.add_user("Sam Example", account_id=SAM)
        jira.create_project("OPS", "Operations")
        jira.create_project("PAY", "Payments")
        made = Shop(folder, github, jira, url)
        try:
            yield made
        finally:
            made.close()
