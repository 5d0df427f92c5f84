"""`check`: settings, database and every connection, one line each; then what to mend, in full.

It changes nothing: no row, no file, nothing at a vendor. It works before the database is made.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence

from service import wiring
from service.checking import whole
from service.checking.line import MEND as TO_MEND
from service.checking.line import NOTE, Line, counted
from service.commands.running import filled, quiet
from service.errors import MEND, WELL
from service.settings import Settings

#: whose lines are sentences; the others stay in one line, as a table's
PROSE = ("paused", "route", "items", "people")


def run(args: Namespace) -> int:
    quiet()
    settings = wiring.load_settings(args.config)
    command = again(args)
    parts = whole.parts_of(settings, wiring.Idle())
    text = args.format == "text"
    numbers = [str(number + 1) for number in range(len(settings.routes))]
    names = max((len(name) for name in (*settings.sources, *settings.trackers, *numbers)), default=0)
    lines: list[Line] = []
    try:
        for line in whole.lines(parts, command, _Asking()):
            if text:
                _show(line, names)
            lines.append(line)
    finally:
        parts.database.close()
    mends = [line for line in lines if line.level == TO_MEND]
    notes = sum(line.level == NOTE for line in lines)
    if text:
        print(f"\n{counted(len(mends), 'thing')} to mend, {counted(notes, 'note')}")
        for same in _alike(mends):
            _explain(settings, same, command)
    else:
        said = [line.as_json() for line in lines]
        found = {"settings": settings.file, "lines": said, "mends": len(mends), "notes": notes}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    return MEND if mends else WELL


def again(args: Namespace) -> str:
    """How a person says the command with these settings, without its name."""
    return f"python -m service{f' --config {args.config}' if args.config else ''}"


def _show(line: Line, names: int) -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    name = f"{line.name:{names}}  " if names else ""
    first = f"{line.part:8}   {line.level:4}  {name}"
    prose = line.part in PROSE
    print(filled(line.whole, first, " " * len(first)) if prose else f"{first}{line.whole}", flush=True)


def _alike(mends: Sequence[Line]) -> list[list[Line]]:
    """One token or host that is wrong is told once, with every table that it concerns."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in mends:
        groups.setdefault((line.subject, line.text, line.saw, line.means, line.mend), []).append(line)
    return list(groups.values())


def _explain(settings: Settings, lines: Sequence[Line], again: str) -> None:
    line = lines[0]
    head = f"{line.subject or f'{line.part} {line.name}'.strip()}   "
    print()
    for number, one in enumerate(lines):
        where = settings.where(*one.place) if one.place else settings.file
        table = f"{_table(one)}, " if one.place else ""
        print(f"{'' if number else head:{len(head)}}{table}{where}")
    for word, text in (
        ("saw", line.saw or line.text),
        ("means", line.means),
        ("waits", next((one.waits for one in lines if one.waits), "")),
        ("mend", line.mend),
    ):
        if text:
            print(_paragraph(word, text))
    print(f"  then    {again} check")  # one line, to be copied


def _table(line: Line) -> str:
    """As the file spells it."""
    first, second = line.place[0], line.place[1]
    return f"[[{first}]]" if isinstance(second, int) else f"[{first}.{second}]"


def _paragraph(word: str, text: str) -> str:
    """Nothing is broken inside a word: addresses and settings stay whole. What has a line of its own is to be copied,
    and keeps it."""
    first, others = f"  {word:8}", " " * 10
    said, *own = text.splitlines()
    return "\n".join([filled(said, first, others), *(f"{others}{line}" for line in own)])


class _Asking:
    """On a terminal, a line that goes away again: a connection that hangs has a name."""

    def __call__(self, name: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[KAsking {name} …", end="", file=sys.stderr, flush=True)
