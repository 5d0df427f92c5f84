"""What a postmortem does not hold yet, each with the question that would fill it. Pure.

questions(document, standings) -> tuple[Gap, ...]          str(gap) is a sentence; gap.name is for a list
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.postmortem.model import Document, Section
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

#: "Orders given up: to be counted": a line whose value is still owed
_OWED = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?\**([^:\n]{3,120}?)\**:\**[ \t]*\**[_(\[]?"
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
    sections: list[Gap] = []
    figures: list[Gap] = []
    owners: list[Gap] = []
    for section, (name, question) in QUESTIONS.items():
        text = document.text(section)
        anchor = section.value.replace("_", "-")
        if text is None and not (section is Section.ACTION_ITEMS and standings):
            sections.append(Gap(_inside(name), question, anchor))
        elif text is not None and section in _OWED_IN:
            owed = dict.fromkeys(" ".join(found.split()) for found in _OWED.findall(text))
            said = f"{name} says that this is still to come."
            figures.extend(Gap(_inside(figure), said, anchor) for figure in owed if figure)
    for standing in standings:
        if standing.owner is None and not standing.ended:
            question = "Who will see it through?"
            if standing.done_when is None:
                question = "Who will see it through, and how can one tell that it is done?"
            owners.append(Gap(f"the owner of “{standing.text}”", question, f"item-{standing.number}"))
    return (*sections, *figures, *owners)


def _inside(name: str) -> str:
    """As it reads inside a sentence; a word in capitals keeps them ("API calls refused")."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]
