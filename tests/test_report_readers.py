"""Who reads a report that was made earlier: what fewer people can read since is not shown, and not sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.base import Secret, Visibility
from service.followup.report import compute
from service.followup.week import Week
from service.followup.withheld import as_now, for_everybody, narrowed
from service.postmortem.audience import NOT_SHOWN
from service.retention import run
from service.store import migrate, work
from service.store.database import Database
from service.upkeep import freeze, report_week
from tests.hands import desk_closed, finish, made, shown, story, told
from tests.report_facts import facts, item
from tests.security_hands import ask, bearer
from tests.test_notify import Service
from tests.test_notify import service as service  # a fixture
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

PUBLIC, INTERNAL, PRIVATE, RESTRICTED = Visibility
FORMS = ("", ".md", ".json", ".csv", ".html", "/items?state=open", "/items?ended=1")
DEED, WHO, WHY = "Undo the migration of Fabrikam", "hidden-hannah", "the contract 4711 of Contoso"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    change = 'public = true\n{}\n[report]\naudience = "internal"\n[retention]\nincidents = 30\n'.format
    with story(database, tmp_path, change=change, fitting=False) as world:
        yield world
    database.close()


def frozen(world: World) -> Week:
    """The report of this week, made in the next."""
    week = Week.of(world.now().date())
    world.later(days=8)
    freeze(world.parts, week)
    return week


# --- without a token


def with_private_issues(world: World) -> None:
    """A public ticket, whose issues in a private repository are assigned and closed there with a reason."""
    world.github.set_visibility("acme/checkout", "private")
    world.github.repo("acme/checkout").members[WHO] = "write"
    told(world, f"## Action items\n- [ ] {DEED} @alex\n- [ ] Look again\n- [ ] And again\n")
    first, second, third = made(world)
    world.github.assign(first, WHO)
    world.github.assign(second, WHO)
    world.github.comment(third, WHY)
    world.github.close(third, "not_planned")
    world.later(hours=1)
    world.sync()
    assert [one.reason for one in shown(world)] == ["", "", WHY]


def test_without_a_token_a_report_shows_nothing_of_private_issues(world: World) -> None:
    with_private_issues(world)
    stored = f"/reports/weekly/{frozen(world)}"
    for path in (*(stored + form for form in FORMS), f"/api/v1{stored}", "/", "/reports/weekly"):
        mine, public = ask(world, path, headers=bearer(world)), ask(world, path)
        assert (mine.status_code, public.status_code) == (200, 200), path
        assert WHO not in public.text, path
        assert WHY not in public.text, path
    both = [ask(world, f"{stored}.csv", headers=headers).text for headers in (bearer(world), {})]
    assert [(DEED in text, WHO in text, WHY in text) for text in both] == [(True, True, True), (True, False, False)]


def test_a_report_that_named_a_private_incident_stays_closed_when_that_is_removed(world: World) -> None:
    desk_closed(world, f"h2. Action items\n* {DEED}")
    finish(world)
    assert world.jira is not None
    for one in made(world):
        world.github.close(one)
    for one in world.jira.issues:
        if one.project.key == "PAY":
            world.jira.transition(one, "Done")
    world.later(hours=1)
    world.sync()
    week = frozen(world)
    told(world, "## Action items\n- [ ] Page sooner\n")
    frozen(world)
    world.later(days=60)
    assert run(world.parts)["incidents"] == 1
    for form in FORMS:
        answer = ask(world, f"/reports/weekly/{week}{form}")
        assert (answer.status_code, DEED in answer.text) == (401, False), form
    assert str(week) not in ask(world, "/reports/weekly").text
    assert str(week) in ask(world, "/reports/weekly", headers=bearer(world)).text


def test_a_report_of_a_ticket_that_was_public_is_closed_with_the_ticket(world: World) -> None:
    ticket = told(world, f"## Action items\n- [ ] {DEED}\n")
    week = frozen(world)
    assert ask(world, f"/reports/weekly/{week}").status_code == 200
    mine = bearer(world)
    world.github.set_visibility("acme/ops", "private")
    world.restart()
    world.github.edit(ticket, body="Changed.")
    finish(world)
    assert ask(world, f"/reports/weekly/{week}").status_code == 401
    assert DEED in ask(world, f"/reports/weekly/{week}", headers=mine).text


# --- sent


def test_a_retry_sends_nothing_of_a_ticket_that_was_restricted_meanwhile(world: World, service: Service) -> None:
    ticket = told(world, f"## Action items\n- [ ] {DEED} @alex\n- [ ] Look again\n")
    week = frozen(world)
    world.github.label(ticket, "restricted")
    finish(world)
    settings = world.parts.settings
    to = settings.report.model_copy(update={"deliver": (Secret(lambda: service.address, "the test"),)})
    parts = replace(world.parts, settings=settings.model_copy(update={"report": to}))
    with world.database.begin() as connection:
        work.ensure(connection, "report", week.slot, world.now())
    lease = work.take(world.database, "report", week.slot, world.now())
    assert lease is not None
    assert report_week(parts, lease) is None
    (sent,) = service.got
    said = sent["message"].replace("\u200b", "")  # what keeps references quiet
    assert "Action item 2 of acme/ops#1" in said
    for words in (DEED, "Checkout slow", "SEV2"):
        assert words not in said, words


# --- the arithmetic


def test_what_fewer_people_can_read_now_is_withheld_and_nothing_is_shown_again() -> None:
    mine = item(
        1, text=DEED, visibility=PUBLIC, issue_visibility=PUBLIC, owner="@kim", word="Begun", due_rule="as SEV2"
    )
    stored = compute(facts(mine))
    stored = replace(stored, incidents=tuple(replace(one, visibility=PUBLIC) for one in stored.incidents))
    assert for_everybody(stored)
    assert as_now(stored, {}, {}) is stored
    assert as_now(stored, {1: PUBLIC}, {1: PUBLIC}) is stored
    restricted = as_now(stored, {1: RESTRICTED}, {})
    (row,) = restricted.rows
    assert (row.text, row.owner, row.due_rule, row.word) == ("Action item 1 of acme/ops#42", NOT_SHOWN, "", "")
    assert [(one.title, one.severity) for one in restricted.incidents] == [("acme/ops#42", None)]
    assert [one.name for one in restricted.owners] == [NOT_SHOWN]
    assert DEED not in str(restricted)
    assert as_now(restricted, {1: PUBLIC}, {1: PUBLIC}) is restricted  # what is withheld stays so
    private = as_now(stored, {1: PRIVATE}, {})
    assert private.rows[0].text == DEED  # everybody who gets the report may read it
    assert not for_everybody(private)
    assert narrowed(private, PUBLIC).rows[0].text == "Action item 1 of acme/ops#42"
    shut = narrowed(as_now(stored, {}, {1: PRIVATE}), PUBLIC)
    assert (shut.rows[0].text, shut.rows[0].word, shut.rows[0].owner) == (DEED, "", NOT_SHOWN)
