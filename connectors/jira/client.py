"""Calls of one Jira, and what their answers mean: reads, writes, pages, searches, our own account."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import TypeAdapter

from connectors import answers
from connectors.answers import Answer
from connectors.base import Network
from connectors.jira import wire
from connectors.jira.credentials import mends, origin_of
from connectors.jira.outcome import refuse
from connectors.jira.session import Sessions
from connectors.jira.settings import Connection

T = TypeVar("T")
USUAL = Network()
MOST = 100  # items of one page or one bulk read
_USER = TypeAdapter(wire.User)
_PAGE = TypeAdapter(wire.Found)
_OLD_PAGE = TypeAdapter(wire.FoundOld)


class Client:
    """One Jira. `write` is sent exactly once; `get` up to three times. May be used by many threads."""

    def __init__(self, settings: Connection, network: Network) -> None:
        self.url = settings.url
        self.cloud = settings.cloud
        self.version = settings.version
        self.origin = origin_of(settings)
        self._mends = mends(settings)
        self._sessions = Sessions(settings, network)
        self._lock = threading.Lock()
        self._account: tuple[object, wire.User] | None = None  # with what it signed in

    # --- calls --------------------------------------------------------------------------------------------------------

    def get(self, path: str, params: Mapping[str, object] | None = None) -> Answer:
        """A read. Raises NotSent, Limited, Denied, Missing, Refused or Unavailable."""
        answer = self._sessions.send("GET", path, params, None, write=False)
        refuse(answer, f"GET {path}", write=False, mends=self._mends)
        return answer

    def ask(self, path: str, body: object) -> Answer:
        """A read that Jira wants as a POST. Raises as `get`."""
        answer = self._sessions.send("POST", path, None, body, write=False)
        refuse(answer, f"POST {path}", write=False, mends=self._mends)
        return answer

    def write(self, method: str, path: str, body: object, params: Mapping[str, object] | None = None) -> Answer:
        """Sent once. Raises NotSent, Limited, Denied, Missing, Refused or OutcomeUnknown."""
        answer = self._sessions.send(method, path, params, body, write=True)
        refuse(answer, f"{method} {path}", write=True, mends=self._mends)
        return answer

    def as_stranger(self, path: str) -> Answer:
        """The answer to a GET of somebody without an account, whatever it is. Raises NotSent or Unavailable."""
        return self._sessions.as_stranger(path)

    @property
    def ahead(self) -> float | None:
        """Seconds by which Jira's clock was ahead of ours at its last answer; None: it told no time."""
        return self._sessions.ahead

    def pages(self, path: str, params: Mapping[str, object], model: TypeAdapter[T], *, most: int = 50) -> Iterator[T]:
        """Pages by offset; ends at the total, an empty page, or after `most`."""
        start = 0
        for _ in range(most):
            text = self.get(path, {**params, "startAt": start, "maxResults": MOST})
            page = parse(model, text, f"GET {path}")
            yield page
            counted = parse(_PAGED, text, f"GET {path}")
            start += counted.size
            if not counted.size or start >= counted.total:
                return

    def search(
        self, jql: str, fields: str, *, properties: str = "", expand: str = "", most: int = 1, whole: bool = True
    ) -> Iterator[wire.Issue]:
        """The issues of a query, at most `most` pages. Cloud pages by token, Data Center by offset.

        https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/
        `whole=False`: ids alone, thousands a page.
        """
        size = MOST if whole else 5000
        base: dict[str, object] = {"jql": jql, "fields": fields, "maxResults": size}
        if properties:
            base["properties"] = properties
        if expand:
            base["expand"] = expand
        token, seen, start = "", set[str](), 0
        for _ in range(most):
            if not self.cloud:
                old = parse(_OLD_PAGE, self.get("search", {**base, "startAt": start}), "GET search")
                yield from old.issues
                start += len(old.issues)
                if not old.issues or start >= old.total:
                    return
                continue
            page = parse(
                _PAGE, self.get("search/jql", {**base, **({"nextPageToken": token} if token else {})}), "GET search/jql"
            )
            yield from page.issues
            token = page.nextPageToken or ""
            if page.isLast or not token or token in seen:  # Jira has been seen to repeat a token for ever
                return
            seen.add(token)

    def account(self, *, fresh: bool = False) -> wire.User:
        """Our own account. Asked once for each process, and for each token, and where it is to be `fresh`."""
        with self._lock:
            known = self._account
        if known is None or fresh or known[0] != self._sessions.signed():
            user = parse(_USER, self.get("myself"), "GET myself")
            known = self._sessions.signed(), user  # after it was asked: a new token may have been taken up
            with self._lock:
                self._account = known
        return known[1]

    @property
    def us(self) -> str:
        """The id of our own account, if it was asked for; else ""."""
        with self._lock:
            return self._account[1].id if self._account else ""

    def browse(self, key: str) -> str:
        """Where people see an issue."""
        return f"{self.url}/browse/{key}"


def parse(model: TypeAdapter[T], answer: Answer, what: str, *, write: bool = False) -> T:
    """The fields that we read of an answer. Raises Unavailable; after a write OutcomeUnknown."""
    return answers.parse(model, answer, what, "Jira", write=write)


_PAGED = TypeAdapter(wire.Paged)
