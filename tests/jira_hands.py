"""Hands for the tests of the Jira connector: a sandbox with two projects, a tracker, an incident, a draft."""

from datetime import UTC, date, datetime

from connectors.base import Draft, Secret, Ticket, Visibility
from connectors.jira import Publisher, Source, SourceSettings, Tracker, TrackerSettings
from sandbox.jira import JiraSandbox

MARKER = "c81e5a3f7d24"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LAST_LINE = "{color:#97a0af}afterword:item key=" + MARKER + "{color}"


KINDS = ("cloud", "cloud v2", "datacenter")


def sandbox_of(kind: str = "cloud") -> JiraSandbox:
    """One of KINDS: Cloud in REST v3, Cloud in v2, or Data Center."""
    jira = JiraSandbox(deployment="datacenter" if kind == "datacenter" else "cloud")
    jira.spoken = "2" if kind == "cloud v2" else None
    return jira


def connection(jira: JiraSandbox, **more):
    """Settings for it: on Data Center a personal access token, which goes without a user."""
    user = Secret(lambda: jira.email, "the variable JIRA_USER")
    home = {"deployment": "datacenter"} if jira.datacenter else {"user": user, "api": getattr(jira, "spoken", None)}
    token = Secret(lambda: jira.token, "the variable JIRA_TOKEN")
    return {"url": jira.url, "token": token, "timeout": 5, **home, **more}


def sam_of(jira: JiraSandbox) -> str:
    """What a person is known by there."""
    return "sam" if jira.datacenter else "712020:sam"


def api(jira: JiraSandbox) -> str:
    """The beginning of the paths that are called."""
    return f"/rest/api/{'2' if jira.datacenter or getattr(jira, 'spoken', None) else '3'}"


def tracker(jira: JiraSandbox, **more) -> Tracker:
    return Tracker("work", TrackerSettings(**connection(jira, **{"project": "PAY", **more})))


def source(jira: JiraSandbox, **more) -> Source:
    return Source("desk", SourceSettings(**connection(jira, **{"unsigned": True, **more})))


def publisher(jira: JiraSandbox) -> Publisher:
    return Publisher("desk", SourceSettings(**connection(jira, unsigned=True)))


def elsewhere() -> Ticket:
    """An incident that is no issue of this Jira."""
    return Ticket(
        source="ops",
        key="I_1",
        ref="acme/ops#42",
        url="https://github.com/acme/ops/issues/42",
        title="Checkout slow",
        text="",
        visibility=Visibility.INTERNAL,
        opened_at=LONG_AGO,
    )


def draft(incident: Ticket | None = None, **more) -> Draft:
    base = {
        "marker": MARKER,
        "place": "PAY",
        "title": "Give a retried write 2 seconds in all",
        "body": "**Why**\nA failed write was tried {again}.",
        "labels": ("team payments",),
        "assignee": None,
        "due": date(2026, 12, 17),
        "priority": "P1",
        "incident": incident or elsewhere(),
        "document_title": "Checkout slow after database failover",
        "document_url": "https://postmortems.example.org/postmortems/17",
    }
    return Draft(**{**base, **more})
