"""The story against a Jira that we did not write: jira820 plays a Jira Data Center 8.20 with a state of its own.

Its gaps are filled here as the real one behaves: an issue is found by its id as by its key, POST search is answered, an
issue link may name ids. It sends no webhooks, so the test posts them. Its clock stands still, it knows no rights, keeps
no properties, and a clause of JQL that it does not know lets everything through: only what a mark says counts.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jira820
import pytest
import requests
from fastapi import FastAPI, Request, Response
from jira820.serialize import iid
from starlette.routing import Route
from uvicorn import Config, Server

from connectors.base import Secret, Tracked, Visibility
from connectors.jira import Tracker, TrackerSettings
from service.store.database import Database
from tests.hands import deliver, finish, item_rows, ran_since_ever
from tests.jira_hands import LONG_AGO, draft, elsewhere
from tests.mitm import MitmProxy
from tests.world import World

MARK = re.compile(r"afterword:item key=([0-9a-f]+)")
SITE = "jira.example.org"
TEXT = """h2. Root cause
The pool tests its connections with a read.

h2. Action items
* Test pooled connections with a write [~sam] P1
* Give a retried payment 2 seconds in all P0
"""


class Issues(dict[str, Any]):
    """By key, and by id as in a real Jira."""

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key)
        return found or next((one for own, one in self.items() if iid(own) == key), default)


class Foreign:
    """jira820 on a port of this machine. Its day begins and ends at nine o'clock."""

    def __init__(self, today: date) -> None:
        self.store = jira820.Store(jira820.Config(project_key="PAY", base_date=today), seed=False)
        self.store.issues = Issues()
        for name in ("admin", "sam"):
            self.store.users[name] = {"name": name, "displayName": name.title()}
        self.app: FastAPI = jira820.make_app(self.store)
        for path, answer in (("/search", self._search), ("/issueLink", self._link)):
            self.app.router.routes.insert(0, Route(f"/rest/api/2{path}", answer, methods=["POST"]))
        self.server = Server(Config(self.app, port=0, log_level="error", ws="none", loop="asyncio", http="h11"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.url = ""

    async def _search(self, request: Request) -> Response:
        wanted = re.findall(r"\d+", (await request.json())["jql"])
        found = [one for key, one in self.store.issues.items() if iid(key) in wanted]
        shown = [self.store.serializer.issue_res(one, self.url) for one in found]
        return Response(json.dumps({"startAt": 0, "total": len(shown), "issues": shown}))

    async def _link(self, request: Request) -> Response:
        body = await request.json()
        keys = [self.store.get_issue(body[side]["id"])["key"] for side in ("inwardIssue", "outwardIssue")]
        self.store.add_issue_link(body["type"]["name"], *keys)
        return Response(status_code=201)

    def __enter__(self) -> Foreign:
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    # --- what people do there

    def create(self, project: str, summary: str, text: str) -> str:
        own, self.store.config.project_key = self.store.config.project_key, project
        fields = {"project": {"key": project}, "issuetype": {"name": "Bug"}, "summary": summary, "description": text}
        made = requests.post(f"{self.url}/rest/api/2/issue", json={"fields": fields}, timeout=5).json()
        self.store.config.project_key = own
        return str(made["key"])

    def to(self, key: str, status: str) -> None:
        ways = requests.get(f"{self.url}/rest/api/2/issue/{key}/transitions", timeout=5).json()["transitions"]
        way = next(one["id"] for one in ways if one["to"]["name"] == status)
        path = f"{self.url}/rest/api/2/issue/{key}/transitions"
        assert requests.post(path, json={"transition": {"id": way}}, timeout=5).status_code == 204

    def shown(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.url}/rest/api/2/issue/{key}", timeout=5).json()
        return found

    def filed(self) -> list[dict[str, Any]]:
        return [one for one in self.store.issues.values() if one["project"] == "PAY"]


@pytest.fixture
def jira() -> Iterator[Foreign]:
    with Foreign(date(2026, 11, 17)) as foreign:
        yield foreign


@pytest.fixture
def proxy(jira: Foreign) -> Iterator[MitmProxy]:
    """A company's own, with an authority of its own: the only way to the name that the settings know."""
    with MitmProxy({SITE: (int(jira.url.rpartition(":")[2]), "")}, user="afterword", password="pr0xy") as proxy:
        yield proxy


@pytest.fixture
def world(database: Database, tmp_path: Path, jira: Foreign, proxy: MitmProxy) -> Iterator[World]:
    def settings(text: str) -> str:
        text = text.replace("http://127.0.0.1:9", f"https://{SITE}").replace('"712020:sam"', '"sam"')
        text = text.replace('user_env = "JIRA_USER"', 'deployment = "datacenter"')
        # it asks nobody for a token, so its projects are open to everybody
        text = text.replace('when = { text = ["payment", "payments"] }', "publish = true")
        network = f'ca_bundle = "{proxy.ca_file}"\nproxy_env = "PROXY_URL"\ndirect = ["127.0.0.1"]'
        return f"{text}\n[network]\n{network}\n"

    world = World(database, tmp_path, jira=False, change=settings)
    world.environ["PROXY_URL"] = proxy.url
    world.time = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
    with world:
        ran_since_ever(world)
        yield world
    assert {one.host for one in proxy.passed} == {SITE}


def closed(world: World, jira: Foreign, text: str = TEXT) -> str:
    """An incident of theirs that was closed, and the webhook that it does not send."""
    key = jira.create("OPS", "Payouts late", text)
    jira.to(key, "Done")
    tell(world, jira, key)
    finish(world)
    return key


def tell(world: World, jira: Foreign, key: str) -> None:
    items = [{"field": "status", "fieldtype": "jira", "fromString": "Open", "toString": "Done"}]
    stamp = int(world.now().timestamp() * 1000)
    body = {"timestamp": stamp, "webhookEvent": "jira:issue_updated", "issue": jira.shown(key)}
    answered = deliver(world, json.dumps({**body, "changelog": {"items": items}}).encode(), source="desk")
    assert answered.status == 202


def marks(jira: Foreign) -> list[str]:
    return [mark for one in jira.filed() for mark in MARK.findall(one["description"])]


def test_a_closed_ticket_gets_its_issues_its_links_and_its_one_comment(world: World, jira: Foreign) -> None:
    key = closed(world, jira)
    first, second = jira.filed()
    assert (first["summary"], first["assignee"]) == ("Test pooled connections with a write", "sam")
    assert (first["priority"], second["priority"]) == ("High", "Highest")
    assert len(set(marks(jira))) == 2
    assert [[link["globalId"].split(":")[0] for link in one["remotelinks"]] for one in (first, second)] == [
        ["afterword"],
        ["afterword"],
    ]
    assert [link["key"] for link in jira.store.issues[key]["links"]] == [first["key"], second["key"]]
    (comment,) = jira.store.issues[key]["comments"]
    assert first["key"] in comment["body"]
    assert "afterword:comment key=" in comment["body"].splitlines()[-1]


def test_the_same_closing_again_makes_nothing_again(world: World, jira: Foreign) -> None:
    key = closed(world, jira)
    for _ in range(3):
        world.later(minutes=20)
        tell(world, jira, key)
        finish(world)
    assert len(jira.filed()) == 2
    assert len(jira.store.issues[key]["comments"]) == 1


def test_states_come_back_and_what_is_gone_is_unreachable(world: World, jira: Foreign) -> None:
    closed(world, jira)
    first, second = jira.filed()
    jira.to(first["key"], "In Progress")
    jira.to(second["key"], "Done")
    world.later(minutes=30)
    world.sync()
    assert [(row.state, row.word) for row in item_rows(world)] == [("in_progress", "In Progress"), ("done", "Done")]
    jira.store.delete_issue(first["key"])
    world.later(days=2)
    world.sync()
    assert item_rows(world)[0].unreachable_since is not None


def test_what_was_filed_is_found_by_its_mark_alone_though_the_query_lets_everything_through(jira: Foreign) -> None:
    token = Secret(lambda: "t0ken", "the variable JIRA_TOKEN")
    it = Tracker("work", TrackerSettings(url=jira.url, deployment="datacenter", token=token, project="PAY"))
    for number in range(3):
        jira.create("PAY", f"of somebody else {number}", "afterword:item key=ffff\n\nand more words")
    made = it.create(draft(due=None))
    found = it.look([draft().marker, "ffff"], "PAY", elsewhere(), LONG_AGO)
    assert {marker: one.label for marker, one in found.items()} == {draft().marker: made.label}
    assert it.visibility("PAY") is Visibility.PUBLIC
    requests.post(f"{jira.url}/rest/api/2/issue/{made.label}/comment", json={"body": "Not *worth* it"}, timeout=5)
    assert it.reason(Tracked(made.id, made.label, made.native)) == "Not **worth** it"
