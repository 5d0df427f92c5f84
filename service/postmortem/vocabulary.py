"""The names that people give to things: sections, times, owners, done, and nothing said yet.

The words are data: config/vocabulary/, found by reading real postmortems of many teams, and a team's own file of
the same shape (service/words.py reads them). Names are compared without case, numbering, marks and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from unicodedata import category, normalize

from service.postmortem.composed import composed
from service.postmortem.model import Section

_PLACEHOLDER = re.compile(r"(?:action item|action|item|task|todo|step|follow.?up|link to issue) ?#?\d{0,2}")
_NUMBERING = re.compile(
    r"[^\w\s]{0,4}\s{0,4}(?:\d{1,2}(?:\.\d{1,2}){0,3}(?:[.)](?!\d)|:(?=\s))|[ivx]{1,4}[.)]|[a-h][.)])(?=\s|\W|[^\x00-\x7f])"
)
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]{1,30}:")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_MARKS = re.compile(r"[^\w\s;'/&?#-]|[*_`~{}#]")
_SEPARATOR = re.compile(r"[:|–—·→]|(?<=\s)-+(?=\s)")
_COUNT = re.compile(r"(?:\d{1,2} ){1,4}")
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")  # scripts that need no spaces
_NOTHING = re.compile("(?!)")
_LONGEST_NAME = 9  # words of a heading that only begins or ends like a section's name
_LONGEST = 100  # characters of any name
_LONGEST_TOLD = 6  # words of a heading that is known by a telling word
_LONGEST_UNSPACED = 16  # characters of the same where words are not spaced
_AHEAD_FIRST = (
    Section.ACTION_ITEMS,
    Section.LESSONS_LEARNED,
    Section.ROOT_CAUSE,
    Section.TIMELINE,
    Section.IMPACT,
    Section.RESOLUTION,
    Section.SUMMARY,
)


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """A heading as it is looked up: no case, numbering, brackets, marks or punctuation; accents stay."""
    name = normalize("NFKC", name[:200]).casefold().replace("’", "'")
    if ":" in name:
        name = _SHORTCODE.sub(" ", name)
    name = _without_brackets(_NUMBERING.sub("", name, count=1) if _NUMBERING.match(name) else name)
    name = _MARKS.sub(" ", name) if name.isascii() else "".join(map(_letter, name))
    return " ".join(name.replace("-", " ").replace("&", "and").rstrip(" ?").split())


def _without_brackets(name: str) -> str:
    if "(" not in name and "[" not in name and "{" not in name:
        return name
    bare = _BRACKETS.sub(" ", name)
    return bare if any(map(str.isalnum, bare)) else name


def _letter(char: str) -> str:
    """Combining signs are a part of the letter before them; the variation selectors of emoji are not."""
    if char.isalnum() or char in ";'/&?-" or (category(char) in ("Mn", "Mc") and char not in "\ufe0e\ufe0f"):
        return char
    return " "


def _without_accents(name: str) -> str:
    return normalize("NFC", _ACCENT.sub("", normalize("NFD", name)))


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
    #: words around a name: articles before it, counters ("Section 2: …"), joiners of two names, others (no section)
    around: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: words that tell what a short heading is about, in the order in which sections are asked; those that forbid it
    telling: tuple[tuple[re.Pattern[str], Section], ...] = ()
    vetoes: re.Pattern[str] = _NOTHING
    #: what a sentence says whose list is the action items, and what it does not say then
    announces: re.Pattern[str] = _NOTHING
    doubts: re.Pattern[str] = _NOTHING

    def named(self, name: str) -> Section | None:
        """The section that is called exactly so, numbering, articles and accents aside."""
        return self._exactly(key(name)) if len(name) <= _LONGEST else None

    def section_of(self, name: str, *, exact: bool = False) -> Section | None:
        """The section that a heading of this name begins. `exact` leaves out longer names that only contain one."""
        if len(name) > 2 * _LONGEST:
            return None
        found = key(name)
        section = self._exactly(found)
        if section is not None or exact or found in self.around.get("others", ()):
            return section
        pieces = [piece for piece in _SEPARATOR.split(normalize("NFKC", name)) if piece.strip()]
        if len(pieces) > 1:
            section = self._exactly(key(pieces[0])) or self._exactly(key(pieces[-1]))
        return section or self._longer(found)

    def told_by(self, name: str) -> Section | None:
        """The section of a short heading by its telling words ("Corrective and Preventative Measures")."""
        found = _without_accents(key(name)) if len(name) <= _LONGEST else ""
        unspaced = _UNSPACED.search(found) is not None
        if not found or found in self.around.get("others", ()) or len(found.split()) > _LONGEST_TOLD:
            return None
        if (unspaced and len(found) > _LONGEST_UNSPACED) or self.vetoes.search(found):
            return None
        return next((section for words, section in self.telling if words.search(found)), None)

    def looks_ahead(self, sentence: str) -> bool:
        """Whether a sentence above a list says that it holds the action items ("To prevent this in the future:")."""
        found = _without_accents(sentence.casefold().replace("’", "'").replace("-", " "))
        return self.announces.search(found) is not None and self.doubts.search(found) is None

    def is_other(self, name: str) -> bool:
        """Whether this is the usual name of something that is no section: the detection, the status, the date."""
        found = key(name) if len(name) <= _LONGEST else ""
        return found in self.around.get("others", ()) or found in self.fact_names

    def is_name(self, name: str) -> bool:
        """Whether a heading is nothing but one name of a section."""
        found = self._bare(key(name))
        return found in self.sections or _without_accents(found) in self.sections

    def _exactly(self, found: str) -> Section | None:
        section = self.sections.get(found)
        if section is not None or not found:
            return section
        if not found.isascii() and (section := self.sections.get(_without_accents(found))) is not None:
            return section
        bare = self._bare(found)
        if bare != found and (section := self.sections.get(bare)) is not None:
            return section
        return self._joined(bare)

    def _bare(self, found: str) -> str:
        """Without a number, "Section 2" or an article before it."""
        first, _, rest = found.partition(" ")
        if first in self.around.get("counters", ()) and rest[:1].isdigit():
            found = rest
        found = found[counted.end() :] if (counted := _COUNT.match(found)) else found
        first, _, rest = found.partition(" ")
        return rest if rest and first in self.around.get("articles", ()) else found

    def _joined(self, found: str) -> Section | None:
        """ "Root cause and resolution", "Summary / impact": the first of them; a promise counts more than a story."""
        if " " not in found and "/" not in found:
            return None
        pieces: list[list[str]] = [[]]
        for word in found.replace("/", " / ").split():
            if word == "/" or word in self.around.get("joiners", ()):
                pieces.append([])
            else:
                pieces[-1].append(word)
        names = [" ".join(piece) for piece in pieces]
        sections = [self.sections.get(name) or self.sections.get(self._bare(name)) for name in names]
        if len(pieces) < 2 or None in sections:
            return None
        return Section.ACTION_ITEMS if Section.ACTION_ITEMS in sections else sections[0]

    def _longer(self, found: str) -> Section | None:
        """A heading's last words say more than its first ones, but not where they only say "summary"."""
        if len(found.split()) > _LONGEST_NAME or len(found) > _LONGEST:
            return None
        ends = next((section for phrase, section in self.ends if found.endswith(phrase) and _ends(found, phrase)), None)
        if ends is not None and ends is not Section.SUMMARY:
            return ends
        bare = self._bare(found)
        begins = (section for phrase, section in self.begins if bare.startswith(phrase) and _begins(bare, phrase))
        return next(begins, ends)

    def nothing_said(self, text: str) -> bool:
        """Whether an answer is only the absence of one: "N/A", "_No response_", "TBD", a template's placeholder."""
        if len(text) > 80:
            return False
        bare = text.strip().strip("*_`~.!…:()[]<>{}-–— 。").casefold()
        if not bare or bare in self.blanks or _PLACEHOLDER.fullmatch(bare):
            return True
        stripped = text.strip()
        if "\n" in stripped:
            return False
        return stripped[:1] in "<{[" and stripped[-1:] in ">}]" and "](" not in stripped and "://" not in stripped


