"""Rolling upgrades: the tables first, then one process after the other, while the others go on with what is there."""

from __future__ import annotations

import ast
import shutil
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from service.commands.migrate import prepare
from service.store import migrate
from service.store.database import Database
from tests.conftest import new_postgresql_url
from tests.machines import Machines, Started, machines
from tests.processes import ROOT, eventually
from tests.world import environ

VERSIONS = ROOT / "service/store/migrations/versions"
#: what a process of the version before does not notice
ADDS = {"add_column", "create_table", "create_index"}
NEXT = '''"""A made-up next version: what it adds, nobody before it knows."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("mood", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("weight", sa.Integer(), server_default="1", nullable=False))
    op.add_column("deliveries", sa.Column("hops", sa.Integer(), server_default="0", nullable=False))
    op.create_table("moods", sa.Column("name", sa.String(length=20), primary_key=True))
    op.create_index("ix_incidents_mood", "incidents", ["mood"])
'''


def newest() -> str:
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def next_version(folder: Path) -> Path:
    """A checkout of the version after this one."""
    for name in ("service", "connectors", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "service/store/migrations/versions/9999_made_up.py").write_text(NEXT.format(newest=newest()))
    return folder


def revision(many: Machines) -> str:
    with many.database.read() as connection:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def test_old_and_new_processes_work_side_by_side_on_the_tables_of_the_new_version(
    postgresql: str, tmp_path: Path
) -> None:
    """The order of docs/many-machines.md, in the middle of a story: migrate, worker, web, clock."""
    new = next_version(tmp_path / "new")
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        old = [many.start("web"), many.worker(), many.start("clock")]
        many.hook()
        many.github.delay = 0.3
        tickets = [many.close_ticket(4, "Slow 0")]
        eventually(lambda: len(many.filed()) >= 1, "the first issue is filed", 30, many.log)
        many.migrate(at=new)
        assert revision(many) == "9999"
        tickets.append(many.close_ticket(4, "Slow 1"))  # the old ones alone know of it
        many.worker(at=new)
        assert old[1].stop() == 0
        many.processes.remove(old[1])
        tickets.append(many.close_ticket(4, "Slow 2"))  # an old web, a new worker
        many.start("web", at=new)
        many.start("clock", at=new)
        many.github.delay = 0.0
        many.ends_well(tickets, 4)
        many.alive()
        many.migrate()  # of the version before, as when a deployment is taken back: it changes nothing
        assert revision(many) == "9999"


@pytest.mark.whole
def test_this_version_tells_a_whole_story_on_the_tables_of_the_next_one(postgresql: str, tmp_path: Path) -> None:
    """A deployment that was taken back: the tables stay, and every process starts on them."""
    new = next_version(tmp_path / "new")
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        many.migrate(at=new)
        many.start("web")
        many.worker()
        many.start("clock")
        many.hook()
        many.ends_well([many.close_ticket(3)], 3)
        many.alive()


@pytest.mark.whole
def test_two_that_migrate_at_the_same_time_do_it_once(postgresql: str, tmp_path: Path) -> None:
    with machines(new_postgresql_url(postgresql), tmp_path) as many:
        with many.database.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        both = [Started("migrate", many.settings(), environ(), tmp_path / f"log{n}") for n in range(2)]
        assert [one.popen.wait(60) for one in both] == [0, 0], (tmp_path / "log0").read_text()
        for one in both:
            one.kill()
        said = [(tmp_path / f"log{n}").read_text() for n in range(2)]
        assert sum("The token of pages and API" in text for text in said) == 1
        assert revision(many) == newest()
        assert many.at_work() == 0


@pytest.mark.whole
def test_a_migration_that_has_to_wait_keeps_nobody_waiting_behind_it(postgresql: str) -> None:
    database = Database(new_postgresql_url(postgresql))
    with database.begin() as connection:
        command.upgrade(migrate._config(connection), "0002")
    reading = database.engine.connect()
    reading.exec_driver_sql("SELECT count(*) FROM deliveries")  # somebody reads for long
    upgrading = threading.Thread(target=migrate.upgrade, args=(database,))
    upgrading.start()
    try:
        longest, until = 0.0, time.monotonic() + 7
        while time.monotonic() < until:
            began = time.monotonic()
            with database.begin() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM deliveries")
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.05)
        assert upgrading.is_alive()
        print(f"while a migration waits, the longest that a reader waits is {longest:.1f} s")
        assert longest < 2 * migrate.LOCK_SECONDS
    finally:
        reading.close()
        upgrading.join(30)
    assert not upgrading.is_alive()
    assert migrate.is_current(database)
    prepare(database)
    database.close()


# --- every migration


def changes(file: Path) -> list[ast.Call]:
    """What a migration asks Alembic for."""
    tree = ast.parse(file.read_text("utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "op"
    ]


def harmful(file: Path) -> list[str]:
    """What a process of the version before would not survive: it writes rows without the new column, and reads and
    writes the old ones."""
    calls = changes(file)
    made = {call.args[0].value for call in calls if call.func.attr == "create_table"}
    found = [f"{file.name}:{call.lineno} {call.func.attr}" for call in calls if call.func.attr not in ADDS]
    for call in calls:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        table = call.args[1 if call.func.attr == "create_index" else 0].value
        unique = getattr(named.get("unique"), "value", False)
        if call.func.attr == "create_index" and unique and table not in made:
            found.append(f"{file.name}:{call.lineno} a unique index on {table}")
        if call.func.attr == "add_column":
            column = {keyword.arg: keyword.value for keyword in call.args[1].keywords}
            demanding = getattr(column.get("nullable"), "value", True) is False and "server_default" not in column
            if demanding or getattr(column.get("unique"), "value", False):
                found.append(f"{file.name}:{call.lineno} a column that must be filled in")
    return found


@pytest.mark.parametrize("file", sorted(VERSIONS.glob("[0-9]*.py"))[2:], ids=lambda file: file.name[:4])
def test_a_migration_only_adds_so_that_the_version_before_goes_on(file: Path) -> None:
    assert changes(file) != []
    assert harmful(file) == []


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("items", "title")',
        'op.alter_column("items", "title", new_column_name="heading")',
        'op.execute("UPDATE items SET title = 1")',
        'op.add_column("items", sa.Column("weight", sa.Integer(), nullable=False))',
        'op.create_index("ix", "items", ["title"], unique=True)',
        'op.rename_table("items", "things")',
    ],
)
def test_a_migration_that_takes_something_away_would_be_seen(line: str, tmp_path: Path) -> None:
    file = tmp_path / "9999_harmful.py"
    file.write_text(f"def upgrade() -> None:\n    {line}\n")
    assert len(harmful(file)) == 1


def test_numbers_of_migrations_are_of_four_figures_and_follow_each_other() -> None:
    """So that they can be compared (service/store/migrate.py, service/store/figures.py)."""
    names = sorted(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))
    assert names == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_a_database_of_a_newer_version_is_left_as_it_is(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate.is_current(database)
    migrate.upgrade(database)
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
