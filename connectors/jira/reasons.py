"""Why no answer of Jira came, in plain words, and what to do about it. Pure."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import NamedTuple

import requests
import urllib3

# https://docs.openssl.org/master/man1/openssl-verification-options/#diagnostics
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, (62, 64)
_BUNDLE = "set ca_bundle below [network] to the PEM file of that authority"


class Reason(NamedTuple):
    """`words` end a sentence ("No answer came to GET myself: …"), `mend` is one or two of its own."""

    words: str
    mend: str


def reason(error: BaseException, host: str) -> Reason | None:
    """None: the connection broke off, and nothing more is known. `host` is whom we wanted to speak to."""
    links = list(_chain(error))
    if any("CA certificate bundle" in str(link) for link in links):
        return Reason("the file that ca_bundle names is not there", "Write the path of a PEM file below [network].")
    if any(isinstance(link, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for link in links):
        denied = any("407" in str(link) for link in links)
        return Reason(
            "the proxy wants a name and a password" if denied else "the proxy did not connect us",
            "Look at the address that proxy_env below [network] names, or at HTTPS_PROXY in the environment.",
        )
    for kind, told in _KINDS:
        if found := next((link for link in links if isinstance(link, kind)), None):
            return told(found, host)
    return None


def _tls(error: BaseException, host: str) -> Reason:
    spoken = "it does not speak TLS there" if "WRONG_VERSION" in str(error) else "the TLS handshake failed"
    return Reason(f"{host}: {spoken}", "Check the address and its port: https:// or http://?")


def _unknown(_: BaseException, host: str) -> Reason:
    mend = f"Check the address. If only the proxy knows {host}, name it: proxy_env below [network]."
    return Reason(f"nobody here knows the name {host}", mend)


def _refused(_: BaseException, host: str) -> Reason:
    return Reason(f"{host} refused the connection", "Check the address and its port, and whether Jira is running.")


def _unreached(_: BaseException, host: str) -> Reason:
    mend = "A firewall may stand between. If there is a proxy, name it: proxy_env below [network]."
    return Reason(f"{host} could not be reached", mend)


def _slow(_: BaseException, host: str) -> Reason:
    return Reason(f"{host} took longer than the timeout", "If Jira is always that slow, raise timeout.")


def _certificate(error: BaseException, host: str) -> Reason:
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return Reason(
            f"the certificate of {host} has expired",
            "Its owner has to renew it; if that is not so, look at the clock of this machine.",
        )
    if code == _NOT_YET:
        return Reason(f"the certificate of {host} is not good yet", "Look at the clock of this machine.")
    if code in _OTHER_NAME:
        return Reason(f"the certificate that {host} shows is for another name", "Check the address.")
    return Reason(
        f"the certificate of {host} is signed by an authority that is not known here",
        f"If it is your company's own, or a proxy that opens TLS stands between, {_BUNDLE}.",
    )


#: the first that is found says most: a refused connection is wrapped in what reads like a timeout
_KINDS: tuple[tuple[type[BaseException], Callable[[BaseException, str], Reason]], ...] = (
    (ssl.SSLCertVerificationError, _certificate),
    (ssl.SSLError, _tls),
    (socket.gaierror, _unknown),
    (ConnectionRefusedError, _refused),
    (urllib3.exceptions.ConnectTimeoutError, _unreached),
    (requests.exceptions.ConnectTimeout, _unreached),
    (urllib3.exceptions.ReadTimeoutError, _slow),
    (requests.exceptions.ReadTimeout, _slow),
)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps; urllib3 keeps the cause in `reason` or in the arguments."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 20:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        within = [getattr(link, "reason", None), *link.args, link.__cause__]
        waiting += [inner for inner in within if isinstance(inner, BaseException)]
