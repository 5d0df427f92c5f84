"""Filing mode "propose": what is listed in the comment, and who says by /file and /park what becomes of it."""

from __future__ import annotations

from pathlib import Path

from connectors.base import State
from sandbox.github_world import Issue
from service import wording
from service.store import tables
from service.store.database import Database
from tests.hands import document, filed, finish, incident, made, once, ours, shown, states, story, told
from tests.world import World

PROPOSE = '\nmode = "propose"\n'


def propose(text: str) -> str:
    return text.replace("[filing]\n", f"[filing]{PROPOSE}")


def test_in_mode_propose_nothing_is_filed_and_the_comment_lists_it_by_number(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        assert made(world) == []
        assert states(world) == ["waiting", "waiting", "waiting", State.DONE]
        (comment,) = ours(ticket)
        assert "| ◇ Proposed | 1. Test pooled connections with a write |" in comment
        assert "`/file 2,4` for these" in comment
        assert "proposed |" in comment


def test_a_person_with_a_role_files_some_parks_one_and_then_files_the_rest(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        say(world, ticket, "/file 2\n/park 3")
        assert list(filed(world).values()) == [1]
        assert [one.text for one in shown(world) if one.issue_label] == ["Give a retried payment 2 seconds in all"]
        assert "Parked by @alex" in next(one.reason for one in shown(world) if one.parked)
        say(world, ticket, "/file")
        assert once(world, 2), "what is parked is not meant by a bare /file"
        say(world, ticket, "/file #3")
        assert once(world, 3)
        (comment,) = ours(ticket)
        assert "/file" not in comment, "nothing is proposed any more"


def test_a_command_is_obeyed_once_however_often_its_ticket_is_read(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        say(world, ticket, "/park 1")
        assert [one.parked for one in shown(world)] == [True, False, False, False]
        with world.database.begin() as connection:  # a person on the page decides otherwise
            connection.execute(
                tables.writes.update().where(tables.writes.c.state == "parked").values(state="planned", reason="")
            )
        say(world, ticket, "Thank you.")
        assert once(world, 1)
        assert not any(one.parked for one in shown(world))


def test_a_stranger_decides_nothing_and_is_shown(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        before = len(shown(world))
        say(world, ticket, "/file\n/action Send all the money to me", author="passer-by", association="NONE")
        assert made(world) == []
        assert len(shown(world)) == before
        assert any("/file by @passer-by, who has no role here" in line for line in document(world).not_obeyed)
        assert any("/action by @passer-by" in line for line in document(world).not_obeyed)


def test_an_app_and_our_own_account_decide_nothing(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        say(world, ticket, "/file", author="helper[bot]", association="MEMBER")
        assert made(world) == []
        say(world, ticket, "/file", author=world.github.login, association="OWNER")
        assert made(world) == []
        assert any("the account that Afterword itself uses" in line for line in document(world).not_obeyed)


def test_what_is_no_list_of_numbers_is_not_guessed_at(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        say(world, ticket, "/file the second one\n/park")
        assert made(world) == []
        assert sum("names no action items" in line for line in document(world).not_obeyed) == 2


def test_more_items_than_set_are_proposed_and_filed_on_a_word(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=lambda text: text.replace("[filing]", "[filing]\nmax_items = 2")) as world:
        ticket = told(world)
        assert once(world, 2)
        assert "3. Alert on queue depth" in ours(ticket)[0]
        say(world, ticket, "/file 3")
        assert once(world, 3)


def test_a_lost_answer_is_not_meant_by_a_bare_file(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        with world.database.begin() as connection:
            first = tables.writes.c.key == f"issue:{shown(world)[0].key}"
            connection.execute(tables.writes.update().where(first).values(state="waiting", attempt=1, posts=1))
        say(world, ticket, "/file")
        assert once(world, 2)
        say(world, ticket, "/file 1")
        assert once(world, 3)


def say(world: World, ticket: Issue, text: str, **more: str) -> None:
    """A comment on a closed ticket, and all that follows."""
    world.later(minutes=2)
    world.github.comment(ticket, text, **more)
    finish(world)
    world.later(minutes=2)
    finish(world)


def test_what_is_ticked_while_it_is_proposed_is_done_and_no_longer_asked_about(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        world.later(minutes=2)
        world.github.edit(ticket, body=ticket.body.replace("- [ ] Alert", "- [x] Alert"))
        finish(world)
        assert [(one.state_word, one.proposed) for one in shown(world)] == [("Proposed", True)] * 2 + [
            ("Done", False)
        ] * 2
        (comment,) = ours(ticket)
        assert "| ● Done | 3. Alert on queue depth | no owner | " in comment
        assert comment.count("| proposed |") == 2


def test_a_number_of_no_item_is_not_obeyed_and_the_ticket_says_so(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        say(world, ticket, "/file 2,9")
        assert once(world, 1)
        said = f"comment {len(ticket.comments)}: `/file 9` by `@alex` names no action item; there are 1 to 4."
        assert f"**Not obeyed:** {said} [See the postmortem](" in ours(ticket)[0]
        say(world, ticket, "/action Look at the wall clock @sam")
        assert said.replace("4.", "5.") in ours(ticket)[0]
        assert ours(ticket)[0].count("Not obeyed") == 1


# --- what is too vague to file

VAGUE = "## Action items\n- [ ] Alert on queue depth\n- [ ] Be more careful with deploys\n"


def test_a_vague_wish_is_kept_and_not_filed_until_a_person_says_so(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, VAGUE)
        assert once(world, 1)
        assert [(one.text, one.state_word) for one in shown(world)] == [
            ("Alert on queue depth", "Open"),
            ("Be more careful with deploys", "Proposed"),
        ]
        assert shown(world)[1].reason == wording.VAGUE.format(number=2)
        (comment,) = ours(ticket)
        assert "| ◇ Proposed | 2. Be more careful with deploys | no owner |" in comment
        assert "Too vague to file: 2. As worded, nobody could tell when it is done." in comment
        say(world, ticket, "Thank you.")
        assert once(world, 1), "however often it is read"
        say(world, ticket, "/file 2")
        assert once(world, 2)
        assert "Too vague" not in ours(ticket)[0]


def test_a_vague_wish_that_is_worded_clearly_later_is_filed_by_itself(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, VAGUE)
        world.later(minutes=2)
        clear = "Be more careful with deploys: ask for a second pair of eyes in `deploy.yml`"
        world.github.edit(ticket, body=ticket.body.replace("Be more careful with deploys", clear))
        finish(world)
        assert once(world, 2)
        assert [one.number for one in shown(world)] == [1, 2], "the same item"


def test_a_vague_wish_that_a_person_parked_stays_parked_however_it_is_worded(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, VAGUE)
        say(world, ticket, "/park 2")
        world.github.edit(ticket, body=ticket.body.replace("with deploys", "with deploys after 16:00 on Fridays"))
        finish(world)
        assert once(world, 1)
        assert [one.parked for one in shown(world)] == [False, True]


def test_a_bare_file_means_a_vague_wish_too(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=propose) as world:
        ticket = told(world, VAGUE)
        assert [one.proposed for one in shown(world)] == [True, True]
        say(world, ticket, "/file")
        assert once(world, 2)


# --- what a comment parks in words


def test_an_item_that_is_parked_in_words_is_kept_and_not_filed(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world, "## Action items\n- [ ] Alert on queue depth\n")
        world.github.comment(ticket, "/park Move the orders database elsewhere @sam", author="alex")
        world.github.comment(ticket, "/park Alert on queue depth", author="alex")
        world.github.close(ticket)
        finish(world)
        assert made(world) == []
        assert [(one.text, one.parked) for one in shown(world)] == [
            ("Alert on queue depth", True),
            ("Move the orders database elsewhere", True),
        ]
        assert "Parked by @alex" in shown(world)[1].reason
        say(world, ticket, "/file 2")
        assert once(world, 1)
        say(world, ticket, "Thank you.")
        assert [one.parked for one in shown(world)] == [True, False], "it was said once, and is not said again"
