"""How requests leave this machine, and whether one can have left: what exactly-once rests on, decided in one place."""

from __future__ import annotations

from collections.abc import Iterator

import requests
import urllib3

from connectors.base import Network


def sent_nothing(error: BaseException) -> bool:
    """True only if the request cannot have left: no connection, no name, no proxy, no TLS handshake.

    An SSL error or a reset is no proof by itself, as both also come while an answer is read: only one that stems from
    the handshake is.
    """
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    for link in _chain(error):
        if isinstance(link, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)):
            return True
        if isinstance(link, OSError) and _in_handshake(link):
            return True
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps; urllib3 keeps the cause in `reason` or in the arguments."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 20:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        within = [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
        waiting += [inner for inner in within if isinstance(inner, BaseException)]


def _in_handshake(error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "do_handshake":
            return True
        trace = trace.tb_next
    return False


def furnish(session: requests.Session, network: Network) -> None:
    """Makes a session go the way that the settings say. Without a proxy there, the environment's is good as ever.

    requests lets the environment go before a session's own proxies, so with one in the settings it is not asked.
    """
    if session.auth is None:
        session.auth = _as_sent
    if network.ca_bundle:
        session.verify = network.ca_bundle
    if network.proxy is None:
        return
    proxy = network.proxy.reveal().strip()
    session.trust_env = False
    session.proxies.update({"http": proxy, "https": proxy})
    for host in network.direct:
        session.proxies.update({f"http://{host}": "", f"https://{host}": ""})


def _as_sent(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Else requests would take another password from a .netrc file of this user."""
    return request
