"""A field of an action item that people change in two places, the ticket's text and the tracker. Pure.

Per field: `base`, what the text said when the two last agreed; `said`, what it says now; and when each side's word that
differs was written. Only a change counts. Where one side changed, its word goes to the other; where both did, the later
word holds, and a sentence says so. On the same moment the tracker's holds, where the work is done. What we wrote
ourselves last is never a change, nor is an answer that was given before we wrote it.

A date or name that is taken out of the text takes nothing back in the tracker: what was promised stays promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from connectors.text import quiet_title
from service import wording

Words = Mapping[str, str | None]
#: field → its name in a sentence
FIELDS = {"title": "Title", "owner": "Owner", "due": "Due", "priority": "Priority"}


@dataclass(frozen=True, slots=True)
class Wrote:
    """Our last write of one field. `said`: the text's word then. `was` stood there before, in an issue stamped `at`."""

    value: str
    said: str | None
    was: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Agreed:
    """Dates are ISO days. `said_at`: of the text's words that are not out yet. `there_at`: of the tracker's words that
    came in since the two agreed."""

    base: Words
    said: Words
    said_at: Mapping[str, datetime] = field(default_factory=dict)
    there_at: Mapping[str, datetime] = field(default_factory=dict)
    wrote: Mapping[str, Wrote] = field(default_factory=dict)

    @property
    def pending(self) -> tuple[str, ...]:
        """Fields that changed in the text and are not out yet."""
        return tuple(name for name in FIELDS if self.said.get(name) != self.base.get(name))


def first(words: Words) -> Agreed:
    """The first reading: nothing is to be sent."""
    return Agreed(dict(words), dict(words))


def heard(agreed: Agreed, words: Words, at: datetime) -> Agreed:
    """The text was read again; `at`: when what is new in it was written, as far as is known."""
    changed = {name for name in FIELDS if words.get(name) != agreed.said.get(name)}
    said_at = {name: at if name in changed else when for name, when in agreed.said_at.items()}
    said_at |= dict.fromkeys(changed, at)
    kept = {name: when for name, when in said_at.items() if words.get(name) != agreed.base.get(name)}
    return replace(agreed, said=dict(words), said_at=kept)


def settled(agreed: Agreed, name: str, *, there_at: datetime | None = None) -> Agreed:
    """The text's word of now is dealt with: it is out, or the tracker's of `there_at` holds."""
    said_at = {one: when for one, when in agreed.said_at.items() if one != name}
    there = {one: when for one, when in agreed.there_at.items() if one != name}
    if there_at is not None:
        there[name] = there_at
    return replace(agreed, base={**agreed.base, name: agreed.said.get(name)}, said_at=said_at, there_at=there)


def writes(agreed: Agreed, wrote: Mapping[str, Wrote]) -> Agreed:
    """Noted before the bytes go, so that what comes back is known as ours even if the answer is lost."""
    return replace(agreed, wrote={**agreed.wrote, **wrote})


def written(agreed: Agreed, name: str) -> Agreed:
    """Our last write of this field stands there now. A later word of the text waits on."""
    said = agreed.wrote[name].said
    if agreed.said.get(name) == said:
        return settled(agreed, name)
    there = {one: when for one, when in agreed.there_at.items() if one != name}
    return replace(agreed, base={**agreed.base, name: said}, there_at=there)


@dataclass(frozen=True, slots=True)
class Met:
    """`came`: the tracker's word is new and holds. `stale`: an answer from before our own write: what was known stands.
    `sentence`: whose word holds where both changed; "" where there is no conflict any more, None: as it was."""

    agreed: Agreed | None
    came: bool = False
    stale: bool = False
    sentence: str | None = None


def meet(
    agreed: Agreed | None, name: str, there: str | None, seen: str | None, at: datetime, label: str, shown: str
) -> Met:
    """The tracker says `seen`, of an issue stamped `at`; last it said `there`. `shown`: its word as people read it."""
    wrote = agreed.wrote.get(name) if agreed else None
    if agreed and wrote and seen == wrote.was != wrote.value and at <= wrote.at:
        return Met(agreed, stale=True)
    if agreed and wrote and same(name, wrote.value, seen) and agreed.base.get(name) != wrote.said:
        return Met(written(agreed, name), sentence="")  # ours, of which no answer came back
    if seen == there:
        return Met(agreed)
    if agreed is None:
        return Met(None, came=True)
    if name not in agreed.pending:
        return Met(replace(agreed, there_at={**agreed.there_at, name: at}), came=True, sentence="")
    said = agreed.said.get(name)
    if same(name, said, seen):
        return Met(settled(agreed, name), came=True, sentence="")
    ours = agreed.said_at.get(name)
    if said is not None and ours is not None and ours > at:
        return Met(agreed, sentence=conflict(name, said, shown, label, holds=said))
    told = conflict(name, said, shown, label, holds=shown) if said is not None else ""
    return Met(settled(agreed, name, there_at=at), came=True, sentence=told)


def too_late(agreed: Agreed, name: str) -> bool:
    """Whether a word of the text that was read just now was written before the tracker's that came in already."""
    there, ours = agreed.there_at.get(name), agreed.said_at.get(name)
    return there is not None and ours is not None and ours <= there


def same(name: str, said: str | None, seen: str | None) -> bool:
    """Whether the two sides say the same, in whatever spelling."""
    if said is None or seen is None:
        return said == seen
    if name == "title":
        return _plain(said) == _plain(seen) or _plain(quiet_title(said)) == _plain(seen)
    return _plain(said).removeprefix("@") == _plain(seen).removeprefix("@")


def conflict(name: str, said: str | None, theirs: str, label: str, *, holds: str) -> str:
    return wording.CONFLICT.format(
        field=FIELDS[name], ours=_told(name, said), theirs=_told(name, theirs), label=label, holds=_told(name, holds)
    )


def _told(name: str, word: str | None) -> str:
    if not word:
        return "nobody" if name == "owner" else "nothing"
    if name == "due":
        day = date.fromisoformat(word)
        return f"{day.day} {day:%b} {day.year}"
    return f"“{word}”" if name == "title" else word


def _plain(word: str) -> str:
    return " ".join(word.split()).casefold()
