"""The service and the two stand-ins, in a folder that goes away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.store import migrate
from service.store.database import Database
from tests.world import World


@contextmanager
def world(*projects: str) -> Iterator[World]:
    """`projects`: of Jira, to begin with."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/afterword.db")
        migrate.upgrade(database)
        with World(database, Path(folder)) as made:
            assert made.jira is not None
            for project in projects:
                made.jira.create_project(project)
            yield made
        database.close()
