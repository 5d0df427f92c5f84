"""Secrets in a ticket: in no row but the webhook's own bytes, in no text that leaves, and named where they came in."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from service.store import deliveries, tables
from service.store.database import Database
from service.web.edits import edit_section, section_of
from tests.hands import document, finish, incident, made, ours, rows, story
from tests.world import World

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
PASSWORD = "postgres://app:h0rse-Battery-9staple@db.example.org/orders"
TEXT = f"""\
The export failed.

## Root cause
It ran with `{TOKEN}`.

## Action items
- [ ] Rotate {TOKEN} @alex
- [ ] Take {PASSWORD} out of the settings
"""


def with_secrets(world: World) -> None:
    ticket = incident(world, TEXT, f"The export used {TOKEN}")
    world.github.comment(ticket, f"/timeline 14:05 {TOKEN} stopped working")
    world.github.close(ticket)
    finish(world)


def kept(world: World) -> str:
    """Every row that we keep, but for the deliveries' own bytes."""
    with world.database.read() as connection:
        return "\n".join(
            repr(tuple(row._mapping.values()))
            for table in tables.metadata.sorted_tables
            if table.name != "deliveries"
            for row in connection.execute(sa.select(table))
        )


def test_a_secret_in_a_ticket_is_kept_nowhere_and_told_to_nobody(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        with_secrets(world)
        told = "\n".join([*(f"{one.title}\n{one.body}" for one in made(world)), *ours(world.github.issues[0])])
        for secret in (TOKEN, "h0rse-Battery-9staple"):
            assert secret not in kept(world)
            assert secret not in told
        assert "[redacted: GitHub token]" in kept(world)
        assert "Rotate" in told
        assert len(made(world)) == 2


def test_before_the_ticket_is_read_its_webhook_s_words_are_clean_as_well(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world, TEXT)
        world.github.close(ticket)
        world.jobs.run("delivery", "")
        (row,) = rows(world, tables.incidents)
        assert "export failed" in str(row.ticket)
        assert TOKEN not in str(row.ticket)


def test_deliveries_name_what_was_taken_out_and_where(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        with_secrets(world)
        with world.database.read() as connection:
            found = [row.redacted for row in deliveries.latest(connection) if row.redacted]
        assert found
        assert "a GitHub token in the title" in found[0]
        assert any("password in a URL in the text" in line for line in found[0])
        assert any("comment 1" in line for line in found[0])


def test_what_a_person_writes_on_the_page_is_clean_as_well(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        with_secrets(world)
        edit_section(world.parts, 1, section_of("impact"), f"It leaked {TOKEN}.", "alex")
        assert document(world).sections[section_of("impact")].text == "It leaked [redacted: GitHub token]."


@pytest.mark.parametrize(("signed", "documents"), [(True, 1), (False, 0)])
def test_what_nobody_signed_only_says_where_to_look(
    database: Database, tmp_path: Path, signed: bool, documents: int
) -> None:
    """A ticket that is not there: its webhook is believed where it was signed, as nobody else can have sent it."""

    def change(text: str) -> str:
        return text if signed else text.replace('secret_env = "OPS_SECRET"', "unsigned = true")

    with story(database, tmp_path, change=change, fitting=False) as world:
        ticket = incident(world, TEXT)
        world.github.close(ticket)
        del ticket.repo.issues[ticket.number]
        finish(world)
        assert len(rows(world, tables.incidents)) == 1
        assert len(rows(world, tables.postmortems)) == documents
