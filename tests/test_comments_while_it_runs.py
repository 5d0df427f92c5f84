"""Commands in comments through the whole story: they count as they stand when it ends, and afterwards, each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.postmortem.model import Section
from service.store.database import Database
from tests.hands import document, finish, incident, item_rows, made, once, ours, shown, story

NOTHING = "The storage of db-a stopped answering.\n"


def test_commands_count_as_they_stand_at_the_end(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world, NOTHING)
        first = world.github.comment(ticket, "/action Alert on queue depth @alex\n/impact Much", author="alex")
        gone = world.github.comment(ticket, "/action Move the orders elsewhere", author="alex")
        world.github.comment(ticket, "/ACTION: Write a runbook for failover\n/timeline 14:05 It began", author="alex")
        world.github.edit_comment(
            ticket, first, "/action Alert on queue depth above 100 @sam\n/impact Half of the orders"
        )
        world.github.delete_comment(ticket, gone)
        finish(world)
        assert shown(world) == [], "it is not over"
        world.github.close(ticket)
        finish(world)
        assert once(world, 2)
        assert [one.text for one in shown(world)] == ["Alert on queue depth above 100", "Write a runbook for failover"]
        assert document(world).text(Section.IMPACT) == "Half of the orders"
        assert "It began" in [line.text for line in document(world).timeline]
        (comment,) = ours(ticket)
        assert (
            "**Taken from the comments:** impact (comment 1), a line of the timeline (comment 2) and action items "
            "(comments 1 and 2)." in comment
        )


def test_a_command_that_is_taken_back_after_the_end_is_no_longer_in_the_text_and_never_closed_or_filed_again(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world, NOTHING)
        first = world.github.comment(ticket, "/action Alert on queue depth", author="alex")
        second = world.github.comment(ticket, "/action Write a runbook for failover", author="alex")
        world.github.close(ticket)
        finish(world)
        assert once(world, 2)
        world.later(minutes=2)
        world.github.edit_comment(ticket, first, "Never mind.")
        world.github.delete_comment(ticket, second)
        finish(world)
        assert [row.in_text for row in item_rows(world)] == [False, False]
        assert [one.state for one in shown(world)] == ["open", "open"]
        assert all(issue.state == "open" for issue in made(world))
        assert ours(ticket)[0].count("(no longer in the ticket)") == 2
        assert "Taken from the comments" not in ours(ticket)[0]
        world.later(minutes=2)
        world.github.comment(ticket, "/action Write a runbook for failover", author="alex")
        world.github.edit_comment(ticket, first, "/action Alert on the queue depth")
        finish(world)
        assert once(world, 2), "they are the same items"
        assert [row.in_text for row in item_rows(world)] == [True, True]


def test_a_command_whose_words_change_much_waits_or_is_another_item_and_files_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world, NOTHING)
        said = world.github.comment(ticket, "/action Alert on the depth of the payments queue", author="alex")
        world.github.close(ticket)
        finish(world)
        world.later(minutes=2)
        world.github.edit_comment(ticket, said, "/action Page somebody when the depth of a queue grows for long")
        finish(world)
        assert once(world, 1), "it may be the same one"
        assert [one.state_word for one in shown(world)] == ["Open", "Waiting for a person"]
        assert [row.in_text for row in item_rows(world)] == [True, True], "what one waits for is not called gone"
        world.later(minutes=2)
        world.github.comment(ticket, "Thank you.", author="sam")
        finish(world)
        assert [row.in_text for row in item_rows(world)] == [True, True], "nor later"
        assert once(world, 1)
        world.github.comment(ticket, "/file 2", author="alex")
        finish(world)
        assert once(world, 2)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_command_in_jira_is_heard_as_well(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        assert world.jira is not None
        ticket = world.jira.create_issue("OPS", "Payouts late", NOTHING, type="Incident")
        world.jira.comment(ticket, "* /action Give a retried payment 2 seconds in all\n* /severity 2")
        world.jira.transition(ticket, "Done")
        finish(world)
        assert [one.text for one in shown(world)] == ["Give a retried payment 2 seconds in all"]
        assert document(world).severity == "SEV2"
