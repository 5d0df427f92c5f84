"""Jira's issues over REST: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"""

from typing import TYPE_CHECKING, Any

from sandbox.jira_answers import Answers
from sandbox.jira_fields import (
    Faults,
    apply_updates,
    read_fields,
    read_link,
    read_project,
    read_resolution,
    read_text,
    read_type,
)
from sandbox.jira_refusals import collection, find_comment, find_issue, refused
from sandbox.jira_world import Issue, Text
from sandbox.routing import Answer, Refusal, Request, Router

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

ISSUE_ROUTES = Router()
API = "/rest/api/{version}"
MOST_TOGETHER = 100


def answers(jira: "JiraSandbox", request: Request, version: str) -> Answers:
    if version not in (("2", "latest") if jira.datacenter else ("2", "3", "latest")):
        raise Refusal(collection(404, "dead link"))
    zone = jira.world.users[request.user].time_zone if request.user else "Etc/UTC"
    version = ("2" if jira.datacenter else "3") if version == "latest" else version
    return Answers(jira.world, jira.url, version, zone, datacenter=jira.datacenter)


def listed(request: Request, name: str) -> tuple[str, ...]:
    """A parameter that may hold commas and may be given more than once."""
    values = ",".join(request.query.get(name) or [])
    return tuple(value.strip() for value in values.split(",") if value.strip())


