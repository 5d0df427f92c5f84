"""What stands around an item's text, each fact with the words that state it; and the source lines they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from service.postmortem.model import Evidence, Kind
from service.postmortem.outline import Part

_MARKS = r"[\s*_`~\\]{1,40}"


@dataclass(frozen=True, slots=True)
class Said:
    """`words` as the reader saw them, `within` the longer stretch that held them, `lines` where, from 1."""

    words: str
    why: str
    within: str = ""
    lines: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Facts:
    """What stands around an item's text: in its line, in the cells beside it, in the lines under it. What is stated
    first stays. `here`: the source lines that are being read, from 1."""

    owner: str | None = None
    due: date | None = None
    due_text: str | None = None
    priority: str | None = None
    kind: Kind | None = None
    done: bool = False
    open: bool = False  # it is said to be open: its tense alone does not make it done
    refs: list[str] = field(default_factory=list)
    why: str | None = None
    done_when: str | None = None
    vague: bool = False
    here: tuple[int, int] = (0, 0)
    said: dict[str, Said] = field(default_factory=dict)

    def note(self, name: str, words: str, why: str, within: str = "") -> None:
        self.said.setdefault(name, Said(words, why, within, self.here))

    def add_refs(self, refs: Sequence[str], why: str = "named in the item") -> None:
        for ref in refs:
            if ref not in self.refs:
                self.refs.append(ref)
                self.note("refs", ref, why)

    def set_owner(self, owner: str | None, why: str, within: str = "") -> None:
        if owner and self.owner is None:
            self.owner = owner
            self.note("owner", owner, why, within)

    def set_due(self, day: date | None, words: str, why: str, within: str = "") -> None:
        if day is not None and self.due is None:
            self.due = day
            self.note("due", words, why, within)
        elif day is None and words and self.due_text is None:
            self.due_text = words
            self.note("due_text", words, why, within)

    def set_priority(self, priority: str | None, words: str, why: str) -> None:
        if priority and self.priority is None:
            self.priority = priority
            self.note("priority", words, why)

    def set_kind(self, kind: Kind | None, words: str, why: str) -> None:
        if kind and self.kind is None:
            self.kind = kind
            self.note("kind", words, why)

    def set_done(self, words: str, why: str) -> None:
        if not self.done:
            self.done = True
            self.note("done", words, why)

    def set_told(self, words: str | None, why: str) -> None:
        """Done by the tense of its words, unless a box or a status says that it is open."""
        if words and not self.open:
            self.set_done(words, why)


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a part as they were written; the first of them is line `first` of the text, from 1."""

    lines: tuple[str, ...] = ()
    first: int = 1

    def stretch(self, lines: tuple[int, int]) -> list[str]:
        return list(self.lines[max(0, lines[0] - self.first) : max(0, lines[1] - self.first + 1)])

    def evidence(self, said: Mapping[str, Said]) -> dict[str, Evidence]:
        return {name: self._placed(one) for name, one in said.items()}

    def _placed(self, said: Said) -> Evidence:
        first, last = said.lines
        raw = self.stretch(said.lines)
        for within in (said.within, ""):
            for number, line in enumerate(raw, first):
                words = _found(line, said.words, within) if said.words else None
                if words:
                    return Evidence(words, number, number, said.why)
            if not said.within:
                break
        joined = re.compile(_MARKS.join(re.escape(word) for word in said.words.split()[:60])) if said.words else None
        spread = joined.search("\n".join(raw)) if joined else None
        if spread:
            above = "\n".join(raw)[: spread.start()].count("\n")
            return Evidence(spread[0], first + above, first + above + spread[0].count("\n"), said.why)
        for number, line in enumerate(raw, first):
            if line.strip():
                return Evidence(line.strip(), number, number, said.why)
        return Evidence(said.words, first, last, said.why)


def _found(line: str, words: str, within: str) -> str | None:
    """The words in a line, if they stand there whole: not "sam" in "same"."""
    start, end = 0, len(line)
    if within:
        start = line.find(within)
        if start < 0:
            return None
        end = start + len(within)
    at = line.find(words, start, end)
    while at >= 0:
        after = at + len(words)
        before, behind = line[at - 1 : at], line[after : after + 1]
        if not (before.isalnum() and words[0].isalnum()) and not (behind.isalnum() and words[-1].isalnum()):
            return words
        at = line.find(words, at + 1, end)
    return None


def source_of(part: Part, whole: Sequence[str] = ()) -> Source:
    """The lines of a part: of its heading as well, where the whole text is given."""
    lines = part.text.split("\n")
    if len(lines) == part.end - part.start or not part.blocks:
        return Source(tuple(lines), part.start + 1)
    return Source(tuple(lines), part.blocks[0].start + 1)
