"""`token`: made once and shown once, read or write, ending by itself or by hand; and what each of them opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service import tokens, wiring
from service.app import create_app
from service.receive import Inbox
from service.store import migrate, tables
from service.store import tokens as rows
from service.store.database import Database
from service.store.tokens import Token
from service.wiring import Idle
from tests.command_hands import Ran, command

EDIT = "/api/v1/postmortems/1/sections/summary"
WORDS = {"text": "x", "by": "alex"}


class House:
    """A service of its own with a clock to set, and the commands beside it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.database = database
        self.time = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        self.file = folder / "afterword.toml"
        url = database.url.render_as_string(hide_password=False)
        self.file.write_text(f'public_url = "https://postmortems.example.org"\ndatabase_url = "{url}"\n')
        settings = wiring.load_settings(self.file, {})
        self.service = wiring.assemble(
            settings, database=database, engine=Idle(), make_token=True, now=lambda: self.time
        )
        self.client: FlaskClient = create_app(self.service, Inbox(database)).test_client()

    def run(self, *args: str) -> Ran:
        return command("--config", str(self.file), "token", *args)

    def made(self, scope: str = tokens.READ, days: int | None = None, name: str = "grafana") -> str:
        """A token of the time that it is here."""
        secret = tokens.make()
        ends = self.time + timedelta(days=days) if days is not None else None
        with self.database.begin() as connection:
            assert rows.add(connection, Token(name, scope, self.time, ends, None), tokens.token_hash(secret))
        return secret

    def asks(self, token: str, path: str = "/api/v1/incidents", method: str = "GET") -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.open(path, method=method, headers=headers, json=WORDS).status_code

    def stored(self) -> list[sa.Row]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(tables.tokens)))


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(tmp_path, database)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[House]:
    """On SQLite, for what the kind of database has no part in."""
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    yield House(tmp_path, database)
    database.close()


def test_a_token_is_made_shown_once_and_stored_as_its_hash_alone(house: House) -> None:
    ran = house.run("add", "grafana")
    assert ran.code == 0
    (secret,) = re.findall(r"\baw_[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])", ran.out)
    (row,) = house.stored()
    assert (row.name, row.scope, row.expires_at, row.used_at) == ("grafana", "read", None, None)
    assert row.hash == tokens.token_hash(secret)
    assert secret not in repr(house.stored())
    assert secret not in house.run("list").out
    assert house.asks(secret) == 200


def test_no_two_tokens_are_alike_and_each_holds_24_random_bytes() -> None:
    made = {tokens.make() for _ in range(200)}
    assert len(made) == 200
    assert {len(one) for one in made} == {len("aw_") + 32}


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("read", "GET", "/postmortems", 200),
        ("read", "HEAD", "/postmortems", 200),
        ("read", "PUT", EDIT, 403),
        ("read", "POST", "/actions/1/file", 403),
        ("read", "POST", "/postmortems/1/edit/summary", 403),
        ("read", "DELETE", "/nowhere", 403),
        ("write", "GET", "/postmortems", 200),
        ("write", "PUT", EDIT, 404),  # let in; there is no postmortem
    ],
)
def test_a_read_token_reads_and_a_write_token_changes(
    alone: House, scope: str, method: str, path: str, status: int
) -> None:
    assert alone.asks(alone.made(scope), path, method) == status


def test_a_token_that_may_not_change_is_told_what_can(alone: House) -> None:
    headers = {"Authorization": f"Bearer {alone.made()}"}
    said = alone.client.put(EDIT, json=WORDS, headers=headers).get_json()
    assert said["error"] == "read_only"
    assert said["message"] == "This token may read, and may not change anything."
    assert "--write" in said["mend"]


def test_a_token_that_has_ended_is_answered_as_a_wrong_one(house: House) -> None:
    secret = house.made(tokens.WRITE, days=7)
    house.time += timedelta(days=7) - timedelta(seconds=1)
    assert house.asks(secret) == 200
    house.time += timedelta(seconds=1)
    headers = [{"Authorization": f"Bearer {one}"} for one in (secret, "aw_wrong")] + [{}]
    ended, wrong, none = (house.client.get("/api/v1/incidents", headers=one) for one in headers)
    assert ended.status_code == 401
    assert ended.data == wrong.data == none.data
    assert dict(ended.headers) == dict(wrong.headers) == dict(none.headers)


