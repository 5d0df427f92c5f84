"""`demo`: the whole story against a GitHub and a Jira of our own, on this machine, in a moment. Nothing leaves it."""

from __future__ import annotations

import shutil
import socket
import threading
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import requests
import waitress.server

from sandbox.story import GITHUB_ISSUES, GITHUB_TOKEN, JIRA_ISSUES, JIRA_TOKEN, JIRA_USER, SECRET, Story
from service import clock, wiring
from service.app import create_app
from service.commands.listening import bound
from service.errors import MEND, WELL
from service.followup.week import Week
from service.postmortem.standing import Standing
from service.receive import Inbox
from service.store import deliveries, postmortems, work
from service.store.database import Database
from service.store.migrate import upgrade
from service.store.standings import standings
from service.upkeep import weekly_of
from service.wiring import Idle, Service

FOLDER = Path("var/demo")
SETTINGS = """\
# Written by `python -m service demo`. The same lines point Afterword at a real GitHub and a real Jira.
public_url = "{url}"
database_url = "sqlite:///{folder}/afterword.db"
timezone = "UTC"
public = true

[filing]
quiet = "0s"        # the story does not wait

[sources.ops]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
secret_env = "OPS_SECRET"
repositories = ["acme/ops"]

[trackers.code]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
repositories = ["acme/checkout", "acme/ops"]

[trackers.work]
kind = "jira"
url = "{jira}"
user_env = "JIRA_USER"
token_env = "JIRA_TOKEN"
project = "PAY"

[[routes]]
when = {{ text = ["payment"] }}
tracker = "work"

[[routes]]
when = {{ text = ["alert", "page"] }}
tracker = "code"
place = "acme/ops"

[due]
P0 = 7
P1 = 30
"""
ENVIRON = {
    "GITHUB_TOKEN": GITHUB_TOKEN,
    "JIRA_TOKEN": JIRA_TOKEN,
    "JIRA_USER": JIRA_USER,
    "OPS_SECRET": SECRET,
}


def run(args: Namespace) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    demo = _Demo(0 if args.once else args.port)
    try:
        demo.tell()
        well = demo.verdict()
        if not args.once:
            demo.stay()
        return WELL if well else MEND
    finally:
        demo.close()


def _say(when: str, sentence: str) -> None:
    print(f"{when:>6}  {sentence}", flush=True)


