"""What changed, and how issues are, in few calls: against the sandbox over real HTTP."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.base import Secret, State, Tracked
from connectors.github import Tracker, TrackerSettings
from connectors.github.listing import MOST_LOOKED_FOR
from sandbox.github import GitHubSandbox

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Clock:
    """The sandbox's clock, set by the test."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def on(self, **more):
        self.now += timedelta(**more)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def github(clock):
    with GitHubSandbox() as sandbox:
        sandbox.clock = clock
        for name in ("checkout", "ops", "search"):
            sandbox.create_repo(f"acme/{name}")
        yield sandbox


class RestlessSandbox(GitHubSandbox):
    """After each page of a listing somebody changes one of the oldest issues, which shifts the numbers of all pages."""

    pages = 0
    watched = ()

    def respond(self, request):
        answer = super().respond(request)
        if self.watched and request.path.endswith("/issues"):
            self.pages += 1
            self.clock.on(seconds=1)
            self.edit(self.watched[self.pages], body=f"changed again {self.pages}")
        return answer


def tracker(github):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Tracker("code", TrackerSettings(api_url=github.url, token=token, repositories=("acme/checkout",)))


def tracked(issue):
    native = {"repository_id": str(issue.repo.id), "number": str(issue.number), "issue_id": str(issue.id)}
    return Tracked(issue.node_id, issue.ref, native)


def open_some(github, count, repo="acme/checkout"):
    return [github.open_issue(repo, f"Item {number}") for number in range(count)]


def test_each_state_is_read_with_githubs_own_word(github, clock):
    done, not_planned, duplicate, open_, begun, again, assigned = open_some(github, 7)
    clock.on(hours=1)
    github.close(done)
    github.close(not_planned, "not_planned")
    github.close(duplicate, "duplicate")
    github.label(begun, "In-Progress")
    github.close(again)
    github.reopen(again)
    github.assign(assigned, "afterword-bot")
    github.edit(open_, body="<!-- afterword:item key=a -->\n\n**Due:** 2026-12-24\nmoved by a person")
    every = [done, not_planned, duplicate, open_, begun, again, assigned]
    by_id = tracker(github).states([tracked(issue) for issue in every])
    assert [(state.state, state.word) for state in by_id.states] == [
        (State.DONE, "completed"),
        (State.WONT_DO, "not planned"),
        (State.WONT_DO, "duplicate"),
        (State.OPEN, "open"),
        (State.IN_PROGRESS, "In-Progress"),
        (State.OPEN, "reopened"),
        (State.OPEN, "open"),
    ]
    assert by_id.verified == {issue.node_id for issue in every}
    assert by_id.states[0].ended_at == clock.now
    assert by_id.states[5].ended_at is None
    assert by_id.states[6].assignee.id == "afterword-bot"
    assert by_id.states[3].due == date(2026, 12, 24)
    assert [state.changed_by and state.changed_by.id for state in by_id.states] == ["alex"] * 3 + [
        None,
        None,
        "alex",
        None,
    ]
    # a listing says the same of each, field by field; only who opened one again is in no answer of REST
    others = [github.open_issue("acme/ops", "x"), github.open_issue("acme/search", "x")]
    many = [tracked(issue) for issue in [*every, *open_some(github, 150)]]
    listed = tracker(github).changes(START, many)
    assert listed.verified == frozenset()
    told = {state.id: replace(state, changed_by=None) if state.id == again.node_id else state for state in by_id.states}
    assert told.items() <= {state.id: state for state in listed.states}.items()
    assert others


def test_a_hundred_issues_are_read_in_one_call(github):
    every = [tracked(issue) for issue in open_some(github, 201)]
    github.reset_calls()
    assert len(tracker(github).states(every).states) == 201
    assert [(call.method, call.path) for call in github.calls] == [("POST", "/graphql")] * 3


def test_on_a_tie_issues_are_read_by_id_as_that_verifies(github, clock):
    every = [tracked(issue) for issue in open_some(github, 5)]
    github.reset_calls()
    seen = tracker(github).changes(START, every)
    assert [call.path for call in github.calls] == ["/graphql"]
    assert len(seen.verified) == 5
    assert seen.cursor == START


def test_many_issues_of_one_repository_are_asked_for_by_listing(github, clock):
    every = open_some(github, 150)
    clock.on(hours=2)
    since = clock.now
    clock.on(minutes=5)
    github.close(every[3])
    github.open_issue("acme/checkout", "Not ours")
    github.reset_calls()
    seen = tracker(github).changes(since, [tracked(issue) for issue in every])
    assert [state.id for state in seen.states] == [every[3].node_id]
    assert seen.cursor == clock.now
    (call,) = github.calls
    assert call.path == f"/repositories/{every[0].repo.id}/issues"
    assert call.query["since"] == ["2026-11-01T09:50:00Z"]
    assert call.query["state"] == ["all"]


def test_a_listing_loses_nothing_that_changes_while_it_is_read(clock):
    with RestlessSandbox() as restless:
        restless.clock = clock
        restless.create_repo("acme/checkout")
        every = open_some(restless, 340)
        for issue in every[:150]:
            clock.on(seconds=2)
            restless.edit(issue, body="changed")
        restless.watched = every
        it = tracker(restless)
        seen = it.changes(START + timedelta(minutes=10, seconds=1), [tracked(issue) for issue in every])
    assert {state.id for state in seen.states} == {issue.node_id for issue in every[:150]}
    assert restless.pages == 2


