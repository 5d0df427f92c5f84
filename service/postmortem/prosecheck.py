"""Whether a comment is nothing but prose, seen without parsing it: most of what people say while an incident runs.

What might be more is read in full; so this may be wrong in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.markdown import Block, parse, plain
from service.postmortem.severity import severity_alone
from service.postmortem.vocabulary import Vocabulary, key

_LONGEST = 100  # characters of a line that may be a heading
_FIELD = 100  # characters before the mark behind the name of a field
_HEADING_ENDS = (":", "：", "*", "_")
_MARKS = " \t>*_#+-–—•`~[](){}<|.:：0123456789"
_CUTS = re.compile(r"[:：|]| [-–—] |\]\(|</|\*\*|__")
_STRUCTURE = re.compile(
    r"^ {0,3}(?:>[> ]{0,9})?(?:[-*+] {1,4}|\d{1,9}[.)] {1,4})?#{1,6}(?:\s|$)"  # a heading
    r"|^[ >]{0,9}(?:=+|-+|\++) *$"  # a line below one; front matter
    r"|</?(?:h[1-6]|summary|strong|b|details)\b",
    re.MULTILINE | re.IGNORECASE,
)
_LEAD = re.compile(r"[\W\d_]{0,24}(?:[xX]\][\W_]{0,8}|[a-z_]{2,20}:[\W_]{1,8})?")
_NAMED = re.compile(r"[\W\d_]{0,24}([^\W\d_][^\W\d_ ]{0,20}(?: [^\W\d_]{1,20}){0,3}):? (?=\d|~|[A-Z][a-z]{2,8} \d)")
_CLOCK = re.compile(r"\d[:.h]\d\d|\d ?[ap]\.?m\b|\d ?[hZ時]|\d{4}", re.IGNORECASE)
_DAY = re.compile(r"\d[-/.年]\d|\d(?:st|nd|rd|th|\.|er|º)? ?(?:de |of )?[^\W\d_]{3}|[^\W\d_]{3}\.? \d", re.IGNORECASE)
_ROW = re.compile(r"[-*+•>]|\d{1,9}[.)] |[^\n]{0,300}\|")
_ENTRY = re.compile(r"[-*+] |\d{1,9}[.)] ")
_LOG = 3  # rows with a day and a time that make a log


def is_prose(text: str, words: Vocabulary) -> bool:
    """False where anything in it may name a section, a fact, a severity, an action item, or the lines of a log."""
    if not text.strip():
        return True
    if _STRUCTURE.search(text):
        return False
    known = item_words(words)
    rows = 0
    lines = [line for each in text.split("\n") if (line := each.strip())]
    for line, after in pairwise((*lines, "")):
        if _ROW.match(line) and _CLOCK.search(line) and _DAY.search(line):
            rows += 1
        leads = line.endswith(_HEADING_ENDS) or _ENTRY.match(after) is not None
        if rows >= _LOG or _names(line, words, leads=leads) or _marked(line, known) or (leads and _leads(line, known)):
            return False
    return True


def _names(line: str, words: Vocabulary, *, leads: bool) -> bool:
    """Whether the line, or what stands before a mark in it, is the name of a section or a fact."""
    names = set(line.split("|")[:40]) if "|" in line else set()
    at = 0
    for cut in _CUTS.finditer(line, 0, _FIELD):
        names.update((line[: cut.start()], line[at : cut.start()]))
        at = cut.end()
    if len(line) <= _LONGEST:
        names.add(line)
        if (leads and words.section_of(line.strip(_MARKS)) is not None) or _is_severity(line):
            return True
    if (found := _NAMED.match(line)) and key(found[1]) in words.moments:
        return True
    return any(_is_name(name.strip(_MARKS), words) for name in names)


def _is_severity(line: str) -> bool:
    return severity_alone(line) is not None or severity_alone(line.strip(_MARKS)) is not None


def _is_name(name: str, words: Vocabulary) -> bool:
    if not 1 < len(name) <= _LONGEST:
        return False
    found = key(name)
    if found.isascii() and not all(word in _known(words) or not word.isalpha() for word in found.split()):
        return False
    return words.named(name) is not None or found in words.fact_names


@lru_cache(maxsize=8)
def _known(words: Vocabulary) -> frozenset[str]:
    """The words of which names consist, and those around them."""
    names = (*words.sections, *words.fact_names, *(word for each in words.around.values() for word in each))
    return frozenset(
        word for name in names for word in normalize("NFD", name).encode("ascii", "ignore").decode().split()
    )


def _marked(line: str, words: ItemWords) -> bool:
    """ "TODO: …", "[ ] ACTION ITEM …", "14:05 Action: …"."""
    lead = _LEAD.match(line)
    at = lead.end() if lead else 0
    if line[at : at + 2].lower() not in words.marker_heads:
        return False
    return words.marker.match(line[at:]) is not None or words.weak_marker.match(line[at:]) is not None


def _leads(line: str, words: ItemWords) -> bool:
    """A line that leads to a list of promises: "We will now do this:"."""
    if not line.rstrip("*_ ").endswith((":", "：")):
        return False
    return " we" in f" {line.lower()}" or words.firm_promise.search(line) is not None


def first_paragraph(text: str) -> str:
    """The first paragraph that says anything, of a text that is prose; parsed no farther than it has to be."""
    if "]:" in text:  # a link may be explained anywhere
        return first_of(parse(text))
    rest = text
    while rest := _without_code(rest.lstrip("\n")):
        end = rest.find("\n\n")
        head = rest[:end] if end > 0 else rest
        if "```" in head or "~~~" in head:
            return first_of(parse(rest))
        if found := first_of(parse(head)):
            return found
        rest = rest[len(head) :]
    return ""


def _without_code(text: str) -> str:
    """Without the code that it begins with, if that is plainly fenced."""
    if not text.startswith("```"):
        return text
    opening = text.partition("\n")[0]
    end = text.find("\n```\n", len(opening) - 1)
    return text[end + 5 :] if end > 0 and "`" not in opening[3:] and "\n```" not in text[len(opening) : end] else text


def first_of(blocks: Iterable[Block]) -> str:
    """The first paragraph that says anything; "" where there are only code, quotes, tables or pictures."""
    for block in blocks:
        while block.kind in ("list", "item") and block.children:
            block = block.children[0]
        if block.kind == "paragraph" and re.search(r"\w", text := plain(block.spans)):
            return text
    return ""
