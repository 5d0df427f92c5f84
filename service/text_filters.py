"""How times, names and ticket text are written in any outgoing text: the filters of the templates. No I/O.

`Days` speaks of times in one zone. The functions below it make values safe for their place in Markdown; all of them
let the text pass `connectors.text.quiet` first, so that it calls nobody and closes nothing.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt

from connectors.text import quiet

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Days:
    """Words for days and times in one zone. A date has no clock; a datetime has to be aware."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a time without a zone")
        return at.astimezone(self._zone)

    def local_day(self, at: date) -> date:
        return self.local(at).date() if isinstance(at, datetime) else at

    def day(self, at: date) -> str:
        """17 Nov 2026"""
        at = self.local_day(at)
        return f"{at.day} {_MONTHS[at.month - 1][:3]} {at.year}"

    def plain_day(self, at: date) -> str:
        """17 November 2026"""
        at = self.local_day(at)
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"

    def long_day(self, at: date) -> str:
        """Tuesday 17 November 2026"""
        return f"{_WEEKDAYS[self.local_day(at).weekday()]} {self.plain_day(at)}"

    def weekday_day(self, at: date) -> str:
        """Mon 23 Nov 2026"""
        return f"{_WEEKDAYS[self.local_day(at).weekday()][:3]} {self.day(at)}"

    def short_day(self, at: date, now: datetime) -> str:
        """19 Nov; 19 Nov 2025 where that is not this year"""
        words = self.day(at)
        return words if self.local_day(at).year != self.local_day(now).year else words.rsplit(" ", 1)[0]

    def clock(self, at: datetime) -> str:
        """09:11"""
        return f"{self.local(at):%H:%M}"

    def stamp(self, at: datetime, now: datetime) -> str:
        """23 Nov, 09:11; 23 Nov 2025, 09:11 where that is not this year"""
        return f"{self.short_day(at, now)}, {self.clock(at)}"

    def zone(self, at: datetime) -> str:
        """CET; UTC+3 where the zone has no name"""
        name = self.local(at).tzname() or ""
        return name if name.isalpha() else self.offset(at)

    def offset(self, at: datetime) -> str:
        """UTC+1, UTC-3:30, UTC"""
        minutes = int((self.local(at).utcoffset() or timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "-" if minutes < 0 else "+"
        return "UTC" + (f"{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "")

    def zone_note(self, at: datetime) -> str:
        """CET (UTC+1)"""
        name, offset = self.zone(at), self.offset(at)
        return name if name == offset else f"{name} ({offset})"


def span(length: timedelta) -> str:
    """1 hour 14 minutes; the two largest units, and never "0 minutes"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    said = [f"{count} {unit}" + ("" if count == 1 else "s") for count, unit in parts if count]
    return " ".join(said[:2])


def listed(words: list[str] | tuple[str, ...]) -> str:
    """a; a and b; a, b and c"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


# --- Markdown ---------------------------------------------------------------------------------------------------------

_LOGIN = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,99})")
#: a command with its numbers, or a login
_SPOKEN = re.compile(
    r"(?<![\w/`@])(?:(/[a-z][a-z-]{1,15}(?: [0-9]{1,4}(?:,[0-9]{1,4}){0,50})?)|@[A-Za-z0-9][A-Za-z0-9._/-]{0,99})\b"
)
_REF = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}#[0-9]{1,12}|[A-Z][A-Z0-9_]{0,40}-[0-9]{1,12}")
_LEAD = re.compile(r"(?:[ \t]*(?:[-*+>]|#{1,6}|[0-9]{1,9}[.)])[ \t]+){0,4}")
_OPENS = re.compile(
    r"#{1,6}(?: |$)|>|[-+*](?: |$)|[-=]+$|```|~~~|[0-9]{1,9}[.)] |[*_]{2,3}due\b|due[*_]{0,3} ?:", re.IGNORECASE
)
_SENTENCE = re.compile(r".{8,400}?[.!?](?=[ ][A-Z0-9`“\"*\[]|$)")


def line(text: str) -> str:
    """Ticket text in one line, for a paragraph of our own."""
    return quiet(" ".join(text.split()))


