"""Jira around the issues over REST: server, account, projects, people, links, properties, permissions."""

from typing import TYPE_CHECKING

from sandbox.jira_answers import Answers
from sandbox.jira_fields import read_fields, read_link
from sandbox.jira_issues import API, answers, listed
from sandbox.jira_refusals import collection, find_issue, find_project, refused
from sandbox.jira_world import LINK_TYPES, PRIORITIES, RESOLUTIONS
from sandbox.routing import Answer, Request, Router

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

META_ROUTES = Router()
PERMISSIONS = (
    "ADD_COMMENTS",
    "ADMINISTER",
    "ADMINISTER_PROJECTS",
    "ASSIGN_ISSUES",
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "DELETE_ISSUES",
    "EDIT_ISSUES",
    "EDIT_OWN_COMMENTS",
    "LINK_ISSUES",
    "SCHEDULE_ISSUES",
    "SET_ISSUE_SECURITY",
    "TRANSITION_ISSUES",
)


def server_info(jira: "JiraSandbox", request: Request) -> Answer:
    """The one thing that Jira tells strangers."""
    shown = Answers(jira.world, jira.url, "2", "Etc/UTC")
    if jira.datacenter:
        told = {"baseUrl": jira.url, "version": jira.version, "versionNumbers": list(jira.numbers)}
        server = {"deploymentType": "Server", "buildNumber": 912_000, "serverTitle": "Jira"}
        return Answer(200, {**told, **server, "serverTime": shown.stamp(jira.now())})
    return Answer(
        200,
        {
            "baseUrl": jira.url,
            "displayUrl": jira.url,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100_300,
            "buildDate": "2026-11-01T00:00:00.000+0000",
            "serverTime": shown.stamp(jira.now()),
            "scmInfo": "sandbox",
            "serverTitle": "Jira",
            "serverTimeZone": "Etc/UTC",
        },
    )


