"""The postmortem's own words: what was read, what the document holds. Frozen, no I/O.

`Reading` is what one ticket says. `Document` is what the postmortem says: the reading, merged with what people wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Section(StrEnum):
    """The seven sections, in the order of the document."""

    SUMMARY = "summary"
    IMPACT = "impact"
    ROOT_CAUSE = "root_cause"
    TIMELINE = "timeline"
    RESOLUTION = "resolution"
    LESSONS_LEARNED = "lessons_learned"
    ACTION_ITEMS = "action_items"


class Origin(StrEnum):
    """Where a section's text comes from."""

    READ = "read"  # a person wrote it in the ticket or a comment
    GENERATED = "generated"  # made from the ticket's facts by a template
    EDITED = "edited"  # a person wrote it in the document; never overwritten
    MISSING = "missing"  # not recorded yet


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a value was read. `words` as they stand in the source, in its lines `first` to `last` (from 1), `why` the
    rule in a few words: "the column “Owner”"."""

    words: str
    first: int
    last: int
    why: str


@dataclass(frozen=True, slots=True)
class SectionText:
    """One section. `text` is Markdown, None exactly when `origin` is MISSING. `source` names where it was read
    ("comment 9", "the ticket"), `by` who edited it, `at` when."""

    text: str | None
    origin: Origin
    source: str = ""
    url: str = ""
    by: str = ""
    at: datetime | None = None
    #: first and last lines of the source that it was read from, from 1; not kept with the document
    lines: tuple[tuple[int, int], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line. `at` is None where a line of the text has no time that could be read. `label` is a short word above the
    text ("Started", "Detected"), or "". `source` is what stands beside it ("comment 7, @db-oncall")."""

    at: datetime | None
    text: str
    source: str = ""
    url: str = ""
    label: str = ""
    #: the line of the source that it was read from, from 1; 0: none. Not kept with the document
    line: int = field(default=0, compare=False)


class Kind(StrEnum):
    """What an action item is for, where the text states it."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One action item as the text states it; what is not stated is None, never guessed.

    `anchor` says where it stands ("text" or "comment:<id>"), `position` its order there, from 0, `lines` the first and
    last line of that text, from 1. `refs` are issues that the item already names: "#123", "acme/ops#4", "PAY-12" or a
    URL. `due_text`: words about the time that are no calendar date ("Q4 2025"), else None. `vague`: a wish of which
    nobody could tell when it is done ("be more careful"); it is filed only when a person says so.
    """

    text: str
    owner: str | None = None
    due: date | None = None
    due_text: str | None = None
    priority: str | None = None
    done: bool = False
    refs: tuple[str, ...] = ()
    why: str | None = None
    done_when: str | None = None
    kind: Kind | None = None
    vague: bool = False
    anchor: str = "text"
    position: int = 0
    lines: tuple[int, int] = field(default=(0, 0), compare=False)
    #: text, owner, due, due_text, priority, kind, done, refs → why it was read so
    evidence: Mapping[str, Evidence] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """A command that was obeyed. Of /file and /park, `numbers` are those that the ticket's comment shows; none: all
    that are proposed, or, where /park has words, the item that they are (`text`)."""

    comment_id: str
    verb: str  # file, park
    numbers: tuple[int, ...]
    who: str  # "@alex", "Sam Example"
    at: datetime
    comment: int = 0  # its place in the ticket, from 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text or ticket says.

    `other` is what belongs to none of the seven sections, in the words and the order of the text. `doubts`: what the
    text says in two ways, and what had to be assumed, each in a sentence. `evidence`: name of a field → why.
    """

    title: str
    severity: str | None
    started_at: datetime | None
    resolved_at: datetime | None
    sections: dict[Section, SectionText]
    timeline: tuple[TimelineLine, ...]
    items: tuple[ReadItem, ...]
    detected_at: datetime | None = None
    mitigated_at: datetime | None = None
    #: commands that were shown, not obeyed, and why: "comment 4: /action by @passer-by, who has no role here"
    not_obeyed: tuple[str, ...] = ()
    #: what people with a role said about filing, in order
    decisions: tuple[Decision, ...] = ()
    other: SectionText = SectionText(None, Origin.MISSING)
    #: as stated; never computed from start and end
    duration: timedelta | None = None
    doubts: tuple[str, ...] = ()
    front: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An action item that the ledger holds, for matching a later reading."""

    key: str
    text: str
    anchor: str
    position: int
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """How a new reading maps to the known items. Indices are into the reading's items.

    `same`: known key → index. `new`: indices first seen now. `gone`: known keys no longer in the text.
    `unclear`: index → the known keys that it might be; a person decides, nothing is filed for it.
    """

    same: dict[str, int]
    new: tuple[int, ...]
    gone: tuple[str, ...]
    unclear: dict[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was obeyed, as the document keeps it. `numbers` of /file and /park may be those of no item."""

    comment: int  # its place in the ticket, from 1
    verb: str
    numbers: tuple[int, ...]
    who: str


@dataclass(frozen=True, slots=True)
class Document:
    """One revision of a postmortem. `unstated`: which of "started_at" and "resolved_at" nobody stated; they are then
    the ticket's own opening and closing, and are shown as those. `other`, `doubts` and `duration` as in `Reading`."""

    title: str
    severity: str | None
    started_at: datetime | None
    detected_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    sections: dict[Section, SectionText]
    timeline: tuple[TimelineLine, ...]
    from_payload: bool = False
    not_obeyed: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    unstated: tuple[str, ...] = ()
    other: SectionText = SectionText(None, Origin.MISSING)
    doubts: tuple[str, ...] = ()
    duration: timedelta | None = None

    def text(self, section: Section) -> str | None:
        return self.sections[section].text
