"""GitHub's repository webhooks over REST: https://docs.github.com/en/rest/repos/webhooks (an admin's business)."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.github_issues import both, paged
from sandbox.github_payloads import hook_json, organization_hook_json
from sandbox.github_refusals import error, find_repo, need_admin
from sandbox.github_repo_answer import stamp
from sandbox.github_world import Repo
from sandbox.routing import Answer, Refusal, Request, Router
from sandbox.webhooks import Delivery, Hook

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

HOOK_ROUTES = Router()


def _repo(github: "GitHubSandbox", request: Request, where: dict[str, str]) -> Repo:
    repo = find_repo(github, request, **where)
    need_admin(github, request, repo)
    return repo


def _hook(github: "GitHubSandbox", repo: Repo, hook_id: str) -> Hook:
    for hook in github.webhooks.hooks:
        if str(hook.id) == hook_id and hook.place == repo.full_name:
            return hook
    raise Refusal(error(404, "Not Found"))


def _last_status(github: "GitHubSandbox", hook: Hook) -> int | None:
    """None: nothing was delivered yet. GitHub says 502 of a delivery that nobody answered."""
    sent = [one.status or 502 for one in github.deliveries if one.post.hook.id == hook.id]
    return sent[-1] if sent else None


def delivery_json(delivery: Delivery, *, in_full: bool = False) -> dict[str, Any]:
    ok = delivery.status is not None and delivery.status < 400
    answer: dict[str, Any] = {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": stamp(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.seconds, 2),
        "status": "OK" if ok else (delivery.reason if delivery.status else "failed to connect to host"),
        "status_code": delivery.status or 502,
        "event": delivery.event,
        "action": delivery.action or None,
        "installation_id": None,
        "repository_id": delivery.post.place_id,
        "throttled_at": None,
    }
    if in_full:
        answer["url"] = delivery.post.hook.url
        answer["request"] = {"headers": dict(delivery.post.headers), "payload": json.loads(delivery.body)}
        answer["response"] = {"headers": {}, "payload": ""}
    return answer


@HOOK_ROUTES.on("GET", *both("/hooks"))
def list_hooks(github: "GitHubSandbox", request: Request, **where: str) -> Answer:
    repo = _repo(github, request, where)
    hooks = [hook for hook in github.webhooks.hooks if hook.place == repo.full_name]
    return paged(
        github, request, [hook_json(github.answers, hook, last_status=_last_status(github, hook)) for hook in hooks]
    )


@HOOK_ROUTES.on("GET", *both("/hooks/{hook_id}"))
def get_hook(github: "GitHubSandbox", request: Request, hook_id: str, **where: str) -> Answer:
    hook = _hook(github, _repo(github, request, where), hook_id)
    return Answer(200, hook_json(github.answers, hook, last_status=_last_status(github, hook)))


@HOOK_ROUTES.on("GET", *both("/hooks/{hook_id}/deliveries"))
def list_deliveries(github: "GitHubSandbox", request: Request, hook_id: str, **where: str) -> Answer:
    """Newest first. `cursor` is the id after which the next page starts."""
    return deliveries_page(github, request, _hook(github, _repo(github, request, where), hook_id).id)


def deliveries_page(github: "GitHubSandbox", request: Request, hook_id: int) -> Answer:
    found = [one for one in reversed(github.deliveries) if one.post.hook.id == hook_id]
    if request.asked("status") == "failure":
        found = [one for one in found if one.status is None or one.status >= 400]
    if request.asked("status") == "success":
        found = [one for one in found if one.status is not None and one.status < 400]
    if cursor := request.asked("cursor"):
        found = [one for one in found if one.id < int(cursor)]
    size = request.number("per_page", 30, 1, 100)
    headers = {}
    if len(found) > size:
        link = f"{github.url}{request.path}?per_page={size}&cursor={found[size - 1].id}"
        headers["Link"] = f'<{link}>; rel="next"'
    return Answer(200, [delivery_json(one) for one in found[:size]], headers)


@HOOK_ROUTES.on("GET", "/orgs/{org}/hooks")
def list_organization_hooks(github: "GitHubSandbox", request: Request, org: str) -> Answer:
    if request.user not in github.organization_admins:
        raise Refusal(error(404, "Not Found"))
    hooks = [hook for hook in github.webhooks.hooks if not hook.place and github.apps.by_hook(hook.id) is None]
    return paged(github, request, [organization_hook_json(github.answers, hook, org) for hook in hooks])


@HOOK_ROUTES.on("GET", "/orgs/{org}/hooks/{hook_id}/deliveries")
def list_organization_deliveries(github: "GitHubSandbox", request: Request, org: str, hook_id: str) -> Answer:
    if request.user not in github.organization_admins:
        raise Refusal(error(404, "Not Found"))
    return deliveries_page(github, request, int(hook_id))


def _delivery(github: "GitHubSandbox", hook: Hook, delivery_id: str) -> Delivery:
    for one in github.deliveries:
        if str(one.id) == delivery_id and one.post.hook.id == hook.id:
            return one
    raise Refusal(error(404, "Not Found"))


@HOOK_ROUTES.on("GET", *both("/hooks/{hook_id}/deliveries/{delivery_id}"))
def get_delivery(github: "GitHubSandbox", request: Request, hook_id: str, delivery_id: str, **where: str) -> Answer:
    hook = _hook(github, _repo(github, request, where), hook_id)
    return Answer(200, delivery_json(_delivery(github, hook, delivery_id), in_full=True))


@HOOK_ROUTES.on("POST", *both("/hooks/{hook_id}/deliveries/{delivery_id}/attempts"))
def redeliver(github: "GitHubSandbox", request: Request, hook_id: str, delivery_id: str, **where: str) -> Answer:
    hook = _hook(github, _repo(github, request, where), hook_id)
    github.webhooks.redeliver_later(_delivery(github, hook, delivery_id))
    return Answer(202, {})
