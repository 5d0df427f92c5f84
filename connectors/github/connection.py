"""How a request to GitHub leaves: PyGithub's requester, one pair of connections per thread, no surprise retries.

PyGithub's defaults send a POST up to eleven times, and a client shared by threads can swap their requests. So: a
connection for writes that sends once, one for reads that repeats only GETs, and both belong to one thread.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from connectors.answers import Answer
from connectors.base import Network
from connectors.reasons import Peer, failure
from connectors.transport import Reading, Writing, furnish, gets_only

if TYPE_CHECKING:
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

    Pair = tuple[Requester, HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass]

PER_PAGE = 100
MOVED = (301, 302, 303, 307, 308)
VERSION = "2022-11-28"
#: what the transport and PyGithub itself raise: its redirects and headers end in RuntimeError and ValueError
FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, RuntimeError)


class Connection:
    """Sends one request as it is given. One instance serves many threads."""

    def __init__(self, api_url: str, timeout: int, network: Network) -> None:
        self.api_url = api_url
        self._peer = Peer("GitHub", urlsplit(api_url).hostname or api_url, "api_url")
        self._timeout = timeout
        self._network = network
        self._own = threading.local()
        self._version = VERSION  # "" once a server said that it knows none

    def send(self, verb: str, url: str, authorization: str, body: object, what: str, *, write: bool) -> Answer:
        """`url` is a path below the API, "graphql", or whole. Raises what `failure` makes of one."""
        while True:
            version = self._version
            requester, connection = self._pair(write)
            headers = {"Accept": "application/vnd.github+json"}
            if authorization:
                headers["Authorization"] = authorization
            if version:
                headers["X-GitHub-Api-Version"] = version
            address = requester.graphql_url if url == "graphql" else url
            try:
                answer = Answer(*requester.requestJson(verb, address, None, headers, body, connection))
            except FAULTS as error:
                raise failure(error, what, self._peer, write=write) from error
            if not version or answer.status != 400 or "not a supported version" not in answer.text:
                return answer
            self._version = ""  # a server that knows other versions; nothing was done, and its usual one will do

    def _pair(self, write: bool) -> Pair:
        """This thread's connection for writes or reads."""
        name = "write" if write else "read"
        pair: Pair | None = self._own.__dict__.get(name)
        if pair is None:
            pair = self._make(retry=None if write else gets_only())
            self._own.__dict__[name] = pair
        return pair

    def _make(self, retry: urllib3.Retry | None) -> Pair:
        # PyGithub takes as long to load as all the rest; whoever only receives webhooks never needs it
        from github import Github
        from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

        logging.getLogger("github.Requester").setLevel(logging.INFO)  # at DEBUG it writes bodies into the log
        hub = Github(
            base_url=self.api_url,
            timeout=self._timeout,
            user_agent="afterword",
            per_page=PER_PAGE,
            retry=retry,
            seconds_between_requests=0,  # one pace for all workers is kept elsewhere
            seconds_between_writes=0,
            lazy=True,
        )
        parts = urlsplit(self.api_url)
        kind = HTTPSRequestsConnectionClass if parts.scheme == "https" else HTTPRequestsConnectionClass
        # what PyGithub tells with each request wins over what the session says, so the authorities are told to it
        authorities = self._network.ca_bundle or True
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout, retry=retry, verify=authorities)
        tally = self._network.tally
        for scheme in ("https://", "http://"):
            connection.session.mount(scheme, Writing(tally) if retry is None else Reading(tally))
        connection.session.hooks["response"].append(_keep_redirect)
        furnish(connection.session, self._network)
        return hub.requester, connection


def _keep_redirect(response: requests.Response, *args: object, **more: object) -> None:
    """Hides a redirect from PyGithub, which would send a POST again and a listing without its query."""
    if "location" in response.headers and response.status_code in MOVED:
        response.headers["x-moved-to"] = response.headers.pop("location")
