"""When a ticket was closed, where Jira does not say so: by its history. A Data Center whose workflow sets no resolution
tells no time of a closing, and that of its last change moves with every comment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import Refused
from connectors.jira import wire
from connectors.jira.client import Client, parse
from connectors.jira.ticket import closing_told, is_closed

_STATUSES = TypeAdapter(tuple[wire.Status, ...])


def categories(client: Client) -> Mapping[str, str]:
    """Id → category of every status; one call. Empty where we may not ask. Raises ConnectorError."""
    try:
        found = parse(_STATUSES, client.get("status"), "GET status")
    except Refused:
        return {}
    return {one.id: one.statusCategory.key or "" for one in found if one.id and one.statusCategory}


def closing(
    issue: wire.Issue, histories: Sequence[wire.History], statuses: Callable[[], Mapping[str, str]]
) -> datetime | None:
    """When it was closed, by its fields, else by its history; None: it is open. `statuses` as `categories`: only asked
    where it is needed."""
    if not is_closed(issue.fields):
        return None
    return closing_told(issue.fields) or closed_at(issue, histories, statuses())


def closed_at(issue: wire.Issue, histories: Sequence[wire.History], known: Mapping[str, str]) -> datetime | None:
    """The time of the change of status that closed it last: from a status that is open to one that is closed.

    The same at each reading. `known`: as of `categories`; a status that no longer exists counts as open. A ticket that
    never changed its status was closed when it was made.
    """
    moves = [
        (history.created, change)
        for history in histories
        for change in history.items
        if history.created is not None and change.name == "status"
    ]
    moves.sort(key=lambda move: move[0])
    closed = {status for status, category in known.items() if category == "done"}
    if moves:
        closed.add(moves[-1][1].now_id or "")  # the one that it is in
    at = issue.fields.created
    for when, change in moves:
        if change.now_id in closed and change.was_id not in closed:
            at = when
    return at
