"""What cannot be closed, measured: the time from the last look at the lease to the first byte that arrives.

In it a worker may be frozen, and what it sends later is sent without a look. A server of its own process notes when a
request's first byte is there, by the clock that all processes of a machine share.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from multiprocessing.connection import Connection
from typing import Any

from connectors.base import Secret
from connectors.github import Tracker, TrackerSettings
from tests.github_hands import draft, jira_incident

TIMES = 300
REPOSITORY = {"id": 1, "full_name": "acme/checkout", "private": True, "visibility": "private"}
ISSUE = {
    "id": 7,
    "node_id": "I_7",
    "number": 7,
    "title": "An item",
    "state": "open",
    "html_url": "https://github.example/acme/checkout/issues/7",
    "repository_url": "https://github.example/repos/acme/checkout",
    "updated_at": "2026-11-23T12:00:00Z",
}


def run() -> list[tuple[str, float, str, float]]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        port = ours.recv()
        took = sorted(_measured(port, ours))
    finally:
        server.terminate()
        server.join(10)
    what = "ms from the last look at the lease to the first byte of a write that arrives"
    return [
        (f"{what}, half of {TIMES}", took[TIMES // 2] * 1000, "<=", 5.0),
        (f"{what}, 99 of 100", took[TIMES * 99 // 100] * 1000, "<=", 50.0),
    ]


def _measured(port: int, server: Connection) -> list[float]:
    token = Secret(lambda: "t0ken", "the variable GITHUB_TOKEN")
    settings = TrackerSettings(api_url=f"http://127.0.0.1:{port}", token=token, repositories=("acme/checkout",))
    tracker, wanted = Tracker("code", settings), draft(jira_incident())
    looked: list[float] = []
    for _ in range(TIMES):
        tracker.create(wanted, lambda: looked.append(time.monotonic()))
    server.send("enough")
    arrived: list[float] = server.recv()
    return [there - here for here, there in zip(looked, arrived, strict=True)]


def _serve(parent: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        parent.send(listening.getsockname()[1])
        arrived: list[float] = []
        while len(arrived) < TIMES:
            line, _ = listening.accept()
            with line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while _answered(line, arrived):
                    pass
        parent.recv()
        parent.send(arrived)


def _answered(line: socket.socket, arrived: list[float]) -> bool:
    """One request on this connection; False: there is no more on it."""
    read = line.recv(1)
    at = time.monotonic()
    while b"\r\n\r\n" not in read:
        more = line.recv(65536)
        if not more:
            return False
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += line.recv(65536)
    post = head.startswith(b"POST")
    if post:
        arrived.append(at)
    answer: dict[str, Any] = ISSUE if post else REPOSITORY
    text = json.dumps(answer).encode()
    status = b"201 Created" if post else b"200 OK"
    told = b"Content-Type: application/json\r\nContent-Length: %d" % len(text)
    line.sendall(b"HTTP/1.1 %b\r\n%b\r\n\r\n%b" % (status, told, text))
    return post and len(arrived) < TIMES  # a read has a connection of its own
