"""Who may read what in Jira: open projects, restricted tickets, comments that are not for everybody, foreign sites."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import ConnectorError, Network, Tracked, Visibility
from connectors.jira.audience import GOOD_FOR, Audience
from connectors.jira.client import Client
from sandbox.jira import JiraSandbox
from tests.contracts import check_exchange, needs_specs
from tests.jira_hands import KINDS, draft, elsewhere, publisher, sandbox_of, source, tracker

SECRET = "the-planted-phrase"


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        sandbox.create_project("WWW", open=True)
        yield sandbox


# --- projects that are open to the world ------------------------------------------------------------------------------


def test_a_project_that_strangers_can_open_is_public_and_is_asked_about_once_an_hour(jira):
    it = tracker(jira)
    for _ in range(5):
        assert it.visibility("WWW") is Visibility.PUBLIC
        assert it.visibility("PAY") is Visibility.INTERNAL
        assert it.visibility("GONE") is Visibility.INTERNAL
    assert [call.method for call in jira.calls] == ["GET"] * 3
    seconds = [0.0]
    settings = it.settings
    audience = Audience(Client(settings, Network()), clock=lambda: seconds[0])
    assert audience.of("PAY") is Visibility.INTERNAL
    jira.project("PAY").open = True
    seconds[0] = GOOD_FOR - 1
    assert audience.of("PAY") is Visibility.INTERNAL
    seconds[0] = GOOD_FOR
    assert audience.of("PAY") is Visibility.PUBLIC


def test_the_question_is_asked_without_our_token_even_if_one_lies_in_netrc(jira, tmp_path, monkeypatch):
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login {jira.email} password {jira.token}\n")
    monkeypatch.setenv("NETRC", str(file))
    assert tracker(jira).visibility("PAY") is Visibility.INTERNAL


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("status", {"status": 302, "headers": {"Location": "https://sso.example.org/"}}),
        ("status", {"status": 401}),
        ("status", {"status": 403}),
        ("html", {}),
    ],
    ids=["sign-on", "401", "403", "sign-in page"],
)
def test_where_strangers_have_to_sign_in_a_project_is_not_public(jira, kind, more):
    jira.fault("GET", "/project/WWW$", kind, **more)
    assert tracker(jira).visibility("WWW") is Visibility.INTERNAL


@pytest.mark.parametrize("status", [429, 503])
def test_what_cannot_be_found_out_is_not_taken_for_internal(jira, status):
    jira.fault("GET", "/project/PAY$", "status", 1 if status == 429 else 3, status=status)  # a read is tried thrice
    it = tracker(jira)
    with pytest.raises(ConnectorError, match="who can read PAY"):
        it.visibility("PAY")
    assert it.visibility("PAY") is Visibility.INTERNAL


def test_a_ticket_of_an_open_project_is_public_on_cloud_and_never_on_data_center(jira):
    """A server that strangers can read may still be one that only the building can reach."""
    it = source(jira)
    wide = Visibility.INTERNAL if jira.datacenter else Visibility.PUBLIC
    assert it.fetch(jira.create_issue("WWW", "x").key).visibility is wide
    assert it.fetch(jira.create_issue("OPS", "x").key).visibility is Visibility.INTERNAL
    assert it.fetch(jira.create_issue("WWW", "x", security="Staff").key).visibility is Visibility.RESTRICTED
    asked = [call for call in jira.calls if "/project/" in call.path]
    assert len(asked) == (0 if jira.datacenter else 2)


def test_a_ticket_whose_project_cannot_be_asked_about_is_read_as_internal(jira):
    jira.fault("GET", "/project/WWW$", "status", 3, status=503)
    assert source(jira).fetch(jira.create_issue("WWW", "x").key).visibility is Visibility.INTERNAL


@needs_specs
def test_the_question_fits_the_vendors_description(jira):
    it = tracker(jira)
    it.visibility("WWW")
    it.visibility("PAY")
    assert [said for call in jira.calls for said in check_exchange("jira", call)] == []


# --- restricted tickets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "restricts"),
    [(None, False), (False, False), ("", False), ([], False), (True, True), ("x", True), ({"value": "No"}, True)],
)
def test_any_value_in_the_field_of_the_settings_restricts(jira, value, restricts):
    jira.project("OPS").fields["customfield_10043"] = "Confidential"
    issue = jira.create_issue("OPS", "x", custom={"customfield_10043": value})
    seen = source(jira, restricted_field="customfield_10043").fetch(issue.key).visibility
    assert (seen is Visibility.RESTRICTED) == restricts


def test_a_label_restricts_in_whatever_case_and_the_settings_name_it(jira):
    issue = jira.create_issue("OPS", "x", labels=["Restricted"])
    assert source(jira).fetch(issue.key).visibility is Visibility.RESTRICTED
    assert source(jira, restricted_labels=("confidential",)).fetch(issue.key).visibility is Visibility.INTERNAL
    assert source(jira, restricted_labels=()).fetch(issue.key).visibility is Visibility.INTERNAL


def test_a_ticket_that_a_webhook_names_in_brief_is_restricted_until_it_is_read(jira):
    jira.add_webhook("http://127.0.0.1:9/webhooks/desk", "s3cret")
    issue = jira.create_issue("OPS", "x")
    jira.transition(issue, "Done")
    closing = json.loads(jira.deliveries[-1].body)
    it = source(jira)
    assert it.read({}, json.dumps(closing).encode()).ticket.visibility is Visibility.INTERNAL
    del closing["issue"]["fields"]["labels"]
    assert it.read({}, json.dumps(closing).encode()).ticket.visibility is Visibility.RESTRICTED
    jira.change(issue, labels=["restricted"])
    assert it.read({}, jira.deliveries[-1].body).ticket.visibility is Visibility.RESTRICTED


def test_the_link_to_the_document_says_no_word_of_a_ticket_that_fewer_may_read(jira):
    it = tracker(jira)
    for number, (place, more, told) in enumerate(
        [
            ("PAY", {}, True),
            ("WWW", {}, False),
            ("PAY", {"security": "Staff"}, False),
            ("PAY", {"labels": ["restricted"]}, False),
        ]
    ):
        ticket = source(jira).fetch(jira.create_issue("OPS", "x", **more).key)
        planned = draft(ticket, place=place, marker=f"a{number}", document_title=SECRET)
        filed = it.create(planned)
        it.link(filed, planned)
        (link,) = jira.issue(filed.id).remote_links
        assert (SECRET in json.dumps(link.content)) == told, (place, more)
        assert link.content["object"]["url"] == planned.document_url


# --- comments that are not for everybody ------------------------------------------------------------------------------


def not_for_everybody(jira, issue):
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    jira.comment(issue, SECRET, visibility={"type": "role", "value": "Administrators"}, created=at)
    jira.comment(issue, SECRET, visibility={"type": "group", "value": "staff"}, created=at + timedelta(minutes=1))
    jira.comment(issue, SECRET, public=False, created=at + timedelta(minutes=2))


def test_restricted_comments_and_internal_notes_never_leave_by_any_way(jira):
    jira.create_project("DESK", service_desk=True)
    jira.add_webhook("http://127.0.0.1:9/webhooks/desk", "s3cret")
    issue = jira.create_issue("DESK", "x", type="Incident")
    not_for_everybody(jira, issue)
    jira.comment(issue, "for all", public=True, created=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    jira.transition(issue, "Done", "Won't Do")
    not_for_everybody(jira, issue)
    it = source(jira, skip_resolutions=())
    ticket = it.fetch(issue.key)
    assert [one.text for one in ticket.comments] == ["for all"]
    assert SECRET not in repr(ticket)
    assert SECRET not in "".join(repr(it.read({}, one.body)) for one in jira.deliveries)
    assert tracker(jira).reason(Tracked(issue.id, issue.key, {})) == "for all"


def test_a_note_of_which_nothing_is_told_is_taken_for_internal_in_a_service_desk(jira):
    jira.create_project("DESK", service_desk=True)
    issue = jira.create_issue("DESK", "x")
    said = {"id": "1", "author": {"name": "sam"}, "body": SECRET, "created": "2026-11-17T15:19:00.000+0100"}
    page = {"startAt": 0, "maxResults": 100, "total": 1, "comments": [said]}
    jira.fault("GET", "/comment$", "status", status=200, body=page, times=2)
    assert source(jira).fetch(issue.key).comments == ()
    assert tracker(jira).reason(Tracked(issue.id, issue.key, {})) == ""


def test_our_own_internal_comment_is_still_found(jira):
    jira.create_project("DESK", service_desk=True)
    issue = jira.create_issue("DESK", "x")
    it, ticket = publisher(jira), source(jira).fetch(issue.key)
    posted = it.post(ticket, "41d0", "x")
    assert it.find(ticket, "41d0") == posted
    assert [one.marker for one in source(jira).fetch(issue.key).comments] == ["41d0"]


# --- several sites ----------------------------------------------------------------------------------------------------


def test_two_sites_with_the_same_keys_are_told_apart(jira):
    with JiraSandbox() as other:
        other.create_project("PAY")
        here, there = tracker(jira), tracker(other)
        mine, theirs = jira.create_issue("PAY", "here"), other.create_issue("PAY", "there")
        assert mine.key == theirs.key == "PAY-1"
        assert here.resolve(f"{jira.url}/browse/PAY-1", elsewhere()).title == "here"
        assert here.resolve(f"{other.url}/browse/PAY-1", elsewhere()) is None
        assert there.resolve(f"{other.url}/browse/PAY-1", elsewhere()).title == "there"
        ticket = source(jira).fetch("PAY-1")
        assert here.resolve("PAY-1", ticket).title == "here"
        assert there.resolve("PAY-1", ticket) is None
        filed = there.create(draft(ticket))
        there.link(filed, draft(ticket))
        assert other.world.links == []
        assert len(other.issue(filed.id).remote_links) == 1
