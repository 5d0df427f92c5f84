"""Wording that blames a person: the list of phrases, made ready, and where they stand in a text. Pure.

The phrases are data: config/hints/, and a team's own file of the same shape (service/hints_file.py reads them).
A phrase is words with slots: `{person}` is any of the words that the list has under that name, `{person?}` may be left
out, `{name}` is somebody who is known, `^` is the beginning of the text, and what stands in [brackets] is what the hint
shows, else all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.postmortem.prose import BREAK

#: between two words of a phrase; lines may be wrapped there
_GAP = r"[ \t\r\n]{1,3}"
_SLOT = re.compile(r"\{([a-z_]+)(\??)\}")
#: a word that may be somebody's name: it counts where the name is known
_NAME = r"(?P<name{}>(?-i:@[A-Za-z0-9][\w-]{{0,38}}(?![\w/])|[A-Z][\w-]{{1,30}}))"
#: the slot that takes the names of known people as well, and the one that takes them alone
PERSON, NAME = "person", "name"


@dataclass(frozen=True, slots=True)
class Phrase:
    """`literals`: every match contains one of them, in lower case, so that most texts are not searched at all."""

    literals: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of hint. A hint reads: “words” in place `reason`. `better`."""

    name: str
    reason: str
    better: str
    in_text: bool  # looked for in the sections
    in_items: bool
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]  # where one of these lies over it, or stands anywhere in an item, it is none


@dataclass(frozen=True, eq=False, slots=True)
class HintList:
    """All rules, ready to be used. Compared by identity."""

    rules: Mapping[str, Rule]
    names: frozenset[str]  # given names, in lower case
    verbs: frozenset[str]
    telling: frozenset[str]  # words by which a text is known to be in the language of the verbs


def only_in(rules: Iterable[Rule], texts: Iterable[str]) -> list[Rule]:
    """The rules with those of their phrases that may stand in any of these texts of prose. To look through all texts
    once is far less work than to look for each phrase in each of many short ones."""
    whole = BREAK.join(part for text in texts for part in (text, text.lower()))
    return [
        replace(rule, phrases=kept)
        for rule in rules
        if (kept := tuple(phrase for phrase in rule.phrases if any(map(whole.__contains__, phrase.literals))))
    ]


