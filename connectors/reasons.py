"""Why no answer came, in plain words, and what an operator does about it. Pure; of any vendor's HTTP connection."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

import requests
import urllib3

from connectors.base import ConnectorError, NotSent, OutcomeUnknown, Unavailable
from connectors.transport import asked_proxy, chain, sent_nothing

PROXY = "Look at the address that [network] proxy_env names, or at HTTPS_PROXY in the environment."
LATER = "It is tried again later."
# https://docs.openssl.org/master/man1/openssl-verification-options/#diagnostics
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, (62, 64)
_NAMELESS = (socket.gaierror, urllib3.exceptions.NameResolutionError)


class Peer(NamedTuple):
    """Whom we wanted to speak to. `setting`: the one that holds the address."""

    vendor: str
    host: str
    setting: str


class Reason(NamedTuple):
    """`words` end a sentence ("No clear answer came to GET /user: …"), `mend` is one or two of its own."""

    words: str
    mend: str


NO_PASSWORD = Reason(
    "the proxy wants a user and a password",
    f"Write them into its address: http://user:password@host:port. {PROXY}",
)


def failure(error: Exception, what: str, peer: Peer, *, write: bool) -> ConnectorError:
    """The meaning of an exception that was raised while `what` ("POST issue") was under way: NotSent, OutcomeUnknown,
    or for a read Unavailable."""
    found = reason(error, peer)
    why = found.words if found else f"the exchange with {peer.host} broke off ({type(error).__name__})"
    mend = found.mend if found else ""
    if sent_nothing(error):
        return NotSent(f"{peer.vendor} could not be reached for {what}: {why}.", mend or LATER)
    again = "It is looked for before it is tried again." if write else "It is asked again later."
    wrong = OutcomeUnknown if write else Unavailable
    return wrong(f"No clear answer came to {what}: {why}.", f"{again} {mend}".strip())


def reason(error: BaseException, peer: Peer) -> Reason | None:
    """None: it broke off, and nothing more is known."""
    links = list(chain(error))
    if any("CA certificate bundle" in str(link) for link in links):
        return Reason(
            "the file that ca_bundle names is not there", "Restore it, or name another PEM file below [network]."
        )
    if refused := next((link for link in links if isinstance(link, ssl.SSLCertVerificationError)), None):
        return _certificate(refused, peer)
    unsent = sent_nothing(error)
    if asked_proxy(error) or any(isinstance(link, _BY_PROXY) for link in links):
        if unsent:
            return _proxy(links, peer)
        return Reason("the connection through the proxy broke off", "")
    if any(isinstance(link, _NAMELESS) for link in links):
        return Reason(
            f"the name {peer.host} does not resolve (DNS)",
            f"Check the host in {peer.setting}, and the name server of this machine. If only the proxy knows it, name"
            " the proxy: proxy_env below [network].",
        )
    if any(isinstance(link, ConnectionRefusedError) for link in links):
        return Reason(
            f"{peer.host} refused the connection",
            f"Check host and port in {peer.setting}, the firewall, and whether {peer.vendor} is running. {LATER}",
        )
    if any(isinstance(link, _UNREACHED) for link in links):
        return Reason(
            f"{peer.host} could not be reached",
            f"A firewall may stand between. If there is a proxy, name it: proxy_env below [network]. {LATER}",
        )
    if unsent and (wrong := next((link for link in links if isinstance(link, ssl.SSLError)), None)):
        plain = "WRONG_VERSION" in str(wrong)
        return Reason(
            f"{peer.host} does not speak TLS there" if plain else f"the TLS handshake with {peer.host} failed",
            f"Check {peer.setting} and its port: https:// or http://? {LATER}",
        )
    if any(isinstance(link, _SLOW) for link in links):
        return Reason(
            f"{peer.host} took longer than the timeout", f"If {peer.vendor} is always that slow, raise timeout."
        )
    return None


_BY_PROXY = (
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
    urllib3.exceptions.ProxyError,
)
_UNREACHED = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    requests.exceptions.ConnectTimeout,
)
_SLOW = (TimeoutError, urllib3.exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout)


def _proxy(links: list[BaseException], peer: Peer) -> Reason:
    """The way through it did not come about."""
    said = " ".join(str(link) for link in links)
    if any(isinstance(link, requests.exceptions.InvalidProxyURL) for link in links):
        return Reason("the address of the proxy is none", f"Write it as http://host:port. {PROXY}")
    if any(isinstance(link, _NAMELESS) for link in links):
        return Reason("the name of the proxy does not resolve (DNS)", PROXY)
    if "Tunnel connection failed" in said:
        if "407" in said:
            return NO_PASSWORD
        return Reason(
            f"the proxy refused to connect to {peer.host}", f"Ask whoever runs it to allow this host. {LATER}"
        )
    if any(isinstance(link, _UNREACHED) for link in links):
        return Reason("the proxy does not answer", f"{PROXY} Is that proxy up? {LATER}")
    return Reason(
        f"the proxy took the connection, and gave no answer when it was asked for {peer.host}",
        f"Ask whoever runs it whether it lets this machine through to that host. {PROXY}",
    )


def _certificate(error: BaseException, peer: Peer) -> Reason:
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return Reason(
            f"the certificate of {peer.host} has expired",
            "Its owner has to renew it; if that is not so, look at the clock of this machine.",
        )
    if code == _NOT_YET:
        return Reason(f"the certificate of {peer.host} is not good yet", "Look at the clock of this machine.")
    if code in _OTHER_NAME:
        return Reason(
            f"the certificate that {peer.host} shows is for another name", f"Check the host in {peer.setting}."
        )
    return Reason(
        f"the certificate of {peer.host} is signed by an authority that is not known here",
        "If it is your company's own, or a proxy that opens TLS stands between, set ca_bundle below [network] to the"
        " PEM file of that authority.",
    )
