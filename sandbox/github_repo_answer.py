"""GitHub's JSON of a repository: https://docs.github.com/en/rest/repos/repos#get-a-repository"""

from datetime import UTC, datetime
from typing import Any

from sandbox.github_world import Repo, node_id


def stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def repo_json(repo: Repo, owner: dict[str, Any], api: str, web: str, viewer: str = "") -> dict[str, Any]:
    """`viewer`: the login whose permissions are told; an App's are told as none, whatever it may."""
    base = f"{api}/repos/{repo.full_name}"
    html = f"{web}/{repo.full_name}"
    host = web.split("://")[-1]
    opened = sum(1 for issue in repo.issues.values() if issue.state == "open")
    role = repo.members.get(viewer, "")
    rank = ("", "read", "triage", "write", "maintain", "admin").index(role)
    plain = "forks languages stargazers contributors subscribers subscription merges downloads deployments "
    plain += "events tags teams hooks"
    templates = {
        "keys": "{/key_id}",
        "collaborators": "{/collaborator}",
        "assignees": "{/user}",
        "branches": "{/branch}",
        "statuses": "/{sha}",
        "commits": "{/sha}",
        "comments": "{/number}",
        "contents": "/{+path}",
        "compare": "/{base}...{head}",
        "issues": "{/number}",
        "pulls": "{/number}",
        "milestones": "{/number}",
        "notifications": "{?since,all,participating}",
        "labels": "{/name}",
        "releases": "{/id}",
    }
    git = {"blobs": "blobs", "git_tags": "tags", "git_refs": "refs", "trees": "trees", "git_commits": "commits"}
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "visibility": repo.visibility,
        "owner": owner,
        "html_url": html,
        "description": None,
        "fork": False,
        "url": base,
        **{f"{name}_url": f"{base}/{name}" for name in plain.split()},
        **{f"{name}_url": f"{base}/{name}{tail}" for name, tail in templates.items()},
        **{f"{name}_url": f"{base}/git/{part}{{/sha}}" for name, part in git.items()},
        "archive_url": f"{base}/{{archive_format}}{{/ref}}",
        "issue_comment_url": f"{base}/issues/comments{{/number}}",
        "issue_events_url": f"{base}/issues/events{{/number}}",
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"git@{host}:{repo.full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.created_at),
        "pushed_at": stamp(repo.created_at),
        "size": 12,
        **dict.fromkeys(("stargazers_count", "watchers_count", "watchers", "forks_count", "forks"), 0),
        "open_issues_count": opened,
        "open_issues": opened,
        "default_branch": "main",
        "has_issues": repo.has_issues,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "archived": repo.archived,
        "disabled": False,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "custom_properties": {},
        "subscribers_count": 0,
        "network_count": 0,
        "permissions": {
            name: rank > place for place, name in enumerate(("pull", "triage", "push", "maintain", "admin"))
        },
    }
