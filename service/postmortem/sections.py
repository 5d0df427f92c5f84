"""The seven sections of a text in the words in which they were written, and what belongs to none of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.postmortem.cutting import field_in
from service.postmortem.headings import BOLD_LINE
from service.postmortem.markdown import Block, Span, numbered, plain
from service.postmortem.model import Origin, Section, SectionText
from service.postmortem.outline import Outline, Part
from service.postmortem.vocabulary import Vocabulary, key

_BRACKETED = re.compile(r"[(\[]([^()\[\]]{3,})[)\]]")
_HEADING_MARKS = re.compile(r"[\s>]{0,8}(?:#{1,6}|[-*+]\s|\d{1,3}[.)]\s)?\s{0,8}")
_WORD = re.compile(r"\w")
_CATEGORY = 2  # words of a heading that may only be a category of what is missing below it
_FEWEST = 4  # words beside a link that make a line prose
_FEWEST_OF_PROSE = 10
_ADDRESS = re.compile(r"https?://\S+")


def read_sections(
    whole: Outline, words: Vocabulary, *, source: str, url: str = "", at: datetime | None = None, lead: bool = True
) -> dict[Section, SectionText]:
    """The sections that hold anything. `lead`: prose before the first section is the summary, if none is named so."""
    found: dict[Section, list[Part]] = {}
    for part in _with_lead(whole, words) if lead else whole.parts:
        if part.section is not None:
            found.setdefault(part.section, []).append(part)
    rows = whole.text.split("\n")
    texts = {section: _text(section, parts, words, rows) for section, parts in found.items()}
    return {
        section: SectionText(text, Origin.READ, source, url, at=at, lines=_lines(found[section], rows))
        for section, text in texts.items()
        if text
    }


def read_other(
    whole: Outline,
    words: Vocabulary,
    *,
    source: str,
    url: str = "",
    at: datetime | None = None,
    lead: bool = True,
    titled: bool = True,
) -> SectionText:
    """What belongs to none of the seven, in the words and the order of the text, under its own headings. `titled`: the
    text's own title is kept elsewhere. Together with the title, the front matter and what read_sections gives with the
    same `lead`, this is every word of the text but headings that only name a section and answers that say nothing."""
    parts = _with_lead(whole, words) if lead else whole.parts
    told = {part.section for part in parts if part.section is not None and _says(part, words)}
    rows = whole.text.split("\n")
    pieces: list[str] = []
    used: list[Part] = []
    for part in parts:
        if part.section is not None:
            if part.section not in told and part.name and not (part.begins and words.is_name(part.name)):
                pieces.append(_heading(part, rows))  # a heading with nothing below it, in a section that says nothing
                used.append(replace(part, end=part.start + 1))
            continue
        title = part.start == whole.titled_at or key(part.name) == key(whole.title)
        heading = "" if title and titled else _heading(part, rows)
        said = [piece for piece in (heading, part.text) if _WORD.search(piece)]
        pieces.extend(said)
        used.extend([part] if said else [])
    if not pieces:
        return SectionText(None, Origin.MISSING)
    return SectionText("\n\n".join(pieces), Origin.READ, source, url, at=at, lines=_lines(used, rows))


def _lines(parts: Sequence[Part], rows: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """First and last lines, from 1; parts with nothing but empty lines between them are one."""
    spans: list[tuple[int, int]] = []
    for part in parts:
        if part.end <= part.start:
            continue
        if spans and spans[-1][1] <= part.start and not any(row.strip() for row in rows[spans[-1][1] : part.start]):
            spans[-1] = (spans[-1][0], part.end)
        else:
            spans.append((part.start + 1, part.end))
    return tuple(spans)


def _text(section: Section, parts: Sequence[Part], words: Vocabulary, rows: Sequence[str]) -> str:
    """The parts of one section together. Names other than the section's own stay, so that nothing loses its meaning;
    "" where no part says anything."""
    told = [_says(part, words) for part in parts]
    several = sum(1 for part, said in zip(parts, told, strict=True) if part.begins and said) > 1
    pieces: list[str] = []
    for part, said in zip(parts, told, strict=True):
        more = not part.begins or (said and _says_more(part, section, words, several=several))
        heading = _heading(part, rows) if more else ""
        pieces.extend(piece for piece in (heading, part.text if said else "") if piece)
    return "\n\n".join(pieces).strip() if any(told) else ""


def _says(part: Part, words: Vocabulary) -> bool:
    """Whether a part says anything; a line of three words may be a heading ("### 16:33 Rolled back")."""
    return not words.nothing_said(part.text) or (
        not part.begins and part.text == "" and len(part.name.split()) > _CATEGORY
    )


def _heading(part: Part, rows: Sequence[str]) -> str:
    """The heading of a part, with the links that it has."""
    name = part.name
    if any(span.href for span in part.spans) or (not name and part.level in range(1, BOLD_LINE)):
        name = _HEADING_MARKS.sub("", rows[part.start], count=1).rstrip("# ").replace("**", "")
    if not name:
        return ""
    if part.level in range(1, BOLD_LINE) and not part.begins:
        return f"### {name}"
    return f"**{name}**" if part.spans or part.begins else ""


def _says_more(part: Part, section: Section, words: Vocabulary, *, several: bool) -> bool:
    """Whether a heading says more than which section it begins."""
    if several:
        return key(part.name) != section.value.replace("_", " ")
    if any(words.named(found) is not section for found in _BRACKETED.findall(part.name)):
        return True
    return not words.is_name(part.name) or any("://" in span.href for span in part.spans)


def _with_lead(whole: Outline, words: Vocabulary) -> Sequence[Part]:
    """The parts, with the prose before the first heading of any kind, or directly under the title, as the summary, if
    no part that says anything is named so. Fields of facts and mere links are no prose."""
    parts = whole.parts
    if any(part.section is Section.SUMMARY and _says(part, words) for part in parts):
        return parts
    lines = whole.text.split("\n")
    lead: list[Part] = []
    rest: list[Part] = []
    for index, part in enumerate(parts):
        if part.section is not None or (part.level > 1 and part.name):
            rest.extend(parts[index:])
            break
        lead.extend(_prose_apart(part, lines, words))
    prose = any(part.section is Section.SUMMARY and not words.nothing_said(part.text) for part in lead)
    if prose or not rest:
        return [*lead, *rest] if prose else parts
    return [*parts[: -len(rest)], _first_chapter(whole, rest, words), *rest[1:]]


def _first_chapter(whole: Outline, rest: Sequence[Part], words: Vocabulary) -> Part:
    """The first part below a title that nothing stands under, as the summary, if it begins with prose under a heading
    of its own ("## The night of the two keys") and the text has sections after it."""
    first, name = rest[0], key(rest[0].name)
    known = words.around.get("others", frozenset()) | words.around.get("apart", frozenset()) | words.fact_names
    if first.section is not None or first.level >= BOLD_LINE or not whole.title or not any(p.section for p in rest):
        return first
    if name in known or words.vetoes.search(name) or not first.blocks or first.blocks[0].kind != "paragraph":
        return first
    told = len(plain(first.blocks[0].spans).split()) >= _FEWEST_OF_PROSE
    return replace(first, section=Section.SUMMARY) if told else first


def _prose_apart(part: Part, lines: Sequence[str], words: Vocabulary) -> list[Part]:
    """A part cut where its prose begins and ends; the prose is of the summary. A mere table is none."""
    if all(block.kind == "table" for block in part.blocks):
        return [part]
    flags = [(block, number, fact) for block in part.blocks for number, fact in _lines_of(block, words)]
    if not any(not fact and _WORD.search(lines[number]) for _, number, fact in flags):
        return [part]
    cuts = [
        (number, fact) for index, (_, number, fact) in enumerate(flags) if not index or fact is not flags[index - 1][2]
    ]
    body = part.start + bool(part.name)
    if part.name and body < part.end and lines[body].strip() and not lines[body].strip("=- "):
        body += 1  # the line under a heading
    cuts[0] = (body, cuts[0][1])  # with what the tree does not hold: where links lead
    found: list[Part] = []
    if part.name:
        found.append(replace(part, text="", blocks=(), end=part.start + 1))
    starts, ends = [block.start for block in part.blocks], [block.end for block in part.blocks]
    for index, (start, fact) in enumerate(cuts):
        end = cuts[index + 1][0] if index + 1 < len(cuts) else part.end
        held = slice(bisect_right(ends, start), bisect_left(starts, end))
        section = None if fact else Section.SUMMARY
        while start < end - 1 and not lines[start].strip():
            start += 1
        text = "\n".join(lines[start:end]).strip("\n").rstrip()
        found.append(Part("", 0, section, False, text, part.blocks[held], (), start, start + len(text.split("\n"))))
    return found


def _lines_of(block: Block, words: Vocabulary) -> list[tuple[int, bool]]:
    """The first line of every line, entry or whole of a block, and whether it is a fact or a mere link."""
    if block.kind == "paragraph":
        return [(number, _is_fact(spans, words)) for number, spans in numbered(block)]
    if block.kind == "list":
        heads = [(item.start, item.children[0] if item.children else None) for item in block.children]
        return [(start, head is not None and _is_fact(numbered(head)[0][1], words)) for start, head in heads]
    if block.kind == "table":
        names = [key(plain(row[0])) for row in block.rows if row]
        return [(block.start, any(name in words.fact_names for name in names))]
    return [(block.start, False)]


def _is_fact(spans: Sequence[Span], words: Vocabulary) -> bool:
    name, rest = field_in(spans, bold=True)
    if name and key(name) in words.fact_names:
        return True
    linked = any(span.href for span in spans)
    said = rest if name else spans
    if name and spans[0].bold and rest and len(plain(rest).split()) < _FEWEST:
        return True
    free = _ADDRESS.sub("", plain([span for span in said if not span.href]))
    return (linked or "://" in plain(said)) and len(free.split()) < _FEWEST
