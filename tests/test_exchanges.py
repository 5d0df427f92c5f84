"""A long story with every sort of call: what we send and what the stand-ins answer is what the vendors describe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox.calls import Call
from service.store import tables
from service.store.database import Database
from tests.contracts import check_webhook, needs_specs
from tests.hands import TICKET, deliver, desk_closed, finish, made, ran_since_ever, rows, stored, story, told, unfitting
from tests.world import World

pytestmark = [needs_specs, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

#: every sort of call that the service makes; none may be missing from the story
GITHUB = {
    "GET /user",
    "GET /repos/{}/{}",
    "GET /repositories/{}/issues/{}",
    "GET /repos/{}/{}/issues/{}",
    "GET /repos/{}/{}/issues/{}/comments",
    "GET /repos/{}/{}/issues/{}/timeline",
    "GET /repositories/{}/issues/{}/sub_issues",
    "GET /repositories/{}/issues/{}/comments",
    "GET /repositories/{}/issues",
    "GET /repos/{}/{}/assignees/{}",
    "POST /repos/{}/{}/issues",
    "POST /repositories/{}/issues/{}/comments",
    "PATCH /repositories/{}/issues/comments/{}",
    "POST /graphql",
}
JIRA = {
    "GET /rest/api/2/myself",
    "GET /rest/api/2/project/OPS",  # as somebody without an account: who can read it?
    "GET /rest/api/2/project/PAY",
    "GET /rest/api/2/search/jql",
    "GET /rest/api/2/issue/{}",
    "GET /rest/api/2/issue/{}/comment",
    "POST /rest/api/2/issue",
    "POST /rest/api/2/issue/{}/remotelink",
    "POST /rest/api/2/issueLink",
    "POST /rest/api/2/issue/{}/comment",
    "PUT /rest/api/2/issue/{}/comment/{}",
    "POST /rest/api/2/issue/bulkfetch",
}
DESK = """\
h2. Impact
Payouts came two hours late.

h2. Action items
* Give a retried payment 2 seconds in all [~accountid:712020:sam] P0
* Alert on the age of the oldest payout P1
* Rehearse it (PAY-1)
"""


def live(world: World) -> None:
    """Everything that the two vendors are asked in the life of a few incidents."""
    assert world.jira is not None
    known = world.jira.create_issue("PAY", "Rehearse the payout", assignee="712020:sam")
    open_one = world.github.open_issue("acme/checkout", "Write the runbook", author="sam")
    body = TICKET + f"- [ ] Write the runbook {open_one.ref}\n- [ ] Tidy up @nobody-we-know\n"
    ticket = told(world, body)
    second = desk_closed(world, DESK, labels=["sev2"])
    world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
    world.jira.fault("POST", r"/issue$", "lose_answer")
    world.jira.fault("POST", r"/comment$", "lose_answer")
    finish(world, minutes=7)
    for number in range(130):  # more than a page of everything
        world.github.comment(ticket, f"Seen again at 14:{number % 60:02}.", author="sam")
    finish(world)
    world.sync()
    world.later(hours=1)
    world.github.close(made(world)[0], "not_planned")
    world.github.comment(made(world)[0], "Not worth it.", author="sam")
    world.jira.transition(known, "Done")
    pay = next(issue for issue in world.jira.issues if issue.summary.startswith("Give"))
    world.jira.comment(pay, "It will not be done: the team replaces it.")
    world.jira.transition(pay, "Done", "Won't Do")
    world.jira.change(pay, duedate="2027-01-31", assignee=None)
    world.sync()
    world.github.delete(made(world)[-1])
    world.later(hours=25)
    world.sync()
    world.github.reopen(ticket)
    world.github.edit(ticket, body=body + "- [ ] One more\n")
    world.github.close(ticket)
    world.jira.transition(second, "In Progress")
    world.jira.transition(second, "Done")
    finish(world, tasks=("incident", "sync"))


def shapes(calls: list[Call]) -> set[str]:
    """Each call without its numbers and names."""
    found = set()
    for call in calls:
        path = re.sub(r"^/repos/[^/]+/[^/]+", "/repos/{}/{}", call.path)
        path = re.sub(r"/assignees/[^/]+$", "/assignees/{}", path)
        found.add(
            f"{call.method} {re.sub(r'(?<=/)([0-9]+|[A-Z]+-[0-9]+)(?=/|$)', '{}', path)}".replace("api/{}", "api/2")
        )
    return found


def test_every_call_of_a_long_story_fits_and_no_sort_is_missing_or_new(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        live(world)
        assert world.jira is not None
        assert shapes(world.github.calls) == GITHUB
        assert shapes(world.jira.calls) == JIRA
        assert unfitting(world) == []
        sent = {(one.event, one.action): json.loads(one.body) for one in world.github.deliveries}
        assert {"opened", "closed", "reopened", "edited"} <= {action for event, action in sent if event == "issues"}
        assert [said for (event, action), body in sent.items() for said in check_webhook(event, action, body)] == []
        assert world.errors() == []


def test_our_clients_say_who_they_are_and_which_api_they_mean(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        told(world)
        assert world.jira is not None
        for call in (*world.github.calls, *world.jira.calls):
            assert call.headers["user-agent"].startswith("afterword")
        assert {call.headers.get("x-github-api-version") for call in world.github.calls} == {"2022-11-28"}


#: an example that somebody shortened by hand: it does not say when the issue was opened
INCOMPLETE = ("probot-fixtures/Devolution-Oy.issues.closed.json",)


def everywhere(text: str) -> str:
    """Every repository and project may hold incidents."""
    return text.replace('repositories = ["acme/ops"]', "labels = []").replace('projects = ["OPS"]', "")


def test_recorded_deliveries_of_both_vendors_mean_what_they_meant(
    database: Database, tmp_path: Path, shared: Path
) -> None:
    """Each is stored and read; those that mean "closed", and only those, become an incident with its document."""
    folder = shared / "data" / "webhooks"
    listed = json.loads((folder / "CLOSE_EVENTS.json").read_text())
    recorded = [one for one in listed if one["provider"] in ("github", "jira")]
    assert len(recorded) > 70
    with World(database, tmp_path, change=everywhere) as world:
        ran_since_ever(world)
        for one in recorded:
            source = "ops" if one["provider"] == "github" else "desk"
            headers = {"X-GitHub-Event": one["event"].partition(".")[0]} if source == "ops" else {}
            body = (folder / one["file"]).read_bytes()
            assert (
                deliver(world, body, source=source, headers=headers, name=one["file"].replace("/", "-")[-90:]).status
                == 202
            )
        finish(world, minutes=3)
        became = {row.body: row for row in stored(world)}
        for one in recorded:
            row = became[(folder / one["file"]).read_bytes()]
            expected = {"quarantined"} if one["file"] in INCOMPLETE else {"done", "ignored"}
            assert row.state in expected, (one["file"], row.state, row.reason)
            if one["closed"] and one["file"] not in INCOMPLETE:
                assert row.incident_id is not None, (one["file"], row.reason)
        told_of = [one for one in recorded if one["closed"] and one["file"] not in INCOMPLETE]
        closings = {(one["provider"], one["key"], one["title"]) for one in told_of}
        assert len(rows(world, tables.incidents)) == len(closings)
        assert len(rows(world, tables.postmortems)) == len(closings)
        assert not [error for error in world.errors() if "A fault in Afterword" in error]
