"""What `check` tells an operator of a connection that is not well: what was seen, what it means, what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Secret
from connectors.github import Source, SourceSettings, Tracker, TrackerSettings
from sandbox.github import GitHubSandbox
from tests.contracts import check_exchange, needs_specs
from tests.github_hands import signed_in

NOWHERE = "http://127.0.0.1:9/webhooks/ops"


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        for name in ("acme/ops", "acme/checkout", "globex/shop"):
            sandbox.create_repo(name, private=True)
        sandbox.webhooks.loses = lambda post: True
        yield sandbox


def ways(github):
    return {"api_url": github.url, "token": Secret(lambda: github.token, "the variable GITHUB_TOKEN")}


def source(ways, *repositories):
    return Source("ops", SourceSettings(**ways, unsigned=True, repositories=repositories)).check()


def tracker(ways, *repositories):
    return Tracker("code", TrackerSettings(**ways, repositories=repositories)).check(())


def to_mend(found):
    wrong = [one for one in found if one.level == "MEND"]
    assert all(one.mend.rstrip().endswith((".", "/personal-access-tokens")) or "http" in one.mend for one in wrong)
    return wrong


# --- the token and the clocks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [(20, None, ""), (9.5, "note", "in 9 days"), (2, "MEND", "the token ends on"), (-1, "MEND", "the token ended on")],
)
def test_a_token_near_its_end_is_told_two_weeks_before(github, days, level, words):
    github.token_ends = datetime.now(UTC) + timedelta(days=days)
    found = [one for one in tracker(ways(github), "acme/ops") if "token" in one.text]
    assert [one.level for one in found] == ([level] if level else [])
    assert words in "".join(one.text for one in found)


@pytest.mark.parametrize(
    ("skew", "level", "words"),
    [
        (timedelta(seconds=20), None, ""),
        (timedelta(minutes=3), "note", "3 minutes behind"),
        (timedelta(minutes=-3), "note", "3 minutes ahead of"),
        (timedelta(days=1), "MEND", "24 hours behind"),
    ],
)
@pytest.mark.parametrize("as_app", [False, True])
def test_clocks_that_differ_are_told(github, skew, level, words, as_app):
    app = github.create_app()
    github.install(app, "acme")
    github.skew = skew
    found = tracker(signed_in(github, app) if as_app else ways(github), "acme/ops")
    clock = [one for one in found if one.subject == "clock"]
    assert [one.level for one in clock] == ([level] if level else [])
    assert words in "".join(one.text for one in clock)
    if level == "MEND":
        assert "timedatectl" in clock[0].mend
        refused = [one for one in found if "the App is refused" in one.text]
        assert len(refused) == as_app


def test_a_token_of_the_wrong_kind_is_told_with_what_to_do(github):
    found = to_mend(tracker({**ways(github), "token": Secret(lambda: "ghs_0123", "the file t")}, "acme/ops"))
    assert [(one.text, one.saw) for one in found] == [
        (
            "the token cannot be used",
            "The token in the file t is a token of an App's installation, which is good for an hour.",
        )
    ]
    assert "app_id" in found[0].mend


def test_no_way_to_the_server_is_told_with_the_reason():
    (found,) = tracker({"api_url": "http://api.invalid", "token": Secret(lambda: "t", "t")}, "acme/ops")
    assert found.text == "no answer"
    assert "DNS" in found.saw
    assert "api_url" in found.mend


# --- Apps -------------------------------------------------------------------------------------------------------------


def test_an_app_that_is_well_is_told_so_in_few_calls(github):
    app = github.create_app()
    github.install(app, "acme")
    given = signed_in(github, app)
    found = tracker(given, "acme/ops", "acme/checkout")
    assert [(one.level, one.text) for one in found if "label" not in one.text] == [
        ("ok", "read, write, sub-issues"),
        ("ok", "read, write, sub-issues"),
    ]
    assert len(github.calls) == 3 + 2 * 2
    github.reset_calls()
    github.add_app_webhook(app, NOWHERE, "s")
    found = source(given, "acme/ops", "acme/*")
    assert [(one.subject, one.level) for one in found] == [
        ("GitHub App afterword-app", "note"),
        ("GitHub acme/ops", "ok"),
        ("GitHub acme/*", "ok"),
    ]
    assert "delivered nothing yet" in found[0].text
    assert found[2].text.endswith("2 repositories match now")
    assert len(github.calls) <= 5 + 2


def test_an_app_that_is_not_installed_for_an_owner_is_told_where_to_install_it(github):
    app = github.create_app()
    github.install(app, "acme")
    found = to_mend(tracker(signed_in(github, app), "globex/shop"))
    assert "not installed for globex" in found[0].text
    assert found[0].mend.endswith("/github-apps/afterword-app")
    none = github.create_app("other")
    assert "not installed anywhere" in to_mend(source(signed_in(github, none), "acme/*"))[0].text


def test_an_app_without_the_right_or_suspended_is_told(github):
    app = github.create_app(permissions={"metadata": "read", "issues": "read"})
    installation = github.install(app, "acme")
    given = signed_in(github, app)
    lacking = to_mend(tracker(given, "acme/ops"))
    assert lacking[0].saw == "issues: read, metadata: read"
    assert "Give the App afterword-app" in lacking[0].mend
    app.permissions["issues"] = "write"
    assert to_mend(tracker(given, "acme/ops"))[0].mend.startswith("Accept the new permissions")
    installation.permissions["issues"] = "write"
    assert to_mend(tracker(given, "acme/ops")) == []
    github.suspend(installation)
    assert "suspended" in to_mend(tracker(given, "acme/ops"))[0].text


def test_a_key_that_cannot_be_read_is_told(github):
    app = github.create_app()
    given = {**signed_in(github, app), "app_key": Secret(lambda: "not a key", "the file app.pem")}
    (found,) = to_mend(tracker(given, "acme/ops"))
    assert found.text == "the App cannot be used"
    assert "app.pem" in found.saw
    assert "PEM" in found.mend


# --- patterns and webhooks --------------------------------------------------------------------------------------------


def test_a_pattern_that_matches_nothing_is_noted(github):
    found = source(ways(github), "acme/*", "acme/web-*", "!acme/ops", "*/shop", "alex/*")
    assert [(one.subject, one.level) for one in found] == [
        ("GitHub acme/*", "ok"),
        ("GitHub acme/web-*", "note"),
        ("GitHub */shop", "ok"),
        ("GitHub alex/*", "note"),
    ]
    assert "1 repository matches now" in found[0].text


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "same secret"), (404, "/webhooks/"), (413, "25 MB"), (502, "public_url"), (503, "/readyz and at the log")],
)
def test_a_webhook_whose_last_delivery_failed_is_told_with_the_time(github, status, words):
    with GitHubSandbox() as answering:
        answering.fault(None, "/webhooks/ops", "status", times=9, status=status)
        hook = github.add_webhook(f"{answering.url}/webhooks/ops", "s", repo="acme/ops")
        github.webhooks.loses = lambda post: False
        github.ping(hook)
    github.reset_calls()
    (found,) = to_mend(source(ways(github), "acme/ops"))
    assert found.saw.startswith(f"{status} at 20")
    assert words in found.mend
    assert "Redeliver" in found.mend
    assert len(github.calls) == 4


def test_a_webhook_of_the_organisation_is_looked_at_for_a_pattern(github):
    hook = github.add_webhook(NOWHERE, "s")
    assert [one.subject for one in source(ways(github), "acme/*")] == ["GitHub acme/*"]
    github.organization_admins.add(github.login)
    assert "delivered nothing yet" in source(ways(github), "acme/*")[-1].text
    github.ping(hook)
    (failed,) = to_mend(source(ways(github), "acme/*"))
    assert (failed.subject, failed.saw[:3]) == ("GitHub acme", "502")


# --- all of it --------------------------------------------------------------------------------------------------------


@needs_specs
def test_every_call_of_check_is_one_that_github_describes(github):
    app = github.create_app()
    github.install(app, "acme")
    github.organization_admins.add(github.login)
    github.add_app_webhook(app, NOWHERE, "s")
    github.ping(github.add_webhook(NOWHERE, "s", repo="acme/ops"))
    github.ping(github.add_webhook(NOWHERE, "s"))
    for given in (ways(github), signed_in(github, app)):
        source(given, "acme/ops", "acme/*", "alex/*")
        tracker(given, "acme/ops", "acme/none")
        list(Source("ops", SourceSettings(**given, repositories=("acme/*",))).closed_since(datetime.now(UTC)))
        Tracker("code", TrackerSettings(**given, repositories=("acme/ops",)))._client.account()
    assert len(github.calls) > 20
    assert {call.method for call in github.calls if not call.path.endswith("/access_tokens")} == {"GET"}
    assert [said for call in github.calls for said in check_exchange("github", call)] == []
