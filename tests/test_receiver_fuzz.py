"""Anything at all on the way in: no answer is a fault of ours, and what was acknowledged is stored.

The clock goes on by some seconds with each request, so what a source may cost us never stands in the way here.
"""

from __future__ import annotations

import json
import random
import string
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sandbox.webhooks import sign
from service.store.database import Database
from tests.hands import stored
from tests.world import SECRET, World
from tests.wsgi_hands import answer, request

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SAMPLE, WHOLE = 3_000, 1_000_000
SIGNED = 0.02  # each of these costs a flush of the disk

NAMES = (
    "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Host", "Accept", "Accept-Language",
    "Cookie", "Authorization", "Expect", "Range", "Origin", "Referer", "User-Agent", "X-Forwarded-For",
    "X-Forwarded-Host", "X-HTTP-Method-Override", "X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-ID",
    "X-Hub-Signature", "X-Hub-Signature-256", "X-Atlassian-Webhook-Identifier", "X-Atlassian-Webhook-Retry",
    "X-Afterword-Token",
)  # fmt: skip
WORDS = (
    "", "0", "-1", "1", "999999999999999999999", "1e3", "0x10", "\xd9\xa3", "chunked", "gzip", "identity", "null",
    "sha256=", "sha1=00", "application/json", "multipart/form-data; boundary=", "text/html", "issues", "ping",
    "application/x-www-form-urlencoded; charset=utf-7", "../../etc/passwd", "%00", "\x00", "\xff\xfe", "\xc3\xa9",
    "Bearer ", "Basic Og==", "[::1", "a:b:c", "localhost:99999999", "*/*;q=x", "100-continue", "bytes=0-", "{}",
    "'; --", "\r\nX-More: 1", "x" * 9000,
)  # fmt: skip
PATHS = ("/webhooks/ops", "/webhooks/desk")
ODD_PATHS = (
    "/webhooks/",
    "/webhooks/nobody",
    "/webhooks/ops/",
    "/webhooks//ops",
    "/webhooks/\xff",
    "//",
    "/webhooks/ops\x00",
)
METHODS = ("GET", "PUT", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "BREW", "post", "")
JSON = ('{"action":"closed"}', "[]", "null", '"', "{", '{"issue":{}}', "1e999", "[" * 300, '{"a":' * 200)
PRINTABLE = string.printable


def anything(dice: random.Random) -> str:
    if dice.random() < 0.6:
        return dice.choice(WORDS)
    return "".join(chr(dice.randrange(256)) for _ in range(dice.randrange(40)))


def body(dice: random.Random) -> bytes:
    kind = dice.random()
    if kind < 0.3:
        return dice.randbytes(dice.randrange(600))
    if kind < 0.5:
        return "".join(dice.choices(PRINTABLE, k=dice.randrange(200))).encode()
    return dice.choice(JSON).encode() * dice.randrange(1, 3)


def pair(dice: random.Random) -> dict[str, Any]:
    """One request. Most are about the way in; some go elsewhere or lie about themselves."""
    sent = body(dice)
    headers = {name: anything(dice) for name in dice.sample(NAMES, dice.randrange(6))}
    path = dice.choice(PATHS) if dice.random() < 0.9 else dice.choice(ODD_PATHS)
    if dice.random() < SIGNED:
        headers["X-Hub-Signature" if path.endswith("desk") else "X-Hub-Signature-256"] = sign(SECRET, sent)
        headers.pop("Content-Length", None)
        headers.pop("Transfer-Encoding", None)
    method = "POST" if dice.random() < 0.9 else dice.choice(METHODS)
    made = request(path, sent, headers, method)
    if dice.random() < 0.05:
        made["wsgi.input_terminated"] = True
        made.pop("CONTENT_LENGTH")
    if dice.random() < 0.05:
        made["QUERY_STRING"] = anything(dice)
    return made


def thrown(world: World, number: int, seed: int) -> Counter[int]:
    """Status → how often; each that is a fault of ours fails at once with what was sent."""
    dice, seen = random.Random(seed), Counter[int]()
    acknowledged: set[str] = set()
    for n in range(number):
        sent = pair(dice)
        world.later(seconds=5)
        status, told = answer(world.app, sent)
        assert 200 <= status < 500, (seed, n, status, {name: sent[name] for name in sent if name.isupper()})
        if status == 202:
            acknowledged.add(json.loads(told)["stored"])
        seen[status] += 1
    assert acknowledged
    assert {row.delivery_id for row in stored(world)} == acknowledged
    return seen


@on_sqlite
def test_no_header_and_no_body_is_answered_with_a_fault_of_ours(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path) as world:
        seen = thrown(world, SAMPLE, seed=5)
    assert {202, 401, 404, 405} <= set(seen)


@on_sqlite
@pytest.mark.parametrize("path", ["/webhooks//ops", "//"])
def test_an_address_with_two_slashes_is_another_one_and_no_redirect(
    database: Database, tmp_path: Path, path: str
) -> None:
    with World(database, tmp_path, jira=False) as world:
        assert answer(world.app, request(path, b"{}", {}, QUERY_STRING="a\rb"))[0] in (401, 404, 405)


@on_sqlite
@pytest.mark.whole
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(2026, 2036))
def test_a_million_headers_and_bodies_in_ten_parts_are_answered_without_a_fault_of_ours(
    database: Database, tmp_path: Path, seed: int
) -> None:
    begun = time.monotonic()
    with World(database, tmp_path) as world:
        seen = thrown(world, WHOLE // 10, seed)
    print(f"{WHOLE // 10} requests in {time.monotonic() - begun:.0f} s: {dict(sorted(seen.items()))}")
