"""The connection to GitHub: each call signed in, sent, and its answer classified."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from pydantic import TypeAdapter

from connectors.answers import Answer
from connectors.base import Missing, Network, NotSent, Unavailable
from connectors.github import wire
from connectors.github.app import App
from connectors.github.connection import MOVED, PER_PAGE, Connection
from connectors.github.credentials import Credentials, Token
from connectors.github.heard import Heard
from connectors.github.outcome import refuse
from connectors.github.reading import parse
from connectors.github.settings import Access

Params = Mapping[str, str | int]

HOUR, DAY = 3600.0, 86_400.0
USUAL = Network()
_NEXT = re.compile(r'<([^<>]{1,2000})>;[^,]{0,100}rel="next"')
_USER = TypeAdapter(wire.User)
_REPO = TypeAdapter(wire.Repo)
_APP = TypeAdapter(wire.App)


class Client:
    """Reads and writes, each answer classified. One instance serves many threads."""

    def __init__(self, settings: Access, network: Network) -> None:
        self.api_url = settings.api_url
        self.heard = Heard()
        self._line = Connection(settings.api_url, settings.timeout, network)
        self.credentials: Credentials
        if settings.app_id is not None and settings.app_key is not None:
            self.credentials = App(settings.app_id, settings.app_key, settings.installation_id, self._as_app)
        else:
            self.credentials = Token(settings.token)
        self._lock = threading.Lock()
        self._account: tuple[str, wire.User] | None = None  # with what it signed in
        self._us: wire.App | None = None
        self._repos: dict[str, tuple[float, wire.Repo]] = {}

    @property
    def web_url(self) -> str:
        """Where people look: https://github.com for api.github.com, else the same host without the API's path."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"

    # --- calls --------------------------------------------------------------------------------------------------------

    def get(self, path: str, params: Params | None = None, *, owner: str = "") -> Answer:
        """One GET; a redirect on the same host keeps its query, which PyGithub's own following would lose.

        `owner`: whose thing it is, where the path does not say and an App may have several installations.
        """
        what = f"GET {urlsplit(path).path}"
        url = f"{path}?{urlencode(params)}" if params else path
        for _ in range(4):
            answer = self._send("GET", url, None, what, owner, write=False)
            if answer.status not in MOVED:
                break
            moved = answer.headers.get("x-moved-to", "")
            there, here = urlsplit(moved), urlsplit(self.api_url)
            if not there.path or (there.netloc and there.netloc != here.netloc):
                break
            query = there.query or urlsplit(url).query
            url = self._below(there.path) + (f"?{query}" if query else "")
        refuse(answer, what, write=False, mends=self.credentials.mends)
        return answer

    def pages(self, path: str, params: Params | None = None, *, most: int = 30, owner: str = "") -> Iterator[Answer]:
        """The pages of a listing, 100 entries each, at most `most` of them."""
        answer = self.get(path, {**(params or {}), "per_page": PER_PAGE}, owner=owner)
        yield answer
        for _ in range(most - 1):
            further = _NEXT.search(answer.headers.get("link", ""))
            if further is None:
                return
            answer = self.follow(further[1], owner=owner)
            yield answer

    def follow(self, link: str, *, owner: str = "") -> Answer:
        """The page that a Link header names: its path alone, as a server behind a proxy may name another host."""
        parts = urlsplit(link)
        return self.get(self._below(parts.path) + (f"?{parts.query}" if parts.query else ""), owner=owner)

    def write(self, verb: str, path: str, body: Mapping[str, Any]) -> Answer:
        """One request, sent once. Raises NotSent, Limited, Refused or OutcomeUnknown."""
        what = f"{verb} {path}"
        answer = self._send(verb, path, body, what, "", write=True)
        refuse(answer, what, write=True, mends=self.credentials.mends)
        return answer

    def graphql(self, query: str, variables: Mapping[str, Any], *, owner: str = "") -> Answer:
        """One query. It is a POST that changes nothing, so its errors are those of a read."""
        body = {"query": query, "variables": dict(variables)}
        answer = self._send("POST", "graphql", body, "POST /graphql", owner, write=False)
        refuse(answer, "POST /graphql", write=False, mends=self.credentials.mends)
        return answer

    # --- what is asked again and again --------------------------------------------------------------------------------

    def app(self, *, fresh: bool = False) -> wire.App:
        """The App that we are. Asked once for each process."""
        with self._lock:
            known = None if fresh else self._us
        if known is None:
            known = parse(_APP, self.get("/app"), "GET /app")
            with self._lock:
                self._us = known
        return known

    def account(self, *, fresh: bool = False) -> wire.User:
        """Our own account, an App's being called <slug>[bot]. Asked once for each process, and for each token."""
        signed = "" if self.credentials.app else self.credentials.header("/user")
        with self._lock:
            known = self._account
        if known is None or fresh or known[0] != signed:
            if self.credentials.app:
                path = f"/users/{quote(self.app().slug, safe='')}%5Bbot%5D"
                known = signed, parse(_USER, self.get(path), f"GET {path}")
            else:
                known = signed, parse(_USER, self.get("/user"), "GET /user")
            with self._lock:
                self._account = known
        return known[1]

    def repository(self, name: str, *, within: float = DAY) -> wire.Repo:
        """A repository by name, also by an old one, as it was at most `within` seconds ago.

        A day will do for its id and present name; who can read it is asked again after an hour.
        """
        key, now = name.lower(), time.monotonic()
        with self._lock:
            known = self._repos.get(key)
        if known is not None and now - known[0] < within:
            return known[1]
        path = f"/repos/{name}"
        return self.remember(parse(_REPO, self.get(path), f"GET {path}"), name)

    def remember(self, repo: wire.Repo, name: str = "") -> wire.Repo:
        """A repository as an answer told it just now."""
        if repo.id and repo.label:
            self.credentials.learn(repo.id, repo.label.partition("/")[0])
        with self._lock:
            if len(self._repos) > 1000:
                self._repos.clear()
            self._repos[(name or repo.label).lower()] = (time.monotonic(), repo)
        return repo

    def token_ends(self) -> datetime | None:
        return None if self.credentials.app else self.heard.token_ends

    def forget(self, name: str) -> None:
        """A repository answered as if it had been renamed: look again next time."""
        with self._lock:
            self._repos.pop(name.lower(), None)

    def home(self, repository_id: str | None, label: str) -> str:
        """The path of a repository, by its id, which a rename does not change. `label`: acme/ops#42 or acme/ops."""
        name = label.partition("#")[0]
        if not repository_id or not repository_id.isdigit():
            return f"/repos/{name}"
        self.credentials.learn(int(repository_id), name.partition("/")[0], sure=False)
        return f"/repositories/{repository_id}"

    # --- the wire -----------------------------------------------------------------------------------------------------

    def _send(self, verb: str, url: str, body: object, what: str, owner: str, *, write: bool) -> Answer:
        """A 401 did nothing: it is sent again if there is another token by now. So is a read of what went elsewhere."""
        tries = 0
        while True:
            tries += 1
            try:
                header = self.credentials.header(url, owner)
            except (Unavailable, Missing) as error:
                raise NotSent(error.message, error.mend, status=error.status) from error
            answer = self._answer(verb, url, header, body, what, write=write)
            if tries == 1 and (
                (answer.status == 401 and self.credentials.renewed(url, header))
                or (answer.status == 404 and not write and self.credentials.elsewhere(url, owner))
            ):
                continue
            return answer

    def _as_app(self, verb: str, path: str, header: str, what: str) -> Answer:
        return self._answer(verb, path, header, None, what, write=False)

    def _answer(self, verb: str, url: str, header: str, body: object, what: str, *, write: bool) -> Answer:
        answer = self._line.send(verb, url, header, body, what, write=write)
        self.heard.note(answer.status, answer.headers, datetime.now(UTC))
        return answer

    def _below(self, path: str) -> str:
        """A path of the server as one below the API."""
        return path.removeprefix(urlsplit(self.api_url).path)
