"""Crash points × {first try, retry} × {SQLite, PostgreSQL}: the process dies there, and all ends well.

On the retry it dies there once more, unless what is done behind the point is done already and not begun again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.crash import POINTS
from tests.faults import crash_edits, crash_followup
from tests.faults.crash_world import CrashWorld
from tests.faults.nursery import Nursery
from tests.faults.results import STUCK, Result
from tests.faults.template import Template

TRIES = {"first try": 1, "retry": 2}
STORES = ("sqlite", "postgresql")
#: seconds that a case may take; a dead worker's work is taken over after half a minute
PATIENCE = {"sqlite": 120.0, "postgresql": 240.0}
#: points that are only passed after something else went wrong
AFTER_A_LOST_ANSWER = ("looked again", "outcome noted")
AFTER_A_RESTORE = ("found, not stored",)
#: seconds after the end in which what has not died yet may die
LINGER = 5.0


@dataclass(frozen=True, slots=True)
class Case:
    point: str
    tries: str
    store: str

    @property
    def name(self) -> str:
        return f"{self.point}, {self.tries}"

    @property
    def kind(self) -> str:
        return f"killed at a point, {self.store}"


def cases() -> Iterator[Case]:
    for store in STORES:
        for tries in TRIES:
            for point in POINTS:
                yield Case(point, tries, store)


def run(case: Case, template: Template, nursery: Nursery, folder: Path) -> Result:
    begun = time.monotonic()
    with CrashWorld(template, nursery, folder) as world:
        if case.point in AFTER_A_LOST_ANSWER:
            world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
        if case.point in AFTER_A_RESTORE:
            _restored(world, case)
        if case.point in (*crash_followup.POINTS, *crash_edits.POINTS):
            return _followed_up(world, case, begun)
        died, why = _walk(world, [case.point] * TRIES[case.tries], begun + PATIENCE[case.store])
        verdict, said = world.verdict() if world.ticket else (STUCK, "it never listened")
        if why:
            verdict, said = STUCK, "\n    ".join([why, *world.tail()])
        elif not died:
            verdict, said = STUCK, "it did not die there"
    return Result(case.kind, case.name, verdict, said, time.monotonic() - begun)


def _followed_up(world: CrashWorld, case: Case, begun: float) -> Result:
    """The story is told, and it dies in the weeks after."""
    _died, why = _walk(world, [], begun + PATIENCE[case.store])
    world.stop()
    died, verdict, said = 0, STUCK, "\n    ".join([why, *world.tail()])
    if not why:
        armed, until = [case.point] * TRIES[case.tries], begun + PATIENCE[case.store]
        if case.point in crash_edits.POINTS:
            died, why = crash_edits.walk(world, armed, until)
            verdict, said = crash_edits.verdict(world)
        else:
            crash_followup.comes_due(world, case.point)
            died, why = crash_followup.walk(world, armed, until)
            verdict, said = crash_followup.verdict(world, case.point)
        if why:
            verdict, said = STUCK, "\n    ".join([why, *world.tail()])
        elif not died:
            verdict, said = STUCK, "it did not die there"
    return Result(case.kind, case.name, verdict, said, time.monotonic() - begun)


def _restored(world: CrashWorld, case: Case) -> None:
    """The story is told once, and the database then is that of before it."""
    _died, why = _walk(world, [], time.monotonic() + PATIENCE[case.store])
    assert not why, why
    world.stop()
    world.restored()


def _walk(world: CrashWorld, armed: Sequence[str], until: float) -> tuple[int, str]:
    """Starts, restarts whatever dies, and goes on until all is done. Gives how often it died, and why it is stuck."""
    died, ended = 0, 0.0
    world.start(armed[0] if armed else "")
    while (now := time.monotonic()) < until:
        time.sleep(0.1)
        if world.crashed:
            died, ended = died + 1, 0.0
            world.stop()
            world.start(armed[died] if died < len(armed) else "")
        elif world.port_was_taken():  # by a connection of another case, for a moment: no fault of ours
            world.stop()
            world.start(armed[died] if died < len(armed) else "")
        elif codes := world.ended_otherwise():
            return died, f"a process ended by itself with {codes}"
        elif world.ticket is None:
            if world.listens() and world.reported():
                world.incident_closes()
        elif not world.told():
            ended = 0.0
        elif not world.done:
            if world.listens():  # else nobody hears of it before the next sync, ten minutes later
                world.one_is_done()
        elif world.shown_as_done():
            ended = ended or now
            if died >= len(armed) or now - ended > LINGER:
                return died, ""
    return died, "not at its end in time"
