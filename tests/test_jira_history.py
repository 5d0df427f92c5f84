"""When a ticket of Jira was closed, where only its history knows: Data Center, in a workflow without resolutions."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import EventKind, Said
from connectors.jira import SourceSettings, payload
from sandbox.jira_world import Status
from tests.jira_hands import sandbox_of, source

START = datetime(2024, 2, 27, 22, 30, tzinfo=UTC)
ARCHIVED = Status("9", "Archived", "done")


@pytest.fixture
def jira():
    with sandbox_of("datacenter") as sandbox:
        sandbox.day = 0
        sandbox.clock = lambda: START + timedelta(days=sandbox.day)
        sandbox.create_project("OPS")
        sandbox.world.statuses = [*sandbox.world.statuses, ARCHIVED]
        yield sandbox


def on(day: int) -> datetime:
    return START + timedelta(days=day)


def moved(jira, issue, day, status):
    jira.day = day
    jira.change(issue, status=jira.world.status(status))


def test_a_ticket_was_closed_when_it_left_the_open_statuses_and_no_later_move_or_comment_changes_that(jira):
    issue = jira.create_issue("OPS", "Old one", type="Incident")
    moved(jira, issue, 2, "In Progress")
    moved(jira, issue, 3, "Done")
    it = source(jira)
    assert it.fetch("OPS-1").closed_at == on(3)
    moved(jira, issue, 900, "Archived")
    jira.day = 901
    jira.comment(issue, "Tidied up.")
    ticket = it.fetch("OPS-1")
    assert ticket.closed_at == on(3)
    assert [event.at for event in ticket.events if event.kind is EventKind.CLOSED] == [on(3)]


def test_a_ticket_that_was_opened_again_was_closed_when_it_was_closed_last(jira):
    issue = jira.create_issue("OPS", "x", type="Incident")
    for day, status in enumerate(("Done", "In Review", "Archived", "Done"), start=1):
        moved(jira, issue, day, status)
    assert source(jira).fetch("OPS-1").closed_at == on(3)
    moved(jira, issue, 9, "To Do")
    assert source(jira).fetch("OPS-1").closed_at is None


def test_a_ticket_without_any_move_was_closed_when_it_was_made(jira):
    issue = jira.create_issue("OPS", "x", type="Incident")
    issue.status = ARCHIVED
    jira.day = 5
    jira.comment(issue, "y")
    assert source(jira).fetch("OPS-1").closed_at == on(0)


def test_where_we_may_not_ask_for_the_statuses_the_last_move_counts(jira):
    issue = jira.create_issue("OPS", "x", type="Incident")
    moved(jira, issue, 1, "Done")
    moved(jira, issue, 2, "Archived")
    jira.fault("GET", "/status", "status", status=403)
    assert source(jira).fetch("OPS-1").closed_at == on(2)


def test_the_statuses_are_asked_for_only_where_nothing_else_tells(jira):
    jira.transition(jira.create_issue("OPS", "x", type="Incident"), "Done", "Done")
    jira.create_issue("OPS", "open", type="Incident")
    it = source(jira)
    it.fetch("OPS-1")
    it.fetch("OPS-2")
    assert list(it.closed_since(START))
    assert [call for call in jira.calls if call.path.endswith("/status")] == []


def test_a_list_of_what_was_closed_since_goes_by_the_history_too(jira):
    for name, day in (("old", 3), ("new", 40)):
        jira.day = 0
        moved(jira, jira.create_issue("OPS", name, type="Incident"), day, "Done")
    for issue in jira.issues:
        moved(jira, issue, 50, "Archived")
    found = list(source(jira).closed_since(on(30)))
    assert [(one.title, one.closed_at) for one in found] == [("new", on(40))]
    assert sum(call.path.endswith("/status") for call in jira.calls) == 1


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"field": "status", "from": "5", "fromString": "Done", "to": "9", "toString": "Archived"}, True),
        ({"field": "labels", "fromString": "", "toString": "storage"}, False),
        ({"field": "resolution", "from": None, "to": "1", "toString": "Fixed"}, False),
    ],
)
def test_a_delivery_tells_the_time_of_a_closing_only_where_it_tells_of_a_new_status(item, told):
    fields = {
        "created": "2024-02-27T22:30:00.000+0000",
        "updated": "2026-11-17T14:00:00.000+0000",
        "status": {"id": "9", "name": "Archived", "statusCategory": {"key": "done"}},
        "labels": [],
    }
    body = {
        "timestamp": 1795011600000,
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": "77001", "key": "OPS-7", "fields": fields},
        "changelog": {"items": [item]},
    }
    settings = SourceSettings(url="https://jira.example.org", deployment="datacenter", unsigned=True)
    signal = payload.read("desk", settings, json.dumps(body).encode())
    assert signal.said in (Said.CLOSED, Said.EDITED)
    assert signal.ticket is not None
    assert signal.ticket.closed
    assert (signal.ticket.closed_at == signal.at) is told
    assert (signal.ticket.closed_at is None) is not told
