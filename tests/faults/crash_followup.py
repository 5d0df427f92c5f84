"""The weeks after: the story is told, its items come due, and the process dies while it reminds and sends digests."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from service.store import tables
from tests.faults.crash_world import CrashWorld
from tests.faults.results import DOUBLED, LOST, WAITS, WELL

#: points that are only passed then
POINTS = ("nudges decided", "before nudge", "nudge answered, not stored", "digests made")
#: items that are open and late by then; one of them is of the person who gets digests
LATE = 2
MORE = """
[nudges]
hours = "00:00-24:00"
working_days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
untouched = 0
digest = "{digest}"
"""
#: digests go out beside the reminders: a death of one would hit the other in its sending, so each is looked at alone
DIGESTS = "digests made"
MARK = r"afterword:nudge key=([0-9a-f]+)"


def comes_due(world: CrashWorld, point: str) -> None:
    """Our processes are stopped: weeks went by, and nobody was reminded so far."""
    due = datetime.now(UTC).date() - timedelta(days=5)
    for issue in world.github.issues:
        issue.body = re.sub(r"\*\*Due:\*\* \S+", f"**Due:** {due}", issue.body or "")
    for ticket in world.jira.issues:
        if ticket.key.startswith("PAY"):
            ticket.duedate = due.isoformat()
    with world.database.begin() as connection:
        connection.execute(sa.update(tables.items).values(due=due, tracker_due=due))
        connection.execute(sa.delete(tables.work).where(tables.work.c.task.in_(("nudge", "digest"))))
    text = world.settings.read_text().replace('github = "alex"\n', 'github = "alex"\nnotify_env = "REPORT_URLS"\n')
    world.settings.write_text(text + MORE.format(digest="MON 00:00" if point == DIGESTS else ""))
    world.receiver.got.clear()


def walk(world: CrashWorld, armed: Sequence[str], until: float) -> tuple[int, str]:
    """Starts, restarts whatever dies, until all are reminded. Gives how often it died, and why it is stuck."""
    died = 0
    world.start(armed[0])
    while time.monotonic() < until:
        time.sleep(0.1)
        if world.crashed:
            died += 1
            world.stop()
            world.start(armed[died] if died < len(armed) else "")
        elif codes := world.ended_otherwise():
            return died, f"a process ended by itself with {codes}"
        elif _settled(world, armed[0]) and died >= len(armed):
            return died, ""
    return died, "not at its end in time"


def _settled(world: CrashWorld, point: str) -> bool:
    """Reminders, and digests where there are any, were asked for, and nothing of them is open."""
    wanted = {"nudge", "digest"} if point == DIGESTS else {"nudge"}
    with world.database.read() as connection:
        asked = connection.execute(
            sa.select(tables.work.c.task, tables.work.c.done, tables.work.c.wanted).where(
                tables.work.c.task.in_(("nudge", "digest"))
            )
        ).all()
    return {row.task for row in asked} == wanted and all(row.done >= row.wanted for row in asked)


def verdict(world: CrashWorld, point: str) -> tuple[str, str]:
    """Counted in the trackers' own stores, and at the receiver."""
    texts = [comment.body for issue in world.github.issues for comment in issue.comments]
    texts += [comment.body.wiki for issue in world.jira.issues for comment in issue.comments]
    nudges = Counter(mark for text in texts for mark in re.findall(MARK, text))
    digests = sum(count for said, count in world.receiver.got.items() if "action item" in said)
    said = f"{sorted(nudges.values())} comments, {digests} digests"
    if any(count > 1 for count in nudges.values()) or len(nudges) > LATE or digests > 1:
        return DOUBLED, said
    if len(nudges) == LATE and digests == (point == DIGESTS):
        return WELL, ""
    with world.database.read() as connection:
        waiting = connection.execute(sa.select(tables.writes.c.key).where(tables.writes.c.state == "waiting")).all()
    return (WAITS if waiting else LOST), said
