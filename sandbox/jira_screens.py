"""Jira's fields over REST, and which of them a project's create screen holds and wants."""

from typing import TYPE_CHECKING, Any

from sandbox.jira_answers import Answers
from sandbox.jira_issues import API, answers, listed
from sandbox.jira_refusals import collection, find_project, refused
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


def _page(jira: "JiraSandbox", name: str, found: list[dict[str, Any]]) -> Answer:
    """Data Center calls the items `values`."""
    told = {"startAt": 0, "maxResults": 50, "total": len(found)}
    return Answer(200, {**told, "isLast": True, "values": found} if jira.datacenter else {**told, name: found})


def _since(jira: "JiraSandbox", *version: int) -> bool:
    """Whether this is Cloud, or Data Center of this version at least."""
    return not jira.datacenter or jira.numbers >= version


@SCREEN_ROUTES.on("GET", f"{API}/issue/createmeta")
def create_all(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    """The form that Data Center dropped with 9.0. What one may not see is left out of it.

    https://confluence.atlassian.com/jiracore/createmeta-rest-endpoint-to-be-removed-975040986.html
    """
    if not jira.datacenter or jira.numbers >= (9,):
        return collection(404, "Issue Does Not Exist")
    shown = answers(jira, request, version)
    found = []
    for key in listed(request, "projectKeys"):
        project = jira.world.project(key)
        if project is None or project.key in jira.hidden:
            continue
        types = [shown.type(name) for name in project.types]
        if "projects.issuetypes.fields" in request.asked("expand"):
            fields = {one["fieldId"]: one for one in _fields(jira, request, version, project)}
            types = [{**one, "fields": fields} for one in types]
        found.append({"id": project.id, "key": project.key, "name": project.name, "issuetypes": types})
    return Answer(200, {"expand": "projects", "projects": found})


@SCREEN_ROUTES.on("GET", f"{API}/issue/createmeta/{{key}}/issuetypes")
def create_types(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    if not _since(jira, 8, 4):
        return collection(404, "dead link")
    project = find_project(jira, key)
    shown = answers(jira, request, version)
    return _page(jira, "issueTypes", [shown.type(name) for name in project.types])


@SCREEN_ROUTES.on("GET", f"{API}/issue/createmeta/{{key}}/issuetypes/{{type_id}}")
def create_fields(jira: "JiraSandbox", request: Request, version: str, key: str, type_id: str) -> Answer:
    if not _since(jira, 8, 4):
        return collection(404, "dead link")
    project = find_project(jira, key)
    if type_id not in [TYPES[name] for name in project.types]:
        raise refused(400, f"Issue type with id '{type_id}' is not in project '{key}'.")
    return _page(jira, "fields", _fields(jira, request, version, project))


def _fields(jira: "JiraSandbox", request: Request, version: str, project: Project) -> list[dict[str, Any]]:
    names = [name for name in (*ON_SCREEN, *project.fields) if name not in project.off_screen]
    return [_create_field(answers(jira, request, version), project, name) for name in names]


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
