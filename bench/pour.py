"""Signed webhooks at a given pace, whether or not the answers keep up, from a process of its own.

What is answered 503 is sent again when Retry-After says, as is what got no answer at all, until it is stored. How long
an answer took is counted from the moment at which the delivery was due, so a stall counts for all that it held up.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import socket
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from bench.load import SECRET, payload

CONNECTIONS = 32
KILOBYTES = 8
TRIES = 30
SAMPLE = 50  # one delivery in so many is the closing of an incident


class Sender:
    def __init__(self, port: int, prefix: str, closings: list[bytes]) -> None:
        self.port = port
        self.prefix = prefix
        self.closings = closings
        self.usual = payload(KILOBYTES)
        self.usual_signature = _signed(self.usual)
        self.due: SimpleQueue[tuple[float, int]] = SimpleQueue()
        self.lock = threading.Lock()
        self.taken: list[float] = []
        self.again = 0
        self.lost: list[str] = []

    def request(self, number: int) -> bytes:
        body, signature = self.usual, self.usual_signature
        if number % SAMPLE == 0 and number // SAMPLE < len(self.closings):
            body = self.closings[number // SAMPLE]
            signature = _signed(body)
        head = (
            "POST /webhooks/ops HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"X-GitHub-Event: issues\r\nX-GitHub-Delivery: {self.prefix}-{number}\r\n"
            f"X-Hub-Signature-256: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def work(self) -> None:
        wire: socket.socket | None = None
        while True:
            at, number = self.due.get()
            if number < 0:
                break
            for _ in range(TRIES):
                try:
                    wire = wire or socket.create_connection(("127.0.0.1", self.port), timeout=60)
                    wire.sendall(self.request(number))
                    status, wait = _answer(wire)
                except OSError:
                    wire, status, wait = None, 0, 0.2
                if status == 202:
                    with self.lock:
                        self.taken.append((time.monotonic() - at) * 1000)
                    break
                if status not in (0, 503):
                    raise SystemExit(f"answered {status}")
                with self.lock:
                    self.again += 1
                time.sleep(wait)
            else:
                with self.lock:
                    self.lost.append(f"{self.prefix}-{number}")
        if wire:
            wire.close()


def _signed(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def _answer(wire: socket.socket) -> tuple[int, float]:
    """(status, Retry-After)."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = wire.recv(65536)
        if not more:
            raise ConnectionError("closed")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(fields.get(b"content-length", b"0")) - len(body)
    while missing > 0:
        missing -= len(wire.recv(missing))
    return int(head[9:12]), float(fields.get(b"retry-after", b"1"))


def main(port: int, prefix: str, rate: float, number: int, closings: Path) -> None:
    sender = Sender(port, prefix, [body.encode() for body in json.loads(closings.read_text())])
    threads = [threading.Thread(target=sender.work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    for n in range(number):
        at = begun + n / rate
        time.sleep(max(at - time.monotonic(), 0.0))
        sender.due.put((at, n))
    poured = time.monotonic() - begun
    for _ in threads:
        sender.due.put((0.0, -1))
    for thread in threads:
        thread.join()
    taken = sorted(sender.taken)
    said = {
        "stored": len(taken),
        "lost": sender.lost[:10],
        "again": sender.again,
        "p50": taken[len(taken) // 2],
        "p99": taken[math.ceil(len(taken) * 0.99) - 1],
        "poured": poured,
        "seconds": time.monotonic() - begun,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
