"""Tickets fetched in full, the one comment, the settings and `check`: against the sandbox over real HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Denied, EventKind, Missing, Refused, Said, Secret, Visibility
from connectors.github import Publisher, Source, SourceSettings
from sandbox.github import GitHubSandbox

START = datetime(2026, 11, 17, 14, 19, tzinfo=UTC)


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        minutes = iter(range(100_000))
        sandbox.clock = lambda: START + timedelta(seconds=next(minutes))
        sandbox.create_repo("acme/ops", members={"sam": "write"})
        yield sandbox


def settings(github, **more):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return SourceSettings(api_url=github.url, token=token, unsigned=True, **more)


def source(github, **more):
    return Source("ops", settings(github, **more))


def test_a_ticket_is_fetched_with_comments_and_what_happened_to_it(github):
    issue = github.open_issue("acme/ops", "Checkout slow", "## Summary\nSlow.", labels=["incident", "sev-2"])
    github.edit(issue, title="Checkout slow after database failover")
    github.assign(issue, "sam", by="alex")
    github.comment(issue, "/action Add an alert", author="sam")
    github.comment(issue, "/action From outside", author="passer-by")
    github.comment(issue, "Deployed", author="deploy[bot]")
    github.comment(issue, "<!-- afterword:comment key=41d07c5be2a9 -->\nPostmortem", author=github.login)
    github.comment(issue, "<!-- afterword:comment key=41d07c5be2a9 -->\nA copy", author="passer-by")
    pull = github.open_pull_request("acme/ops", "Test with a write", mentions=[issue])
    github.merge(pull, closes=[issue])
    github.reset_calls()
    ticket = source(github).fetch("acme/ops#1")
    assert len(github.calls) == 5  # issue, repository, our account, comments, timeline
    assert (ticket.ref, ticket.key, ticket.title) == ("acme/ops#1", issue.node_id, issue.title)
    assert (ticket.closed, ticket.closed_as, ticket.severity) == (True, "completed", "SEV2")
    assert ticket.visibility is Visibility.PUBLIC
    assert not ticket.from_payload
    assert ticket.native["api_url"] == github.url
    told = [(comment.author.id, comment.trusted, comment.author.bot, comment.marker) for comment in ticket.comments]
    assert told == [
        ("sam", True, False, None),
        ("passer-by", False, False, None),
        ("deploy[bot]", False, True, None),
        (github.login, False, False, "41d07c5be2a9"),
        ("passer-by", False, False, None),
    ]
    events = [(event.kind, event.subject) for event in ticket.events]
    assert events[0] == (EventKind.OPENED, "")
    for wanted in [
        (EventKind.LABELED, "incident"),
        (EventKind.RENAMED, "Checkout slow after database failover"),
        (EventKind.ASSIGNED, "sam"),
        (EventKind.PULL_REQUEST, "acme/ops#2 Test with a write"),
        (EventKind.MERGED, "acme/ops#2 Test with a write"),
    ]:
        assert wanted in events
    assert EventKind.CLOSED in [kind for kind, _ in events]
    assert list(ticket.events) == sorted(ticket.events, key=lambda event: event.at)
    assert all(event.at.utcoffset() == timedelta(0) for event in ticket.events)


def test_long_tickets_are_read_to_the_end(github):
    issue = github.open_issue("acme/ops", "Long")
    for number in range(230):
        github.comment(issue, f"Comment {number}")
    assert [comment.text for comment in source(github).fetch(issue.ref).comments][-1] == "Comment 229"


def test_a_private_pull_request_is_not_told_on_a_public_ticket(github):
    github.create_repo("acme/secret", private=True)
    issue = github.open_issue("acme/ops", "Slow")
    github.open_pull_request("acme/secret", "The secret plan", mentions=[issue])
    github.open_pull_request("acme/ops", "The public plan", mentions=[issue])
    ticket = source(github).fetch(issue.ref)
    assert "The secret plan" not in repr(ticket)
    assert "The public plan" in repr(ticket)


def test_a_line_of_the_timeline_of_an_unknown_shape_costs_only_itself(github):
    issue = github.open_issue("acme/ops", "Slow", labels=["incident"])
    lines = [
        {"event": "reviewed", "source": "elsewhere", "actor": 7},
        "nonsense",
        {"event": "closed", "created_at": "2026-11-17T15:31:00Z", "actor": None},
    ]
    github.fault("GET", "/timeline$", "status", status=200, body=lines)
    events = source(github).fetch(issue.ref).events
    assert [event.kind for event in events] == [EventKind.OPENED, EventKind.CLOSED]


def test_renamed_and_transferred_tickets_are_found(github):
    issue = github.open_issue("acme/ops", "Slow", labels=["incident"])
    hint = source(github).fetch(issue.ref)
    github.rename_repo("acme/ops", "acme/operations")
    assert source(github).fetch("acme/ops#1").ref == "acme/operations#1"
    assert source(github).fetch("acme/ops#1", hint=hint).ref == "acme/operations#1"
    github.create_repo("acme/desk")
    github.transfer(issue, "acme/desk")
    assert source(github).fetch("acme/ops#1", hint=hint).ref == "acme/desk#1"


def test_a_new_repository_under_the_old_name_is_not_taken_for_the_ticket_s(github):
    github.open_issue("acme/ops", "The incident", labels=["incident"])
    hint = source(github).fetch("acme/ops#1")
    github.rename_repo("acme/ops", "acme/operations")
    github.create_repo("acme/ops")
    github.open_issue("acme/ops", "Something else")
    assert source(github).fetch("acme/ops#1", hint=hint).title == "The incident"
    assert source(github).fetch("acme/ops#1").title == "Something else"


def test_what_is_no_ticket_is_refused(github):
    github.open_pull_request("acme/ops", "A change")
    with pytest.raises(Missing):
        source(github).fetch("acme/ops#1")
    with pytest.raises(Missing):
        source(github).fetch("acme/ops#99")
    with pytest.raises(Refused):
        source(github).fetch("OPS-12")
    github.tokens.clear()
    with pytest.raises(Denied):
        source(github).fetch("acme/ops#1")


def test_a_real_delivery_of_the_sandbox_is_verified_and_read(github):
    issue = github.open_issue("acme/ops", "Slow", labels=["incident"])
    github.add_webhook("http://127.0.0.1:9/webhooks/ops", "s3cr3t")
    github.close(issue)
    post = github.deliveries[-1].post
    headers = {name.lower(): value for name, value in post.headers.items()}
    it = Source("ops", SourceSettings(api_url=github.url, secret=Secret(lambda: "s3cr3t", "OPS_SECRET")))
    it.verify(headers, post.body)
    signal = it.read(headers, post.body)
    assert (signal.said, signal.ref, signal.key) == (Said.CLOSED, issue.ref, issue.node_id)
    assert signal.ticket.key == source(github).fetch(issue.ref).key
    assert it.delivery_id(headers, post.body) == post.guid


# --- the one comment --------------------------------------------------------------------------------------------------


def test_the_comment_is_posted_found_and_edited_in_place(github):
    issue = github.open_issue("acme/ops", "Slow")
    ticket, publisher = source(github).fetch(issue.ref), Publisher("ops", settings(github))
    assert publisher.find(ticket, "41d07c5be2a9") is None
    made = publisher.post(ticket, "41d07c5be2a9", "**Postmortem**")
    assert issue.comments[0].body == "<!-- afterword:comment key=41d07c5be2a9 -->\n**Postmortem**"
    assert publisher.find(ticket, "41d07c5be2a9") == made
    assert publisher.find(ticket, "41d07c5be2a") is None
    github.rename_repo("acme/ops", "acme/operations")
    assert publisher.edit(ticket, made.id, "41d07c5be2a9", "x" * 70_000)
    assert len(issue.comments) == 1
    assert len(issue.comments[0].body) == 65_536


def test_a_comment_that_a_person_deleted_stays_deleted(github):
    issue = github.open_issue("acme/ops", "Slow")
    ticket, publisher = source(github).fetch(issue.ref), Publisher("ops", settings(github))
    made = publisher.post(ticket, "aa", "text")
    github.delete_comment(issue, issue.comments[0])
    assert publisher.edit(ticket, made.id, "aa", "new") is False
    assert publisher.find(ticket, "aa") is None
    assert issue.comments == []


def test_a_comment_of_somebody_else_is_never_taken_for_ours(github):
    issue = github.open_issue("acme/ops", "Slow")
    github.comment(issue, "<!-- afterword:comment key=aa -->\nnot ours", author="sam")
    assert Publisher("ops", settings(github)).find(source(github).fetch(issue.ref), "aa") is None


def test_a_repository_that_was_closed_to_others_a_moment_ago_is_believed_by_its_webhook(github):
    """Who can read a repository is asked once an hour; within it the delivery knows better."""
    github.open_issue("acme/ops", "First", "Slow.", labels=["incident"])
    mine = source(github)
    first = mine.fetch("acme/ops#1")
    assert first.visibility is Visibility.PUBLIC
    told = replace(first, from_payload=True, visibility=Visibility.PRIVATE)
    assert mine.fetch("acme/ops#1", hint=told).visibility is Visibility.PRIVATE
    assert mine.fetch("acme/ops#1", hint=replace(told, from_payload=False)).visibility is Visibility.PUBLIC
    assert sum(call.path == "/repos/acme/ops" for call in github.calls) == 1
