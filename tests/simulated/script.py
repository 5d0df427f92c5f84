"""What happens in the simulated world, made from a seed: incidents, and the life of each action item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

#: after 2026-W02 began in every zone, and before it ended
BEGAN = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
OWNERS = {"github": ("alex", "sam", "kim", None), "jira": ("sam", "sam", None)}
DAYS = (7, 30, 60, 90, None)


@dataclass(frozen=True, slots=True)
class Promise:
    """An action item. `due` and `owner` as they are to begin with."""

    text: str
    incident: int
    tracker: str
    severity: str | None
    at: datetime
    due: date | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind`: done, wont_do, start, reopen, due, owner, move, gone; `value`: the new due date or owner."""

    at: datetime
    text: str
    kind: str
    value: date | str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """`ticks`: when a clock of the service looks."""

    began: datetime
    promises: tuple[Promise, ...]
    happenings: tuple[Happening, ...]
    ticks: tuple[datetime, ...]


def write(seed: int, *, weeks: int, incidents: int, began: datetime = BEGAN) -> Script:
    random = Random(seed)
    ends = began + timedelta(weeks=weeks)
    promises: list[Promise] = []
    for number in range(1, incidents + 1):
        closed = began + (ends - began) * random.random() * 0.97 + timedelta(seconds=1)
        closed = closed.replace(second=0, microsecond=0) + timedelta(minutes=1)
        severity = random.choice(("SEV1", "SEV2", "SEV3", None))
        for index in range(1, random.randint(1, 6)):
            tracker = random.choice(("github", "github", "jira"))
            days = random.choice(DAYS)
            due = closed.date() + timedelta(days=days) if days else None
            owner = random.choice(OWNERS[tracker])
            promises.append(Promise(f"Item {index} of {number}", number, tracker, severity, closed, due, owner))
    happenings = [one for promise in promises for one in _life(random, promise, ends)]
    return Script(
        began,
        tuple(sorted(promises, key=lambda one: (one.at, one.text))),
        tuple(sorted(happenings, key=lambda one: (one.at, one.text))),
        tuple(_ticks(random, began, weeks)),
    )


def _life(random: Random, item: Promise, ends: datetime) -> Iterator[Happening]:
    at, over, due = item.at, False, item.due
    while True:
        gap = timedelta(minutes=random.choice((90, 1_500, 9_000, 30_000, 50_000)) + random.randrange(600))
        at += gap
        if at >= ends or (over and random.random() < 0.7):
            return
        if over:
            over = False
            yield Happening(at, item.text, "reopen")
            continue
        chance = random.random()
        if chance < 0.40:
            over = True
            if due and random.random() < 0.5:  # on its last day, in one zone or another
                near = datetime.combine(due, time(), tzinfo=UTC) + timedelta(minutes=random.randrange(-720, 2_160))
                at = near if at < near < ends else at
            yield Happening(at, item.text, "done" if chance < 0.33 else "wont_do")
        elif chance < 0.60:
            yield Happening(at, item.text, "start")
        elif chance < 0.75:
            due = at.date() + timedelta(days=random.randint(-3, 60))
            yield Happening(at, item.text, "due", due)
        elif chance < 0.90:
            yield Happening(at, item.text, "owner", random.choice(OWNERS[item.tracker]))
        elif chance < 0.96:
            yield Happening(at, item.text, "move")
        else:
            yield Happening(at, item.text, "gone")
            return


def _ticks(random: Random, began: datetime, weeks: int) -> Iterator[datetime]:
    """Once a day, and from Sunday night to Tuesday morning often; twice the service is down for weeks."""
    down = {weeks // 3, weeks // 3 + 1, 2 * weeks // 3}
    monday = began - timedelta(days=began.weekday(), hours=began.hour)
    for week in range(weeks + 1):
        if week in down:
            continue
        hours = {*range(6, 24 * 7, 24), *range(0, 24, 3), 12, 13, *range(-9, 0, 3)}
        for hour in sorted(hours):
            at = monday + timedelta(weeks=week, hours=hour, minutes=random.choice((3, 11, 27, 58)), seconds=30)
            if at > began:
                yield at