class _Demo:
    def __init__(self, port: int) -> None:
        print("A GitHub and a Jira of our own, on this machine. Nothing leaves it.\n", flush=True)
        sockets = bound("127.0.0.1", port)
        self.story = Story(_say)
        self.story.start()
        self.server: waitress.server.BaseWSGIServer | None = None
        self.service, self.url = self._serve(sockets)
        self.story.github.add_webhook(f"{self.url}/webhooks/ops", SECRET)

    def _serve(self, sockets: list[socket.socket]) -> tuple[Service, str]:
        """The service as it is, with jobs that run when the story says so and the story's clock."""
        late: list[Callable[..., object]] = []
        self.server = waitress.server.create_server(
            lambda environ, start: late[0](environ, start), sockets=sockets, threads=4, ident=None
        )
        url = f"http://127.0.0.1:{self.server.effective_port}"
        people = "".join(
            f'\n[[people]]\nname = "{name}"\ngithub = "{name}"\njira = "{account}"\n'
            for name, account in self.story.accounts.items()
        )
        path = FOLDER / "afterword.toml"
        path.write_text(
            SETTINGS.format(url=url, folder=FOLDER, github=self.story.github.url, jira=self.story.jira.url) + people
        )
        settings = wiring.load_settings(path, ENVIRON)
        self.database = Database(settings.database_url)
        upgrade(self.database)
        service = wiring.assemble(settings, database=self.database, engine=Idle(), now=self.story.clock.now)
        self.inbox = Inbox(self.database)
        self.app = create_app(service, self.inbox)
        late.append(self.app)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        return service, url

    # --- the story

    def tell(self) -> None:
        story = self.story
        ticket = story.incident()
        story.closing(ticket)
        sent = story.github.deliveries[-1]
        _say("", f"GitHub sends its webhook to {self.url}/webhooks/ops. Stored on disk, answered {sent.status}.")
        again = story.github.redeliver(sent.id)
        _say("", f"GitHub sends the same webhook again. Known, answered {again.status}, nothing repeated.")
        forged = requests.post(
            f"{self.url}/webhooks/ops", data=b"{}", headers={"X-Hub-Signature-256": "sha256=00"}, timeout=10
        )
        _say("", f"A webhook with a wrong signature. Refused, {forged.status_code}.")
        story.clock.later(minutes=1)
        self.lost = story.github.fault("POST", r"/repos/acme/ops/issues$", "lose_answer")
        self._jobs()
        self._documented()
        story.clock.later(minutes=1)
        self._jobs()  # what was unknown is looked for, found, and not filed twice
        self._filed()
        story.week()
        story.monday()
        self._synced()
        self._reported()

    def _jobs(self) -> None:
        """Runs what is due at the story's time, as workers would."""
        parts = self.service.parts
        for _ in range(10):
            with self.database.read() as connection:
                due = [("delivery", key) for key in deliveries.received(connection)]
                due += [row for row in work.due(connection, parts.now()) if row[0] == "incident"]
            if not due:
                return
            for task, key in due:
                self.service.jobs.run(task, key)

    def _documented(self) -> None:
        with self.database.read() as connection:
            written = postmortems.of_incident(connection, 1)
        if written is None:
            return
        sections = written.document.sections
        gaps = [section.value.replace("_", " ") for section, said in sections.items() if said.text is None]
        url = self.service.parts.document_url(written.id)
        _say(
            f"{self.story.clock.now():%H:%M}",
            f"the ticket is read again at its source, and the postmortem is written: {url}",
        )
        missing = f" Not recorded yet: {', '.join(gaps)}." if gaps else ""
        _say("", f"{len(sections) - len(gaps)} sections of {len(sections)} written.{missing}")

    def _filed(self) -> None:
        for item in self._standings():
            if item.issue_label:
                where = f"{item.issue_label}  {item.issue_url}"
            else:
                where = "done already, recorded, not filed" if item.ended else item.reason or "not filed"
            _say("", f"{item.number}  {item.mark} {item.text[:58]:58}  {where}")
        if self.lost.hits:
            _say(
                "",
                "The answer to one POST was lost. Its issue was looked for by its marker, found, and not filed twice.",
            )

    def _standings(self) -> list[Standing]:
        with self.database.read() as connection:
            return standings(connection, 1, names=self.service.parts.people.names)

    def _synced(self) -> None:
        clock.tick(self.service.parts)
        for name in self.service.parts.trackers:
            self.service.jobs.run("sync", name)
        self._jobs()
        counts: dict[str, int] = {}
        for item in self._standings():
            label = f"{item.mark} {item.state_word}"
            counts[label] = counts.get(label, 0) + 1
        _say("Mon", f"the states come back: {', '.join(f'{label} {n}' for label, n in counts.items())}")

    def _reported(self) -> None:
        week = Week.parse("2026-W47")
        self.service.jobs.run("report", week.slot)
        text = weekly_of(self.service.parts).report(week, "md", self.service.parts.now()).decode()
        (FOLDER / "report-2026-W47.md").write_text(text)
        _say("Mon", f"the report of week 47: {self.url}/reports/weekly/{week}")
        title, stamp = [line for line in text.splitlines() if line.strip()][:2]
        _say("", f"{title.lstrip('# ')}. {stamp}")

    # --- the end

    def _opens(self, page: str) -> bool:
        """Whether who reads along sees it."""
        return self.app.test_client().get(page).status_code == 200

    def verdict(self) -> bool:
        in_github, in_jira, comments = self.story.tally()
        with self.database.read() as connection:
            documents = int(postmortems.of_incident(connection, 1) is not None)
        items = self._standings()
        filed = len(in_github) + len(in_jira)
        doubled = sum(n - 1 for n in (*in_github.values(), *in_jira.values()))
        lost = sum(1 for item in items if not item.issue_label and not item.ended)
        states = sorted(item.state for item in items)
        well = (
            documents == 1
            and len(items) == GITHUB_ISSUES + JIRA_ISSUES + 1
            and (len(in_github), len(in_jira), comments) == (GITHUB_ISSUES, JIRA_ISSUES, 1)
            and doubled == lost == 0
            and states == ["done", "done", "done", "in_progress", "open", "open", "wont_do"]
            and all(map(self._opens, ("/postmortems", "/postmortems/1", "/reports/weekly/2026-W47")))
        )
        print(
            f"\n1 incident, {documents} document, {len(items)} action items, {filed} issues, {comments} comment. "
            f"Doubled: {doubled}. Lost: {lost}."
        )
        print("The story ended as it should." if well else "The story did not end as it should.")
        print(f"The files lie under {FOLDER}/.")
        return well

    def stay(self) -> None:
        self.story.clock.run()
        print(f"Read it: {self.url}/postmortems/1\nCtrl-C ends it.", flush=True)
        self.thread.join()

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
        self.thread.join(5)
        self.inbox.close()
        self.database.close()
        self.story.stop()
