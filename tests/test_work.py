"""Rows that are due, and who holds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from service.store import work
from service.store.database import Database
from service.store.work import HOLD, LeaseLost

NOW = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ask(database: Database, at: datetime = NOW, **more) -> None:
    with database.begin() as connection:
        work.ask(connection, "incident", "1", at, **more)


def due(database: Database, at: datetime = NOW) -> list[tuple[str, str]]:
    with database.read() as connection:
        return work.due(connection, at)


def test_what_was_asked_for_is_due_until_it_is_finished(database):
    ask(database)
    assert due(database) == [("incident", "1")]
    lease = work.take(database, "incident", "1", NOW)
    assert lease is not None
    assert due(database) == []
    with database.begin() as connection:
        assert work.finish(connection, lease) is False
    assert due(database, NOW + HOLD * 2) == []


def test_a_row_that_is_held_is_not_given_to_another(database):
    ask(database)
    assert work.take(database, "incident", "1", NOW) is not None
    assert work.take(database, "incident", "1", NOW + SECOND) is None


def test_of_many_who_take_at_once_exactly_one_gets_the_row(database):
    ask(database)
    barrier = Barrier(8)
    taken = []

    def one() -> None:
        barrier.wait()
        if lease := work.take(database, "incident", "1", NOW):
            taken.append(lease)

    threads = [Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


def test_a_holder_that_does_not_come_back_is_followed_by_another_and_its_late_result_is_refused(database):
    ask(database)
    frozen = work.take(database, "incident", "1", NOW)
    later = NOW + HOLD + SECOND
    assert due(database, later) == [("incident", "1")]
    second = work.take(database, "incident", "1", later)
    assert second is not None
    with pytest.raises(LeaseLost), database.begin() as connection:
        work.hold(connection, frozen, later)
    with database.begin() as connection:
        assert work.finish(connection, frozen) is False
    with database.begin() as connection:
        work.hold(connection, second, later)


def test_what_is_asked_for_while_it_is_held_is_due_again_after_the_finish(database):
    ask(database)
    lease = work.take(database, "incident", "1", NOW)
    ask(database, NOW + SECOND)
    with database.begin() as connection:
        assert work.finish(connection, lease) is True
    assert due(database, NOW + SECOND) == [("incident", "1")]


def test_what_is_put_back_is_due_when_its_time_comes(database):
    ask(database)
    lease = work.take(database, "incident", "1", NOW)
    with database.begin() as connection:
        work.put_back(connection, lease, NOW + timedelta(minutes=5), error="no answer")
    assert due(database, NOW + timedelta(minutes=4)) == []
    assert due(database, NOW + timedelta(minutes=5)) == [("incident", "1")]
    again = work.take(database, "incident", "1", NOW + timedelta(minutes=5))
    assert again is not None
    assert again.tries == 1


def test_what_is_asked_for_while_it_is_held_is_not_delayed_by_putting_it_back(database):
    ask(database)
    lease = work.take(database, "incident", "1", NOW)
    ask(database, NOW + SECOND)
    with database.begin() as connection:
        work.put_back(connection, lease, NOW + timedelta(hours=1))
    assert due(database, NOW + SECOND) == [("incident", "1")]


def test_a_quiet_time_begins_anew_with_each_closing(database):
    ask(database, not_before=NOW + timedelta(minutes=10), later_ok=True)
    ask(database, NOW + timedelta(minutes=5), not_before=NOW + timedelta(minutes=15), later_ok=True)
    assert due(database, NOW + timedelta(minutes=14)) == []
    assert due(database, NOW + timedelta(minutes=15)) == [("incident", "1")]


def test_after_too_many_tries_a_row_waits_and_the_next_start_tries_it_again(database):
    ask(database)
    lease = work.take(database, "incident", "1", NOW)
    with database.begin() as connection:
        work.put_back(connection, lease, NOW, error="a fault of ours", waits=True)
    assert due(database, NOW + timedelta(days=1)) == []
    with database.begin() as connection:
        work.revive(connection, NOW + timedelta(days=1))
    assert due(database, NOW + timedelta(days=1)) == [("incident", "1")]


def test_a_process_alone_on_its_file_takes_over_at_once_what_a_dead_one_held(database):
    ask(database)
    dead = work.take(database, "incident", "1", NOW)
    with database.begin() as connection:
        work.free(connection, NOW + SECOND)
    assert work.take(database, "incident", "1", NOW + SECOND) is not None
    with pytest.raises(LeaseLost), database.begin() as connection:
        work.hold(connection, dead, NOW + SECOND)