def test_the_list_says_which_have_ended_and_when_each_was_used(alone: House) -> None:
    alone.time = datetime.now(UTC) - timedelta(days=3)
    secret = alone.made(days=1)
    assert alone.asks(secret) == 200
    day = f"{alone.time:%Y-%m-%d}"
    (line,) = [one for one in alone.run("list").out.splitlines() if one.startswith("grafana")]
    assert re.split(r"  +", line) == ["grafana", "read", day, f"ended {alone.time + timedelta(days=1):%Y-%m-%d}", day]
    (first,) = [one for one in alone.run("list").out.splitlines() if one.startswith("owner")]
    assert re.split(r"  +", first) == ["owner", "read and write", "at the first start", "never", "not kept"]


def test_the_day_of_use_is_kept_with_one_write_a_day(house: House) -> None:
    secret, written = house.made(), []
    sa.event.listen(
        house.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: written.append(statement) if statement.startswith("UPDATE") else None,
    )
    for _ in range(5):
        assert house.asks(secret) == 200
    assert len(written) == 1
    assert house.stored()[0].used_at == datetime(2026, 11, 23, tzinfo=UTC)
    house.time += timedelta(days=1)
    for _ in range(5):
        house.asks(secret)
    assert len(written) == 2
    assert house.stored()[0].used_at == datetime(2026, 11, 24, tzinfo=UTC)


def test_who_gets_in_is_asked_with_one_query_and_with_none_where_nothing_is_given(alone: House) -> None:
    house, asked = alone, []
    for number in range(20):
        house.made(name=f"n{number}")
    sa.event.listen(
        house.database.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement)
    )
    for token, many in (("aw_wrong", 1), ("", 0)):
        asked.clear()
        assert house.asks(token) == 401
        assert len([one for one in asked if not one.startswith("BEGIN")]) == many


def test_a_token_that_was_ended_opens_nothing_any_more_and_its_name_is_free(house: House) -> None:
    secret = house.made()
    assert house.asks(secret) == 200
    assert house.run("end", "grafana").code == 0
    assert house.asks(secret) == 401
    assert house.run("add", "grafana", "--write", "--days", "30").code == 0
    (row,) = house.stored()
    assert row.scope == "write"
    assert row.expires_at - row.created_at == timedelta(days=30)


def test_the_token_of_the_first_start_reads_and_writes_and_other_tokens_outlive_its_change(alone: House) -> None:
    first, other = alone.service.new_token or "", alone.made()
    assert alone.asks(first, EDIT, "PUT") == 404
    new = wiring.new_token(alone.database)
    assert [alone.asks(token) for token in (first, new, other)] == [401, 200, 200]


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(alone: House) -> None:
    alone.made()
    before = alone.stored()
    added = alone.run("add", "other", "--days", "3", "--dry-run")
    assert added.out.startswith("Would make a token: “other” may read, and ends on ")
    assert "aw_" not in added.out
    assert alone.run("end", "grafana", "--dry-run").out == "Would end the token “grafana”.\n"
    assert alone.run("add", "grafana", "--dry-run").code == 1
    assert alone.stored() == before


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("add",), 2, "Say which: `token add NAME`."),
        (("end",), 2, "Say which: `token end NAME`."),
        (("add", "a b"), 2, "is no name for a token"),
        (("add", "x" * 101), 2, "is no name for a token"),
        (("add", "owner"), 2, "the token of the first start"),
        (("end", "owner"), 2, "migrate --new-token"),
        (("end", "nobody"), 1, "There is no token “nobody”."),
        (("add", "grafana", "--days", "2000000000"), 1, "are too many"),
        (("add", "grafana", "--days", "0"), 2, "is not a whole number"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(alone: House, args: tuple[str, ...], code: int, said: str) -> None:
    ran = alone.run(*args)
    assert ran.code == code
    assert said in ran.err
    assert alone.stored() == []


def test_a_name_is_given_once(alone: House) -> None:
    secret = alone.made()
    ran = alone.run("add", "grafana", "--write")
    assert (ran.code, ran.out) == (1, "")
    assert "There is a token “grafana” already." in ran.err
    assert alone.asks(secret) == 200
    assert alone.stored()[0].scope == "read"
