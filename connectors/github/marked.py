"""The issues of ours that carry a marker, from the listing of a repository."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base.marked import Marked
from connectors.github import state, wire
from connectors.github.client import Client
from connectors.github.reading import parse
from connectors.github.text import item_marker

_ISSUES = TypeAdapter(tuple[wire.Issue, ...])
#: pages of 100 of one repository
MOST = 50


def marked(client: Client, place: str, label: str, own: Set[int], since: datetime) -> Iterator[Marked]:
    """Those that changed since then. https://docs.github.com/en/rest/issues/issues#list-repository-issues

    By the label that every issue of ours gets, or all where there is none. Raises ConnectorError.
    """
    home = client.repository(place)
    path = f"{client.home(str(home.id), home.label)}/issues"
    asked = {"state": "all", "since": state.stamp(since), "sort": "created", "direction": "asc"}
    for page in client.pages(path, {**asked, **({"labels": label} if label else {})}, most=MOST):
        for issue in parse(_ISSUES, page, f"GET {path}"):
            marker = item_marker(issue.body)
            if marker and issue.user is not None and issue.user.id in own and issue.pull_request is None:
                yield Marked(marker, issue.node_id, f"{issue.place}#{issue.number}", issue.html_url)
