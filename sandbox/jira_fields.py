"""Reads the fields of a create or edit request as strictly as Jira does, and says no in its words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sandbox.adf_rules import size, valid
from sandbox.jira_refusals import MOST_CHARACTERS, TOO_LONG, refused
from sandbox.jira_text import from_adf, from_wiki
from sandbox.jira_world import LINK_TYPES, PRIORITIES, RESOLUTIONS, TYPES, Issue, Project, Text, World

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
NEED_ADF = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
KNOWN = ("summary", "description", "labels", "priority", "assignee", "duedate", "reporter", "parent", "security")


class Faults(dict[str, str]):
    """Field → what is wrong with it; raised as one 400."""

    def raise_if_any(self) -> None:
        if self:
            raise refused(400, errors=self)


def read_text(value: Any, version: str, name: str, faults: Faults) -> Text | None:
    """Wiki markup in v2, ADF in v3; either form elsewhere is refused."""
    if value is None or value == "":
        return None
    if version == "2":
        if not isinstance(value, str):
            faults[name] = "Operation value must be a string"
            return None
        if len(value) > MOST_CHARACTERS:
            faults[name] = TOO_LONG
        return from_wiki(value)
    if not isinstance(value, dict):
        faults[name] = NEED_ADF
        return None
    if not valid(value):
        raise refused(400, "INVALID_INPUT")
    if size(value) > MOST_CHARACTERS:
        faults[name] = TOO_LONG
    return from_adf(value)


def _by_name_or_id(world: World, value: Any, known: Mapping[str, str]) -> str | None:
    if not isinstance(value, dict):
        return None
    for name, number in known.items():
        if value.get("name") == world.word(name) or str(value.get("id")) == number:
            return name
    return None


def read_project(jira: "JiraSandbox", fields: Mapping[str, Any]) -> Project:
    value = fields.get("project")
    asked = (value.get("key") or value.get("id")) if isinstance(value, dict) else None
    project = jira.world.project(str(asked)) if asked else None
    if project is None or project.key in jira.hidden:
        raise refused(400, errors={"project": "Specify a valid project ID or key"})
    return project


def read_type(jira: "JiraSandbox", project: Project, fields: Mapping[str, Any]) -> str:
    name = _by_name_or_id(jira.world, fields.get("issuetype"), TYPES)
    if name is None or name not in project.types:
        raise refused(400, errors={"issuetype": "Specify a valid issue type"})
    return name


def read_fields(
    jira: "JiraSandbox", project: Project, fields: Mapping[str, Any], version: str, *, new: bool
) -> dict[str, Any]:
    """The fields in the sandbox's own terms. Raises a 400 that names every bad field."""
    faults = Faults()
    read: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("project", "issuetype"):
            continue
        if name in project.off_screen or (name not in KNOWN and name not in project.fields):
            faults[name] = OFF_SCREEN.format(name)
        elif name in project.fields:
            read[name] = value
        elif name == "description":
            read[name] = read_text(value, version, name, faults)
        else:
            read[name] = _READERS[name](jira, project, value, faults)
    if new:
        if "summary" not in fields:
            faults["summary"] = "You must specify a summary of the issue."
        for name, title in project.required.items():
            if fields.get(name) in (None, "", []):
                faults[name] = f"{title} is required."
    faults.raise_if_any()
    return read


