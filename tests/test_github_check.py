"""GitHub's settings, what `check` says of them, and the words that are read from labels and bodies."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.base import ConnectorError, Secret
from connectors.github import Source, SourceSettings, Tracker, TrackerSettings
from connectors.github.severity import services, severity
from connectors.github.text import due, one_line
from sandbox.github import GitHubSandbox


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/ops", members={"sam": "write"})
        yield sandbox


def source(github, **more):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Source("ops", SourceSettings(api_url=github.url, token=token, unsigned=True, **more))


# --- check ------------------------------------------------------------------------------------------------------------


def code(github, *places):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Tracker("code", TrackerSettings(api_url=github.url, token=token, repositories=places))


def test_check_tells_what_is_well_and_what_to_mend(github):
    github.create_repo("acme/quiet", has_issues=False)
    github.create_repo("acme/read", members={github.login: "read"})
    github.repo("acme/ops").labels["afterword"] = github._ensure_label(github.repo("acme/ops"), "afterword")
    it = code(github, "acme/ops", "acme/quiet", "acme/read", "acme/none")
    github.reset_calls()
    found = it.check(it.places)
    assert [(one.subject, one.level) for one in found] == [
        ("GitHub acme/ops", "ok"),
        ("GitHub acme/quiet", "MEND"),
        ("GitHub acme/read", "MEND"),
        ("GitHub acme/none", "MEND"),
    ]
    assert found[0].text == "read, write, sub-issues"
    assert "404" in found[3].text
    assert "GITHUB_TOKEN" in found[3].mend
    assert all(one.mend for one in found if one.level == "MEND")
    assert {call.method for call in github.calls} == {"GET"}


def test_check_notes_a_label_that_github_will_make(github):
    levels = [(one.level, one.text) for one in code(github, "acme/ops").check([])]
    assert levels[1] == ("note", "has no label “afterword” yet; it is made with the first issue")


def test_check_of_a_bad_token_and_of_no_server_is_a_finding(github):
    github.tokens.clear()
    (found,) = code(github, "acme/ops").check(["acme/ops"])
    assert (found.level, found.subject) == ("MEND", "GitHub")
    assert "Bad credentials" in found.saw
    github.stop()
    (found,) = code(github, "acme/ops").check(["acme/ops"])
    assert found.level == "MEND"
    assert found.mend


def test_check_of_a_source_looks_at_its_webhook(github):
    it = source(github, repositories=("acme/ops", "acme/*", "!acme/secret"))
    assert [one.level for one in it.check()] == ["note", "ok"]
    github.add_webhook("https://postmortems.example.org/webhooks/ops", "s", repo="acme/ops")
    assert "delivered nothing yet" in it.check()[0].text
    github.webhooks.hooks.clear()
    github.add_webhook("https://postmortems.example.org/webhooks/ops", "s", events=("issues",), repo="acme/ops")
    assert "issue_comment" in it.check()[0].text
    no_secret = Source("ops", SourceSettings(api_url=github.url, token=it.settings.token))
    assert no_secret.check()[0].text == "no secret"


# --- settings and words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (TrackerSettings, {}),
        (TrackerSettings, {"repositories": ()}),
        (TrackerSettings, {"repositories": ("acme",)}),
        (TrackerSettings, {"repositories": ("acme/*",)}),
        (TrackerSettings, {"repositories": ("acme/ops\n",)}),
        (SourceSettings, {"api_url": "api.github.com"}),
        (SourceSettings, {"kind": "jira"}),
        (SourceSettings, {"label": ("incident",)}),
        (SourceSettings, {"token": "ghp_abc"}),
        (SourceSettings, {"timeout": 0}),
    ],
)
def test_settings_that_make_no_sense_are_refused(model, given):
    with pytest.raises(ValidationError):
        model(**given)


def test_every_setting_says_what_it_is_for():
    for model in (SourceSettings, TrackerSettings):
        for name, field in model.model_fields.items():
            assert field.description, name
            assert field.description.endswith("."), name


def test_a_secret_never_shows_in_the_settings():
    shown = repr(SourceSettings(secret=Secret(lambda: "s3cr3t", "the variable OPS_SECRET")))
    assert "s3cr3t" not in shown


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("sev1",), "SEV1"),
        (("SEV-2",), "SEV2"),
        (("severity: 1",), "SEV1"),
        (("severity/critical",), "Critical"),
        (("Severity: High",), "High"),
        (("P1",), "P1"),
        (("priority: p0",), "P0"),
        (("P3", "sev2"), "SEV2"),
        (("several", "p10", "psev1", "post1"), None),
        (("customer-facing", "P3"), "SEV1"),
        ((), None),
    ],
)
def test_a_severity_is_read_from_labels(labels, expected):
    assert severity(labels, {"Customer-Facing": "SEV1"}) == expected


def test_services_are_read_from_labels():
    assert services(("service: checkout", "svc/orders", "serviceable")) == ("checkout", "orders")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text\n**Due:** 2026-12-17\nmore", "2026-12-17"),
        ("**Due:**   2026-12-17 (moved)", "2026-12-17"),
        ("**Due:** 2026-13-17", None),
        ("**Due:** soon", None),
        ("It was **Due:** 2026-12-17", None),
        ("**Due:** 2026-12-171", None),
        ("", None),
        (None, None),
    ],
)
def test_a_due_date_is_read_from_its_line(body, expected):
    assert (due(body).isoformat() if due(body) else None) == expected


def test_a_line_is_cut_with_a_mark():
    assert one_line("a\n b") == "a b"
    assert one_line("x" * 300) == "x" * 199 + "…"


def test_the_heavy_library_is_not_loaded_with_the_connector():
    said = "import connectors.github, sys; assert 'github' not in sys.modules"
    subprocess.run([sys.executable, "-c", said], check=True, cwd=Path(__file__).parents[1])


def test_every_error_says_something(github):
    with pytest.raises(ConnectorError) as error:
        source(github).fetch("acme/ops#99")
    assert "404" in error.value.message
    assert error.value.mend
