"""A token is replaced by one of another account: what the former one wrote is still ours, and nothing of others is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Denied
from service import accounts, wiring
from service.rehearsal import plan
from service.store import tables
from service.store.database import Database
from tests.hands import closed, desk_closed, filed, finish, ledger, once, ours, story, told
from tests.world import EMAIL, TOKEN, World

DESK = "h2. Action items\n* Alert on depth of the payment queue\n"
ONE = "Down.\n\n## Action items\n- [ ] Alert on queue depth\n"
SECOND = "a-t0ken-of-another-account"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


# --- who signs in after whom


def second_token(world: World) -> None:
    world.github.tokens[SECOND] = "afterword-two"
    world.github.world.user_id("afterword-two")
    for name in ("acme/ops", "acme/checkout"):
        world.github.repo(name).members.update({"afterword-bot": "write", "afterword-two": "write"})
    world.environ["GITHUB_TOKEN"] = SECOND
    assert world.jira is not None
    world.jira.add_user("Afterword Two", "two@example.org", "712020:two")
    world.jira.accounts["two@example.org", SECOND] = "712020:two"
    world.environ |= {"JIRA_USER": "two@example.org", "JIRA_TOKEN": SECOND}
    world.restart()


def an_app(world: World) -> None:
    """The step from a personal token to an App."""
    app = world.github.create_app()
    world.github.install(app, "acme")
    key = world.folder / "app.pem"
    key.write_text(app.key)
    before = world.change
    signed = f'app_id = {app.id}\napp_key_file = "{key}"'
    world.change = lambda text: before(text).replace('token_env = "GITHUB_TOKEN"', signed)
    world.restart()


SWITCHES = pytest.mark.parametrize("switch", [second_token, an_app])
Switch = Callable[[World], None]


def as_from_an_old_backup(world: World) -> None:
    """The ledger knows of nothing that was sent."""
    unsent = {"state": "planned", "attempt": 0, "posts": 0, "looks": 0, "since": None}
    with world.database.begin() as connection:
        connection.execute(tables.writes.update().values(**unsent, external_id=None, body_hash=None, url=None))
        connection.execute(
            tables.items.update().values(issue_id=None, issue_label=None, issue_url=None, linked_at=None)
        )
    wiring.revive(world.service, alone=True)


@contextmanager
def answers_lost(sandbox: Any, end: str) -> Iterator[None]:
    """What is posted there is done, and answered with 502."""
    sandbox.fault("POST", end, "lose_answer")
    yield
    sandbox.clear_faults()


# --- the story


@on_sqlite
@SWITCHES
def test_a_restored_database_finds_what_the_account_before_filed(
    database: Database, tmp_path: Path, switch: Switch
) -> None:
    with story(database, tmp_path, fitting=False) as world:
        ticket, desk = told(world), desk_closed(world, DESK)
        finish(world)
        switch(world)
        as_from_an_old_backup(world)
        finish(world, minutes=8)
        assert once(world, 4), filed(world)
        assert (len(ours(ticket)), len(ours(desk))) == (1, 1)
        assert {write.state for write in ledger(world).values()} == {"done"}


@on_sqlite
@SWITCHES
def test_an_issue_of_an_unknown_outcome_is_found_after_the_switch(
    database: Database, tmp_path: Path, switch: Switch
) -> None:
    with story(
        database,
        tmp_path,
        fitting=False,
        change=lambda text: text.replace('look_after = ["0s", "60s", "300s"]', 'look_after = ["60s", "300s"]'),
    ) as world:
        world.time = world.now()
        assert world.jira is not None
        with answers_lost(world.github, "/issues$"), answers_lost(world.jira, "/issue$"):
            closed(world, ONE)
            desk_closed(world, DESK)
            world.run()
        assert sorted(write.state for write in ledger(world).values() if write.posts) == ["unknown", "unknown"]
        switch(world)
        finish(world, minutes=30)
        assert once(world, 2), filed(world)
        assert {write.state for write in ledger(world).values()} == {"done"}


@on_sqlite
def test_a_new_token_in_place_of_the_one_before_is_known_without_a_restart(database: Database, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    change = f'token_file = "{token}"'
    with story(
        database, tmp_path, fitting=False, change=lambda text: text.replace('token_env = "GITHUB_TOKEN"', change)
    ) as world:
        told(world, ONE)
        for name in ("acme/ops", "acme/checkout"):
            world.github.repo(name).members.update({"afterword-bot": "write", "afterword-two": "write"})
        world.github.tokens[SECOND] = "afterword-two"
        token.write_text(SECOND)
        told(world, ONE.replace("queue", "stack"), title="Another")
        second = world.github.world.user_id("afterword-two")
        assert [one.partition("/")[2] for one in world.parts.trackers["code"].accounts] == [
            "afterword-bot",
            "afterword-two",
        ]
        assert world.parts.trackers["code"].account() == f"{second}/afterword-two"
        as_from_an_old_backup(world)
        finish(world, minutes=8)
        assert once(world, 2)


@on_sqlite
def test_a_marker_that_a_stranger_copied_is_not_adopted_after_a_switch(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        told(world, ONE)
        (issue,) = [one for one in world.github.issues if one.author == world.github.login]
        text = issue.body
        world.github.delete(issue)
        world.github.open_issue("acme/checkout", "A copy", text, author="sam")
        second_token(world)
        as_from_an_old_backup(world)
        finish(world, minutes=8)
        assert sorted(one.author for one in world.github.issues if one.title != "Checkout slow after failover") == [
            "afterword-two",
            "sam",
        ]


@on_sqlite
def test_a_plan_after_a_switch_sees_what_was_filed_and_remembers_nothing(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        ticket = told(world, ONE)
        second_token(world)
        as_from_an_old_backup(world)
        before = remembered(world, "tracker", "code")
        fetched = world.parts.sources["ops"].fetch(ticket.ref)
        seen = plan(world.parts, "ops", fetched)
        assert [one.what for one in seen.writings if "new issue" in one.what] == []
        assert remembered(world, "tracker", "code") == before == world.parts.trackers["code"].accounts


# --- what is remembered


def remembered(world: World, side: accounts.Side, name: str) -> tuple[str, ...]:
    with world.database.read() as connection:
        return accounts.remembered(connection, side, name)


class Writer:
    def __init__(self, account: str | Exception, *known: str) -> None:
        self.said = account
        self.accounts = known

    server = "https://api.example.org"
    paces = ()

    def account(self, *, fresh: bool = False) -> str:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    def signs(self) -> str:
        return f"signs as {self.said}"


def test_accounts_are_remembered_in_the_order_in_which_they_came(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        first, second, stale = Writer("1/a"), Writer("2/b"), Writer("1/a")
        for writer in (first, second, first, stale):
            accounts.know(world.parts, "tracker", "other", writer)
        assert remembered(world, "tracker", "other") == ("1/a", "2/b")
        assert (first.accounts, second.accounts, stale.accounts) == (("1/a",), ("1/a", "2/b"), ("1/a", "2/b"))
        assert remembered(world, "source", "other") == ()


@on_sqlite
def test_a_token_that_may_not_ask_who_it_is_goes_without(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        nobody = Writer(Denied("refused", status=403), "1/a")
        accounts.know(world.parts, "tracker", "other", nobody)
        assert (nobody.accounts, remembered(world, "tracker", "other")) == (("1/a",), ())


@on_sqlite
def test_after_a_start_every_part_knows_the_accounts(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        told(world)
        desk_closed(world, DESK)
        finish(world)
        world.restart()
        parts = world.parts
        for name in ("ops", "desk"):
            assert parts.sources[name].accounts == parts.publishers[name].accounts == (parts.sources[name].account(),)
        for tracker in parts.trackers.values():
            assert tracker.accounts == (tracker.account(),)
        assert parts.trackers["work"].account() == "712020:afterword"
        assert EMAIL not in str([remembered(world, "tracker", name) for name in parts.trackers])
