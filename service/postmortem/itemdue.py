"""When an item is due, as far as its line, a cell or a field says it. A day only where the words name one."""

from __future__ import annotations

import re
from datetime import date

from service.postmortem import dates
from service.postmortem.itemdone import cut
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords

_BRACKET = re.compile(r"[(\[]{1,2}(?=[\dA-Za-zÀ-ÿ\u3000-\u9fff])")
_DASHED = re.compile(r"(?: [-–—]|[,;|]) ?(?=\d{4}-\d|\d{1,2}[ .]|[A-Z][a-z]{2,8} \d|Q[1-4]|H[12])")
_LAST = re.compile(r"(?:[,;|] ?| [-–—] ?|( @[\w./-]{1,60}) )(?=[^,;|–—]{6,24}$)")
_SPAN = re.compile(r"\d{1,3}(?: ?[-–] ?\d{1,3})? (?:day|week|month|sprint|quarter)s?(?!\w)", re.IGNORECASE)
_LONGEST = 40  # characters of words in a column that are kept as they stand


def take(text: str, facts: Facts, today: date | None, words: ItemWords) -> str:
    """Without the due date: behind "due", "by", in brackets, or at the end behind a dash. Words that name no day are
    kept beside the item, and stay in a sentence."""
    lower = text.lower()
    ways = ((words.due, "behind “due”"), (words.due_before, "behind “by”"), (words.due_until, "behind “until”"))
    for pattern, why in ways if any(word in lower for word in words.due_worth) else ():
        for found in pattern.finditer(text):
            day, end = _exact(text, found.end(), today)
            if pattern is words.due_until and (
                text[end:].lstrip(" ")[:1].isalnum() or text.split(" ", 1)[0].lower() in words.lists["lasting"]
            ):
                continue  # "Keep it until 3 May", "Stop it before 3 May because …" say how long
            if day is not None:
                facts.set_due(day, text[found.end() : end].strip(), why, text[found.start() : end])
                return cut(text, found.start(), end)
            end = dates.due_words(text, found.end())
            if end == found.end() and pattern is words.due and (span := _SPAN.match(text, end)):
                end = span.end()  # "ETA 2 weeks"
            if end > found.end() and (pattern is words.due or not text[end:].lstrip()[:1].isalnum()):
                facts.set_due(None, text[found.end() : end].strip(), why, text[found.start() : end])
                return cut(text, found.start(), end) if pattern is words.due else text
    for found in _BRACKET.finditer(text) if "(" in text or "[" in text else ():
        if taken := _taken(text, found.end(), found.start(), ")]", facts, today, "in brackets"):
            return taken
    for found in _DASHED.finditer(text) if any(map(str.isdigit, text)) else ():
        if taken := _taken(text, found.end(), found.start(), "", facts, today, "at the end of its line"):
            return taken
    return text


def _exact(text: str, at: int, today: date | None) -> tuple[date | None, int]:
    """The day at this place; of "end of day 30 Nov" the one that is written out."""
    day, end = dates.due_at(text, at, today)
    if day is not None and not any(map(str.isdigit, text[at:end])) and text[end : end + 1] == " ":
        named, behind = dates.due_at(text, end + 1, today)
        if named is not None and any(map(str.isdigit, text[end:behind])):
            return named, behind
    return day, end


def take_last(text: str, facts: Facts, today: date | None) -> str:
    """Without a day that stands alone at the end, behind a separator or a mention: "…, @sam, 2026-12-01"."""
    found = _LAST.search(text) if text[-1:].isdigit() else None
    if found is None or facts.due is not None:
        return text
    start = found.end()
    day, end = dates.due_at(text, start, today)
    if day is None or text[end:].strip(" ."):
        return text
    facts.set_due(day, text[start:end].strip(), "at the end of its line", text[found.start() :])
    return text[: found.start()] + (found[1] or "")


def _taken(text: str, at: int, start: int, closing: str, facts: Facts, today: date | None, why: str) -> str | None:
    day, end = dates.due_at(text, at, today)
    end = end if day else dates.due_words(text, at)
    if end == at:
        return None
    behind = text[end:].lstrip(" ")
    if closing and behind[:1] not in closing:
        return None
    if not closing and behind.strip(" .;,|"):
        return None
    facts.set_due(day, text[at:end].strip(), why, text[start:end])
    return cut(text, at if closing else start, end)


def set_field(facts: Facts, value: str, today: date | None, why: str, words: ItemWords) -> None:
    """A cell or a field that says when: a day if the whole of it is one, else its words."""
    bare = value.strip().strip("*_`()[].").strip()
    if not bare:
        return
    found = words.due_before.match(bare) or words.due_until.match(bare)
    start = found.end() if found else 0
    day, end = dates.due_at(bare, start, today)
    rest = bare[end:].strip(" .,;)(")
    if day is not None and (not rest or rest[:1] in "(/" or len(rest) < 25):
        facts.set_due(day, bare[start:end].strip(), why)
    elif dates.due_words(bare, start) > start and len(bare) <= _LONGEST:
        facts.set_due(None, bare[start:], why)
    elif done_word(bare, words):
        facts.set_done(bare, why)


def done_word(text: str, words: ItemWords) -> bool:
    return text.lower().strip(" .!") in words.lists["done"]