@ISSUE_ROUTES.on("POST", f"{API}/issue")
def create_issue(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    body = request.fields()
    fields = body.get("fields") or {}
    project = read_project(jira, fields)
    kind = read_type(jira, project, fields)
    read = read_fields(jira, project, fields, "3" if version == "3" else "2", new=True)
    update = body.get("update") or {}
    if unknown := [name for name in update if name in project.off_screen or name != "issuelinks"]:
        said = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        raise refused(400, errors={name: said.format(name) for name in unknown})
    adds = [one["add"] for one in update.get("issuelinks") or [] if "add" in one]
    for one in adds:  # seen before anything is made
        read_link(jira, {"inwardIssue": {}, "outwardIssue": {}, **_sides(one)}) if _both_named(one) else None
    issue = jira.create_issue(
        project,
        read.pop("summary"),
        read.pop("description", None),
        type=kind,
        by=request.user,
        labels=read.pop("labels", ()),
        priority=read.pop("priority", None) or "Medium",
        assignee=read.pop("assignee", None),
        reporter=read.pop("reporter", None),
        duedate=read.pop("duedate", None),
        parent=read.pop("parent", None),
        security=read.pop("security", None),
        custom=read,
        properties={one["key"]: one["value"] for one in body.get("properties") or []},
    )
    for one in adds:
        jira.link(*read_link(jira, one, here=issue))
    shown = {"id": issue.id, "key": issue.key, "self": answers(jira, request, version).api + f"/issue/{issue.id}"}
    return Answer(201, shown)


def _sides(link: dict[str, Any]) -> dict[str, Any]:
    return {name: link[name] for name in ("type", "inwardIssue", "outwardIssue") if name in link}


def _both_named(link: dict[str, Any]) -> bool:
    return "inwardIssue" in link and "outwardIssue" in link


@ISSUE_ROUTES.on("GET", f"{API}/issue/{{key}}")
def get_issue(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    shown = answers(jira, request, version).issue(
        issue,
        fields=listed(request, "fields") or ("*all",),
        expand=listed(request, "expand"),
        properties=listed(request, "properties"),
    )
    return Answer(200, shown)


@ISSUE_ROUTES.on("PUT", f"{API}/issue/{{key}}")
def edit_issue(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    body = request.fields()
    update = dict(body.get("update") or {})
    links = [one["add"] for one in update.pop("issuelinks", []) if "add" in one]
    fields = {**(body.get("fields") or {}), **apply_updates(issue, update)}
    read = read_fields(jira, issue.project, fields, "3" if version == "3" else "2", new=False)
    for one in links:
        jira.link(*read_link(jira, one, here=issue))
    for one in body.get("properties") or []:
        issue.properties[one["key"]] = one["value"]
    read.pop("reporter", None)
    if "parent" in read:
        issue.parent = read.pop("parent")
    if read:
        jira.change(issue, request.user, notify=request.asked("notifyUsers", "true") != "false", **read)
    if request.asked("returnIssue") == "true":
        return Answer(200, answers(jira, request, version).issue(issue))
    return Answer(204)


@ISSUE_ROUTES.on("DELETE", f"{API}/issue/{{key}}")
def delete_issue(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    jira.delete(find_issue(jira, key), by=request.user)
    return Answer(204)


@ISSUE_ROUTES.on("POST", f"{API}/issue/bulkfetch")
def bulk_fetch(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    """Those that exist, and an error for each of the others. A moved issue is not found by its old key here."""
    if jira.datacenter:
        raise Refusal(collection(404, "dead link"))
    body = request.fields()
    asked = body.get("issueIdsOrKeys") or []
    if not asked:
        raise refused(400, "issueIdsOrKeys must not be empty")
    if len(asked) > MOST_TOGETHER:
        raise refused(400, f"The maximum number of issues is {MOST_TOGETHER}.")
    shown = answers(jira, request, version)
    fields = tuple(body.get("fields") or ("*navigable",))
    issues: dict[str, dict[str, Any]] = {}
    errors = []
    for one in dict.fromkeys(str(item) for item in asked):
        issue = jira.world.issue(one)
        if issue is None or one in issue.old_keys or issue.project.key in jira.hidden:
            errors.append({"id": one, "errorMessage": "Issue does not exist or you do not have permission to see it."})
        else:
            more = {"expand": tuple(body.get("expand") or ()), "properties": tuple(body.get("properties") or ())}
            issues[issue.id] = shown.issue(issue, fields=fields, **more)
    return Answer(200, {"issues": list(issues.values()), "issueErrors": errors})


# --- comments ---------------------------------------------------------------------------------------------------------


def _comment_text(request: Request, version: str) -> Text:
    body = request.fields().get("body")
    faults = Faults()
    text = read_text(body, "3" if version == "3" else "2", "comment", faults)
    faults.raise_if_any()
    if text is None:
        raise refused(400, errors={"comment": "Comment body can not be empty!"})
    return text


@ISSUE_ROUTES.on("GET", f"{API}/issue/{{key}}/comment")
def list_comments(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    shown = answers(jira, request, version)
    found = sorted(issue.comments, key=lambda one: one.created, reverse=request.asked("orderBy") == "-created")
    start = request.number("startAt", 0, 0, 10**9)
    size = request.number("maxResults", 100, 1, 100)
    page = [shown.comment(issue, one, expand=listed(request, "expand")) for one in found[start : start + size]]
    return Answer(200, {"startAt": start, "maxResults": size, "total": len(found), "comments": page})


@ISSUE_ROUTES.on("POST", f"{API}/issue/{{key}}/comment")
def add_comment(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    body = request.fields()
    properties = {one["key"]: one["value"] for one in body.get("properties") or []}
    internal = (properties.get("sd.public.comment") or {}).get("internal")
    comment = jira.comment(
        issue,
        _comment_text(request, version),
        by=request.user,
        visibility=body.get("visibility"),
        public=False if internal else None,
        properties=properties,
    )
    return Answer(201, answers(jira, request, version).comment(issue, comment, expand=listed(request, "expand")))


@ISSUE_ROUTES.on("GET", f"{API}/issue/{{key}}/comment/{{comment_id}}")
def get_comment(jira: "JiraSandbox", request: Request, version: str, key: str, comment_id: str) -> Answer:
    issue = find_issue(jira, key)
    comment = find_comment(issue, comment_id)
    return Answer(200, answers(jira, request, version).comment(issue, comment, expand=listed(request, "expand")))


@ISSUE_ROUTES.on("PUT", f"{API}/issue/{{key}}/comment/{{comment_id}}")
def edit_comment(jira: "JiraSandbox", request: Request, version: str, key: str, comment_id: str) -> Answer:
    issue = find_issue(jira, key)
    comment = find_comment(issue, comment_id)
    text = _comment_text(request, version)
    jira.edit_comment(issue, comment, text, by=request.user, notify=request.asked("notifyUsers", "true") != "false")
    for one in request.fields().get("properties") or []:
        comment.properties[one["key"]] = one["value"]
    return Answer(200, answers(jira, request, version).comment(issue, comment, expand=listed(request, "expand")))


@ISSUE_ROUTES.on("DELETE", f"{API}/issue/{{key}}/comment/{{comment_id}}")
def delete_comment(jira: "JiraSandbox", request: Request, version: str, key: str, comment_id: str) -> Answer:
    issue = find_issue(jira, key)
    jira.delete_comment(issue, find_comment(issue, comment_id))
    return Answer(204)


# --- history and workflow ---------------------------------------------------------------------------------------------


@ISSUE_ROUTES.on("GET", f"{API}/issue/{{key}}/changelog")
def changelog(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    """Oldest first, 100 a page. Data Center gives all of it with the issue, and has no page of its own."""
    if jira.datacenter:
        raise Refusal(collection(404, "dead link"))
    issue = find_issue(jira, key)
    shown = answers(jira, request, version)
    start = request.number("startAt", 0, 0, 10**9)
    size = request.number("maxResults", 100, 1, 100)
    values = [shown.history(one) for one in issue.histories[start : start + size]]
    url = f"{shown.api}/issue/{issue.id}/changelog"
    page: dict[str, Any] = {
        "self": f"{url}?maxResults={size}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": len(issue.histories),
        "isLast": start + size >= len(issue.histories),
        "values": values,
    }
    if not page["isLast"]:
        page["nextPage"] = f"{url}?maxResults={size}&startAt={start + size}"
    return Answer(200, page)


def _transitions(jira: "JiraSandbox", issue: Issue) -> dict[str, Any]:
    """Every status can be reached from every other; the ids are 11, 21, 31 …"""
    return {str(10 * place + 1): status for place, status in enumerate(jira.world.statuses, start=1)}


@ISSUE_ROUTES.on("GET", f"{API}/issue/{{key}}/transitions")
def list_transitions(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    shown = answers(jira, request, version)
    found = [
        {
            "id": number,
            "name": status.name,
            "to": shown.status(status),
            "hasScreen": status.category == "done",
            "isGlobal": True,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
            "isLooped": False,
        }
        for number, status in _transitions(jira, issue).items()
    ]
    return Answer(200, {"expand": "transitions", "transitions": found})


@ISSUE_ROUTES.on("POST", f"{API}/issue/{{key}}/transitions")
def do_transition(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    body = request.fields()
    number = str((body.get("transition") or {}).get("id") or "")
    if not number:
        raise refused(400, "Missing 'transition' identifier")
    status = _transitions(jira, issue).get(number)
    if status is None:
        raise refused(400, "It seems that you have tried to perform a workflow operation that is not valid.")
    resolution = read_resolution(jira, (body.get("fields") or {}).get("resolution"))
    jira.transition(issue, status.name, resolution, by=request.user)
    return Answer(204)