def _begins(found: str, phrase: str) -> bool:
    return found.startswith(phrase + " ") or (found.startswith(phrase) and _UNSPACED.match(phrase[-1]) is not None)


def _ends(found: str, phrase: str) -> bool:
    return found.endswith(" " + phrase) or (found.endswith(phrase) and _UNSPACED.match(phrase[0]) is not None)


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
    around: dict[str, set[str]] = {}
    telling: dict[Section, list[str]] = {section: [] for section in _AHEAD_FIRST}
    for table in tables:
        for word in table.get("headings", {}).get("others", ()):
            sections.pop(key(word), None)
        for name, languages in table.get("sections", {}).items():
            section = Section(name)
            telling[section].extend(languages.get("telling", ()))
            for language, words in languages.items():
                if language == "telling":
                    continue
                target = {"begins": begins, "ends": ends}.get(language, sections)
                target.update((key(word), section) for word in words)
        moments = dict(composed(table.get("composed", {}))) | moments
        for moment, words in table.get("moments", {}).items():
            moments.update((key(word), moment) for word in words)
        for kind, words in table.get("facts", {}).items():
            facts.setdefault(kind, set()).update(map(key, words))
        blanks.update(word.casefold() for word in table.get("blank", {}).get("words", ()))
        for kind, words in table.get("items", {}).items():
            items.setdefault(kind, {}).update(dict.fromkeys(word.lower() for word in words))
        for kind, words in table.get("headings", {}).items():
            plain = kind in ("vetoes", "announces", "doubts")
            around.setdefault(kind, set()).update(words if plain else map(key, words))
    unaccented = {_without_accents(word): section for word, section in sections.items() if not word.isascii()}
    return Vocabulary(
        sections=unaccented | sections,
        begins=_longest_first(begins),
        ends=_longest_first(ends),
        moments=moments,
        facts={kind: frozenset(words) for kind, words in facts.items()},
        blanks=frozenset(blanks),
        items={kind: tuple(sorted(words, key=len, reverse=True)) for kind, words in items.items()},
        fact_names=frozenset(
            {*moments, *(word for kind, words in facts.items() if kind != "grouping" for word in words)}
        ),
        around={kind: frozenset(words) for kind, words in around.items()},
        telling=tuple((_any_of(words), section) for section, words in telling.items()),
        vetoes=_any_of(around.get("vetoes", ())),
        announces=_any_of(around.get("announces", ())),
        doubts=_any_of(around.get("doubts", ())),
    )


def _longest_first(names: Mapping[str, Section]) -> tuple[tuple[str, Section], ...]:
    return tuple(sorted(names.items(), key=lambda pair: -len(pair[0])))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern of words without accents; a * is any letters, one of a script without spaces a part."""
    bare = sorted({_without_accents(word.casefold().replace("-", " ")) for word in words}, key=len, reverse=True)
    apart = [
        (r"\w*" if word.startswith("*") else "") + re.escape(word.strip("*")) + (r"\w*" if word.endswith("*") else "")
        for word in bare
        if not _dense(word)
    ]
    dense = [re.escape(word) for word in bare if _dense(word)]
    found = [*([rf"(?<!\w)(?:{'|'.join(apart)})(?!\w)"] if apart else []), *dense]
    return re.compile("|".join(found)) if found else _NOTHING


def _dense(word: str) -> bool:
    return _UNSPACED.match(word) is not None


def either(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; for building a pattern around it."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
