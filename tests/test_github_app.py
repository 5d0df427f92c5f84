"""Signing in as a GitHub App: keys, installations, tokens, and what is said when one of them is wrong."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import ConnectorError, Denied, Limited, Missing, NotSent, Refused, Tracked
from connectors.github import Publisher, Source, SourceSettings, Tracker, TrackerSettings
from tests.github_hands import LONG_AGO, MARKER, draft, installed, posts, signed_in, three_owners
from tests.github_hands import app_client as client


@pytest.fixture
def github():
    with three_owners() as sandbox:
        yield sandbox


@pytest.fixture
def app(github):
    return installed(github)


def source(github, app, **more):
    return Source("ops", SourceSettings(**signed_in(github, app), unsigned=True, **more))


def tracker(github, app, *places, **more):
    repositories = places or ("acme/checkout",)
    return Tracker("code", TrackerSettings(**signed_in(github, app), repositories=repositories, **more))


def minted(github):
    return github.count("POST", "/access_tokens")


def incident(github, app, repo="acme/ops", **more):
    issue = github.open_issue(repo, "Checkout slow", labels=["incident"], **more)
    github.close(issue)
    return source(github, app).fetch(issue.ref)


# --- the story --------------------------------------------------------------------------------------------------------


def test_an_app_files_finds_follows_and_comments_as_its_bot(github, app):
    ticket = incident(github, app)
    it = tracker(github, app)
    filed = it.create(draft(ticket))
    assert filed.linked
    assert github.issue("acme/checkout", 1).author == "afterword-app[bot]"
    assert it.look([MARKER], "acme/checkout", ticket, LONG_AGO) == {MARKER: filed}
    tracked = Tracked(filed.id, filed.label, filed.native)
    assert [one.id for one in it.states([tracked]).states] == [filed.id]
    publisher = Publisher("ops", SourceSettings(**signed_in(github, app), unsigned=True))
    published = publisher.post(ticket, "aa", "text")
    assert publisher.find(ticket, "aa") == published
    assert publisher.edit(ticket, published.id, "aa", "other")
    assert it.token_ends() is None


def test_our_own_issues_are_listed_by_the_name_of_the_bot(github, app):
    ticket = incident(github, app)
    it = tracker(github, app, sub_issues=False)
    it.create(draft(ticket))
    assert MARKER in it.look([MARKER], "acme/checkout", ticket, LONG_AGO)
    asked = [call.query["creator"] for call in github.calls if "creator" in call.query]
    assert asked == [["afterword-app[bot]"]]


def test_several_organisations_are_served_each_by_its_installation(github, app):
    ours, theirs = incident(github, app), incident(github, app, "globex/shop")
    it = tracker(github, app, "acme/checkout", "globex/shop")
    first = it.create(draft(ours))
    second = it.create(draft(theirs, place="globex/shop", marker="aa"))
    tracked = [Tracked(one.id, one.label, one.native) for one in (first, second)]
    github.reset_calls()
    seen = it.states(tracked)
    assert [call.path for call in github.calls] == ["/graphql", "/graphql"]
    assert seen.verified == {first.id, second.id}
    assert seen.problems == ()
    assert {one.id for one in tracker(github, app).states(tracked).states} == {first.id, second.id}


def test_an_incident_of_another_organisation_is_no_parent(github, app):
    ticket = incident(github, app, "globex/shop")
    it = tracker(github, app)
    filed = it.create(draft(ticket))
    assert not filed.linked
    assert len(posts(github)) == 1
    assert MARKER in it.look([MARKER], "acme/checkout", ticket, LONG_AGO)


def test_a_repository_that_went_to_another_organisation_is_found_there(github, app):
    ticket = incident(github, app)
    it = tracker(github, app)
    filed = it.create(draft(ticket))
    github.rename_repo("acme/checkout", "globex/checkout")
    seen = it.states([Tracked(filed.id, filed.label, filed.native)])
    assert [(one.id, one.label) for one in seen.states] == [(filed.id, "globex/checkout#1")]


def test_a_public_repository_of_others_can_be_read(github, app):
    github.create_repo("initech/library")
    issue = github.open_issue("initech/library", "Theirs")
    ticket = incident(github, app)
    assert tracker(github, app).resolve(issue.ref, ticket).title == "Theirs"
    with pytest.raises(Denied) as denied:
        tracker(github, app, "initech/library").create(draft(ticket, place="initech/library"))
    assert "installed" in denied.value.mend


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_asked_for_once_and_again_when_it_has_ended(github, app):
    it = client(github, app)
    for _ in range(3):
        it.get("/repos/acme/ops")
    assert minted(github) == 1
    github.apps.end_tokens()
    it.write("POST", "/repos/acme/ops/issues", {"title": "t"})
    assert (minted(github), len(github.issues)) == (2, 1)


def test_a_token_near_its_end_is_replaced_before(github, app):
    token, _ = github.apps.grant(app.installations[0])
    for seconds, asked_for in ((60, 2), (600, 3)):
        ends = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"token": token, "expires_at": ends}
        github.fault("POST", "/access_tokens$", "status", times=3, status=201, body=body)
        it = client(github, app)
        for _ in range(2):
            it.get("/repos/acme/ops")
        assert minted(github) == asked_for
        github.clear_faults()


def test_a_token_lives_by_the_clock_of_github(github, app):
    github.skew = timedelta(minutes=-4)
    it = client(github, app)
    for _ in range(2):
        it.get("/repos/acme/ops")
    assert minted(github) == 1


def test_many_threads_ask_for_one_token(github, app):
    it = client(github, app)
    threads = [threading.Thread(target=it.get, args=("/repos/acme/ops",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert minted(github) == 1


def test_a_token_that_cannot_be_had_sends_nothing(github, app):
    it = client(github, app)
    github.fault("POST", "/access_tokens$", "status", status=502)
    with pytest.raises(NotSent):
        it.write("POST", "/repos/acme/ops/issues", {"title": "t"})
    github.fault("POST", "/access_tokens$", "lose_answer")
    with pytest.raises(NotSent):
        it.write("POST", "/repos/acme/ops/issues", {"title": "t"})
    github.fault("POST", "/access_tokens$", "status", status=429, headers={"Retry-After": "7"})
    with pytest.raises(Limited) as limited:
        it.write("POST", "/repos/acme/ops/issues", {"title": "t"})
    assert limited.value.retry_after == 7
    assert posts(github) == []


def test_an_app_that_is_installed_anew_goes_on(github, app):
    it = client(github, app)
    it.get("/repos/acme/ops")
    github.apps.uninstall(app.installations[0])
    github.install(app, "acme")
    with pytest.raises(ConnectorError):
        it.get("/repos/acme/ops")
    assert it.get("/repos/acme/ops").status == 200


def test_one_installation_that_is_named_is_not_looked_for(github, app):
    it = client(github, app, installation_id=app.installations[1].id)
    it.get("/repos/globex/shop")
    assert github.count("GET", "/app") == 0
    with pytest.raises(Missing):
        it.get("/repos/acme/ops")


def test_a_suspended_installation_says_what_to_do(github, app):
    github.suspend(app.installations[0])
    it = client(github, app)
    with pytest.raises(Denied) as denied:
        it.get("/repos/acme/ops")
    assert "suspended" in denied.value.message
    assert "Unsuspend" in denied.value.mend


def test_an_app_that_is_installed_nowhere_says_so(github):
    with pytest.raises(Denied) as denied:
        client(github, github.create_app()).get("/repos/acme/ops")
    assert "installed nowhere" in denied.value.message


# --- what was closed before -------------------------------------------------------------------------------------------


def test_an_app_lists_every_repository_where_it_is_installed(github, app):
    since = datetime.now(UTC) - timedelta(days=1)
    expected = []
    for hours, repo in ((5, "globex/shop"), (3, "acme/ops")):
        github.clock = lambda hours=hours: datetime.now(UTC) - timedelta(hours=hours)
        expected.append(github.close(github.open_issue(repo, "x", labels=["incident"])).ref)
    found = list(source(github, app).closed_since(since))
    assert [one.ref for one in found] == expected
    found = list(source(github, app, repositories=("acme/*",)).closed_since(since))
    assert [one.ref for one in found] == expected[1:]


def test_a_refusal_of_an_app_names_no_token(github, app):
    app.installations[0].permissions = {"metadata": "read"}
    it = client(github, app)
    with pytest.raises(Refused) as refused:
        it.write("POST", "/repos/acme/ops/issues", {"title": "t"})
    assert "Give the App the right" in refused.value.mend
