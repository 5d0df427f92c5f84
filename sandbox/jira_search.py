"""Jira's search over REST: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"""

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.jira_issues import API, answers, listed
from sandbox.jira_refusals import collection, refused
from sandbox.jira_world import Issue
from sandbox.jql import Asker, BadJql, read_jql
from sandbox.routing import Answer, Request, Router

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

SEARCH_ROUTES = Router()
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


@SEARCH_ROUTES.on("GET", f"{API}/search")
def old_search(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    if not jira.datacenter:
        return collection(410, GONE)
    return _offset_page(
        jira,
        request,
        version,
        jql=request.asked("jql"),
        start=request.number("startAt", 0, 0, 10**9),
        size=request.number("maxResults", 50, 0, 1000),
        fields=listed(request, "fields"),
        expand=listed(request, "expand"),
        lenient=request.asked("validateQuery") == "false",
    )


@SEARCH_ROUTES.on("POST", f"{API}/search")
def old_search_by_post(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    if not jira.datacenter:
        return collection(410, GONE)
    body = request.fields()
    return _offset_page(
        jira,
        request,
        version,
        jql=str(body.get("jql") or ""),
        start=int(body.get("startAt") or 0),
        size=min(int(body.get("maxResults") or 50), 1000),
        fields=body.get("fields") or (),
        expand=tuple(body.get("expand") or ()),
        lenient=body.get("validateQuery") is False,
    )


def _offset_page(
    jira: "JiraSandbox",
    request: Request,
    version: str,
    *,
    jql: str,
    start: int,
    size: int,
    fields: Sequence[str],
    lenient: bool,
    expand: Sequence[str] = (),
) -> Answer:
    """Data Center's search: by offset, with a total, all navigable fields unless some are named, no properties.

    https://developer.atlassian.com/server/jira/platform/rest/v10000/api-group-search/
    """
    shown = answers(jira, request, version)
    found = _found(jira, request, jql, lenient=lenient)
    asked = tuple(fields) or ("*navigable",)
    page = [shown.issue(issue, fields=asked, expand=expand) for issue in found[start : start + size]]
    told = {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found)}
    return Answer(200, {**told, "issues": page})


def _found(
    jira: "JiraSandbox", request: Request, jql: str, reconcile: Sequence[str] = (), *, lenient: bool = False
) -> list[Issue]:
    """Newest first unless the query says otherwise; what the index does not hold yet is left out."""
    zone = ZoneInfo(jira.world.users[request.user].time_zone)
    asker = Asker(request.user, jira.now(), zone, datacenter=jira.datacenter, lenient=lenient)
    try:
        query = read_jql(jql, jira.world, asker)
    except BadJql as bad:
        raise refused(400, str(bad)) from None
    indexed = jira.now() - jira.index_lag
    found = [
        issue
        for issue in jira.world.issues()
        if issue.project.key not in jira.hidden
        and (issue.created <= indexed or not jira.index_lag or issue.id in reconcile)
        and query.fits(issue)
    ]
    return query.sort(sorted(found, key=lambda issue: issue.created, reverse=True))


@SEARCH_ROUTES.on("GET", f"{API}/search/jql")
def search(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    return _page(
        jira,
        request,
        version,
        jql=request.asked("jql"),
        token=request.asked("nextPageToken"),
        size=request.number("maxResults", 50, 1, 5000),
        fields=listed(request, "fields"),
        expand=listed(request, "expand"),
        properties=listed(request, "properties"),
        reconcile=listed(request, "reconcileIssues"),
    )


@SEARCH_ROUTES.on("POST", f"{API}/search/jql")
def search_by_post(jira: "JiraSandbox", request: Request, version: str) -> Answer:
    body = request.fields()
    if unknown := set(body) - {
        "jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys", "reconcileIssues",
    }:  # fmt: skip
        raise refused(400, f"Invalid request payload: unknown property '{sorted(unknown)[0]}'.")
    return _page(
        jira,
        request,
        version,
        jql=str(body.get("jql") or ""),
        token=str(body.get("nextPageToken") or ""),
        size=min(int(body.get("maxResults") or 50), 5000),
        fields=body.get("fields") or (),
        expand=tuple(str(body.get("expand") or "").split(",")),
        properties=body.get("properties") or (),
        reconcile=[str(one) for one in body.get("reconcileIssues") or ()],
    )


def _page(
    jira: "JiraSandbox",
    request: Request,
    version: str,
    *,
    jql: str,
    token: str,
    size: int,
    fields: Sequence[str],
    expand: Sequence[str],
    properties: Sequence[str],
    reconcile: Sequence[str],
) -> Answer:
    """Ids alone unless fields are asked for; no total; a page token instead of an offset; the index may lag."""
    if jira.datacenter:
        return collection(404, "dead link")
    shown = answers(jira, request, version)
    found = _found(jira, request, jql, reconcile)
    if len(properties) > 5:
        raise refused(400, "You can't request more than 5 properties.")
    start = _offset(token, jql)
    size = min(size, 100) if fields else size
    page = found[start : start + size]
    answer: dict[str, Any] = {
        "issues": [
            shown.issue(issue, fields=tuple(fields) or ("id",), expand=expand, properties=properties) for issue in page
        ]
    }
    if not fields:
        answer["issues"] = [{"id": issue["id"]} for issue in answer["issues"]]
    answer["isLast"] = start + size >= len(found)
    if not answer["isLast"]:
        answer["nextPageToken"] = base64.urlsafe_b64encode(f"{start + size}:{jql}".encode()).decode()
    return Answer(200, answer)


def _offset(token: str, jql: str) -> int:
    if not token:
        return 0
    try:
        start, _, asked = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        start, asked = "", ""
    if asked != jql or not start.isdigit():
        raise refused(400, "The provided next page token is invalid or expired.")
    return int(start)
