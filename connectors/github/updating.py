"""Changes fields of an issue in GitHub because a person changed them in the ticket.

https://docs.github.com/en/rest/issues/issues#update-an-issue
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from connectors.base import Edit, Missing, Refused, Sure, Tracked
from connectors.github import wire
from connectors.github.client import Client
from connectors.github.reading import parse
from connectors.github.settings import TrackerSettings
from connectors.github.text import TITLE, one_line, with_due
from connectors.transport import unless

NO_LINE = "due: the issue has no line “Due:” any more, so the date is kept here alone."
_ISSUE = TypeAdapter(wire.Issue)


def update(
    client: Client, settings: TrackerSettings, tracked: Tracked, edit: Edit, sure: Sure | None
) -> tuple[str, ...]:
    """One PATCH of what differs, after a fresh reading where body or assignees are concerned: of the body only the date
    in its line "Due" is changed, of the assignees only the first. A priority is not known here. Gives notes.

    Raises Missing or another ConnectorError.
    """
    native = tracked.native
    if not native.get("repository_id") or not native.get("number"):
        raise Missing(f"{tracked.label} has no number by which it could be changed.")
    path = f"{client.home(native['repository_id'], tracked.label)}/issues/{native['number']}"
    sent: dict[str, Any] = {}
    notes: list[str] = []
    if edit.title is not None:
        sent["title"] = one_line(edit.title, TITLE)
    if edit.due is not None or edit.assignee is not None:
        sent |= _fresh(client, path, edit, notes)
    if not sent:
        return tuple(notes)
    try:
        _patch(client, path, sent, sure)
    except Refused as error:
        about = {f"{name} {said}".lower() for name, said in error.fields.items()} if error.status == 422 else set()
        if "assignees" not in sent or not any("assignee" in one for one in about):
            raise
        del sent["assignees"]
        notes.append(_not_assignable(edit))
        if sent:
            _patch(client, path, sent, sure)
    return tuple(notes)


def _fresh(client: Client, path: str, edit: Edit, notes: list[str]) -> dict[str, Any]:
    """What is to be changed in the body and the assignees as they are now."""
    issue = parse(_ISSUE, client.get(path), f"GET {path}")
    found: dict[str, Any] = {}
    if edit.due is not None:
        body = with_due(issue.body or "", edit.due)
        if body is None:
            notes.append(NO_LINE)
        elif body != issue.body:
            found["body"] = body
    logins = [user.login for user in issue.assignees or ()]
    if edit.assignee is not None and edit.assignee.casefold() not in {login.casefold() for login in logins}:
        found["assignees"] = [edit.assignee, *logins[1:]]
    return found


def _patch(client: Client, path: str, sent: dict[str, Any], sure: Sure | None) -> None:
    with unless(sure):
        answer = client.write("PATCH", path, sent)
    parse(_ISSUE, answer, f"PATCH {path}", write=True)  # a proxy's page is no proof that it was done


def _not_assignable(edit: Edit) -> str:
    return f"assignees: {edit.assignee} cannot be assigned here."
