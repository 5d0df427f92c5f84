"""The Jira client alone: what each answer proves, what Data Center is asked, what a token looks like on the wire."""

import json
import re

import pytest
import requests
import responses
import urllib3

from connectors.base import (
    Denied,
    Limited,
    Missing,
    Network,
    NotSent,
    OutcomeUnknown,
    Refused,
    Secret,
    State,
    Tracked,
    Unavailable,
)
from connectors.jira import Source, SourceSettings, Tracker, TrackerSettings
from connectors.jira.client import Client
from connectors.jira.outcome import retry_after
from tests.jira_hands import LONG_AGO, MARKER, draft, elsewhere

URL = "https://jira.example.org/base"
API = f"{URL}/rest/api/2"


def settings(**more) -> TrackerSettings:
    token = Secret(lambda: "t0ken\n", "the variable JIRA_TOKEN")
    return TrackerSettings(**{"url": URL, "deployment": "datacenter", "token": token, "project": "PAY", **more})


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def issue(number: int, status: str = "Open", **fields) -> dict:
    base = {"summary": "x", "status": {"name": status}, "updated": "2026-11-23T13:00:00.000+0100"}
    return {"id": str(number), "key": f"PAY-{number}", "fields": {**base, **fields}}


# --- what an answer proves --------------------------------------------------------------------------------------------

ANSWERS = [
    (400, "{}", Refused, Refused),
    (400, '{"errorMessages": [], "errors": {"duedate": "no"}}', Refused, Refused),
    (401, "", Denied, Denied),
    (403, "", Denied, Denied),
    (404, "", Missing, Missing),
    (408, "", Unavailable, OutcomeUnknown),
    (410, "", Missing, Missing),
    (413, "", Refused, Refused),
    (429, "", Limited, Limited),
    (302, "", Unavailable, OutcomeUnknown),
    (500, "[1]", Unavailable, OutcomeUnknown),
    (503, '{"errors": null}', Unavailable, OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "body", "read", "written"), ANSWERS)
def test_each_status_has_one_meaning_for_reads_and_one_for_writes(wire, status, body, read, written):
    for method in ("GET", "POST"):
        wire.add(method, f"{API}/issue/1", body=body, status=status, headers={"Location": f"{URL}/login"})
    client = Client(settings(), Network())
    with pytest.raises(read) as of_read:
        client.get("issue/1")
    with pytest.raises(written) as of_write:
        client.write("POST", "issue/1", {})
    assert type(of_read.value) is read
    assert type(of_write.value) is written
    assert of_write.value.status == status
    assert len([call for call in wire.calls if call.request.method == "POST"]) == 1


@pytest.mark.parametrize("stated", ["120", "Mon, 23 Nov 2026 10:00:00 GMT", "soon"])
def test_a_403_that_says_when_to_come_back_is_a_limit(wire, stated):
    wire.add("POST", f"{API}/issue", body="{}", status=403, headers={"Retry-After": stated})
    with pytest.raises(Limited):
        Client(settings(), Network()).write("POST", "issue", {})


