"""What was closed before, what would be sent, when the token ends: asked without writing anything."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Missing, Refused, Secret, Visibility
from connectors.github import Publisher, Source, SourceSettings
from tests.github_hands import MARKER, draft, incident_of, jira_incident, posts, tracker, two_repositories

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def github():
    with two_repositories() as sandbox:
        sandbox.clock = lambda: NOON
        yield sandbox


def settings(github, **more):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return SourceSettings(api_url=github.url, token=token, unsigned=True, **more)


def source(github, **more):
    return Source("ops", settings(github, **{"repositories": ("acme/ops",), **more}))


def closed(github, hours, repo="acme/ops", reason="completed", **more):
    """A ticket that was opened two days and closed so many hours before noon."""
    github.clock = lambda: NOON - timedelta(days=2)
    issue = github.open_issue(repo, f"{hours} h ago", **{"labels": ["incident"], **more})
    github.clock = lambda: NOON - timedelta(hours=hours)
    return github.close(issue, reason)


def listed(github, hours=24, **more):
    return [ticket.ref for ticket in source(github, **more).closed_since(NOON - timedelta(hours=hours))]


# --- what was closed before -------------------------------------------------------------------------------------------


def test_incidents_closed_since_are_listed_the_oldest_closing_first(github):
    newer, older = closed(github, 3), closed(github, 5)
    closed(github, 30)
    closed(github, 4, labels=["bug"])
    closed(github, 4, reason="not_planned")
    closed(github, 4, is_pull=True)
    github.open_issue("acme/ops", "Still open", labels=["incident"])
    assert listed(github) == [older.ref, newer.ref]
    assert len(listed(github, include_not_planned=True)) == 3


def test_a_ticket_closed_long_ago_and_edited_since_is_not_listed(github):
    issue = closed(github, 40)
    github.clock = lambda: NOON
    github.edit(issue, body="A word more")
    assert listed(github) == []


def test_the_moment_itself_counts(github):
    issue = closed(github, 24)
    assert listed(github) == [issue.ref]


def test_hundreds_of_tickets_take_a_call_for_each_hundred(github):
    for _ in range(230):
        closed(github, 2)
    github.reset_calls()
    assert len(listed(github)) == 230
    assert [call.path.rpartition("/")[2] for call in github.calls] == ["ops", "issues", "issues", "issues"]


def test_labels_and_types_are_alternatives(github):
    by_label, by_other, by_type = closed(github, 3), closed(github, 2, labels=["outage"]), closed(github, 1, labels=[])
    by_type.type_name = "Incident"
    both = closed(github, 4, labels=["incident", "outage"])
    found = listed(github, labels=("incident", "outage"), issue_types=("incident",))
    assert found == [both.ref, by_label.ref, by_other.ref, by_type.ref]
    assert len(listed(github, labels=())) == 4


def test_patterns_are_looked_up_among_the_repositories_of_the_owner(github):
    github.create_repo("acme/secret", private=True)
    github.create_repo("globex/shop")
    for repo in ("acme/secret", "acme/checkout", "acme/ops", "globex/shop"):
        closed(github, 2, repo)
    github.reset_calls()
    assert sorted(listed(github, repositories=("acme/*", "!acme/secret"))) == ["acme/checkout#1", "acme/ops#1"]
    assert github.calls[0].path == "/orgs/acme/repos"
    assert len(github.calls) == 3


def test_repositories_of_a_person_are_looked_up_too(github):
    github.create_repo("alex/notes", private=True)
    github.world.persons.add("alex")
    issue = closed(github, 2, "alex/notes")
    assert listed(github, repositories=("alex/*",)) == [issue.ref]


def test_repositories_that_do_not_say_whose_are_refused_with_a_sentence(github):
    for patterns in ((), ("*/ops",), ("!acme/ops",)):
        with pytest.raises(Refused) as refused:
            listed(github, repositories=patterns)
        assert "acme/*" in refused.value.mend
    with pytest.raises(Missing):
        listed(github, repositories=("acme/none",))


# --- who may read -----------------------------------------------------------------------------------------------------


def test_a_ticket_with_a_label_is_restricted_whoever_may_read_its_repository(github):
    issue = closed(github, 2, "acme/checkout", labels=["incident", "Restricted"])
    pull = github.open_pull_request("acme/ops", "Fix", mentions=[issue])
    it = source(github)
    ticket = it.fetch(issue.ref)
    assert ticket.visibility is Visibility.RESTRICTED
    assert pull.ref in ticket.events[-1].subject
    assert source(github, restricted_labels=()).fetch(issue.ref).visibility is Visibility.PUBLIC


def test_who_may_read_is_asked_again_after_an_hour_and_not_before(github):
    it = tracker(github)
    assert it.visibility("acme/ops") is Visibility.PRIVATE
    github.set_visibility("acme/ops", "public")
    assert it.visibility("acme/ops") is Visibility.PRIVATE
    assert github.count("GET", "/repos/acme/ops") == 1
    # an hour passes
    asked_at, repo = it._client._repos["acme/ops"]
    it._client._repos["acme/ops"] = (asked_at - 3600, repo)
    assert it.visibility("acme/ops") is Visibility.PUBLIC
    github.set_visibility("acme/checkout", "internal")
    assert it.visibility("acme/checkout") is Visibility.INTERNAL
    assert github.count("GET", "/repos/") == 3


# --- what would be sent -----------------------------------------------------------------------------------------------


def test_an_issue_is_shown_as_it_would_be_sent_without_a_call(github):
    it, incident = tracker(github), incident_of(github)
    github.reset_calls()
    one = draft(incident, assignee="sam", fields={"type": "Task"})
    shown = it.preview(one)
    assert github.calls == []
    it.create(one)
    sent = posts(github)[0].body
    head, _, body = shown.partition("\n\n")
    assert body == sent["body"]
    assert head.split("\n") == [
        "Issue in acme/checkout",
        f"Title: {sent['title']}",
        "Labels: afterword, team:checkout",
        "Assignee: sam",
        f"Sub-issue of: {incident.ref}",
        "type: Task",
    ]
    assert "Sub-issue" not in it.preview(draft(jira_incident()))


def test_a_comment_is_shown_as_it_would_be_sent_without_a_call(github):
    issue = closed(github, 2)
    ticket = source(github).fetch(issue.ref)
    it = Publisher("ops", settings(github))
    github.reset_calls()
    shown = it.preview(ticket, MARKER, "The text")
    assert github.calls == []
    it.post(ticket, MARKER, "The text")
    assert issue.comments[0].body == shown


# --- the token --------------------------------------------------------------------------------------------------------


def test_the_end_of_the_token_is_what_the_last_answer_said(github):
    it = tracker(github)
    assert it.token_ends() is None
    github.token_ends = NOON + timedelta(days=9)
    it.visibility("acme/ops")
    assert it.token_ends() == NOON + timedelta(days=9)
    github.fault("GET", "checkout", "status", status=404)
    with pytest.raises(Missing):
        it.visibility("acme/checkout")
    assert it.token_ends() == NOON + timedelta(days=9)
    github.token_ends = None
    it.visibility("acme/checkout")
    assert it.token_ends() is None
    ours = source(github)
    github.token_ends = NOON
    ours.fetch(closed(github, 2).ref)
    assert ours.token_ends() == NOON
