"""People who asked to be forgotten: their names are kept as keyed hashes alone, and are taken out of every text. Pure.

A name is found as whole words, in any case, however it is spaced. A login is found where it stands alone: "alex" is not
in "alex-smith", "alex.example" or "acme-alex". Linear in the text.

    forgotten = Forgotten(key, [mark_of(key, name) …])
    forgotten.text("Restarted by Alex Example, @alex") -> "Restarted by a person, @someone"
    forgotten.ticket(ticket), forgotten.state(state)      what sources and trackers tell, before it is stored
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.base import IssueState, Person, Ticket
from service.postmortem.beginnings import begins
from service.postmortem.model import Document, SectionText

#: in place of a name, and of a handle behind its @
NAME, HANDLE = "a person", "someone"
#: shorter names, and numbers, are found only where they are all that a field says
LEAST = 3
_LONGEST_GAP = 3
_UNIT = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")  # letters, digits, and the accents that stand behind their letter
_JOINS = "-_.+"  # between letters they make one handle


@dataclass(frozen=True, slots=True)
class Mark:
    """One name that is forgotten, without the name. `first`: the hash of its first word; `units`: how many words.
    `whole`: it is found only where a field says nothing else."""

    hash: str
    first: str
    units: int
    whole: bool


def mark_of(key: bytes, name: str) -> Mark | None:
    """None for what has no letter or digit."""
    name = name.strip().removeprefix("@")
    units = [found.span() for found in _UNIT.finditer(name)]
    if not units:
        return None
    said = _normal(name, units)
    return Mark(
        _hash(key, said), _hash(key, _plain(name[slice(*units[0])])), len(units), len(said) < LEAST or said.isdigit()
    )


class Forgotten:
    """`key` is the installation's own, so that the hashes tell nobody else whom they mean."""

    def __init__(self, key: bytes, marks: Iterable[Mark]) -> None:
        self._key = key
        self.marks = tuple(dict.fromkeys(marks))
        self._everywhere = {mark.hash for mark in self.marks if not mark.whole}
        self._fields = {mark.hash for mark in self.marks}
        self._first = {mark.first for mark in self.marks if not mark.whole}
        self._lengths = sorted({mark.units for mark in self.marks if not mark.whole}, reverse=True)

    def __bool__(self) -> bool:
        return bool(self.marks)

    def text(self, text: str) -> str:
        """The text without their names."""
        if not self._lengths or not text:
            return text
        units = [found.span() for found in _UNIT.finditer(text)]
        out, at = list[str](), 0
        begins: dict[str, bool] = {}
        for number, (start, end) in enumerate(units):
            word = text[start:end]
            if word not in begins:
                begins[word] = _hash(self._key, _plain(word)) in self._first
            if not begins[word] or start < at:
                continue
            length = next((many for many in self._lengths if self._named(text, units, number, many)), 0)
            if length:
                end = units[number + length - 1][1]
                out += (text[at:start], _in_place(text, start, end))
                at = end
        return "".join([*out, text[at:]]) if out else text

    def maybe(self, text: str | None) -> str | None:
        return None if text is None else self.text(text)

    def is_whole(self, field: str | None) -> bool:
        """Whether this field, with or without an @, is one of their names and nothing else."""
        mark = mark_of(self._key, field) if field else None
        return mark is not None and mark.hash in self._fields

    def field(self, field: str | None) -> str | None:
        """A field that names somebody."""
        return NAME if self.is_whole(field) else self.maybe(field)

    def person(self, person: Person) -> Person:
        if self.is_whole(person.id) or self.is_whole(person.name):
            return Person(HANDLE, NAME, person.bot)
        return person

    def ticket(self, ticket: Ticket) -> Ticket:
        """As a source tells it, before it is read or stored. Its handles and addresses stay: it is found by them."""
        if not self:
            return ticket
        return replace(
            ticket,
            title=self.text(ticket.title),
            text=self.text(ticket.text),
            labels=tuple(self.text(label) for label in ticket.labels),
            services=tuple(self.text(service) for service in ticket.services),
            reporter=self.person(ticket.reporter) if ticket.reporter else None,
            assignees=tuple(self.person(one) for one in ticket.assignees),
            comments=tuple(
                replace(one, author=self.person(one.author), text=self.text(one.text)) for one in ticket.comments
            ),
            events=tuple(
                replace(
                    one, subject=self.field(one.subject) or "", was=self.field(one.was) or "",
                    by=self.person(one.by) if one.by else None,
                )
                for one in ticket.events
            ),
        )  # fmt: skip

    def document(self, document: Document) -> Document:
        return replace(
            document,
            title=self.text(document.title),
            severity=self.maybe(document.severity),
            sections={section: self.section(said) for section, said in document.sections.items()},
            other=self.section(document.other),
            doubts=tuple(self.text(said) for said in document.doubts),
            timeline=tuple(
                replace(line, text=self.text(line.text), source=self.text(line.source), label=self.text(line.label))
                for line in document.timeline
            ),
            not_obeyed=tuple(self.text(said) for said in document.not_obeyed),
            asked=tuple(replace(one, who=self.text(one.who)) for one in document.asked),
        )

    def section(self, said: SectionText) -> SectionText:
        return replace(said, text=self.maybe(said.text), source=self.text(said.source), by=self.text(said.by))

    def state(self, state: IssueState) -> IssueState:
        """As a tracker tells it, before it is stored."""
        if not self:
            return state
        assignee = self.person(state.assignee) if state.assignee else None
        changed_by = self.person(state.changed_by) if state.changed_by else None
        return replace(state, title=self.text(state.title), assignee=assignee, changed_by=changed_by)

    def _named(self, text: str, units: list[tuple[int, int]], number: int, length: int) -> bool:
        """Whether a name of so many words begins here and stands alone."""
        part = units[number : number + length]
        if len(part) < length or any(b[0] - a[1] > _LONGEST_GAP for a, b in itertools.pairwise(part)):
            return False
        said = _normal(text, part)
        if _hash(self._key, said) not in self._everywhere:
            return False
        return " " in said or _alone(text, part[0][0], part[-1][1])


def is_placeholder(name: str | None) -> bool:
    """Whether this is what stands in place of somebody who was forgotten, and so is nobody's name."""
    return name is not None and name.strip().removeprefix("@").casefold() in (NAME, HANDLE)


def _in_place(text: str, start: int, end: int) -> str:
    if text[start - 1 : start] in ("@", "/"):
        return HANDLE
    return NAME[0].upper() + NAME[1:] if begins(text, start, end) else NAME


def _alone(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    joined_before = len(before) == 2 and before[1] in _JOINS + "@" and before[0].isalnum()
    joined_after = len(after) == 2 and after[0] in _JOINS and after[1].isalnum()
    return not joined_before and not joined_after


def _normal(text: str, units: list[tuple[int, int]]) -> str:
    """The words with what is between them; any space is one space, and what Markdown escapes is itself."""
    out, last = list[str](), units[0][0]
    for start, end in units:
        gap = text[last:start].replace("\\", "").replace("’", "'")
        out += (" " if gap and gap.isspace() else gap, text[start:end])
        last = end
    return _plain("".join(out))


def _plain(said: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", said).casefold())


def _hash(key: bytes, said: str) -> str:
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=16).hexdigest()
