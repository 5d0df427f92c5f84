"""How requests leave this machine, and whether one can have left: what exactly-once rests on, decided in one place."""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from connectors.base import Network
from connectors.base.network import Tally
from connectors.counted import Counted

#: what runs before the first byte of a request: the file of authorities is read, a proxy is asked for the way (urllib3
#: and http.client both call it `_tunnel`), TLS begins
_BEFORE = {"cert_verify", "_tunnel", "do_handshake"}
#: how many times as long as for its first byte the whole of an answer is waited for
PATIENCE = 3


def sent_nothing(error: BaseException) -> bool:
    """True only if the request cannot have left: no connection, no name, no way through the proxy, no TLS handshake.

    The kind of the error is no proof. An SSL error or a reset also comes while an answer is read, and urllib3 calls
    even that a ProxyError: http.client closes the connection first, which forgets that the proxy had been passed. So
    what counts is where it was raised.
    """
    for link in chain(error):
        if isinstance(link, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)):
            return True
        if isinstance(link, requests.exceptions.InvalidProxyURL) or not _BEFORE.isdisjoint(_passed(link)):
            return True
    return False


def asked_proxy(error: BaseException) -> bool:
    """True if it was raised while a proxy was asked for the way."""
    return any("_tunnel" in _passed(link) for link in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps; urllib3 keeps the cause in `reason` or in the arguments.

    Not `__context__`: that may be an earlier failure, of another request, that is being handled meanwhile.
    """
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 20:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        within = [link.__cause__, getattr(link, "reason", None), *link.args]
        waiting += [inner for inner in within if isinstance(inner, BaseException)]


def _passed(error: BaseException) -> Iterator[str]:
    """The functions that it came through."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_name
        trace = trace.tb_next


def gets_only() -> urllib3.Retry:
    """For reads: two more tries for a GET, none that waits for a limit: a job that must wait is put off, it does not
    sleep. Writes are sent once."""
    return urllib3.Retry(
        total=2,
        backoff_factor=0.2,
        allowed_methods={"GET"},
        status_forcelist={500, 502, 503, 504},
        respect_retry_after_header=False,
        raise_on_status=False,
    )


_LAST_WORD: ContextVar[Callable[[], None] | None] = ContextVar("last_word", default=None)


@contextmanager
def unless(sure: Callable[[], None] | None) -> Iterator[None]:
    """Writes within it ask `sure` when their connection stands and before their first byte; what it raises stops them,
    with nothing sent."""
    before = _LAST_WORD.set(sure)
    try:
        yield
    finally:
        _LAST_WORD.reset(before)


class _Lines(HTTPAdapter):
    """An adapter whose connections are of our kind, through a proxy as well."""

    line: type

    def __init__(self, tally: Tally | None, retries: int | urllib3.Retry) -> None:
        self._line = {"tally": staticmethod(tally) if tally else None}
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self._ours(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **more)
        if not known:
            self._ours(manager)
        return manager

    def _ours(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            scheme: type(
                pool.__name__, (pool,), {"ConnectionCls": type("Line", (self.line, pool.ConnectionCls), self._line)}
            )
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }


class _Whole(http.client.HTTPResponse):
    """An answer that has to be there as a whole in three times the time that its first byte may take: who sends one
    byte a second would else hold a worker for as long as it likes."""

    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        super().__init__(_Punctual(sock), *args, **more)  # type: ignore[arg-type]


class _Punctual:
    """A socket that is read until a moment, not for a time anew with each byte."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Punctually(self._sock, self._sock.makefile(mode, buffering=0)))


class _Punctually(io.RawIOBase):
    def __init__(self, sock: Any, raw: Any) -> None:
        self._sock, self._raw = sock, raw
        self._each: float | None = sock.gettimeout()
        self._until = None if self._each is None else time.monotonic() + PATIENCE * self._each

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._each is not None and self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer came too slowly")
            self._sock.settimeout(min(self._each, left))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Line(Counted):
    """Beside a connection of urllib3."""

    response_class = _Whole


class _WritingLine(_Line):
    """The way through a proxy and TLS are behind it when it asks."""

    writes = True

    def endheaders(self, *args: Any, **more: Any) -> None:
        if (sure := _LAST_WORD.get()) is not None:
            if self.sock is None:  # type: ignore[attr-defined]
                self.connect()
            sure()
        super().endheaders(*args, **more)  # type: ignore[misc]


class Reading(_Lines):
    """For reads: a GET is tried again."""

    line = _Line

    def __init__(self, tally: Tally | None = None) -> None:
        super().__init__(tally, gets_only())


class Writing(_Lines):
    """For writes: sent once, and not without the last word of whoever asked for them."""

    line = _WritingLine

    def __init__(self, tally: Tally | None = None) -> None:
        super().__init__(tally, 0)


def furnish(session: requests.Session, network: Network) -> None:
    """Makes a session go the way that the settings say. Without a proxy there, the environment's is good as ever.

    requests lets the environment go before a session's own proxies, so with one in the settings it is not asked. So it
    does with REQUESTS_CA_BUNDLE: whoever has a ca_bundle also tells it with each request (`verify`).
    """
    session.headers["User-Agent"] = "afterword"  # GitHub refuses whoever does not say so
    if session.auth is None:
        session.auth = _as_sent
    if network.ca_bundle:
        session.verify = network.ca_bundle
    if network.proxy is None:
        return
    proxy = network.proxy.reveal().strip()
    session.trust_env = False
    session.proxies.update({"http": proxy, "https": proxy})
    for host in map(str.lower, network.direct):
        session.proxies.update({f"http://{host}": "", f"https://{host}": ""})


def _as_sent(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Else requests would take another password from a .netrc file of this user."""
    return request
