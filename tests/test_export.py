"""Everything can be taken along, as files that say what they are; no secret is among them."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.base import AfterwordError
from service.export import export, safe
from service.followup.week import Week
from service.store import tables
from service.store.database import Database
from service.upkeep import weekly_of
from tests.command_hands import shop
from tests.hands import TICKET, finish, rows, story, told
from tests.world import SECRET, TOKEN, World


def lived(world: World) -> None:
    ticket = told(world)
    world.github.edit(ticket, body=f"{TICKET}\nOne line more.")
    finish(world)
    world.sync()
    world.later(days=8)
    weekly = weekly_of(world.parts)
    weekly.make(Week.at(world.now(), weekly.zone).previous, world.now())


def test_incidents_items_revisions_and_reports_are_written(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        lived(world)
        to = tmp_path / "out" / "all"
        assert export(world.parts, to) == {"incidents": 1, "reports": 1}
        (data,) = (to / "incidents").glob("*.json")
        assert data.name == "1-acme-ops-1.json"
        plain = json.loads(data.read_text())
        assert plain["items"][0]["text"].startswith("Test pooled connections")
        assert [event["kind"] for event in plain["items"][0]["history"]][:2] == ["promised", "filed"]
        assert len(plain["postmortem"]["revisions"]) == len(rows(world, tables.revisions)) >= 2
        text = (to / "incidents" / "1-acme-ops-1.md").read_text()
        assert text.startswith("# Checkout slow after failover")
        (report,) = rows(world, tables.reports)
        for form in ("md", "html", "json", "csv"):
            assert (to / "reports" / f"{report.slot}.{form}").read_bytes() == getattr(report, form)
        assert "incidents/" in (to / "README.txt").read_text()


def test_no_secret_and_no_webhook_is_among_the_files(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        lived(world)
        to = tmp_path / "all"
        export(world.parts, to)
        with database.read() as connection:
            hidden = list(connection.execute(sa.select(tables.meta.c.value)).scalars())
        said = "".join(file.read_text() for file in to.rglob("*") if file.is_file())
        assert [one for one in (SECRET, TOKEN, *hidden) if len(one) > 30 and one in said] == []
        assert "sender" not in said


def test_only_its_owner_may_read_the_folder(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        lived(world)
        to = tmp_path / "all"
        export(world.parts, to)
        assert to.stat().st_mode & 0o077 == 0
        assert [file for file in to.rglob("*") if file.stat().st_mode & 0o077] == []


def test_a_folder_with_something_in_it_is_refused(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "note.txt").write_text("mine")
        for folder in (tmp_path / "mine", tmp_path / "mine" / "note.txt"):
            with pytest.raises(AfterwordError, match="is not empty"):
                export(world.parts, folder)
        assert [file.name for file in (tmp_path / "mine").iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("acme/ops#42", "acme-ops-42"),
        ("../../etc/passwd", "etc-passwd"),
        ("…", "ticket"),
        ("OPS-12", "OPS-12"),
        ("a\x00b\nc", "a-b-c"),
        ("x" * 300, "x" * 80),
    ],
)
def test_file_names_are_safe_whatever_the_ticket_is_called(ref: str, name: str) -> None:
    assert safe(ref) == name


def test_thousands_of_incidents_need_no_more_memory_than_hundreds(tmp_path: Path, database: Database) -> None:
    with story(database, tmp_path) as world:
        told(world)
        (row,) = rows(world, tables.incidents)
        plain = {**row._mapping, "services": ["x" * 2000]}

        def peak(many: int) -> int:
            with database.begin() as connection:
                connection.execute(sa.delete(tables.incidents).where(tables.incidents.c.id > 1))
                made = [{**plain, "id": n, "key": f"k{n}"} for n in range(2, many)]
                connection.execute(tables.incidents.insert(), made)
            tracemalloc.start()
            export(world.parts, tmp_path / f"out{many}")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

        few = peak(100)
        assert peak(800) < few * 2 + 500_000


def test_the_command_says_what_is_where(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        ticket = here.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"])
        here.github.close(ticket)
        assert here.run("build", "ops:acme/ops#1").code == 0
        ran = here.run("export", str(tmp_path / "all"))
        assert (ran.code, ran.out.splitlines()[0]) == (0, f"1 incident and 0 reports in {tmp_path}/all/.")
        again = here.run("export", str(tmp_path / "all"))
        assert again.code == 1
        assert "Name a new or empty folder." in again.err
