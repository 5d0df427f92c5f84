"""Start and end by how long it lasted: the two lines of a timeline that lie as far apart as the text says.

"Unavailable for 13 minutes", and of all lines only 14:34 and 14:47 are 13 minutes apart: nobody would guess others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from service.postmortem.model import TimelineLine

_EXACT = timedelta(minutes=1)  # between lines that are both written to the minute
_PART = 50  # of a length that is told from one end: a fiftieth is rounding
_LEAST = timedelta(minutes=5)
_MOST_LINES = 200


def by_length(
    lines: Sequence[TimelineLine],
    length: timedelta | None,
    started: datetime | None,
    resolved: datetime | None,
    told: dict[str, TimelineLine],
) -> dict[str, TimelineLine]:
    """The lines that are start and end. `started`, `resolved`: as something surer than a line states them; `told`: the
    lines that say so themselves, which stay where the length agrees with them or says nothing."""
    dated = [(line, line.at) for line in lines if line.at is not None]
    if length is None or length < _LEAST or not 1 < len(dated) <= _MOST_LINES or (started and resolved):
        return told
    known = {moment: line.at for moment, line in told.items() if line.at is not None}
    if started or resolved:
        moment, at = ("resolved", started + length) if started else ("started", resolved - length if resolved else None)
        slack = max(_EXACT, length / _PART)
        if at is None or (moment in known and abs(known[moment] - at) <= slack):
            return told
        near = min(dated, key=lambda one: abs(one[1] - at))
        return {**told, moment: near[0]} if abs(near[1] - at) <= slack else told
    if "started" in known and "resolved" in known:
        return told
    apart = [
        (first, last)
        for first, begun in dated
        for last, over in dated
        if abs(over - begun - length) < _EXACT
        and known.get("started", begun) == begun
        and known.get("resolved", over) == over
    ]
    spans = {(first.at, last.at) for first, last in apart}
    return {**told, "started": apart[0][0], "resolved": apart[0][1]} if len(spans) == 1 else told


def begun(length: timedelta | None, detected: datetime | None, resolved: datetime | None) -> bool:
    """Whether it was detected as it began: it lasted just from the detection to the end."""
    if length is None or detected is None or resolved is None:
        return False
    return abs(resolved - detected - length) < _EXACT