@META_ROUTES.on("GET", f"{API}/myself")
def myself(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    shown = answers(jira, request, version).user(request.user) or {}
    return Answer(200, {**shown, "emailAddress": jira.world.users[request.user].email, "locale": "en_US"})


@META_ROUTES.on("GET", f"{API}/project/{{key}}")
def get_project(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    """Also for people without an account, if it is open to them."""
    if not request.user and not find_project(jira, key).open:
        raise refused(404, f"No project could be found with key '{key}'.")
    return Answer(200, answers(jira, request, version).project(find_project(jira, key), in_full=True))


@META_ROUTES.on("GET", f"{API}/status")
def list_statuses(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    shown = answers(jira, request, version)
    return Answer(200, [shown.status(status) for status in jira.world.statuses])


@META_ROUTES.on("GET", f"{API}/resolution")
def list_resolutions(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    shown = answers(jira, request, version)
    return Answer(200, [shown.resolution(name) for name in RESOLUTIONS])


@META_ROUTES.on("GET", f"{API}/priority")
def list_priorities(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    shown = answers(jira, request, version)
    return Answer(200, [shown.priority(name) for name in PRIORITIES])


@META_ROUTES.on("GET", f"{API}/mypermissions")
def my_permissions(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    asked = PERMISSIONS if jira.datacenter else listed(request, "permissions")
    if not asked:
        raise refused(400, "The 'permissions' query parameter is required.")
    if unknown := [name for name in asked if name not in PERMISSIONS]:
        raise refused(400, f"Unrecognized permission: {', '.join(unknown)}")
    if key := request.asked("projectKey"):
        find_project(jira, key)
    shown = {
        name: {
            "id": str(10 + PERMISSIONS.index(name)),
            "key": name,
            "name": name.replace("_", " ").capitalize(),
            "type": "GLOBAL" if name == "ADMINISTER" else "PROJECT",
            "description": "",
            "havePermission": name not in jira.lacking,
        }
        for name in asked
    }
    return Answer(200, {"permissions": shown})


@META_ROUTES.on("GET", f"{API}/user/assignable/search")
def assignable(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    """By project (or issue), narrowed by accountId or a prefix of name or e-mail."""
    key = request.asked("project") or request.asked("issueKey").rpartition("-")[0]
    if not key:
        raise refused(400, "Either project or issueKey is required.")
    project = find_project(jira, key)
    shown = answers(jira, request, version)
    query, number = request.asked("query").lower(), request.asked("accountId")
    found = [
        shown.user(user.account_id)
        for user in jira.world.users.values()
        if user.active
        and (project.assignable is None or user.account_id in project.assignable)
        and (not number or number == user.account_id)
        and (not query or any(word.startswith(query) for word in [*user.name.lower().split(), user.email.lower()]))
    ]
    return Answer(200, found[: request.number("maxResults", 50, 1, 1000)])


# --- links and properties ---------------------------------------------------------------------------------------------


@META_ROUTES.on("GET", f"{API}/issueLinkType")
def link_types(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    shown = answers(jira, request, version)
    return Answer(200, {"issueLinkTypes": [shown.link_type(name) for name in LINK_TYPES]})


@META_ROUTES.on("POST", f"{API}/issueLink")
def add_link(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    jira.link(*read_link(jira, request.fields()))
    return Answer(201)


@META_ROUTES.on("GET", f"{API}/issue/{{key}}/remotelink")
def remote_links(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    shown = answers(jira, request, version)
    found = [shown.remote_link(issue, link) for link in issue.remote_links]
    if wanted := request.asked("globalId"):
        found = [link for link in found if link.get("globalId") == wanted]
        if not found:
            raise refused(404, "The remote issue link with the given global ID does not exist.")
        return Answer(200, found[0])
    return Answer(200, found)


@META_ROUTES.on("POST", f"{API}/issue/{{key}}/remotelink")
def put_remote_link(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    body = request.fields()
    thing = body.get("object") or {}
    missing = {name: f"'{name}' is required." for name in ("title", "url") if not thing.get(name)}
    if missing:
        raise refused(400, errors=missing)
    global_id = body.get("globalId")
    if global_id and len(global_id) > 255:
        raise refused(400, errors={"globalId": "'globalId' can't be longer than 255 characters."})
    content = {name: body[name] for name in ("application", "object", "relationship") if body.get(name)}
    link, made = jira.remote_link(issue, content, global_id)
    shown = answers(jira, request, version).remote_link(issue, link)
    return Answer(201 if made else 200, {"id": shown["id"], "self": shown["self"]})


@META_ROUTES.on("PUT", f"{API}/issue/{{key}}/assignee")
def assign(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    named = (request.body or {}).get("name" if jira.datacenter else "accountId")
    value = {"assignee": request.body if named else None}
    jira.change(issue, request.user, **read_fields(jira, issue.project, value, "3", new=False))
    return Answer(204)


@META_ROUTES.on("GET", f"{API}/issue/{{key}}/properties")
def property_keys(jira: "JiraSandbox", request: Request, version: str, key: str) -> Answer:
    issue = find_issue(jira, key)
    url = answers(jira, request, version).api + f"/issue/{issue.id}/properties"
    return Answer(200, {"keys": [{"key": name, "self": f"{url}/{name}"} for name in issue.properties]})


@META_ROUTES.on("GET", f"{API}/issue/{{key}}/properties/{{name}}")
def get_property(jira: "JiraSandbox", request: Request, version: str, key: str, name: str) -> Answer:
    issue = find_issue(jira, key)
    if name not in issue.properties:
        return collection(404, f"The property with key '{name}' does not exist.")
    return Answer(200, {"key": name, "value": issue.properties[name]})


@META_ROUTES.on("PUT", f"{API}/issue/{{key}}/properties/{{name}}")
def put_property(jira: "JiraSandbox", request: Request, version: str, key: str, name: str) -> Answer:
    issue = find_issue(jira, key)
    if request.body is None:
        raise refused(400, "The property value must be a valid, non-empty JSON.")
    made = name not in issue.properties
    issue.properties[name] = request.body
    return Answer(201 if made else 200)
