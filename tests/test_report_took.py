"""How items fared that are done: the database counts as the calendar does, in any zone, on both stores."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.followup.gather import Rules, figures_only
from service.followup.lean import Since
from service.followup.offsets import offsets
from service.followup.report import finished
from service.followup.tallies import Took
from service.followup.week import Week
from service.store import tally
from service.store.tables import events, incidents, items
from service.store.took import took

ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Pacific/Chatham", "Asia/Kolkata", "Africa/Casablanca", "UTC")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WEEK = Week(2026, 47)


@given(zone=st.sampled_from(ZONES), seconds=st.integers(0, 30 * 365 * 86_400))
def test_each_second_lies_as_far_from_utc_as_its_zone_says(zone: str, seconds: int) -> None:
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    said = [east for begin, east in offsets(ZoneInfo(zone), at) if begin <= at]
    assert timedelta(seconds=said[-1]) == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_a_turn_of_the_clock_is_found_to_the_second() -> None:
    spring = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert (spring, 7200) in offsets(ZoneInfo("Europe/Berlin"), NOW)


@pytest.fixture
def filled(database):
    """Four hundred items that are done, many of them close to a midnight somewhere; a fifth has no due date, a tenth
    is not reachable any more, a tenth had its date moved after its end, a seventh is of an older version."""
    chance = random.Random(7)
    with database.begin() as connection:
        connection.execute(incidents.insert().values(
            id=1, source="ops", key="1", ref="acme/ops#1", title="Checkout slow", url="https://github.example/1",
            visibility="internal", labels=[], services=[], opened_at=NOW, ticket={}, created_at=NOW,
        ))  # fmt: skip
        seq = 0
        for number in range(1, 401):
            ended = NOW.replace(hour=0) - timedelta(days=chance.randrange(110), minutes=chance.randrange(-800, 800))
            promised = ended - timedelta(days=chance.randrange(-3, 400), minutes=chance.randrange(1440))
            due = None if number % 5 == 0 else ended.date() + timedelta(days=chance.randrange(-2, 3))
            connection.execute(items.insert().values(
                id=number, incident_id=1, key=f"k{number}", number=number, anchor="text", position=number, due=due,
                text="Test pooled connections", refs=[], unclear=[], notes=[], issue_native={}, created_at=promised,
                promised_at=None if number % 7 == 0 else promised, done_in_text=number % 6 == 0,
                issue_id=None if number % 12 == 0 else str(number), state="done",
                ended_at=None if number % 11 == 0 else ended, unreachable_since=NOW if number % 10 == 0 else None,
            ))  # fmt: skip
            moved = ended + timedelta(hours=1)
            told = [("promised", promised, None), ("state", ended, "open"), ("due", moved, "2026-10-01")]
            for kind, at, was in told[: 2 + (number % 10 == 3)]:
                seq += 1
                connection.execute(events.insert().values(
                    seq=seq, item_id=number, incident_id=1, kind=kind, happened_at=at, learned_at=at, was=was,
                    now={"state": "done", "due": "2026-12-31"}.get(kind),
                ))  # fmt: skip
    return database


@pytest.mark.parametrize("zone", ZONES)
def test_the_database_counts_what_a_count_item_by_item_gives(filled, zone: str) -> None:
    """The same report, where the database counts (all items), and where each is looked at (a part)."""
    rules = Rules(zone=ZoneInfo(zone), names={})
    with filled.read() as connection:
        facts, _ = figures_only(connection, rules, WEEK, NOW, last=10_000)
        since = Since.of(facts.before, facts.events)
        everything = tally.leans(
            connection, now=NOW, done_since=datetime(2000, 1, 1, tzinfo=UTC), touched=range(1, 401), names={},
            sorted_by_incident=True,
        )  # fmt: skip
        counted = finished(facts, facts.leans or (), since)
        one_by_one = finished(replace(facts, took=None), everything, since)
        assert facts.held
        assert facts.took
        assert counted == one_by_one
        assert min(counted[0].on_time, counted[0].late, counted[0].undated) > 10
        assert counted[1].n > 100


def test_a_day_is_that_of_the_zone_and_a_promise_after_the_end_is_no_day(database) -> None:
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Berlin
    with database.begin() as connection:
        connection.execute(incidents.insert().values(
            id=1, source="ops", key="1", ref="acme/ops#1", title="Checkout slow", url="https://github.example/1",
            visibility="internal", labels=[], services=[], opened_at=NOW, ticket={}, created_at=NOW,
        ))  # fmt: skip
        for number, promised in enumerate((evening - timedelta(days=3), evening + timedelta(days=1)), 1):
            connection.execute(items.insert().values(
                id=number, incident_id=1, key=f"k{number}", number=number, anchor="text", position=number,
                due=date(2026, 11, 20), text="Test", refs=[], unclear=[], notes=[], issue_native={}, state="done",
                created_at=promised, promised_at=promised, ended_at=evening, issue_id=str(number),
            ))  # fmt: skip
        since = NOW - timedelta(days=84)
        in_berlin = took(connection, ZoneInfo("Europe/Berlin"), since, NOW)
        assert in_berlin == Counter({Took(True, 3): 1, Took(True, 0): 1})
        assert took(connection, ZoneInfo("UTC"), since, NOW) == Counter({Took(False, 3): 1, Took(False, 0): 1})
