"""What an account is refused is met by one job and known to all: nobody asks before its time, and all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.base import Limited
from service import alarms, refusals
from service.followup.notify import Send
from service.store import connections, tables
from service.store.connections import Standing
from service.store.database import Database
from tests.hands import closed, ends_well, finish, item_rows, ledger, once, ours, posts, rows, shown, story, told
from tests.refusal_hands import mended, revoked
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ITEM = "## Action items\n- [ ] Mend the {} queue\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as made:
        made.time = made.now().replace(microsecond=0)
        yield made


def standing(world: World) -> Standing | None:
    with world.database.read() as connection:
        return next(iter(connections.every(connection)), None)


def calls(world: World) -> int:
    return len([call for call in world.github.calls if call.path != "/user"])


# --- limits


@on_sqlite
def test_of_a_limit_that_one_job_met_every_other_waits_the_end_and_then_one_tries_for_all(world: World) -> None:
    finish_first = told(world, ITEM.format("zeroth"))
    assert len(ours(finish_first)) == 1
    limited = {"status": 429, "headers": {"Retry-After": "180"}}
    world.github.fault("POST", r"/issues$", "status", 2, **limited)
    for name in ("first", "second", "third"):
        closed(world, ITEM.format(name), title=name)
    before = posts(world.github, "/acme/checkout/issues")
    finish(world)
    assert posts(world.github, "/acme/checkout/issues") == before + 1
    said = standing(world)
    assert said is not None
    assert (said.state, said.not_before - world.now()) == ("limited", timedelta(seconds=180))
    quiet = calls(world)
    finish(world, minutes=2)
    assert calls(world) == quiet
    world.later(minutes=1)
    finish(world)
    assert posts(world.github, "/acme/checkout/issues") == before + 2, "one call for each not_before"
    assert standing(world) is not None
    finish(world, minutes=3)
    assert once(world, 4)
    assert standing(world) is None


FORMS = {
    "seconds": ({"Retry-After": "90"}, 90),
    "a fraction": ({"Retry-After": "90.5"}, 90.5),
    "a date": ({"Retry-After": "DATE"}, 300),
    "nothing said": ({}, 60),
    "nothing that can be read": ({"Retry-After": "soon"}, 60),
    "absurd": ({"Retry-After": "9" * 40}, 60),
    "years": ({"Retry-After": "999999999"}, 86_400),
    "a day": ({"Retry-After": "86400"}, 86_400),
    "at once": ({"Retry-After": "0"}, 1),
}


@pytest.mark.parametrize("form", FORMS)
@on_sqlite
def test_a_limit_is_kept_for_as_long_as_it_says_in_whatever_form(world: World, form: str) -> None:
    headers, seconds = FORMS[form]
    now = world.now()
    if "DATE" in headers.values():
        headers = {"Retry-After": format_datetime(now + timedelta(seconds=300), usegmt=True)}
    world.github.fault("POST", r"/issues$", "status", 1, status=429, headers=headers)
    closed(world, ITEM.format("first"))
    world.run()
    said = standing(world)
    assert said is not None
    assert abs((said.not_before - now).total_seconds() - seconds) <= 2
    assert "secondary limit" in said.reason


@on_sqlite
def test_an_hour_that_is_used_up_is_told_apart_from_too_much_at_once(world: World) -> None:
    reset = int(world.now().timestamp()) + 1800
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    world.github.fault("POST", r"/issues$", "status", 1, status=403, headers=headers)
    closed(world, ITEM.format("first"))
    world.run()
    said = standing(world)
    assert said is not None
    assert said.reason.startswith(refusals.USED_UP)
    assert abs((said.not_before - world.now()).total_seconds() - 1800) <= 3


@on_sqlite
def test_where_nothing_is_said_each_wait_is_as_long_as_all_before(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 5, status=429)
    closed(world, ITEM.format("first"))
    finish(world, minutes=40)
    assert once(world, 1)
    at = [
        call.at for call in world.github.calls if call.path.endswith("/acme/checkout/issues") and call.method == "POST"
    ]
    minutes = [round((b - a).total_seconds() / 60) for a, b in pairwise(at)]
    assert minutes == [1, 1, 2, 4, 8]


@on_sqlite
def test_a_limit_of_reading_the_trackers_issues_holds_for_filing_too(world: World) -> None:
    told(world, ITEM.format("first"))
    world.github.fault(None, r"/graphql$|/issues$", "status", 9, status=429, headers={"Retry-After": "600"})
    world.later(minutes=30)
    world.sync()
    said = standing(world)
    assert said is not None
    assert (said.state, said.not_before - world.now()) == ("limited", timedelta(seconds=600))


# --- a sign-in that is refused


class Told:
    """What the operator was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def look(self, world: World) -> None:
        def send(address: str, title: str, text: str, mail: str | None) -> bool:
            return True

        sent: Send = send
        world.later(seconds=61)
        thread = alarms.look(world.parts, sent)
        if thread:
            thread.join(10)
        self.texts = [row.text for row in rows(world, tables.alerts) if row.key.startswith("denied:")]


