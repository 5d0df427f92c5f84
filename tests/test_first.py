"""What may tell of a closing is read before others, and nothing waits for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from connectors import github, jira
from service.deliver import deliver
from service.jobs import Jobs
from service.store import deliveries, tables
from service.store.database import Database
from service.wiring import STEPS
from tests.hands import closed, desk_closed, rows, stored, story
from tests.world import World

FIXTURES = Path(__file__).parent / "fixtures"
GITHUB_FIRST = {
    "closed",
    "closed-by-app",
    "commented",
    "edited",
    "labeled-after-closing",
    "reopened",
    "restricted-after-closing",
    "typed-after-closing",
    # these are found only when they are read
    "duplicate",
    "not-planned",
    "own-comment",
    "pull-request-comment",
}
JIRA_FIRST = {
    "closed",
    "commented",
    "desk_rule",
    "edited",
    "reopened",
    "rule",
    "server_closed",
    # these are found only when they are read
    "deleted",
    "duplicate",
    "other_project",
    "own_comment",
}
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def fixtures(vendor: str) -> dict[str, tuple[dict[str, str], bytes]]:
    """Name → headers and body."""
    found = {}
    for headers in sorted((FIXTURES / vendor).glob("*.headers.json")):
        name = headers.name.split(".")[0]
        body = headers.with_name(f"{name}.json")
        body = body if body.exists() else headers.with_name(f"{name}.ignored.json")
        found[name] = json.loads(headers.read_text()), body.read_bytes()
    return found


def of_github(**more) -> github.Source:
    return github.Source("ops", github.SourceSettings(unsigned=True, **more))


def of_jira(**more) -> jira.Source:
    return jira.Source("desk", jira.SourceSettings(url="https://acme.example.org", unsigned=True, **more))


def firsts(source: github.Source | jira.Source, vendor: str) -> set[str]:
    return {name for name, (headers, body) in fixtures(vendor).items() if source.first(headers, body)}


def test_of_githubs_fixtures_these_are_first():
    assert firsts(of_github(issue_types=("Incident",)), "github") == GITHUB_FIRST


def test_of_jiras_fixtures_these_are_first():
    assert firsts(of_jira(projects=("OPS",)), "jira") == JIRA_FIRST


@pytest.mark.parametrize("vendor", ["github", "jira"])
def test_whatever_leads_to_a_story_is_first(vendor: str):
    source = of_github(issue_types=("Incident",)) if vendor == "github" else of_jira()
    for name, (headers, body) in fixtures(vendor).items():
        if "ignored" not in name and source.read(headers, body).ticket is not None:
            assert source.first(headers, body), name


def test_githubs_label_is_found_in_any_case_in_a_form_and_beyond_ascii():
    headers, body = fixtures("github")["closed"]
    assert of_github(labels=("InciDent",)).first(headers, body)
    form = urlencode({"payload": body.decode()}).encode()
    assert of_github(labels=("incident",)).first(headers, form)
    assert not of_github(labels=("outage",)).first(headers, form)
    for plain in (True, False):
        strange = json.dumps(json.loads(body.replace(b'"incident"', '"störung"'.encode())), ensure_ascii=plain)
        assert of_github(labels=("störung",)).first(headers, strange.encode())


def test_a_source_without_labels_takes_every_closing_for_first():
    headers, body = fixtures("github")["closed-without-label"]
    assert not of_github().first(headers, body)
    assert of_github(labels=()).first(headers, body)


def test_what_jiras_settings_leave_out_is_not_first():
    headers, body = fixtures("jira")["closed"]
    for more in ({"projects": ("PAY",)}, {"labels": ("outage",)}, {"issue_types": ("Bug",)}):
        assert not of_jira(**more).first(headers, body), more
    for more in ({"projects": ("OPS",)}, {"labels": ("SEV2",)}, {"issue_types": ("incident",)}):
        assert of_jira(**more).first(headers, body), more
    assert of_jira(issue_types=("10004",)).first(headers, body)


def test_what_changed_is_found_at_the_end_of_a_large_delivery_of_jira():
    headers, body = fixtures("jira")["closed"]
    large = json.loads(body)
    large["issue"]["fields"]["description"] = "long " * 100_000
    assert of_jira(labels=("sev2",)).first(headers, json.dumps(large).encode())


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"payload=%", b'{"state', b"[" * 100_000])
def test_no_body_is_too_strange_to_be_sorted(body: bytes):
    for event in ("issues", "issue_comment", ""):
        assert not of_github().first({"x-github-event": event}, body)
    of_jira(labels=("a",), projects=("OPS",)).first({}, body)


def noise(world: World, number: int, *, first: bool = False, name: str = "noise") -> None:
    headers, body = fixtures("github")["closed-without-label"]
    row = {"source": "ops", "received_at": AT, "headers": headers, "body": body, "state": "received", "first": first}
    with world.database.begin() as connection:
        deliveries.add_all(connection, [{**row, "delivery_id": f"{name}-{n}"} for n in range(number)])


def next_ten(world: World) -> list[str]:
    with world.database.read() as connection:
        return deliveries.received(connection, 10)


def test_a_closing_that_arrives_behind_2000_others_is_read_among_the_first(world: World):
    noise(world, 2000)
    closed(world)
    desk_closed(world, "h2. Action items\n* [ ] Mend it")
    for sandbox in (world.github, world.jira):
        sandbox.settle()
    deliver(world.parts, next_ten(world))
    assert sorted(row.source for row in rows(world, tables.incidents)) == ["desk", "ops"]
    read = [row.delivery_id for row in stored(world) if row.state != "received" and row.delivery_id.startswith("noise")]
    assert "noise-0" in read
    world.jobs.run("delivery", "")
    assert {row.state for row in stored(world)} == {"done", "ignored"}


class Asked:
    """An engine that only keeps what it is asked for."""

    def __init__(self) -> None:
        self.woken: list[tuple[str, str]] = []

    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        self.woken.append((task, key))

    def stop(self) -> None:
        return


def test_a_backlog_is_read_turn_by_turn_so_that_who_stops_the_process_need_not_wait_for_all_of_it(world: World):
    noise(world, 25)
    engine = Asked()
    jobs = Jobs(replace(world.parts, engine=engine), STEPS, turn=0)
    left = []
    for _ in range(4):
        jobs.run("delivery", "")
        left.append(sum(row.state == "received" for row in stored(world)))
    assert left == [15, 5, 0, 0]
    assert engine.woken == [("delivery", "")] * 3


def test_a_flood_of_closings_keeps_nothing_waiting_for_ever(world: World):
    noise(world, 3)
    noise(world, 100, first=True, name="first")
    assert next_ten(world) == [*(f"ops/first-{n}" for n in range(8)), "ops/noise-0", "ops/noise-1"]
    deliver(world.parts, next_ten(world))
    assert next_ten(world) == [*(f"ops/first-{n}" for n in range(8, 16)), "ops/noise-2", "ops/first-16"]


def test_what_comes_again_after_it_could_not_be_read_is_sorted_anew(world: World):
    noise(world, 2)
    with world.database.begin() as connection:
        connection.execute(tables.deliveries.update().values(state="quarantined"))
    noise(world, 1, first=True)
    assert [(row.delivery_id, row.state, row.first) for row in stored(world)] == [
        ("noise-0", "received", True),
        ("noise-1", "quarantined", False),
    ]
