"""Whether an item is done: the marks around its text, a status, a past tense. Only what is said counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem import itempast, itemstates
from service.postmortem.itemfacts import Facts
from service.postmortem.itempreparing import only_prepares, told_of_clockwork
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Span

BOX = re.compile(
    r"^\[([ xX✓✔✗~*-]?)\](?: |$)"
    r"|^([☐☑☒✅✔✓❌⬜🔲]|:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:)\ufe0f? ?"
)
_TICKED = frozenset(
    {"x", "X", "✓", "✔", "☑", "✅", ":white_check_mark:", ":heavy_check_mark:", ":ballot_box_with_check:"}
)
#: a mark, and the day behind it on which it was set
_MARK = re.compile(r"(?:[✅☑✔]\ufe0f?|:white_check_mark:|:heavy_check_mark:)(?: ?\d{4}-\d\d-\d\d)?")
_NOT = re.compile(
    r"\b(?:not|partly|partially|half|to be|will be|nearly|almost|nicht|teilweise|pas|no|non)\W{0,3}$", re.I
)
_BEHIND = re.compile(r"[.!?] \(([^()]{8,200})\)\.?$")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_HEDGED = re.compile(
    r"\b(?:that|if|whether|when|which|until|once|after|before|where|how|why|needs?|should|must|will|would|could|can|may|"
    r"might|not|n't|never|yet|so|to be|being|get|gets)\b|\?|n['’]t\b",
    re.IGNORECASE,
)
#: what may follow a mark at the end of a text: other marks, and no words
_AT_EDGE = re.compile(r"[*_ ]{0,4}(?:$|[@(\[#,;|.:–—-]|https?:|P\d|by |due |owner)", re.IGNORECASE)
_TAGS = re.compile(r"(?:[(\[][^()\[\]]{1,20}[)\]] ?){1,3}")
#: what may stand before a deed: when it was done
_OPENER = re.compile(
    r"(?:(?:(?:immediately|right|shortly|directly|soon) )?(?:after|during|following) (?:the |this )?"
    r"(?:incident|outage|event|fix|resolution|recovery)|since then|"
    r"as (?:an immediate|a first|a short-term|a temporary) (?:measure|step|fix|mitigation|workaround|action)|"
    r"in the meantime|meanwhile),? ",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\b(?:still|remaining|remains|to do|todo|pending|in progress|waiting|partially|partly)\b"
    r"|\b(?:and|but)(?: we)? (?:will|plan|need)\b",
    re.IGNORECASE,
)
_PUT = re.compile(r"(?:.{0,30} )?(?:added|put|placed) $", re.IGNORECASE)
_AUXILIARY = (" been ", " is ", " are ", " was ", " were ")
_ONGOING = re.compile(r"\b(?:begun|started|beginning|starting|planned|agreed|decided|discussed) ", re.IGNORECASE)


def take_box(text: str, facts: Facts) -> str:
    """Without the box that the text begins with."""
    box = BOX.match(text)
    if box is None:
        return text
    if (box[1] or box[2] or "").strip() in _TICKED:
        facts.set_done(box[0].strip(), "a checked box")
    else:
        facts.open = True
    return text[box.end() :]


def take_link(spans: Sequence[Span], facts: Facts, words: ItemWords) -> list[Span]:
    """Without a last link whose only words are "done"."""
    kept = list(spans)
    tail = len(kept)
    while tail > 1 and not kept[tail - 1].text.strip(" .,;)]\n"):
        tail -= 1
    if tail > 1 and kept[tail - 1].href and kept[tail - 1].text.strip(" .()").lower() in words.lists["done"]:
        facts.set_done(kept[tail - 1].text.strip(), "the words of a link")
        del kept[tail - 1 :]
        last = kept[-1]
        kept[-1] = Span(last.text.rstrip(" ([-–—,;:"), last.bold, last.struck, last.code, last.href)
    return kept


def take_marks(text: str, facts: Facts, words: ItemWords) -> str:
    """Without "✅", "(DONE)", "DONE: …", "… - done", "… This has been done.", "(in progress)"."""
    found = _MARK.search(text)
    if found and _tells(text, found, words):
        facts.set_done(found[0], "a mark")
        text = _MARK.sub("", text).strip()
    if "(" in text or "[" in text:
        found = words.open_bracket.search(text)
        if found:
            facts.open = True
            text = cut(text, found.start(), found.end())
        found = words.done_bracket.search(text)
        if found and itemstates.is_part(found[0]):
            facts.open, found = True, None
        if found and (found.start() < 2 or _TAGS.fullmatch(text[: found.start()]) or _AT_EDGE.match(text, found.end())):
            facts.set_done(found[0], "a word in brackets")
            text = cut(text, found.start(), found.end())
        if not facts.open and (piece := itemstates.in_bracket(text, words)):
            facts.set_done(piece, "a word in brackets")
    lower = text.lower()
    if text[-20:].count(" - ") or "|" in text or ";" in text or "–" in text or "—" in text:
        found = words.open_last.search(text)
        if found and found.start() > 3:
            facts.open = True
            text = text[: found.start()]
    if " did " not in lower and not any(word in lower for word in words.done_worth):
        return text
    for pattern, why in ((words.done_first, "its first word"), (words.done_last, "its last words")):
        found = pattern.search(text)
        if found and itemstates.is_part(found[0]):
            facts.open, found = True, None
        if found and found[0] != text.strip() and not _NOT.search(text[max(0, found.start() - 14) : found.start()]):
            facts.set_done(found[0].strip(" -–—:|"), why)
            text = cut(text, found.start(), found.end())
    found = words.done_told.search(text)
    if found and found.start() > 3 and not itemstates.is_part(found[0]):
        facts.set_done(found[0].strip(" ."), "it is said to be done")
        text = cut(text, found.start(), found.end())
    return text


def _tells(text: str, mark: re.Match[str], words: ItemWords) -> bool:
    """Whether a mark stands for the state of an item: not in "Add ✅ to the template"."""
    before, behind = text[: mark.start()].rstrip(" *_~("), text[mark.end() :].lstrip(" *_~:")
    if not before or not behind or not before[-1].isalnum() or not behind[0].islower():
        return True
    return words.done_status.match(behind) is not None


def told(text: str, words: ItemWords, *, dated: bool = False) -> str | None:
    """The words of a first sentence in the past, or in the passive, by which the work was done: "Added an alert".
    `dated`: it has a time until which it is to be done, so that "Limits raised" may say what is to be then."""
    end = _SENTENCE_END.search(text[:600])
    first = _OPENER.sub("", text[: end.start()] if end else text[:600], count=1)
    if not first or (end and end[0] == "?") or words.past_of_ticket.match(first) or _LEFT.search(first):
        return None
    head = first.split(" ", 1)[0].strip('*_`"“(')
    if head.endswith(":") and head[:-1].lower() in words.lists["past"]:  # "Added: an alert for lag"
        return head
    if clockwork := told_of_clockwork(first, words):
        return None if dated else clockwork
    began = words.past.match(first)
    if began:
        later = _PUT.match(began[0]) and words.later_place.search(first)
        return None if later or words.prepares.match(first) or _ONGOING.search(first[:60]) else began[0].strip()
    if only_prepares(first, words):
        return None
    if hyphened := itempast.told_with_hyphen(first, words):
        return hyphened
    head = first.split(" ", 1)[0].lower().strip('*_`"“(')
    if head in words.lists["noun_verb"] and (named := itempast.told_in_passive(first, words)):
        return named
    if head in words.lists["verb"]:
        pair = first.lower().rstrip(".").split()
        reported = len(pair) == 2 and pair[1] in words.lists["past"] and head not in words.lists["causative"]
        if reported:
            return first.split()[1]
        return None if dated else itempast.told_of_thing(first, words)
    found = words.passive.search(first) if any(word in first for word in _AUXILIARY) else None
    if (
        found
        and not _HEDGED.search(first[: found.start()])
        and not first[found.end() :][:20].lower().startswith(" when")
    ):
        return found[0].strip()
    short = not dated and len(first) <= 60 and len(first.split()) <= 5
    if short and words.ends_done.match(first) and not _HEDGED.search(first):
        return first.rsplit(" ", 1)[-1]
    return (
        itempast.told_of_us(first, words)
        or itempast.told_of_now(first, words)
        or itempast.told_elsewhere(first, words)
        or (None if dated else itempast.told_of_thing(first, words))
    )


def told_behind(text: str, words: ItemWords) -> str | None:
    """The words of a bracket behind a sentence that tell what was done about it: "… in a hurry. (added a role)"."""
    found = _BEHIND.search(text) if text.endswith((")", ").")) else None
    return told(found[1], words) if found else None


def is_detail_done(text: str, words: ItemWords) -> str | None:
    """The words of a line under an item that say of it that it is done: "Done in #12", "This has been done"."""
    text = text.strip().strip("()")
    found = words.done_told.match(text) or (
        words.done_status.match(text) if len(text) <= 80 and not text.endswith(("?", ":")) else None
    )
    if found is None or words.open_status.match(text) or itemstates.is_part(text):
        return None
    if found.re is words.done_status and text[found.end() : found.end() + 1].isalnum():
        return None
    rest = text[found.end() :].strip(" .!").lower()
    ok = (
        found.re is words.done_told
        or not rest
        or itemstates.is_day(rest)
        or rest.startswith(
            ("in ", "on ", "by ", "via ", "with ", "as ", "through ", "see ", "#", "(", ":", "-", "–", "—", ",", "http")
        )
    )
    return found[0].strip() if ok else None


def of_status(text: str, words: ItemWords) -> str | None:
    """The words of a status cell or field that say that the item is done, or that nobody will do it."""
    text = text.strip()
    if text.endswith("?"):
        return None
    if text.lower().startswith(("[x]", "[✓]", "[✔]")):
        return text[:3]
    if words.open_status.match(text) or "partial" in text.lower() or itemstates.is_part(text):
        return None
    found = words.done_status.match(text) or words.done_piece.fullmatch(text.strip(" *_`.!✅"))
    return found[0].strip(" *_") if found else None


def cut(text: str, start: int, end: int) -> str:
    """Without a stretch, nor the brackets and separators that held it."""
    left, right = text[:start].rstrip(" -–—,;|"), text[end:].lstrip(" ")
    if left.endswith(".") and right.startswith("."):
        right = right[1:].lstrip(" ")
    if left.endswith(("(", "[")) and right.startswith((")", "]")):
        left, right = left[:-1].rstrip(), right[1:]
    elif left.endswith(("(", "[")) or right.startswith((")", "]")):
        right = right.lstrip(",;| ")
        if right.startswith((")", "]")) and left.count("(") <= left.count(")"):
            right = right[1:]
    return f"{left} {right}".strip() if right[:1] not in ".,;:)" else f"{left}{right}"
