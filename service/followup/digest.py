"""One message for one person: what is late, unclear or due soon, instead of a comment on each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from service.followup.render import Words
from service.followup.week import Week
from service.followup.workdays import Workdays
from service.postmortem.audience import reference
from service.postmortem.standing import Standing

SOON = timedelta(days=14)
#: rows of one section; what is more is counted
MOST = 50


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person hears of, in sections; each item stands in one of them, the oldest due date first."""

    as_of: datetime
    today: date
    overdue: tuple[Standing, ...] = ()
    unreachable: tuple[Standing, ...] = ()
    waiting: tuple[Standing, ...] = ()
    soon: tuple[Standing, ...] = ()
    unowned: tuple[Standing, ...] = ()
    ended: tuple[Standing, ...] = ()

    @property
    def asks(self) -> int:
        """Items that want something; with none of them nothing is sent."""
        return sum(map(len, (self.overdue, self.unreachable, self.waiting, self.soon, self.unowned)))


def digest_of(items: Sequence[Standing], days: Workdays, now: datetime) -> Digest:
    """`items`: those that this person hears of."""
    today = days.today(now)
    here = sorted((item for item in items if item.in_text), key=lambda one: (one.due or date.max, one.id))
    open_ones = [item for item in here if not item.ended and not item.parked]
    unreachable = [item for item in open_ones if item.state == "unreachable"]
    waiting = [item for item in open_ones if item.state == "waiting"]
    rest = [item for item in open_ones if item.state not in ("unreachable", "waiting")]
    overdue = [item for item in rest if item.days_late(today)]
    soon = [item for item in rest if item.due is not None and timedelta(0) <= item.due - today <= SOON]
    told = {item.id for item in (*overdue, *soon)}
    last = Week.of(today - timedelta(days=7))
    ended = [item for item in here if item.ended and item.ended_at and Week.of(days.today(item.ended_at)) == last]
    return Digest(
        now,
        today,
        tuple(overdue),
        tuple(unreachable),
        tuple(waiting),
        tuple(soon),
        tuple(item for item in rest if item.owner is None and item.id not in told),
        tuple(ended),
    )


def withheld(item: Standing) -> Standing:
    """Without a word of a restricted ticket, whose text stays with it."""
    words = reference(item.number, item.incident_ref)
    return replace(item, text=words, incident_title=item.incident_ref, reason="", word="", notes=())


def subject(digest: Digest, words: Words) -> str:
    return words.render("digest.subject.j2", digest=digest)


def text(digest: Digest, words: Words, most: int = MOST) -> str:
    """Markdown, with at most so many items of each sort."""
    return words.render("digest.md.j2", digest=digest, most=most)


def mail(digest: Digest, words: Words) -> str:
    return words.render("digest.html.j2", digest=digest, most=MOST)
