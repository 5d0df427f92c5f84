"""Floods: what they cost us is bounded, and the vendor's own deliveries always get in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.store import migrate
from service.store.database import Database
from service.throttle import MIB, REFUSED, SMALL, STORED, Throttle
from tests.hands import deliver, post, stored
from tests.world import World

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BAD = "sha256=" + "0" * 64


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    world = World(database, tmp_path)
    world.time = NOW
    with world:
        yield world
    database.close()


def test_a_vendors_burst_and_its_sustained_flow_are_never_turned_away():
    throttle = Throttle()
    for number in range(5_000):  # in five seconds, 100 kB each
        now = NOW + timedelta(seconds=number / 1_000)
        assert throttle.wait(100_000, now) == 0
        throttle.stored(100_000, now)
    throttle = Throttle()
    for number in range(200 * 600):  # 200 a second for ten minutes, 80 kB each
        now = NOW + timedelta(seconds=number / 200)
        assert throttle.wait(80_000, now) == 0
        throttle.stored(80_000, now)


def test_any_number_of_bad_signatures_keeps_no_usual_delivery_out():
    throttle = Throttle()
    for _ in range(100_000):
        throttle.refused(SMALL, NOW)
    assert throttle.wait(SMALL, NOW) == 0
    assert throttle.wait(SMALL + 1, NOW) > 0


def test_what_was_used_up_comes_back_with_time_and_never_more_than_there_was():
    throttle = Throttle()
    throttle.refused(REFUSED[0] + 10 * MIB, NOW)
    assert throttle.wait(25 * MIB, NOW) == 10
    assert throttle.wait(25 * MIB, NOW + timedelta(seconds=4)) == 6
    assert throttle.wait(25 * MIB, NOW + timedelta(seconds=11)) == 0
    later = NOW + timedelta(days=30)
    throttle.refused(REFUSED[0] + 1, later)
    assert throttle.wait(25 * MIB, later) > 0


def test_a_clock_that_is_set_back_shuts_nobody_out_for_long():
    throttle = Throttle()
    throttle.stored(STORED[0] + STORED[1], NOW)
    before = NOW - timedelta(hours=1)
    assert throttle.wait(1000, before) == 1
    assert throttle.wait(1000, before + timedelta(seconds=2)) == 0


def test_large_bodies_with_bad_signatures_get_503_before_signature_work_and_usual_ones_go_on(world):
    large = b"x" * (24 * MIB)
    answers = [deliver(world, large, signature=BAD).status for _ in range(5)]
    assert answers == [401, 401, 401, 503, 503]
    # not even looked at: a good signature would say otherwise
    refused = deliver(world, large)
    assert (refused.status, json.loads(refused.body)["error"]) == (503, "too_much")
    assert deliver(world, b"{}", name="usual").status == 202
    assert deliver(world, b"{}", signature=BAD).status == 401
    assert deliver(world, large, source="desk").status == 202  # another source knows nothing of it
    world.later(minutes=2)
    assert deliver(world, large, name="large").status == 202


def test_a_503_says_when_to_come_again_and_is_said_in_the_log_once_a_minute(world, capsys):
    large = b"x" * (24 * MIB)
    for _ in range(3):
        deliver(world, large, signature=BAD)
    answers = [world.app.test_client().post("/webhooks/ops", data=large) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert 1 <= int(answers[0].headers["Retry-After"]) <= 60
    assert answers[0].headers["X-Content-Type-Options"] == "nosniff"
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if "turned away" in line]
    assert len(lines) == 1
    assert "source=ops" in lines[0]


def test_one_delivery_sent_over_and_over_does_not_fill_the_disk(world):
    large = b"x" * (25 * MIB)
    # two ids, so that this test need not write all of it either
    answers = [deliver(world, large, name=f"again-{number % 2}").status for number in range(24)]
    assert answers == [202] * 21 + [503] * 3
    assert len(stored(world)) == 2
    world.later(seconds=30)
    assert deliver(world, b"{}").status == 202


def test_a_body_that_says_it_is_too_large_is_not_read_and_costs_nothing(world):
    sent = {"Content-Length": str(26 * MIB), "X-Hub-Signature-256": BAD}
    for _ in range(50):
        assert post(world, "/webhooks/ops", b"", sent).status == 413
    assert deliver(world, b"x" * MIB).status == 202


def test_a_flood_at_an_unknown_source_is_404_and_shuts_out_no_other(world):
    for number in range(50):
        assert post(world, f"/webhooks/nobody-{number}", b"x" * MIB, {}).status == 404
    assert deliver(world, b"x" * MIB).status == 202
