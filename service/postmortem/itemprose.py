"""What sentences promise: "We will …", "the platform team needs to …". Prose that promises nothing gives no item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Span, plain

_END = re.compile(r"[.!?](?=[)\"”’']?(?:\s|$))[)\"”’']?|[。！？]")
_SHORT_FORM = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|cf|incl|no|nr|bzw|usw|z\.b|u\.a|p\.ex)|\b[a-zA-Z])\.$", re.IGNORECASE
)
_REGRET = re.compile(
    r"\b(?:should|could|would|must|might) (?:not |also |probably )?have\b|\bhad (?:to|should)\b", re.IGNORECASE
)
_COUNTED = re.compile(
    r"^(?:to start with|to begin with|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly)\b[^.]{3,200}? will (\w+)",
    re.I,
)
_ONE = r"(?:@[\w./-]{1,40}|[A-ZÀ-Þ][\w.'’-]{0,20}(?: [A-ZÀ-Þ][\w.'’-]{0,20})?)"
_PERSON = re.compile(
    rf"({_ONE}(?:(?: and | & |, ){_ONE}){{0,3}}) (?:to|will|is going to|are going to)(?: also)? ([\w-]+)"
)
_DOING = re.compile(
    r"\bwe(?:['’]re| are)(?: also| now| currently| already| actively)? ([a-z]{2,20})ing\b", re.IGNORECASE
)
_MEANS = re.compile(r"(?:by|through|with) [^.]{3,300}?, we(?= )", re.IGNORECASE)
_ABOVE = re.compile(r" (?:this|these|those|the above)\b", re.IGNORECASE)
_WISHES = re.compile(r" (?:aim|hope|strive|expect|trust|believe)\b", re.IGNORECASE)
_LONGEST = 600  # characters of a sentence

Sentence = tuple[tuple[Span, ...], int, int]  # its spans, and its first and last line below the paragraph's first


def sentences(spans: Sequence[Span]) -> Iterator[Sentence]:
    """The sentences of a paragraph. A sentence ends where a mark is followed by a blank, not within "e.g."."""
    kept: list[Span] = []
    line = first = 0
    for index, span in enumerate(spans):
        if span.text == "\n" and not span.code:
            line += 1
            if kept:
                kept.append(replace(span, text=" "))
            else:
                first = line
            continue
        if span.code or span.href:
            kept.append(span)
            continue
        at = 0
        for found in _END.finditer(span.text):
            before = "".join(one.text for one in kept[-2:]) + span.text[at : found.end()]
            if _SHORT_FORM.search(before[-12:]) or not _ends_here(span.text, found.end(), spans[index + 1 :]):
                continue
            kept.append(replace(span, text=span.text[at : found.end()]))
            yield tuple(kept), first, line
            kept, at, first = [], found.end(), line
        if span.text[at:].strip() or kept:
            kept.append(replace(span, text=span.text[at:]))
    if plain(kept):
        yield tuple(kept), first, line


def _ends_here(text: str, end: int, behind: Sequence[Span]) -> bool:
    """Whether what follows could begin a sentence: a capital letter, a number, a sign, or nothing."""
    rest = text[end:].lstrip()
    if rest:
        return not rest[0].islower() and rest[0] not in "(["
    following = next((span.text.lstrip() for span in behind if span.text.strip()), "")
    return not following[:1].islower()


def promised(text: str, words: ItemWords, *, firm: bool = False) -> str | None:
    """The words by which a sentence promises work, else None. `firm`: only "we will …" and the like."""
    if len(text) > _LONGEST or text.endswith(("?", ":", "：")) or _REGRET.search(text) or _good_for(text):
        return None
    lower = text.lower()
    if words.any_in("template", lower) or words.any_in("leading_in", lower):
        return None
    found = (words.firm_promise if firm else words.promise).search(text)
    if found is not None:
        if _closes(text, found.end(), words):
            return None
        behind = text[found.end() :].split(maxsplit=2)
        if (firm and not _of_work(text[found.end() :], words)) or not behind:
            return None
        return None if behind[0].lower() in words.lists["no_work"] else found[0]
    doing = None if firm else _DOING.search(text)
    if doing and _verb_of(doing[1], words):
        return doing[0]
    if firm:
        due = words.due_before.search(text)
        if due and any(map(str.isdigit, text[due.end() : due.end() + 14])):
            return needed(text, words)
        counted = _COUNTED.match(text)
        return counted[1] if counted and counted[1].lower() in words.lists["verb"] else None
    return needed(text, words)


def _good_for(text: str) -> bool:
    """ "By addressing these tasks, we will …", "By mending the pool, we aim to …": what the items are good for."""
    means = _MEANS.match(text)
    return means is not None and bool(_ABOVE.search(means[0]) or _WISHES.match(text, means.end()))


def _closes(text: str, end: int, words: ItemWords) -> bool:
    """Whether a promise wishes only to be better and names no work: "We have to do better here, and we will"."""
    wish = words.closing.match(text, end)
    if wish is None or any(map(str.isdigit, text[wish.end() :])) or "`" in text:
        return False
    return not any(word.lower() in words.lists["verb"] for word in re.findall(r"[^\W\d_]+", text[wish.end() :]))


def _verb_of(stem: str, words: ItemWords) -> bool:
    """Whether "add" of "we are adding" is work that ends; "we are using" tells how it is."""
    forms = {stem, stem + "e", stem[:-1]}
    return bool(forms & words.lists["verb"]) and not forms & words.lists["lasting_verb"]


def of_person(text: str, people: frozenset[str], words: ItemWords) -> str | None:
    """ "Sam will look into it", "@sam and @kim to add an alert": what a known person does next."""
    found = _PERSON.match(text)
    if found is None or text.endswith(("?", ":")) or found[2].lower() not in words.lists["verb"]:
        return None
    names = re.split(r" and | & |, ", found[1])
    return found[0] if all(name[0] == "@" or name.lower() in people for name in names) else None


def needed(text: str, words: ItemWords) -> str | None:
    """The words by which somebody is asked for work: "the platform team must …"."""
    found = words.need.search(text)
    if found is None or found.start() == 0:
        return None
    before = text[: found.start()].split()
    if (
        not 1 <= len(before) <= 14
        or before[0].lower().strip("*_,") in words.lists["pronoun"]
        or before[-1].lower() in words.lists["pronoun"]
    ):
        return None
    behind = text[found.end() :].split()[:2]
    if not behind or behind[0].lower() in ("not", "never", "no", "have", "n't"):
        return None
    return found[0]


def _of_work(behind: str, words: ItemWords) -> bool:
    """Whether a verb of work follows: "we will add …", not "we will see"."""
    for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", behind[:60])[:3]:
        if word.lower() in ("also", "then", "now", "therefore", "be", "soon", "first", "further"):
            continue
        if word.lower() in words.lists["going_on"]:
            return False
        return word.lower() in words.lists["verb"] or (
            word.lower().endswith("ing") and word.lower()[:-3] in words.lists["verb"]
        )
    return False


def without_joiner(text: str, words: ItemWords) -> str:
    """Without "Secondly," before it, or whatever stands before "…, we will"."""
    joined = words.joiner.match(text)
    bare = text[joined.end() :] if joined else text
    head, comma, rest = bare.partition(", ")
    if (
        comma
        and len(head) <= 80
        and words.promise.match(rest)
        and not head.lower().startswith(("if", "when", "once", "wenn", "si"))
    ):
        bare = rest
    return bare[:1].upper() + bare[1:] if bare != text else text
