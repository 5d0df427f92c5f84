"""How requests reach one Jira: the jira library's own session, one for reads and one for writes in each thread.

The library's retry repeats POSTs and sleeps up to a minute, its search and its error reading are wrong for Cloud, and
its constructor calls the server. So: no retry of its own, no server info, and raw calls; reads alone are tried again.
No redirect is followed, to no host.
"""

from __future__ import annotations

import threading
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import urllib3

from connectors.answers import Answer
from connectors.base import AfterwordError, Denied, Network, NotSent
from connectors.jira.credentials import origin_of
from connectors.jira.settings import Connection
from connectors.reasons import Peer, failure
from connectors.transport import Reading, Writing, furnish

FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class Sessions:
    """Sends, and reads nothing but the clock. May be used by many threads."""

    def __init__(self, settings: Connection, network: Network) -> None:
        self._settings = settings
        self._network = network
        self._timeout = (5.0, float(settings.timeout))
        self._own = threading.local()
        #: seconds by which Jira's clock was ahead of ours at its last answer
        self.ahead: float | None = None

    def send(self, method: str, path: str, params: Any, body: object, *, write: bool) -> Answer:
        """One call with our token; a new token in the file is tried once after a 401. Raises ConnectorError."""
        server = self._settings.api_url or self._settings.url
        for again in (False, True):
            session, secrets = self._pair(write)
            answer = self._ask(session, method, server, path, params, body, write=write)
            if answer.status != 401 or again or self._secrets() == secrets:
                break
            self._own.__dict__.clear()  # a 401 did nothing; the token's file has a new one by now
        return answer

    def as_stranger(self, path: str) -> Answer:
        """A GET as somebody without an account, at the address that people see. Raises NotSent or Unavailable."""
        with requests.Session() as session:
            session.headers["Accept"] = "application/json"
            for scheme in ("https://", "http://"):
                session.mount(scheme, Reading(self._network.tally))
            furnish(session, self._network)
            return self._ask(session, "GET", self._settings.url, path, None, None, write=False)

    def _ask(
        self, session: requests.Session, method: str, server: str, path: str, params: Any, body: object, *, write: bool
    ) -> Answer:
        url = f"{server}/rest/api/{self._settings.version}/{quote(path, safe='/')}"
        try:
            # the parent's request: the library's own would read the error's body, and stumble over some
            response = requests.Session.request(
                session,
                method,
                url,
                params=params,
                json=body,
                timeout=self._timeout,
                allow_redirects=False,
                verify=self._network.ca_bundle,  # else REQUESTS_CA_BUNDLE would go before the session's own
            )
            answer = Answer(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                response.content.decode("utf-8", "replace"),
            )
        except FAULTS as error:
            setting = "api_url" if server == self._settings.api_url else "url"
            peer = Peer("Jira", urlsplit(server).hostname or server, setting)
            raise failure(error, f"{method} {path}", peer, write=write) from error
        self._compare_clocks(answer)
        return answer

    def _compare_clocks(self, answer: Answer) -> None:
        try:
            self.ahead = parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
        except (KeyError, ValueError, OverflowError):
            return  # a server that tells no time

    def signed(self) -> tuple[str, str]:
        """What this thread signs in with. Raises ConnectorError."""
        return self._pair(False)[1]

    def _secrets(self) -> tuple[str, str]:
        pair = (self._settings.user, self._settings.token)
        try:
            return tuple(secret.reveal().strip() if secret else "" for secret in pair)  # type: ignore[return-value]
        except AfterwordError as error:  # its file cannot be read now
            raise NotSent(error.message, error.mend) from error

    def _pair(self, write: bool) -> tuple[requests.Session, tuple[str, str]]:
        """This thread's session for writes or reads, and what it signs in with."""
        name = "write" if write else "read"
        pair: tuple[Any, tuple[str, str]] | None = self._own.__dict__.get(name)
        if pair is None:
            pair = self._make(write)
            self._own.__dict__[name] = pair
        return pair[0]._session, pair[1]

    def _make(self, write: bool) -> tuple[Any, tuple[str, str]]:
        # the library takes long to load, and whoever only receives webhooks never needs it
        from jira import JIRA

        user, token = self._secrets()
        if not token.isascii() or not token.isprintable():
            raise Denied(f"The token in {origin_of(self._settings)} holds what no token has.", "Copy it again.")
        jira = JIRA(
            server=self._settings.api_url or self._settings.url,
            options={
                "rest_api_version": self._settings.version,
                "check_update": False,
                "headers": {"User-Agent": "afterword"},
            },
            basic_auth=(user, token) if user and token else None,
            token_auth=token if token and not user else None,
            get_server_info=False,
            max_retries=0,
            timeout=self._timeout,
            logging=False,
        )
        adapter = Writing(self._network.tally) if write else Reading(self._network.tally)
        for scheme in ("https://", "http://"):
            jira._session.mount(scheme, adapter)
        furnish(jira._session, self._network)
        return jira, (user, token)
