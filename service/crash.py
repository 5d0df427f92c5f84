"""Named points at which the process can be made to die, so that tests can show that nothing is lost or doubled there.

Off unless `arm` was called; then the process ends by SIGKILL when it passes the named point for the nth time.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
from collections.abc import Mapping

from connectors.base import AfterwordError

#: the environment's variable that arms one point: its name, or "name:3" for the third time it is passed
VARIABLE = "AFTERWORD_CRASH_AT"

POINTS = (
    # the way in
    "verified, not stored",
    "stored, not answered",
    "delivery stored",
    "delivery read",
    "delivery settling",
    "delivery settled",
    # the poll for what no webhook told
    "poll listed",
    "poll stored",
    # every job
    "row taken",
    "outcome not recorded",
    # the document
    "ticket read",
    "document writing",
    "document written",
    "items routed",
    # an issue
    "before looking",
    "looked",
    "found, not stored",
    "before POST",
    "POST sent",
    "answered, not stored",
    "outcome noted",
    "looked again",
    "stored, not linked",
    "link sent",
    "linked, not noted",
    # the comment
    "before comment",
    "comment sent",
    "comment answered, not stored",
    "before edit",
    "edit sent",
    "edit answered, not noted",
    # what changed in the ticket since, on its issue
    "issue read, not edited",
    "before issue edit",
    "issue edit answered, not stored",
    "story told",
    # what comes back
    "changes read",
    "changes stored",
    # the report
    "slots asked for",
    "report verified",
    "report freezing",
    "report made",
    "before send",
    "send answered, not stored",
    "report sent",
    # reminders and digests
    "nudges decided",
    "before nudge",
    "nudge answered, not stored",
    "digests made",
)

#: points on the wire, passed when a request was sent and its answer is not read yet: method, path
_WIRE: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "POST sent": ("POST", re.compile(r"/issues?$")),
    "link sent": ("POST", re.compile(r"/(?:sub_issues|issueLink|remotelink)$")),
    "comment sent": ("POST", re.compile(r"/comments?$")),
    "edit sent": ("PATCH|PUT", re.compile(r"/comments?/\d+$")),
}

_armed: str | None = None
_passes = 0


def arm_from(environ: Mapping[str, str]) -> None:
    """Arms what the environment names, if it names one. Raises AfterwordError for a name that is none."""
    if where := environ.get(VARIABLE):
        arm(where)


def arm(where: str) -> None:
    """`where` is a point's name, or "name:3" for the third time it is passed."""
    global _armed, _passes
    name, _, times = where.partition(":")
    if name not in POINTS or (times and not times.isdigit()):
        raise AfterwordError(f"No crash point is called {where!r}.", f"There are: {', '.join(POINTS)}.")
    _armed, _passes = name, int(times or 1)
    if name in _WIRE:
        _watch(name, *_WIRE[name])


def point(name: str) -> None:
    global _passes
    if name == _armed:
        _passes -= 1
        if _passes == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(name: str, methods: str, path: re.Pattern[str]) -> None:
    """The armed process alone looks at its requests; every other one runs the library's own code untouched."""
    begin, answer = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse
    asked: dict[int, str] = {}

    def putrequest(self: http.client.HTTPConnection, method: str, url: str, *more: bool, **options: bool) -> None:
        fits = method in methods.split("|") and path.search(url.partition("?")[0]) is not None
        asked[id(self)] = name if fits else ""
        begin(self, method, url, *more, **options)

    def getresponse(self: http.client.HTTPConnection) -> http.client.HTTPResponse:
        if asked.pop(id(self), ""):
            point(name)
        return answer(self)

    http.client.HTTPConnection.putrequest = putrequest  # type: ignore[method-assign]
    http.client.HTTPConnection.getresponse = getresponse  # type: ignore[method-assign]
