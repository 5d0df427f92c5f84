"""Changes to a text that people, editors and tools make, at random."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.reading.hostile import MARKDOWN_PIECES


def mutated(text: str, random_: random.Random) -> str:
    """The text with one to four things done to it that people, editors and tools do."""
    for _ in range(random_.randint(1, 4)):
        text = random_.choice(_CHANGES)(text, random_)
    return text


def _span(text: str, random_: random.Random) -> tuple[int, int]:
    start = random_.randint(0, len(text))
    return start, min(len(text), start + random_.randint(0, 200))


def _cut(text: str, random_: random.Random) -> str:
    start, end = _span(text, random_)
    return text[:start] + text[end:]


def _again(text: str, random_: random.Random) -> str:
    start, end = _span(text, random_)
    return text[:end] + text[start:]


def _put(text: str, random_: random.Random) -> str:
    at = random_.randint(0, len(text))
    return text[:at] + random_.choice(MARKDOWN_PIECES) * random_.choice((1, 1, 1, 50)) + text[at:]


def _lines(change: Callable[[list[str], random.Random], None]) -> Callable[[str, random.Random], str]:
    def changed(text: str, random_: random.Random) -> str:
        lines = text.split("\n")
        change(lines, random_)
        return "\n".join(lines)

    return changed


def _indented(lines: list[str], random_: random.Random) -> None:
    start = random_.randrange(len(lines))
    for number in range(start, min(len(lines), start + random_.randint(1, 30))):
        lines[number] = random_.choice(("  ", "\t", "> ", "    ")) + lines[number]


def _taken_out(lines: list[str], random_: random.Random) -> None:
    del lines[random_.randrange(len(lines))]


_CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    _cut,
    _again,
    _put,
    _put,
    _lines(lambda lines, random_: random_.shuffle(lines)),
    _lines(_indented),
    _lines(_taken_out),
    lambda text, random_: text.replace("\n", random_.choice(("\r\n", "\r", "\n\n", "\n \n"))),
    lambda text, random_: text.replace(
        random_.choice("#-*|[]:()`\n @"), random_.choice(("", " ", "|", "\n", "```", "👩‍👧"))
    ),
    lambda text, random_: text.lower(),
    lambda text, random_: text[: random_.randint(0, len(text))],
)
