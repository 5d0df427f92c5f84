"""GitHub's issues over REST: https://docs.github.com/en/rest/issues/issues, …/comments, …/timeline, …/sub-issues"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.github_answers import TYPES
from sandbox.github_refusals import can_triage, error, find_comment, find_issue, find_repo, invalid, role, sees
from sandbox.github_world import TRIAGE, Issue, Repo
from sandbox.routing import Answer, Refusal, Request, Router

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

ISSUE_ROUTES = Router()
MOST_CHARACTERS = 65_536
NOT_IN_EVENTS = ("cross-referenced", "commented")


def both(tail: str) -> tuple[str, str]:
    """A repository's path by name, and by id (which GitHub answers though it does not document it)."""
    return "/repos/{owner}/{repo}" + tail, "/repositories/{repo_id}" + tail


def paged(github: "GitHubSandbox", request: Request, items: Sequence[Any]) -> Answer:
    """One page with GitHub's Link header."""
    size = request.number("per_page", 30, 1, 100)
    page = request.number("page", 1, 1, 10**6)
    last = max(1, math.ceil(len(items) / size))
    links = []
    for name, number, shown in (
        ("prev", page - 1, page > 1),
        ("next", page + 1, page < last),
        ("last", last, page < last),
        ("first", 1, page > 1),
    ):
        if shown:
            query = {name: values[-1] for name, values in request.query.items()} | {"page": str(number)}
            links.append(f'<{github.url}{request.path}?{urlencode(query)}>; rel="{name}"')
    return Answer(200, list(items[(page - 1) * size : page * size]), {"Link": ", ".join(links)} if links else {})


def since_of(request: Request) -> datetime | None:
    text = request.asked("since")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Issue", [{"field": "since", "code": "invalid"}]) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _chosen(request: Request, name: str, default: str, allowed: Sequence[str]) -> str:
    value = request.asked(name, default)
    if value not in allowed:
        raise invalid("Issue", [{"field": name, "code": "invalid", "value": value}])
    return value


