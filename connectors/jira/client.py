"""Calls of one Jira through the jira library's own session: one for reads and one for writes in each thread.

The library's retry repeats POSTs and sleeps up to a minute, its search and its error reading are wrong for Cloud, and
its constructor calls the server. So: no retry of its own, no server info, and raw calls; reads alone are tried again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import requests
import urllib3
from pydantic import TypeAdapter, ValidationError
from requests.adapters import HTTPAdapter

from connectors.base import AfterwordError, ConnectorError, Denied, NotSent, OutcomeUnknown, Unavailable
from connectors.jira import wire
from connectors.jira.outcome import Answer, from_exception, refuse
from connectors.jira.settings import Connection
from connectors.text import storable_json

T = TypeVar("T")
MOST = 100  # items of one page or one bulk read
FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_USER = TypeAdapter(wire.User)
_PAGE = TypeAdapter(wire.Found)
_OLD_PAGE = TypeAdapter(wire.FoundOld)


class Client:
    """One Jira. `write` is sent exactly once; `get` up to three times. May be used by many threads."""

    def __init__(self, settings: Connection) -> None:
        self.url = settings.url
        self.cloud = settings.cloud
        self._server = settings.api_url or settings.url
        self._user, self._token = settings.user, settings.token
        self._timeout = (5.0, float(settings.timeout))
        self._own = threading.local()
        self._lock = threading.Lock()
        self._account: wire.User | None = None
        self.origin = settings.token.origin if settings.token else "the settings (there is none yet)"

    # --- calls --------------------------------------------------------------------------------------------------------

    def get(self, path: str, params: Mapping[str, object] | None = None) -> Answer:
        """A read. Raises NotSent, Limited, Denied, Missing, Refused or Unavailable."""
        answer = self._send("GET", path, params, None, write=False)
        refuse(answer, f"GET {path}", write=False, origin=self.origin)
        return answer

    def ask(self, path: str, body: object) -> Answer:
        """A read that Jira wants as a POST. Raises as `get`."""
        answer = self._send("POST", path, None, body, write=False)
        refuse(answer, f"POST {path}", write=False, origin=self.origin)
        return answer

    def write(self, method: str, path: str, body: object, params: Mapping[str, object] | None = None) -> Answer:
        """Sent once. Raises NotSent, Limited, Denied, Missing, Refused or OutcomeUnknown."""
        answer = self._send(method, path, params, body, write=True)
        refuse(answer, f"{method} {path}", write=True, origin=self.origin)
        return answer

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
        self, jql: str, fields: str, *, properties: str = "", most: int = 1, whole: bool = True
    ) -> Iterator[wire.Issue]:
        """The issues of a query, at most `most` pages. Cloud pages by token, Data Center by offset.

        https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/
        `whole=False`: ids alone, thousands a page.
        """
        size = MOST if whole else 5000
        base: dict[str, object] = {"jql": jql, "fields": fields, "maxResults": size}
        if properties:
            base["properties"] = properties
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

    def account(self) -> wire.User:
        """Our own account. Asked once for each process."""
        with self._lock:
            known = self._account
        if known is None:
            known = parse(_USER, self.get("myself"), "GET myself")
            with self._lock:
                self._account = known
        return known

    def browse(self, key: str) -> str:
        """Where people see an issue."""
        return f"{self.url}/browse/{key}"

    # --- the wire -----------------------------------------------------------------------------------------------------

    def _send(self, method: str, path: str, params: Any, body: object, *, write: bool) -> Answer:
        what = f"{method} {path}"
        for again in (False, True):
            jira, secrets = self._pair(write)
            session: requests.Session = jira._session
            url = f"{self._server}/rest/api/2/{quote(path, safe='/')}"
            try:
                # the parent's request: the library's own would read the error's body, and stumble over some
                response = requests.Session.request(
                    session, method, url, params=params, json=body, timeout=self._timeout, allow_redirects=False
                )
                answer = Answer(
                    response.status_code,
                    {name.lower(): value for name, value in response.headers.items()},
                    response.content.decode("utf-8", "replace"),
                )
            except FAULTS as error:
                raise from_exception(error, what, write=write) from error
            if answer.status != 401 or again or self._secrets() == secrets:
                break
            self._own.__dict__.clear()  # a 401 did nothing; the token's file has a new one by now
        return answer

    def _secrets(self) -> tuple[str, str]:
        try:
            return tuple(secret.reveal().strip() if secret else "" for secret in (self._user, self._token))  # type: ignore[return-value]
        except AfterwordError as error:  # its file cannot be read now
            raise NotSent(error.message, error.mend) from error

    def _pair(self, write: bool) -> tuple[Any, tuple[str, str]]:
        """This thread's client for writes or reads."""
        name = "write" if write else "read"
        pair: tuple[Any, tuple[str, str]] | None = self._own.__dict__.get(name)
        if pair is None:
            pair = self._make(write)
            self._own.__dict__[name] = pair
        return pair

    def _make(self, write: bool) -> tuple[Any, tuple[str, str]]:
        # the library takes long to load, and whoever only receives webhooks never needs it
        from jira import JIRA

        user, token = self._secrets()
        if not token.isascii() or not token.isprintable():
            raise Denied(f"The token in {self.origin} holds characters that no token has.", "Copy it again.")
        jira = JIRA(
            server=self._server,
            options={"rest_api_version": "2", "check_update": False, "headers": {"User-Agent": "afterword"}},
            basic_auth=(user, token) if user and token else None,
            token_auth=token if token and not user else None,
            get_server_info=False,
            max_retries=0,
            timeout=self._timeout,
            logging=False,
        )
        adapter = HTTPAdapter(max_retries=0 if write else _gets_only())
        for scheme in ("https://", "http://"):
            jira._session.mount(scheme, adapter)
        return jira, (user, token)


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
            f"Jira's answer to {what} cannot be read ({where or 'the whole'}: {first['msg']}).", status=answer.status
        ) from None


_PAGED = TypeAdapter(wire.Paged)
