"""Why no answer came, in plain words, and what an operator does about it. Pure; of any HTTP connection."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

CA_BUNDLE = "Set [network] ca_bundle to a PEM file that holds the authority of that certificate."
PROXY = "Check [network] proxy_env, and whether that proxy is up."
LATER = "It is tried again later."


def reason(error: BaseException) -> tuple[str, str]:
    """(what went wrong, what to do): a name, a certificate, a refusal, a proxy or a silence; else the error's name."""
    links = list(_chain(error))
    if any(isinstance(link, requests.exceptions.ProxyError) for link in links):
        return _proxy(links)
    for link in links:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _certificate(link)
        if isinstance(link, (socket.gaierror, urllib3.exceptions.NameResolutionError)):
            return "its name does not resolve (DNS)", "Check the host in api_url, and the name server of this machine."
        if isinstance(link, OSError) and "CA certificate bundle" in str(link):
            return "the file of [network] ca_bundle is not there", "Restore it, or name another."
    if any(isinstance(link, ConnectionRefusedError) for link in links):
        return "the connection was refused", f"Check host and port in api_url, and the firewall. {LATER}"
    for link in links:
        if isinstance(link, urllib3.exceptions.ConnectTimeoutError):
            return "nobody answered at its address", f"Check the firewall, or set [network] proxy_env. {LATER}"
        if isinstance(link, ssl.SSLError):
            return "no TLS connection came about", f"Check whether api_url needs http:// or another port. {LATER}"
    return f"{type(error).__name__}", LATER


def _proxy(links: list[BaseException]) -> tuple[str, str]:
    said = " ".join(str(link) for link in links)
    if "407" in said:
        return "the proxy wants a user and a password", "Write them into the address: [network] proxy_env."
    if any(isinstance(link, (socket.gaierror, urllib3.exceptions.NameResolutionError)) for link in links):
        return "the name of the proxy does not resolve (DNS)", PROXY
    if "Tunnel connection failed" in said:
        return "the proxy refused to connect to it", "Ask whoever runs the proxy to allow this host. " + LATER
    if any(isinstance(link, urllib3.exceptions.NewConnectionError) for link in links):
        return "the proxy does not answer", PROXY
    return "the connection through the proxy broke", LATER


def _certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    said = (error.verify_message or str(error)).strip().rstrip(".")
    if "expired" in said:
        return (
            "its TLS certificate has ended",
            "Ask whoever runs that server to renew it, and check the clock of this machine.",
        )
    if "not yet valid" in said:
        return "its TLS certificate is not valid yet", "Check the clock of this machine."
    if "mismatch" in said or "doesn't match" in said or "not valid for" in said:
        return "its TLS certificate is for another host", "Check the host in api_url."
    return f"its TLS certificate is not trusted here ({said})", CA_BUNDLE


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
        within = [link.__cause__, getattr(link, "reason", None), *link.args]
        waiting += [inner for inner in within if isinstance(inner, BaseException)]
