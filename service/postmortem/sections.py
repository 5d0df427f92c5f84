"""The seven sections of a text, in the words in which they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.postmortem.model import Origin, Section, SectionText
from service.postmortem.outline import BOLD_LINE, Outline, Part, field_of
from service.postmortem.vocabulary import Vocabulary, key


def read_sections(
    whole: Outline, words: Vocabulary, *, source: str, url: str = "", at: datetime | None = None, lead: bool = True
) -> dict[Section, SectionText]:
    """The sections that hold anything. `lead`: prose before the first section is the summary, if none is named so."""
    found: dict[Section, list[Part]] = {}
    for part in whole.parts:
        if part.section is not None:
            found.setdefault(part.section, []).append(part)
    texts = {section: _text(section, parts, words) for section, parts in found.items()}
    if lead and not texts.get(Section.SUMMARY):
        texts[Section.SUMMARY], found[Section.SUMMARY] = _lead(whole.parts, words)
    return {
        section: SectionText(text, Origin.READ, source, url, at=at, lines=_lines(found[section]))
        for section, text in texts.items()
        if not words.nothing_said(text)
    }


def _lines(parts: Sequence[Part]) -> tuple[tuple[int, int], ...]:
    """First and last lines, from 1; parts that follow each other, with at most empty lines between, are one."""
    spans: list[tuple[int, int]] = []
    for part in parts:
        if part.end <= part.start:
            continue
        if spans and part.start <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(part.end, spans[-1][1]))
        else:
            spans.append((part.start + 1, part.end))
    return tuple(spans)


def _text(section: Section, parts: Sequence[Part], words: Vocabulary) -> str:
    """The parts of one section together. Names other than the section's own stay, so that nothing loses its meaning."""
    several = sum(1 for part in parts if part.begins and _said(part, words)) > 1
    pieces: list[str] = []
    for part in parts:
        if part.begins and not (several and _said(part, words)):
            heading = ""
        elif part.begins:
            heading = "" if _own_name(part, section) else f"**{part.name}**"
        elif part.level in range(1, BOLD_LINE):
            heading = f"### {part.name}"
        else:
            heading = f"**{part.name}**" if part.level == BOLD_LINE else ""
        pieces.extend(piece for piece in (heading, part.text if _said(part, words) else "") if piece)
    return "\n\n".join(pieces).strip()


def _said(part: Part, words: Vocabulary) -> bool:
    return not words.nothing_said(part.text)


def _own_name(part: Part, section: Section) -> bool:
    return key(part.name) == section.value.replace("_", " ")


def _lead(parts: Sequence[Part], words: Vocabulary) -> tuple[str, list[Part]]:
    """The prose before the first heading of any kind, or directly under the title, without fields of facts."""
    pieces: list[str] = []
    used: list[Part] = []
    for part in parts:
        if part.section is not None or (part.level > 1 and part.name):
            break
        lines = part.text.split("\n")
        piece = "\n".join(line for line in lines if key(field_of(line)[0]) not in words.fact_names).strip()
        if piece:
            pieces.append(piece)
            start = part.blocks[0].start if part.blocks else part.start
            used.append(replace(part, start=start))
    return "\n\n".join(pieces), used
