"""The address is taken before anything else is made: a start that fails on a busy port must not have shown a token."""

from __future__ import annotations

import errno
import socket

from connectors.base import AfterwordError


class CannotListen(AfterwordError):
    """The address of `listen` cannot be taken."""


def bound(host: str, port: int) -> list[socket.socket]:
    """One socket for each address of this host, bound and not listening yet. Raises CannotListen."""
    made: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, protocol)
            made.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
    except OSError as error:
        for one in made:
            one.close()
        raise _explained(f"{host}:{port}", error) from error
    return made


def _explained(address: str, error: OSError) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            f"{address} is in use by another process. Nothing was started.",
            "Stop that one, or set `listen` (or PORT) to another address.",
        )
    if error.errno == errno.EACCES:
        return CannotListen(
            f"This user may not listen on {address}. Nothing was started.",
            "Set `listen` (or PORT) to a port from 1024 on, and let a proxy answer on the other.",
        )
    return CannotListen(
        f"{address} cannot be listened on: {error.strerror or error}. Nothing was started.",
        "Set `listen` to an address of this machine: 127.0.0.1:8000, or 0.0.0.0:8000 for all of them.",
    )
