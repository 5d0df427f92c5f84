"""A stand-in GitHub over real HTTP on 127.0.0.1: the parts of api.github.com that an issue tool meets.

with GitHubSandbox(token="t0ken") as github:
    github.create_repo("acme/ops")
    issue = github.open_issue("acme/ops", "Queue grew", author="alex")
    Github(auth=Auth.Token("t0ken"), base_url=github.url)
"""

import itertools
from datetime import timedelta
from typing import Any

from sandbox.github_answers import Answers
from sandbox.github_hooks import HOOK_ROUTES
from sandbox.github_issue_parts import PART_ROUTES
from sandbox.github_issues import ISSUE_ROUTES
from sandbox.github_people import People
from sandbox.github_refusals import DOCS, error, wrong_credentials
from sandbox.github_repos import REPO_ROUTES
from sandbox.github_world import World
from sandbox.pages import github_page, is_browser
from sandbox.routing import Answer, Refusal, Request

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

    `tokens`: token → login; more may be added. `rate_left`: None, or how many calls are left before 403.
    `list_lag`: how long (by the clock) a new issue is missing from the repository's listing.
    """

    def __init__(
        self,
        port: int = 0,
        token: str = "sandbox-github-token",
        login: str = "afterword-bot",
        web: str = "https://github.com",
    ) -> None:
        super().__init__(port)
        self.login = login
        self.token = token
        self.tokens = {token: login}
        self.world = World()
        self.answers = Answers(self.world, self.url, web or self.url)
        self.world.user_id(login)
        self.rate_left: int | None = None
        self.list_lag = timedelta()
        self.started_at = self.now()
        self._asked = itertools.count(1)

    def respond(self, request: Request) -> Answer:
        if is_browser(request) and (page := github_page(self.world, request.path)):
            return page
        asked = next(self._asked)
        try:
            answer = self._answer(request)
        except Refusal as refusal:
            answer = refusal.answer
        return Answer(answer.status, answer.body, {**self._limits(asked), **answer.headers})

    def _answer(self, request: Request) -> Answer:
        login = self._login(request)
        if self.rate_left is not None:
            if self.rate_left <= 0:
                number = self.world.user_id(login)
                return error(403, f"API rate limit exceeded for user ID {number}.", {"x-ratelimit-remaining": "0"})
            self.rate_left -= 1
        for router in (ISSUE_ROUTES, PART_ROUTES, REPO_ROUTES, HOOK_ROUTES):
            if found := router.find(request.method, request.path):
                handler, parameters = found
                with self.acting(in_background=True):
                    known = Request(
                        request.method, request.path, request.query, request.headers, request.body, user=login
                    )
                    return handler(self, known, **parameters)
        return error(404, "Not Found")

    def _login(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            raise Refusal(error(401, "Requires authentication"))
        if scheme.lower() not in ("token", "bearer") or token not in self.tokens:
            raise Refusal(wrong_credentials())
        return self.tokens[token]

    def _limits(self, asked: int) -> dict[str, str]:
        left = max(1, 5000 - asked) if self.rate_left is None else self.rate_left
        return {
            "x-github-media-type": "github.v3; format=json",
            "x-github-request-id": f"SAND:{asked:06X}",
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
