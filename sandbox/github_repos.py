"""GitHub's account and repositories over REST, and the door to GraphQL."""

from typing import TYPE_CHECKING

from sandbox.github_graphql import answer_query
from sandbox.github_issues import both, paged
from sandbox.github_refusals import error, find_repo, role, sees
from sandbox.github_world import TRIAGE
from sandbox.routing import Answer, Request, Router

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

REPO_ROUTES = Router()


@REPO_ROUTES.on("GET", "/user")
def get_user(github: "GitHubSandbox", request: Request) -> Answer:
    if github.apps.installation(request) is not None:
        return error(403, "Resource not accessible by integration")
    return Answer(200, github.answers.account(request.user, github.started_at), {"x-oauth-scopes": "repo"})


@REPO_ROUTES.on("GET", "/users/{login}")
def get_person(github: "GitHubSandbox", request: Request, login: str) -> Answer:
    if login not in github.world.users:
        return error(404, "Not Found")
    return Answer(200, github.answers.account(login, github.started_at))


@REPO_ROUTES.on("GET", "/user/repos")
def list_own_repos(github: "GitHubSandbox", request: Request) -> Answer:
    found = [repo for repo in github.world.repos.values() if role(github, request, repo)]
    return paged(github, request, [github.answers.repo(repo, request.user) for repo in found])


@REPO_ROUTES.on("GET", "/orgs/{org}/repos")
def list_organization_repos(github: "GitHubSandbox", request: Request, org: str) -> Answer:
    owned = [repo for repo in github.world.repos.values() if repo.owner.lower() == org.lower()]
    if org.lower() in github.world.persons or not owned:
        return error(404, "Not Found")
    found = [github.answers.repo(repo, request.user) for repo in owned if sees(github, request, repo)]
    return paged(github, request, found)


@REPO_ROUTES.on("GET", "/meta")
def meta(github: "GitHubSandbox", request: Request) -> Answer:
    installed = {"installed_version": github.version} if github.version else {}
    return Answer(200, {"verifiable_password_authentication": False, **installed})


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


@REPO_ROUTES.on("GET", "/rate_limit")
def rate_limit(github: "GitHubSandbox", request: Request) -> Answer:
    if not github.limits:
        return error(404, "Rate limiting is not enabled.")
    left = 5000 if github.rate_left is None else github.rate_left
    core = {"limit": 5000, "used": 5000 - left, "remaining": left, "reset": int(github.now().timestamp()) + 3600}
    search = {**core, "limit": 30, "used": 0, "remaining": 30}
    return Answer(200, {"resources": {"core": core, "search": search, "graphql": core}, "rate": core})


@REPO_ROUTES.on("POST", "/graphql")
def graphql(github: "GitHubSandbox", request: Request) -> Answer:
    fields = request.fields()
    return Answer(200, answer_query(github, request, str(fields.get("query") or ""), fields.get("variables") or {}))
