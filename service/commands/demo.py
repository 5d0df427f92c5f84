"""`demo`: the whole story against a GitHub and a Jira of our own, on this machine, in a moment. Nothing leaves it."""

from __future__ import annotations

import logging
import shutil
import socket
import threading
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta

import requests
import structlog
import waitress.server

from sandbox.story import GITHUB_ISSUES, JIRA_ISSUES, SECRET, Story
from service import clock, wiring
from service.app import create_app
from service.commands.demo_settings import ENVIRON, FOLDER, SETTINGS
from service.commands.demo_storm import FILING, OUTAGE, SYNC, Storm
from service.commands.demo_weeks import WEEKS, Weeks
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


def run(args: Namespace) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if args.faults:  # what goes wrong is told by the story
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    demo = _Demo(0 if args.once else args.port, faults=args.faults)
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
    def __init__(self, port: int, *, faults: bool = False) -> None:
        print("A GitHub and a Jira of our own, on this machine. Nothing leaves it.\n", flush=True)
        sockets = bound("127.0.0.1", port)
        self.story = Story(_say)
        self.story.start()
        self.storm = Storm(self.story, _say) if faults else None
        self.server: waitress.server.BaseWSGIServer | None = None
        self.service, self.url = self._serve(sockets)
        self.story.github.add_webhook(f"{self.url}/webhooks/ops", SECRET)
        self.weeks = Weeks(self.story, self.service, FOLDER, _say, self._jobs)

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
        direct = {"github": self.story.github.url, "jira": self.story.jira.url}
        urls = self.storm.urls if self.storm else direct
        path.write_text(SETTINGS.format(url=url, folder=FOLDER, **urls) + people)
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
        self.lost = 0
        if self.storm:
            self._filed_in_a_storm(self.storm, sent.id)
        else:
            lost = story.github.fault("POST", r"/repos/acme/ops/issues$", "lose_answer")
            self._jobs()
            self._documented()
            story.clock.later(minutes=1)
            self._jobs()  # what was unknown is looked for, found, and not filed twice
            self.lost = lost.hits
        self._filed()
        story.week()
        story.monday()
        self._synced()
        self._reported()
        self.weeks.tell()

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

    def _filed_in_a_storm(self, storm: Storm, webhook: int) -> None:
        """The same story, while the network and both tools are as bad as they can be."""
        clock = self.story.clock
        storm.plan(FILING)
        self._go_on(until=timedelta(minutes=4))
        self._documented()
        storm.outage()
        again = self.story.github.redeliver(webhook)
        _say("", f"The webhook of the closing comes a third time. Known, answered {again.status}, nothing repeated.")
        self._go_on(until=timedelta(minutes=OUTAGE))
        storm.back()
        self._go_on(until=timedelta(hours=3))
        _say(f"{clock.now():%H:%M}", "the sky is clear")

    def _go_on(self, until: timedelta) -> None:
        """As time goes by: what is due is done when it is due."""
        clock, parts = self.story.clock, self.service.parts
        end = clock.now() + until
        while True:
            self._jobs()
            if self.storm:
                self.storm.tell()
            with self.database.read() as connection:
                left = [row for row in work.everything(connection) if row.task == "incident" and row.done < row.wanted]
            at = min((row.not_before or parts.now() for row in left), default=None)
            if at is None or at >= end:
                clock.at = max(clock.at, end) if at is not None else clock.at
                return
            clock.at = max(clock.at + timedelta(seconds=1), at)

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
        if self.lost:
            _say(
                "",
                "The answer to one POST was lost. Its issue was looked for by its marker, found, and not filed twice.",
            )

    def _standings(self) -> list[Standing]:
        with self.database.read() as connection:
            return standings(connection, 1, names=self.service.parts.people.names)

    def _synced(self) -> None:
        if self.storm:
            self.storm.plan(SYNC)
        for _ in range(6):
            clock.tick(self.service.parts)
            for name in self.service.parts.trackers:
                self.service.jobs.run("sync", name)
            self._jobs()
            if self.storm is None:
                break
            self.storm.tell()
            if self.storm.over:
                self._go_on(until=timedelta(minutes=10))
                break
            self.story.clock.later(minutes=20)
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
        doubled = self.weeks.doubled + sum(n - 1 for n in (*in_github.values(), *in_jira.values()))
        lost = sum(1 for item in items if not item.issue_label and not item.ended)
        states = sorted(item.state for item in items)
        well = (
            documents == 1
            and len(items) == GITHUB_ISSUES + JIRA_ISSUES + 1
            and (len(in_github), len(in_jira), comments) == (GITHUB_ISSUES, JIRA_ISSUES, 1)
            and doubled == lost == 0
            and states == ["done", "done", "done", "done", "done", "open", "wont_do"]
            and self.weeks.well
            and all(map(self._opens, ("/postmortems", "/postmortems/1", f"/reports/weekly/{WEEKS[-1]}")))
        )
        reminders, reports = len(self.weeks.reminded), len(self.weeks.reported) + 1
        print(
            f"\n1 incident, {documents} document, {len(items)} action items, {filed} issues, {comments} comment, "
            f"{reminders} reminders, {reports} weekly reports. Doubled: {doubled}. Lost: {lost}."
        )
        if self.storm:
            well = well and self.storm.over
            print(f"{self.storm.hits} requests met a fault.")
        print("The story ended as it should." if well else "The story did not end as it should.")
        print(f"The latest report: {FOLDER / f'report-{WEEKS[-1]}.md'}, {self.url}/reports/weekly/{WEEKS[-1]}")
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
        if self.storm:
            self.storm.close()
        self.story.stop()
