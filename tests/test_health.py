"""/healthz, /readyz and /metrics: whether it lives, whether it can work, and its figures, each named in the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from service.store import alive, deliveries, tables, work
from service.store.database import Database
from tests.hands import closed, deliver, finish, story, told
from tests.processes import ROOT
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: every figure, with its label: a change here is a change for whoever draws or alarms on it
FIGURES = {
    "afterword_action_items": "state",
    "afterword_connections": "state",
    "afterword_dead_letters": "kind",
    "afterword_deliveries": "state",
    "afterword_deliveries_polled": "source",
    "afterword_incidents": "source",
    "afterword_paused": "",
    "afterword_poll_age_seconds": "source",
    "afterword_queue_age_seconds": "queue",
    "afterword_scan_age_seconds": "",
    "afterword_sync_age_seconds": "tracker",
    "afterword_unknown_outcomes": "",
    "afterword_work_due": "task",
    "afterword_work_retrying": "task",
    "afterword_work_waiting": "task",
    "afterword_writes": "state",
}
COUNTER = "afterword_tracker_calls_total"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def ask(world: World, path: str) -> requests.Response:
    return requests.get(world.url + path, headers={"Authorization": f"Bearer {world.service.new_token}"}, timeout=10)


def figures(world: World) -> dict[str, float]:
    """ "afterword_writes{state="done"}" → number."""
    lines = [line for line in ask(world, "/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(number) for name, _, number in (line.rpartition(" ") for line in lines)}


def readiness(world: World) -> tuple[int, dict[str, Any]]:
    answer = ask(world, "/readyz")
    return answer.status_code, answer.json()


# --- /readyz


def test_a_database_one_revision_newer_is_ready_for_an_old_process_and_an_older_one_is_not(world: World) -> None:
    for version, code in (("0005", 503), ("0006", 200), ("9999", 200), ("unheard-of", 503)):
        with world.database.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        assert readiness(world)[0] == code, version


@on_sqlite
def test_without_a_look_for_work_it_is_not_ready_after_two_minutes(world: World) -> None:
    assert readiness(world)[0] == 200  # it has just begun
    world.later(minutes=3)
    code, said = readiness(world)
    assert (code, said["status"]) == (503, "not ready")
    assert said["message"] == "Nobody has looked for work yet. What comes in is stored, and waits."
    assert "service worker" in said["mend"]
    world.jobs.scan()
    assert readiness(world) == (200, {"status": "ready"})
    world.later(minutes=3)
    assert "Nobody has looked for work since " in readiness(world)[1]["message"]
    assert ask(world, "/healthz").json() == {"status": "alive"}
    assert deliver(world, b"{}", name="meanwhile").status == 202  # what comes in is stored all the same


@on_sqlite
def test_a_clock_that_jumps_a_year_either_way_is_well_after_the_next_look(world: World) -> None:
    world.jobs.scan()
    begun = world.now()
    for days in (365, -365):
        world.time = begun + timedelta(days=days)
        world.jobs.scan()
        assert readiness(world)[0] == 200, days


@on_sqlite
def test_the_sign_of_life_is_written_every_ten_seconds_at_most(world: World) -> None:
    world.time = world.now()
    for seconds, kept in ((0, 0), (9, 0), (10, 10), (15, 10), (20, 20)):
        begun = world.time
        world.time = begun + timedelta(seconds=seconds)
        world.jobs.scan()
        with world.database.read() as connection:
            assert alive.last_scan(connection) == begun + timedelta(seconds=kept)
        world.time = begun


# --- /metrics


def test_the_figures_are_these_and_each_has_its_help_and_unit(world: World) -> None:
    told(world)
    closed(world)
    with world.database.begin() as connection:
        connection.execute(tables.deliveries.update().values(via="poll").where(tables.deliveries.c.id == 1))
    text = ask(world, "/metrics").text
    assert set(re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)) == set(FIGURES)
    assert re.findall(r"^# TYPE (\S+) counter$", text, re.MULTILINE) == [COUNTER]
    for name, label in FIGURES.items():
        assert re.search(rf"^# HELP {name} [A-Z]", text, re.MULTILINE), name
        shown = set(re.findall(rf'^{name}(?:\{{(\w+)="[^"]*"\}})? ', text, re.MULTILINE))
        assert shown == {label}, name
        assert ("age" in name) == name.endswith("_seconds"), name


def test_each_figure_stands_in_the_docs_and_no_other_does() -> None:
    text = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"\bafterword_\w+", text)) == {*FIGURES, COUNTER}


def test_the_figures_follow_the_rows(world: World) -> None:
    told(world)
    world.time = world.now()
    world.jobs.scan()
    seen = figures(world)
    assert seen['afterword_deliveries{state="received"}'] == 0
    assert seen['afterword_queue_age_seconds{queue="deliveries"}'] == 0
    assert seen['afterword_writes{state="done"}'] == 4
    assert seen['afterword_action_items{state="open"}'] == 3
    assert seen["afterword_unknown_outcomes"] == 0
    closed(world)
    world.later(seconds=40)
    seen = figures(world)
    assert seen['afterword_deliveries{state="received"}'] > 0
    assert seen['afterword_queue_age_seconds{queue="deliveries"}'] == pytest.approx(40, abs=1)
    assert seen["afterword_scan_age_seconds"] == pytest.approx(40, abs=0.1)
    with world.database.begin() as connection:
        work.ask(connection, "incident", "1", world.now() - timedelta(seconds=30))
        values = {"account": "work", "state": "denied", "since": world.now(), "reason": "401"}
        connection.execute(tables.connections.insert().values(**values))
        connection.execute(tables.writes.update().values(state="unknown").where(tables.writes.c.key == "comment:1"))
        connection.execute(tables.work.update().values(waits=True).where(tables.work.c.task == "sync"))
    seen = figures(world)
    assert seen['afterword_queue_age_seconds{queue="work"}'] >= 30
    assert seen['afterword_connections{state="denied"}'] == 1
    assert seen['afterword_connections{state="limited"}'] == 0
    assert seen["afterword_unknown_outcomes"] == 1


def test_the_ages_of_sync_and_poll_rise_until_they_go_well(world: World) -> None:
    world.later(hours=2)
    seen = figures(world)
    assert seen['afterword_sync_age_seconds{tracker="code"}'] >= 7200
    assert seen['afterword_poll_age_seconds{source="ops"}'] >= 7200
    with world.database.begin() as connection:
        for task, key in (("sync", "code"), ("poll", "ops")):
            work.ask(connection, task, key, world.now())
    finish(world, tasks=("sync", "poll"))
    seen = figures(world)
    assert seen['afterword_sync_age_seconds{tracker="code"}'] < 60
    assert seen['afterword_poll_age_seconds{source="ops"}'] < 60
    assert seen['afterword_poll_age_seconds{source="desk"}'] >= 7200


@on_sqlite
def test_a_source_that_is_never_asked_has_no_age(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, "[sync]\nreconcile = 0\n") as world:
        assert not [name for name in figures(world) if name.startswith("afterword_poll_age_seconds")]


@on_sqlite
def test_the_figures_hold_no_word_of_a_ticket(world: World) -> None:
    told(world, title="Checkout slow after failover")
    assert "Checkout" not in ask(world, "/metrics").text
    with world.database.read() as connection:
        assert deliveries.latest(connection)
