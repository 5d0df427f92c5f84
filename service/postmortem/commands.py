"""Commands in comments while the incident runs: "/impact Half of the orders", at the start of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

#: what may be written → what it does
NAMES = {
    "action": "action",
    "todo": "action",
    "timeline": "timeline",
    "impact": "impact",
    "cause": "cause",
    "root-cause": "cause",
    "rootcause": "cause",
    "severity": "severity",
    "sev": "severity",
    "summary": "summary",
    "resolution": "resolution",
    "lesson": "lesson",
    "lessons": "lesson",
    "file": "file",
    "park": "park",
}
_RANGE = re.compile(r"(?<![\w-])([0-9]{1,4}) ?[-–] ?([0-9]{1,4})(?![\w-])")
_ONE = r"#?[0-9]{1,4}(?: ?[-–] ?[0-9]{1,4})?"
#: not "14:05 …", "2.5 …", "3rd …", "2FA …", "5% …"
_FIRST = re.compile(rf"({_ONE}(?:(?: ?[,;&] ?| and | ){_ONE}){{0,20}})(?: ?[:,;.(–—-])?\s+(?=[^\s\d])")
#: these say something without any words as well
BARE = ("file", "park")

_INDENT, _DEEP = 3, 12  # spaces before a command, and before one in a list inside a list
_LINE = re.compile(
    r"(?P<indent> {0,12})(?P<bullet>(?:[-*+•]|[0-9]{1,3}[.)]) {1,4})?(?P<box>\[[ xX]?\] {1,2})?"
    r"/(?P<name>[a-z][a-z-]{1,15})(?:[\s:：]+(?P<words>.*))?$",
    re.IGNORECASE,
)
_BULLET = re.compile(r" {0,12}(?:[-*+•]|[0-9]{1,3}[.)])(?: |$)")
#: what ends the words of a command in the lines below it
_OTHER = re.compile(r" {0,3}(?:#{1,6} |>|<|`{3}|~{3}|(?:[-*_] ?){3,40}$)")
#: what a code fence begins with, also as the beginning of a list item; no backtick may follow backticks
_OPENED = re.compile(r"( {0,9}(?:[-*+] {1,4}|[0-9]{1,9}[.)] {1,4})?)(?:(`{3,})[^`]*|(~{3,}).*)$")
_CLOSED = re.compile(r"( *)(`{3,}|~{3,})[ \t]*$")


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is one of the values of NAMES; `text` is the rest of its line, or the lines below it. `first` and `last`
    are its lines, from 1."""

    name: str
    text: str
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    def lines(self) -> list[tuple[int, str]]:
        """The lines of its text with their numbers."""
        lines = self.text.split("\n")
        return list(enumerate(lines, self.last - len(lines) + 1))

    def entries(self) -> list[tuple[int, str]]:
        """The entries of a list, bullets taken off, with the number of the first line of each; what is no list is one.
        What stands above the first bullet is an entry of its own."""
        found: list[tuple[int, str]] = []
        for number, line in self.lines():
            bullet = _BULLET.match(line)
            if found and not bullet:
                found[-1] = (found[-1][0], f"{found[-1][1]}\n{line}")
            else:
                found.append((number, line[bullet.end() :] if bullet else line))
        return found


class _Fence(NamedTuple):
    """A code fence that is open: what it was opened with, and how far in."""

    marks: str
    indent: int


def _fence_after(line: str, fence: _Fence | None) -> _Fence | None:
    """The fence that is open after this line: it is closed only by its own character, at least as often, alone on a
    line. https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
    if fence is None:
        begun = _OPENED.match(line)
        return _Fence(begun[2] or begun[3], len(begun[1])) if begun else None
    ended = _CLOSED.match(line)
    if ended is None or not ended[2].startswith(fence.marks) or len(ended[1]) > fence.indent + 3:
        return fence
    return None


def numbers(text: str) -> tuple[int, ...] | None:
    """ "2,4", "2 4", "#2 and 4", "2-4": these; "" or "all": (), which is all of them; None: no list of numbers."""
    words = [word for word in re.split(r"[\s,;#]+", _RANGE.sub(_spelled, text)) if word and word not in ("and", "&")]
    if [word.lower() for word in words] in ([], ["all"]):
        return ()
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        return None
    return tuple(dict.fromkeys(int(word) for word in words))


def numbers_first(text: str) -> tuple[int, ...]:
    """ "1 too big", "2, 4: duplicates": the numbers before the words that say why; (): no number stands first."""
    found = _FIRST.match(text)
    return (numbers(found[1]) or ()) if found else ()


def _spelled(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    return " ".join(map(str, range(first, last + 1))) if first <= last <= first + 100 else found[0]


def split(text: str) -> tuple[list[Command], str]:
    """The commands of a tidied text, and the text without them, its lines where they were. Inside a code fence or a
    quote nothing is a command. One that stands alone on its line has its words in the lines below it, up to an empty
    line, another command, or something else than prose."""
    if "/" not in text:
        return [], text
    found: list[Command] = []
    kept = text.split("\n")
    fence: _Fence | None = None
    listed = False  # inside a list
    goes_on = entry = False  # the words of the last command may go on below it
    for index, line in enumerate(kept):
        fence = _fence_after(line, fence)
        match = _LINE.match(line[:4000]) if "/" in line and not fence else None
        name = NAMES.get(match["name"].lower()) if match and _stands(match, listed) else None
        if match is not None and name is not None:
            words = (match["words"] or "").strip()
            found.append(Command(name, (match["box"] or "") + words if words else "", index + 1, index + 1))
            goes_on = name not in BARE and (not words or bool(match["bullet"]))
            entry = bool(words)
            kept[index] = ""
        elif goes_on and fence is None and _is_more(line, entry=entry):
            last = found[-1]
            found[-1] = replace(last, text=f"{last.text}\n{line}" if last.text else line, last=index + 1)
            kept[index] = ""
        else:
            goes_on = False
        listed = _BULLET.match(line) is not None or (listed and (not line.strip() or line.startswith("  ")))
    return [one for one in found if one.text or one.name in BARE], "\n".join(kept) if found else text


def _stands(match: re.Match[str], listed: bool) -> bool:
    """Farther in than this it is code, unless it stands in a list."""
    return len(match["indent"]) <= (_DEEP if listed else _INDENT)


def _is_more(line: str, *, entry: bool) -> bool:
    """Whether a line is of the command above it. `entry`: of that of a list's entry, which has words of its own."""
    if not line.strip() or _OTHER.match(line):
        return False
    return not entry or (line.startswith("  ") and not _BULLET.match(line))
