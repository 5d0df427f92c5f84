"""Asks one tracker what changed, and records it: states, owners, due dates and titles come back into the ledger.

Three steps: read the rows, ask the tracker with no transaction open, then merge in one transaction against the rows
read again. A listing says what changed; only a read by id says that an item was seen (`verified_at`), because deleted
and transferred issues never show in a listing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import ConnectorError, IssueState, Limited, Problem, Sighting, State, Tracked, Tracker
from service import crash
from service.cleaning import clean_state, clean_text
from service.followup.facts import Trouble
from service.followup.merge import Known, Merged, merge, merge_missing
from service.postmortem.redaction import redact
from service.store import followups, forget
from service.store.database import Database
from service.store.followups import Progress
from service.store.items import add_event


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one sync did. `incidents`: those whose document and comment have something new to show."""

    incidents: frozenset[int]
    changed: int  # items
    verified: int  # items read by id
    troubles: tuple[Trouble, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answers:
    """Everything that the tracker said in one sync, by issue id."""

    states: Mapping[str, IssueState]
    verified: frozenset[str]
    missing: frozenset[str]
    problems: tuple[Problem, ...]
    reasons: Mapping[str, str]
    cursor: datetime | None
    read_all: bool  # every open item was asked for by id


def sync(
    database: Database,
    tracker_name: str,
    tracker: Tracker,
    now: datetime,
    *,
    verify_hours: float = 24,
    verify: bool = False,
    refused: ConnectorError | None = None,
    hold: Callable[[Connection], None] | None = None,
    then: Callable[[Connection, frozenset[int]], None] | None = None,
) -> SyncResult:
    """`verify`: read every open item by id now (before a report), else only when `verify_hours` have passed.
    `refused`: why the tracker is not asked now; that is its answer for every item.

    `hold` is called first in the writing transaction: it raises if another attempt took this sync over meanwhile.
    `then` is called last in it with the incidents that have something new to show, so that asking cannot be lost.

    A part that does not answer is recorded and leaves its items stale. Raises Limited, with nothing changed.
    """
    with database.read() as connection:
        # a tracker looks for a few of those that are not where they were: first for those that were there the last time
        known = sorted(followups.known(connection, tracker_name), key=lambda item: item.unreachable_since is not None)
        progress = followups.progress(connection, tracker_name)
    last = progress.last_verified_at
    all_of_them = verify or last is None or now - last >= timedelta(hours=verify_hours)
    answers = (
        _not_asked(tracker.name, known, progress, refused)
        if refused
        else _ask(tracker, known, progress, verify=all_of_them)
    )
    crash.point("changes read")
    with database.begin() as connection:
        if hold:
            hold(connection)
        result = _record(connection, tracker_name, answers, now)
        if then and result.incidents:
            then(connection, result.incidents)
    crash.point("changes stored")
    return result


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask(tracker: Tracker, known: Sequence[Known], progress: Progress, *, verify: bool) -> _Answers:
    if not known:
        return _Answers({}, frozenset(), frozenset(), (), {}, progress.cursor, read_all=verify)
    listed = _careful(tracker.name, known, lambda: tracker.changes(progress.cursor, _tracked(known)))
    refused = {issue for problem in listed.problems for issue in problem.ids}
    answered = listed.verified | listed.missing | refused
    # what answers again may have changed while the cursor moved on: those are read by id, once
    wanted = [
        item
        for item in known
        if item.issue_id not in answered and (item.stale_since is not None or (verify and not item.state.ended))
    ]
    read = _careful(tracker.name, wanted, lambda: tracker.states(_tracked(wanted))) if wanted else Sighting()
    states: dict[str, IssueState] = {}
    for state in (*listed.states, *read.states):
        if state.id not in states or state.updated_at >= states[state.id].updated_at:
            states[state.id] = state
    gone = {issue for issue, state in states.items() if state.state is State.UNREACHABLE}
    return _Answers(
        states={issue: state for issue, state in states.items() if issue not in gone},
        verified=listed.verified | read.verified,
        missing=listed.missing | read.missing | gone,
        problems=(*listed.problems, *read.problems),
        reasons=_reasons(tracker, known, states),
        cursor=listed.cursor or progress.cursor,
        read_all=verify,
    )


def _not_asked(name: str, known: Sequence[Known], progress: Progress, refused: ConnectorError) -> _Answers:
    problem = Problem(name, refused.status, refused.message, tuple(item.issue_id for item in known))
    return _Answers({}, frozenset(), frozenset(), (problem,), {}, progress.cursor, read_all=False)


def _tracked(items: Sequence[Known]) -> list[Tracked]:
    return [Tracked(item.issue_id, item.issue_label, item.issue_native) for item in items]


def _careful(name: str, items: Sequence[Known], ask: Callable[[], Sighting]) -> Sighting:
    """A tracker that gives no answer at all is one problem with every item in it; a limit is for the caller."""
    try:
        return ask()
    except Limited:
        raise
    except ConnectorError as error:
        return Sighting(problems=(Problem(name, error.status, error.message, tuple(item.issue_id for item in items)),))


def _reasons(tracker: Tracker, known: Sequence[Known], states: Mapping[str, IssueState]) -> dict[str, str]:
    """Why something will not be done, asked once. Without an answer it is asked again when the issue next changes."""
    reasons: dict[str, str] = {}
    for item in known:
        seen = states.get(item.issue_id)
        if seen and seen.state is State.WONT_DO and (item.state is not State.WONT_DO or item.ended_reason is None):
            try:
                reasons[item.issue_id] = tracker.reason(Tracked(seen.id, seen.label, seen.native or item.issue_native))
            except ConnectorError:
                continue
    return reasons


# --- recording --------------------------------------------------------------------------------------------------------


def _record(connection: Connection, name: str, answers: _Answers, now: datetime) -> SyncResult:
    items = followups.known(connection, name, lock=True)
    forgotten = forget.load(connection)
    answers = replace(
        answers,
        states={issue: clean_state(forgotten, state) for issue, state in answers.states.items()},
        reasons={issue: clean_text(forgotten, reason) for issue, reason in answers.reasons.items()},
    )
    before = followups.progress(connection, name)
    shows = [item for item in items if _apply(connection, item, _merged(item, answers, now), now)]
    here = answers.verified - answers.missing
    verified = [item.id for item in items if item.issue_id in here]
    followups.verified(connection, verified, now)
    troubles = _troubles(name, items, answers, before.troubles, now)
    _freshen(connection, items, {item for trouble in troubles for item in trouble.items}, now)
    progress = replace(
        before,
        cursor=answers.cursor,
        last_ok_at=before.last_ok_at if troubles else now,
        last_verified_at=now if answers.read_all else before.last_verified_at,
        troubles=troubles,
    )
    followups.save(connection, name, progress)
    return SyncResult(
        frozenset(item.incident_id for item in shows), len(shows), len(verified), troubles, answers.problems
    )


def take(connection: Connection, item: Known, seen: IssueState, now: datetime) -> None:
    """One issue that was read for another reason than a sync, recorded as in one."""
    answers = _Answers({item.issue_id: seen}, frozenset(), frozenset(), (), {}, None, read_all=False)
    _apply(connection, item, _merged(item, answers, now), now)


def _merged(item: Known, answers: _Answers, now: datetime) -> Merged:
    if item.issue_id in answers.missing:
        return merge_missing(item, now)
    seen = answers.states.get(item.issue_id)
    if seen is None:
        return Merged()
    # what a version that took less out of texts stored is told of in today's words, and stored in them
    today = replace(item, title=_today(item.title), ended_reason=_today(item.ended_reason))
    merged = merge(today, seen, answers.reasons.get(item.issue_id))
    mended = {
        name: getattr(today, name) for name in ("title", "ended_reason") if getattr(today, name) != getattr(item, name)
    }
    return replace(merged, values={**mended, **merged.values}, shows=merged.shows or bool(mended))


def _today(text: str | None) -> str | None:
    return text and redact(text)[0]


def _apply(connection: Connection, item: Known, merged: Merged, now: datetime) -> bool:
    """Writes what differs. True: a reader sees a difference."""
    if merged.values:
        followups.change(connection, item.id, merged.values)
    for change in merged.changes:
        add_event(
            *(connection, item.id, item.incident_id, change.kind, change.happened_at, now),
            *(change.was, change.now, change.who),
        )
    return merged.shows


def _troubles(
    name: str, items: Sequence[Known], answers: _Answers, before: Sequence[Trouble], now: datetime
) -> tuple[Trouble, ...]:
    """What does not answer now; what did not answer the last time either keeps its beginning."""
    began = {(trouble.scope, trouble.status): trouble.since for trouble in before}
    answered = answers.missing | answers.verified
    troubles: list[Trouble] = []
    for problem in answers.problems:
        # a limit is over soon and says nothing about the items; the cursor waits for it
        ids = set(problem.ids) - answered if problem.status != 429 else set()
        behind = tuple(item.id for item in items if item.issue_id in ids)
        since = began.get((problem.scope, problem.status), now)
        troubles.append(Trouble(name, problem.scope, problem.status, problem.message, since, behind))
    return tuple(troubles)


def _freshen(connection: Connection, items: Sequence[Known], troubled: set[int], now: datetime) -> None:
    """An item is stale from the first sync in which its connection did not answer until the first in which it does."""
    followups.stale(connection, {item.id for item in items if item.id in troubled and item.stale_since is None}, now)
    followups.stale(connection, {item.id for item in items if item.stale_since and item.id not in troubled}, None)
