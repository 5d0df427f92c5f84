"""A table that Markdown does not take for one: without its line of dashes below the head, or with rows over lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.postmortem.markdown import Block, Span, lines_of, plain

_LEAST = 2  # columns


def table_of(block: Block) -> tuple[Block, dict[int, int]] | None:
    """The paragraph as a table, and the last line of each row by its first, from 1; None if it is prose."""
    if not block.spans or not block.spans[0].text.startswith("|"):
        return None
    rows: list[list[list[Span]]] = []
    starts: list[int] = []
    ends: dict[int, int] = {}
    width = 0
    for number, line in enumerate(lines_of(block.spans), block.start):
        text = plain(line)
        if not text.strip("|-:= ") and (text.strip("| ") or not rows or len(rows[-1]) > width):
            continue  # the line of dashes, or an empty row
        pieces = _cells(line)
        if text.startswith("|") and (not rows or len(rows[-1]) > width or len(pieces) - 2 >= width):
            width = width or len(pieces) - 2
            if width < _LEAST:
                return None
            rows.append(pieces[1:])
            starts.append(number)
        elif rows:  # the row goes on
            rows[-1][-1] += [Span(" "), *pieces[0]]
            rows[-1] += pieces[1:]
        if rows:
            ends[starts[-1] + 1] = number + 1
    if len(rows) < _LEAST or not all(len(row) > 1 for row in rows):
        return None
    cells = tuple(tuple(_bare(cell) for cell in row[:width]) for row in rows)
    return replace(block, kind="table", spans=(), rows=cells, row_starts=tuple(starts)), ends


def _cells(line: Sequence[Span]) -> list[list[Span]]:
    """What stands before, between and behind the strokes of a line."""
    cells: list[list[Span]] = [[]]
    for span in line:
        first, *more = [span.text] if span.code else span.text.split("|")
        cells[-1].append(replace(span, text=first))
        cells.extend([replace(span, text=text)] for text in more)
    return cells


def _bare(cell: Sequence[Span]) -> tuple[Span, ...]:
    kept = [span for span in cell if span.text]
    while kept and not kept[0].text.strip():
        del kept[0]
    while kept and not kept[-1].text.strip():
        del kept[-1]
    if kept and not kept[0].code:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    if kept and not kept[-1].code:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return tuple(kept)
