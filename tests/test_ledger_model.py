"""The ledger of outward writes beside a model of it: whatever happens in whatever order, one item gets one issue.

The model is a tracker that keeps what it made and lists it late, workers that die or freeze at any point, and a clock.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.store import migrate, writes
from service.store.database import Database

KEY = "issue:1"
LOOKS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
#: the tracker lists what it made before the last look
LAG = timedelta(minutes=14)
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Ledger(RuleBasedStateMachine):
    """`flying`: attempts whose request left (or will: their worker is frozen) and whose outcome is not written."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name)}/ledger.db")
        migrate.upgrade(self.database)
        self.now = START
        self.made: list[datetime] = []  # when the tracker made an issue of this item
        self.flying: dict[int, bool] = {}  # attempt → whether the tracker acted
        self.sent = 0
        self.person = False

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    @initialize()
    def planned(self) -> None:
        with self.database.begin() as connection:
            writes.plan(connection, KEY, None)

    def row(self) -> writes.Write:
        with self.database.read() as connection:
            found = writes.get(connection, KEY)
        assert found is not None
        return found

    # --- what a worker does that holds the incident

    @rule()
    @precondition(lambda self: self.row().state in ("planned", "failed") and self.row().due(self.now))
    def a_worker_looks_and_begins(self) -> None:
        write = self.row()
        if self.listed():
            self.adopt(write)
            return
        with self.database.begin() as connection:
            attempt = writes.begin(connection, write, self.now)
        assert attempt == write.attempt + 1
        self.flying[attempt] = False
        self.sent += 1

    @rule(acts=st.booleans())
    @precondition(lambda self: self.row().state == "sending" and self.row().attempt in self.flying)
    def the_request_arrives_and_no_answer_comes(self, acts: bool) -> None:
        attempt = self.row().attempt
        if not self.flying[attempt] and acts:
            self.made.append(self.now)
            self.flying[attempt] = True
        self.to_unknown(attempt)

    @rule()
    @precondition(lambda self: self.row().state == "sending" and self.row().attempt in self.flying)
    def the_request_is_answered_well(self) -> None:
        attempt = self.row().attempt
        if not self.flying.pop(attempt):
            self.made.append(self.now)
        with self.database.begin() as connection:
            assert writes.done(connection, KEY, attempt, "I_1", "https://example.org/1")

    @rule(limited=st.booleans())
    @precondition(lambda self: self.row().state == "sending" and self.flying.get(self.row().attempt) is False)
    def the_request_is_refused(self, limited: bool) -> None:
        attempt = self.row().attempt
        del self.flying[attempt]
        at = self.now + timedelta(minutes=1)
        with self.database.begin() as connection:
            if limited:
                assert writes.not_sent(connection, KEY, attempt, at, "limited")
            else:
                assert writes.failed(connection, KEY, attempt, "refused", {}, at)

    @rule(acted=st.booleans())
    @precondition(lambda self: self.row().state == "sending" and self.row().attempt in self.flying)
    def the_worker_dies_and_the_next_one_finds_it_sending(self, acted: bool) -> None:
        attempt = self.row().attempt
        if acted and not self.flying[attempt]:
            self.made.append(self.now)
            self.flying[attempt] = True
        self.to_unknown(attempt)

    @rule()
    @precondition(lambda self: self.row().state == "unknown" and self.row().due(self.now))
    def it_is_looked_for(self) -> None:
        write = self.row()
        if self.listed():
            self.adopt(write)
            return
        with self.database.begin() as connection:
            if write.looks + 1 < len(LOOKS):
                begun = write.since or self.now
                apart = LOOKS[write.looks + 1] - LOOKS[write.looks]
                writes.looked(connection, write, max(begun + LOOKS[write.looks + 1], self.now + apart))
            else:
                writes.give_up_looking(connection, write, "planned", "")

    # --- what comes late, and what people do

    @rule(number=st.integers(0, 5))
    @precondition(lambda self: self.flying)
    def a_frozen_worker_reports_late(self, number: int) -> None:
        """Its row moved on: nothing that it says of an attempt of before counts."""
        attempt = sorted(self.flying)[number % len(self.flying)]
        before = self.row()
        if attempt == before.attempt:
            return
        with self.database.begin() as connection:
            late = (
                writes.done(connection, KEY, attempt, "I_late", "https://example.org/late"),
                writes.unknown(connection, KEY, attempt, self.now, "late"),
                writes.not_sent(connection, KEY, attempt, self.now, "late"),
            )
        assert late == (False, False, False)
        assert self.row() == before

    @rule(minutes=st.sampled_from((1, 15, 60)))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    @precondition(lambda self: (at := self.row().not_before) is not None and at > self.now)
    def the_rows_time_comes(self) -> None:
        self.now = self.row().not_before or self.now

    @rule()
    @precondition(lambda self: self.row().state in ("planned", "unknown", "failed") and self.listed())
    def a_person_links_it(self) -> None:
        with self.database.begin() as connection:
            assert writes.linked_by_hand(connection, KEY, "I_1", "https://example.org/1")

    # --- helpers

    def listed(self) -> bool:
        return any(at + LAG <= self.now for at in self.made)

    def adopt(self, write: writes.Write) -> None:
        with self.database.begin() as connection:
            assert writes.done(connection, KEY, write.attempt, "I_1", "https://example.org/1")

    def to_unknown(self, attempt: int) -> None:
        with self.database.begin() as connection:
            assert writes.unknown(connection, KEY, attempt, self.now + LOOKS[0], "looking")

    # --- what holds always

    @invariant()
    def there_is_never_a_second_issue(self) -> None:
        assert len(self.made) <= 1

    @invariant()
    def what_is_done_was_made(self) -> None:
        if self.row().state == "done":
            assert self.made


Ledger.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLedger = Ledger.TestCase
TestLedger.pytestmark = [pytest.mark.fuzz]
