"""What a postmortem does not hold yet, each with the question that would fill it. Pure.

questions(document, standings) -> tuple[Gap, ...]          str(gap) is a sentence; gap.name is for a list
missing(document or reading, standings) -> tuple[Gap, ...] with facts such as the severity, and all that items lack
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.postmortem.model import Document, Reading, ReadItem, Section
from service.postmortem.standing import Standing

#: section → its name, and the question that its text would answer
QUESTIONS: dict[Section, tuple[str, str]] = {
    Section.SUMMARY: ("Summary", "What happened, in three sentences, for somebody who was not there?"),
    Section.IMPACT: ("Impact", "Who noticed it, in which way, how many, and for how long?"),
    Section.ROOT_CAUSE: ("Root cause", "Which conditions came together, and what made each of them possible?"),
    Section.TIMELINE: ("Timeline", "What could be seen when, and what was done next?"),
    Section.RESOLUTION: ("Resolution and recovery", "What ended it, and what had to be put right afterwards?"),
    Section.LESSONS_LEARNED: ("Lessons learned", "What went well, what did not, where were we lucky?"),
    Section.ACTION_ITEMS: ("Action items", "What would make this less likely, shorter or smaller the next time?"),
}

#: a fact of the incident → its name, and the question
FACTS: dict[str, tuple[str, str]] = {
    "severity": ("Severity", "How bad was it, by the team's own scale?"),
    "started_at": ("When it started", "What was the first sign of it, and at what time?"),
    "detected_at": ("When it was detected", "Who or what noticed it first, and when?"),
    "mitigated_at": ("When it was mitigated", "From when did its users no longer feel it?"),
    "resolved_at": ("When it was resolved", "From when was everything as usual again?"),
}

#: "Orders given up: to be counted": a line whose value is still owed
_OWED = re.compile(
    r"^[ \t]{0,20}(?:[-*+][ \t]{1,8})?\*{0,3}([^:\n]{3,120}?)\*{0,3}:\*{0,3}[ \t]{0,8}\*{0,3}[_(\[]?"
    r"(?:tbd|tba|todo|to be (?:counted|determined|decided|added|confirmed)|not (?:yet )?(?:known|counted)(?: yet)?|\?+)"
    r"[_)\]]?\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_OWED_IN = (Section.SUMMARY, Section.IMPACT, Section.ROOT_CAUSE, Section.RESOLUTION, Section.LESSONS_LEARNED)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not recorded yet. `name` stands in a list ("lessons learned"), `question` says what would
    fill it, `anchor` is its place on the document's page ("lessons-learned", "item-4")."""

    name: str
    question: str
    anchor: str

    def __str__(self) -> str:
        return f"{self.name[:1].upper()}{self.name[1:]}. {self.question}"


def questions(document: Document, standings: Sequence[Standing]) -> tuple[Gap, ...]:
    """The gaps: sections without text, then figures that a section still owes, then items that have no owner."""
    owners: list[Gap] = []
    for standing in standings:
        if standing.owner is None and not standing.ended:
            question = "Who will see it through?"
            if standing.done_when is None:
                question = "Who will see it through, and how can one tell that it is done?"
            owners.append(Gap(f"the owner of “{standing.text}”", question, f"item-{standing.number}"))
    return (*_sections(document, bool(standings)), *_figures(document), *owners)


def missing(said: Document | Reading, standings: Sequence[Standing] = ()) -> tuple[Gap, ...]:
    """Sections, facts, figures, then items without an owner, a date or a way to tell when they are done: those that
    lack the same in one line. A reading has its own items."""
    items = list(enumerate(said.items, 1)) if isinstance(said, Reading) else [(one.number, one) for one in standings]
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, item in items:
        if not _ended(item) and (lacks := _lacks(item)):
            alike.setdefault(lacks, []).append(number)
    some = [_of_items(numbers, lacks) for lacks, numbers in sorted(alike.items(), key=lambda one: one[0] == (_NO_END,))]
    return (*_sections(said, bool(items)), *_facts(said), *_figures(said), *some)


_NO_OWNER, _NO_DATE, _NO_END = "no owner", "no date", "nothing that tells when it is done"


def _lacks(item: Standing | ReadItem) -> tuple[str, ...]:
    dated = item.due is not None or (isinstance(item, ReadItem) and item.due_text is not None)
    told = ((item.owner, _NO_OWNER), (dated or None, _NO_DATE), (item.done_when, _NO_END))
    return tuple(words for value, words in told if value is None)


def _of_items(numbers: Sequence[int], lacks: tuple[str, ...]) -> Gap:
    """Items that lack the same, in one line."""
    one = len(numbers) == 1
    name = f"item{'' if one else 's'} {_listed([str(number) for number in numbers])}"
    said = f"{'It has' if one else 'They have'} {_listed(lacks)}."
    if lacks == (_NO_END,):
        said = f"How can one tell that {'it is' if one else 'they are'} done?"
    return Gap(name, said, f"item-{numbers[0]}")


def _ended(item: Standing | ReadItem) -> bool:
    return item.done if isinstance(item, ReadItem) else item.ended


def _facts(said: Document | Reading) -> list[Gap]:
    guessed = said.unstated if isinstance(said, Document) else ()
    return [
        Gap(_inside(name), question, "facts")
        for fact, (name, question) in FACTS.items()
        if getattr(said, fact) is None or fact in guessed
    ]


def _text(said: Document | Reading, section: Section) -> str | None:
    found = said.sections.get(section)
    return found.text if found else None


def _sections(said: Document | Reading, items: bool) -> list[Gap]:
    return [
        Gap(_inside(name), question, section.value.replace("_", "-"))
        for section, (name, question) in QUESTIONS.items()
        if _text(said, section) is None and not (section is Section.ACTION_ITEMS and items)
    ]


def _figures(said: Document | Reading) -> list[Gap]:
    return [
        Gap(
            _inside(figure),
            f"{QUESTIONS[section][0]} says that this is still to come.",
            section.value.replace("_", "-"),
        )
        for section in _OWED_IN
        for figure in dict.fromkeys(" ".join(found.split()) for found in _OWED.findall(_text(said, section) or ""))
        if figure
    ]


def _listed(words: Sequence[str]) -> str:
    """a; a and b; a, b and c"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _inside(name: str) -> str:
    """As it reads inside a sentence; a word in capitals keeps them ("API calls refused")."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]
