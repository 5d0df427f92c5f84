"""The commands as they are typed: results on standard output, progress on standard error, exit codes, no surprise."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.github_world import Issue
from service.store import deliveries, meta, tables
from tests.command_hands import Shop, command, shop
from tests.conftest import new_postgresql_url
from tests.hands import TICKET
from tests.processes import ROOT, Process, count, eventually, told
from tests.world import SECRET

HEAVY = ("flask", "pydantic", "sqlalchemy", "alembic", "github", "jira", "apscheduler", "apprise", "procrastinate")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def ticket(here: Shop, body: str = TICKET) -> Issue:
    """A closed incident ticket, acme/ops#1."""
    made = here.github.open_issue("acme/ops", "Checkout slow after failover", body, labels=["incident", "SEV2"])
    here.github.close(made)
    return made


def loaded(code: str) -> set[str]:
    """Which of the heavy libraries this code loads, in a process of its own."""
    ask = f"{code}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.__stderr__)"
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split())


# --- before anything runs


def test_help_lists_every_command_with_its_exit_codes_and_loads_nothing_heavy() -> None:
    ran = command("--help")
    assert ran.code == 0
    for name in ("all", "build", "check", "demo", "deliveries", "migrate", "read", "replay", "report", "sync"):
        assert ran.out.count(f"\n    {name} ") == 1
    assert "3 the database file is in use by another process" in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 88
    said = "from service.__main__ import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert loaded(said) == set()


def test_each_command_has_help_of_its_own() -> None:
    ran = command("report", "--help")
    assert ran.code == 0
    assert "--week 2026-W47" in ran.out
    assert "frozen" in ran.out


def test_a_command_typed_wrong_is_told_on_standard_error() -> None:
    for asked in ((), ("frob",), ("replay", "x"), ("deliveries", "--limit", "0")):
        ran = command(*asked)
        assert (ran.code, ran.out) == (2, ""), asked
        assert ran.err.startswith("usage: python -m service")


def test_a_command_loads_only_what_it_uses() -> None:
    reading = "from service.__main__ import main\nmain(['read', 'README.md', '--format', 'md'])"
    assert loaded(reading) == set()
    web = "import service.app\nfrom service import wiring\nwiring.connectors()\nimport service.commands.web"
    assert loaded(web) == {"flask", "pydantic", "sqlalchemy"}
    assert "flask" not in loaded("from service.commands import build, check, report, sync")


