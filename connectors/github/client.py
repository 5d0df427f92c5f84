"""The connection to GitHub: PyGithub's requester, one pair of clients per thread, no surprise retries.

PyGithub's defaults send a POST up to eleven times, and a client shared by threads can swap their requests. So: a client
for writes that sends once, a client for reads that repeats only GETs, and both belong to one thread.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from pydantic import TypeAdapter, ValidationError

from connectors.base import AfterwordError, ConnectorError, Denied, NotSent, OutcomeUnknown, Secret, Unavailable
from connectors.github.outcome import Answer, from_exception, refuse
from connectors.github.wire import Repo, User
from connectors.text import storable_json

if TYPE_CHECKING:
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

    Connection = HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass

T = TypeVar("T")
Params = Mapping[str, str | int]

PER_PAGE = 100
DAY = 86_400.0
MOVED = (301, 302, 307, 308)
#: what the transport and PyGithub itself raise: its redirects and headers end in RuntimeError and ValueError
FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, RuntimeError)
_NEXT = re.compile(r'<([^<>]{1,2000})>;[^,]{0,100}rel="next"')
_USER = TypeAdapter(User)
_REPO = TypeAdapter(Repo)


class Client:
    """Reads and writes, each answer classified. One instance serves many threads."""

    def __init__(self, api_url: str, token: Secret | None, timeout: int) -> None:
        self.api_url = api_url
        self.origin = token.origin if token else "the settings (there is none)"
        self._token = token
        self._timeout = timeout
        self._own = threading.local()
        self._lock = threading.Lock()
        self._account: User | None = None
        self._repos: dict[str, tuple[float, Repo]] = {}

    @property
    def web_url(self) -> str:
        """Where people look: https://github.com for api.github.com, else the same host without the API's path."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"

    # --- calls --------------------------------------------------------------------------------------------------------

    def get(self, path: str, params: Params | None = None) -> Answer:
        """One GET; a redirect on the same host keeps its query, which PyGithub's own following would lose."""
        what = f"GET {urlsplit(path).path}"
        url = f"{path}?{urlencode(params)}" if params else path
        for _ in range(4):
            answer = self._send("GET", url, None, what, write=False)
            if answer.status not in MOVED:
                break
            there, here = urlsplit(answer.headers.get("x-moved-to", "")), urlsplit(self.api_url)
            if not there.path or (there.netloc and there.netloc != here.netloc):
                break
            query = there.query or urlsplit(url).query
            url = f"{self.api_url.removesuffix(here.path)}{there.path}{f'?{query}' if query else ''}"
        refuse(answer, what, write=False, origin=self.origin)
        return answer

    def pages(self, path: str, params: Params | None = None, *, most: int = 30) -> Iterator[Answer]:
        """The pages of a listing, 100 entries each, at most `most` of them."""
        answer = self.get(path, {**(params or {}), "per_page": PER_PAGE})
        yield answer
        for _ in range(most - 1):
            further = _NEXT.search(answer.headers.get("link", ""))
            if further is None:
                return
            answer = self.get(further.group(1))
            yield answer

    def write(self, verb: str, path: str, body: Mapping[str, Any]) -> Answer:
        """One request, sent once. Raises NotSent, Limited, Refused or OutcomeUnknown."""
        what = f"{verb} {path}"
        answer = self._send(verb, path, body, what, write=True)
        refuse(answer, what, write=True, origin=self.origin)
        return answer

    def graphql(self, query: str, variables: Mapping[str, Any]) -> Answer:
        """One query. It is a POST that changes nothing, so its errors are those of a read."""
        body = {"query": query, "variables": dict(variables)}
        answer = self._send("POST", "graphql", body, "POST /graphql", write=False)
        refuse(answer, "POST /graphql", write=False, origin=self.origin)
        return answer

    # --- what is asked again and again --------------------------------------------------------------------------------

    def account(self) -> User:
        """Our own account. Asked once for each process."""
        with self._lock:
            known = self._account
        if known is None:
            known = parse(_USER, self.get("/user"), "GET /user")
            with self._lock:
                self._account = known
        return known

    def repository(self, name: str, *, fresh: bool = False) -> Repo:
        """A repository by name, also by an old one. Kept for a day: what matters of it is its id and present name."""
        key, now = name.lower(), time.monotonic()
        with self._lock:
            known = self._repos.get(key)
        if known is not None and now - known[0] < DAY and not fresh:
            return known[1]
        path = f"/repos/{name}"
        repo = parse(_REPO, self.get(path), f"GET {path}")
        with self._lock:
            if len(self._repos) > 1000:
                self._repos.clear()
            self._repos[key] = (now, repo)
        return repo

    def forget(self, name: str) -> None:
        """A repository answered as if it had been renamed: look again next time."""
        with self._lock:
            self._repos.pop(name.lower(), None)

    # --- the wire -----------------------------------------------------------------------------------------------------

    def _send(self, verb: str, url: str, body: object, what: str, *, write: bool) -> Answer:
        for again in (False, True):
            requester, connection, token = self._pair(write)
            address = requester.graphql_url if url == "graphql" else url
            headers = {"Accept": "application/vnd.github+json"}
            try:
                answer = Answer(*requester.requestJson(verb, address, None, headers, body, connection))
            except FAULTS as error:
                raise from_exception(error, what, write=write) from error
            if answer.status != 401 or again or self._secret() == token:
                break
            self._own.__dict__.clear()  # a 401 did nothing; the token's file has a new one by now
        return answer

    def _secret(self) -> str:
        try:
            return self._token.reveal().strip() if self._token else ""
        except AfterwordError as error:  # its file cannot be read now
            raise NotSent(error.message, error.mend) from error

    def _pair(self, write: bool) -> tuple[Requester, Connection, str]:
        """This thread's client for writes or reads."""
        name = "write" if write else "read"
        pair: tuple[Requester, Connection, str] | None = self._own.__dict__.get(name)
        if pair is None:
            pair = self._make(retry=None if write else _gets_only())
            self._own.__dict__[name] = pair
        return pair

    def _make(self, retry: urllib3.Retry | None) -> tuple[Requester, Connection, str]:
        # PyGithub takes as long to load as all the rest; whoever only receives webhooks never needs it
        from github import Auth, Github
        from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

        logging.getLogger("github.Requester").setLevel(logging.INFO)  # at DEBUG it writes bodies into the log
        token = self._secret()
        if not token.isascii() or not token.isprintable():
            raise Denied(f"The token in {self.origin} holds characters that no token has.", "Copy it again.")
        hub = Github(
            auth=Auth.Token(token) if token else None,
            base_url=self.api_url,
            timeout=self._timeout,
            user_agent="afterword",
            per_page=PER_PAGE,
            retry=retry,
            seconds_between_requests=0,  # one pace for all workers is kept elsewhere
            seconds_between_writes=0,
            lazy=True,
            api_version="2022-11-28",
        )
        parts = urlsplit(self.api_url)
        kind = HTTPSRequestsConnectionClass if parts.scheme == "https" else HTTPRequestsConnectionClass
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout, retry=retry)
        connection.session.hooks["response"].append(_keep_redirect)
        return hub.requester, connection, token


def _keep_redirect(response: requests.Response, *args: object, **more: object) -> None:
    """Hides a redirect from PyGithub, which would send a POST again and a listing without its query."""
    if "location" in response.headers and response.status_code in MOVED:
        response.headers["x-moved-to"] = response.headers.pop("location")


def _gets_only() -> urllib3.Retry:
    """Two more tries for a GET, none that waits for a limit: a job that must wait is put off, it does not sleep."""
    return urllib3.Retry(
        total=2,
        backoff_factor=0.2,
        allowed_methods={"GET"},
        status_forcelist={500, 502, 503, 504},
        respect_retry_after_header=False,
        raise_on_status=False,
    )


def parse(model: TypeAdapter[T], answer: Answer, what: str, *, write: bool = False) -> T:
    """The fields that we read of an answer. After a write an answer that cannot be read leaves its outcome open."""
    try:
        return model.validate_json(storable_json(answer.text))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong: type[ConnectorError] = OutcomeUnknown if write else Unavailable
        raise wrong(
            f"GitHub's answer to {what} cannot be read ({where or 'the whole'}: {first['msg']}).", status=answer.status
        ) from None
