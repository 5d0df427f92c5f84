"""Which heading of a text is its title, and the words in front of it that say only what kind of text it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem.markdown import Block, Span, plain
from service.postmortem.vocabulary import Vocabulary, key

_PREFIX = re.compile(r"^(?:post-?mortem|incident(?: report)?|pir|rca|retrospective) ?(?::|-|–|—) ?", re.IGNORECASE)
#: names of a kind of text: alone at its top they are its title, though they also name a section
_KINDS = frozenset({"rca", "root cause analysis", "rca report", "root cause analysis report"})
_DAY_BEHIND = re.compile(r"(.{3,120}?) ?[(\[][^()\[\]]{0,20}\d{4}-\d\d-\d\d[^()\[\]]{0,20}[)\]]$")


def name_of(spans: Sequence[Span]) -> str:
    return plain(spans).strip().rstrip("#").strip()


def is_sequel(name: str, words: Vocabulary) -> bool:
    """Whether a heading tells of later work, on a day that it names: "Cache tuning follow-up (2026-03-02)"."""
    found = _DAY_BEHIND.match(name[:200])
    before = key(found[1]) if found else ""
    return any(before.endswith(f" {word}") for word in words.around.get("sequel", ()))


def bare(title: str) -> str:
    return _PREFIX.sub("", title).strip() or title


def title_place(blocks: Sequence[Block], words: Vocabulary) -> int:
    """The line of the heading that is the title, or -1: one of the first level that names no section, or the first
    of a text where none is as high."""
    headings = [block for block in blocks if block.kind == "heading"]
    tops = [block for block in headings if block.level == 1]
    first = blocks[0] if blocks else None
    if len(tops) == 1 and first is tops[0] and key(name_of(first.spans)) in _KINDS:
        return first.start
    for block in headings:
        section = words.section_of(name_of(block.spans), exact=len(tops) == 1 or block is headings[0])
        if block.level == 1 and section is None:
            return block.start
        if section is not None:
            break
    if tops or first is None or first.kind != "heading":
        return -1
    alone = all(block.level > first.level for block in headings[1:])
    return first.start if alone and words.section_of(name_of(first.spans)) is None else -1