def para(text: str) -> str:
    """Ticket text as a paragraph, or a line of one, of our own: it opens no heading, list or code block, and cannot be
    taken for our line "Due"."""
    words = line(text)
    return f"\u200b{words}" if _OPENS.match(words) else words


def cell(text: str) -> str:
    """Ticket text in one cell of a table: one line, in which no pipe ends the cell."""
    return re.sub(r"(\\*)\|", lambda found: found[1] * 2 + r"\|", line(text))


def label(text: str) -> str:
    """Ticket text as the words of a link of ours: no bracket in it ends the link."""
    words = re.sub(r"([\\\[\]])", r"\\\1", line(text))
    return words.replace("`", r"\`") if words.count("`") % 2 or "``" in words else words


def link(words: str, url: str, *, redirect: bool = False) -> str:
    """A link of ours; the words alone where the address is no web address. `redirect`: an address on github.com goes
    through redirect.github.com, so that no line "mentioned this" appears on the other side."""
    if not re.match(r"https?://[^/]", url, re.IGNORECASE):
        return label(words)
    if redirect:
        url = re.sub(r"\Ahttps?://(www\.)?github\.com/", "https://redirect.github.com/", url, flags=re.IGNORECASE)
    # inside a link of ours a plain reference is no reference any more
    shown = words if _REF.fullmatch(words) else label(words)
    return f"[{shown}]({quote(url, safe=':/?#&=%@!$+,;~')})"


def login(owner: str, kind: str) -> str:
    """An owner as the tool shows a name without calling the person: `@alex` for GitHub, alex for Jira."""
    if not _LOGIN.fullmatch(owner):
        return cell(owner)
    return f"`{owner}`" if kind == "github" else owner[1:]


def spoken(text: str, kind: str) -> str:
    """A sentence that names commands and people, in a line of our own: both stand in code, so that nobody is called and
    nothing is obeyed."""
    words = " ".join(text.split())
    out, at = list[str](), 0
    for found in _SPOKEN.finditer(words):
        out += (_bare(words[at : found.start()]), f"`{found[0]}`" if found[1] else login(found[0], kind))
        at = found.end()
    return "".join([*out, _bare(words[at:])])


def _bare(piece: str) -> str:
    """Between them; the blanks at its ends stay."""
    inner = label(piece.replace("`", "'"))
    return f"{piece[: len(piece) - len(piece.lstrip())]}{inner}{piece[len(piece.rstrip()) :]}" if inner else piece


def block(text: str) -> str:
    """Ticket text of many lines below a heading of ours: it opens no heading of our rank, and leaves no code block open
    that would swallow what follows."""
    said = quiet(text).strip("\n")
    lines = said.split("\n")
    for token in _parser().parse(said):
        if token.type == "heading_open" and token.level == 0 and token.tag in ("h1", "h2") and token.map:
            first, end = token.map
            if not token.markup.startswith("#"):
                lines[end - 1] = ""  # the line of = or - below the words
            lines[first] = "### " + lines[first].lstrip().lstrip("#").lstrip()
    said = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+|~+", said)), default=0)
    for closing in ("", "\n" + "`" * longest, "\n" + "~" * longest):
        if _ends_clean(said + closing):
            return said + closing
    return "\n".join(f"> {quoted}" for quoted in lines)


@cache
def _parser() -> MarkdownIt:
    """Blocks only, as GitHub and Jira's renderers cut them (https://spec.commonmark.org/)."""
    return MarkdownIt("commonmark").enable("table").disable("inline")


def _ends_clean(said: str) -> bool:
    """Whether a heading below this text is read as a heading."""
    last = _parser().parse(f"{said}\n\n# next")[-3:]
    return len(last) == 3 and last[0].type == "heading_open" and last[0].level == 0


def first_sentence(text: str) -> str:
    """The first sentence of a Markdown text in one line, cut at 300 characters."""
    first = text.strip().split("\n\n", 1)[0]
    words = " ".join(first.split())
    lead = _LEAD.match(words)
    words = words[lead.end() :] if lead else words
    found = _SENTENCE.match(words)
    words = found[0] if found else words
    return words if len(words) <= 300 else words[:299].rsplit(" ", 1)[0] + "…"
