"""Which webhooks of GitHub are read before others. Pure, and from the first bytes alone: it runs while GitHub waits.

What is found wrongly is read earlier or later than it should be, and no more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote_to_bytes

from connectors.github.settings import SourceSettings
from connectors.spotting import member, named

#: GitHub writes the action, then the issue: its labels and its state come before its text
HEAD = 32 * 1024
_CLOSED = member("state", "closed")
_REOPENED = member("action", "reopened")


def urgent(settings: SourceSettings) -> Callable[[Mapping[str, str], bytes], bool]:
    """Whether a delivery is about an incident ticket that is closed, or was opened again."""
    incident = named((*settings.labels, *settings.issue_types))

    def spot(headers: Mapping[str, str], body: bytes) -> bool:
        if headers.get("x-github-event") not in ("issues", "issue_comment"):
            return False
        head = body[:HEAD]
        if head.startswith(b"payload="):
            head = unquote_to_bytes(head.replace(b"+", b" "))
        if not (_CLOSED.search(head) or _REOPENED.search(head)):
            return False
        return incident is None or incident.search(head) is not None

    return spot