def test_a_token_that_is_revoked_pauses_its_connection_tells_how_to_mend_it_and_goes_on_by_itself(world: World) -> None:
    told(world, ITEM.format("first"))
    revoked(world)
    ticket = closed(world, ITEM.format("second"), title="second")
    finish(world)
    said = standing(world)
    assert said is not None
    assert said.state == "denied"
    operator = Told()
    operator.look(world)
    assert "Put a valid token into" in operator.texts[0]
    assert operator.texts[0].startswith("ops and code: ")
    assert [write.state for write in ledger(world).values() if write.state == "failed"] == []
    quiet, at = calls(world), len(world.github.calls)
    finish(world, minutes=61)
    assert calls(world) == quiet, "nothing but who we are is asked"
    asked = [call.at for call in world.github.calls[at:]]
    assert {call.path for call in world.github.calls[at:]} == {"/user"}
    apart = [round((b - a).total_seconds() / 60) for a, b in pairwise(asked)]
    assert apart == sorted(apart)
    assert max(apart) <= 16
    assert len(asked) <= 10
    assert shown(world)[1].state == "open"
    mended(world)
    finish(world, minutes=16)
    assert standing(world) is None
    assert once(world, 2)
    assert len(ours(ticket)) == 1
    operator.look(world)
    assert operator.texts == [""], "it is over"


@on_sqlite
def test_while_its_connection_is_refused_what_is_shown_is_stale_and_nothing_is_asked(world: World) -> None:
    told(world, ITEM.format("first"))
    revoked(world)
    closed(world, ITEM.format("second"), title="second")
    finish(world)
    asked = len(world.github.calls)
    world.sync()
    assert item_rows(world)[0].stale_since is not None
    assert len(world.github.calls) == asked
    mended(world)
    world.later(minutes=2)
    world.sync()
    assert item_rows(world)[0].stale_since is None
    assert once(world, 2)


@on_sqlite
def test_a_right_that_lacks_in_one_repository_is_not_the_accounts_refusal(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 9, status=403)
    closed(world)
    finish(world)
    assert standing(world) is None
    assert "Not filed yet at GitHub acme/checkout" in shown(world)[0].reason
    assert posts(world.jira, "/issue") == 1
    assert len(ours(world.github.issues[0])) == 1


@on_sqlite
def test_a_403_of_an_account_that_may_not_even_say_who_it_is_any_more_is_its_refusal(world: World) -> None:
    told(world, ITEM.format("first"))
    world.github.fault(None, r".*", "status", 99, status=403)
    closed(world, ITEM.format("second"), title="second")
    finish(world)
    said = standing(world)
    assert said is not None
    assert said.state == "denied"


@on_sqlite
def test_a_401_that_comes_once_delays_by_a_minute(world: World) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 1, status=401)
    closed(world)
    finish(world, minutes=2)
    ends_well(world)
    assert standing(world) is None


def test_between_two_states_of_an_account_the_earlier_answer_of_another_job_does_not_mend_it(world: World) -> None:
    """A job that was under way when another met a refusal does not take it back."""
    now = world.now()
    with refusals.Gate(world.parts) as met, refusals.Gate(world.parts) as other:
        account, writer = met.account("tracker", "code"), world.parts.trackers["code"]
        assert other.shut(account, writer) is None
        met.met(account, writer, Limited("Too much.", 600))
        other.answered(account)
        other.met(account, writer, Limited("Too much.", 60))
    said = standing(world)
    assert said is not None
    assert said.not_before == now + timedelta(seconds=600)


def test_only_one_of_many_jobs_tries_for_all(world: World) -> None:
    account, writer = refusals.Gate(world.parts).account("tracker", "code"), world.parts.trackers["code"]
    refusals.Gate(world.parts).met(account, writer, Limited("Too much.", 60))
    world.later(minutes=1)
    with refusals.Gate(world.parts) as first:
        assert first.shut(account, writer) is None
        with refusals.Gate(world.parts) as second:
            assert second.shut(account, writer) is not None
    with refusals.Gate(world.parts) as third:  # the first asked nothing: the next one may
        assert third.shut(account, writer) is None
        third.answered(account)
    assert standing(world) is None


def test_a_limit_that_was_met_by_a_clock_a_year_ahead_does_not_last_a_year(world: World) -> None:
    account, writer = refusals.Gate(world.parts).account("tracker", "code"), world.parts.trackers["code"]
    world.later(days=365)
    refusals.Gate(world.parts).met(account, writer, Limited("Too much.", 60))
    world.later(days=-365)
    with refusals.Gate(world.parts) as gate:
        assert gate.shut(account, writer) is None
        gate.met(account, writer, Limited("Too much.", 60))
    said = standing(world)
    assert said is not None
    assert said.since == world.now()
    assert refusals.Gate(world.parts).shut(account, writer) == said


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_account_that_is_well_again_waits_for_no_job_that_is_under_way(world: World) -> None:
    closed(world, ITEM.format("first"))
    closed(world, ITEM.format("second"), title="second")
    world.github.fault("POST", r"/issues$", "status", 9, status=429, headers={"Retry-After": "600"})
    world.run()
    (said,) = [standing(world)]
    assert said is not None
    first, second = (row for row in rows(world, tables.work) if row.task == "incident")
    with world.database.begin() as busy:
        busy.execute(tables.work.update().where(tables.work.c.key == first.key).values(tries=1))
        with world.database.begin() as connection:
            assert connections.clear(connection, said.account, world.now()) == [second.key]
