"""The story is told, a person changes an action item in the ticket, and the process dies on the way to its issue."""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa

from service.store import tables
from tests.faults.crash_world import TICKET, CrashWorld
from tests.faults.results import LOST, WELL

#: points that are only passed then
POINTS = ("issue read, not edited", "before issue edit", "issue edit answered, not stored")
WAS, NOW = "Test pooled connections with a write", "Test pooled connections with a small write"


def walk(world: CrashWorld, armed: Sequence[str], until: float) -> tuple[int, str]:
    """Starts, changes the ticket, restarts whatever dies, until the issue says it. Gives how often it died, and why it
    is stuck."""
    died, edited = 0, False
    world.start(armed[0])
    while time.monotonic() < until:
        time.sleep(0.1)
        if world.crashed:
            died += 1
            world.stop()
            world.start(armed[died] if died < len(armed) else "")
        elif world.port_was_taken():
            world.stop()
            world.start(armed[died] if died < len(armed) else "")
        elif codes := world.ended_otherwise():
            return died, f"a process ended by itself with {codes}"
        elif not edited:
            if world.listens():
                assert world.ticket is not None
                world.github.edit(world.ticket, body=TICKET.replace(WAS, NOW))
                edited = True
        elif _settled(world):
            return died, ""
    return died, "not at its end in time"


def _settled(world: CrashWorld) -> bool:
    """Its row of the ledger is done, and so is the story."""
    with world.database.read() as connection:
        edits = connection.execute(
            sa.select(tables.writes.c.state).where(tables.writes.c.key.startswith("edit:"))
        ).all()
        stories = connection.execute(
            sa.select(tables.work.c.done, tables.work.c.wanted).where(tables.work.c.task == "incident")
        ).all()
    return bool(edits) and all(row.state == "done" for row in edits) and all(row.done >= row.wanted for row in stories)


def verdict(world: CrashWorld) -> tuple[str, str]:
    """Counted in the tracker's own store: the issue says it, and all else is as in any other story."""
    said, why = world.verdict()
    titles = sorted(issue.title for issue in world.github.issues)
    if said == WELL and (titles.count(NOW), titles.count(WAS)) != (1, 0):
        return LOST, f"the issues are {titles}"
    return said, why
