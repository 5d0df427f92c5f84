"""What hangs on a GitHub issue, over REST: assignees, labels, sub-issues, and the deletion of a comment."""

from typing import TYPE_CHECKING

from sandbox.github_issues import both, label_names
from sandbox.github_refusals import can_triage, error, find_comment, find_issue, find_repo, invalid
from sandbox.github_world import TRIAGE
from sandbox.routing import Answer, Refusal, Request, Router

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

PART_ROUTES = Router()


@PART_ROUTES.on("POST", *both("/issues/{number}/assignees"))
def add_assignees(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    """Logins that cannot be assigned are passed over in silence."""
    repo = find_repo(github, request, **where)
    issue = find_issue(github, request, repo, number)
    for login in request.fields().get("assignees") or []:
        if repo.members.get(login, "read") in TRIAGE and can_triage(github, request, repo):
            github.assign(issue, login, by=request.user)
    return Answer(201, github.answers.issue(issue))


@PART_ROUTES.on("DELETE", *both("/issues/{number}/assignees"))
def remove_assignees(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    for login in request.fields().get("assignees") or []:
        github.unassign(issue, login, by=request.user)
    return Answer(200, github.answers.issue(issue))


@PART_ROUTES.on("POST", *both("/issues/{number}/labels"))
def add_labels(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    """Takes `{"labels": […]}` or a bare list, as GitHub does; answers with all labels of the issue."""
    repo = find_repo(github, request, **where)
    issue = find_issue(github, request, repo, number)
    if not can_triage(github, request, repo):
        raise Refusal(error(403, "Resource not accessible by personal access token"))
    asked = request.body if isinstance(request.body, list) else request.fields().get("labels") or []
    for name in label_names(asked):
        github.label(issue, name, by=request.user)
    return Answer(200, github.answers.issue(issue)["labels"])


@PART_ROUTES.on("DELETE", *both("/issues/{number}/labels/{name}"))
def remove_label(github: "GitHubSandbox", request: Request, number: str, name: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    if name not in issue.labels:
        raise Refusal(error(404, "Label does not exist"))
    github.unlabel(issue, name, by=request.user)
    return Answer(200, github.answers.issue(issue)["labels"])


@PART_ROUTES.on("DELETE", *both("/issues/comments/{comment_id}"))
def delete_comment(github: "GitHubSandbox", request: Request, comment_id: str, **where: str) -> Answer:
    issue, comment = find_comment(find_repo(github, request, **where), comment_id)
    github.delete_comment(issue, comment, by=request.user)
    return Answer(204)


@PART_ROUTES.on("POST", *both("/issues/{number}/sub_issues"))
def add_sub_issue(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    """Takes the child's id, not its number; answers with the parent."""
    if not github.sub_issues:
        raise Refusal(error(404, "Not Found"))
    repo = find_repo(github, request, **where)
    parent = find_issue(github, request, repo, number)
    if not can_triage(github, request, repo):
        raise Refusal(error(403, "Resource not accessible by personal access token"))
    child = github.world.issue_by_id(request.fields().get("sub_issue_id"))
    if child is None:
        raise Refusal(error(404, "The provided sub-issue does not exist"))
    if child.parent is parent:
        raise invalid("Issue", [{"code": "custom", "message": "Issue may not contain duplicate sub-issues"}])
    if child.parent and not request.fields().get("replace_parent"):
        raise invalid("Issue", [{"code": "custom", "message": "Sub issue may only have one parent"}])
    github.add_sub_issue(parent, child, by=request.user)
    return Answer(201, github.answers.issue(parent))


@PART_ROUTES.on("GET", *both("/issues/{number}/parent"))
def get_parent(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    return Answer(200, github.answers.issue(issue.parent)) if issue.parent else error(404, "Not Found")
