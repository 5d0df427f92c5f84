"""When an action item is due. Pure; the rules come from the settings.

due_for(item_due, priority, severity, closed_on, rules) -> (date or None, the rule in words)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from service.postmortem.routing import level

AS_WRITTEN = "as written"


def due_for(
    item_due: date | None, priority: str | None, severity: str | None, closed_on: date, rules: Mapping[str, int]
) -> tuple[date | None, str]:
    """The date that the text states ("as written"), else calendar days after the closing by the item's priority, else
    by the incident's severity ("30 days, as P1"), else (None, "").

    `rules`: priority or severity, in any spelling, to days. `closed_on`: the day in the installation's zone.
    """
    if item_due is not None:
        return item_due, AS_WRITTEN
    known = {level(name): (name, days) for name, days in rules.items()}
    for word in (priority, severity):
        if word and level(word) in known:
            name, days = known[level(word)]
            ahead = min(days, (date.max - closed_on).days)  # a clock of a tracker may be wrong by millennia
            return closed_on + timedelta(days=ahead), f"{days} {'day' if days == 1 else 'days'}, as {name}"
    return None, ""
