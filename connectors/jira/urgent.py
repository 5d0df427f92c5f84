"""Which webhooks of Jira are read before others. Pure, and from few of their bytes: it runs while Jira waits.

What is found wrongly is read earlier or later than it should be, and no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from connectors.jira.settings import SourceSettings
from connectors.spotting import named, quoted

#: Jira writes the event, then the issue with its fields in any order, then what changed
HEAD = TAIL = 32 * 1024
_CLOSED = re.compile(rb'"key"\s{0,4}:\s{0,4}"done"')  # the category of a status; older servers tell none
_MOVED = re.compile(rb'"field(?:Id)?"\s{0,4}:\s{0,4}"(?:status|resolution)"')


def urgent(settings: SourceSettings) -> Callable[[bytes], bool]:
    """Whether a delivery is about an incident ticket that is closed, or whose status or resolution changed."""
    projects = b"|".join(re.escape(key.encode()) for key in settings.projects)
    project = re.compile(b'"key"\\s{0,4}:\\s{0,4}"(?:%s)-' % projects) if projects else None
    kind, label = _kinds(settings), quoted(settings.labels)

    def spot(body: bytes) -> bool:
        whole = len(body) <= HEAD + TAIL
        seen = body if whole else body[:HEAD] + body[-TAIL:]
        # without an event it is of Automation: a person chose when it is sent
        if b'"webhookEvent"' in seen and not (_MOVED.search(seen) or _CLOSED.search(seen)):
            return False
        if project is not None and not project.search(seen):
            return False
        # of a long one, the type and the labels may stand in what was not looked at
        return not whole or all(one is None or one.search(seen) for one in (kind, label))

    return spot


def _kinds(settings: SourceSettings) -> re.Pattern[bytes] | None:
    """One that is named by its id cannot be told from other numbers, so none is left out."""
    by_id = any(word.isdigit() for word in settings.issue_types)
    return None if by_id else named(settings.issue_types)
