"""What the tests of the GitHub tracker have in common: a sandbox with two repositories, an incident, a draft."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

from connectors.base import Draft, Network, Secret, Ticket, Visibility
from connectors.github import Publisher, Source, SourceSettings, Tracker, TrackerSettings
from connectors.github.client import Client
from connectors.github.settings import Access
from sandbox.github import GitHubSandbox

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MARKER = "9f2c4b7d10ae"
ORIGIN = "the file app.pem"


@contextmanager
def two_repositories():
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/ops", private=True)
        sandbox.create_repo("acme/checkout", members={"sam": "write"})
        yield sandbox


def client(url, timeout=2, *, token="sandbox-github-token", network=None):
    secret = Secret(lambda: token, "the variable GITHUB_TOKEN")
    return Client(Access(api_url=url, token=secret, timeout=timeout), network or Network())


@contextmanager
def three_owners():
    """Private repositories of two organisations, and no token that would open them."""
    with GitHubSandbox() as sandbox:
        for name in ("acme/ops", "acme/checkout", "globex/shop"):
            sandbox.create_repo(name, private=True)
        sandbox.tokens.clear()
        yield sandbox


def installed(github):
    """An App for both organisations."""
    app = github.create_app()
    for owner in ("acme", "globex"):
        github.install(app, owner)
    return app


def signed_in(github, app, **more):
    return {"api_url": github.url, "app_id": app.id, "app_key": Secret(lambda: app.key, ORIGIN), **more}


def app_client(github, app, **more):
    return Client(Access(**signed_in(github, app, **more)), Network())


def tracker(github, **more):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    given = {"repositories": ("acme/checkout", "acme/ops"), **more}
    return Tracker("code", TrackerSettings(api_url=github.url, token=token, **given))


def incident_of(github, **more):
    issue = github.open_issue("acme/ops", "Checkout slow", labels=["incident"], **more)
    github.close(issue)
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Source("ops", SourceSettings(api_url=github.url, token=token, unsigned=True)).fetch(issue.ref)


def jira_incident():
    return Ticket("desk", "10042", "OPS-12", "", "Slow", "", Visibility.INTERNAL, LONG_AGO, native={"id": "10042"})


def draft(incident, **more):
    given = {
        "marker": MARKER,
        "place": "acme/checkout",
        "title": "Test pooled connections with a write",
        "body": "An action item.\n\n**Due:** 2026-12-17\n30 days, as P1.",
        "labels": ("team:checkout",),
        "assignee": None,
        "due": date(2026, 12, 17),
        "priority": "P1",
        "incident": incident,
        "document_title": "Checkout slow",
        "document_url": "https://postmortems.example.org/postmortems/17",
        **more,
    }
    return Draft(**given)


def posts(github):
    return [call for call in github.calls if call.method == "POST" and call.path.endswith("/issues")]


def source(github):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Source("ops", SourceSettings(api_url=github.url, token=token, unsigned=True))


def publisher(github):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Publisher("ops", SourceSettings(api_url=github.url, token=token, unsigned=True))