@ISSUE_ROUTES.on("GET", *both("/issues"))
def list_issues(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    if not repo.has_issues:
        raise Refusal(error(404, "Not Found"))
    state = _chosen(request, "state", "open", ("open", "closed", "all"))
    sort = _chosen(request, "sort", "created", ("created", "updated", "comments"))
    direction = _chosen(request, "direction", "desc", ("asc", "desc"))
    since = since_of(request)
    wanted = [name.lower() for name in request.asked("labels").split(",") if name]
    listed = github.now() - github.list_lag
    creator, assignee = request.asked("creator"), request.asked("assignee")
    kind = request.asked("type") if github.issue_types else ""
    found = [
        issue
        for issue in repo.issues.values()
        if state in ("all", issue.state)
        and (not github.list_lag or issue.created_at <= listed)
        and (since is None or issue.updated_at.replace(microsecond=0) >= since)
        and set(wanted) <= {name.lower() for name in issue.labels}
        and creator.lower() in ("", issue.author.lower())
        and kind.lower() in ("", "*", (issue.type_name or "").lower())
        and (assignee in ("", *issue.assignees) or (assignee == "*" and issue.assignees))
    ]
    keys = {
        "created": lambda issue: (issue.created_at, issue.number),
        "updated": lambda issue: (issue.updated_at, issue.number),
        "comments": lambda issue: (len(issue.comments), issue.number),
    }
    found.sort(key=keys[sort], reverse=direction == "desc")
    return _page_of_issues(github, request, found)


def _page_of_issues(github: "GitHubSandbox", request: Request, found: Sequence[Issue]) -> Answer:
    page = paged(github, request, found)
    return Answer(200, [github.answers.issue(issue) for issue in page.body], page.headers)


def _check_text(fields: dict[str, Any]) -> None:
    body = fields.get("body")
    if body is not None and not isinstance(body, str):
        raise invalid("Issue", [{"field": "body", "code": "invalid"}])
    if body and len(body) > MOST_CHARACTERS:
        said = f"body is too long (maximum is {MOST_CHARACTERS} characters)"
        raise invalid("Issue", [{"field": "body", "code": "custom", "message": said}])


def _check_assignees(repo: Repo, logins: Sequence[str]) -> None:
    """With push access, one login that cannot be assigned fails the whole request."""
    for login in logins:
        if repo.members.get(login, "read") not in TRIAGE:
            raise invalid("Issue", [{"value": login, "field": "assignees", "code": "invalid"}])


def label_names(labels: Sequence[Any]) -> list[str]:
    return [label["name"] if isinstance(label, dict) else str(label) for label in labels]


@ISSUE_ROUTES.on("POST", *both("/issues"))
def create_issue(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    fields = request.fields()
    if not repo.has_issues:
        raise Refusal(error(410, "Issues has been disabled in this repository."))
    if repo.archived:
        raise Refusal(error(403, "Repository was archived so is read-only."))
    title = str(fields.get("title") or "").strip()
    if not title:
        raise invalid("Issue", [{"field": "title", "code": "missing_field"}])
    if len(title) > 256:
        said = "title is too long (maximum is 256 characters)"
        raise invalid("Issue", [{"field": "title", "code": "custom", "message": said}])
    _check_text(fields)
    may = can_triage(github, request, repo)
    labels = label_names(fields.get("labels") or []) if may else []
    assignees = list(fields.get("assignees") or ([fields["assignee"]] if fields.get("assignee") else [])) if may else []
    _check_assignees(repo, assignees)
    milestone = fields.get("milestone")
    if milestone is not None and int(milestone) not in repo.milestones:
        raise invalid("Issue", [{"value": milestone, "field": "milestone", "code": "invalid"}])
    kind = fields.get("type") if github.issue_types else None
    if kind is not None and kind not in TYPES:
        raise invalid("Issue", [{"value": kind, "field": "type", "code": "invalid"}])
    parent = None
    if fields.get("parent_issue_id") is not None and github.sub_issues:
        parent = _parent_of(github, request, fields["parent_issue_id"])
    issue = github.open_issue(
        repo, title, fields.get("body"), labels=labels, assignees=assignees, author=request.user, parent=parent
    )
    issue.milestone, issue.type_name = (int(milestone) if milestone is not None else None), kind
    body = github.answers.issue(issue)
    return Answer(201, body, {"Location": body["url"]})


def _parent_of(github: "GitHubSandbox", request: Request, issue_id: object) -> Issue:
    parent = github.world.issue_by_id(issue_id)
    if parent is None or not sees(github, request, parent.repo):
        raise invalid("Issue", [{"value": issue_id, "field": "parent_issue_id", "code": "invalid"}])
    if not can_triage(github, request, parent.repo):
        raise Refusal(error(403, "Resource not accessible by personal access token"))
    return parent


@ISSUE_ROUTES.on("GET", *both("/issues/{number}"))
def get_issue(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    return Answer(200, github.answers.issue(find_issue(github, request, repo, number)))


@ISSUE_ROUTES.on("PATCH", *both("/issues/{number}"))
def edit_issue(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    issue = find_issue(github, request, repo, number)
    fields, by = request.fields(), request.user
    if not can_triage(github, request, repo) and by != issue.author:
        raise Refusal(error(403, "Resource not accessible by personal access token"))
    _check_text(fields)
    if fields.get("state") not in (None, "open", "closed"):
        raise invalid("Issue", [{"value": fields["state"], "field": "state", "code": "invalid"}])
    if "assignees" in fields:
        _check_assignees(repo, fields["assignees"] or [])
    if fields.get("title") is not None or "body" in fields:
        body = (fields["body"] or "") if "body" in fields else None
        github.edit(issue, title=fields.get("title"), body=body, by=by)
    if fields.get("labels") is not None:
        wanted = label_names(fields["labels"])
        for name in [name for name in issue.labels if name not in wanted]:
            github.unlabel(issue, name, by=by)
        for name in wanted:
            github.label(issue, name, by=by)
    if fields.get("assignees") is not None:
        for login in [login for login in issue.assignees if login not in fields["assignees"]]:
            github.unassign(issue, login, by=by)
        for login in fields["assignees"]:
            github.assign(issue, login, by=by)
    if fields.get("state") == "closed":
        github.close(issue, fields.get("state_reason") or "completed", by=by)
    elif fields.get("state") == "open":
        github.reopen(issue, by=by)
    return Answer(200, github.answers.issue(issue))


@ISSUE_ROUTES.on("GET", *both("/issues/{number}/comments"))
def list_comments(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    since = since_of(request)
    found = [one for one in issue.comments if since is None or one.updated_at.replace(microsecond=0) >= since]
    return paged(github, request, [github.answers.comment(issue, one) for one in found])


@ISSUE_ROUTES.on("POST", *both("/issues/{number}/comments"))
def create_comment(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    _check_text(request.fields())
    body = str(request.fields().get("body") or "")
    if not body.strip():
        raise invalid("IssueComment", [{"field": "body", "code": "missing_field"}])
    comment = github.comment(issue, body, author=request.user)
    answer = github.answers.comment(issue, comment)
    return Answer(201, answer, {"Location": answer["url"]})


@ISSUE_ROUTES.on("GET", *both("/issues/comments/{comment_id}"))
def get_comment(github: "GitHubSandbox", request: Request, comment_id: str, **where: str) -> Answer:
    issue, comment = find_comment(find_repo(github, request, **where), comment_id)
    return Answer(200, github.answers.comment(issue, comment))


@ISSUE_ROUTES.on("PATCH", *both("/issues/comments/{comment_id}"))
def edit_comment(github: "GitHubSandbox", request: Request, comment_id: str, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    issue, comment = find_comment(repo, comment_id)
    if comment.author != request.user and role(github, request, repo) not in ("write", "maintain", "admin"):
        raise Refusal(error(403, "Resource not accessible by personal access token"))
    _check_text(request.fields())
    github.edit_comment(issue, comment, str(request.fields().get("body") or ""), by=request.user)
    return Answer(200, github.answers.comment(issue, comment))


@ISSUE_ROUTES.on("GET", *both("/issues/{number}/timeline"))
def timeline(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    lines = [(one.created_at, one.id, github.answers.timeline_comment(issue, one)) for one in issue.comments]
    lines += [(one.at, one.id, github.answers.event(issue, one)) for one in issue.events]
    lines.sort(key=lambda line: line[:2])
    return paged(github, request, [line[2] for line in lines])


@ISSUE_ROUTES.on("GET", *both("/issues/{number}/events"))
def events(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    found = [one for one in issue.events if one.kind not in NOT_IN_EVENTS]
    return paged(github, request, [github.answers.event(issue, one) for one in found])


@ISSUE_ROUTES.on("GET", *both("/issues/{number}/sub_issues"))
def list_sub_issues(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    if not github.sub_issues:
        raise Refusal(error(404, "Not Found"))
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    listed = github.now() - github.sub_issue_lag
    seen = [
        one
        for one in issue.sub_issues
        if sees(github, request, one.repo) and (not github.sub_issue_lag or one.created_at <= listed)
    ]
    return _page_of_issues(github, request, seen)
