"""The API over the rows of a story that was told for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from service.followup.week import Week
from service.store import migrate
from service.store.database import Database
from tests.world import World

TICKET = "It was slow.\n\n## Action items\n- [ ] Mend the pool\n- [ ] Watch the queue\n- [x] Restart it\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("api")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    with World(database, folder) as world:
        ticket = world.github.open_issue("acme/ops", "Checkout slow", TICKET, labels=["incident"])
        world.github.close(ticket)
        world.run()
        yield world
    database.close()


def ask(world: World, path: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {world.service.new_token}"}
    return requests.request(more.pop("method", "GET"), world.url + path, headers=headers, timeout=10, **more)


def test_what_is_stored_is_listed(world):
    assert [row["ref"] for row in ask(world, "/api/v1/incidents").json()["incidents"]] == ["acme/ops#1"]
    assert [row["revision"] for row in ask(world, "/api/v1/postmortems").json()["postmortems"]] == [1]
    actions = ask(world, "/api/v1/actions").json()["actions"]
    assert [(row["text"], row["state"]) for row in actions] == [
        ("Mend the pool", "open"),
        ("Watch the queue", "open"),
        ("Restart it", "done"),
    ]
    assert "done" in {row["state"] for row in ask(world, "/api/v1/deliveries").json()["deliveries"]}


def test_lists_come_in_pages(world):
    first = ask(world, "/api/v1/actions?limit=2").json()
    assert len(first["actions"]) == 2
    second = ask(world, f"/api/v1/actions?limit=2&after={first['next']}").json()
    assert [row["text"] for row in second["actions"]] == ["Restart it"]
    assert second["next"] is None


def test_a_limit_that_is_no_number_gets_a_sentence(world):
    answer = ask(world, "/api/v1/actions?limit=all")
    assert (answer.status_code, answer.json()["message"]) == (400, "limit is not a number.")


def test_a_person_s_edit_is_kept_through_another_reading(world):
    path = "/api/v1/postmortems/1/sections/root_cause"
    edit = {"text": "The pool tests its connections with a read.", "by": "alex"}
    assert ask(world, path, method="PUT", json=edit).json()["revision"] == 2
    world.github.edit(world.github.issue("acme/ops", 1), body=TICKET + "\n## Root cause\nSomething else.\n")
    world.run()
    shown = ask(world, "/postmortems/1.json").json()
    assert "with a read" in str(shown)
    assert "Something else" not in str(shown)


@pytest.mark.parametrize("body", [None, [], {"text": "x"}, {"text": 1, "by": "alex"}, {"text": "x", "by": " "}])
def test_an_edit_that_cannot_be_read_is_refused_with_what_to_send(world, body):
    answer = ask(world, "/api/v1/postmortems/1/sections/summary", method="PUT", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_payload")


def test_an_unknown_section_or_postmortem_is_not_found(world):
    edit = {"text": "x", "by": "alex"}
    for path in ("/api/v1/postmortems/1/sections/blame", "/api/v1/postmortems/99/sections/summary"):
        assert ask(world, path, method="PUT", json=edit).status_code == 404


def test_every_route_of_the_api_is_described(world):
    described = ask(world, "/openapi.json").json()["paths"]
    rules = {
        rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}")
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert rules == set(described)


def test_a_report_is_as_its_published_schema_says_and_nothing_else(world):
    described = ask(world, "/openapi.json").json()
    report = ask(world, f"/api/v1/reports/weekly/{Week.of(world.now().date())}").json()
    assert report["rows"]
    closed = {name: {**one, "additionalProperties": False} for name, one in described["components"]["schemas"].items()}
    ours = {"$ref": "#/components/schemas/Snapshot", "components": {"schemas": closed}}
    check = Draft202012Validator(ours, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in check.iter_errors(report)] == []
    report["rows"][0]["due"] = "soon"
    report["rows"][0]["owner"] = 1
    assert len(list(check.iter_errors(report))) == 2


def test_figures_are_counted_from_the_rows(world):
    text = ask(world, "/metrics").text
    assert 'afterword_action_items{state="open"} 2.0' in text
    assert 'afterword_writes{state="done"} 3.0' in text
    assert "afterword_deliveries" in text


def test_tables_of_another_version_are_not_ready(world):
    assert ask(world, "/readyz").json() == {"status": "ready"}
    with world.database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    try:
        answer = ask(world, "/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert "migrate" in answer.json()["mend"]
    finally:
        with world.database.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")


def test_a_database_that_reads_and_does_not_write_is_not_ready(tmp_path: Path) -> None:
    """As on a full disk."""
    database = Database(f"sqlite:///{tmp_path}/afterword.db", busy_seconds=0.1)
    migrate.upgrade(database)
    with World(database, tmp_path) as world:
        client = world.app.test_client()
        assert client.get("/readyz").status_code == 200
        world.later(minutes=1)
        with database.begin():  # nobody else can write
            assert client.get("/readyz").status_code == 503
        assert client.get("/readyz").status_code == 200
    database.close()
