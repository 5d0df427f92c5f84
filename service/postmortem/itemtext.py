"""One line of text as one action item: what to do, and the marks around it taken off and kept as facts.

Only what is clearly written is taken: an unclear owner or date stays None, and its words stay in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem import itemdone, itemdue, itemkinds, itempieces, owners, references
from service.postmortem.given import Given
from service.postmortem.itemfacts import Facts, Source
from service.postmortem.itemprose import sentences
from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.markdown import Span, plain
from service.postmortem.model import ReadItem
from service.postmortem.vague import is_vague

_HINT = re.compile(r" ?\[(?:add |insert |put )?(?:a )?links? (?:to|of) [^\[\]]{0,40}\]", re.IGNORECASE)
_BRACED = re.compile(r"^\{\{ ?([^{}]{3,}?) ?\}\}")
_EMPTY = re.compile(r" ?(?:\( ?\)|\[ ?\])$")
_SENTENCE = re.compile(r"[.!?。][)\"”]? \S|。\S")
WHY_LIMIT = 600  # characters; the rest stays in the section
_SHORTENED = re.compile(r"\b(?:etc|usw|e\.g|i\.e|al)$|\b\w$", re.IGNORECASE)
_BOXED = re.compile(r"^\[[ xX]\] ?")
#: ":x:", "⏳" before what is to be done
_SIGNS = re.compile(r"^(?::[a-z][a-z0-9_+-]{0,30}:|(?![📅🗓⏰])[\u231a-\u2bff\U0001f000-\U0001faff]\ufe0f?){1,3} ?")
#: "（担当：佐藤、期限：2026-03-01）" at the end, as it is written elsewhere
_WIDE = re.compile(r"（([^（）]{1,80})）[。.]?$")
_NARROW = str.maketrans({"：": ":", "、": ",", "，": ",", "；": ";"})
_EDGES = " \t-–—:;,|→>/"

__all__ = ["Facts", "item", "read_line", "take_facts"]
#: "TODO(@sam): …"
_NAMED_MARK = re.compile(r"(?:TODO|FIXME|AI|ACTION) ?\((@?\w[\w.-]{0,38})\) ?:? +")


def read_line(spans: Sequence[Span], facts: Facts, given: Given) -> str:
    """The clean text of one line; what is taken off it goes to `facts`, which may hold more already."""
    shown = [
        span
        for span in spans
        if span.text.strip(" -–—:.,")
        and not itemdone.BOX.fullmatch(span.text.strip())
        and not (span.href and len(spans) > 1)
    ]
    if shown and all(span.struck for span in shown):
        facts.set_done(max((span.text.strip() for span in shown), key=len), "struck through")
    elif any(span.struck for span in shown):
        rest = [span for span in spans if not span.struck]
        said = itemdone.is_detail_done(_BOXED.sub("", plain(rest)), item_words(given.words))
        if said:  # "~~Restore traffic~~ Done by Kim"
            facts.set_done(said, "it is said behind it")
            spans = [span for span in spans if span.struck]
        else:
            spans = rest
    shown_people = {plain([span]).lower() for span in spans if span.href and references.is_profile(span.href)}
    if shown_people:
        given = replace(given, people=given.people | shown_people)
    facts.note("text", plain(spans), "a line of its own")
    facts.add_refs(references.refs_of(spans))
    spans = itemdone.take_link(spans, facts, item_words(given.words))
    text = plain(references.without_pointers(references.without_first_pointer(spans)))
    text = _SIGNS.sub("", itemdone.take_box(text, facts), count=1)
    if named := _NAMED_MARK.match(text):
        facts.set_owner(named[1], "behind its mark", named[0])
        text = text[named.end() : named.end() + 1].upper() + text[named.end() + 1 :]
    marked = item_words(given.words).marker.match(text) or item_words(given.words).weak_marker.match(text)
    text = take_facts(text[marked.end() :] if marked else text, facts, given)
    facts.vague = is_vague(text, item_words(given.words))
    return _without_stop(_first_sentence(text, facts, item_words(given.words)))


def take_facts(text: str, facts: Facts, given: Given) -> str:
    """Takes done marks, priority, due date and owner off a text, from its edges inwards."""
    words = item_words(given.words)
    text = _HINT.sub("", text)
    if "（" in text and (wide := _WIDE.search(text)):
        text = f"{text[: wide.start()]} ({wide[1].translate(_NARROW)})"
    whole = text.strip()
    text = itemdone.take_marks(text, facts, words)
    text = itempieces.take(text, facts, given)
    text = itemdue.take(text, facts, given.today, words)
    if ":" in text or "=" in text or "：" in text:
        text = _named_facts(text, facts, given, words)
    if (facts.owner is None and "ssign" in text) or " by " in text:
        text = owners.take_assigned(text, facts, given)
    named = text
    for _ in range(6):
        before = text = _EMPTY.sub("", text.strip().rstrip(_EDGES).lstrip(_EDGES))
        text = itemkinds.take_edge(text, facts)
        text = itemkinds.take_tag(text, facts, words)
        text = itemdue.take_last(text, facts, given.today)
        if text == before:
            text = owners.take_edge(text, facts, given)
        if text == before:
            break
    text = _BRACED.sub(r"\1", text.strip().strip("_*").strip(_EDGES)).strip()
    text = references.without_first_ref(references.without_first_url(text, facts.refs), facts.refs)
    text = references.without_last_refs(references.without_last_url(text, facts.refs), facts.refs).rstrip(_EDGES)
    if not facts.done and not facts.open:
        facts.set_told(itemdone.told(text, words, dated=bool(facts.due or facts.due_text)), "it is told as done")
    if text[:1].islower() and not named.lstrip(_EDGES).startswith(text[:20]):
        text = text[0].upper() + text[1:]
    if text:
        return text
    nothing = given.words.nothing_said(whole) or facts.owner or facts.due or facts.due_text
    return "" if nothing else whole


def _first_sentence(text: str, facts: Facts, words: ItemWords) -> str:
    """The sentence that says what to do; what explains it is kept as the reason. Tasks that follow stay in the text."""
    if len(text) < 40 or not _SENTENCE.search(text):
        return text
    told = [plain(spans) for spans, _, _ in sentences([Span(text)])]
    if len(told) < 2 or len(told[0].split()) < 3:
        return text
    kept = 1
    while kept < len(told) and told[kept].split(" ", 1)[0].strip("*_`,").lower() in words.lists["verb"]:
        kept += 1
    if len(told) > kept and _is_remark(told[-1], words):
        del told[-1]
    rest = " ".join(told[kept:])
    if rest and len(rest.split()) < 3:
        return text
    facts.why = facts.why or rest[:WHY_LIMIT] or None
    return " ".join(told[:kept])


def _without_stop(text: str) -> str:
    """Without the full stop of a single sentence: this is a title."""
    bare = text.removesuffix(".")
    return text if bare.endswith(".") or _SENTENCE.search(bare) or _SHORTENED.search(bare) else bare


def _is_remark(text: str, words: ItemWords) -> bool:
    """ "Ticket raised", "PR exists": it tells of the issue, not of the work."""
    told = text.lower().strip(" .!").split()
    return len(told) <= 4 and any(word in words.lists["ticket"] or word in words.lists["refs"] for word in told[:2])


def _named_facts(text: str, facts: Facts, given: Given, words: ItemWords) -> str:
    """Without "owner: sam", "priority: 1", "status: done", "type: prevent", "ticket: PAY-9"."""
    text = itemkinds.take_field(text, facts, words)
    text = owners.take_field(text, facts, given)
    if found := words.status.search(text):
        if done := itemdone.of_status(found[1], words):
            facts.set_done(done, "behind “status”")
        elif words.open_status.match(found[1]):
            facts.open = True
        text = itemdone.cut(text, found.start(), found.end()) if found.start() > 0 else text
    if (found := words.type.search(text)) and (kind := itemkinds.kind_of(found[1], words)):
        facts.set_kind(kind, found[1].strip(), "behind “type”")
        text = itemdone.cut(text, found.start(), found.end())
    if (found := words.ticket.search(text)) and found[1] in facts.refs:
        text = itemdone.cut(text, found.start(), found.end())
    return text


def item(text: str, facts: Facts, anchor: str, position: int, source: Source | None = None) -> ReadItem:
    """The item of a text and what stands around it; with its source, its lines and the words that state each fact."""
    return ReadItem(
        text,
        facts.owner,
        facts.due,
        due_text=facts.due_text if facts.due is None else None,
        priority=facts.priority,
        kind=facts.kind,
        done=facts.done,
        refs=tuple(facts.refs),
        why=facts.why,
        done_when=facts.done_when,
        vague=facts.vague and not (facts.done or facts.due or facts.refs or facts.done_when),
        anchor=anchor,
        position=position,
        lines=facts.here if source is not None else (0, 0),
        evidence=source.evidence(facts.said) if source is not None else {},
    )
