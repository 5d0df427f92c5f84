"""The ledger of outward writes: which step may follow which, and for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.store import writes
from service.store.database import Database
from service.store.writes import Write

NOW = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
KEY = "issue:9f2c4b7d10ae"


@pytest.fixture
def planned(database: Database) -> Database:
    with database.begin() as connection:
        writes.plan(connection, KEY, None)
    return database


def get(database: Database, key: str = KEY) -> Write:
    with database.read() as connection:
        found = writes.get(connection, key)
    assert found is not None
    return found


def begin(database: Database, now: datetime = NOW, account: str = "code") -> int | None:
    write = get(database)
    with database.begin() as connection:
        return writes.begin(connection, write, now, account)


def test_an_intent_is_planned_once(planned):
    assert begin(planned) == 1
    with planned.begin() as connection:
        writes.plan(connection, KEY, None)
    assert get(planned).state == "sending"


def test_only_one_of_two_who_saw_it_planned_may_send(planned):
    seen = get(planned)
    with planned.begin() as connection:
        assert writes.begin(connection, seen, NOW) == 1
    with planned.begin() as connection:
        assert writes.begin(connection, seen, NOW) is None


def test_what_is_being_sent_is_not_begun_again(planned):
    begin(planned)
    assert begin(planned) is None


def test_the_outcome_of_an_earlier_attempt_is_refused(planned):
    first = begin(planned)
    with planned.begin() as connection:
        writes.not_sent(connection, KEY, first, NOW, "refused")
    second = begin(planned)
    assert second == 2
    with planned.begin() as connection:
        assert writes.done(connection, KEY, first, "1", "https://github.com/acme/ops/issues/1") is False
        assert writes.done(connection, KEY, second, "2", "https://github.com/acme/ops/issues/2") is True
    assert get(planned).external_id == "2"


def test_an_unknown_outcome_is_looked_for_and_only_then_planned_again(planned):
    attempt = begin(planned)
    with planned.begin() as connection:
        writes.unknown(connection, KEY, attempt, NOW, "no answer")
    assert begin(planned) is None
    with planned.begin() as connection:
        writes.looked(connection, get(planned), NOW + timedelta(minutes=1))
    assert get(planned).looks == 1
    with planned.begin() as connection:
        writes.give_up_looking(connection, get(planned), "planned", "")
    assert begin(planned) == 2


def test_what_waits_for_a_person_is_not_sent_until_the_person_says_so(planned):
    attempt = begin(planned)
    with planned.begin() as connection:
        writes.unknown(connection, KEY, attempt, NOW, "no answer")
    with planned.begin() as connection:
        writes.give_up_looking(connection, get(planned), "waiting", "no answer")
    assert begin(planned) is None
    with planned.begin() as connection:
        assert writes.file_now(connection, KEY)
    assert begin(planned) == 2


def test_what_is_done_stays_done(planned):
    attempt = begin(planned)
    with planned.begin() as connection:
        writes.done(connection, KEY, attempt, "1", "u")
        assert writes.failed(connection, KEY, attempt, "late", {}, NOW) is False
        assert writes.unknown(connection, KEY, attempt, NOW, "late") is False
    assert begin(planned) is None


def test_what_a_wrong_clock_put_off_for_a_year_is_due(planned):
    for ahead, due in ((timedelta(days=365), True), (timedelta(days=1), False), (timedelta(0), True)):
        with planned.begin() as connection:
            write = writes.get(connection, KEY)
            assert writes.put_off(connection, write, "code", NOW + ahead)
            assert writes.get(connection, KEY).due(NOW) is due
