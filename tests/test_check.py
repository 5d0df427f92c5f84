"""`check`, as it is typed: one line per connection, what to mend in full, and nothing changed anywhere."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.store import deliveries
from tests.command_hands import Shop, command, shop
from tests.conftest import new_postgresql_url
from tests.processes import free_port


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def levels(out: str) -> list[tuple[str, str]]:
    """(part, level) of each line above the count."""
    return [(line.split()[0], line.split()[1]) for line in out.partition("\n\n")[0].splitlines()]


def test_check_works_before_there_is_a_database_and_changes_nothing(here: Shop) -> None:
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "is not there yet" in ran.line("database", "note")
    assert f"python -m service --config {here.file} migrate" in ran.line("database", "note")
    assert "read, write, sub-issues" in ran.line("tracker", "ok", "acme/ops")
    assert "required fields all mapped" in ran.line("tracker", "ok", "PAY")
    assert sorted(one.name for one in here.folder.iterdir()) == ["afterword.toml"]
    assert here.github.count() + here.jira.count() > 5
    assert here.writes() == []
    assert ran.err == ""


def test_check_after_migrate_is_well_and_its_columns_are_aligned(here: Shop) -> None:
    assert here.run("migrate").code == 0
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "schema up to date, durable writes on" in ran.line("database", "ok")
    top, _, rest = "\n".join(ran.lines).partition("\n\n")
    parts = list(dict.fromkeys(line[:11].rstrip() for line in top.splitlines()))
    assert parts == ["settings", "database", "source", "tracker", "route", "alerts", "report"]
    assert {line[11:17] for line in top.splitlines()} == {"ok    ", "note  "}
    assert {line[17:23] for line in top.splitlines()} == {
        "      ",
        "ops   ",
        "desk  ",
        "code  ",
        "work  ",
        "1     ",
        "else  ",
    }
    assert rest.strip() == f"0 things to mend, {sum(level == 'note' for _, level in levels(ran.out))} notes"
    assert here.writes() == []


def test_check_tells_when_each_webhook_last_came_and_that_one_never_did(here: Shop) -> None:
    here.write(change=lambda text: f'timezone = "Europe/Berlin"\n{text}')
    here.run("migrate")
    with here.database() as database, database.begin() as connection:
        for number, state in enumerate(("done", "quarantined")):
            row = {"source": "ops", "delivery_id": f"d{number}", "headers": {}, "body": b"{}", "state": state}
            deliveries.add_all(connection, [{**row, "received_at": datetime(2025, 11, 23, 8, 40 + number, tzinfo=UTC)}])
    ran = here.run("check")
    assert ran.code == 0, ran.out
    assert "last delivery 23 Nov 2025, 09:41 CET" in ran.line("source", "ok", "ops", "last")
    assert f"no delivery yet; its webhook sends to http://127.0.0.1:{here.port}/webhooks/desk" in ran.out
    assert "1 delivery was not understood" in ran.line("source", "note", "deliveries")


def test_check_looks_at_the_webhook_itself_where_it_may(here: Shop) -> None:
    assert "no webhook of the repository ends in /webhooks/ops" in here.run("check").line("source", "ops")
    here.github.add_webhook("https://postmortems.example.org/webhooks/ops", "s", repo="acme/ops", events=("issues",))
    ran = here.run("check")
    assert "webhook lacks issue_comment" in ran.line("source", "MEND", "ops")
    assert ran.code == 1


def test_check_of_refused_tokens_names_the_variable_the_line_and_what_to_do(here: Shop) -> None:
    here.environ |= {"GITHUB_TOKEN": "expired", "JIRA_TOKEN": "expired"}
    ran = here.run("check")
    assert ran.code == 1
    assert "401 the token is refused" in ran.line("tracker", "MEND", "code")
    assert "401 the token is refused" in ran.line("source", "MEND", "desk")
    assert "4 things to mend" in ran.out
    line = 1 + here.file.read_text().splitlines().index("[trackers.code]")
    source = 1 + here.file.read_text().splitlines().index("[sources.ops]")
    both = f"\nGitHub   [sources.ops], {here.file}, line {source}\n         [trackers.code], {here.file}, line {line}\n"
    _, _, told = ran.out.partition(both)  # one token, told once
    words = [row[:10].strip() for row in told.partition("\n\n")[0].splitlines()]
    assert [word for word in words if word] == ["saw", "means", "mend", "then"]
    assert "“Bad credentials”" in told
    assert "GITHUB_TOKEN" in told
    assert f"then    python -m service --config {here.file} check" in told
    assert "expired" not in ran.out + ran.err


def test_check_of_what_is_not_there_or_does_not_answer(here: Shop) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    here.write(
        change=lambda text: (
            text.replace('"acme/checkout", "acme/ops"', '"acme/none"')
            .replace('project = "PAY"', 'project = "NONE"')
            .replace(f'url = "{here.jira.url}"', f'url = "{gone}"', 1)
        )
    )
    ran = here.run("check")
    assert ran.code == 1
    assert "GitHub acme/none: 404" in ran.line("tracker", "MEND", "code")
    assert "Jira NONE: 404" in ran.line("tracker", "MEND", "work")
    assert "no answer" in ran.line("source", "MEND", "desk")
    assert ran.out.count("\n  mend ") == 3
    told = [line for line in ran.out.splitlines() if line.startswith(("  saw ", "  means ", "  mend ", "          "))]
    assert max(len(line) for line in told) <= 110


def test_check_of_a_required_field_names_it_and_how_to_set_it(here: Shop) -> None:
    here.jira.create_project("SHOP", "Shop", required={"customfield_10010": "Component", "customfield_10011": "Team"})
    here.write(
        change=lambda text: text.replace('project = "PAY"', 'project = "SHOP"\nfields = { customfield_10011 = "x" }')
    )
    ran = here.run("check")
    assert ran.code == 1
    assert "Jira SHOP: requires “Component”" in ran.line("tracker", "MEND", "work")
    assert "“Team”" not in ran.out
    line = 1 + here.file.read_text().splitlines().index("[trackers.work]")
    assert f"[trackers.work], {here.file}, line {line}" in ran.out
    assert "customfield_10010 = " in ran.line("  mend ")


def test_check_notes_what_people_should_know(here: Shop) -> None:
    """A label that is not there, an owner whom nobody knows, an item that the tracker refuses."""
    here.jira.create_project("SHOP", "Shop", required={"customfield_10010": "Component"})
    here.write(change=lambda text: text.replace('project = "PAY"', 'project = "SHOP"'))
    body = "## Action items\n- [ ] Alert on queue depth @release-engineer\n- [ ] Give a payment two seconds\n"
    ticket = here.github.open_issue("acme/ops", "Checkout slow", body, labels=["incident"])
    here.github.close(ticket)
    built = here.run("build", "ops:acme/ops#1")
    assert built.code == 1
    assert built.line("Give a payment").endswith("  not filed yet")
    assert re.search(r"\n  Not filed yet at Jira SHOP: [^◇○]*Component", built.out)
    assert max(map(len, built.out.splitlines())) <= 100
    ran = here.run("check")
    assert ran.code == 1
    assert "has no label “afterword” yet" in ran.line("tracker", "note", "acme/ops")
    assert "1 owner is not in the people map: “@release-engineer”" in ran.line("people  ", "note")
    assert "1 action item is not filed yet" in ran.line("items", "note")
    assert "1 action item is not filed yet. Nothing is lost." in ran.line("  waits ")
    here.jira.project("SHOP").required.clear()
    assert here.run("build", "ops:acme/ops#1").code == 0
    assert "items  " not in here.run("check").out


def test_a_public_url_of_this_machine_with_another_port_is_noted(here: Shop) -> None:
    here.write(
        change=lambda text: text.replace(
            f'public_url = "http://127.0.0.1:{here.port}"', 'public_url = "http://localhost:1"'
        )
    )
    line = here.run("check").line("settings", "note")
    assert f"public_url is http://localhost:1, and listen is 127.0.0.1:{here.port}" in line


def test_check_says_where_the_report_goes(here: Shop) -> None:
    assert "on the page alone: REPORT_URLS is not set" in here.run("check").line("report", "note")
    here.environ["REPORT_URLS"] = "json://127.0.0.1/a?key=s3cr3t json://127.0.0.1/b"
    ran = here.run("check")
    assert "to 2 addresses" in ran.line("report", "ok")
    assert "s3cr3t" not in ran.out + ran.err


def test_check_without_any_settings_says_what_to_write(tmp_path: Path) -> None:
    ran = command("check", environ={"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    assert ran.code == 1
    assert ("settings", "MEND") in levels(ran.out)
    assert "[sources.name]" in ran.out
    assert "[trackers.name]" in ran.out


def test_settings_with_faults_are_told_all_at_once_by_every_command_that_reads_them(here: Shop) -> None:
    here.write(change=lambda text: text.replace("kind = ", "knd = ", 1) + '[report]\nschedule = "noon"\n')
    del here.environ["JIRA_TOKEN"]
    for asked in (("check",), ("build", "ops:acme/ops#1"), ("deliveries",)):
        ran = here.run(*asked)
        assert ran.code == 2, asked
        assert ran.out == ""
        assert "has 4 faults. Nothing was started." in ran.err
        assert "kind is missing." in ran.err
        assert "the variable JIRA_TOKEN is not set." in ran.err
        assert 'Write: schedule = "MON 09:00"' in ran.err


def test_check_on_postgresql_without_tables_and_without_a_server(tmp_path: Path, postgresql: str) -> None:
    with shop(tmp_path, new_postgresql_url(postgresql)) as here:
        ran = here.run("check")
        assert ran.code == 1
        assert "the tables are not those of this version" in ran.line("database", "MEND")
        assert "required fields all mapped" in ran.line("tracker", "ok", "PAY")
        refused = here.run("build", "ops:acme/ops#1")
        assert refused.code == 1
        assert "Run `python -m service migrate`." in refused.err
        assert here.run("migrate").code == 0
        assert "schema up to date" in here.run("check").line("database", "ok")
        here.environ["DATABASE_URL"] = f"postgresql://someone:s3cr3t@127.0.0.1:{free_port()}/none"
        ran = here.run("check")
        assert ran.code == 1
        assert "no answer" in ran.line("database", "MEND")
        assert "s3cr3t" not in ran.out + ran.err
