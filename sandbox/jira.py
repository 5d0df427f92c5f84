"""A stand-in Jira Cloud over real HTTP on 127.0.0.1: the parts of its REST API (v2 and v3) that an issue tool meets.

with JiraSandbox(email="bot@example.org", token="t0ken") as jira:
    jira.create_project("OPS")
    issue = jira.create_issue("OPS", "Queue grew", type="Incident", by="Alex")
    JIRA(server=jira.url, basic_auth=("bot@example.org", "t0ken"), max_retries=0)
"""

import base64
import binascii
from datetime import timedelta
from typing import Any

from sandbox.jira_issues import ISSUE_ROUTES
from sandbox.jira_meta import META_ROUTES, server_info
from sandbox.jira_people import People
from sandbox.jira_refusals import collection
from sandbox.jira_screens import SCREEN_ROUTES
from sandbox.jira_search import SEARCH_ROUTES
from sandbox.jira_world import World
from sandbox.pages import is_browser, jira_page
from sandbox.routing import Answer, Refusal, Request

WORDS = {
    401: "You are not authenticated. Authentication required to perform this operation.",
    403: "You do not have permission to perform this operation.",
    429: "Rate limit exceeded.",
    500: "Internal server error",
    503: "Service Unavailable",
}


class JiraSandbox(People):
    """`url` is the server for the client. `accounts`: (e-mail, token) → account id; more may be added.

    `index_lag`: how long (by the clock) a new issue is hidden from JQL, as Jira's index does for seconds or minutes.
    `hidden`: keys of projects that our account may not see. `lacking`: permission keys that it has not got.
    """

    def __init__(
        self,
        port: int = 0,
        email: str = "afterword@example.org",
        token: str = "sandbox-jira-token",
        time_zone: str = "Etc/UTC",
    ) -> None:
        super().__init__(port)
        self.world = World()
        self.notified: list[tuple[str, str]] = []
        self.email = email
        self.token = token
        self.user = self.add_user("Afterword", email, "712020:afterword", time_zone=time_zone)
        self.account_id = self.user.account_id
        self.accounts = {(email, token): self.account_id}
        self.index_lag = timedelta()
        self.hidden: set[str] = set()
        self.lacking: set[str] = set()

    def respond(self, request: Request) -> Answer:
        if is_browser(request) and (page := jira_page(self.world, request.path)):
            return page
        try:
            return self._answer(request)
        except Refusal as refusal:
            return refusal.answer

    def _answer(self, request: Request) -> Answer:
        account = self._account(request)
        if request.method == "GET" and request.path.endswith("/serverInfo"):
            return server_info(self, request)
        if account is None:
            said = collection(401, WORDS[401])
            return Answer(401, said.body, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
        known = Request(request.method, request.path, request.query, request.headers, request.body, user=account)
        for router in (META_ROUTES, SCREEN_ROUTES, SEARCH_ROUTES, ISSUE_ROUTES):
            if found := router.find(request.method, request.path):
                handler, parameters = found
                with self.acting(in_background=True):
                    return handler(self, known, **parameters)
        return Answer(404, {"errorMessages": ["dead link"], "errors": {}})

    def _account(self, request: Request) -> str | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return next((who for (_, token), who in self.accounts.items() if token == secret), None)
        if scheme.lower() != "basic":
            return None
        try:
            email, _, token = base64.b64decode(secret).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.accounts.get((email, token))

    def status_body(self, status: int) -> Any:
        return {"errorMessages": [WORDS.get(status, "Error")], "errors": {}}

    def unreadable(self) -> Answer:
        return collection(400, "There was an error parsing JSON. Check that your request body is valid.")
