"""GitHub's account and repositories over REST, sub-issue writes, and the door to GraphQL."""

from typing import TYPE_CHECKING

from sandbox.github_graphql import answer_query
from sandbox.github_issues import both, paged
from sandbox.github_refusals import can_triage, error, find_issue, find_repo, invalid
from sandbox.github_world import TRIAGE
from sandbox.routing import Answer, Refusal, Request, Router

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

REPO_ROUTES = Router()


@REPO_ROUTES.on("GET", "/user")
def get_user(github: "GitHubSandbox", request: Request) -> Answer:
    return Answer(200, github.answers.account(request.user, github.started_at), {"x-oauth-scopes": "repo"})


@REPO_ROUTES.on("GET", *both(""))
def get_repo(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    return Answer(200, github.answers.repo(find_repo(github, request, **where), request.user))


@REPO_ROUTES.on("GET", *both("/labels"))
def list_labels(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    return paged(github, request, [github.answers.label(repo, label) for label in repo.labels.values()])


@REPO_ROUTES.on("GET", *both("/assignees"))
def list_assignees(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    logins = [login for login, role in repo.members.items() if role in TRIAGE]
    return paged(github, request, [github.answers.user(login) for login in logins])


@REPO_ROUTES.on("GET", *both("/assignees/{login}"))
def check_assignee(github: "GitHubSandbox", request: Request, login: str, **where: str) -> Answer:
    repo = find_repo(github, request, **where)
    return Answer(204) if repo.members.get(login) in TRIAGE else error(404, "Not Found")


@REPO_ROUTES.on("POST", *both("/issues/{number}/sub_issues"))
def add_sub_issue(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    """Takes the child's id, not its number; answers with the parent."""
    repo = find_repo(github, request, **where)
    parent = find_issue(github, request, repo, number)
    if not can_triage(request, repo):
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


@REPO_ROUTES.on("GET", *both("/issues/{number}/parent"))
def get_parent(github: "GitHubSandbox", request: Request, number: str, **where: str) -> Answer:
    issue = find_issue(github, request, find_repo(github, request, **where), number)
    return Answer(200, github.answers.issue(issue.parent)) if issue.parent else error(404, "Not Found")


@REPO_ROUTES.on("GET", "/rate_limit")
def rate_limit(github: "GitHubSandbox", request: Request) -> Answer:
    left = 5000 if github.rate_left is None else github.rate_left
    core = {"limit": 5000, "used": 5000 - left, "remaining": left, "reset": int(github.now().timestamp()) + 3600}
    search = {**core, "limit": 30, "used": 0, "remaining": 30}
    return Answer(200, {"resources": {"core": core, "search": search, "graphql": core}, "rate": core})


@REPO_ROUTES.on("POST", "/graphql")
def graphql(github: "GitHubSandbox", request: Request) -> Answer:
    fields = request.fields()
    return Answer(200, answer_query(github, request, str(fields.get("query") or ""), fields.get("variables") or {}))
