"""A stand-in Jira over real HTTP on 127.0.0.1, Cloud (REST v2 and v3) or Data Center (v2): what an issue tool meets.

with JiraSandbox(email="bot@example.org", token="t0ken") as jira:
    jira.create_project("OPS")
    issue = jira.create_issue("OPS", "Queue grew", type="Incident", by="Alex")
    JIRA(server=jira.url, basic_auth=("bot@example.org", "t0ken"), max_retries=0)
"""

import base64
import binascii
import re
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
    `scoped`: the tokens have scopes, so that they are good at Atlassian's gateway alone (`gateway_url`).
    Data Center: the user name is what stands before the @; it is good with the token as a password, or the token alone.
    """

    def __init__(
        self,
        port: int = 0,
        email: str = "afterword@example.org",
        token: str = "sandbox-jira-token",
        time_zone: str = "Etc/UTC",
        *,
        deployment: str = "cloud",
        version: str = "9.12.0",
    ) -> None:
        super().__init__(port)
        self.datacenter = deployment == "datacenter"
        self.version = version
        self.numbers = tuple(int(part) for part in version.split("."))
        self.scoped = False
        self.gateway_url = f"{self.url}/ex/jira/11111111-2222-3333-4444-555555555555"
        self.world = World()
        self.notified: list[tuple[str, str]] = []
        self.email = email
        self.token = token
        number = email.partition("@")[0] if self.datacenter else "712020:afterword"
        self.user = self.add_user("Afterword", email, number, time_zone=time_zone)
        self.account_id = self.user.account_id
        self.accounts = {(self.account_id if self.datacenter else email, token): self.account_id}
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
        path = request.path.removeprefix(self.gateway_url.removeprefix(self.url))
        at_gateway = path != request.path
        if self.datacenter and path.startswith("/rest/api/3/"):
            return Answer(404, {"errorMessages": ["dead link"], "errors": {}})
        account = self._account(request, at_gateway)
        if request.method == "GET" and path.endswith("/serverInfo"):
            return server_info(self, request)
        stranger = "authorization" not in request.headers and not at_gateway
        if account is None and not (stranger and re.fullmatch(r"/rest/api/[^/]+/project/[^/]+", path)):
            said = collection(401, WORDS[401])
            return Answer(401, said.body, {} if stranger else {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
        known = Request(request.method, path, request.query, request.headers, request.body, user=account or "")
        for router in (SCREEN_ROUTES, META_ROUTES, SEARCH_ROUTES, ISSUE_ROUTES):
            if found := router.find(request.method, path):
                handler, parameters = found
                with self.acting(in_background=True):
                    return handler(self, known, **parameters)
        return Answer(404, {"errorMessages": ["dead link"], "errors": {}})

    def _account(self, request: Request, at_gateway: bool) -> str | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if not self.datacenter and not at_gateway:  # taken for the token of an app
                raise Refusal(Answer(403, {"error": "Failed to parse Connect Session Auth Token"}))
            return next((who for (_, token), who in self.accounts.items() if token == secret), None)
        if scheme.lower() != "basic" or self.scoped != at_gateway:
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
