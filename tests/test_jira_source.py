"""Jira as a source and as the place of the one comment, against the sandbox over real HTTP."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import EventKind, Missing, OutcomeUnknown, Refused, Said, Visibility
from sandbox.jira_text import from_wiki
from tests.contracts import check_exchange, needs_specs
from tests.jira_hands import KINDS, publisher, sam_of, sandbox_of, source

START = datetime(2026, 11, 17, 14, 19, tzinfo=UTC)


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.minutes = 0
        sandbox.clock = lambda: START + timedelta(minutes=sandbox.minutes)
        sandbox.create_project("OPS")
        sandbox.add_user("Sam", account_id=sam_of(sandbox))
        yield sandbox


def incident(jira, project="OPS", **more):
    return jira.create_issue(project, "Checkout slow", "h2. Impact\n118 orders", type="Incident", **more)


# --- fetching ---------------------------------------------------------------------------------------------------------


def test_a_ticket_is_read_with_text_comments_and_history_in_few_calls(jira):
    issue = incident(jira, labels=["sev2"], assignee=sam_of(jira))
    jira.minutes = 10
    jira.change(issue, "Alex", priority="High", labels=["sev2", "pool"])
    jira.comment(issue, f"/action Add an *alert* [~accountid:{sam_of(jira)}]")
    jira.minutes = 72
    jira.transition(issue, "Done")
    jira.reset_calls()
    it = source(jira)
    it.fetch("OPS-1")
    # the issue, our own account, the comments; on Cloud also who can read the project
    assert len(jira.calls) == 3 + (not jira.datacenter)
    jira.reset_calls()
    ticket = it.fetch("OPS-1")
    assert len(jira.calls) == 2  # the account is known, and for an hour who can read the project
    assert (ticket.ref, ticket.key, ticket.url) == ("OPS-1", issue.id, f"{jira.url}/browse/OPS-1")
    assert ticket.text.replace("\n\n", "\n") == "## Impact\n118 orders"
    assert (ticket.opened_at, ticket.closed_at) == (START, START + timedelta(minutes=72))
    assert (ticket.closed, ticket.closed_as, ticket.severity) == (True, "Done", "SEV2")
    assert ticket.visibility is Visibility.INTERNAL
    (comment,) = ticket.comments
    assert comment.text == "/action Add an **alert** @Sam"
    assert (comment.author.name, comment.trusted, comment.at) == ("Alex", True, START + timedelta(minutes=10))
    assert [(event.kind, event.subject, event.was) for event in ticket.events] == [
        (EventKind.OPENED, "", ""),
        (EventKind.PRIORITY, "High", "Medium"),
        (EventKind.LABELED, "pool", ""),
        (EventKind.STATUS, "Done", "To Do"),
        (EventKind.CLOSED, "Done", ""),
    ]


def test_restricted_and_internal_comments_are_left_out(jira):
    jira.create_project("DESK", service_desk=True)
    issue = incident(jira, "DESK")
    jira.comment(issue, "for staff", visibility={"type": "role", "value": "Administrators"})
    jira.comment(issue, "internal", public=False)
    jira.comment(issue, "for all", public=True)
    assert [one.text for one in source(jira).fetch(issue.key).comments] == ["for all"]


def test_a_security_level_restricts_a_ticket(jira):
    assert source(jira).fetch(incident(jira, security="Staff").key).visibility is Visibility.RESTRICTED


def test_only_those_named_are_trusted_when_the_settings_name_some(jira):
    issue = incident(jira)
    jira.comment(issue, "a", by=sam_of(jira))
    jira.comment(issue, "b", by="Alex")
    trusted = [one.trusted for one in source(jira, trusted=(sam_of(jira),)).fetch(issue.key).comments]
    assert trusted == [True, False]


def test_long_tickets_are_read_to_the_end(jira):
    issue = incident(jira)
    for number in range(230):
        jira.minutes = number
        jira.comment(issue, f"c{number}")
        jira.change(issue, "Alex", priority=("High", "Low")[number % 2])
    ticket = source(jira).fetch(issue.key)
    assert [one.text for one in ticket.comments] == [f"c{number}" for number in range(230)]
    assert sum(event.kind is EventKind.PRIORITY for event in ticket.events) == 230
    assert ticket.events[-1].at == START + timedelta(minutes=229)


def test_a_moved_ticket_is_found_by_its_id(jira):
    issue = incident(jira)
    it = source(jira)
    hint = it.fetch("OPS-1")
    jira.create_project("NEW")
    jira.move(issue, "NEW")
    assert it.fetch("OPS-1", hint=hint).ref == "NEW-1"
    assert it.fetch("OPS-1").ref == "NEW-1"


def test_what_is_no_key_or_not_there_is_refused(jira):
    for ref in ("acme/ops#1", "../x", "OPS-1/comment", ""):
        with pytest.raises(Refused):
            source(jira).fetch(ref)
    with pytest.raises(Missing):
        source(jira).fetch("OPS-9")


def test_what_the_sandbox_sends_when_a_ticket_closes_reads_as_closed(jira):
    jira.add_webhook("http://127.0.0.1:9/webhooks/desk", "s3cret")
    issue = incident(jira)
    comment = jira.comment(issue, "done soon")
    jira.transition(issue, "Done")
    jira.edit_comment(issue, comment, "done")
    jira.transition(issue, "In Progress")
    it = source(jira, projects=("OPS",), issue_types=("Incident",))
    said = [it.read({}, one.body) for one in jira.deliveries]
    assert [one.said for one in said] == [Said.ISSUE, Said.ISSUE, Said.CLOSED, Said.EDITED, Said.REOPENED]
    assert {one.issue_id for one in said} == {issue.id}


# --- the one comment --------------------------------------------------------------------------------------------------


def test_the_comment_is_posted_once_found_by_its_marker_and_edited_without_a_mail(jira):
    issue = incident(jira)
    ticket, it = source(jira).fetch(issue.key), publisher(jira)
    assert it.find(ticket, "41d0") is None
    posted = it.post(ticket, "41d0", "**Postmortem**\n\n| a |\n|---|\n| 1 |")
    assert issue.comments[0].body.wiki.startswith("*Postmortem*\n\n||a||\n|1|\n\n")
    assert issue.comments[0].properties == {"afterword.comment": {"key": "41d0"}}
    issue.comments[0].properties.clear()
    assert it.find(ticket, "41d0") == posted
    assert source(jira).fetch(issue.key).comments[0].marker == "41d0"
    told = len(jira.notified)
    assert it.edit(ticket, posted.id, "41d0", "new")
    assert len(jira.notified) == told
    assert issue.comments[0].body.wiki == "new\n\n{color:#97a0af}afterword:comment key=41d0{color}"
    jira.delete_comment(issue, issue.comments[0])
    assert not it.edit(ticket, posted.id, "41d0", "new")


def test_a_comment_that_somebody_else_wrote_is_not_ours(jira):
    issue = incident(jira)
    jira.comment(issue, "x\n\n{color:#97a0af}afterword:comment key=41d0{color}", by="Alex")
    assert publisher(jira).find(source(jira).fetch(issue.key), "41d0") is None
    assert source(jira).fetch(issue.key).comments[0].marker is None


def test_in_a_service_desk_the_comment_is_internal_and_still_found(jira):
    jira.create_project("DESK", service_desk=True)
    issue = incident(jira, "DESK")
    it, ticket = publisher(jira), source(jira).fetch(issue.key)
    posted = it.post(ticket, "41d0", "x")
    assert issue.comments[0].public is False
    assert it.find(ticket, "41d0") == posted
    assert source(jira).fetch(issue.key).comments[0].marker == "41d0"


def test_a_comment_whose_answer_was_lost_is_not_posted_again_and_can_be_found(jira):
    issue = incident(jira)
    it, ticket = publisher(jira), source(jira).fetch(issue.key)
    jira.fault("POST", "/comment$", "lose_answer", times=5)
    with pytest.raises(OutcomeUnknown):
        it.post(ticket, "41d0", "x")
    assert len(issue.comments) == 1
    assert it.find(ticket, "41d0").id == issue.comments[0].id


@needs_specs
def test_every_call_fits_the_vendors_description(jira):
    issue = incident(jira)
    jira.comment(issue, from_wiki("hello"))
    it, ticket = publisher(jira), source(jira).fetch(issue.key)
    it.edit(ticket, it.post(ticket, "41d0", "x").id, "41d0", "y")
    it.find(ticket, "41d0")
    source(jira, projects=("OPS",)).check()
    assert [said for call in jira.calls for said in check_exchange("jira", call)] == []


def test_check_names_the_project_that_cannot_be_seen(jira):
    found = source(jira, projects=("OPS", "GONE")).check()
    assert [(one.subject, one.level) for one in found] == [("Jira OPS", "ok"), ("Jira GONE", "MEND")]


def test_who_only_receives_webhooks_never_loads_the_library():
    code = (
        "import sys, json, connectors.jira as j;"
        "j.Source('a', j.SourceSettings(url='https://acme.example.org', unsigned=True))"
        ".read({}, json.dumps({'webhookEvent': 'x', 'issue': {'id': 1}}).encode());"
        "sys.exit('jira' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
