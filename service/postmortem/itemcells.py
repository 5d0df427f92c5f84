"""A row whose cell of things to do holds a list: "Add a limit<br>Write the runbook", each a row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem import itemdone
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Span, lines_of, plain

Row = tuple[tuple[Span, ...], ...]

_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_BULLET = re.compile(r"^\W{0,2}(?:[-*+•‣◦▪·–] ?|\d{1,2}[.)] ?)(?=\S)")


def rows_in(row: Row, main: int, words: ItemWords) -> list[Row]:
    """The row, or one for each line of its cell `main`, if each of them is a thing to do. A cell of as many lines lends
    each row its own; what any other cell says, it says of all."""
    lines = _lines(row[main]) if main < len(row) else []
    if len(lines) < 2 or not (
        all(_BULLET.match(plain(line)) for line in lines) or all(_is_task(plain(line), words) for line in lines)
    ):
        return [row]
    beside = [_lines(cell) for cell in row]
    return [
        tuple(
            _without_bullet(lines[number]) if at == main else cell[number] if len(cell) == len(lines) else row[at]
            for at, cell in enumerate(beside)
        )
        for number in range(len(lines))
    ]


def _lines(cell: Sequence[Span]) -> list[tuple[Span, ...]]:
    """A cell cut at its breaks; without the empty lines."""
    kept: list[Span] = []
    for span in cell:
        first, *more = [span.text] if span.code else _BREAK.split(span.text)
        kept.append(replace(span, text=first))
        for text in more:
            kept += [Span("\n"), replace(span, text=text)]
    return [line for line in lines_of(kept) if plain(line)]


def _is_task(text: str, words: ItemWords) -> bool:
    first = text.strip('*_`"“ ').split(" ", 1)[0].lower()
    return itemdone.BOX.match(text) is not None or (first in words.lists["verb"] and " " in text)


def _without_bullet(line: Sequence[Span]) -> tuple[Span, ...]:
    if not line or line[0].code or itemdone.BOX.match(plain(line)):
        return tuple(line)
    return (replace(line[0], text=_BULLET.sub("", line[0].text.lstrip(), count=1)), *line[1:])
