"""GitHub Enterprise Server: below a path, without what an older version lacks, and with nothing said of limits."""

import pytest

from connectors.base import Secret, Tracked, Unavailable
from connectors.github import Publisher, Source, SourceSettings, Tracker, TrackerSettings
from sandbox.github import GitHubSandbox
from tests.github_hands import LONG_AGO, MARKER, draft, posts, signed_in

MODERN = {"version": "3.18.1"}
OLD = {"version": "3.12.4", "sub_issues": False, "issue_types": False, "duplicates": False, "limits": False}


@pytest.fixture(params=[MODERN, OLD, {**OLD, "version": ""}], ids=["3.18", "3.12", "no version"])
def github(request):
    with GitHubSandbox(prefix="/api/v3", **request.param) as sandbox:
        sandbox.create_repo("acme/ops", private=True)
        sandbox.create_repo("acme/checkout", members={"sam": "write"})
        yield sandbox


def by_token(github):
    return {"api_url": github.url, "token": Secret(lambda: github.token, "the variable GITHUB_TOKEN")}


def by_app(github):
    app = github.create_app()
    github.install(app, "acme")
    return signed_in(github, app)


@pytest.mark.parametrize("credentials", [by_token, by_app], ids=["token", "App"])
def test_the_whole_story_goes_to_an_enterprise_server(github, credentials):
    ways = credentials(github)
    source = Source("ops", SourceSettings(**ways, unsigned=True, repositories=("acme/*",)))
    tracker = Tracker("code", TrackerSettings(**ways, repositories=("acme/checkout",)))
    publisher = Publisher("ops", SourceSettings(**ways, unsigned=True))
    issue = github.open_issue("acme/ops", "Checkout slow", labels=["incident"])
    github.close(issue)
    assert [one.ref for one in source.closed_since(LONG_AGO)] == [issue.ref]
    ticket = source.fetch(issue.ref)
    assert ticket.url == f"http://127.0.0.1:{github.port}/acme/ops/issues/1"
    assert tracker.look([MARKER], "acme/checkout", ticket, LONG_AGO) == {}
    filed = tracker.create(draft(ticket))
    tracker.link(filed, draft(ticket))
    assert tracker.look([MARKER], "acme/checkout", ticket, LONG_AGO).keys() == {MARKER}
    for reference in (filed.label, filed.url):
        assert tracker.resolve(reference, ticket).id == filed.id
    github.close(github.issue("acme/checkout", 1), "duplicate")
    seen = tracker.states([Tracked(filed.id, filed.label, filed.native)])
    assert [(one.state, seen.problems) for one in seen.states] == [("wont_do", ())]
    assert publisher.find(ticket, "aa") is None
    assert publisher.edit(ticket, publisher.post(ticket, "aa", "text").id, "aa", "other")
    assert len(posts(github)) == 1
    assert [one for one in tracker.check([]) if one.level == "MEND"] == []


def test_a_server_without_sub_issues_is_not_asked_for_them_again():
    with GitHubSandbox(prefix="/api/v3", **OLD) as github:
        github.create_repo("acme/ops")
        issue = github.open_issue("acme/ops", "Slow", labels=["incident"])
        ways = by_token(github)
        ticket = Source("ops", SourceSettings(**ways, unsigned=True)).fetch(issue.ref)
        tracker = Tracker("code", TrackerSettings(**ways, repositories=("acme/ops",)))
        tracker.visibility("acme/ops")
        filed = tracker.create(draft(ticket, place="acme/ops"))
        tracker.link(filed, draft(ticket, place="acme/ops"))
        assert "parent_issue_id" not in posts(github)[0].body
        assert github.count(None, "sub_issues") == 0
        assert "Sub-issue" not in tracker.preview(draft(ticket))


def test_a_server_is_asked_for_less_once_where_it_does_not_know_a_word():
    with GitHubSandbox(prefix="/api/v3", **OLD) as github:
        github.create_repo("acme/ops")
        tracker = Tracker("code", TrackerSettings(**by_token(github), repositories=("acme/ops",)))
        issue = github.close(github.open_issue("acme/ops", "Slow"))
        tracked = Tracked(issue.node_id, issue.ref, {})
        for _ in range(2):
            assert tracker.states([tracked]).verified == {issue.node_id}
        assert github.count("POST", "/graphql") == 3


def test_a_server_that_does_not_know_this_version_of_the_api_is_asked_without():
    with GitHubSandbox(prefix="/api/v3") as github:
        github.create_repo("acme/ops")
        github.api_versions = ("2030-01-01",)
        tracker = Tracker("code", TrackerSettings(**by_token(github), repositories=("acme/ops",)))
        for _ in range(2):
            tracker.visibility("acme/ops")
        stated = [call.headers.get("x-github-api-version") for call in github.calls]
        assert stated == ["2022-11-28", None]


def test_the_address_of_the_pages_in_place_of_the_api_says_so():
    with GitHubSandbox(prefix="/api/v3") as github:
        github.create_repo("acme/ops")
        ways = {**by_token(github), "api_url": f"http://127.0.0.1:{github.port}"}
        with pytest.raises(Unavailable) as error:
            Tracker("code", TrackerSettings(**ways, repositories=("acme/ops",))).visibility("acme/ops")
        assert "/api/v3" in error.value.mend
