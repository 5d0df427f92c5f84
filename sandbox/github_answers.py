"""GitHub's JSON. The same objects serve REST; `github_payloads.py` trims them to what webhooks hold.

Shapes: https://docs.github.com/en/rest/issues and https://docs.github.com/en/rest/repos
"""

from datetime import datetime
from typing import Any

from sandbox.github_repo_answer import repo_json, stamp
from sandbox.github_world import Comment, Event, Issue, Label, Repo, World, node_id

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
TYPES = {"Task": 1, "Bug": 2, "Feature": 3}


class Answers:
    """Renders the world. `api` is where the REST API lives, `web` where people look."""

    def __init__(self, world: World, api: str, web: str) -> None:
        self.world = world
        self.api = api
        self.web = web

    def user(self, login: str) -> dict[str, Any]:
        base = f"{self.api}/users/{login}"
        number = self.world.user_id(login)
        return {
            "login": login,
            "id": number,
            "node_id": node_id("U", number),
            "avatar_url": f"{self.web}/avatars/u/{number}",
            "gravatar_id": "",
            "url": base,
            "html_url": f"{self.web}/{login}",
            "followers_url": f"{base}/followers",
            "following_url": f"{base}/following{{/other_user}}",
            "gists_url": f"{base}/gists{{/gist_id}}",
            "starred_url": f"{base}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{base}/subscriptions",
            "organizations_url": f"{base}/orgs",
            "repos_url": f"{base}/repos",
            "events_url": f"{base}/events{{/privacy}}",
            "received_events_url": f"{base}/received_events",
            "type": "Bot" if login.endswith("[bot]") else "User",
            "site_admin": False,
        }

    def account(self, login: str, since: datetime) -> dict[str, Any]:
        """`GET /user`."""
        nothing = ("public_repos", "public_gists", "followers", "following")
        return {
            **self.user(login),
            "user_view_type": "public",
            "name": login,
            "company": None,
            "blog": "",
            "location": None,
            "email": None,
            "hireable": None,
            "bio": None,
            "twitter_username": None,
            **dict.fromkeys(nothing, 0),
            "created_at": stamp(since),
            "updated_at": stamp(since),
        }

    def repo(self, repo: Repo, viewer: str = "") -> dict[str, Any]:
        return repo_json(repo, self.owner(repo.owner), self.api, self.web, viewer)

    def owner(self, login: str) -> dict[str, Any]:
        """Whose repositories they are: an organisation, unless it is known as a person."""
        person = login.lower() in self.world.persons
        return {**self.user(login), "type": "User" if person else "Organization"}

    def label(self, repo: Repo, label: Label) -> dict[str, Any]:
        return {
            "id": label.id,
            "node_id": node_id("LA", repo.id, label.id),
            "url": f"{self.api}/repos/{repo.full_name}/labels/{label.name.replace(' ', '%20')}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
        }

    def issue(self, issue: Issue, *, with_repo: bool = False) -> dict[str, Any]:
        repo = issue.repo
        base = f"{self.api}/repos/{repo.full_name}"
        url = f"{base}/issues/{issue.number}"
        html = f"{self.web}/{repo.full_name}/{'pull' if issue.is_pull else 'issues'}/{issue.number}"
        done = sum(1 for child in issue.sub_issues if child.state == "closed")
        total = len(issue.sub_issues)
        answer: dict[str, Any] = {
            "url": url,
            "repository_url": base,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": html,
            "id": issue.id,
            "node_id": issue.node_id,
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": [self.label(repo, repo.labels[name.lower()]) for name in issue.labels],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "assignee": self.user(issue.assignees[0]) if issue.assignees else None,
            "assignees": [self.user(login) for login in issue.assignees],
            "milestone": self.milestone(repo, issue.milestone) if issue.milestone else None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.updated_at),
            "closed_at": stamp(issue.closed_at),
            "closed_by": self.user(issue.closed_by) if issue.closed_by else None,
            "author_association": issue.association,
            "active_lock_reason": None,
            "body": issue.body,
            "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)},
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None,
            "sub_issues_summary": {
                "total": total,
                "completed": done,
                "percent_completed": 100 * done // total if total else 0,
            },
            "issue_dependencies_summary": dict.fromkeys(
                ("blocked_by", "total_blocked_by", "blocking", "total_blocking"), 0
            ),
        }
        if issue.type_name:
            answer["type"] = self.type(issue.type_name)
        if issue.parent:
            above = issue.parent
            answer["parent_issue_url"] = f"{self.api}/repos/{above.repo.full_name}/issues/{above.number}"
        if issue.is_pull:
            answer["draft"] = False
            answer["pull_request"] = {
                "url": f"{base}/pulls/{issue.number}",
                "html_url": html,
                "diff_url": f"{html}.diff",
                "patch_url": f"{html}.patch",
                "merged_at": stamp(issue.merged_at),
            }
        if with_repo:
            answer["repository"] = self.repo(repo)
        return answer

    def type(self, name: str) -> dict[str, Any]:
        number = TYPES.get(name, 9)
        return {"id": number, "node_id": node_id("IT", number), "name": name, "description": None, "color": "gray"}

    def milestone(self, repo: Repo, number: int) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}/milestones/{number}"
        return {
            "url": url,
            "html_url": f"{self.web}/{repo.full_name}/milestone/{number}",
            "labels_url": f"{url}/labels",
            "id": repo.id + number,
            "node_id": node_id("MI", repo.id, number),
            "number": number,
            "title": repo.milestones[number],
            "description": None,
            "creator": self.user(repo.owner),
            "open_issues": 0,
            "closed_issues": 0,
            "state": "open",
            "created_at": stamp(repo.created_at),
            "updated_at": stamp(repo.created_at),
            "due_on": None,
            "closed_at": None,
        }

    def comment(self, issue: Issue, comment: Comment) -> dict[str, Any]:
        base = f"{self.api}/repos/{issue.repo.full_name}/issues"
        url = f"{base}/comments/{comment.id}"
        return {
            "url": url,
            "html_url": f"{self.web}/{issue.repo.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{base}/{issue.number}",
            "id": comment.id,
            "node_id": node_id("IC", issue.repo.id, comment.id),
            "user": self.user(comment.author),
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.updated_at),
            "author_association": comment.association,
            "body": comment.body,
            "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)},
            "performed_via_github_app": None,
        }

    def timeline_comment(self, issue: Issue, comment: Comment) -> dict[str, Any]:
        return {**self.comment(issue, comment), "event": "commented", "actor": self.user(comment.author)}

    def event(self, issue: Issue, event: Event) -> dict[str, Any]:
        if event.kind == "cross-referenced":
            return {
                "event": event.kind,
                "actor": self.user(event.actor),
                "created_at": stamp(event.at),
                "updated_at": stamp(event.at),
                "source": {"type": "issue", "issue": self.issue(event.data["source"], with_repo=True)},
            }
        answer: dict[str, Any] = {
            "id": event.id,
            "node_id": node_id("EV", issue.repo.id, event.id),
            "url": f"{self.api}/repos/{issue.repo.full_name}/issues/events/{event.id}",
            "actor": self.user(event.actor),
            "event": event.kind,
            "commit_id": event.data.get("commit_id"),
            "commit_url": None,
            "created_at": stamp(event.at),
            "performed_via_github_app": None,
        }
        if answer["commit_id"]:
            answer["commit_url"] = f"{self.api}/repos/{issue.repo.full_name}/commits/{answer['commit_id']}"
        if "label" in event.data:
            label = issue.repo.labels[event.data["label"].lower()]
            answer["label"] = {"name": label.name, "color": label.color}
        if "assignee" in event.data:
            answer["assignee"] = self.user(event.data["assignee"])
            answer["assigner"] = self.user(event.actor)
        for name in ("rename", "state_reason", "sub_issue", "parent_issue"):
            if name in event.data:
                value = event.data[name]
                answer[name] = self.issue(value) if isinstance(value, Issue) else value
        return answer
