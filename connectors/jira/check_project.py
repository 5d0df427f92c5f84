"""What is to mend or note in one project: rights, issue type, create screen. Read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import TypeAdapter

from connectors.base import Finding, Missing
from connectors.jira.client import Client, parse
from connectors.jira.meta import Field, OldMeta, OldType, Rights, Screen, Thing, Types
from connectors.jira.settings import HasName, TrackerSettings, named_in

OK, NOTE, MEND = "ok", "note", "MEND"
# Jira fills these itself, or we do.
_FILLED = frozenset(("summary", "issuetype", "project", "description", "reporter"))
_FILING = {"BROWSE_PROJECTS": "Browse projects", "CREATE_ISSUES": "Create issues", "LINK_ISSUES": "Link issues"}
_WITHOUT = {
    "ASSIGN_ISSUES": ("Assign issues", "no owner is set in Jira"),
    "SCHEDULE_ISSUES": ("Schedule issues", "no due date is set in Jira"),
}
_READING = {
    "BROWSE_PROJECTS": "Browse projects",
    "ADD_COMMENTS": "Add comments",
    "EDIT_OWN_COMMENTS": "Edit own comments",
}
_RIGHTS, _TYPES, _SCREEN, _OLD = (TypeAdapter(Rights), TypeAdapter(Types), TypeAdapter(Screen), TypeAdapter(OldMeta))


def filing(
    settings: TrackerSettings, client: Client, place: str, more: Mapping[str, object]
) -> tuple[list[Finding], bool]:
    """For a tracker; and whether names of the settings are not the site's. `more`: fields that the routes fill.

    Raises ConnectorError.
    """
    subject = f"Jira {place}"
    rights = _rights(client, place, [*_FILING, *_WITHOUT])
    if lacking := [words for key, words in _FILING.items() if not rights.get(key, True)]:
        return [_lacks(subject, client, lacking)], False
    found = [
        Finding(subject, NOTE, f"lacks the right “{words}”, so {means}; both are kept in the postmortem")
        for key, (words, means) in _WITHOUT.items()
        if not rights.get(key, True)
    ]
    types, screen = _shown(settings, client, place)
    if screen is None:
        text = f"Set issue_type to one of these, by name or id: it has {names(types)}."
        return [*found, mend(subject, f"has no issue type “{settings.issue_type}”", text)], True
    found += _screen(settings, subject, screen, {*settings.fields, *more})
    priorities = next((one.allowedValues for one in screen if one.id == "priority"), ())
    wrong = [f"“{name}” (for {level})" for level, name in settings.priorities.items() if not _is_one(priorities, name)]
    if not priorities or not wrong:
        return found, False
    return [*found, Finding(subject, NOTE, f"has no priority {', '.join(wrong)}; it has {names(priorities)}")], True


def reading(client: Client, project: str) -> list[Finding]:
    """For a source, whose ticket gets one comment. Raises ConnectorError."""
    rights = _rights(client, project, _READING)
    lacking = [words for key, words in _READING.items() if not rights.get(key, True)]
    return [_lacks(f"Jira {project}", client, lacking)] if lacking else []


def _rights(client: Client, place: str, keys: Iterable[str]) -> Mapping[str, bool]:
    """Cloud tells of those that are asked for, Data Center of all. A project that is hidden from us is a 404."""
    asked = {"projectKey": place, "permissions": ",".join(keys)}
    said = parse(_RIGHTS, client.get("mypermissions", asked), "GET mypermissions").permissions
    return {key: one.havePermission for key, one in said.items()}


def _lacks(subject: str, client: Client, lacking: Sequence[str]) -> Finding:
    named = " and ".join(f"“{words}”" for words in lacking)
    return mend(
        subject,
        f"lacks the right {named}",
        f"Give the account of the token in {client.origin} {named} there: Project settings, People or Permissions.",
    )


def _shown(settings: TrackerSettings, client: Client, place: str) -> tuple[Sequence[HasName], Sequence[Field] | None]:
    """The project's types, and the create screen of ours; None: there is no such type."""
    path = f"issue/createmeta/{place}/issuetypes"
    try:
        said = parse(_TYPES, client.get(path, {"maxResults": 200}), f"GET {path}")
    except Missing:
        if client.cloud:
            raise
        return _shown_of_old(settings, client, place)
    types = said.issueTypes or said.values
    kind = next((one for one in types if named_in(one, (settings.issue_type,))), None)
    if kind is None:
        return types, None
    path += f"/{kind.id}"
    shown = parse(_SCREEN, client.get(path, {"maxResults": 200}), f"GET {path}")
    return types, shown.fields or shown.values


def _shown_of_old(
    settings: TrackerSettings, client: Client, place: str
) -> tuple[Sequence[HasName], Sequence[Field] | None]:
    """The same of Data Center before 8.4, which knows only one call for all of it."""
    asked = {"projectKeys": place, "expand": "projects.issuetypes.fields"}
    projects = parse(_OLD, client.get("issue/createmeta", asked), "GET issue/createmeta").projects
    types: Sequence[OldType] = projects[0].issuetypes if projects else ()
    kind = next((one for one in types if named_in(one, (settings.issue_type,))), None)
    if kind is None:
        return types, None
    return types, [one.model_copy(update={"fieldId": name}) for name, one in kind.fields.items()]


def _screen(settings: TrackerSettings, subject: str, fields: Sequence[Field], filled: set[str]) -> list[Finding]:
    found = [
        mend(
            subject,
            f"requires “{one.name or one.id}”",
            f"Add it to the fields of this tracker or its route:  {one.id} = {_example(one)}",
            saw=f"{one.id} is required for {settings.issue_type}, and nothing here fills it.",
            means="No action item can be filed there; they wait, and are filed once each when this is mended.",
        )
        for one in fields
        if one.required and not one.hasDefaultValue and one.id not in _FILLED | filled
    ]
    shown = {one.id for one in fields}
    for name, means in (
        ("duedate", "has no due date on its create screen; the date is kept in the postmortem"),
        ("priority", "has no priority on its create screen"),
        ("labels", "has no labels on its create screen; issues are found without"),
    ):
        if name not in shown:
            found.append(Finding(subject, NOTE, means))
    return found


def _is_one(known: Sequence[Thing], word: str) -> bool:
    return any(named_in(one, (word,)) for one in known)


def _example(one: Field) -> str:
    first = next((value for value in one.allowedValues if value.value or value.name), None)
    word = (first.value or first.name or "…") if first else "…"
    if one.id in ("components", "versions", "fixVersions", "security"):
        return f'"{word}"'
    if one.field_schema.type == "option":
        return f'{{ value = "{word}" }}'
    if one.field_schema.type == "array":
        return f'[{{ value = "{word}" }}]' if one.field_schema.items == "option" else f'["{word}"]'
    return "0" if one.field_schema.type == "number" else f'"{word}"'


def names(things: Iterable[HasName]) -> str:
    """As the site calls them, with the ids that are the same in every language: Task (10001), Bug (10002)."""
    return ", ".join(f"{one.name or '?'} ({one.id})" if one.id else one.name or "?" for one in things) or "none"


def mend(subject: str, text: str, how: str, *, saw: str = "", means: str = "") -> Finding:
    """A line that somebody has to act on."""
    return Finding(subject, MEND, text, saw=saw, means=means, mend=how)
