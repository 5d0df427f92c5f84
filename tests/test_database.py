"""The database: it takes words of any length, says so when it has no connection left, and its errors tell nothing of
what people wrote."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.commands.migrate import prepare
from service.store import tables
from service.store.database import Database, StoreUnavailable
from tests.hands import closed, once, rows, story, told
from tests.processes import Process, eventually, free_port
from tests.world import SECRET, World, environ

#: what vendors and people name, however long they name it
WORDS = {
    tables.incidents: ("ref", "url", "title", "severity"),
    tables.items: (
        "text", "owner_text", "due_rule", "priority", "anchor", "place", "issue_id", "issue_label", "issue_url", "word",
        "title", "assignee", "assignee_name", "ended_reason",
    ),
    tables.writes: ("external_id", "url", "reason"),
    tables.revisions: ("why",),
    tables.work: ("last_error",),
}  # fmt: skip
LONG = "ä severity as long as a sentence " * 12


def test_a_severity_as_long_as_a_sentence_is_stored_and_its_rule_too(database: Database, tmp_path: Path) -> None:
    def severe(text: str) -> str:
        text = text.replace('kind = "github"', f'kind = "github"\nseverity_labels = {{ big = "{LONG}" }}', 1)
        return text.replace("[due]", f'[due]\n"{LONG}" = 5')

    with story(database, tmp_path, change=severe) as world:
        told(world, "## Action items\n- [ ] Alert on queue depth\n", labels=["incident", "big"])
        assert once(world, 1)
        assert rows(world, tables.incidents)[0].severity == LONG
        assert LONG in rows(world, tables.items)[0].due_rule


def test_words_of_any_length_are_stored(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        told(world, "## Action items\n- [ ] Alert on queue depth\n")
        for table, names in WORDS.items():
            first = sa.select(table).order_by(*table.primary_key).limit(1)
            with database.begin() as connection:
                before = connection.execute(first).one()._mapping
                where = [column == before[column.name] for column in table.primary_key]
                connection.execute(sa.update(table).where(*where).values(dict.fromkeys(names, LONG)))
                after = connection.execute(sa.select(table).where(*where)).one()._mapping
            assert [after[name] for name in names] == [LONG] * len(names)


def test_a_database_without_a_connection_to_spare_says_so(database: Database) -> None:
    whole = database.engine
    database.engine = sa.create_engine(whole.url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    with ExitStack() as held:
        held.enter_context(database.engine.connect())
        with pytest.raises(StoreUnavailable, match="no connection to spare"), database.read():
            pass
        with pytest.raises(StoreUnavailable, match="no connection to spare"), database.begin():
            pass
    with database.read():
        pass
    database.close()
    database.engine = whole


# --- what is not said

PHRASE = "the quick brown pager jumped"
STORY = f"{PHRASE} at noon.\n\n## Action items\n- [ ] Silence what {PHRASE} over\n"
#: the database refuses what it is given; PostgreSQL says what that was
ON_SQLITE = """
CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} WHEN NEW.{column} LIKE '%{phrase}%'
BEGIN SELECT RAISE(ABORT, 'refused'); END
"""
ON_POSTGRESQL = """
CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'refused: %%', NEW.{column}; END $$;
CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.{column} LIKE '%%{phrase}%%')
EXECUTE FUNCTION refuse_{table}()
"""


def refuses(database: Database, table: str, column: str) -> None:
    text = (ON_SQLITE if database.is_sqlite else ON_POSTGRESQL).format(table=table, column=column, phrase=PHRASE)
    with database.begin() as connection:
        connection.exec_driver_sql(text)


def started(world: World, folder: Path) -> tuple[Process, int, Path]:
    """A real process that does this world's jobs; its standard error goes to a file."""
    prepare(world.database)
    port, log, settings = free_port(), folder / "log", folder / "process.toml"
    address = world.database.url.render_as_string(hide_password=False)
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\ndatabase_url = "{address}"\n'
        + (folder / "afterword.toml").read_text()
        + "[jobs]\nscan_seconds = 1\n"
    )
    return Process("all" if world.database.is_sqlite else "worker", settings, environ(), log), port, log


def test_no_text_of_a_ticket_is_in_the_log_or_in_an_error_that_is_kept(database: Database, tmp_path: Path) -> None:
    refuses(database, "incidents", "title")
    refuses(database, "items", "text")
    with story(database, tmp_path) as world:
        process, port, log = started(world, tmp_path)
        try:
            if database.is_sqlite:  # the process has the file: it takes the deliveries too
                process.wait_for(port)
                world.github.webhooks.hooks.clear()
                world.github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
            closed(world, "Nothing to do.", title=f"Payouts late: {PHRASE}")
            closed(world, STORY)
            eventually(lambda: "job failed" in log.read_text(), "the story fails", 20, log)
            eventually(lambda: "delivery failed" in log.read_text(), "a delivery fails", 20, log)
            eventually(lambda: world.errors() != [], "the error is kept", 20, log)
            ended = process.stop()
        finally:
            process.kill()
        assert ended == 0
        text = log.read_text()
        assert "exception=" in text
        assert "A fault in Afterword" in world.errors()[0]
        kept = [*world.errors(), *[row.reason for row in rows(world, tables.deliveries)]]
        for said in (text, *kept):
            assert "brown pager" not in said
            assert "noon" not in said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_connection_keeps_little_of_the_file_in_memory(database: Database) -> None:
    """Each of two dozen connections may keep as much."""
    with database.read() as one, database.begin() as other:
        kept = [connection.exec_driver_sql("PRAGMA cache_size").scalar_one() for connection in (one, other)]
    assert kept == [-512, -512]