def found(rule: Rule, text: str, lowered: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a rule's phrases stand, from and to. `text` is prose (prose.py), `lowered` the same in lower case, `names`
    the words of known people's names in lower case."""
    spans = sorted({span for phrase in rule.phrases for span in _matches(phrase, text, lowered, names)})
    if not spans:
        return
    kept_out = sorted(span for phrase in rule.unless for span in _matches(phrase, text, lowered, names))
    if kept_out and not rule.in_text:
        return
    after = at = 0
    for start, end in spans:
        while at < len(kept_out) and kept_out[at][1] <= start:
            at += 1
        if start >= after and not (at < len(kept_out) and kept_out[at][0] < end):
            yield start, end
            after = end


def _matches(phrase: Phrase, text: str, lowered: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    for start, end in sorted({block for literal in phrase.literals for block in _blocks(literal, lowered)}):
        for match in phrase.pattern.finditer(text, start, end):
            said = [value for key, value in match.groupdict().items() if value and key.startswith("name")]
            if all(value.startswith("@") or value.lower() in names for value in said):
                yield match.span("shown") if "shown" in phrase.pattern.groupindex else match.span()


def _blocks(literal: str, lowered: str) -> Iterator[tuple[int, int]]:
    """From and to of the blocks that hold it; no phrase runs over two of them."""
    at = lowered.find(literal)
    while at >= 0:
        end = lowered.find(BREAK, at)
        end = len(lowered) if end < 0 else end
        yield lowered.rfind(BREAK, 0, at) + 1, end
        at = lowered.find(literal, end)


def hint_list(*tables: Mapping[str, Any]) -> HintList:
    """One list of tables in the shape of config/hints/. A later table adds words and phrases to the earlier ones;
    its `reason` and `better` win, and `keep = false` silences a hint. Raises ValueError with what is wrong."""
    words: dict[str, dict[str, None]] = {}
    rules: dict[str, dict[str, Any]] = {}
    for table in tables:
        for name, entries in table.get("words", {}).items():
            words.setdefault(name, {}).update(dict.fromkeys(entries))
        for name, told in table.get("hints", {}).items():
            rule = rules.setdefault(name, {"phrases": [], "unless": []})
            for key, value in told.items():
                rule[key] = [*rule[key], *value] if key in ("phrases", "unless") else value
    slots = {name: tuple(entries) for name, entries in words.items()}
    return HintList(
        {name: _rule(name, told, slots) for name, told in rules.items() if told.get("keep", True)},
        frozenset(word.lower() for word in words.get("given_names", ())),
        frozenset(word.lower() for word in words.get("verbs", ())),
        frozenset(word.lower() for word in words.get("telling", ())),
    )


def _rule(name: str, told: Mapping[str, Any], slots: Mapping[str, tuple[str, ...]]) -> Rule:
    if not (told.get("reason") and told.get("better")):
        raise ValueError(f"says no `reason` or no `better` in [hints.{name}]. A hint needs both.")
    where = told.get("where", "everywhere")
    if where not in ("everywhere", "sections", "items"):
        raise ValueError(f'has where = "{where}" in [hints.{name}]. Write everywhere, sections or items.')
    phrases = tuple(_phrase(said, name, slots) for said in told["phrases"])
    unless = tuple(_phrase(said, name, slots) for said in told["unless"])
    return Rule(name, told["reason"], told["better"], where != "items", where != "sections", phrases, unless)


def _phrase(said: str, rule: str, slots: Mapping[str, tuple[str, ...]]) -> Phrase:
    """The pattern of a phrase: one pass over the text, no repeat within a repeat."""
    out, named = list[str](), 0
    literals: tuple[str, ...] = ()
    rest = said.strip().replace("’", "'")
    for word in rest.removeprefix("^").split():
        opened, closed = word.startswith("["), word.endswith("]")
        word = word.removeprefix("[").removesuffix("]")
        slot = _SLOT.fullmatch(word)
        if slot is None:
            body, optional = re.escape(word), ""
            literals = max(literals, (word.lower(),), key=_telling)
        elif slot[1] == NAME:
            named += 1
            body, optional = _NAME.format(named), slot[2]
        elif slot[1] not in slots:
            raise ValueError(f"has no words for {word} in [hints.{rule}]. Known are: {', '.join(sorted(slots))}.")
        else:
            body, optional = f"(?:{_either(slots[slot[1]])})", slot[2]
            if slot[1] == PERSON:
                named += 1
                body = f"(?:{body}|{_NAME.format(named)})"
            elif not optional:
                words = tuple(max(one.lower().split(), key=len) for one in slots[slot[1]])
                literals = max(literals, words, key=_telling)
        out.append("(?P<shown>" if opened else "")
        out.append(f"(?:{body}{_GAP})?" if optional else f"{body}{')' if closed else ''}{_GAP}")
    if not literals:
        raise ValueError(f"has a phrase of {{{PERSON}}} alone in [hints.{rule}]: {said}. Add a word.")
    anchor = r"\A[ \t*_\[(]{0,8}" if rest.startswith("^") else r"(?<![\w@/.-])"
    pattern = anchor + "".join(out).removesuffix(_GAP) + r"(?![\w-])"
    try:
        return Phrase(literals, re.compile(pattern, re.IGNORECASE))
    except re.error:
        raise ValueError(f"has brackets that do not fit in [hints.{rule}]: {said}.") from None


def _telling(words: tuple[str, ...]) -> tuple[bool, int]:
    """What is rare comes last: one word before many, a long one before a short one, an ending says nothing."""
    if not words or any(word.startswith("*") for word in words):
        return False, 0
    return True, min(len(word) for word in words) - len(words)


def _either(words: Iterable[str]) -> str:
    """Any of these words; "*ed" is any word of that ending, a word with a capital is found in capitals alone."""
    return "|".join(_word(word) for word in sorted(words, key=len, reverse=True))


def _word(word: str) -> str:
    if word.startswith("*"):
        return rf"[\w-]{{1,30}}{re.escape(word[1:])}"
    body = _GAP.join(re.escape(part) for part in word.replace("’", "'").split())
    return f"(?-i:{body})" if word[0].isupper() else body
