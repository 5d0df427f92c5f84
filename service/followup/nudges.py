"""Which reminders are due, which are held back, and why. Pure: it knows no database and asks no clock.

An item has one reminder before its due date and some after it, each on its working day. A step that was missed is not
made up: what is late when reminders begin starts at the step of now. Another due date begins anew. What ended as
"won't do" without a word is asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from connectors.base import State
from service.followup.workdays import Workdays
from service.postmortem.standing import Standing

BEFORE, AFTER, REASON = "before", "after", "reason"
WEEK = timedelta(days=7)
#: one that comes within this is shown as "later"
AHEAD = timedelta(days=14)
#: what ended longer ago than this is not asked about any more
ASKED_ABOUT = timedelta(days=30)

Outcome = Literal["now", "held", "later"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Working days before the due date and after it; `per_week`: for one person; `untouched`: days."""

    before: int = 2
    after: tuple[int, ...] = (2, 12)
    per_week: int = 3
    untouched: int = 3


@dataclass(frozen=True, slots=True)
class Past:
    """A reminder that was decided on: before or after which due date, and when."""

    kind: str
    due: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """`person`: whom it counts for; "" is nobody. `touched_at`: the last change of the issue. `held`: why nothing is
    said on it whatever its date, or "". `unexplained`: it ended as "won't do", and nobody wrote why."""

    item: Standing
    person: str
    past: tuple[Past, ...] = ()
    touched_at: datetime | None = None
    snoozed_until: date | None = None
    held: str = ""
    unexplained: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`number`: 0 before the due date, then 1, 2 …; `day`: the working day it is for; `later`: those after it."""

    kind: str
    number: int
    day: date
    later: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """`why`: a sentence without its end. `at`: from when it may be sent, where that is known."""

    candidate: Candidate
    step: Step
    outcome: Outcome
    why: str
    at: datetime | None = None


def plan(
    candidates: Iterable[Candidate],
    policy: Policy,
    days: Workdays,
    now: datetime,
    sent: Mapping[str, Sequence[datetime]],
) -> list[Decision]:
    """What is due now, at most one for each item; what is held back; and what comes within two weeks.

    `sent`: person → when reminders for them were decided on. What goes first: what can still be done in time, then
    what is late since the shortest time. The rest is in the digest.
    """
    counts = {person: sorted(min(at, now) for at in times if at > now - WEEK) for person, times in sent.items()}
    decisions = []
    for candidate in sorted(candidates, key=lambda one: _urgency(one, days.today(now))):
        found = _decide(candidate, policy, days, now)
        if found is not None and found.outcome == "now":
            mine = counts.setdefault(candidate.person, [])
            if len(mine) >= policy.per_week:
                free = mine[-policy.per_week] + WEEK
                why = f"{len(mine)} reminders for {candidate.person or 'nobody'} within seven days; it is in the digest"
                found = Decision(candidate, found.step, "held", why, days.next_open(free))
            else:
                mine.append(now)
        if found is not None:
            decisions.append(found)
    return decisions


def _urgency(candidate: Candidate, today: date) -> tuple[bool, int, int]:
    due = (candidate.item.due or date.max).toordinal()
    late = due < today.toordinal()
    return late, -due if late else due, candidate.item.id


def _decide(candidate: Candidate, policy: Policy, days: Workdays, now: datetime) -> Decision | None:
    """None: nothing is due of it, nor soon."""
    item, today = candidate.item, days.today(now)
    if candidate.unexplained:
        return _question(candidate, policy, days, now)
    if item.due is None or item.ended:
        return None
    steps = steps_of(item.due, policy, days)
    current = _current(steps, item.due, today)
    if current is None or _said(candidate, steps, current, days):
        return _later(candidate, steps, today, days)
    if candidate.held:
        return Decision(candidate, current, "held", candidate.held)
    if candidate.snoozed_until is not None and today < candidate.snoozed_until:
        return Decision(candidate, current, "held", "snoozed", _opening(days, candidate.snoozed_until))
    return _in_its_time(candidate, current, policy, days, now)


def _question(candidate: Candidate, policy: Policy, days: Workdays, now: datetime) -> Decision | None:
    """The one that asks why it will not be done."""
    ended = candidate.item.ended_at
    if ended is None or now - ended > ASKED_ABOUT or any(one.kind == REASON for one in candidate.past):
        return None
    step = Step(REASON, 0, days.today(now))
    if candidate.held:
        return Decision(candidate, step, "held", candidate.held)
    return _in_its_time(candidate, step, policy, days, now)


def _in_its_time(candidate: Candidate, step: Step, policy: Policy, days: Workdays, now: datetime) -> Decision:
    quiet = _quiet_until(candidate, policy)
    if quiet is not None and now < quiet:
        return Decision(candidate, step, "held", "touched lately", days.next_open(quiet))
    if not days.open(now):
        return Decision(candidate, step, "held", "outside working hours", days.next_open(now))
    return Decision(candidate, step, "now", "due for it")


def steps_of(due: date, policy: Policy, days: Workdays) -> tuple[Step, ...]:
    """Every reminder of this due date, in order."""
    after = [day for number in policy.after if (day := days.after(due, number)) is not None]
    before = days.before(due, policy.before) if policy.before else None
    steps = [] if before is None else [Step(BEFORE, 0, before, tuple(after))]
    steps += [Step(AFTER, number, day, tuple(after[number:])) for number, day in enumerate(after, start=1)]
    return tuple(steps)


def still_true(candidate: Candidate, kind: str, due: date | None, days: Workdays, now: datetime) -> bool:
    """Whether a reminder that was decided on earlier still says what is so."""
    item, today = candidate.item, days.today(now)
    if kind == REASON:
        return candidate.unexplained and not candidate.held
    if item.ended or candidate.held or item.due is None or item.due != due:
        return False
    if candidate.snoozed_until is not None and today < candidate.snoozed_until:
        return False
    return today <= item.due if kind == BEFORE else today > item.due


def needs_reason(state: State, ended_reason: str | None) -> bool:
    """Whether one question on the issue is due: it ended as "won't do", was looked at, and nobody said why."""
    return state is State.WONT_DO and ended_reason is not None and not ended_reason.strip()


def last_step(steps: Sequence[Step], kind: str, today: date) -> Step | None:
    """The step of this kind whose day came last."""
    return next((step for step in reversed(steps) if step.kind == kind and step.day <= today), None)


def _current(steps: Sequence[Step], due: date, today: date) -> Step | None:
    """The one that is to be said on this day, if it was not said: before the date, only what comes before it."""
    return last_step(steps, BEFORE if today <= due else AFTER, today)


def _said(candidate: Candidate, steps: Sequence[Step], current: Step, days: Workdays) -> bool:
    """Whether this step, or a later one, was said for this due date. A calendar that changed since makes none anew: so
    many reminders as were sent, so many steps are over."""
    past = sorted(
        (one for one in candidate.past if one.kind == current.kind and one.due == candidate.item.due),
        key=lambda one: one.at,
    )
    if current.kind == BEFORE:
        return bool(past)
    said = 0
    for one in past:
        step = last_step(steps, AFTER, days.today(one.at))
        said = max(said + 1, step.number if step else 0)
    return said >= current.number


def _later(candidate: Candidate, steps: Sequence[Step], today: date, days: Workdays) -> Decision | None:
    coming = next((step for step in steps if step.day > today), None)
    if candidate.held or coming is None or (coming.day - today) > AHEAD:
        return None
    if coming.kind == BEFORE and _said(candidate, steps, coming, days):
        return None
    return Decision(candidate, coming, "later", "its day comes", days.opening(coming.day))


def _quiet_until(candidate: Candidate, policy: Policy) -> datetime | None:
    """No reminder so soon after anything was done to the issue, be it by a reminder of ours."""
    touched = [at for at in (candidate.touched_at, *(one.at for one in candidate.past)) if at is not None]
    return max(touched) + timedelta(days=policy.untouched) if touched and policy.untouched else None


def _opening(days: Workdays, day: date) -> datetime | None:
    return days.next_open(days.opening(day)) if date(1, 1, 2) < day < date(9998, 1, 1) else None
