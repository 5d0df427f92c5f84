"""What is told to whom: strangers learn nothing of the house, the people who run it learn what they need."""

from __future__ import annotations

import json
import sqlite3

import pytest

from service import wiring
from service.store import migrate
from service.store.database import Database
from tests.hands import deliver, shown, stored, story, told
from tests.world import World


def test_an_owner_or_team_that_the_map_knows_is_called_as_the_map_calls_it(database, tmp_path):
    people = '[[people]]\nname = "Payments"\nteam = true\naliases = ["team-payments"]\n[[people]]'
    with story(database, tmp_path, change=lambda text: text.replace("[[people]]", people, 1)) as world:
        told(world, "## Action items\n- [ ] Mend the pool @team-payments\n- [ ] Watch it @nobody-knows\n")
        assert [(item.owner, item.owner_known) for item in shown(world)] == [
            ("Payments", True),  # a name of the map has no @
            ("@nobody-knows", False),
        ]


def test_refused_deliveries_are_said_in_the_log_once_a_minute(database, tmp_path, capsys):
    with story(database, tmp_path) as world:
        for _ in range(3):
            assert deliver(world, b"{}", signature="sha256=00").status == 401
        world.later(minutes=2)
        deliver(world, b"{}", signature="sha256=00")
        assert stored(world) == []
        said = capsys.readouterr()
    assert "OPS_SECRET" in said.out + said.err, "the log says which secret to compare"
    lines = [line for line in (said.out + said.err).splitlines() if "a delivery was refused" in line]
    assert len(lines) == 2
    assert "/webhooks/ops" in lines[0]


@pytest.mark.parametrize("kind", ["wrong", "missing", "of another kind"])
def test_a_refused_delivery_tells_a_stranger_nothing_of_the_settings(database, tmp_path, kind):
    signature = {"wrong": "sha256=00", "missing": "", "of another kind": "sha1=00"}[kind]
    with story(database, tmp_path) as world:
        for source in ("ops", "desk"):
            answer = deliver(world, b"{}", source=source, signature=signature)
            assert (answer.status, json.loads(answer.body)["error"]) == (401, "bad_signature")
            for word in ("SECRET", "secret_env", "variable", "unsigned", "X-Hub"):
                assert word not in answer.body.decode()


def test_a_token_is_asked_for_in_words_that_help(database, tmp_path):
    with story(database, tmp_path) as world:
        said = world.app.test_client().get("/api/v1/incidents").json
    assert said["mend"] == (
        "Give it as the password, with any user name, or as a bearer token. The first start printed it; "
        "`migrate --new-token` makes another."
    )


def test_a_token_that_was_replaced_ends_at_once(database, tmp_path):
    with story(database, tmp_path) as world:
        client = world.app.test_client()
        old = world.service.new_token
        assert ask(client, old) == 200
        new = wiring.new_token(database)
        assert (ask(client, old), ask(client, new)) == (401, 200)


def ask(client, token: str | None) -> int:
    return client.get("/api/v1/incidents", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_database_that_is_away_is_not_described_to_strangers(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/afterword.db", busy_seconds=0.1)
    migrate.upgrade(database)
    with World(database, tmp_path) as world:
        other = sqlite3.connect(tmp_path / "afterword.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        refused = deliver(world, b"{}")
        other.execute("ROLLBACK")
        other.close()
    database.close()
    assert refused.status == 503
    assert b"Nothing was stored" in refused.body
    assert str(tmp_path).encode() not in refused.body
