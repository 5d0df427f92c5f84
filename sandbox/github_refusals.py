"""How GitHub says no, and how it finds a repository or an issue (or says that it moved)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.github_world import TRIAGE, Comment, Issue, Repo
from sandbox.routing import Answer, Refusal, Request

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

DOCS = "https://docs.github.com/rest"


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"message": message, "documentation_url": DOCS, "status": str(status)}, headers or {})


def wrong_credentials() -> Answer:
    return error(401, "Bad credentials")


def invalid(resource: str, problems: Sequence[Mapping[str, Any]]) -> Refusal:
    """422 with `errors`: each with field and code, as in https://docs.github.com/en/rest/using-the-rest-api/troubleshooting"""
    errors = [{"resource": resource, **problem} for problem in problems]
    return Refusal(
        Answer(422, {"message": "Validation Failed", "errors": errors, "documentation_url": DOCS, "status": "422"})
    )


def _moved(github: "GitHubSandbox", request: Request, path: str) -> Refusal:
    """301 to a read, 307 to a write; the Location keeps the query."""
    query = urlencode([(name, value) for name, values in request.query.items() for value in values])
    location = github.url + path + (f"?{query}" if query else "")
    status = 301 if request.method in ("GET", "HEAD") else 307
    body = {"message": "Moved Permanently", "url": location, "documentation_url": DOCS}
    return Refusal(Answer(status, body, {"Location": location}))


def find_repo(github: "GitHubSandbox", request: Request, owner: str = "", repo: str = "", repo_id: str = "") -> Repo:
    """By name or id. A private one is not there for a stranger; a renamed one redirects."""
    if repo_id:
        found = github.world.repos.get(int(repo_id)) if repo_id.isdigit() else None
    else:
        found = github.world.repo(f"{owner}/{repo}")
        if found is None and (renamed := github.world.renamed.get(f"{owner}/{repo}".lower())):
            rest = request.path.split("/", 4)[4:]
            raise _moved(github, request, "/".join([f"/repositories/{renamed.id}", *rest]))
    if found is None or not sees(github, request, found):
        raise Refusal(error(404, "Not Found"))
    installation = github.apps.installation(request)
    if installation is not None and request.method != "GET" and role(github, request, found) != "write":
        raise Refusal(error(403, "Resource not accessible by integration"))
    return found


def find_issue(github: "GitHubSandbox", request: Request, repo: Repo, number: str) -> Issue:
    wanted = int(number) if number.isdigit() else 0
    if moved := repo.transferred.get(wanted):
        while newer := moved.repo.transferred.get(moved.number):
            moved = newer
        if not sees(github, request, moved.repo):
            raise Refusal(error(404, "Not Found"))
        tail = request.path.split(f"/issues/{number}", 1)[1]
        location = f"/repositories/{moved.repo.id}/issues/{moved.number}{tail}"
        raise _moved(github, request, location)
    if wanted in repo.deleted:
        raise Refusal(error(410, "This issue was deleted"))
    if wanted not in repo.issues:
        raise Refusal(error(404, "Not Found"))
    return repo.issues[wanted]


def find_comment(repo: Repo, comment_id: str) -> tuple[Issue, Comment]:
    for issue in repo.issues.values():
        for comment in issue.comments:
            if str(comment.id) == comment_id:
                return issue, comment
    raise Refusal(error(404, "Not Found"))


def role(github: "GitHubSandbox", request: Request, repo: Repo) -> str:
    """What the caller is there: a member's role, or what an App's installation may do with issues; "" for none."""
    installation = github.apps.installation(request)
    if installation is None:
        return repo.members.get(request.user, "")
    return installation.permissions.get("issues", "read") if installation.reaches(repo) else ""


def sees(github: "GitHubSandbox", request: Request, repo: Repo) -> bool:
    return not repo.private or role(github, request, repo) != ""


def can_triage(github: "GitHubSandbox", request: Request, repo: Repo) -> bool:
    return role(github, request, repo) in TRIAGE


def need_admin(github: "GitHubSandbox", request: Request, repo: Repo) -> None:
    if github.apps.installation(request) is not None:
        raise Refusal(error(403, "Resource not accessible by integration"))
    if role(github, request, repo) != "admin":
        raise Refusal(error(404, "Not Found"))
