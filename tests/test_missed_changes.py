"""A reopening, an edit and another closing that no webhook told of are found by asking, once."""

from __future__ import annotations

from service.store import tables
from tests.hands import TICKET, desk_closed, finish, once, rows, stored, told
from tests.test_reconcile import deaf, hears, on_sqlite, poll, world
from tests.world import World

__all__ = ["world"]


def reasons(world: World) -> list[str]:
    return [row.reason for row in stored(world) if row.via == "poll"]


def test_a_reopening_that_was_missed_stops_the_filing_and_the_next_closing_goes_on(world: World) -> None:
    hears(world)
    ticket = told(world)
    deaf(world)
    for round_ in range(2):
        world.later(hours=1)
        world.github.reopen(ticket)
        for _ in range(3):
            poll(world)
        assert rows(world, tables.incidents)[0].closed_at is None
        world.later(hours=1)
        world.github.close(ticket)
        for _ in range(3):
            poll(world)
        assert rows(world, tables.incidents)[0].closings == 2 + round_
        assert rows(world, tables.incidents)[0].closed_at is not None
    again, closing = ("acme/ops#1 was opened again,", "acme/ops#1 was closed,")
    assert [said.removesuffix(" and no webhook had told of it.") for said in reasons(world)] == [again, closing] * 2
    assert once(world, 3)


@on_sqlite
def test_an_edit_that_was_missed_is_read_once_and_our_own_comment_is_none(world: World) -> None:
    hears(world)
    ticket = told(world)
    poll(world)
    assert reasons(world) == []
    deaf(world)
    world.later(hours=1)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover\n")
    for _ in range(4):
        poll(world)
    assert reasons(world) == ["acme/ops#1 was edited, and no webhook had told of it."]
    assert once(world, 4)


@on_sqlite
def test_a_reopening_and_an_edit_that_were_missed_on_jira_are_found(world: World) -> None:
    assert world.jira is not None
    hears(world)
    ticket = desk_closed(world, "Payouts wait.\n\nh2. Action items\n* Alert on late payouts\n")
    finish(world)
    poll(world)
    assert reasons(world) == []
    deaf(world)
    world.later(hours=1)
    world.jira.change(ticket, description="Payouts wait.\n\nh2. Action items\n* Alert on late payouts\n* Rehearse it\n")
    for _ in range(3):
        poll(world)
    assert once(world, 2)
    world.jira.transition(ticket, "In Progress")
    for _ in range(3):
        poll(world)
    assert rows(world, tables.incidents)[0].closed_at is None
    assert [said.split(", ")[0] for said in reasons(world)] == ["OPS-1 was edited", "OPS-1 was opened again"]


@on_sqlite
def test_a_second_closing_as_not_planned_that_was_missed_is_read_once(world: World) -> None:
    hears(world)
    ticket = told(world)
    deaf(world)
    world.later(hours=1)
    world.github.reopen(ticket)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover\n")
    world.later(hours=1)
    world.github.close(ticket, "not_planned")
    for _ in range(3):
        poll(world)
    assert reasons(world) == ["acme/ops#1 was edited, and no webhook had told of it."]
    assert ticket.closed_at is not None
    assert rows(world, tables.incidents)[0].closed_at == ticket.closed_at.replace(microsecond=0)
