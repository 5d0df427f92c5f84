"""Lives a script through the product: GitHub and Jira over real HTTP, the real store, sync, schedule and reports."""

from __future__ import annotations

import heapq
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sandbox.github_world import Issue
from sandbox.jira_world import Issue as JiraIssue
from service import clock
from service.followup.sync import sync
from service.postmortem.model import ReadItem
from service.store import items, meta, tables, work
from service.store.database import Database
from tests.hands import SAM, story
from tests.simulated.script import Happening, Promise, Script
from tests.world import World

ACCOUNTS = {"sam": SAM}


def live(script: Script, zone: str, database: Database, folder: Path, sync_every: int = 5) -> None:
    """From its beginning to its last tick. The trackers are looked at on each nth tick, and before each report."""
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", script.began.isoformat())
    people = '[[people]]\nname = "kim"\ngithub = "kim"\n'
    report = f'[report]\nschedule = "MON 09:00"\ntimezone = "{zone}"\n'
    with story(database, folder, report + people, fitting=False) as world:
        world.time = script.began
        Living(world).through(script, sync_every)


class Living:
    def __init__(self, world: World) -> None:
        assert world.jira is not None
        self.world = world
        self.github, self.jira = world.github, world.jira
        self.github.webhooks.hooks.clear()  # the poll alone: what a webhook brings is brought by the same sync
        self.jira.webhooks.hooks.clear()
        self.github.repo("acme/checkout").members.update(kim="write")
        self.issues: dict[str, Any] = {}
        self.known: set[int] = set()

    def through(self, script: Script, sync_every: int) -> None:
        stream = heapq.merge(
            ((one.at, 0, one) for one in script.promises),
            ((one.at, 1, one) for one in script.happenings),
            ((at, 2, number) for number, at in enumerate(script.ticks)),
            key=lambda one: one[:2],
        )
        for at, _, what in stream:
            self.world.time = at
            if isinstance(what, Promise):
                self.promise(what)
            elif isinstance(what, Happening):
                self.happen(what)
            else:
                self.tick(at, look=what % sync_every == 0)

    def tick(self, at: datetime, *, look: bool) -> None:
        """Two clocks, and the work that is due."""
        for _ in range(2):
            clock.tick(self.world.parts)
        with self.world.database.read() as connection:
            due = [row for row in work.due(connection, at, 10_000) if row[0] == "report" or (look and row[0] == "sync")]
        for task, key in sorted(due):
            self.world.jobs.run(task, key)
        for sandbox in (self.github, self.jira):
            sandbox.calls.clear()

    # --- what happens

    def promise(self, item: Promise) -> None:
        """The incident is told, and its item filed."""
        issue: Issue | JiraIssue
        if item.tracker == "github":
            owners = [item.owner] if item.owner else []
            issue = self.github.open_issue("acme/checkout", item.text, _body(item.due), assignees=owners)
            where: dict[str, Any] = {
                "tracker": "code", "place": "acme/checkout", "issue_id": issue.node_id, "issue_label": issue.ref,
                "issue_native": {
                    "repository_id": str(issue.repo.id), "number": str(issue.number), "issue_id": str(issue.id),
                    "node_id": issue.node_id,
                },
            }  # fmt: skip
        else:
            day = item.due.isoformat() if item.due else None
            issue = self.jira.create_issue("PAY", item.text, assignee=ACCOUNTS.get(item.owner or ""), duedate=day)
            where = {"tracker": "work", "place": "PAY", "issue_id": issue.id, "issue_label": issue.key}
            where["issue_native"] = {"key": issue.key, "project": "PAY"}
        self.issues[item.text] = issue
        with self.world.database.begin() as connection:
            if item.incident not in self.known:
                self.known.add(item.incident)
                connection.execute(tables.incidents.insert().values(_incident(item)))
            items.add(
                connection, item.incident, ReadItem(item.text), key=item.text, due=item.due, due_rule="as written",
                tracker=where["tracker"], place=where["place"], owner_known=False, unclear=(), promised_at=item.at,
                now=item.at,
            )  # fmt: skip
            filed = sa.update(tables.items).where(tables.items.c.key == item.text)
            connection.execute(filed.values(**where, issue_url="https://tracker.example/", tracker_due=item.due))

    def happen(self, one: Happening) -> None:
        issue = self.issues[one.text]
        if one.kind in ("gone", "move"):  # what nobody saw before that, nobody can tell: docs/guarantees.md
            for name, tracker in self.world.parts.trackers.items():
                sync(self.world.database, name, tracker, one.at)
        if isinstance(issue, JiraIssue):
            self._on_jira(issue, one)
        else:
            self._on_github(issue, one)

    def _on_github(self, issue: Issue, one: Happening) -> None:
        match one.kind:
            case "done" | "wont_do":
                self.github.close(issue, "completed" if one.kind == "done" else "not_planned")
            case "start":
                self.github.label(issue, "in progress")
            case "reopen":
                self.github.unlabel(issue, "in progress")
                self.github.reopen(issue)
            case "due":
                self.github.edit(issue, body=_body(one.value))
            case "owner":
                for login in list(issue.assignees):
                    self.github.unassign(issue, login)
                if one.value:
                    self.github.assign(issue, str(one.value))
            case "move":
                there = "acme/ops" if issue.repo.full_name == "acme/checkout" else "acme/checkout"
                self.issues[one.text] = self.github.transfer(issue, there)
            case "gone":
                self.github.delete(issue)

    def _on_jira(self, issue: JiraIssue, one: Happening) -> None:
        match one.kind:
            case "done":
                self.jira.transition(issue, "Done")
            case "wont_do":
                self.jira.transition(issue, "Done", "Won't Do")
            case "start":
                self.jira.transition(issue, "In Progress")
            case "reopen":
                self.jira.transition(issue, "To Do")
            case "due":
                self.jira.change(issue, duedate=str(one.value))
            case "owner":
                self.jira.change(issue, assignee=ACCOUNTS.get(str(one.value)))
            case "move":
                self.jira.move(issue, "OPS" if issue.project.key == "PAY" else "PAY")
            case "gone":
                self.jira.delete(issue)


def _body(due: object) -> str:
    return f"**Due:** {due}\n" if due else "No date.\n"


def _incident(item: Promise) -> dict[str, Any]:
    ref = f"acme/ops#{1000 + item.incident}"
    told = {"title": f"Incident {item.incident}", "severity": item.severity}
    return told | {
        "id": item.incident, "source": "ops", "key": str(item.incident), "ref": ref,
        "url": f"https://github.example/{ref}", "visibility": "internal", "labels": [],
        "services": [], "opened_at": item.at, "closed_at": item.at, "ticket": {}, "created_at": item.at,
    }  # fmt: skip
