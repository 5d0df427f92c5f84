"""What Jira is asked before anything is filed: what was closed since a day, what would be sent, when the token ends."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.base import Visibility
from connectors.jira.closed import day_begun, query
from tests.contracts import check_exchange, needs_specs
from tests.jira_hands import KINDS, MARKER, api, draft, publisher, sam_of, sandbox_of, source, tracker

START = datetime(2024, 2, 27, 22, 30, tzinfo=UTC)  # long ago by any real clock: none is asked


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.hours = 0
        sandbox.clock = lambda: START + timedelta(hours=sandbox.hours)
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        yield sandbox


def close(jira, hours, summary, *, project="OPS", resolution="Done", **more):
    jira.hours = 0
    issue = jira.create_issue(project, summary, type=more.pop("type", "Incident"), **more)
    jira.hours = hours
    jira.transition(issue, "Done", resolution)
    return issue


def closed(jira, hours, **more):
    return [one.title for one in source(jira, **more).closed_since(START + timedelta(hours=hours))]


# --- closed since -----------------------------------------------------------------------------------------------------


def test_tickets_closed_since_then_come_oldest_closing_first_and_no_others(jira):
    close(jira, 30, "late")
    close(jira, 5, "early")
    close(jira, 1, "before")
    close(jira, 6, "exactly then")
    jira.create_issue("OPS", "open", type="Incident")
    again = close(jira, 7, "opened again")
    jira.transition(again, "In Progress")
    assert closed(jira, 2) == ["early", "exactly then", "late"]
    assert closed(jira, 6) == ["exactly then", "late"]
    assert closed(jira, 31) == []


def test_only_incidents_by_the_settings_are_listed(jira):
    close(jira, 1, "incident", labels=["Sev2"])
    close(jira, 1, "a task", type="Task", labels=["sev2"])
    close(jira, 1, "elsewhere", project="PAY", labels=["sev2"])
    close(jira, 1, "without the label")
    close(jira, 1, "a duplicate", labels=["sev2"], resolution="Duplicate")
    more = {"projects": ("OPS",), "issue_types": ("Incident",), "labels": ("sev2",)}
    assert closed(jira, 0, **more) == ["incident"]
    assert closed(jira, 0, **{**more, "issue_types": ("10004",)}) == ["incident"]


def test_a_workflow_without_resolutions_is_listed_too(jira):
    issue = close(jira, 3, "plain")
    issue.resolution = issue.resolved_at = None
    assert closed(jira, 2) == ["plain"]


def test_many_are_read_in_pages_each_once_and_tell_nothing_but_the_ticket(jira):
    for number in range(230):
        close(jira, 1 + number / 100, f"n{number}")
    jira.reset_calls()
    found = list(source(jira).closed_since(START))
    assert [one.title for one in found] == [f"n{number}" for number in range(230)]
    assert len(jira.calls) == 3
    assert {(one.comments, one.events, one.visibility) for one in found} == {((), (), Visibility.INTERNAL)}


def test_a_restricted_ticket_is_listed_as_restricted(jira):
    jira.project("OPS").fields["customfield_10043"] = "Confidential"
    close(jira, 1, "by level", security="Staff")
    close(jira, 2, "by label", labels=["Restricted"])
    close(jira, 3, "by field", custom={"customfield_10043": {"value": "no"}})
    close(jira, 4, "open to all here", custom={"customfield_10043": None})
    found = source(jira, restricted_field="customfield_10043").closed_since(START)
    assert [one.visibility for one in found] == [Visibility.RESTRICTED] * 3 + [Visibility.INTERNAL]


def test_the_day_that_is_asked_for_had_begun_in_every_zone_on_earth():
    for hours in range(24):
        at = START + timedelta(hours=hours)
        begun = datetime.fromisoformat(day_begun(at)).replace(tzinfo=UTC)
        assert begun + timedelta(hours=12) <= at  # at UTC-12, where a day begins last
        assert at - begun < timedelta(hours=38)


def test_a_word_of_the_settings_cannot_leave_its_quotes(jira):
    it = source(jira, labels=('a" OR project = PAY OR labels = "\\',))
    jql = query(it.settings, START)
    assert 'labels in ("a\\" OR project = PAY OR labels = \\"\\\\")' in jql
    close(jira, 1, "secret", project="PAY")
    assert list(it.closed_since(START)) == []


@needs_specs
def test_every_call_fits_the_vendors_description(jira):
    close(jira, 1, "x")
    list(source(jira, projects=("OPS",)).closed_since(START))
    assert [said for call in jira.calls for said in check_exchange("jira", call)] == []


# --- previews ---------------------------------------------------------------------------------------------------------


def test_a_preview_is_what_is_sent_word_for_word_and_writes_nothing(jira):
    jira.project("PAY").fields["customfield_1"] = "Team"
    jira.add_user("Sam", account_id=sam_of(jira))
    it = tracker(jira, fields={"customfield_1": "Ops"})
    planned = draft(assignee=sam_of(jira), fields={"customfield_1": {"value": "Payments"}})
    shown = it.preview(planned)
    assert {call.method for call in jira.calls} == {"GET"}
    fields, _, text = shown.partition("\n\n")
    assert fields.splitlines() == [
        "project: PAY",
        "issuetype: Task",
        "summary: Give a retried write 2 seconds in all",
        "labels: afterword, team-payments",
        "duedate: 2026-12-17",
        "priority: High",
        f"assignee: {sam_of(jira)}",
        "customfield_1: Payments",
        f"property afterword.item: {MARKER}",
        f"remote link: Postmortem: {planned.document_title}, {planned.document_url}",
    ]
    jira.reset_calls()
    it.create(planned)
    (call,) = jira.calls
    sent = call.body["fields"].pop("description")
    if isinstance(sent, str):
        assert text == sent
    else:
        words = [node["text"] for block in sent["content"] for node in block["content"] if "text" in node]
        assert [word for word in words if word not in text] == []
        assert text.endswith(f"afterword:item key={MARKER}")
    assert {line.partition(":")[0] for line in fields.splitlines()[:-2]} == set(call.body["fields"])


def test_the_preview_of_a_comment_is_the_comment_with_its_marker(jira):
    issue = jira.create_issue("OPS", "x")
    ticket, it = source(jira).fetch(issue.key), publisher(jira)
    jira.reset_calls()
    shown = it.preview(ticket, "41d0", "**Postmortem**")
    assert jira.calls == []
    it.post(ticket, "41d0", "**Postmortem**")
    assert "afterword:comment key=41d0" in shown.splitlines()[-1]
    sent = jira.calls[-1].body["body"]
    assert shown == sent if isinstance(sent, str) else shown.startswith("**Postmortem**\n\n")


# --- the texts of REST v3 ---------------------------------------------------------------------------------------------


def test_on_cloud_texts_are_sent_and_read_as_documents_and_on_data_center_as_wiki_markup(jira):
    filed = tracker(jira).create(draft())
    kind = dict if api(jira).endswith("3") else str
    assert type(jira.calls[-1].body["fields"]["description"]) is kind
    issue = jira.issue(filed.id)
    ticket = source(jira).fetch(issue.key)
    publisher(jira).post(ticket, "41d0", "x")
    assert type(jira.calls[-1].body["body"]) is kind


@pytest.mark.parametrize("jira", ["cloud"], indirect=True)
def test_what_people_ticked_on_cloud_is_not_lost(jira):
    def task(words, state):
        text = [{"type": "text", "text": words}, {"type": "mention", "attrs": {"id": "712020:sam", "text": "@Sam"}}]
        return {"type": "taskItem", "attrs": {"localId": words, "state": state}, "content": text}

    tasks = {"type": "taskList", "attrs": {"localId": "t"}, "content": [task("a ", "DONE"), task("b ", "TODO")]}
    panel = {"type": "panel", "attrs": {"panelType": "info"}, "content": []}
    panel["content"].append({"type": "paragraph", "content": [{"type": "text", "text": "Call first"}]})
    made = jira.create_issue("OPS", "x")
    made.description = type(jira.create_issue("OPS", "y", "z").description)("", {})
    made.description.adf = {"type": "doc", "version": 1, "content": [tasks, panel]}
    text = source(jira).fetch(made.key).text
    assert text == "- [x] a @712020:sam\n- [ ] b @712020:sam\n\nCall first"  # a panel is no quote


@pytest.mark.parametrize("jira", ["cloud"], indirect=True)
def test_a_table_that_is_too_long_for_cloud_loses_its_last_rows_and_keeps_its_marker(jira):
    rows = "".join(f"| {number} | {'word ' * 20} |\n" for number in range(200))
    filed = tracker(jira).create(draft(body=f"Before\n\n| a | b |\n|---|---|\n{rows}"))
    sent = jira.calls[-1].body["fields"]["description"]
    assert 25_000 < len(json.dumps(sent, separators=(",", ":"))) <= 32_767
    table = next(block for block in sent["content"] if block["type"] == "table")
    assert 50 < len(table["content"]) < 200
    assert "cut here" in sent["content"][-2]["content"][0]["text"]
    assert jira.issue(filed.id).description.wiki.endswith(f"afterword:item key={MARKER}{{color}}")


# --- the end of the token ---------------------------------------------------------------------------------------------


def test_the_end_of_the_token_is_what_the_settings_say(jira):
    assert tracker(jira).token_ends() is None
    ends = date(2027, 1, 31)
    for one in (tracker(jira, token_ends=ends), source(jira, token_ends=ends)):
        assert one.token_ends() == datetime(2027, 1, 31, tzinfo=UTC)
    assert jira.calls == []
