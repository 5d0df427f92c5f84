"""Jira Data Center, the whole way over real HTTP: a personal access token, user names, wiki markup, the old search."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from connectors.base import Secret
from sandbox.jira import JiraSandbox
from service.store.database import Database
from tests.contracts import check_exchange, needs_specs
from tests.hands import MARKER, finish, item_rows
from tests.jira_hands import connection, sandbox_of, tracker
from tests.world import EMAIL, SECRET, TOKEN, World

TEXT = """h2. Root cause
The pool tests its connections with a read.

h2. Action items
* Test pooled connections with a write [~sam] P1
* Give a retried payment 2 seconds in all P0
"""


def on_data_center(text: str) -> str:
    """The settings of the stories, for a server where one signs in with a token alone."""
    text = text.replace('user_env = "JIRA_USER"', 'deployment = "datacenter"').replace('"712020:sam"', '"sam"')
    return text.replace('when = { text = ["payment", "payments"] }\n', "")


class Center(World):
    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database, folder, jira=False, change=on_data_center)
        self.jira = JiraSandbox(email=EMAIL, token=TOKEN, deployment="datacenter")


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with Center(database, tmp_path) as world:
        assert world.jira is not None
        world.jira.add_user("Sam Example", account_id="sam")
        world.jira.create_project("OPS")
        world.jira.create_project("PAY")
        world.jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
        yield world


def incident(world: World, text: str = TEXT):
    issue = world.jira.create_issue("OPS", "Payouts late", text, type="Incident", labels=["sev2"])
    world.jira.transition(issue, "Done")
    finish(world)
    return issue


def filed(world: World):
    return [one for one in world.jira.issues if one.project.key == "PAY"]


@needs_specs
def test_a_closed_ticket_gets_its_issues_its_links_and_its_comment(world):
    ticket = incident(world)
    first, second = filed(world)
    assert (first.summary, first.assignee, first.priority) == ("Test pooled connections with a write", "sam", "High")
    assert first.description.wiki.splitlines()[-1].startswith("{color:#97a0af}afterword:item key=")
    assert second.summary == "Give a retried payment 2 seconds in all"
    assert {(link.type, link.source.key) for link in world.jira.world.links} == {("Relates", ticket.key)}
    assert [len(one.remote_links) for one in (first, second)] == [1, 1]
    (comment,) = ticket.comments
    assert "||State||Action item||" in comment.body.wiki
    assert first.key in comment.body.wiki
    finish(world, minutes=10)
    assert len(filed(world)) == 2
    assert len(ticket.comments) == 1
    assert {call.path.split("/")[3] for call in world.jira.calls} == {"2"}
    # what is sent is what the vendor describes for version 2 of Cloud; the answers are Data Center's own
    calls = [replace(call, status=0, answer=None) for call in world.jira.calls]
    assert [said for call in calls for said in check_exchange("jira", call)] == []


def test_a_lost_answer_is_looked_for_and_found(world):
    world.jira.fault("POST", "/issue$", "lose_answer")
    world.jira.fault("POST", "/comment$", "lose_answer")
    ticket = incident(world)
    world.run_for(20)
    assert sorted(world.jira.tally(MARKER).values()) == [1, 1]
    assert len(ticket.comments) == 1


def test_states_dates_owners_and_reasons_come_back(world):
    incident(world)
    first, second = filed(world)
    world.jira.transition(first, "In Review")
    world.jira.comment(second, "The team replaces it.", by="Sam Example")
    world.jira.comment(second, "for staff", by="Sam Example", visibility={"type": "role", "value": "Staff"})
    world.jira.transition(second, "Done", "Won't Do")
    world.later(minutes=30)
    world.sync()
    rows = item_rows(world)
    assert [(row.state, row.word) for row in rows] == [("in_progress", "In Review"), ("wont_do", "Won't Do")]
    assert rows[1].ended_reason == "The team replaces it."
    world.jira.delete(first)
    world.later(days=2)
    world.sync()
    assert item_rows(world)[0].unreachable_since is not None


def test_a_person_mentioned_in_wiki_markup_is_an_owner_by_the_user_name(world):
    incident(world)
    assert [one.assignee for one in filed(world)] == ["sam", None]


# --- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        ("8.3.5", ["issue/createmeta/PAY/issuetypes", "issue/createmeta"]),
        ("8.20.8", ["issue/createmeta/PAY/issuetypes", "issue/createmeta/PAY/issuetypes/10001"]),
        ("9.12.0", ["issue/createmeta/PAY/issuetypes", "issue/createmeta/PAY/issuetypes/10001"]),
    ],
)
def test_check_reads_the_create_screen_of_every_version(version, asked):
    with JiraSandbox(deployment="datacenter", version=version) as jira:
        jira.create_project("PAY", required={"customfield_10010": "Component"}, off_screen=("duedate",))
        found = tracker(jira).check(["PAY"])
        assert [(one.level, one.text) for one in found] == [
            ("MEND", "requires “Component”"),
            ("note", "has no due date on its create screen; the date is kept in the postmortem"),
        ]
        paths = [call.path.removeprefix("/rest/api/2/") for call in jira.calls]
        assert [path for path in paths if "createmeta" in path] == asked
        (kind,) = [one for one in tracker(jira, issue_type="Chore").check(["PAY"]) if one.level == "MEND"]
        assert "Task (10001), Bug (10002)" in kind.mend
        other = tracker(jira, fields={"customfield_10010": "Checkout"}).check(["PAY"])
        assert [one.level for one in other] == ["ok", "note"]


def test_a_user_name_with_a_password_is_good_too():
    with sandbox_of("datacenter") as jira:
        jira.create_project("PAY")
        user = Secret(lambda: jira.account_id, "the variable JIRA_USER")
        assert tracker(jira, user=user).check(["PAY"])[0].level == "ok"


def test_the_stand_in_is_a_data_center_where_it_differs_from_cloud():
    with sandbox_of("datacenter") as jira:
        jira.create_project("PAY")
        issue = jira.create_issue("PAY", "x")
        head = {"Authorization": f"Bearer {jira.token}"}

        def ask(path: str, method: str = "GET", **more: object) -> requests.Response:
            return requests.request(method, f"{jira.url}/rest/api/{path}", headers=head, timeout=5, **more)

        for gone in ("3/myself", "2/search/jql?jql=project=PAY", f"2/issue/{issue.id}/changelog", "2/issue/createmeta"):
            assert ask(gone).status_code == 404, gone
        assert ask("2/issue/bulkfetch", "POST", json={"issueIdsOrKeys": [issue.id]}).status_code == 404
        me = ask("2/myself").json()
        assert (me["name"], "accountId" in me) == ("afterword", False)
        strict = ask("2/search", "POST", json={"jql": f"id in ({issue.id}, 999)"})
        assert strict.status_code == 400
        loose = {"jql": f"id in ({issue.id}, 999)", "validateQuery": False}
        found = ask("2/search", "POST", json=loose).json()
        assert (found["total"], found["startAt"], found["issues"][0]["key"]) == (1, 0, "PAY-1")
        assert "statuscategorychangedate" not in found["issues"][0]["fields"]
        newer = ask("2/search", params={"jql": "statusCategoryChangedDate >= 2026-01-01"})
        assert newer.status_code == 400
        server = requests.get(f"{jira.url}/rest/api/2/serverInfo", timeout=5).json()
        assert (server["deploymentType"], server["versionNumbers"]) == ("Server", [9, 12, 0])


def test_settings_for_data_center_cannot_ask_for_version_3():
    with sandbox_of("datacenter") as jira, pytest.raises(ValueError, match="Data Center knows no version 3"):
        tracker(jira, api="3")
    with sandbox_of() as jira:
        assert "deployment" not in connection(jira)
