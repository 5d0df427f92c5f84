"""How requests leave this machine, and whether one can have left: what exactly-once rests on, decided in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from connectors.base import Network

#: what runs before the first byte of a request: the file of authorities is read, a proxy is asked for the way (urllib3
#: and http.client both call it `_tunnel`), TLS begins
_BEFORE = {"cert_verify", "_tunnel", "do_handshake"}


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


class Writing(HTTPAdapter):
    """For writes: sent once, and not without the last word of whoever asked for them."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **more)
        if not known:
            _watch(manager)
        return manager


def _watch(manager: Any) -> None:
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": type("Line", (_Line, pool.ConnectionCls), {})})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


class _Line:
    """Beside a connection of urllib3. The way through a proxy and TLS are behind it when it asks."""

    def endheaders(self, *args: Any, **more: Any) -> None:
        if (sure := _LAST_WORD.get()) is not None:
            if self.sock is None:  # type: ignore[attr-defined]
                self.connect()  # type: ignore[attr-defined]
            sure()
        super().endheaders(*args, **more)  # type: ignore[misc]


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
