"""What people ask for in comments on an action item's issue: "/snooze until 24 Dec", "/wontdo We left that vendor".

Pure. A command stands at the beginning of a line, outside of code and quotes. Days are read as strictly as in tickets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.postmortem.dates import due_at

#: a snooze may reach so far; who means longer means never
FARTHEST = timedelta(days=366)
_MOST_LINES = 2000
_REASON = 500  # letters

_COMMAND = re.compile(
    r" {0,3}(?:[-*+] {1,3})?/(?P<name>snooze|unsnooze|wont-?do|won['’]t-?do)(?![\w-])[ \t:]*(?P<words>.*)",
    re.IGNORECASE,
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_PREFIX = re.compile(r"^(?:until|till|til|to|for|by|bis)(?![\w-])[ :]*", re.IGNORECASE)
_OFF = ("off", "none", "no", "stop", "end", "clear", "cancel")

NO_DAY = "names no day that can be read"
PAST = "names a day that is not ahead"
TOO_FAR = "names a day more than a year ahead"
NO_REASON = "gives no reason"


@dataclass(frozen=True, slots=True)
class Said:
    """One command. `until` None: the snooze is taken back. `unclear`: why it cannot be obeyed, as the end of a
    sentence, or ""."""

    verb: str  # snooze, wontdo
    line: str  # as it was written, in one line
    until: date | None = None
    reason: str = ""
    unclear: str = ""


def commands(text: str, today: date) -> tuple[Said, ...]:
    """Those of one comment, in order. `today`: the day on which it was written, in the team's timezone."""
    lines = text.splitlines()[:_MOST_LINES]
    return tuple(_read(*one, today) for one in _found(lines))


def _found(lines: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """(name, words behind it, the lines below) of each."""
    fence = ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1] if mark[1][0] == "~" or "`" not in mark[2] else ""
            elif mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            continue
        if not fence and "/" in line and (found := _COMMAND.match(line[:4000])):
            yield found["name"].lower(), found["words"].strip(), lines[number + 1 :]


def _read(name: str, words: str, below: list[str], today: date) -> Said:
    line = " ".join(f"/{name} {words}".split())[:100]
    if name == "unsnooze":
        return Said("snooze", line)
    if name != "snooze":
        reason = _reason(words, below)
        return Said("wontdo", line, reason=reason, unclear="" if reason else NO_REASON)
    if words.lower().rstrip(".") in _OFF:
        return Said("snooze", line)
    day = _day(_PREFIX.sub("", words, count=1), today)
    if day is None:
        return Said("snooze", line, unclear=NO_DAY)
    if day <= today:
        return Said("snooze", line, unclear=PAST)
    return Said("snooze", line, until=day, unclear=TOO_FAR if day - today > FARTHEST else "")


def _day(words: str, today: date) -> date | None:
    """ "24 Dec", "next Friday", "2 weeks"; what stands behind it is a remark."""
    day, end = due_at(words, 0, today)
    if day is None:
        words = f"in {words}"
        day, end = due_at(words, 0, today)
    return day if day is not None and not words[end : end + 1].isalnum() else None


def _reason(words: str, below: list[str]) -> str:
    """The rest of the line and the lines up to an empty one or another command, as one."""
    said = [words] if words else []
    for line in below:
        if not line.strip() or _COMMAND.match(line[:4000]) or _FENCE.match(line) or line.lstrip().startswith(">"):
            break
        said.append(line)
    whole = " ".join(" ".join(said).split())
    return whole if len(whole) <= _REASON else f"{whole[: _REASON - 1].rstrip()}…"
