"""What an App asks of GitHub as itself, and what its installations ask: https://docs.github.com/en/rest/apps"""

from typing import TYPE_CHECKING, Any

from sandbox.github_apps import DECODED, INTEGRATION, App, Installation
from sandbox.github_hooks import deliveries_page
from sandbox.github_issues import both, paged
from sandbox.github_refusals import error
from sandbox.github_repo_answer import stamp
from sandbox.github_world import Repo, node_id
from sandbox.routing import Answer, Refusal, Request, Router

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

#: signed by the App itself
SIGNED_ROUTES = Router()
#: by a token of one of its installations
INSTALLED_ROUTES = Router()


def app_json(github: "GitHubSandbox", app: App) -> dict[str, Any]:
    return {
        "id": app.id,
        "slug": app.slug,
        "client_id": f"Iv1.{app.id:016x}",
        "node_id": node_id("A", app.id),
        "owner": github.answers.owner(app.owner),
        "name": app.slug,
        "description": "",
        "external_url": "https://postmortems.example.org",
        "html_url": f"{github.answers.web}/apps/{app.slug}",
        "created_at": stamp(app.created_at),
        "updated_at": stamp(app.created_at),
        "permissions": app.permissions,
        "events": list(app.events),
        "installations_count": len(app.installations),
    }


def installation_json(github: "GitHubSandbox", one: Installation) -> dict[str, Any]:
    base = f"{github.url}/app/installations/{one.id}"
    number = github.world.user_id(one.owner)
    person = one.owner.lower() in github.world.persons
    page = f"{github.answers.web}/organizations/{one.owner}/settings/installations/{one.id}"
    return {
        "id": one.id,
        "account": github.answers.owner(one.owner),
        "repository_selection": "all" if one.repos is None else "selected",
        "access_tokens_url": f"{base}/access_tokens",
        "repositories_url": f"{github.url}/installation/repositories",
        "html_url": page,
        "app_id": one.app.id,
        "app_slug": one.app.slug,
        "target_id": number,
        "target_type": "User" if person else "Organization",
        "permissions": one.permissions,
        "events": list(one.app.events),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": github.answers.user("alex") if one.suspended_at else None,
        "suspended_at": stamp(one.suspended_at),
    }


def _app(github: "GitHubSandbox", request: Request) -> App:
    return github.apps.signer(request)


@SIGNED_ROUTES.on("GET", "/app")
def get_app(github: "GitHubSandbox", request: Request) -> Answer:
    return Answer(200, app_json(github, _app(github, request)))


@SIGNED_ROUTES.on("GET", "/app/installations")
def list_installations(github: "GitHubSandbox", request: Request) -> Answer:
    found = _app(github, request).installations
    return paged(github, request, [installation_json(github, one) for one in found])


def _installation(github: "GitHubSandbox", request: Request, number: str) -> Installation:
    for one in _app(github, request).installations:
        if str(one.id) == number:
            return one
    raise Refusal(error(404, "Not Found"))


@SIGNED_ROUTES.on("GET", "/app/installations/{number}")
def get_installation(github: "GitHubSandbox", request: Request, number: str) -> Answer:
    return Answer(200, installation_json(github, _installation(github, request, number)))


@SIGNED_ROUTES.on("POST", "/app/installations/{number}/access_tokens")
def make_token(github: "GitHubSandbox", request: Request, number: str) -> Answer:
    one = _installation(github, request, number)
    if one.suspended_at is not None:
        raise Refusal(error(403, "This installation has been suspended"))
    token, until = github.apps.grant(one)
    chosen = "all" if one.repos is None else "selected"
    body = {"token": token, "expires_at": stamp(until), "permissions": one.permissions, "repository_selection": chosen}
    return Answer(201, body)


@SIGNED_ROUTES.on("GET", *both("/installation"), "/orgs/{org}/installation", "/users/{org}/installation")
def installation_of(github: "GitHubSandbox", request: Request, org: str = "", **where: str) -> Answer:
    app = _app(github, request)
    for one in app.installations:
        if org and one.owner.lower() == org.lower():
            return Answer(200, installation_json(github, one))
        if where and one.reaches(_repo(github, where)):
            return Answer(200, installation_json(github, one))
    raise Refusal(error(404, "Not Found"))


def _repo(github: "GitHubSandbox", where: dict[str, str]) -> Repo:
    number = where.get("repo_id", "")
    found = github.world.repos.get(int(number)) if number.isdigit() else None
    found = found or github.world.repo(f"{where.get('owner')}/{where.get('repo')}")
    if found is None:
        raise Refusal(error(404, "Not Found"))
    return found


@SIGNED_ROUTES.on("GET", "/app/hook/config")
def hook_config(github: "GitHubSandbox", request: Request) -> Answer:
    app = _app(github, request)
    hook = next((one for one in github.webhooks.hooks if one.id == app.hook_id), None)
    body = {"content_type": "json", "insecure_ssl": "0"}
    if hook is not None:
        body |= {"url": hook.url, **({"secret": "********"} if hook.secret else {})}
    return Answer(200, body)


@SIGNED_ROUTES.on("GET", "/app/hook/deliveries")
def hook_deliveries(github: "GitHubSandbox", request: Request) -> Answer:
    return deliveries_page(github, request, _app(github, request).hook_id or 0)


@INSTALLED_ROUTES.on("GET", "/installation/repositories")
def installed_repositories(github: "GitHubSandbox", request: Request) -> Answer:
    one = github.apps.installation(request)
    if one is None:
        raise Refusal(error(403, "You must authenticate with an installation access token"))
    found = [repo for repo in github.world.repos.values() if one.reaches(repo)]
    page = paged(github, request, [github.answers.repo(repo) for repo in found])
    chosen = "all" if one.repos is None else "selected"
    body = {"total_count": len(found), "repository_selection": chosen, "repositories": page.body}
    return Answer(200, body, page.headers)


def is_signed(request: Request) -> bool:
    """A JSON Web Token has three parts."""
    return request.headers.get("authorization", "").count(".") == 2


def refuse_signature() -> Answer:
    return error(403, INTEGRATION)


def refuse_token() -> Answer:
    return error(401, DECODED)
