"""The names that people give to things: sections, times, owners, done, and nothing said yet.

The words are data: config/vocabulary/, found by reading real postmortems of many teams, and a team's own file of
the same shape (service/words.py reads them). Names are compared in lower case, without numbering, marks and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from service.postmortem.model import Section

_PLACEHOLDER = re.compile(r"(?:action item|action|item|task|todo|step|follow.?up|link to issue) ?#?\d{0,2}")
_NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.):]?|[ivx]{1,4}[.)]|[a-h][.)]) +")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_MARKS = re.compile(r"[^\w\s;'/&?#-]|[*_`~{}#]")
_SPACE = re.compile(r"\s+")
_LONGEST_NAME = 9  # words of a heading that only begins or ends like a section's name


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """A heading as it is looked up: lower case, no numbering, brackets, marks or punctuation."""
    name = name[:200].lower().replace("’", "'")
    name = _MARKS.sub(" ", _BRACKETS.sub(" ", name)).replace("-", " ").replace("&", "and").rstrip(" ?")
    return _NUMBERING.sub("", _SPACE.sub(" ", name).strip()).strip()


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """All words, ready to be looked up. Compared by identity, so that what is made of one can be cached."""

    sections: Mapping[str, Section]
    #: how a longer heading may begin or end ("Root cause of the outage", "October incident timeline")
    begins: tuple[tuple[str, Section], ...]
    ends: tuple[tuple[str, Section], ...]
    #: what a stated time is called → started, detected, mitigated, resolved
    moments: Mapping[str, str]
    #: kind of fact → its names: severity, span, date, people, other
    facts: Mapping[str, frozenset[str]]
    blanks: frozenset[str]
    #: words in and around an action item: done, owner, … → the words, longest first
    items: Mapping[str, tuple[str, ...]]
    #: every name of a fact that stands in a field beside the sections
    fact_names: frozenset[str] = field(default=frozenset())

    def section_of(self, name: str, *, exact: bool = False) -> Section | None:
        """The section that a heading of this name begins. `exact` leaves out longer names that only contain one."""
        found = key(name)
        if found in self.sections or exact:
            return self.sections.get(found)
        if not 1 < len(found.split()) <= _LONGEST_NAME:
            return None
        for phrase, section in self.begins:
            if found.startswith(phrase + " "):
                return section
        for phrase, section in self.ends:
            if found.endswith(" " + phrase):
                return section
        return None

    def nothing_said(self, text: str) -> bool:
        """Whether an answer is only the absence of one: "N/A", "_No response_", "TBD", a template's placeholder."""
        if len(text) > 80:
            return False
        bare = text.strip().strip("*_`~.!…:()[]<>{}-–— ").lower()
        if not bare or bare in self.blanks or _PLACEHOLDER.fullmatch(bare):
            return True
        stripped = text.strip()
        return stripped[:1] in "<{[" and stripped[-1:] in ">}]" and "](" not in stripped and "://" not in stripped


def vocabulary(*tables: Mapping[str, Any]) -> Vocabulary:
    """One vocabulary of tables in the shape of config/vocabulary/. A later table adds to the earlier ones, and its
    word wins where both know it."""
    sections: dict[str, Section] = {}
    begins: dict[str, Section] = {}
    ends: dict[str, Section] = {}
    moments: dict[str, str] = {}
    facts: dict[str, set[str]] = {}
    blanks: set[str] = set()
    items: dict[str, dict[str, None]] = {}
    for table in tables:
        for name, languages in table.get("sections", {}).items():
            section = Section(name)
            for language, words in languages.items():
                target = {"begins": begins, "ends": ends}.get(language, sections)
                target.update((key(word), section) for word in words)
        for moment, words in table.get("moments", {}).items():
            moments.update((key(word), moment) for word in words)
        for kind, words in table.get("facts", {}).items():
            facts.setdefault(kind, set()).update(map(key, words))
        blanks.update(word.lower() for word in table.get("blank", {}).get("words", ()))
        for kind, words in table.get("items", {}).items():
            items.setdefault(kind, {}).update(dict.fromkeys(word.lower() for word in words))
    return Vocabulary(
        sections=sections,
        begins=_longest_first(begins),
        ends=_longest_first(ends),
        moments=moments,
        facts={kind: frozenset(words) for kind, words in facts.items()},
        blanks=frozenset(blanks),
        items={kind: tuple(sorted(words, key=len, reverse=True)) for kind, words in items.items()},
        fact_names=frozenset({*moments, *(word for words in facts.values() for word in words)}),
    )


def _longest_first(names: Mapping[str, Section]) -> tuple[tuple[str, Section], ...]:
    return tuple(sorted(names.items(), key=lambda pair: -len(pair[0])))


def either(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; for building a pattern around it."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
