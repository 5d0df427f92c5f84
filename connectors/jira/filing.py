"""One action item becomes one Jira issue: what is sent, and what is left out when Jira refuses it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter

from connectors.base import Draft, Filed, OutcomeUnknown, Refused, Sure
from connectors.jira import wire
from connectors.jira.client import Client, parse
from connectors.jira.marks import SUMMARY, as_read, property_of, with_mark
from connectors.jira.settings import TrackerSettings, by_name_or_id
from connectors.transport import unless

_MADE = TypeAdapter(wire.Made)
#: An issue without these is still the issue; they may be off the create screen, or name someone who has left.
OPTIONAL = ("duedate", "priority", "assignee", "labels")
_BY_NAME = ("priority", "security", "resolution")
_LISTS_BY_NAME = ("components", "versions", "fixVersions")


def create(client: Client, settings: TrackerSettings, draft: Draft, sure: Sure | None = None) -> Filed:
    """One POST with marker and all fields at once.

    After a definite refusal of optional fields alone, one more without them: the first was not executed.
    Raises NotSent, Limited, Refused or OutcomeUnknown.
    """
    fields = fields_of(settings, draft)
    try:
        return _post(client, draft, fields, (), sure)
    except Refused as refused:
        bad = set(refused.fields)
        if refused.status != 400 or not bad or not bad <= set(OPTIONAL) & set(fields):
            raise
        notes = tuple(f"{name}: {refused.fields[name]}" for name in OPTIONAL if name in bad)
    return _post(client, draft, {name: value for name, value in fields.items() if name not in bad}, notes, sure)


def preview(settings: TrackerSettings, draft: Draft, links: Sequence[str]) -> str:
    """The fields that `create` would send and the links, one a line, then the text with its marker."""
    fields = fields_of(settings, draft)
    text = fields.pop("description")
    lines = [f"{name}: {_shown(value)}" for name, value in fields.items()]
    lines += [f"property {one['key']}: {_shown(one['value'])}" for one in property_of("item", draft.marker)]
    return "\n".join([*lines, *links, "", as_read(text)])  # type: ignore[arg-type]


def _shown(value: object) -> str:
    """A value as people say it: {"name": "High"} is High."""
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, Mapping) and len(value) == 1:
        return _shown(next(iter(value.values())))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _post(
    client: Client, draft: Draft, fields: Mapping[str, object], notes: tuple[str, ...], sure: Sure | None
) -> Filed:
    with unless(sure):
        answer = client.write("POST", "issue", {"fields": fields, "properties": property_of("item", draft.marker)})
    made = parse(_MADE, answer, "POST issue", write=True)
    if answer.status != 201:
        raise OutcomeUnknown(f"Jira answered {answer.status}, not 201, to POST issue.", status=answer.status)
    project = made.key.rpartition("-")[0]
    return Filed(made.id, made.key, client.browse(made.key), {"key": made.key, "project": project}, notes=notes)


def fields_of(settings: TrackerSettings, draft: Draft) -> dict[str, object]:
    """The fields of the issue; those of the route go before those of the tracker.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
    """
    fields: dict[str, object] = {
        "project": {"key": draft.place or settings.project},
        "issuetype": by_name_or_id(settings.issue_type),
        "summary": " ".join(draft.title.split())[:SUMMARY] or "Action item",
        "description": with_mark("item", draft.marker, draft.body, settings.version),
    }
    labels = ["-".join(label.split()) for label in (*settings.labels, *draft.labels)]
    if labels:
        fields["labels"] = list(dict.fromkeys(label for label in labels if label))
    if draft.due:
        fields["duedate"] = draft.due.isoformat()
    if draft.priority and (name := priority_of(settings, draft.priority)):
        fields["priority"] = by_name_or_id(name)
    if draft.assignee:
        fields["assignee"] = {"accountId" if settings.cloud else "name": draft.assignee}
    for name, value in {**settings.fields, **draft.fields}.items():
        fields[name] = field_value(name, value, cloud=settings.cloud)
    return fields


def priority_of(settings: TrackerSettings, said: str) -> str | None:
    """The Jira priority of "P1" by the settings, or of a word such as "High" where they name a priority so.

    None of any other word: no priority is sent that this Jira may not have.
    """
    levels = {level.casefold(): name for level, name in settings.priorities.items()}
    names = {name.casefold(): name for name in settings.priorities.values()}
    word = said.strip().casefold()
    return levels.get(word) or names.get(word)


def field_value(name: str, value: object, *, cloud: bool) -> object:
    """A value from the settings in Jira's form: components = "Checkout" is [{"name": "Checkout"}]."""
    if name in _LISTS_BY_NAME:
        values = value if isinstance(value, list | tuple) else [value]
        return [{"name": one} if isinstance(one, str) else one for one in values]
    if not isinstance(value, str):
        return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
    if name in _BY_NAME:
        return {"name": value}
    if name == "parent":
        return {"key": value}
    if name in ("reporter", "assignee"):
        return {"accountId" if cloud else "name": value}
    return value
