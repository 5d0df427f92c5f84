"""Each source and tracker: what its own check finds, how long its token lives, and what came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from connectors.base import AfterwordError, Finding, Source, Tracker
from service.checking.line import MEND, NOTE, OK, Line, Look, counted, unfiled
from service.checking.routes import reached

#: a token that ends within this time is something to mend
URGENT = timedelta(days=3)

Asking = Callable[[str], None]


def source(look: Look, name: str, source: Source, asking: Asking) -> Iterator[Line]:
    asking(name)
    found = list(_asked("source", name, source.check))
    yield from found
    yield from _token(look, "source", name, source.token_ends, found)
    if not look.known.there:
        return
    address = f"{look.parts.settings.public_url}/webhooks/{name}"
    if name in look.known.last:
        yield Line("source", name, OK, f"last delivery {look.when(look.known.last[name])}, to {address}")
    else:
        yield Line("source", name, NOTE, f"no delivery yet; its webhook sends to {address}")
    if unread := look.known.unread.get(name):
        were = "delivery was" if unread == 1 else "deliveries were"
        yield Line("source", name, NOTE, f"{unread} {were} not understood: {look.again} deliveries --state quarantined")


def tracker(look: Look, name: str, tracker: Tracker, asking: Asking) -> Iterator[Line]:
    places = reached(look.parts.settings, name, tracker)
    asking(name)
    found = list(_asked("tracker", name, lambda: tracker.check(places), _waits(look, name)))
    yield from found
    yield from _token(look, "tracker", name, tracker.token_ends, found)


def _asked(part: str, name: str, check: Callable[[], Sequence[Finding]], waits: str = "") -> Iterator[Line]:
    try:
        found = check()
    except AfterwordError as error:  # a secret's file that is gone
        yield Line(part, name, MEND, "not asked", saw=error.message, mend=error.mend, place=(f"{part}s", name))
        return
    for one in found:
        yield Line.of(part, name, one, waits if one.level == MEND else "")


def _token(
    look: Look, part: str, name: str, token_ends: Callable[[], datetime | None], said: Sequence[Line]
) -> Iterator[Line]:
    """Where the connector's own check has not said it: of Jira only the settings know."""
    if any("the token end" in line.text for line in said):
        return
    try:
        ends = token_ends()
    except AfterwordError:  # its file is gone, which was said above
        return
    if ends is None or ends - look.now > timedelta(days=look.parts.settings.alerts.token_days):
        return
    days = max((ends - look.now).days, 0)
    place = (f"{part}s", name)
    if ends <= look.now:
        text = f"its token ended on {look.when(ends)}"
    else:
        text = f"its token ends on {look.when(ends)}, in {counted(days, 'day')}"
    if ends - look.now > URGENT:
        yield Line(part, name, NOTE, text)
        return
    mend = (
        "Make a new token with the same rights, and put it where this one stands. A file is read again by itself; "
        "after a change of a variable, start again."
    )
    means = "From then on nothing can be read or filed with it. What is closed meanwhile waits, and nothing is lost."
    yield Line(part, name, MEND, text, means=means, mend=mend, place=place)


def _waits(look: Look, tracker: str) -> str:
    """What waits for this tracker, so that a reader knows what is at stake."""
    mine = [item for item in look.known.items if item.tracker == tracker and not item.ended]
    waiting = len(unfiled(mine))
    unseen = sum(item.stale(look.now) for item in mine)
    said = []
    if waiting:
        said.append(f"{counted(waiting, 'action item')} {'is' if waiting == 1 else 'are'} not filed yet")
    if unseen:
        said.append(f"{counted(unseen, 'action item')} {'keeps its' if unseen == 1 else 'keep their'} last state")
    return f"{'; '.join(said)}. Nothing is lost." if said else ""
