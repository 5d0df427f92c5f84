"""A stand-in GitHub over real HTTP on 127.0.0.1: the parts of api.github.com that an issue tool meets.

with GitHubSandbox(token="t0ken") as github:
    github.create_repo("acme/ops")
    issue = github.open_issue("acme/ops", "Queue grew", author="alex")
    Github(auth=Auth.Token("t0ken"), base_url=github.url)
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from sandbox.calls import Fault
from sandbox.github_answers import Answers
from sandbox.github_app_routes import INSTALLED_ROUTES, SIGNED_ROUTES, is_signed, refuse_signature, refuse_token
from sandbox.github_apps import Apps, credential
from sandbox.github_hooks import HOOK_ROUTES
from sandbox.github_issue_parts import PART_ROUTES
from sandbox.github_issues import ISSUE_ROUTES
from sandbox.github_people import People
from sandbox.github_refusals import DOCS, error, wrong_credentials
from sandbox.github_repos import REPO_ROUTES
from sandbox.github_world import World
from sandbox.pages import github_page, is_browser
from sandbox.routing import Answer, Refusal, Request, Router

ELSEWHERE = "elsewhere"  # in place of a user: the request is not below the API
NO_API = "<!doctype html><html><body><p>This is not the page you are looking for.</p></body></html>"
WORDS = {
    403: "Resource not accessible by personal access token",
    404: "Not Found",
    410: "This issue was deleted",
    429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    500: "Server Error",
    502: "Server Error",
    503: "No server is currently available to service your request. Sorry about that.",
}


class GitHubSandbox(People):
    """`url` is the API's base. `web` is where its html_urls point; `web=""` points them at the sandbox itself.

    `tokens`: token → login; more may be added. `token_ends`: told with the answers to them.
    `rate_left`: None, or how many calls are left before 403.
    `list_lag`, `sub_issue_lag`: how long (by the clock) a new issue is missing from the repository's listing, and from
    that of its parent's sub-issues.
    `skew`: how far its own clock is from ours, in its Date, its signatures and the tokens of Apps.
    `prefix="/api/v3"`, `version="3.14.2"`: an Enterprise Server, whose calls are logged without the prefix. What an
    older one lacks is switched off: `sub_issues`, `issue_types`, `duplicates` (in GraphQL), `limits`.
    `api_versions`: what X-GitHub-Api-Version may say.
    """

    def __init__(
        self,
        port: int = 0,
        token: str = "sandbox-github-token",
        login: str = "afterword-bot",
        web: str = "https://github.com",
        *,
        prefix: str = "",
        version: str = "",
        sub_issues: bool = True,
        issue_types: bool = True,
        duplicates: bool = True,
        limits: bool = True,
    ) -> None:
        super().__init__(port)
        self.prefix, self.version = prefix, version
        self.sub_issues, self.issue_types, self.duplicates, self.limits = sub_issues, issue_types, duplicates, limits
        self.api_versions = ("2022-11-28", "2026-03-10")
        web = "" if prefix else web
        web = web or self.url
        self.url += prefix
        self.skew = timedelta()
        self.token_ends: datetime | None = None
        self.organization_admins: set[str] = set()
        self.apps = Apps(self.wall)
        self.login = login
        self.token = token
        self.tokens = {token: login}
        self.world = World()
        self.answers = Answers(self.world, self.url, web)
        self.world.user_id(login)
        self.rate_left: int | None = None
        self.list_lag = self.sub_issue_lag = timedelta()
        self.started_at = self.now()
        self._asked = itertools.count(1)

    def wall(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def handle(self, request: Request, *, readable: bool) -> tuple[Answer | None, Fault | None]:
        """An Enterprise Server answers its API below a prefix, and pages elsewhere."""
        if self.prefix:
            path = "/graphql" if request.path == "/api/graphql" else request.path.removeprefix(self.prefix)
            elsewhere = path == request.path and not is_browser(request)
            request = replace(request, path=path, user=ELSEWHERE if elsewhere else "")
        return super().handle(request, readable=readable)

    def respond(self, request: Request) -> Answer:
        if is_browser(request) and (page := github_page(self.world, request.path)):
            return page
        if request.user == ELSEWHERE:
            return Answer(404, NO_API)
        asked = next(self._asked)
        try:
            answer = self._answer(request)
        except Refusal as refusal:
            answer = refusal.answer
        return Answer(answer.status, answer.body, {**self._told(request, asked), **answer.headers})

    def _answer(self, request: Request) -> Answer:
        stated = request.headers.get("x-github-api-version", "")
        if stated and stated not in self.api_versions:
            return error(400, f'"X-GitHub-Api-Version" says "{stated}", which is not a supported version.')
        if is_signed(request):
            return self._handled(request, (SIGNED_ROUTES,)) or refuse_signature()
        login = self._login(request)
        if self.rate_left is not None:
            if self.rate_left <= 0:
                number = self.world.user_id(login)
                return error(403, f"API rate limit exceeded for user ID {number}.", {"x-ratelimit-remaining": "0"})
            self.rate_left -= 1
        if SIGNED_ROUTES.find(request.method, request.path):
            return refuse_token()
        routers = (ISSUE_ROUTES, PART_ROUTES, REPO_ROUTES, HOOK_ROUTES, INSTALLED_ROUTES)
        return self._handled(replace(request, user=login), routers) or error(404, "Not Found")

    def _handled(self, request: Request, routers: Sequence[Router]) -> Answer | None:
        for router in routers:
            if found := router.find(request.method, request.path):
                handler, parameters = found
                with self.acting(in_background=True):
                    return handler(self, request, **parameters)
        return None

    def _login(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            raise Refusal(error(401, "Requires authentication"))
        if installation := self.apps.installation(request):
            return installation.app.login
        if scheme.lower() not in ("token", "bearer") or token not in self.tokens:
            raise Refusal(wrong_credentials())
        return self.tokens[token]

    def _told(self, request: Request, asked: int) -> dict[str, str]:
        """What the headers of every answer say."""
        told = {"x-github-request-id": f"SAND:{asked:06X}", "x-github-media-type": "github.v3; format=json"}
        if self.skew:
            told["Date"] = format_datetime(self.wall(), usegmt=True)
        if self.version:
            told["x-github-enterprise-version"] = f"enterprise-server@{self.version}"
        if self.token_ends is not None and credential(request) in self.tokens:
            told["github-authentication-token-expiration"] = f"{self.token_ends.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return told | (self._limits(asked) if self.limits else {})

    def _limits(self, asked: int) -> dict[str, str]:
        left = max(1, 5000 - asked) if self.rate_left is None else self.rate_left
        return {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-used": str(5000 - left),
            "x-ratelimit-reset": str(int(self.now().timestamp()) + 3600),
            "x-ratelimit-resource": "core",
        }

    def status_body(self, status: int) -> Any:
        return {"message": WORDS.get(status, "Error"), "documentation_url": DOCS, "status": str(status)}

    def unreadable(self) -> Answer:
        return error(400, "Problems parsing JSON")
