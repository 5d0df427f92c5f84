"""Leaving: everything that Afterword made or was given is listed, and nothing is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service import pause
from service.store import tables
from service.store.database import Database
from tests.command_hands import Ran, command
from tests.hands import closed, item_rows, ledger, made, ours, rows, story, told, writes_made
from tests.world import SECRET, TOKEN, World, environ


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def uninstall(world: World, *args: str) -> Ran:
    """In a process of its own, beside the running service."""
    url = world.database.url.render_as_string(hide_password=False)
    settings = str(world.folder / "afterword.toml")
    return command("--config", settings, "uninstall", *args, environ={**environ(), "DATABASE_URL": url})


def group(ran: Ran, name: str) -> list[str]:
    """The lines of a group."""
    found = re.search(rf"^{name}: (\w+)\n((?:.+\n)*)", ran.out, re.M)
    assert found, ran.out
    lines = [line.strip() for line in found[2].splitlines() if line.startswith("  ")]
    assert len(lines) == (0 if found[1] == "none" else int(found[1]))
    return lines


def test_everything_that_was_made_in_the_trackers_is_listed_with_its_address(world: World) -> None:
    assert world.jira is not None
    ticket = told(world)
    ran = uninstall(world)
    assert ran.code == 0, ran.err
    listed = group(ran, "Issues")
    assert len(listed) == 3
    for issue in made(world):
        assert any(f"/{issue.number}" in line and "acme/checkout" in line for line in listed)
    (payment,) = (row for row in item_rows(world) if row.tracker == "work")
    assert f"work  {payment.issue_label}  open  {payment.issue_url}" in listed
    (comment,) = group(ran, "Comments")
    assert comment == f"ops  acme/ops#{ticket.number}  {ledger(world)['comment:1'].url}"
    assert group(ran, "Labels") == ["code  acme/checkout  afterword", "work  PAY  afterword"]
    assert any(str(payment.issue_label) in line for line in group(ran, "Links"))
    assert group(ran, "May be there") == []


def test_webhooks_secrets_and_files_are_listed_and_no_secret_is_shown(world: World) -> None:
    told(world)
    ran = uninstall(world, "--dry-run")
    assert group(ran, "Webhooks") == [
        "ops  github  http://127.0.0.1/webhooks/ops",
        "desk  jira  http://127.0.0.1/webhooks/desk",
    ]
    secrets = group(ran, "Secrets")
    assert "sources.ops.token: the variable GITHUB_TOKEN" in secrets
    assert "trackers.work.token: the variable JIRA_TOKEN" in secrets
    assert "sources.desk.secret: the variable DESK_SECRET" in secrets
    assert TOKEN not in ran.out + ran.err
    assert SECRET not in ran.out + ran.err
    files = group(ran, "Files")
    assert any("afterword.toml" in line for line in files)
    assert any(("afterword.db" if world.database.is_sqlite else "postgresql") in line for line in files)


def test_the_file_of_variables_beside_the_settings_is_listed(world: World) -> None:
    told(world)
    assert not any(line.endswith(".env") for line in group(uninstall(world, "--dry-run"), "Files"))
    settings = next(line for line in group(uninstall(world, "--dry-run"), "Files") if line.endswith(".toml"))
    Path(settings).with_suffix(".env").write_text("TOKEN=x\n")
    assert settings.replace(".toml", ".env") in group(uninstall(world, "--dry-run"), "Files")


def test_what_may_have_arrived_is_listed_for_a_look_by_hand(database: Database, tmp_path: Path) -> None:
    lists = '["acme/checkout", "acme/ops"]'
    with story(database, tmp_path, change=lambda text: text.replace(lists, f"{lists}\nsub_issues = false")) as world:
        world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
        world.github.list_lag = timedelta(hours=1)
        closed(world, "## Action items\n- [ ] Alert on queue depth\n")
        world.run()
        ran = uninstall(world, "--dry-run")
        assert group(ran, "May be there") == ["acme/ops#1  Alert on queue depth"]
        assert group(ran, "Issues") == []


def test_from_then_on_nothing_leaves_and_nothing_was_deleted(world: World) -> None:
    ticket = told(world)
    before = {table.name: len(rows(world, table)) for table in tables.metadata.sorted_tables}
    calls = writes_made(world)
    ran = uninstall(world)
    assert "Paused: nothing leaves any more." in ran.out
    with world.database.read() as connection:
        assert pause.standing(world.parts, connection) is not None
    assert len(ours(ticket)) == 1
    assert writes_made(world) == calls
    after = {table.name: len(rows(world, table)) for table in tables.metadata.sorted_tables}
    assert after == before | {"meta": before["meta"] + 1}
    assert "It was paused before" in uninstall(world).out


def test_a_dry_run_changes_nothing(world: World) -> None:
    told(world)
    ran = uninstall(world, "--dry-run")
    assert ran.out.endswith("Nothing was changed.\n")
    assert "Paused" not in ran.out
    with world.database.read() as connection:
        assert pause.standing(world.parts, connection) is None


def test_an_issue_that_the_ticket_named_itself_is_not_called_ours(world: World) -> None:
    known = world.github.open_issue("acme/checkout", "Test with a write", "by hand")
    told(world, f"## Action items\n- [ ] Test pooled connections with a write (acme/checkout#{known.number})\n")
    assert [row.adopted for row in item_rows(world)] == [True]
    assert group(uninstall(world, "--dry-run"), "Issues") == []


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "afterword.toml"
    file.write_text(f'database_url = "sqlite:///{tmp_path}/afterword.db"\n')
    ran = command("--config", str(file), "uninstall")
    assert ran.code == 1
    assert "has not the tables of this version" in ran.err
    assert not (tmp_path / "afterword.db").exists()
