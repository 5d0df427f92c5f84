"""Text never flows to a wider audience than it came from, unless the route says so; a place that opens pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.base import Visibility
from service import places
from service.drafting import draft_of
from service.followup.report import compute
from service.followup.withheld import narrowed
from service.postmortem.audience import NOT_SHOWN, bare, in_ticket, may_flow
from service.store import items, migrate
from service.store.database import Database
from tests.hands import finish, item_rows, made, ours, story, told
from tests.report_facts import facts, item
from tests.world import World

PUBLIC, INTERNAL, PRIVATE, RESTRICTED = Visibility

PHRASE = "the winter migration of Contoso"
TICKET = f"It was slow because of {PHRASE}.\n\n## Action items\n- [ ] Undo {PHRASE} @alex P1\n  - Why: {PHRASE}\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(made)
    yield made
    made.close()


def filed(world: World) -> str:
    """Everything that was written into acme/checkout."""
    issues = [issue for issue in world.github.issues if issue.repo.full_name == "acme/checkout"]
    assert len(issues) == 1
    return f"{issues[0].title}\n{issues[0].body}".replace("\u200b", "")  # what keeps references quiet


def private(world: World, *names: str) -> None:
    for name in names:
        world.github.repo(name).private = True


def test_a_public_repository_gets_no_word_of_a_private_ticket(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops")
        ticket = told(world, TICKET)
        assert PHRASE not in filed(world)
        assert filed(world).startswith(f"Action item 1 of acme/ops#{ticket.number}")
        assert "/postmortems/1#item-1" in filed(world)
        assert PHRASE in ours(ticket)[0]  # the ticket itself is no wider than the ticket


def test_a_private_repository_gets_the_words_of_a_private_ticket(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops", "acme/checkout")
        told(world, TICKET)
        assert PHRASE in filed(world)


def test_a_public_ticket_is_filed_with_its_words(database, tmp_path):
    with story(database, tmp_path) as world:
        told(world, TICKET)
        assert PHRASE in filed(world)


def test_a_route_may_say_that_its_words_are_published(database, tmp_path):
    def published(text: str) -> str:
        route = '[[routes]]\nwhen = { text = ["undo"] }\ntracker = "code"\npublish = true\n'
        return text.replace("[[routes]]", f"{route}[[routes]]", 1)

    with story(database, tmp_path, change=published) as world:
        private(world, "acme/ops")
        told(world, TICKET)
        assert PHRASE in filed(world)


# --- the rule


@pytest.mark.parametrize(
    ("source", "audience", "flows"),
    [
        (PUBLIC, PUBLIC, True), (PUBLIC, INTERNAL, True), (PUBLIC, PRIVATE, True), (PUBLIC, RESTRICTED, True),
        (INTERNAL, PUBLIC, False), (INTERNAL, INTERNAL, True), (INTERNAL, PRIVATE, True), (INTERNAL, RESTRICTED, True),
        (PRIVATE, PUBLIC, False), (PRIVATE, INTERNAL, True), (PRIVATE, PRIVATE, True), (PRIVATE, RESTRICTED, True),
        (RESTRICTED, PUBLIC, False), (RESTRICTED, INTERNAL, False), (RESTRICTED, PRIVATE, False),
    ],
)  # fmt: skip
def test_who_may_read_what(source: Visibility, audience: Visibility, flows: bool) -> None:
    assert may_flow(source, audience) is flows
    assert may_flow(source, audience, publish=True)


def test_what_a_private_issue_says_is_not_shown_on_a_public_ticket() -> None:
    there = item(
        1, word="Shelved", reason="Contoso said no.", notes=("assignees: x",), owner="@kim", owner_id="kim",
        visibility=PUBLIC, issue_visibility=PRIVATE,
    )  # fmt: skip
    shown = in_ticket(there)
    assert (shown.word, shown.reason, shown.notes, shown.owner, shown.owner_id) == ("", "", (), NOT_SHOWN, None)
    assert in_ticket(replace(there, owner_said="@alex")).owner == "@alex"
    assert in_ticket(replace(there, issue_visibility=None)) == replace(shown, issue_visibility=None)  # never seen
    for readers in ({"issue_visibility": PUBLIC}, {"visibility": INTERNAL}, {"visibility": RESTRICTED}):
        same = replace(there, **readers)
        assert in_ticket(same) == same


# --- issues


def test_a_restricted_ticket_is_filed_without_a_word_even_where_few_can_read(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops", "acme/checkout")
        told(world, TICKET, labels=["incident", "restricted"])
        assert PHRASE not in filed(world)
        assert filed(world).startswith("Action item 1 of acme/ops#1")


def test_a_withheld_draft_has_no_word_in_any_of_its_parts(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops")
        told(world, TICKET, title=f"About {PHRASE}", labels=["incident", PHRASE])
        with database.read() as connection:
            found = items.get(connection, 1)
        draft = draft_of(world.parts, found, world.parts.trackers["code"])
        assert PHRASE not in str(draft)
        assert draft.document_title == "acme/ops#1"
        assert draft.incident.native == bare(draft.incident).native != {}


def test_the_fields_of_the_route_go_with_the_issue(database, tmp_path):
    def more(text: str) -> str:
        route = '[[routes]]\nwhen = { text = ["ledger"] }\ntracker = "work"\nfields = { components = "Ledger" }\n'
        return text.replace("[[routes]]", f"{route}[[routes]]", 1)

    with story(database, tmp_path, change=more, fitting=False) as world:
        told(world, "## Action items\n- [ ] Check the ledger\n- [ ] Try a payment\n")
        with database.read() as connection:
            drafts = [draft_of(world.parts, items.get(connection, n), world.parts.trackers["work"]) for n in (1, 2)]
        assert [dict(draft.fields) for draft in drafts] == [{"components": "Ledger"}, {}]


# --- a place that opens


def opened(world: World) -> list[tuple[str, str]]:
    with world.database.read() as connection:
        return [(tracker, place) for tracker, place, _ in places.opened(connection)]


def opens(world: World, name: str) -> None:
    """Somebody makes it public, and an hour goes by."""
    world.github.repo(name).private = False
    world.restart()  # forgets what was asked within the hour


def test_a_private_repository_that_becomes_public_takes_nothing_more(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/checkout")
        told(world, TICKET)
        before = len(made(world))
        assert opened(world) == []
        opens(world, "acme/checkout")
        told(world, "## Action items\n- [ ] Look again\n")
        assert len(made(world)) == before
        assert opened(world) == [("code", "acme/checkout")]
        assert item_rows(world)[-1].issue_id is None
        with database.begin() as connection:
            assert places.accept(connection) == 1
        world.later(hours=2)
        finish(world)
        assert len(made(world)) == before + 1
        assert opened(world) == []


def test_a_sync_notices_it_too_and_one_that_closes_again_asks_for_nothing(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/checkout")
        told(world, TICKET)
        opens(world, "acme/checkout")
        world.sync()
        assert opened(world) == [("code", "acme/checkout")]
        private(world, "acme/checkout")
        world.restart()
        world.sync()
        assert opened(world) == []


def test_a_place_that_was_public_from_the_first_look_is_no_surprise(database, tmp_path):
    with story(database, tmp_path) as world:
        told(world, TICKET)
        world.sync()
        assert opened(world) == []


def test_a_route_that_publishes_goes_on(database, tmp_path):
    def published(text: str) -> str:
        route = '[[routes]]\nwhen = { text = ["undo"] }\ntracker = "code"\npublish = true\n'
        return text.replace("[[routes]]", f"{route}[[routes]]", 1)

    with story(database, tmp_path, change=published) as world:
        private(world, "acme/checkout")
        told(world, TICKET)
        opens(world, "acme/checkout")
        told(world, "## Action items\n- [ ] Undo more\n")
        assert len(made(world)) == 2


# --- reports


def test_a_report_keeps_its_figures_where_words_are_withheld() -> None:
    mine = [
        item(
            1, text=f"Undo {PHRASE}", incident_title=PHRASE, reason=PHRASE, word=PHRASE, owner="@kim",
            visibility=RESTRICTED,
        ),
        item(2, text="Look", visibility=PUBLIC, issue_visibility=PUBLIC, owner=None),
        item(3, text="Private words", visibility=PRIVATE, owner="@kim"),
    ]  # fmt: skip
    stored = compute(facts(*mine))
    assert PHRASE not in str(stored)
    assert [row.text for row in stored.rows] == ["Look", "Action item 1 of acme/ops#42", "Private words"]
    assert (stored.open, stored.unowned) == (3, 1)
    assert {(row.name, row.open) for row in stored.owners} == {("@kim", 1), (NOT_SHOWN, 1), (None, 1)}
    public = narrowed(stored, PUBLIC)
    assert "Private words" not in str(public)
    assert "@kim" not in str(public)
    assert {(row.name, row.open) for row in public.owners} == {(NOT_SHOWN, 2), (None, 1)}
    assert (public.open, public.unowned, public.decide) == (stored.open, stored.unowned, stored.decide)
    assert narrowed(stored, INTERNAL) is stored


def test_a_waiting_item_that_is_withheld_says_who_decides_and_where() -> None:
    stored = compute(facts(item(1, state="waiting", reason=PHRASE, issue_label=None, visibility=RESTRICTED)))
    assert stored.rows[0].reason == "A person decides, on its page."