def _summary(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    if not isinstance(value, str) or not value.strip():
        faults["summary"] = "You must specify a summary of the issue."
    elif len(value) > 255:
        faults["summary"] = "Summary can't exceed 255 characters."
    elif "\n" in value or "\r" in value:
        faults["summary"] = "The summary is invalid because it contains newline characters."
    return value


def _labels(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    for label in value or []:
        if re.search(r"\s", str(label)):
            faults["labels"] = f"The label '{label}' contains spaces which is invalid."
        elif len(str(label)) > 255:
            faults["labels"] = f"The label '{label}' exceeds the maximum length for a single label."
    return list(dict.fromkeys(value or []))


def _priority(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    name = _by_name_or_id(jira.world, value, PRIORITIES)
    if name is None:
        faults["priority"] = "The priority selected is invalid."
    return name


def _user(jira: "JiraSandbox", value: Any) -> str | None:
    """Cloud knows people by their account id, Data Center by their user name."""
    if not isinstance(value, dict):
        return None
    return value.get("name") if jira.datacenter else value.get("accountId") or value.get("id")


def _assignee(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    if value is None:
        return None
    number = _user(jira, value)
    user = jira.world.users.get(str(number))
    if user is None:
        faults["assignee"] = f"User '{number}' does not exist." if number else "Specify a valid value for assignee"
    elif not user.active or (project.assignable is not None and user.account_id not in project.assignable):
        faults["assignee"] = f"User '{user.account_id}' cannot be assigned issues."
    return number


def _reporter(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    number = _user(jira, value)
    if number not in jira.world.users:
        faults["reporter"] = "The reporter specified is not a user."
    return number


def _duedate(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    if value is None:
        return None
    try:
        date.fromisoformat(str(value))
    except ValueError:
        faults["duedate"] = "Operation value must be a string of the form yyyy-MM-dd"
    return value


def _parent(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    asked = (value.get("key") or value.get("id")) if isinstance(value, dict) else None
    issue = jira.world.issue(str(asked)) if asked else None
    if issue is None:
        faults["parent"] = "Could not find issue by id or key."
    return issue


def _security(jira: "JiraSandbox", project: Project, value: Any, faults: Faults) -> Any:
    return value.get("name") if isinstance(value, dict) else None


_READERS = {
    "summary": _summary,
    "labels": _labels,
    "priority": _priority,
    "assignee": _assignee,
    "reporter": _reporter,
    "duedate": _duedate,
    "parent": _parent,
    "security": _security,
}


def read_link(jira: "JiraSandbox", value: Mapping[str, Any], here: Issue | None = None) -> tuple[str, Issue, Issue]:
    """The type, source and target of an issue link; `here`: the issue being created, where a side is left out."""
    kind = value.get("type") or {}
    for name, (number, _inward, _outward) in LINK_TYPES.items():
        if kind.get("name") == jira.world.word(name) or str(kind.get("id")) == number:
            break
    else:
        raise refused(404, f"No issue link type with name '{kind.get('name')}' found.")
    sides: dict[str, Issue] = {}
    for side in ("inwardIssue", "outwardIssue"):
        asked = value.get(side)
        if asked is None and here is not None:
            sides[side] = here
            continue
        issue = jira.world.issue(str((asked or {}).get("key") or (asked or {}).get("id")))
        if issue is None:
            raise refused(404, "Issue does not exist or you do not have permission to see it.")
        sides[side] = issue
    # "inwardIssue blocks outwardIssue": the inward issue is the one that shows the other as its outward issue.
    return name, sides["inwardIssue"], sides["outwardIssue"]


def apply_updates(issue: Issue, update: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """`update` operations on simple fields, turned into plain values: labels add, remove, set; the rest set."""
    fields: dict[str, Any] = {}
    for name, operations in update.items():
        for operation in operations:
            if "set" in operation:
                fields[name] = operation["set"]
            elif name == "labels":
                now = list(fields.get("labels", issue.labels))
                if "add" in operation and operation["add"] not in now:
                    now.append(operation["add"])
                if operation.get("remove") in now:
                    now.remove(operation["remove"])
                fields["labels"] = now
    return fields


def read_resolution(jira: "JiraSandbox", value: Any) -> str | None:
    if value is None:
        return None
    name = _by_name_or_id(jira.world, value, RESOLUTIONS)
    if name is None:
        raise refused(400, errors={"resolution": "The resolution selected is invalid."})
    return name
