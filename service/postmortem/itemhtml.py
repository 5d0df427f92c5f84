"""A list in HTML: each <li> is an entry, lists inside it too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem.markdown import Block, Span, plain

_LI = re.compile(r"<(/?)li\b[^<>]*>", re.IGNORECASE)


def list_of(block: Block) -> tuple[Block, Block] | None:
    """What a paragraph says beside its list, and the list; None if it has none."""
    if not any("<li" in span.text.lower() for span in block.spans if not span.code):
        return None
    beside: list[Span] = []
    entries: list[tuple[int, list[Span]]] = []
    here, line = beside, block.start
    for span in block.spans:
        line += span.text == "\n" and not span.code
        at = 0
        for tag in () if span.code else _LI.finditer(span.text):
            here.append(replace(span, text=span.text[at : tag.start()]))
            here = beside if tag[1] else []
            if not tag[1]:
                entries.append((line, here))
            at = tag.end()
        here.append(replace(span, text=span.text[at:]) if at else span)
    items = tuple(_entry(start, _bare(spans)) for start, spans in entries if plain(spans))
    if not items:
        return None
    return replace(block, spans=_bare(beside)), Block("list", items[0].start, items[-1].end, children=items)


def _entry(start: int, spans: tuple[Span, ...]) -> Block:
    end = start + 1 + sum(span.text == "\n" and not span.code for span in spans)
    return Block("item", start, end, children=(Block("paragraph", start, end, spans=spans),))


def _bare(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Without blank spans around."""
    kept = list(spans)
    while kept and not kept[-1].text.strip():
        del kept[-1]
    while kept and not kept[0].text.strip():
        del kept[0]
    return tuple(kept)
