"""One exchange as bytes: a request read from the client, sent on, its answer given back whole or spoilt."""

from __future__ import annotations

import select
import socket
import struct
import threading
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Self

from sandbox.proxy_faults import ANSWER, CLOSE, CUT, DRIP, HANG, LENGTH, WireFault

_MOST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """`path` without its query."""

    client: socket.socket
    target: tuple[str, int]
    method: str
    path: str
    request: bytes

    @classmethod
    def read(cls, client: socket.socket, target: tuple[str, int]) -> Self | None:
        """None: the client has no more to ask."""
        head, rest = _head(client)
        if not head:
            return None
        method, _, more = head.partition(b" ")
        url = more.partition(b" ")[0].decode("latin-1")
        body = _rest(client, rest, _length(head) or 0)
        return cls(client, target, method.decode("latin-1"), url.partition("?")[0], head + body)

    def forward(self) -> bytes:
        """The server's whole answer. Raises OSError if it gives none."""
        with socket.create_connection(self.target, 60) as server:
            server.sendall(self.request)
            head, rest = _head(server)
            if not head:
                raise ConnectionError("the server closed without an answer")
            status = head.split(b" ", 2)[1]
            length = 0 if status in (b"204", b"304") or self.method == "HEAD" else _length(head)
            return head + _rest(server, rest, length)

    def spoil(self, fault: WireFault, now: datetime, pace: float, patience: float, stopping: threading.Event) -> bool:
        """The exchange as this fault has it. True: the connection is good for another."""
        answer = self.forward() if fault.acts else b""
        if fault.way == ANSWER:
            self.client.sendall(made_up(fault, now))
            return True
        if fault.way == CLOSE:
            return False
        if fault.way == CUT:
            head, end, body = answer.partition(b"\r\n\r\n")
            self.client.sendall(head + end + body[: len(body) // 2] if body else head[: len(head) // 2])
            return False
        if fault.way == LENGTH:
            self.client.sendall(_mismeasured(answer, fault.by))
            return fault.by < 0  # who waits for more bytes than there are is told that there are none
        if fault.way == DRIP:
            return self._drip(answer, pace, stopping)
        if fault.way == HANG:
            self._hang(patience, stopping)
            return False
        reset(self.client)
        return False

    def _drip(self, answer: bytes, pace: float, stopping: threading.Event) -> bool:
        for place in range(len(answer)):
            self.client.sendall(answer[place : place + 1])
            if stopping.wait(pace):
                return False
        return True

    def _hang(self, patience: float, stopping: threading.Event) -> None:
        """Until the client leaves, which makes its socket readable."""
        for _ in range(max(1, int(patience / 0.1))):
            readable, _, _ = select.select([self.client], [], [], 0.1)
            if readable or stopping.is_set():
                return


def reset(connection: socket.socket) -> None:
    """What is sent when it is closed is a reset, not a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def made_up(fault: WireFault, now: datetime) -> bytes:
    """An answer that the server did not give."""
    body = (fault.body or "").encode()
    kind = "text/html" if body.startswith(b"<") else "application/json"
    headers = {
        "Date": format_datetime(now, usegmt=True),
        "Server": "proxy",
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        **fault.sent_headers(now),
    }
    lines = [f"HTTP/1.1 {fault.status} {HTTPStatus(fault.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _mismeasured(answer: bytes, by: int) -> bytes:
    """The same answer with a Content-Length that is off by this much."""
    head, end, body = answer.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    kept.append(f"Content-Length: {max(0, len(body) + by)}".encode())
    return b"\r\n".join(kept) + end + body


def _head(sock: socket.socket) -> tuple[bytes, bytes]:
    """Up to the empty line, and what came with it; nothing if the other side is gone."""
    got = b""
    while b"\r\n\r\n" not in got and len(got) < _MOST_HEAD:
        some = sock.recv(_MOST_HEAD)
        if not some:
            return b"", b""
        got += some
    head, end, rest = got.partition(b"\r\n\r\n")
    return head + end, rest


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None


def _rest(sock: socket.socket, got: bytes, length: int | None) -> bytes:
    """The body: this many bytes, or until the end where nothing says how many."""
    parts, have = [got], len(got)
    while length is None or have < length:
        some = sock.recv(64 * 1024)
        if not some:
            break
        parts.append(some)
        have += len(some)
    return b"".join(parts)
