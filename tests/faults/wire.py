"""Every outgoing call × every fault: a story told through proxies, judged by what the trackers hold at its end."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import structlog

from sandbox.proxy_faults import FAULTS, REFUSE, REFUSED
from service.store import migrate
from service.store.database import Database
from tests.faults.results import DOUBLED, LOST, STUCK, WAITS, WELL, Result
from tests.faults.wire_cases import ASK, CALLS, EDIT, LASTS, NAMED, WireCall, WireCase, cases, plain
from tests.faults.wire_world import TO_FILE, FaultyWorld, faulty

#: a read is tried three times by its client; a fault that the product is to see is shown as often
TRIES = 3
_TRIED_AGAIN = ("reset", "close", "hang")
_SEEN = {"github": {"⊘": 2, "●": 2}, "jira": {"⊘": 1, "●": 1}}
#: filed and linked again only if the settings or a person say so
_REFUSALS = (
    *(name for name, fault in FAULTS.items() if fault.concludes == REFUSED and name != "401"),
    "primary limit",  # GitHub's own words and headers, which say nothing to who knows Jira
    "secondary limit",
)


def run(case: WireCase, folder: Path) -> Result:
    """One case, in a folder of its own."""
    begun = time.monotonic()
    shutil.copyfile(_migrated(), folder / "afterword.db")
    database = Database(f"sqlite:///{folder}/afterword.db")
    try:
        more = 'on_unknown = "ask"' if case.kind == ASK else ""
        with faulty(case.call.where, database, folder, more) as world:
            verdict, why = _tell(case, world)
    finally:
        database.close()
    return Result(f"on the wire: {case.kind}", case.name, verdict, why, time.monotonic() - begun)


def _tell(case: WireCase, world: FaultyWorld) -> tuple[str, str]:
    door = world.doors[case.call.door]
    if case.kind != EDIT:
        _set_up(case, world)
    world.closes()
    if case.lag:
        lag = timedelta(minutes=case.lag)
        world.world.github.list_lag = world.world.github.sub_issue_lag = lag
        assert world.world.jira is not None
        world.world.jira.index_lag = lag
    if case.kind == LASTS:
        return _lasting(case, world)
    world.go_on()
    if case.kind == ASK:
        return _asked(case, world)
    if case.kind == EDIT:
        _set_up(case, world)
        world.a_person_edits()
        world.go_on()
        if untold := world.not_told_of_the_edit():
            return STUCK, f"changed in the ticket, and not here: {untold}"
    verdict, why = _worked_on(world, case)
    if not door.hits:
        return STUCK, "the fault was never met"
    if verdict == WAITS:
        return STUCK, f"it waits although the fault is over: {why}"
    return verdict, why


def _set_up(case: WireCase, world: FaultyWorld) -> None:
    door, fault = world.doors[case.call.door], FAULTS[case.fault]
    door.pace = 0.05
    times = 1
    if case.kind == LASTS:
        times = 1_000_000
        world.outage = timedelta(hours=25)
    elif case.call.method == "GET" and (fault.way in _TRIED_AGAIN or fault.status >= 500):
        times = TRIES
    if case.lost is not None:
        world.doors[case.lost.door].plan("reset after", case.lost.method, case.lost.pattern)
        # the look before the first goes by the same path: it is the next one that is meant
        _after_the_loss(case, world, times)
    elif fault.way == REFUSE:
        door.plan("refuse", after=_before(case.call))
    else:
        door.plan(case.fault, case.call.method, case.call.pattern, times)


def _after_the_loss(case: WireCase, world: FaultyWorld, times: int) -> None:
    assert case.lost is not None
    door = world.doors[case.call.door]  # both go to the same tool

    def planned(hit: object) -> None:
        door.tell = None
        door.plan(case.fault, case.call.method, case.call.pattern, times)

    door.tell = planned


@cache
def _before(call: WireCall) -> int:
    """How many calls the same tool answers in the same story before this one."""
    for number, (method, path) in enumerate(reference(call.where)[call.door]):
        if (method, plain(path)) == (call.method, call.path):
            return number
    raise AssertionError(f"the story does not make this call: {call}")


@cache
def reference(where: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The calls of a story in which nothing goes wrong."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-wire-"))
    try:
        shutil.copyfile(_migrated(), folder / "afterword.db")
        database = Database(f"sqlite:///{folder}/afterword.db")
        try:
            with faulty(where, database, folder) as world:
                world.closes()
                world.go_on()
                verdict, why = _worked_on(world, None)
                assert verdict == WELL, why
                return {name: tuple(door.calls) for name, door in world.doors.items()}
        finally:
            database.close()
    finally:
        shutil.rmtree(folder)


def unlisted(where: str) -> set[tuple[str, str, str]]:
    """Calls of the story that are in no case: (tool, method, path)."""
    known = {(call.door, call.method, call.path) for call in CALLS if call.where == where}
    made = {(door, method, plain(path)) for door, calls in reference(where).items() for method, path in calls}
    return made - known


# --- the ends of a case


def _worked_on(world: FaultyWorld, case: WireCase | None) -> tuple[str, str]:
    """People work on what was filed, and it comes back: by the next sync, or by one after it."""
    world.people_work()
    verdict, why = STUCK, ""
    for minutes in (15, 30, 60, 24 * 60, 60):
        world.synced()
        world.go_on()
        verdict, why = judge(world, case)
        if verdict in (WELL, DOUBLED):
            break
        world.world.later(minutes=minutes)
    return verdict, why


def _asked(case: WireCase, world: FaultyWorld) -> tuple[str, str]:
    """What was made is found, and what was not found waits: nothing is sent a second time."""
    verdict, why = judge(world, case, states=False)
    if verdict == WELL and not FAULTS[case.fault].acts:
        return STUCK, "it was sent again, though a person was to be asked"
    return verdict, why


def _lasting(case: WireCase, world: FaultyWorld) -> tuple[str, str]:
    """A day of it; then it is over, and all ends well by itself, unless it waits for a person."""
    door = world.doors[case.call.door]
    world.go_on()
    world.people_work()
    world.synced()
    world.go_on()
    during, said = judge(world, case, states=False, ends=False)
    if not door.hits:
        return STUCK, "the fault was never met"
    if during == DOUBLED:
        return during, said
    if during in (LOST, STUCK) and not world.said() and not world.troubles():
        return during, f"while it lasts: {said}"
    door.clear()
    world.world.later(hours=2)
    world.go_on()
    after, why = _worked_on(world, case)
    if after == WELL:
        return (WELL, "") if during == WELL else (WAITS, f"while it lasts: {said}")
    if after == WAITS and any(item.state == "waiting" for item in world.shown()):
        return WAITS, f"for a person, even afterwards: {why}"
    return (STUCK, f"mended, and yet: {why}") if after == WAITS else (after, why)


def judge(world: FaultyWorld, case: WireCase | None, *, states: bool = True, ends: bool = True) -> tuple[str, str]:
    """The verdict by what is in the trackers, and why."""
    issues, comments, documents = world.issues(), world.comments(), world.documents()
    doubled = [f"{count} issues with the marker {marker}" for marker, count in issues.items() if count > 1]
    doubled += [f"{count} issues called {title}" for title, count in world.titles().items() if count > 1]
    doubled += [f"{count} links of one kind" for count in world.links() if count > 1]
    doubled += [f"{len(comments)} comments"] * (len(comments) > 1) + [f"{documents} documents"] * (documents > 1)
    if doubled:
        return DOUBLED, "; ".join(doubled)
    missing = [] if documents else ["no document"]
    if len(issues) < TO_FILE[world.where]:
        missing.append(f"{TO_FILE[world.where] - len(issues)} items without an issue")
    if not comments:
        missing.append("no comment")
    if missing:
        said = list(dict.fromkeys(world.said()))
        return (WAITS, f"{'; '.join(missing)}: {' / '.join(said)}") if said else (LOST, "; ".join(missing))
    undone = _undone(world, case, states=states, ends=ends)
    return (STUCK, "; ".join([*undone, *world.said(), *world.troubles()])) if undone else (WELL, "")


def _undone(world: FaultyWorld, case: WireCase | None, *, states: bool, ends: bool) -> list[str]:
    undone = []
    if ends and world.due() is not None:
        undone.append("the story is not at its end")
    if states and not _filed_anew(case):
        undone += [
            f"the comment shows {world.comments()[0].count(mark)} × {mark}, not {count}"
            for mark, count in _SEEN[world.where].items()
            if world.comments()[0].count(mark) != count
        ]
    linkless = case is not None and case.fault in _REFUSALS and case.call.path.endswith(("/remotelink", "/issueLink"))
    if len(world.links()) < {"github": 1, "jira": 2}[world.where] and not linkless and ends:
        undone.append("a link is missing")
    return undone


def _filed_anew(case: WireCase | None) -> bool:
    """The issue that a text names is not there, says its tool: the item gets one of its own."""
    return case is not None and case.call.name == NAMED and FAULTS[case.fault].status in (404, 410)


# --- all of them


def run_all(
    jobs: int = 2, only: str = "", say: Callable[[Result], None] | None = None, chosen: Sequence[WireCase] | None = None
) -> list[Result]:
    """Every case whose kind and name hold these words, in as many processes."""
    wanted = [case for case in (chosen if chosen is not None else list(cases())) if only in f"{case.kind}, {case.name}"]
    results: list[Result] = []
    # a fresh process for each worker: this one may have threads
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for one in as_completed([pool.submit(run_alone, case) for case in wanted]):
            results.append(one.result())
            if say is not None:
                say(results[-1])
    order = {f"on the wire: {case.kind}, {case.name}": number for number, case in enumerate(wanted)}
    return sorted(results, key=lambda result: order[f"{result.kind}, {result.case}"])


def run_alone(case: WireCase) -> Result:
    """In a folder that is made and removed."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(prefix="afterword-wire-"))
    try:
        return run(case, folder)
    except AssertionError as error:
        return Result(f"on the wire: {case.kind}", case.name, STUCK, str(error)[:300])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _migrated() -> Path:
    """An empty database with its tables, made once for each process."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-wire-"))
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    database.close()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "afterword.db"
