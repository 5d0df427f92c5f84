"""A worker that is killed or frozen in the middle of a story: another one takes over within 30 seconds, and what the
first one learns late counts for nothing."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from service.commands.migrate import prepare
from service.store import work
from service.store.database import Database, StoreUnavailable
from service.wiring import clock
from tests.conftest import new_postgresql_url
from tests.machines import Machines, machines
from tests.processes import eventually

#: seconds: what is promised in docs/guarantees.md
PROMISED = 30
POST, LOOK = ("POST", r"/acme/checkout/issues$"), ("GET", r"/acme/checkout/issues$|/sub_issues$")


def taken_over(many: Machines, before: int, since: float, what: str) -> None:
    eventually(lambda: many.attempt() > before, f"it is taken over within {PROMISED} s", PROMISED, many.log)
    print(f"{what}: taken over after {time.monotonic() - since:.1f} s")


def swept(many: Machines, workers: int) -> bool:
    """What dead workers left in the job engine's tables is gone."""
    doing = many.number("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
    return doing == 0 and many.at_work() == workers


@pytest.mark.whole
@pytest.mark.parametrize(("method", "path"), [POST, LOOK], ids=["within the POST", "before the POST"])
def test_a_frozen_workers_story_is_taken_over_and_its_late_result_refused(
    method: str, path: str, postgresql: str, tmp_path: Path
) -> None:
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        many.start("web")
        many.hook()
        first = many.worker()
        slow = many.github.fault(method, path, "hang", seconds=3)
        ticket = many.close_ticket(4)
        eventually(lambda: slow.hits == 1, "the slow call is made", 30, many.log)
        first.popen.send_signal(signal.SIGSTOP)
        frozen = time.monotonic()
        before = many.attempt()
        second = many.worker()
        taken_over(many, before, frozen, f"frozen {'within' if method == 'POST' else 'before'} the POST")
        eventually(many.told, "the other tells the story", 30, many.log)
        first.popen.send_signal(signal.SIGCONT)
        eventually(lambda: "overtaken" in many.log.read_text(), "its late result is refused", 20, many.log)
        many.ends_well([ticket], 4)
        # it was swept away from the engine's tables meanwhile, comes back by itself, and works again
        second.stop()
        many.processes.remove(second)
        again = many.close_ticket(2, "Search empty")
        eventually(lambda: many.told(2), "the one that was frozen works again", 60, many.log)
        many.alive()
        assert sorted(many.filed().values()) == [1] * 6
        assert len(again.comments) == 1
        eventually(lambda: swept(many, 1), "nothing is left of either", 60, many.log)


@pytest.mark.whole
def test_a_killed_workers_story_is_taken_over_and_what_it_left_is_swept_away(postgresql: str, tmp_path: Path) -> None:
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        many.start("web")
        many.hook()
        first = many.worker()
        slow = many.github.fault("POST", POST[1], "hang", seconds=3)
        ticket = many.close_ticket(4)
        eventually(lambda: slow.hits == 1, "the slow call is made", 30, many.log)
        first.kill()
        many.processes.remove(first)
        killed = time.monotonic()
        before = many.attempt()
        many.worker()
        assert not swept(many, 1)
        taken_over(many, before, killed, "killed within the POST")
        many.ends_well([ticket], 4)
        eventually(lambda: swept(many, 1), "what the dead one left is gone", 60, many.log)
        many.alive()


@pytest.mark.whole
def test_a_backlog_does_not_delay_the_taking_over(postgresql: str, tmp_path: Path) -> None:
    """Stories wait by the dozen, every call is slow, one worker dies: its story waits behind none of them."""
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        many.start("web")
        many.hook()
        first = many.worker()
        slow = many.github.fault("POST", POST[1], "hang", seconds=3)
        tickets = [many.close_ticket(3, "Slow 0")]
        eventually(lambda: slow.hits == 1, "the slow call is made", 30, many.log)
        first.kill()
        many.processes.remove(first)
        killed = time.monotonic()
        before = many.attempt()
        many.github.delay = 0.2
        tickets += [many.close_ticket(3, f"Slow {n}") for n in range(1, 10)]
        with many.database.begin() as connection:  # and what ends at once: rows of a tracker that is gone
            for n in range(500):
                work.ask(connection, "sync", f"gone-{n}", clock())
        many.worker()
        taken_over(many, before, killed, "killed, 9 stories and 500 rows waiting")
        many.github.delay = 0.0
        many.ends_well(tickets, 3, 180)


@pytest.mark.whole
def test_a_process_that_is_frozen_inside_a_transaction_keeps_nobody_waiting(postgresql: str) -> None:
    database = Database(new_postgresql_url(postgresql))
    prepare(database)
    with database.begin() as connection:
        work.ask(connection, "incident", "1", clock())
    stands, over = threading.Event(), threading.Event()
    ended: list[BaseException] = []

    def frozen() -> None:
        try:
            with database.begin() as connection:
                connection.exec_driver_sql("UPDATE work SET tries = tries")
                stands.set()
                over.wait(60)
        except StoreUnavailable as error:
            ended.append(error)

    thread = threading.Thread(target=frozen)
    thread.start()
    try:
        assert stands.wait(10)
        began = time.monotonic()
        lease, refused = None, []
        while lease is None and time.monotonic() - began < PROMISED:
            try:
                lease = work.take(database, "incident", "1", clock())
            except StoreUnavailable as error:  # it does not wait without end
                refused.append(error.message)
        assert lease is not None
        assert all("lock timeout" in message for message in refused)
        print(f"frozen inside a transaction: the row is free after {time.monotonic() - began:.1f} s")
    finally:
        over.set()
        thread.join(10)
    assert len(ended) == 1  # and what it had not committed was never written
    database.close()
