"""The part of GitHub's GraphQL that reads issues by id: https://docs.github.com/en/graphql/reference/objects#issue

Only fields that GitHub has are answered; a query for any other fails, as it would there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.github_refusals import sees
from sandbox.github_repo_answer import stamp
from sandbox.github_world import Issue, Repo, node_id
from sandbox.graphql_text import BadQuery, Field, read_query
from sandbox.routing import Request

if TYPE_CHECKING:
    from sandbox.github import GitHubSandbox

MOST_IDS = 100
Lazy = Callable[[dict[str, Any]], Any]


def answer_query(github: "GitHubSandbox", request: Request, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """`{"data": …, "errors": […]}` with HTTP 200, whatever went wrong."""
    try:
        fields = read_query(query, variables)
    except BadQuery as bad:
        return {"errors": [{"message": str(bad), "locations": [{"line": 1, "column": 1}]}]}
    view = _View(github, request)
    data = view.pick(view.root(), fields, [])
    if view.broken:
        return {"errors": view.broken}
    return {"data": data, **({"errors": view.errors} if view.errors else {})}


class _View:
    """The graph as one login sees it: objects are dicts whose values are plain or wait for their arguments."""

    def __init__(self, github: "GitHubSandbox", request: Request) -> None:
        self.github = github
        self.request = request
        self.login = request.user
        self.errors: list[dict[str, Any]] = []
        self.broken: list[dict[str, Any]] = []

    def pick(self, thing: Any, selection: list[Field] | None, path: list[str | int]) -> Any:
        if isinstance(thing, list):
            return [self.pick(one, selection, [*path, place]) for place, one in enumerate(thing)]
        if not isinstance(thing, dict):
            return thing
        kind = thing["__typename"]
        if selection is None:
            said = f"Field must have selections (field '{path[-1]}' returns {kind} but has no selections."
            self.broken.append({"message": said, "path": ["query", *path], "locations": [{"line": 1, "column": 1}]})
            return None
        answer: dict[str, Any] = {}
        for one in selection:
            if one.on:
                if one.on in (kind, "Node"):
                    answer |= self.pick(thing, one.selection or [], path)
            elif one.name not in thing:
                self.broken.append(
                    {
                        "path": ["query", *path, one.alias],
                        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": one.name},
                        "locations": [{"line": 1, "column": 1}],
                        "message": f"Field '{one.name}' doesn't exist on type '{kind}'",
                    }
                )
            else:
                value = thing[one.name]
                if callable(value):
                    value = value({**one.arguments, "__path": [*path, one.alias]})
                answer[one.alias] = self.pick(value, one.selection, [*path, one.alias])
        return answer

    def root(self) -> dict[str, Any]:
        return {
            "__typename": "Query",
            "nodes": lambda asked: self._nodes(asked.get("ids") or [], asked["__path"]),
            "node": lambda asked: self._node(str(asked.get("id")), asked["__path"]),
            "viewer": lambda asked: self._actor(self.login),
            "repository": self._repository_named,
            "rateLimit": {
                "__typename": "RateLimit",
                "cost": 1,
                "limit": 5000,
                "remaining": 4990,
                "used": 10,
                "resetAt": stamp(self.github.now()),
            },
        }

    def _nodes(self, ids: list[str], path: list[str | int]) -> Any:
        if len(ids) > MOST_IDS:
            said = f"You may not provide more than {MOST_IDS} node ids; you provided {len(ids)}."
            self._error("ARGUMENT_LIMIT", path, said)
            return None
        return [self._node(one, [*path, place]) for place, one in enumerate(ids)]

    def _node(self, node: str, path: list[str | int]) -> Any:
        issue = self.github.world.issue_by_node(node)
        if issue and self._may_see(issue.repo):
            return self._issue(issue)
        for repo in self.github.world.repos.values():
            if node == node_id("R", repo.id) and self._may_see(repo):
                return self._repo(repo)
        self._error("NOT_FOUND", path, f"Could not resolve to a node with the global id of '{node}'")
        return None

    def _may_see(self, repo: Repo) -> bool:
        return sees(self.github, self.request, repo)

    def _error(self, kind: str, path: list[str | int], said: str) -> None:
        self.errors.append({"type": kind, "path": path, "locations": [{"line": 1, "column": 1}], "message": said})

    def _repository_named(self, asked: dict[str, Any]) -> Any:
        name = f"{asked.get('owner')}/{asked.get('name')}"
        repo = self.github.world.repo(name) or self.github.world.renamed.get(name.lower())
        if repo is None or not self._may_see(repo):
            self._error("NOT_FOUND", asked["__path"], f"Could not resolve to a Repository with the name '{name}'.")
            return None
        return self._repo(repo)

    def _actor(self, login: str) -> dict[str, Any]:
        user = self.github.answers.user(login)
        return {
            "__typename": user["type"],
            "login": login,
            "id": user["node_id"],
            "databaseId": user["id"],
            "name": login,
            "url": user["html_url"],
        }

    def _repo(self, repo: Repo) -> dict[str, Any]:
        def issue(asked: dict[str, Any]) -> Any:
            found = repo.issues.get(int(asked.get("number") or 0))
            if found is None or found.is_pull:
                self._error("NOT_FOUND", asked["__path"], "Could not resolve to an Issue with that number.")
                return None
            return self._issue(found)

        return {
            "__typename": "Repository",
            "id": node_id("R", repo.id),
            "databaseId": repo.id,
            "name": repo.name,
            "nameWithOwner": repo.full_name,
            "owner": self._actor(repo.owner),
            "url": f"{self.github.answers.web}/{repo.full_name}",
            "isPrivate": repo.private,
            "isArchived": repo.archived,
            "visibility": repo.visibility.upper(),
            "issue": issue,
        }

    def _listed(self, kind: str, things: list[dict[str, Any]]) -> Lazy:
        """A connection: it wants `first` or `last`, 1 to 100."""

        def connection(asked: dict[str, Any]) -> Any:
            count = asked.get("first") or asked.get("last")
            path = asked["__path"]
            if count is None or not 1 <= count <= 100:
                said = f"You must provide a `first` or `last` value to properly paginate the `{path[-1]}` connection."
                self._error("MISSING_PAGINATION_BOUNDARIES", path, said)
                return None
            return {
                "__typename": f"{kind}Connection",
                "totalCount": len(things),
                "nodes": things[:count],
                "pageInfo": {"__typename": "PageInfo", "hasNextPage": len(things) > count, "endCursor": None},
            }

        return connection

    def _timeline(self, issue: Issue, asked: dict[str, Any]) -> Any:
        """Closings and openings alone; the oldest first, `last` of them from the end."""
        kinds = {"closed": "ClosedEvent", "reopened": "ReopenedEvent"}
        found = [
            {"__typename": kinds[one.kind], "actor": self._actor(one.actor)}
            for one in issue.events
            if one.kind in kinds
        ]
        last = asked.get("last")
        return self._listed("IssueTimelineItems", found[-last:] if last else found)(asked)

    def _issue(self, issue: Issue) -> dict[str, Any]:
        shown = self.github.answers.issue(issue)

        def reason(asked: dict[str, Any]) -> str | None:
            if "enableDuplicate" in asked and not self.github.duplicates:
                said = "Field 'stateReason' doesn't accept argument 'enableDuplicate'"
                self.broken.append({"message": said, "locations": [{"line": 1, "column": 1}]})
                return None
            if issue.state_reason == "duplicate" and not asked.get("enableDuplicate"):
                return "NOT_PLANNED"
            return issue.state_reason.upper() if issue.state_reason else None

        labels = [
            {"__typename": "Label", "name": one["name"], "id": one["node_id"], "color": one["color"]}
            for one in shown["labels"]
        ]
        return {
            "__typename": "PullRequest" if issue.is_pull else "Issue",
            "id": issue.node_id,
            "databaseId": issue.id,
            "fullDatabaseId": str(issue.id),
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or "",
            "state": ("MERGED" if issue.merged_at else issue.state.upper()),
            "stateReason": reason,
            "closed": issue.state == "closed",
            "url": shown["html_url"],
            "resourcePath": f"/{issue.repo.full_name}/issues/{issue.number}",
            "createdAt": shown["created_at"],
            "updatedAt": shown["updated_at"],
            "closedAt": shown["closed_at"],
            "authorAssociation": issue.association,
            "author": self._actor(issue.author),
            "timelineItems": lambda asked: self._timeline(issue, asked),
            "assignees": self._listed("User", [self._actor(login) for login in issue.assignees]),
            "labels": self._listed("Label", labels),
            "comments": self._listed("IssueComment", [{"__typename": "IssueComment"} for _ in issue.comments]),
            "repository": self._repo(issue.repo),
            "parent": lambda asked: self._issue(issue.parent) if issue.parent else None,
            "subIssues": lambda asked: self._listed("Issue", [self._issue(one) for one in issue.sub_issues])(asked),
            "issueType": {"__typename": "IssueType", "name": issue.type_name} if issue.type_name else None,
            "locked": issue.locked,
        }