@pytest.mark.parametrize("asked", ["--help", "check", "report"])
def test_a_reader_that_has_enough_is_no_fault(here: Shop, asked: str) -> None:
    """As with `| head`: the other end of the pipe is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "service", "--config", str(here.file), asked]
    ran = subprocess.run(line, cwd=ROOT, env=here.environ, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert ran.returncode == 141
    assert b"Broken" not in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_an_interrupt_is_quiet(here: Shop) -> None:
    fault = here.github.fault("GET", "/user", "hang", seconds=5)
    line = [sys.executable, "-m", "service", "--config", str(here.file), "check"]
    waiting = subprocess.Popen(line, cwd=ROOT, env=here.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(lambda: fault.hits > 0, "it asks", seconds=20)
    waiting.send_signal(signal.SIGINT)
    _, err = waiting.communicate(timeout=20)
    assert (waiting.returncode, err) == (130, b"")


# --- read


def test_read_prints_the_shape_of_the_interface(tmp_path: Path) -> None:
    text = (
        "# Checkout slow\n\nSeverity: SEV2\nStarted: 2026-11-17 14:05 CET\n\n## Impact\nSlow.\n\n"
        "## Action items\n- [ ] Test the pool of #12 @alex P1 due:2026-12-01\n- [x] Restart the pools\n"
    )
    file = tmp_path / "ticket.md"
    file.write_text(text)
    ran = command("read", str(file))
    said = json.loads(ran.out)
    assert command("read", "-", stdin=text.encode()).out == ran.out
    sections = ["summary", "impact", "root_cause", "timeline", "resolution", "lessons_learned", "action_items"]
    assert list(said)[:7] == ["title", "severity", "started_at", "resolved_at", "sections", "timeline", "action_items"]
    assert list(said["sections"]) == sections
    assert said["sections"]["impact"] == "Slow."
    assert said["sections"]["root_cause"] is None
    assert (said["title"], said["severity"]) == ("Checkout slow", "SEV2")
    assert (said["started_at"], said["resolved_at"]) == ("2026-11-17T13:05:00+00:00", None)
    item = {"text": "Test the pool of #12", "owner": "@alex", "due": "2026-12-01", "priority": "P1", "done": False}
    assert {**item, "refs": ["#12"]}.items() <= said["action_items"][0].items()
    assert [one["done"] for one in said["action_items"]] == [False, True]
    page = command("read", "--format", "md", str(file)).out
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [
        # called as in every document
        *("Summary", "Impact", "Root cause", "Timeline", "Resolution and recovery", "Lessons learned", "Action items"),
        "Also in the text",
    ]
    assert page.count("Not recorded yet") == 5


def test_read_says_what_it_cannot_read(tmp_path: Path) -> None:
    assert "none.md cannot be read: No such file" in command("read", "none.md").err
    assert "cannot be read: Is a directory" in command("read", str(tmp_path)).err
    picture = command("read", "-", stdin=b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert (picture.code, picture.out) == (1, "")
    assert "Standard input is not a text." in picture.err
    old = command("read", "-", stdin="# Störung".encode("latin-1"))
    assert (old.code, json.loads(old.out)["title"]) == (0, "St�rung")
    assert "not all UTF-8" in old.err
    assert json.loads(command("read", "-", stdin="# Störung".encode("utf-16")).out)["title"] == "Störung"
    assert "“Mars/Base” is not a timezone." in command("read", "-", "--timezone", "Mars/Base").err


# --- build, sync, report


def test_build_of_closed_tickets_twice_doubles_nothing_and_sync_tells_what_changed(here: Shop) -> None:
    ticket(here)
    desk = here.jira.create_issue("OPS", "Payouts late", "h2. Action items\n* Alert on payment lag\n", type="Incident")
    here.jira.transition(desk, "Done")
    first = here.run("build", "ops:acme/ops#1")
    assert first.code == 0, first.err
    assert first.out.splitlines()[-1] == f"http://127.0.0.1:{here.port}/postmortems/1"
    assert first.line("Alert on queue depth").endswith("https://github.com/acme/checkout/issues/2")
    assert "PAY-1  " in first.line("retried payment")
    assert "● Restart the pools" in first.line("done already; recorded, not filed")
    assert "Reading acme/ops#1 from ops." in first.err.splitlines()
    assert here.run("build", "github:acme/ops#1").out == first.out
    assert here.run("build", "jira:OPS-1").code == 0
    assert here.filed() == [1, 1, 1, 1]
    assert sum(len(one.comments) for one in (here.github.issue("acme/ops", 1), desk)) == 2

    again = here.run("sync")
    assert (again.code, again.out) == (0, "code: 2 issues, none changed\nwork: 2 issues, none changed\n")
    here.github.close(here.github.issue("acme/checkout", 2))
    moved = here.run("sync")
    assert "code: 2 issues, 1 changed" in moved.out
    assert moved.line("● acme/checkout#2").endswith("was Open  “Alert on queue depth”")
    assert "Done" in moved.line("● acme/checkout#2")


def test_build_says_which_ticket_it_cannot_build_and_why(here: Shop) -> None:
    here.github.open_issue("acme/ops", "Still burning", "It burns.", labels=["incident"])
    for asked, said in (
        ("ops:acme/ops#1", "acme/ops#1 is still open. Nothing was done."),
        ("ops:acme/ops#99", "404 “Not Found”"),
        ("desk:acme/ops#1", "“acme/ops#1” is no issue of Jira."),
    ):
        ran = here.run("build", asked)
        assert (ran.code, ran.out) == (1, ""), asked
        assert said in ran.err, asked
    for asked, said in (
        ("nope:acme/ops#1", "Write one of them before the colon: desk, ops."),
        ("acme/ops#1", "Write for example ops:acme/ops#42."),
    ):
        ran = here.run("build", asked)
        assert (ran.code, ran.out) == (2, ""), asked
        assert said in ran.err, asked
    here.github.stop()
    assert "Nothing was done. Try again in a while." in here.run("build", "ops:acme/ops#1").err
    assert here.writes() == []


def test_the_report_is_a_preview_while_its_week_runs_and_errors_say_which_weeks_there_are(here: Shop) -> None:
    ticket(here)
    here.run("build", "ops:acme/ops#1")
    ran = here.run("report")
    assert ran.code == 0
    assert "a preview, nothing is stored" in ran.err
    assert "Preview: this week is not over" in ran.out
    assert "Alert on queue depth" in ran.out
    for week, said in (
        ("2026-W99", "“2026-W99” is not a week."),
        ("2020-W01", "it ended before this installation first ran."),
        ("2099-W01", "Week 2099-W01 has not begun."),
    ):
        ran = here.run("report", "--week", week)
        assert (ran.code, ran.out) == (2 if "W99" in week else 1, ""), week
        assert said in ran.err


def test_a_frozen_report_is_the_same_bytes_in_all_four_forms_when_asked_again(here: Shop) -> None:
    """The installation first ran before last week, so last week has a report."""
    ticket(here)
    here.run("build", "ops:acme/ops#1")
    with here.database() as database, database.begin() as connection:
        meta.replace(connection, "first_boot", (datetime.now(UTC) - timedelta(days=8)).isoformat())
    forms = ("md", "html", "json", "csv")
    first = here.run("report", "--format", "md")
    assert first.code == 0, first.err
    before = [first, *(here.run("report", "--format", form) for form in forms[1:])]
    here.github.close(here.github.issue("acme/checkout", 2))
    here.run("sync")
    assert [here.run("report", "--format", form).raw for form in forms] == [one.raw for one in before]
    assert "Looking at every open issue first." in first.err
    assert before[1].err == ""
    json.loads(before[2].raw)


# --- beside a running service


def test_beside_a_running_service_work_is_handed_over_and_done_by_it(here: Shop) -> None:
    closed = ticket(here)
    log = here.folder / "log"
    service = Process("all", here.file, here.environ, log)
    try:
        service.wait_for(here.port)
        second = here.run("all")
        assert (second.code, second.out) == (3, "")
        assert f"in use by another Afterword (process {service.popen.pid}, since " in second.err
        assert "Stop the other one, or use PostgreSQL" in second.err

        ran = here.run("build", "ops:acme/ops#1")
        assert ran.code == 0, ran.err
        assert "An Afterword runs on this database; it does the work." in ran.err
        assert here.filed() == [1, 1, 1]
        assert here.run("sync").code == 0

        here.github.add_webhook(f"http://127.0.0.1:{here.port}/webhooks/ops", SECRET)
        here.github.reopen(closed)
        here.github.close(closed)
        with here.database() as database:
            eventually(lambda: count(database, tables.deliveries) >= 2 and told(database), "it is told", log=log)
            with database.begin() as connection:
                first = deliveries.latest(connection)[-1]
                connection.execute(tables.deliveries.update().values(state="quarantined", reason="It was not read."))
        listed = here.run("deliveries", "--state", "quarantined")
        assert listed.out.splitlines()[0].split()[:2] == ["ID", "received"]
        assert "It was not read." in listed.out
        assert "replay ID" in listed.err
        ran = here.run("replay", str(first.id))
        assert ran.code == 0, ran.out
        assert ran.out.startswith(f"Delivery {first.id}: done.")
        assert "last delivery" in here.run("check").line("source", "ok", "ops", "last")
    finally:
        assert service.stop() == 0
    assert here.filed() == [1, 1, 1]
    assert here.run("deliveries", "--state", "done").out.count("\n") == 2


def test_replay_of_what_cannot_be_read_says_so_and_of_what_is_not_there_too(here: Shop) -> None:
    assert "Run `python -m service migrate`." in here.run("deliveries").err
    here.run("migrate")
    row = {"source": "ops", "received_at": datetime(2026, 11, 23, tzinfo=UTC), "state": "quarantined"}
    with here.database() as database, database.begin() as connection:
        headers = {"x-github-event": "issues"}
        deliveries.add_all(connection, [{**row, "delivery_id": "d1", "headers": headers, "body": b"{no json"}])
    ran = here.run("replay", "1")
    assert (ran.code, ran.out[:25]) == (1, "Delivery 1: quarantined. ")
    missing = here.run("replay", "7")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == "There is no delivery 7.\n`python -m service deliveries` lists them.\n"
    assert here.run("deliveries", "--state", "done").out == "No deliveries are done.\n"


def test_build_and_sync_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    with shop(tmp_path, new_postgresql_url(postgresql)) as here:
        ticket(here)
        assert here.run("migrate").code == 0
        for _ in range(2):
            assert here.run("build", "ops:acme/ops#1").code == 0
        assert here.filed() == [1, 1, 1]
        assert here.run("sync").code == 0
