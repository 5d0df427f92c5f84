"""The issues of ours that carry a marker, from one query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.base.marked import Marked
from connectors.jira.client import Client
from connectors.jira.closed import day_begun
from connectors.jira.marks import marks_in

#: pages of 100
MOST = 50


def marked(client: Client, since: datetime) -> Iterator[Marked]:
    """Those that our account made since the day before then. Raises ConnectorError."""
    jql = f'creator = currentUser() AND created >= "{day_begun(since)}" ORDER BY created ASC'
    for issue in client.search(jql, "description", properties="afterword.item", most=MOST):
        for marker in sorted(marks_in(issue.fields.description, issue.properties, "item")):
            yield Marked(marker, issue.id, issue.key, client.browse(issue.key))
