"""Which heading of a text is its title, and the words in front of it that say only what kind of text it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem.markdown import Block, Span, plain
from service.postmortem.vocabulary import Vocabulary

_PREFIX = re.compile(r"^(?:post-?mortem|incident(?: report)?|pir|rca|retrospective) ?(?::|-|–|—) ?", re.IGNORECASE)


def name_of(spans: Sequence[Span]) -> str:
    return plain(spans).strip().rstrip("#").strip()


def bare(title: str) -> str:
    return _PREFIX.sub("", title).strip() or title


def title_place(blocks: Sequence[Block], words: Vocabulary) -> int:
    """The line of the heading that is the title, or -1: one of the first level that names no section, or the first
    of a text where none is as high."""
    headings = [block for block in blocks if block.kind == "heading"]
    tops = [block for block in headings if block.level == 1]
    for block in headings:
        section = words.section_of(name_of(block.spans), exact=len(tops) == 1 or block is headings[0])
        if block.level == 1 and section is None:
            return block.start
        if section is not None:
            break
    first = blocks[0] if blocks else None
    if tops or first is None or first.kind != "heading":
        return -1
    alone = all(block.level > first.level for block in headings[1:])
    return first.start if alone and words.section_of(name_of(first.spans)) is None else -1
