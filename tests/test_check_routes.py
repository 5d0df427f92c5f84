"""`check` of what lies between connections: routes, people, what is paused, what waits; and its form for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.base import Visibility
from service import pause
from service.store import places, tables
from tests.command_hands import Shop, shop


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def line_of(shop: Shop, text: str, number: int = 1) -> int:
    """The line where this text stands for the n-th time."""
    found = [n for n, line in enumerate(shop.file.read_text().splitlines(), start=1) if line == text]
    return found[number - 1]


def test_each_route_says_where_it_leads_and_what_becomes_of_the_rest(here: Shop) -> None:
    ran = here.run("check")
    assert ran.line("route  ", "ok", "“payment”, “payments”").endswith("1     “payment”, “payments” → work, PAY")
    assert ran.line("route  ", "ok", " else ").endswith("every other action item → code, acme/checkout")


def test_a_route_that_is_hidden_by_an_earlier_one_is_to_mend_and_both_lines_are_named(here: Shop) -> None:
    first = '[[routes]]\nwhen = { labels = ["a"] }\ntracker = "work"\n'
    here.write(first + '[[routes]]\nwhen = { labels = ["a"], service = ["b"] }\ntracker = "code"\n')
    ran = here.run("check")
    assert ran.code == 1
    earlier = line_of(here, "[[routes]]", 2)
    assert f"a, b → code: never reached, as line {earlier} takes all that it would" in ran.line("route  ", "MEND")
    assert f"route 3   [[routes]], {here.file}, line {line_of(here, '[[routes]]', 3)}" in ran.out
    assert f"Put it above line {earlier}, or remove it." in ran.out


def test_a_hidden_route_to_the_same_place_is_only_noted(here: Shop) -> None:
    here.write('[[routes]]\nwhen = { text = ["late payment"] }\ntracker = "work"\n')
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "it can be removed" in ran.line("route  ", "note", " 2 ")
    prose = [line for line in ran.out.splitlines() if line.startswith(("route", " " * 17))]
    assert max(map(len, prose)) <= 100, "a sentence goes on below its beginning"


def test_fields_of_a_route_fill_what_its_project_requires_and_no_other_route_borrows_them(here: Shop) -> None:
    here.jira.create_project("SHOP", "Shop", required={"customfield_10010": "Component"})
    route = '[[routes]]\nwhen = {{ labels = ["a"] }}\ntracker = "work"\nplace = "SHOP"\n{fields}'
    projects = 'project = "PAY"\nprojects = ["SHOP"]'
    fields = 'fields = { customfield_10010 = "Checkout" }\n'
    here.write(route.format(fields=fields), change=lambda text: text.replace('project = "PAY"', projects))
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "required fields all mapped" in ran.line("route  ", "ok", "Jira SHOP")
    here.write(route.format(fields=""), change=lambda text: text.replace('project = "PAY"', projects))
    ran = here.run("check")
    assert ran.code == 1
    assert "requires “Component”" in ran.line("tracker", "MEND", "Jira SHOP")
    assert "nothing can be filed there now, as said of Jira SHOP" in ran.line("route  ", "note", " 2 ")


def test_fields_on_a_route_to_github_are_told_to_do_nothing(here: Shop) -> None:
    here.write('[[routes]]\nwhen = { labels = ["a"] }\ntracker = "code"\nfields = { components = "b" }\n')
    assert "its fields are for Jira" in here.run("check").line("route  ", "MEND", " 2 ")


def test_a_place_that_everyone_can_read_is_noted(here: Shop) -> None:
    here.github.repo("acme/ops").private = False
    ran = here.run("check")
    assert ran.code == 0
    assert "only a title and a link go there" in ran.line("route  ", "note", "acme/ops can be read by everyone")


def test_a_place_that_became_public_is_to_mend(here: Shop) -> None:
    here.run("migrate")
    with here.database() as database, database.begin() as connection:
        since = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
        places.save(connection, places.Seen("code", "acme/ops", Visibility.PUBLIC, since))
    ran = here.run("check")
    assert ran.code == 1
    assert "code, acme/ops became public on 17 Nov, 15:31 UTC" in ran.line("route  ", "MEND")
    assert f"\n          python -m service --config {here.file} resume\n" in ran.out


def test_people_who_cannot_be_assigned_are_named(here: Shop) -> None:
    del here.github.repo("acme/checkout").members["alex"]
    ran = here.run("check")
    assert ran.code == 0
    assert "alex cannot be assigned in acme/checkout (code)" in ran.line("people  ", "note")


def test_a_pause_is_the_first_thing_to_mend_and_says_how_to_go_on(here: Shop) -> None:
    here.run("migrate")
    with here.database() as database, database.begin() as connection:
        pause.begin(connection, "50 incidents closed within an hour.", datetime.now(UTC))
    ran = here.run("check")
    assert ran.code == 1
    assert "nothing leaves since " in ran.line("paused  ", "MEND")
    assert "50 incidents closed within an hour." in ran.line("paused  ", "MEND")
    assert f"python -m service --config {here.file} resume" in ran.out


def test_a_file_that_pauses_is_named_with_the_command_that_removes_it(here: Shop) -> None:
    file = here.folder / "PAUSE"
    here.write(change=lambda text: f'pause_file = "{file}"\n{text}')
    here.run("migrate")
    file.touch()
    ran = here.run("check")
    assert f"The file {file} is there." in ran.line("paused  ", "MEND")
    assert f"\n          rm {file}\n" in ran.out


def test_closed_incidents_that_wait_for_a_vendor_are_counted_with_the_reason(here: Shop) -> None:
    here.run("migrate")
    now = datetime.now(UTC)
    with here.database() as database, database.begin() as connection:
        row = {"source": "ops", "ref": "acme/ops#7", "url": "", "title": "x", "visibility": "private", "labels": []}
        more = {"key": "k", "services": [], "opened_at": now, "ticket": {}, "created_at": now}
        number = connection.execute(tables.incidents.insert().values(**row, **more)).inserted_primary_key[0]
        work = {"task": "incident", "key": str(number), "wanted": 1, "done": 0, "attempt": 1, "tries": 3}
        connection.execute(tables.work.insert().values(**work, last_error="GitHub does not answer."))
    assert "1 closed incident waits: acme/ops#7: GitHub does not answer." in here.run("check").line("items  ", "note")


def test_too_little_room_is_told_before_the_disk_is_full(here: Shop) -> None:
    here.write("[alerts]\ndisk_mb = 900000000\n")
    ran = here.run("check")
    assert ran.code == 1
    assert "less than the 900000000 MB of disk_mb" in ran.line("database", "MEND")
    here.write("[alerts]\ndisk_mb = 0\n")
    assert here.run("check").code == 0


def test_alerts_say_where_they_go_and_which_stand(here: Shop) -> None:
    here.run("migrate")
    assert "in the log and here alone: ALERT_URLS is not set" in here.run("check").line("alerts  ", "note")
    here.environ["ALERT_URLS"] = "json://127.0.0.1/a?key=s3cr3t"
    with here.database() as database, database.begin() as connection:
        row = {"key": "sync:work", "text": "The last sync of work that went well was 7 hours ago.", "told": 1}
        since = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(sa.insert(tables.alerts).values(**row, since=since, told_at=since))
    ran = here.run("check")
    assert "to 1 address" in ran.line("alerts  ", "ok")
    assert "The last sync of work" in ran.line("alerts  ", "note", "since")
    assert "s3cr3t" not in ran.out + ran.err


def test_json_says_the_same_as_text_with_the_same_exit_code(here: Shop) -> None:
    here.environ["JIRA_TOKEN"] = "expired"
    text, asked = here.run("check"), here.run("check", "--format", "json")
    assert (text.code, asked.code) == (1, 1)
    said = json.loads(asked.out)
    assert list(said) == ["settings", "lines", "mends", "notes"]
    assert said["settings"] == str(here.file)
    keys = ["part", "name", "level", "text", "subject", "saw", "means", "waits", "mend"]
    assert all(list(line) == keys for line in said["lines"])
    assert said["mends"] == sum(line["level"] == "MEND" for line in said["lines"]) == 2
    assert len(said["lines"]) == text.lines.index("")
    assert asked.err == ""
    here.environ["JIRA_TOKEN"] = here.environ["GITHUB_TOKEN"]
    assert here.run("check", "--format", "json").code == 0


def test_a_token_near_its_end_is_noted_for_two_weeks_and_then_to_mend_and_said_once(here: Shop) -> None:
    here.github.token_ends = datetime.now(UTC) + timedelta(days=10, hours=1)
    ran = here.run("check")
    assert "in 10 days" in ran.line("tracker ", "note", "the token ends on")
    here.github.token_ends = datetime.now(UTC) + timedelta(days=2, hours=1)
    ran = here.run("check")
    assert ran.code == 1
    assert ran.line("tracker ", "MEND", "the token ends on")
    here.github.token_ends = datetime.now(UTC) + timedelta(days=20)
    assert "token ends" not in here.run("check").out


def test_the_end_of_a_token_of_jira_is_known_from_the_settings(here: Shop) -> None:
    def ends(days: int) -> None:
        day = (datetime.now(UTC) + timedelta(days=days, hours=1)).date()
        here.write(change=lambda text: text.replace('project = "PAY"', f'project = "PAY"\ntoken_ends = {day}'))

    ends(8)
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "work  its token ends on" in ran.line("tracker ", "note", "its token ends on")
    ends(1)
    assert "work  its token ends on" in here.run("check").line("tracker ", "MEND", "its token ends on")
    ends(-1)
    assert "work  its token ended on" in here.run("check").line("tracker ", "MEND", "its token ended on")
