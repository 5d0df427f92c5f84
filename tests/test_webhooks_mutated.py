"""Each of our webhook fixtures, changed at random and signed well: it is never a fault of ours, and always settled."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from connectors.base import BadPayload, Signal
from sandbox.webhooks import sign
from service.store.database import Database
from tests.hands import ran_since_ever, stored
from tests.world import SECRET, World
from tests.wsgi_hands import answer, request

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIXTURES = Path(__file__).parent / "fixtures"
HEADERS = sorted(FIXTURES.glob("*/*.headers.json"))
SAMPLE, WHOLE = 20, 2_000
SOURCES = {"github": ("ops", "X-Hub-Signature-256"), "jira": ("desk", "X-Hub-Signature")}
OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**70, 1.5, 1e308, "", " ", "x", "\x00", "\ud800", "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59+00:00", "closed", "x" * 5000, [], [None], [[]], {}, {"id": None}, {"name": []}, [{"body": 7}],
)  # fmt: skip


def fixture(headers: Path) -> tuple[dict[str, str], bytes]:
    name = headers.name.removesuffix(".headers.json")
    bodies = [headers.with_name(f"{name}{end}") for end in (".json", ".ignored.json")]
    return json.loads(headers.read_text()), next(one for one in bodies if one.exists()).read_bytes()


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place of a value: (the dict or list that holds it, its key there)."""
    found: list[tuple[Any, Any]] = []
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        found.append((node, key))
        found += places(value)
    return found


def mutated(body: bytes, dice: random.Random) -> bytes:
    kind = dice.randrange(6)
    if kind == 0:  # bytes flipped
        changed = bytearray(body)
        for _ in range(dice.randrange(1, 9)):
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        return bytes(changed)
    if kind == 1:  # cut at its end, or in its middle
        start, end = sorted(dice.randrange(len(body) + 1) for _ in range(2))
        return body[:end] if dice.random() < 0.5 else body[:start] + body[end:]
    payload = json.loads(body)
    for _ in range(dice.randrange(1, 4)):
        holder, key = dice.choice(places(payload) or [({}, "x")])
        if kind in (2, 3):
            holder.pop(key, None) if isinstance(holder, dict) else holder.clear()
        elif kind == 4:
            holder[key] = deepcopy(dice.choice(OTHERS))
        else:  # a value from elsewhere in the same payload
            other, where = dice.choice(places(payload) or [({"x": 1}, "x")])
            holder[key] = json.loads(json.dumps(other[where]))
    return json.dumps(payload).encode()


def went_through(world: World, number: int, seed: int) -> Counter[str]:
    """State → how many; what is read at once is read again by the job, from what the store holds."""
    dice, acknowledged, sent = random.Random(seed), set[str](), 0
    for path in HEADERS:
        headers, body = fixture(path)
        name, signature = SOURCES[path.parent.name]
        for n in range(number):
            changed = mutated(body, dice)
            lower = {key.lower(): value for key, value in headers.items()}
            with suppress(BadPayload):
                assert isinstance(world.parts.sources[name].read(lower, changed), Signal)
            numbered = {**headers, "x-github-delivery": f"{path.stem}-{n}", signature: sign(SECRET, changed)}
            numbered["x-atlassian-webhook-identifier"] = f"j-{path.name.partition('.')[0].replace('_', '-')}-{n}"
            status, told = answer(world.app, request(f"/webhooks/{name}", changed, numbered))
            assert status == 202, (path.name, n, status, told)
            acknowledged.add(f"{name}/{json.loads(told)['stored']}")
            sent += 1
            if sent % 500 == 0:
                world.jobs.run("delivery", "")
    world.jobs.run("delivery", "")
    rows = stored(world)
    assert {f"{row.source}/{row.delivery_id}" for row in rows} == acknowledged
    assert len(rows) == len(acknowledged)  # what changed to the very same bytes and has no number is one delivery
    for row in rows:
        assert row.state in ("done", "ignored", "quarantined"), (row.delivery_id, row.reason, row.body)
        assert row.reason, (row.delivery_id, row.state)
        assert not row.reason.startswith("A fault in Afterword")
    return Counter(row.state for row in rows)


@on_sqlite
def test_a_webhook_that_was_changed_at_random_is_settled_with_a_reason(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path) as world:
        ran_since_ever(world)
        seen = went_through(world, SAMPLE, seed=5)
    assert set(seen) == {"done", "ignored", "quarantined"}


@on_sqlite
@pytest.mark.whole
@pytest.mark.timeout(7200)
def test_two_thousand_changes_of_each_webhook_are_settled_with_a_reason(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path) as world:
        ran_since_ever(world)
        print(dict(went_through(world, WHOLE, seed=2026)))
