"""`actions`: what waits for a person, and the two answers; beside a running service as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github_world import Issue
from service.store import tables
from tests.command_hands import Shop, shop
from tests.processes import Process

BODY = "## Action items\n- [ ] Mend the queue\n- [ ] Watch the log\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        made.write(change=ask)
        yield made


def ask(text: str) -> str:
    """One look, then a person; and the item's number is its row's."""
    return text.replace("look_after = ", 'on_unknown = "ask"\nlook_after = ["0s"]\n#')


def lost(here: Shop, fault: str) -> Issue:
    """The first of two items waits: its answer was lost, and what shows it is late."""
    ticket = here.github.open_issue("acme/ops", "Slow", BODY, labels=["incident"])
    here.github.close(ticket)
    here.github.fault("POST", r"/acme/checkout/issues$", fault)
    ran = here.run("build", "ops:acme/ops#1")
    assert ran.code == 1, ran.err
    return ticket


def sent(here: Shop) -> int:
    return sum(call.method == "POST" and call.path.endswith("/acme/checkout/issues") for call in here.github.calls)


def test_the_list_says_which_item_of_which_incident_waits_since_when_and_why(here: Shop) -> None:
    ran = here.run("actions")
    assert ran.code == 1
    assert "migrate" in ran.err
    assert here.run("migrate").code == 0
    assert here.run("actions").out == "No action item waits for a person.\n"
    lost(here, "reset_before")
    ran = here.run("actions", "list")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "     1  acme/ops#1, action item 1: Mend the queue"
    text = " ".join(ran.out.split())
    assert " Since " in text
    assert "no answer came back. We looked for the issue once, and did not find it." in text
    assert text.endswith("1 action item.")
    assert "actions adopt ID URL" in ran.err


def test_adopt_links_the_issue_that_a_person_names_and_files_nothing(here: Shop) -> None:
    lost(here, "reset_before")
    other = here.github.open_issue("acme/checkout", "Mend the queue, by hand")
    before = sent(here)
    ran = here.run("actions", "adopt", "1", f"{here.github.url}/{other.repo.full_name}/issues/{other.number}")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"Action item 1: {other.ref}")
    assert sent(here) == before
    assert here.run("actions").out == "No action item waits for a person.\n"
    again = here.run("actions", "adopt", "1", other.ref)
    assert again.code == 1
    assert "has its issue" in again.err


def test_adopt_refuses_an_issue_of_another_item_and_one_that_is_not_there(here: Shop) -> None:
    lost(here, "reset_before")
    taken = next(issue for issue in here.github.issues if issue.title == "Watch the log")
    ran = here.run("actions", "adopt", "1", taken.ref)
    assert ran.code == 1
    assert "belongs to action item 2 already" in ran.err
    ran = here.run("actions", "adopt", "1", "acme/checkout#99")
    assert ran.code == 1
    assert "No tracker here knows an issue" in ran.err
    assert "1 action item." in here.run("actions").out


def test_retry_finds_the_issue_that_was_there_all_the_time(here: Shop) -> None:
    ticket = here.github.open_issue("acme/ops", "Slow", BODY, labels=["incident"])
    here.github.close(ticket)
    here.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
    here.github.fault("GET", r"/sub_issues$|/issues$", "status", 9, status=200, body=[])
    assert here.run("build", "ops:acme/ops#1").code == 1
    here.github.clear_faults()
    before = sent(here)
    ran = here.run("actions", "retry", "1")
    assert ran.code == 0, ran.err
    assert sent(here) == before
    assert here.filed() == [1, 1]


def test_retry_files_what_is_not_there(here: Shop) -> None:
    lost(here, "reset_before")
    before = sent(here)
    ran = here.run("actions", "retry", "1")
    assert ran.code == 0, ran.err
    assert "Looking for it once more" in ran.err
    assert sent(here) == before + 1
    assert here.filed() == [1, 1]


def test_what_is_typed_wrong_says_what_to_type(here: Shop) -> None:
    for typed, said in {
        ("list", "1"): "The list takes no number.",
        ("adopt",): "Say which: `actions adopt ID`.",
        ("adopt", "1"): "Say which issue it is",
        ("retry",): "Say which: `actions retry ID`.",
        ("retry", "1", "acme/ops#1"): "takes no issue",
    }.items():
        ran = here.run("actions", *typed)
        assert ran.code == 2
        assert said in ran.err
    assert here.run("migrate").code == 0
    ran = here.run("actions", "retry", "7")
    assert (ran.code, "There is no action item 7." in ran.err) == (1, True)


def test_beside_a_running_service_the_answer_is_handed_over(here: Shop) -> None:
    lost(here, "reset_before")
    service = Process("all", here.file, here.environ, here.folder / "log")
    try:
        service.wait_for(here.port)
        assert "1 action item." in here.run("actions").out
        ran = here.run("actions", "retry", "1")
        assert ran.code == 0, ran.err
        assert "An Afterword runs on this database; it does the work." in ran.err
    finally:
        assert service.stop() == 0
    assert here.filed() == [1, 1]
    with here.database() as database, database.read() as connection:
        states = [row.state for row in connection.execute(tables.writes.select())]
    assert set(states) == {"done"}
