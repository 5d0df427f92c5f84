"""Hints for the writers of a postmortem: wording that blames a person, and action items of which nobody can tell what
is to be done or when it is. They change nothing. What is missing is asked for in gaps.py. Pure.

    hints(document, standings, listed) -> tuple[Hint, ...]     hints(reading, (), listed) for a text that was only read
    as_text(hint) -> "“should have” in resolution and recovery, line 2: judges with hindsight. Perhaps …"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.postmortem.blame import HintList, Rule, found, only_in
from service.postmortem.gaps import QUESTIONS
from service.postmortem.itemwords import item_words
from service.postmortem.model import Document, Reading, Section, SectionText
from service.postmortem.prose import BREAK, prose
from service.postmortem.standing import Standing
from service.postmortem.vague import is_vague
from service.postmortem.vocabulary import Vocabulary

#: hints of the shipped list that are found by looking at the whole item
NO_VERB, VAGUE = "no_verb", "vague"
#: where the rest of the ticket stands on the page
ALSO = "also"

_WORD = re.compile(r"[a-z][a-z'-]{0,30}", re.IGNORECASE)
_FIRST_WORDS = 10
_SHORT = 4
#: "rotation of the keys" says what will be done
_NOUNS_OF_DOING = ("tion", "tions", "sion", "sions", "ment", "ments")
_SENTENCE_ENDS = re.compile(rf"[.!?][\s\"”)]|{BREAK}")
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("es", ""),
    ("ed", ""),
    ("ed", "e"),
    ("s", ""),
    ("d", ""),
)
_MOST_SHOWN = 60  # characters of an item that a hint shows


@dataclass(frozen=True, slots=True)
class Hint:
    """`words` as they stand, with single blanks, in line `line` (from 1) and column `column` (from 0) of a section's
    text, or of the text of action item `item` (from 1). Neither `section` nor `item`: in the rest of the ticket.
    `kind` is its name in the list."""

    kind: str
    words: str
    reason: str
    better: str
    line: int
    column: int
    section: Section | None = None
    item: int | None = None

    @property
    def anchor(self) -> str:
        """Its place on the document's page."""
        if self.item is not None:
            return f"item-{self.item}"
        return self.section.value.replace("_", "-") if self.section else ALSO

    @property
    def part(self) -> str:
        """The part of the document: "Root cause", "item 4"."""
        if self.item is not None:
            return f"item {self.item}"
        return QUESTIONS[self.section][0] if self.section else "Also in the ticket"

    @property
    def place(self) -> str:
        """ "root cause, line 2", "item 4"."""
        if self.item is not None:
            return self.part
        return f"{self.part.lower() if self.section else 'the rest of the ticket'}, line {self.line}"


def as_text(hint: Hint) -> str:
    """One line for a terminal or a list."""
    return f"“{hint.words}” in {hint.place}: {hint.reason} {hint.better}"


def hints(
    said: Document | Reading,
    standings: Sequence[Standing],
    listed: HintList,
    *,
    people: Iterable[str] = (),
    words: Vocabulary | None = None,
) -> tuple[Hint, ...]:
    """In the order of the document, at most one in a sentence. `standings`: the action items of a document, () for a
    reading, which holds its own. `people`: names of people that are known; those that the document names count too.
    `words`: by which the items of a document are looked at once more for vague wishes; a reading knows its own."""
    names = listed.names | {
        word for name in (*people, *_named(said, standings)) for word in name.lower().split() if len(word) > 2
    }
    items = _items(said, standings, words)
    texts = [(section, said.sections.get(section)) for section in Section]
    found_here: list[Hint] = []
    for section, text in (*texts, (None, said.other)):
        if section is Section.ACTION_ITEMS and items:
            continue  # each of them is looked at below
        found_here += _in_section(section, text, listed, names)
    rules = only_in([rule for rule in listed.rules.values() if rule.in_items], (item.plain for item in items))
    for item in items:
        found_here += _of_item(item, rules, listed, names)
    return tuple(found_here)


@dataclass(frozen=True, slots=True)
class _Item:
    number: int
    text: str
    plain: str
    ended: bool
    vague: bool
    done_when: str | None


def _items(said: Document | Reading, standings: Sequence[Standing], words: Vocabulary | None) -> list[_Item]:
    if isinstance(said, Reading):
        return [
            _Item(number, item.text, _prose(item.text), item.done, item.vague, item.done_when)
            for number, item in enumerate(said.items, start=1)
        ]
    known = item_words(words) if words is not None else None
    return [
        _Item(
            item.number,
            item.text,
            _prose(item.text),
            item.ended,
            known is not None and is_vague(item.text, known),
            item.done_when,
        )
        for item in standings
    ]


