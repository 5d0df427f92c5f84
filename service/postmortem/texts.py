"""The words of blocks, made once each: several readers look at the same paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service.postmortem.markdown import Block, lines_of, plain

_DIGIT = re.compile(r"[\d一-九]")


@dataclass(slots=True)
class Texts:
    """Keeps the plain text of each block that was asked for, as long as it lives."""

    _kept: dict[int, str] = field(default_factory=dict)
    _raw: dict[int, str] = field(default_factory=dict)

    def raw(self, block: Block) -> str:
        """The letters of a paragraph, without a space between its marks: enough to see what cannot stand in it."""
        text = self._raw.get(id(block))
        if text is None:
            text = self._raw[id(block)] = "".join([span.text for span in block.spans])
        return text

    def may_hold_a_time(self, block: Block) -> bool:
        """Whether a paragraph has any number, or an hour; else no reader of times looks at it."""
        text = self.raw(block)
        return _DIGIT.search(text) is not None or "hour" in text

    def of(self, block: Block) -> str:
        """The text of a paragraph or heading in one line."""
        text = self._kept.get(id(block))
        if text is None:
            text = self._kept[id(block)] = plain(block.spans)
        return text

    def lines(self, block: Block) -> Iterator[tuple[str, int]]:
        """The lines of a paragraph, each with its line in the source, from 1."""
        if "\n" not in self.raw(block):
            yield self.of(block), block.start + 1
            return
        for number, line in enumerate(lines_of(block.spans), start=block.start + 1):
            yield plain(line), number


def paragraphs(blocks: Iterable[Block]) -> Iterator[Block]:
    """The paragraphs in blocks and in what they hold, in the order of the text."""
    stack = list(blocks)[::-1]
    while stack:
        block = stack.pop()
        if block.kind == "paragraph":
            yield block
        stack.extend(reversed(block.children))
