"""Named points at which the process can be made to die, so that tests can show that nothing is lost or doubled there.

Off unless `arm` was called; then the process ends by SIGKILL when it passes the named point for the nth time.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "delivery stored",
    "delivery read",
    "delivery settled",
    "ticket read",
    "document written",
    "looked",
    "before POST",
    "answered, not stored",
    "stored, not linked",
    "linked, not noted",
    "before comment",
    "comment answered, not stored",
    "story told",
    "report made",
)

_armed: str | None = None
_passes = 0


def arm(where: str) -> None:
    """`where` is a point's name, or "name:3" for the third time it is passed."""
    global _armed, _passes
    name, _, times = where.partition(":")
    if name not in POINTS:
        raise ValueError(f"no crash point is called {name!r}; there are: {', '.join(POINTS)}")
    _armed, _passes = name, int(times or 1)


def point(name: str) -> None:
    global _passes
    if name == _armed:
        _passes -= 1
        if _passes == 0:
            os.kill(os.getpid(), signal.SIGKILL)