@pytest.mark.parametrize(
    ("fault", "read", "written"),
    [
        (requests.exceptions.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError()), NotSent, NotSent),
        (requests.exceptions.ReadTimeout(), Unavailable, OutcomeUnknown),
        (requests.exceptions.ConnectionError("reset"), Unavailable, OutcomeUnknown),
        (requests.exceptions.ChunkedEncodingError(), Unavailable, OutcomeUnknown),
        (requests.exceptions.SSLError("while reading"), Unavailable, OutcomeUnknown),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_only_a_connection_that_never_stood_proves_that_nothing_was_sent(wire, fault, read, written):
    for method in ("GET", "POST"):
        wire.add(method, f"{API}/issue", body=fault)
    client = Client(settings(), Network())
    with pytest.raises(read):
        client.get("issue")
    with pytest.raises(written):
        client.write("POST", "issue", {})


@pytest.mark.parametrize(
    "body", ["", "null", "[]", '{"id": 1}', '{"key": "PAY-1"}', "<html>", '{"id": "", "key": "PAY-1"}']
)
def test_a_success_without_id_and_key_leaves_the_outcome_open(wire, body):
    wire.add("POST", f"{API}/issue", body=body, status=201)
    with pytest.raises(OutcomeUnknown):
        Tracker("work", settings()).create(draft())


def test_a_wait_may_be_seconds_or_a_date():
    now = "Mon, 23 Nov 2026 12:00:00 GMT"
    assert retry_after({"retry-after": "1847"}) == 1847
    assert retry_after({"retry-after": "Mon, 23 Nov 2026 12:05:00 GMT", "date": now}) == 300
    assert retry_after({"retry-after": "Mon, 23 Nov 2026 11:05:00 GMT", "date": now}) == 0
    for nonsense in ("", "soon", "-1", "9" * 40, "²"):
        assert retry_after({"retry-after": nonsense}) is None


def test_a_second_refusal_after_the_optional_fields_were_left_out_is_final(wire):
    wire.add("POST", f"{API}/issue", json={"errors": {"duedate": "not on the screen"}}, status=400)
    wire.add("POST", f"{API}/issue", json={"errors": {"priority": "invalid"}}, status=400)
    with pytest.raises(Refused):
        Tracker("work", settings()).create(draft())
    assert len(wire.calls) == 2


# --- Data Center ------------------------------------------------------------------------------------------------------


def test_data_center_is_asked_with_a_bearer_token_and_user_names(wire):
    wire.add("POST", f"{API}/issue", json={"id": 7, "key": "PAY-7"}, status=201)
    filed = Tracker("work", settings()).create(draft(assignee="sam"))
    sent = wire.calls[0].request
    assert sent.headers["Authorization"] == "Bearer t0ken"
    assert json.loads(sent.body)["fields"]["assignee"] == {"name": "sam"}
    assert (filed.id, filed.url) == ("7", f"{URL}/browse/PAY-7")


def test_data_center_is_searched_in_the_old_way_page_by_page(wire):
    def page(request):
        start = int(re.search(r"startAt=(\d+)", request.url)[1])
        text = "x\n\n{color:#97a0af}afterword:item key=" + MARKER + "{color}"
        found = [
            issue(number, description=text if number == 150 else "") for number in range(start, min(start + 100, 180))
        ]
        return 200, {}, json.dumps({"issues": found, "total": 180})

    wire.add_callback("GET", f"{API}/search", callback=page)
    wire.add("GET", re.compile(f"{API}/issue/[0-9]+/properties/afterword.item"), status=404)
    found = Tracker("work", settings()).look([MARKER], "PAY", elsewhere(), LONG_AGO)
    assert found[MARKER].id == "150"
    asked = [call.request.path_url.partition("?")[0] for call in wire.calls]
    assert sum(path.endswith("/search") for path in asked) == 2
    assert len(asked) == 22  # and what is kept beside an issue without a mark, of a few


def test_data_center_lists_by_id_and_what_it_does_not_list_is_asked_for_alone(wire):
    listed = [issue(1, "Closed", resolution={"name": "Won’t Fix"}), issue(2)]
    wire.add("POST", f"{API}/search", json={"issues": listed, "total": 2})
    wire.add("GET", f"{API}/issue/3", status=404)
    wire.add("GET", f"{API}/issue/4", json=issue(4, "Resolved", resolution={"name": "Fixed"}))
    seen = Tracker("work", settings()).states([Tracked(str(number), f"PAY-{number}", {}) for number in range(1, 5)])
    assert {one.id: one.state for one in seen.states} == {"1": State.WONT_DO, "2": State.OPEN, "4": State.DONE}
    assert (seen.verified, seen.missing) == ({"1", "2", "4"}, {"3"})
    asked = json.loads(wire.calls[0].request.body)
    assert asked["jql"] == "id in (1, 2, 3, 4)"
    assert asked["validateQuery"] is False


def test_a_comment_of_a_service_desk_is_trusted_on_data_center_only_from_the_assignee(wire):
    fields = {"created": "2026-11-17T15:19:00.000+0100", "project": {"key": "OPS", "projectTypeKey": "service_desk"}}
    fields |= {"assignee": {"name": "sam"}, "summary": "x"}
    wire.add("GET", f"{API}/issue/OPS-1", json={"id": "1", "key": "OPS-1", "fields": fields})
    wire.add("GET", f"{API}/myself", json={"name": "afterword"})
    said = [
        {"id": str(n), "author": {"name": name}, "body": "x", "created": fields["created"], "properties": []}
        for n, name in enumerate(("sam", "alex"))
    ]
    wire.add("GET", f"{API}/issue/1/comment", json={"comments": said, "total": 2})
    plain = {"url": URL, "deployment": "datacenter", "unsigned": True}
    ticket = Source("desk", SourceSettings(**plain)).fetch("OPS-1")
    assert [(one.author.id, one.trusted) for one in ticket.comments] == [("sam", True), ("alex", False)]


def test_a_token_with_stray_characters_is_refused_before_it_is_sent(wire):
    with pytest.raises(Denied, match="JIRA_TOKEN"):
        Client(settings(token=Secret(lambda: "tök\nen", "the variable JIRA_TOKEN")), Network()).get("myself")
    assert not wire.calls


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "jira"},
        {"url": "https://u:p@jira.example.org"},
        {"project": 'A" OR 1=1'},
        {"deployment": "server"},
        {"x": 1},
    ],
)
def test_settings_that_cannot_be_right_are_refused(wrong):
    with pytest.raises(ValueError, match=r"(?s).+"):
        settings(**wrong)
