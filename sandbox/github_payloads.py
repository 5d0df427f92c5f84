"""GitHub's webhook payloads. Shapes: https://docs.github.com/en/webhooks/webhook-events-and-payloads"""

import json
import uuid
from typing import Any

from sandbox.github_answers import Answers
from sandbox.github_repo_answer import stamp
from sandbox.github_world import Comment, Issue, Repo, node_id
from sandbox.webhooks import Hook, Post, sign

# What the published webhook schema holds of an issue and a repository; REST says more.
NOT_IN_HOOKS = {
    "issue": ("closed_by", "sub_issues_summary", "issue_dependencies_summary", "type", "parent_issue_url"),
    "repository": ("subscribers_count", "network_count", "permissions"),
}


def _without(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in NOT_IN_HOOKS[kind]}


def hook_issue(answers: Answers, issue: Issue) -> dict[str, Any]:
    return _without(answers.issue(issue), "issue")


def hook_repo(answers: Answers, repo: Repo) -> dict[str, Any]:
    return _without(answers.repo(repo), "repository")


def issue_event(
    answers: Answers, issue: Issue, action: str, sender: str, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The payload of `issues`; `more` holds label, assignee or changes."""
    return {
        "action": action,
        "issue": hook_issue(answers, issue),
        **(more or {}),
        "repository": hook_repo(answers, issue.repo),
        "sender": answers.user(sender),
    }


def comment_event(
    answers: Answers, issue: Issue, comment: Comment, action: str, sender: str, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "action": action,
        **(more or {}),
        "issue": hook_issue(answers, issue),
        "comment": answers.comment(issue, comment),
        "repository": hook_repo(answers, issue.repo),
        "sender": answers.user(sender),
    }


def hook_json(answers: Answers, hook: Hook, *, last_status: int | None = None, asked: bool = True) -> dict[str, Any]:
    """A repository webhook; `asked`: over REST, which also tells the last response."""
    url = f"{answers.api}/repos/{hook.place}/hooks/{hook.id}"
    word = "unused" if last_status is None else "active"
    body: dict[str, Any] = {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": True,
        "events": list(hook.events),
        "config": {"content_type": "json", "insecure_ssl": "0", "url": hook.url},
        "created_at": stamp(hook.created_at),
        "updated_at": stamp(hook.created_at),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {
            "code": last_status,
            "status": word,
            "message": None,
        },
    }
    if hook.secret:
        body["config"]["secret"] = "********"
    if not asked:
        del body["test_url"]
    return body


def organization_hook_json(answers: Answers, hook: Hook, org: str) -> dict[str, Any]:
    """A webhook of an organisation: it does not tell its last response."""
    url = f"{answers.api}/orgs/{org}/hooks/{hook.id}"
    body = hook_json(answers, hook) | {"type": "Organization", "url": url, "ping_url": f"{url}/pings"}
    body["deliveries_url"] = f"{url}/deliveries"
    del body["test_url"], body["last_response"]
    return body


def organization_json(answers: Answers, login: str) -> dict[str, Any]:
    base = f"{answers.api}/orgs/{login}"
    number = answers.world.user_id(login)
    plain = ("repos", "events", "hooks", "issues")
    return {
        "login": login,
        "id": number,
        "node_id": node_id("O", number),
        "url": base,
        **{f"{name}_url": f"{base}/{name}" for name in plain},
        "members_url": f"{base}/members{{/member}}",
        "public_members_url": f"{base}/public_members{{/member}}",
        "avatar_url": f"{answers.web}/avatars/u/{number}",
        "description": None,
    }


def ping_event(answers: Answers, hook: Hook, repo: Repo | None, sender: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "zen": "Keep it small.",
        "hook_id": hook.id,
        "hook": hook_json(answers, hook, asked=False),
        "sender": answers.user(sender),
    }
    if repo:
        body["repository"] = hook_repo(answers, repo)
    return body


def signed(hook: Hook, event: str, payload: dict[str, Any]) -> Post:
    """The bytes and headers as GitHub sends them; a new GUID."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    guid = str(uuid.uuid4())
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/sandbox",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(payload.get("repository", {}).get("id", 0)),
        "X-GitHub-Hook-Installation-Target-Type": "integration" if "installation" in payload else "repository",
    }
    if hook.secret:
        headers["X-Hub-Signature-256"] = sign(hook.secret, body)
    return Post(
        hook=hook,
        event=event,
        action=payload.get("action", ""),
        guid=guid,
        headers=headers,
        body=body,
        place_id=payload.get("repository", {}).get("id"),
    )
