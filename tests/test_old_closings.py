"""A ticket of Data Center that was closed years ago, without a resolution, is moved on by an admin today."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.jira_world import Status
from service.store import tables
from service.store.database import Database
from tests.hands import filed, finish, rows
from tests.installations import KINDS, Installation
from tests.world import SECRET


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_move_between_closed_statuses_files_nothing_from_the_past(database: Database, tmp_path: Path) -> None:
    kind = next(one for one in KINDS if one.datacenter)
    with Installation(database, tmp_path, kind) as world:
        jira = world.jira
        assert jira is not None
        world.time = start = world.now().replace(microsecond=0)
        for project in ("OPS", "PAY"):
            jira.create_project(project)
        jira.world.statuses = (*jira.world.statuses, Status("9", "Archived", "done"))
        world.time = start - timedelta(days=900)
        old = jira.create_issue("OPS", "Old one", "h2. Action items\n* Write it down", type="Incident")
        jira.change(old, status=jira.world.status("Done"))
        world.time = start + timedelta(minutes=5)
        jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
        jira.change(old, status=jira.world.status("Archived"))
        finish(world, minutes=5)
        (row,) = rows(world, tables.incidents)
        assert row.closed_at == start - timedelta(days=900)
        assert "before Afterword was first started here" in row.held
        assert not filed(world)
        assert old.comments == []
        new = jira.create_issue("OPS", "New one", "h2. Action items\n* Write another", type="Incident")
        jira.change(new, status=jira.world.status("Done"))
        finish(world, minutes=15)
        assert list(filed(world).values()) == [1]
        assert world.unfitting() == []