def test_a_page_of_changes_in_one_second_is_got_over(github, clock):
    every = open_some(github, 250)
    clock.on(hours=1)
    for issue in every:
        github.label(issue, "moved")
    seen = tracker(github).changes(START + timedelta(minutes=20), [tracked(issue) for issue in every])
    assert len(seen.states) == 250
    assert seen.cursor == clock.now


def test_a_renamed_repository_is_listed_with_its_whole_question(github, clock):
    every = open_some(github, 120)
    clock.on(hours=1)
    github.close(every[0])
    github.rename_repo("acme/checkout", "acme/shop")
    seen = tracker(github).changes(START + timedelta(minutes=30), [tracked(issue) for issue in every])
    assert [(state.label, state.state) for state in seen.states] == [("acme/shop#1", State.DONE)]


def test_a_deleted_issue_is_missing_and_the_others_are_told(github):
    kept, deleted = open_some(github, 2)
    github.delete(deleted)
    seen = tracker(github).states([tracked(deleted), tracked(kept)])
    assert seen.missing == {deleted.node_id}
    assert seen.verified == {kept.node_id}
    assert seen.problems == ()


def test_a_transferred_issue_is_found_again_under_the_id_that_we_know(github):
    issue = open_some(github, 1)[0]
    known = tracked(issue)
    moved = github.transfer(issue, "acme/search")
    github.close(moved)
    it = tracker(github)
    (state,) = it.states([known]).states
    assert (state.id, state.label, state.state) == (known.id, "acme/search#1", State.DONE)
    assert state.native["repository_id"] == str(github.repo("acme/search").id)
    github.reset_calls()
    seen = it.states([Tracked(known.id, state.label, state.native)])
    assert seen.states[0].id == known.id
    assert seen.verified == {known.id}
    assert [call.path for call in github.calls] == ["/graphql"]


def test_of_many_that_are_gone_at_once_only_those_that_were_looked_for_are_missing(github):
    issues = open_some(github, MOST_LOOKED_FOR + 1)
    for issue in issues[:-1]:
        github.delete(issue)
    github.transfer(issues[-1], "acme/search")
    seen = tracker(github).states([tracked(issue) for issue in issues])
    assert seen.missing == {issue.node_id for issue in issues[:-1]}
    assert seen.verified == frozenset()
    assert seen.states == ()


def test_a_refused_repository_is_a_problem_with_its_issues_and_the_others_are_listed(github, clock):
    ours, theirs = open_some(github, 210), open_some(github, 3, "acme/ops")
    clock.on(hours=1)
    github.close(ours[0])
    github.fault("GET", f"/repositories/{theirs[0].repo.id}/", "status", status=403)
    since = START + timedelta(minutes=30)
    seen = tracker(github).changes(since, [tracked(issue) for issue in [*theirs, *ours]])
    assert [state.id for state in seen.states] == [ours[0].node_id]
    (problem,) = seen.problems
    assert (problem.scope, problem.status) == ("acme/ops", 403)
    assert set(problem.ids) == {issue.node_id for issue in theirs}
    assert "Resource not accessible" in problem.message
    assert seen.cursor == since


def test_a_refused_token_is_told_once_for_all_and_raises_nothing(github):
    every = [tracked(issue) for issue in open_some(github, 250)]
    github.tokens.clear()
    github.reset_calls()
    for seen in (tracker(github).states(every), tracker(github).changes(START, every)):
        (problem,) = seen.problems
        assert problem.status == 401
        assert len(problem.ids) == 250
    assert len(github.calls) == 2


def test_a_limit_and_an_outage_are_problems(github):
    every = [tracked(issue) for issue in open_some(github, 2)]
    github.rate_left = 0
    (problem,) = tracker(github).states(every).problems
    assert problem.status == 429
    github.rate_left = None
    github.fault("POST", "/graphql", "status", status=502)
    (problem,) = tracker(github).states(every).problems
    assert problem.status == 502
    github.fault(
        "POST",
        "/graphql",
        "status",
        status=200,
        body={"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
    )
    (problem,) = tracker(github).states(every).problems
    assert problem.status == 429
    github.stop()
    (problem,) = tracker(github).changes(None, every).problems
    assert problem.status is None
    assert len(problem.ids) == 2


def test_an_issue_that_graphql_forbids_is_a_problem_not_missing(github):
    every = [tracked(issue) for issue in open_some(github, 1)]
    error = {"type": "FORBIDDEN", "path": ["nodes", 0], "message": "Resource protected by organization SAML"}
    github.fault("POST", "/graphql", "status", status=200, body={"data": {"nodes": [None]}, "errors": [error]})
    seen = tracker(github).states(every)
    assert seen.missing == frozenset()
    assert seen.problems[0].status == 403


def test_a_repository_that_hides_is_asked_issue_by_issue(github, clock):
    every = open_some(github, 110)
    github.fault("GET", f"/repositories/{every[0].repo.id}/issues$", "status", status=404)
    seen = tracker(github).changes(START, [tracked(issue) for issue in every])
    assert len(seen.verified) == 110


def test_nothing_tracked_asks_nothing(github):
    seen = tracker(github).changes(START, [])
    assert (seen.states, seen.cursor) == ((), START)
    assert tracker(github).states([]).states == ()
    assert github.calls == []
