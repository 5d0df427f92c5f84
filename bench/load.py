"""A load of signed webhooks over keep-alive connections, from a process of its own, bounded in number."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import math
import sys
import threading
import time
from dataclasses import dataclass

SECRET = "bench-secret-0123456789"
CONNECTIONS = 16


def payload(kilobytes: int = 25) -> bytes:
    """An issues.closed of the size that GitHub sends."""
    issue = {
        "node_id": "I_kwDOBench",
        "id": 1,
        "number": 1,
        "title": "Checkout slow",
        "state": "closed",
        "state_reason": "completed",
        "html_url": "https://github.com/acme/ops/issues/1",
        "labels": [{"name": "not-ours"}],
        "user": {"login": "alex", "type": "User"},
        "created_at": "2026-11-17T14:19:00Z",
        "updated_at": "2026-11-17T17:31:00Z",
        "closed_at": "2026-11-17T17:31:00Z",
        "body": "The storage of db-a stopped answering. " * (kilobytes * 22),
    }
    repository = {"id": 1, "full_name": "acme/ops", "private": True, "name": "ops", "owner": {"login": "acme"}}
    return json.dumps({"action": "closed", "issue": issue, "repository": repository}).encode()


@dataclass(frozen=True)
class Result:
    per_second: float
    p50: float  # ms
    p99: float  # ms


def send(port: int, path: str, number: int, prefix: str) -> Result:
    body = payload()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    taken: list[float] = []
    lock = threading.Lock()

    def one(worker: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine = []
        for n in range(number // CONNECTIONS):
            headers = {
                "Content-Type": "application/json",
                "X-Hub-Signature-256": signature,
                "X-GitHub-Event": "issues",
                "X-GitHub-Delivery": f"{prefix}-{worker}-{n}",
            }
            begun = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            mine.append((time.perf_counter() - begun) * 1000)
            if answer.status != 202:
                raise SystemExit(f"{path} answered {answer.status}")
        connection.close()
        with lock:
            taken.extend(mine)

    begun = time.perf_counter()
    threads = [threading.Thread(target=one, args=(worker,)) for worker in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    taken.sort()
    return Result(len(taken) / seconds, taken[len(taken) // 2], taken[math.ceil(len(taken) * 0.99) - 1])


if __name__ == "__main__":
    port, path, number, prefix = sys.argv[1:]
    result = send(int(port), path, int(number), prefix)
    print(json.dumps([result.per_second, result.p50, result.p99]))
