"""The words of one reminder. No I/O."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.base import AfterwordError
from service.followup.leads import Hears
from service.followup.nudges import BEFORE, REASON, Policy, last_step, steps_of
from service.followup.render import Words
from service.followup.workdays import Workdays
from service.postmortem.standing import Standing


def words(
    texts: Words,
    days: Workdays,
    policy: Policy,
    item: Standing,
    hears: Hears,
    kind: str,
    today: date,
    *,
    title: str,
    item_url: str,
    tracker_kind: str,
    adopted: bool = False,
    withheld: bool = False,
) -> str:
    """The text of one reminder. Its last sentence says when the next one comes, or that none does."""
    if kind == REASON:
        return texts.render("nudge_reason.md.j2", item=item)
    if item.due is None:
        raise AfterwordError(f"Action item {item.id} has no due date.")
    steps = steps_of(item.due, policy, days)
    step = last_step(steps, kind, today)
    return texts.render(
        "nudge_before.md.j2" if kind == BEFORE else "nudge_after.md.j2",
        item=item,
        title=title,
        item_url=item_url,
        kind=tracker_kind,
        why=hears.why,
        adopted=adopted,
        withheld=withheld,
        example=(today + timedelta(days=30)).isoformat(),
        in_days=(item.due - today).days,
        in_working_days=days.between(today, item.due),
        days_late=(today - item.due).days,
        later=[day for day in (step.later if step else ()) if day > today],
    )
