"""Lines without a bullet that are a task each: "Implement …" above "Enhancement of …", also under a label."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem import itemchores
from service.postmortem.itemfacts import Facts
from service.postmortem.itemlists import add_with_lead
from service.postmortem.itemwalk import Walk
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Block, Span, plain

_LONGEST_LABEL = 60
_IN_A_ROW = 4
_NOUN = re.compile(r"[A-Z][a-z]{3,20}(?:tion|sion|ment) of ")


def read_task_lines(block: Block, lines: Sequence[Sequence[Span]], walk: Walk) -> bool:
    """Whether a paragraph is such lines; they are items then. What a wrapped line goes on with begins no task."""
    labels = [_is_label(line) for line in lines]
    said = [plain(line).strip() for line, label in zip(lines, labels, strict=True) if not label]
    if len(lines) < 2 or not said or not _are_tasks(said, walk.words):
        return False
    name, here = "", (block.start + 1, block.start + 1)
    for number, (line, label) in enumerate(zip(lines, labels, strict=True), block.start + 1):
        if label:
            name, here = plain(line).rstrip(":： "), (number, number)
        elif not itemchores.is_foreign(name, walk.words) and not plain(line).rstrip().endswith("?"):
            with walk.under(name, here):
                add_with_lead(line, Facts(here=(number, number)), walk)
    return True


def _are_tasks(said: Sequence[str], words: ItemWords) -> bool:
    """All of them; or most, where so many lines in a row begin as a sentence does: none goes on in the next."""
    tasks = sum(_is_task(text, words) for text in said)
    return tasks == len(said) or (len(said) >= _IN_A_ROW and tasks * 2 >= len(said) and all(map(_begins, said)))


def _begins(text: str) -> bool:
    return text[:1].isupper() and not text.endswith((":", "：", ","))


def _is_label(line: Sequence[Span]) -> bool:
    text = plain(line).rstrip()
    return text.endswith((":", "：")) and len(text) <= _LONGEST_LABEL


def _is_task(text: str, words: ItemWords) -> bool:
    first = text.split(maxsplit=1)[0].lower() if text.strip() else ""
    named = first in words.lists["verb"] or _NOUN.match(text) is not None
    return named and text[0].isupper() and len(text.split()) > 2 and not text.rstrip().endswith(("?", ":", "：", ","))
