"""Where an item goes, to whom and until when; what a tracker refuses; what people do with the issues comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.store import items, tables, writes
from service.store.database import Database
from tests.hands import (
    OPEN,
    SAM,
    closed,
    desk_closed,
    filed,
    finish,
    item_rows,
    ledger,
    made,
    once,
    ours,
    posts,
    rows,
    shown,
    states,
    story,
    told,
)
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def actions(*lines: str) -> str:
    return "## Action items\n" + "".join(f"- [ ] {line}\n" for line in lines)


# --- items that name an issue


def test_an_item_that_names_an_issue_is_followed_and_not_filed(world: World) -> None:
    assert world.jira is not None
    world.github.open_issue("acme/ops", "Alert on depth", author="sam")
    there = world.github.open_issue("acme/checkout", "Test the pool", author="sam", assignees=["sam"])
    world.github.close(there)
    pay = world.jira.create_issue("PAY", "Give a retry 2 seconds", assignee=SAM)
    text = actions(
        "Alert on queue depth #1",
        f"Test the pool https://github.com/acme/checkout/issues/{there.number}",
        f"Give a retry 2 seconds {pay.key}",
        f"Rehearse a failover {world.jira.url}/browse/{pay.key}",
    )
    ticket = told(world, text)
    found = item_rows(world)
    assert [(row.issue_label, row.adopted) for row in found][0::2] == [("acme/ops#1", True), (pay.key, True)]
    assert found[0].state == OPEN
    assert (found[2].assignee, found[2].state) == (SAM, OPEN)
    assert "acme/ops#1" in ours(ticket)[0]
    # the last one names an issue that another item has: it gets its own
    assert (found[3].adopted, found[3].issue_label in (None, pay.key)) == (False, False)
    untouched = [issue for issue in world.jira.issues if issue is pay]
    assert untouched[0].remote_links == []
    world.jira.transition(pay, "In Progress")
    world.sync()
    assert states(world)[2] == "in_progress"


def test_a_url_of_the_sandbox_host_is_an_issue_of_the_tracker(world: World) -> None:
    there = world.github.open_issue("acme/checkout", "Test the pool", author="sam")
    web = world.github.url  # as of an own GitHub server: the web address is the host of the API
    told(world, actions(f"Test the pool {web}/acme/checkout/issues/{there.number}"))
    (row,) = item_rows(world)
    assert (row.adopted, row.issue_label) == (True, there.ref)
    assert filed(world) == {}


@pytest.mark.parametrize(
    "text", ["Tidy up after #999", "Tidy up as in acme/nothing#4", "Follow up on PAY-77", "Do #1 too"]
)
def test_an_item_that_names_no_issue_of_ours_is_filed(world: World, text: str) -> None:
    told(world, actions(text))  # PAY-77 and #999 are not there; #1 is the incident itself
    assert once(world, 1)
    assert not item_rows(world)[0].adopted


# --- who and until when


def test_owners_are_assigned_where_they_are_known_and_can_be(world: World) -> None:
    world.github.repo("acme/checkout").members.pop("sam")
    ticket = told(world, actions("Alert on depth @alex", "Test the pool @sam", "Rehearse @nobody-we-know", "Tidy up"))
    assert [issue.assignees for issue in made(world)] == [["alex"], [], [], []]
    assert "Owner in the ticket: @\u200bnobody-we-know." in (made(world)[2].body or "")  # and nobody is called
    for _ in range(2):  # a sync that sees nobody assigned takes nobody's name away
        assert "nobody-we-know”, not in the people map" in ours(ticket)[0]
        assert [one.owner for one in shown(world)] == ["alex", "sam", "@nobody-we-know", None]
        world.later(hours=1)
        world.sync()
    assert [row.owner_text for row in item_rows(world)] == ["@alex", "@sam", "@nobody-we-know", None]
    assert once(world, 4)


def test_somebody_whom_jira_does_not_take_is_left_out_with_a_note(world: World) -> None:
    assert world.jira is not None
    world.jira.project("PAY").assignable = set()
    told(world, actions("Retry payments @sam"))
    (issue,) = world.jira.issues
    assert issue.assignee is None
    assert "assignee" in item_rows(world)[0].notes[0]
    world.sync()
    assert shown(world)[0].owner == "sam"  # the ticket's word stands
    assert [row.kind for row in rows(world, tables.events)] == ["promised", "filed"]


def test_somebody_mentioned_on_a_jira_ticket_owns_the_item_by_name_or_id(world: World) -> None:
    text = "h2. Action items\n* Alert on depth [~accountid:712020:sam] P1\n* Rehearse [~accountid:712020:lee]\n"
    desk_closed(world, text, assignee=SAM)
    finish(world)
    assert [row.owner_text for row in item_rows(world)] == ["@Sam Example", "@712020:lee"]
    assert [row.text for row in item_rows(world)] == ["Alert on depth", "Rehearse"]


def test_due_dates_come_from_the_text_then_the_priority_then_the_severity(world: World) -> None:
    ticket = told(
        world, actions("Alert on depth due:2026-12-01 P0", "Test the pool P0", "Rehearse P1", "Tidy up", "Ask P3")
    )
    day = ticket.closed_at.date()
    assert [(row.due, row.due_rule) for row in item_rows(world)] == [
        (date(2026, 12, 1), "as written"),
        (day + timedelta(days=7), "7 days, as P0"),
        (day + timedelta(days=30), "30 days, as P1"),
        (day + timedelta(days=60), "60 days, as SEV2"),
        (day + timedelta(days=60), "60 days, as SEV2"),
    ]


def test_without_a_rule_there_is_no_due_date(world: World) -> None:
    told(world, actions("Tidy up"), labels=["incident"])
    assert item_rows(world)[0].due is None
    assert "**Due:** not recorded yet" in (made(world)[0].body or "")


def test_more_items_than_agreed_wait_for_a_person(database: Database, tmp_path: Path) -> None:
    def few(text: str) -> str:
        return text.replace("[filing]", "[filing]\nmax_items = 2")

    with story(database, tmp_path, change=few) as world:
        ticket = told(world, actions("Alert on depth", "Test the pool", "Rehearse", "Tidy up"))
        assert once(world, 2)
        assert states(world) == [OPEN, OPEN, "waiting", "waiting"]
        assert "more than 2 action items" in shown(world)[2].reason
        assert "Proposed" in ours(ticket)[0]
        with database.begin() as connection:  # a person says: file it
            assert writes.file_now(connection, items.write_key(item_rows(world)[2].key))
        world.github.edit(ticket, body=(ticket.body or "") + "\n")
        finish(world)
        assert once(world, 3)


# --- what a tracker refuses


def test_a_required_field_is_named_the_others_are_filed_and_mended_it_is_filed_once(world: World) -> None:
    assert world.jira is not None
    world.jira.project("PAY").required["customfield_10010"] = "Component"
    ticket = told(world)
    assert once(world, 2)
    reason = shown(world)[1].reason
    assert "customfield_10010: Component is required." in reason
    assert "Jira PAY" in reason
    assert "not filed yet" in ours(ticket)[0]
    assert rows(world, tables.writes, tables.writes.c.state == "failed")[0].fields == {
        "customfield_10010": "Component is required."
    }
    before = posts(world.jira, "/issue")
    finish(world, minutes=5)
    assert posts(world.jira, "/issue") == before  # it is not hammered
    world.jira.project("PAY").required.clear()
    world.later(hours=1, minutes=1)
    finish(world)
    assert once(world, 3)
    assert "not filed yet" not in ours(ticket)[0]


def test_a_refusal_that_is_mended_in_the_settings_is_filed_at_the_next_start(world: World) -> None:
    assert world.jira is not None
    world.jira.project("PAY").required["customfield_10010"] = "Component"
    told(world)
    assert once(world, 2)
    world.change = lambda text: text.replace(
        'project = "PAY"', 'project = "PAY"\nfields = { customfield_10010 = "Checkout" }'
    )
    world.jira.project("PAY").fields["customfield_10010"] = "Component"
    world.restart()
    finish(world)
    assert once(world, 3)


@pytest.mark.parametrize(("status", "body"), [
    (422, {"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "custom",
                                                       "message": "title is not nice"}]}),
    (403, {"message": "Resource not accessible by personal access token"}),
    (404, {"message": "Not Found"}),
    (410, {"message": "Issues has been disabled in this repository."}),
])  # fmt: skip
def test_a_refusal_of_github_is_told_in_its_own_words_and_the_others_are_filed(
    world: World, status: int, body: dict
) -> None:
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 4, status=status, body=body)
    closed(world)
    world.run()
    assert list(filed(world).values()) == [1]  # the one in Jira
    failed = [write for write in ledger(world).values() if write.state == "failed"]
    assert len(failed) == 2
    words = body.get("errors", [{}])[0].get("message") or body["message"]
    assert words in failed[0].reason
    assert "GitHub acme/checkout" in failed[0].reason
    world.github.clear_faults()
    world.later(hours=1, minutes=1)
    finish(world)
    assert once(world, 3)


def test_an_unknown_repository_says_so(database: Database, tmp_path: Path) -> None:
    def elsewhere(text: str) -> str:
        return text.replace('["acme/checkout", "acme/ops"]', '["acme/nowhere"]')

    with story(database, tmp_path, change=elsewhere) as world:
        told(world)
        assert once(world, 1)
        assert "acme/nowhere" in shown(world)[0].reason


def test_a_label_with_a_space_goes_to_both_trackers(database: Database, tmp_path: Path) -> None:
    def spaced(text: str) -> str:
        text = text.replace(
            'repositories = ["acme/checkout", "acme/ops"]', 'repositories = ["acme/checkout"]\nlabels = ["after word"]'
        )
        return text.replace('project = "PAY"', 'project = "PAY"\nlabels = ["after word"]')

    with story(database, tmp_path, change=spaced) as world:
        assert world.jira is not None
        told(world)
        assert once(world, 3)
        assert made(world)[0].labels == ["after word"]
        assert world.jira.issues[0].labels == ["after-word"]
