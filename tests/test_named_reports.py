"""Several reports: each of its own items, in its own zone, on its own day, once per slot; its pages and its command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from service import clock
from service.followup.week import of_slot
from service.postmortem.model import ReadItem
from service.settings import SettingsError
from service.store import items, meta, reports, work
from service.store import retention as old
from service.store.database import Database
from service.store.tables import incidents
from service.store.tables import items as item_rows
from service.store.tables import reports as report_rows
from service.wiring import load_settings
from tests.hands import rows, story
from tests.world import World

FIRST_BOOT = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)  # a Tuesday in week 47
MORE = """
[reports.payments]
team = ["Payments"]
schedule = "MON 08:00"
timezone = "Asia/Tokyo"
[reports.sev1]
severity = ["sev-1"]
schedule = "TUE 07:00"
timezone = "America/New_York"
[[people]]
name = "Payments"
team = true
"""


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", FIRST_BOOT.isoformat())
        for number, severity in ((1, "SEV1"), (2, None)):
            connection.execute(
                incidents.insert().values(
                    id=number, source="ops", key=f"{number}", ref=f"acme/ops#{number}", url="https://github.example/1",
                    title=f"Trouble {number}", visibility="internal", labels=[], services=[], opened_at=FIRST_BOOT,
                    closed_at=FIRST_BOOT, ticket={}, created_at=FIRST_BOOT, severity=severity,
                )
            )  # fmt: skip
        for incident, text, owner in ((1, "Page sooner", None), (2, "Test failover", "Payments")):
            items.add(
                connection, incident, ReadItem(text, owner=owner), key=text, due=date(2026, 12, 17),
                due_rule="as written", tracker="code", place="acme/ops", owner_known=bool(owner), unclear=(),
                promised_at=FIRST_BOOT, now=FIRST_BOOT,
            )  # fmt: skip
    with story(database, tmp_path, change=lambda text: text + MORE) as made:
        made.time = FIRST_BOOT
        yield made


def tick(world: World) -> None:
    clock.tick(world.parts)
    world.run(("report",))


def made(world: World) -> list[str]:
    return sorted(row.slot for row in rows(world, report_rows))


def texts(world: World, slot: str) -> list[str]:
    with world.database.read() as connection:
        found = reports.find(connection, slot)
    assert found is not None
    return sorted(row.text for row in found.snapshot.rows)


def test_each_report_is_made_on_its_own_day_in_its_own_zone_of_its_own_items(world: World) -> None:
    tick(world)
    assert made(world) == []
    world.time = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # Monday, 08:00, in Tokyo
    tick(world)
    assert made(world) == ["payments-2026-W47"]
    world.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    tick(world)
    assert made(world) == ["payments-2026-W47", "weekly-2026-W47"]
    world.time = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # Tuesday, 07:00, in New York
    for _ in range(3):
        tick(world)
    assert made(world) == ["payments-2026-W47", "sev1-2026-W47", "weekly-2026-W47"]
    assert texts(world, "payments-2026-W47") == ["Test failover"]
    assert texts(world, "sev1-2026-W47") == ["Page sooner"]
    assert texts(world, "weekly-2026-W47") == ["Page sooner", "Test failover"]
    with world.database.read() as connection:
        found = reports.find(connection, "payments-2026-W47")
    assert found is not None
    assert (found.snapshot.name, found.snapshot.zone, found.snapshot.late) == ("payments", "Asia/Tokyo", "")
    text = found.forms["md"].decode()
    assert "Week 47, team Payments: 1 open action item" in text
    assert "Mon 23 Nov 2026, 08:00 JST" in text
    assert "/reports/payments/2026-W47" in text


def test_a_report_that_is_asked_for_later_makes_none_of_the_weeks_before(world: World) -> None:
    world.time = datetime(2026, 12, 16, 10, 0, tzinfo=UTC)
    tick(world)
    assert {name for name, _ in map(of_slot, made(world))} == {"weekly"}
    world.later(days=7)
    tick(world)
    assert [slot for slot in made(world) if not slot.startswith("weekly")] == ["payments-2026-W51", "sev1-2026-W51"]


def test_a_report_that_was_missed_is_made_once_and_says_so(world: World) -> None:
    tick(world)
    world.time = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
    tick(world)
    tick(world)
    assert [slot for slot in made(world) if slot.startswith("pay")] == ["payments-2026-W47", "payments-2026-W48"]
    with world.database.read() as connection:
        late = reports.find(connection, "payments-2026-W47")
        in_time = reports.find(connection, "sev1-2026-W48")
    assert late is not None
    assert late.snapshot.late == "Made late on Tue 1 Dec 2026: it was due on Mon 23 Nov 2026, 08:00 JST."
    for form in ("md", "html", "json"):
        assert late.snapshot.late in late.forms[form].decode()
    assert in_time is not None
    assert in_time.snapshot.late == ""  # within the hour


def test_what_is_learned_after_a_freeze_is_in_the_next_of_each_report_with_its_real_date(world: World) -> None:
    tick(world)
    world.time = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    tick(world)
    sunday = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    with world.database.begin() as connection:
        ended = sa.update(item_rows).where(item_rows.c.key == "Test failover").values(state="done", ended_at=sunday)
        number = connection.execute(ended.returning(item_rows.c.id)).scalar_one()
        items.add_event(connection, number, 2, "state", sunday, world.now(), "open", "done")
    for _ in range(2):
        world.later(days=7)
        tick(world)
    for name in ("payments", "weekly"):
        with world.database.read() as connection:
            found = [reports.find(connection, f"{name}-2026-W{week}") for week in (47, 48, 49)]
        assert [one.snapshot.done for one in found if one] == [0, 1, 0]
        assert found[1] is not None
        assert [row.ended_at for row in found[1].snapshot.ended_rows] == [sunday]


def test_its_pages_and_its_api_are_reached_by_its_name(world: World) -> None:
    def ask(path: str) -> requests.Response:
        return requests.get(world.url + path, auth=("alex", token), timeout=10)

    token = world.service.new_token or ""
    tick(world)
    world.time = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    tick(world)
    page = ask("/reports/payments")
    assert "Week 47 of 2026" in page.text
    assert "team Payments" in page.text
    assert '<a href="/reports/sev1">sev1</a>' in page.text
    assert '<a href="/reports/payments">payments</a>' in ask("/reports/weekly").text
    frozen = ask("/reports/payments/2026-W47")
    assert "Trouble 2" in frozen.text
    assert "Trouble 1" not in frozen.text
    assert "/reports/payments/2026-W47/items?" in frozen.text
    assert "Test failover" in ask("/reports/payments/2026-W47/items?state=open").text
    assert ask("/api/v1/reports/payments/2026-W47").json()["name"] == "payments"
    assert ask("/reports/payments/2026-W48.json").json()["preview"] is True
    assert ask("/reports/nobody").status_code == 404
    assert ask("/reports/nobody/2026-W47").status_code == 404
    world.change = lambda text: text
    world.restart()
    assert "The settings do not ask for it any more." in ask("/reports/payments").text
    assert ask("/reports/payments/2026-W47").text == frozen.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_each_report_the_latest_stays_and_so_do_the_rows_of_its_work(world: World) -> None:
    tick(world)
    for _ in range(4):
        world.later(days=7)
        tick(world)
    last = max(slot for slot in made(world) if slot.startswith("payments"))
    with world.database.begin() as connection:
        gone = old.finished_work(connection, world.now(), 1000)
        assert gone == len(made(world)) - 3
        assert old.old_reports(connection, world.now() + timedelta(days=1), 1000) == gone
        assert work.standing(connection, "report", last) is not None
    assert len(made(world)) == 3
    assert last in made(world)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('[reports.weekly]\nteam = "a"', "weekly is the report of all items"),
        (f'[reports.{"a" * 31}]\nteam = "a"', "at most 30"),
        ('[reports."Pay Ments"]\nteam = "a"', "does not fit a name"),
        ('[reports.pay]\ntimezone = "Mars/Olympus"', "is not a timezone"),
        ('[reports.pay]\ndeliver_env = "NOT_SET"', "the variable NOT_SET is not set"),
        ('[reports.pay]\nteams = "a"', "team"),
    ],
)
def test_a_report_that_cannot_be_is_refused_with_its_line(tmp_path: Path, said: str, why: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"version = 1\n{said}\n")
    with pytest.raises(SettingsError) as told:
        load_settings(file, {})
    assert why in str(told.value)


def test_a_reports_zone_is_that_of_documents_where_none_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('timezone = "Asia/Tokyo"\n[reports.pay]\nteam = "a"\ndeliver_env = ["PAY"]\n')
    said = load_settings(file, {"PAY": "json://127.0.0.1 json://127.0.0.2"}).reports["pay"]
    assert said.timezone == "Asia/Tokyo"
    assert [one.reveal() for one in said.deliver] == ["json://127.0.0.1", "json://127.0.0.2"]
