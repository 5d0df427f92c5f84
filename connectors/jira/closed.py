"""Incident tickets that were closed, or changed, since a day: one query, 100 a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from connectors.base import Ticket
from connectors.jira import history
from connectors.jira.client import Client
from connectors.jira.concern import foreign, unwanted
from connectors.jira.settings import SourceSettings
from connectors.jira.ticket import FIELDS, ticket

_PAGES = 200


def day_begun(at: datetime) -> str:
    """A day that had begun everywhere on Earth at this time, as JQL writes it.

    JQL reads days and times in the zone of whoever asks, and relative ones by the server's clock; this needs neither.
    """
    return (at - timedelta(hours=13)).date().isoformat()


def query(settings: SourceSettings, since: datetime) -> str:
    """Data Center has no statusCategoryChangedDate, and a workflow may set no resolution: there, what was closed since
    was changed since. https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
    """
    day = day_begun(since)
    if settings.cloud:
        when, order = f'statusCategoryChangedDate >= "{day}"', "statusCategoryChangedDate"
    else:
        when, order = f'(resolution IS EMPTY AND updated >= "{day}")', "resolutiondate"
    clauses = ["statusCategory = Done", f'(resolutiondate >= "{day}" OR {when})']
    return f"{' AND '.join([*clauses, *_meant(settings)])} ORDER BY {order} ASC"


def changed(settings: SourceSettings, since: datetime) -> str:
    """In the order of creation, which no change moves while the pages are read."""
    clauses = [f'updated >= "{day_begun(since)}"', *_meant(settings)]
    return f"{' AND '.join(clauses)} ORDER BY created ASC"


def _meant(settings: SourceSettings) -> Iterator[str]:
    for field, words in (
        ("project", settings.projects),
        ("issuetype", settings.issue_types),
        ("labels", settings.labels),
    ):
        if words:
            yield f"{field} in ({', '.join(quoted(word) for word in words)})"


def quoted(word: str) -> str:
    """A word as JQL takes it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def closed_since(source: str, settings: SourceSettings, client: Client, since: datetime) -> Iterator[Ticket]:
    """Oldest closing first, each once, without comments and events. Raises ConnectorError.

    Who can read the project is not asked here: no ticket is shown as wider than internal.
    """
    for found in _found(source, settings, client, query(settings, since)):
        if found.unwanted or not found.closed or found.closed_at is None or found.closed_at < since:
            continue
        yield found


def changed_since(source: str, settings: SourceSettings, client: Client, since: datetime) -> Iterator[Ticket]:
    """The same of what was changed, open or closed, on that day or later."""
    return _found(source, settings, client, changed(settings, since))


def _found(source: str, settings: SourceSettings, client: Client, jql: str) -> Iterator[Ticket]:
    fields = ",".join(dict.fromkeys(filter(None, (FIELDS, settings.severity_field, settings.restricted_field))))
    seen: set[str] = set()
    known = cache(lambda: history.categories(client))
    # Data Center may tell the time of a closing in the history alone
    for issue in client.search(jql, fields, expand="" if client.cloud else "changelog", most=_PAGES):
        if issue.id in seen or foreign(settings, issue):
            continue
        seen.add(issue.id)
        closing = history.closing(issue, issue.changelog.histories if issue.changelog else (), known)
        found = ticket(source, settings, issue, closed_at=closing)
        if found is not None:
            yield replace(found, unwanted=unwanted(settings, issue)) if found.closed else found
