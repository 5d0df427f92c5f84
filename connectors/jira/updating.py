"""Changes fields of an issue in Jira because a person changed them in the ticket.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-put
"""

from __future__ import annotations

from connectors.base import Denied, Edit, Refused, Sure, Tracked
from connectors.jira.client import Client
from connectors.jira.filing import priority_of
from connectors.jira.marks import SUMMARY
from connectors.jira.settings import TrackerSettings, by_name_or_id
from connectors.transport import unless


def update(
    client: Client, settings: TrackerSettings, tracked: Tracked, edit: Edit, sure: Sure | None
) -> tuple[str, ...]:
    """One PUT of these fields, without mails where our account may ask for that (it takes the right to administer the
    project). After a definite refusal of some fields, one more without them; they are told. Raises ConnectorError.
    """
    fields, notes = _fields(settings, edit)
    if not fields:
        return notes
    try:
        _put(client, tracked, fields, sure)
    except Refused as refused:
        bad = set(refused.fields)
        if refused.status != 400 or not bad or not bad <= set(fields):
            raise
        notes += tuple(f"{name}: {refused.fields[name]}" for name in fields if name in bad)
        if rest := {name: value for name, value in fields.items() if name not in bad}:
            _put(client, tracked, rest, sure)
    return notes


def _put(client: Client, tracked: Tracked, fields: dict[str, object], sure: Sure | None) -> None:
    path, body = f"issue/{tracked.id}", {"fields": fields}
    with unless(sure):
        try:
            client.write("PUT", path, body, {"notifyUsers": "false"})
        except Denied as error:
            if error.status != 403:
                raise
            client.write("PUT", path, body)


def _fields(settings: TrackerSettings, edit: Edit) -> tuple[dict[str, object], tuple[str, ...]]:
    fields: dict[str, object] = {}
    if edit.title is not None:
        fields["summary"] = " ".join(edit.title.split())[:SUMMARY]
    if edit.due is not None:
        fields["duedate"] = edit.due.isoformat()
    if edit.assignee is not None:
        fields["assignee"] = {"accountId" if settings.cloud else "name": edit.assignee}
    if edit.priority is None:
        return fields, ()
    name = priority_of(settings, edit.priority)
    if name is None:
        return fields, (f"priority: the settings name no priority of Jira for {edit.priority[:40]}.",)
    return {**fields, "priority": by_name_or_id(name)}, ()
