"""Jira's fields over REST, and which of them a project's create screen holds and wants."""

from typing import TYPE_CHECKING, Any

from sandbox.jira_answers import Answers
from sandbox.jira_issues import API, answers
from sandbox.jira_refusals import find_project, refused
from sandbox.jira_world import PRIORITIES, TYPES, Project
from sandbox.routing import Answer, Request, Router

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

SCREEN_ROUTES = Router()
# id: name, the schema's type, the type of its items
FIELDS = {
    "summary": ("Summary", "string", None),
    "issuetype": ("Issue Type", "issuetype", None),
    "project": ("Project", "project", None),
    "status": ("Status", "status", None),
    "resolution": ("Resolution", "resolution", None),
    "priority": ("Priority", "priority", None),
    "labels": ("Labels", "array", "string"),
    "assignee": ("Assignee", "user", None),
    "reporter": ("Reporter", "user", None),
    "creator": ("Creator", "user", None),
    "created": ("Created", "datetime", None),
    "updated": ("Updated", "datetime", None),
    "duedate": ("Due date", "date", None),
    "description": ("Description", "string", None),
    "issuelinks": ("Linked Issues", "array", "issuelinks"),
    "parent": ("Parent", "issuelink", None),
    "security": ("Security Level", "securitylevel", None),
}
ON_SCREEN = tuple(name for name in FIELDS if name not in ("status", "resolution", "creator", "created", "updated"))


@SCREEN_ROUTES.on("GET", f"{API}/field")
def list_fields(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    found = [
        {
            "id": name,
            "key": name,
            "name": title,
            "custom": False,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [name],
            "schema": _schema(name),
        }
        for name, (title, _, _) in FIELDS.items()
    ]
    custom = {name: title for project in jira.world.projects.values() for name, title in project.fields.items()}
    for name, title in custom.items():
        found.append(
            {
                "id": name,
                "key": name,
                "name": title,
                "custom": True,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [f"cf[{name.removeprefix('customfield_')}]", title],
                "schema": _schema(name),
            }
        )
    return Answer(200, found)


def _schema(name: str) -> dict[str, Any]:
    if name.startswith("customfield_"):
        number = int(name.removeprefix("customfield_"))
        return {
            "type": "string",
            "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
            "customId": number,
        }
    _, kind, items = FIELDS[name]
    return {"type": kind, "system": name, **({"items": items} if items else {})}


@SCREEN_ROUTES.on("GET", f"{API}/issue/createmeta/{{key}}/issuetypes")
def create_types(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    project = find_project(jira, key)
    shown = answers(jira, request, version)
    types = [shown.type(name) for name in project.types]
    return Answer(200, {"startAt": 0, "maxResults": 50, "total": len(types), "issueTypes": types})


@SCREEN_ROUTES.on("GET", f"{API}/issue/createmeta/{{key}}/issuetypes/{{type_id}}")
def create_fields(jira: "JiraSandbox", request: Request, version: str, key: str, type_id: str) -> Answer:
    project = find_project(jira, key)
    if type_id not in [TYPES[name] for name in project.types]:
        raise refused(400, f"Issue type with id '{type_id}' is not in project '{key}'.")
    names = [name for name in (*ON_SCREEN, *project.fields) if name not in project.off_screen]
    fields = [_create_field(answers(jira, request, version), project, name) for name in names]
    return Answer(200, {"startAt": 0, "maxResults": 50, "total": len(fields), "fields": fields})


def _create_field(shown: Answers, project: Project, name: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "required": name in ("summary", "issuetype", "project") or name in project.required,
        "schema": _schema(name),
        "name": project.fields.get(name) or FIELDS[name][0],
        "key": name,
        "fieldId": name,
        "hasDefaultValue": name == "priority",
        "operations": ["add", "remove", "set"] if name == "labels" else ["set"],
    }
    if name == "priority":
        field["allowedValues"] = [shown.priority(one) for one in PRIORITIES]
    return field