def _named(said: Document | Reading, standings: Sequence[Standing]) -> Iterator[str]:
    """Names of people in it: owners that the people map knows, and who edited a section."""
    yield from (item.owner for item in standings if item.owner and item.owner_known and not item.owner.startswith("@"))
    yield from (text.by for text in said.sections.values() if text.by and not text.by.startswith("@"))


def _in_section(
    section: Section | None, text: SectionText | None, listed: HintList, names: frozenset[str]
) -> Iterator[Hint]:
    if text is None or not text.text:
        return
    rules = [rule for rule in listed.rules.values() if rule.in_text]
    for rule, start, end, line, column in _spans(text.text, _prose(text.text), rules, names):
        words = " ".join(text.text[start:end].split())
        yield Hint(rule.name, words, rule.reason, rule.better, line, column, section=section)


def _of_item(item: _Item, rules: Sequence[Rule], listed: HintList, names: frozenset[str]) -> Iterator[Hint]:
    """At most one of wording that has no end; an item that ended, or says when it is done, needs none."""
    open_ended = not item.ended and not item.done_when
    if item.ended:
        return
    if not open_ended:
        rules = [rule for rule in rules if rule.name not in (VAGUE, NO_VERB)]
    some = False
    for rule, start, end, line, column in _spans(item.text, item.plain, rules, names):
        some = True
        words = " ".join(item.text[start:end].split())
        yield Hint(rule.name, words, rule.reason, rule.better, line, column, item=item.number)
    if some or not open_ended:
        return
    kind = VAGUE if item.vague else NO_VERB if _without_verb(item.plain, listed) else ""
    whole = listed.rules.get(kind)
    if whole is not None:
        start = len(item.text) - len(item.text.lstrip())
        shown = item.text.strip().split("\n")[0]
        if len(shown) > _MOST_SHOWN:
            shown = shown[:_MOST_SHOWN].rpartition(" ")[0] or shown[:_MOST_SHOWN]
        line = item.text.count("\n", 0, start) + 1
        column = start - (item.text.rfind("\n", 0, start) + 1)
        yield Hint(kind, " ".join(shown.split()), whole.reason, whole.better, line, column, item=item.number)


def _prose(text: str) -> str:
    return prose(text.replace("’", "'"))


def _spans(
    text: str, plain: str, rules: Sequence[Rule], names: frozenset[str]
) -> Iterator[tuple[Rule, int, int, int, int]]:
    """(rule, from, to, line, column), in their order, the first of each sentence. `plain`: its prose."""
    lowered = plain.lower()
    if len(lowered) != len(plain):  # a letter whose lower case is two
        lowered = plain
    spans = sorted(
        ((*span, number) for number, rule in enumerate(rules) for span in found(rule, plain, lowered, names)),
        key=lambda span: (span[0], span[2]),
    )
    last, line, line_start = 0, 1, 0
    for start, end, number in spans:
        if start < last:
            continue
        if last and not _SENTENCE_ENDS.search(plain, last, start + 1):
            last = start
            continue
        line += text.count("\n", line_start, start)
        line_start = text.rfind("\n", 0, start) + 1
        last = end
        yield rules[number], start, end, line, start - line_start


def _without_verb(plain: str, listed: HintList) -> bool:
    """Whether an English text says nothing that somebody does. Sure of it or False: many a noun is a verb as well."""
    words = [word.lower().strip("'-") for word in _WORD.findall(plain)]
    if _is_noun_of_doing(words):
        words.pop()
    elif not listed.telling.intersection(words):
        return False
    return len(words) > 0 and not any(
        word.endswith(_NOUNS_OF_DOING) or any(_is_verb(part, listed.verbs) for part in (word, *word.split("-")))
        for word in words[:_FIRST_WORDS]
    )


def _is_noun_of_doing(words: list[str]) -> bool:
    """ "Database monitoring", "Connection pool monitoring": a name, though of what is done."""
    return 1 < len(words) <= _SHORT and words[-1].endswith("ing")


def _is_verb(word: str, verbs: frozenset[str]) -> bool:
    """Whether this is a form of one of these verbs: adds, added, adding, dropped, tries."""
    if word in verbs or word.endswith("n't"):
        return True
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            if stem + instead in verbs:
                return True
            if instead == "" and stem[-1] == stem[-2] and stem[:-1] in verbs:
                return True
    return False
