"""What stands among action items and is none: participants, documents, a template's own words and housekeeping."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Span, plain
from service.postmortem.vocabulary import Vocabulary, key

_BRACKETS = re.compile(r"[<{\[(][^<>{}\[\]()]{1,60}[>}\])]")
_MENTIONS = re.compile(r"@[\w./-]{1,60}(?:(?:, ?| and | ?/ ?| )@[\w./-]{1,60}){0,20}\.?")
_AROUND = " .:;,*_()[]|=#0123456789-–—✅"
_ADDRESS = re.compile(r"\W{0,3}https?://\S+")
_LABELLED = re.compile(r"[^:]{1,40}: ?https?://\S+")
_TOLD = re.compile(
    r"(?<!that )(?<!which )(?<!who )(?<!what )(?<!where )(?<!when )(?<!if )(?<!how )(?<!why )"
    r"\b(?:was|were|had|did|didn['’]t|took|couldn['’]t|wasn['’]t|weren['’]t|did not)\b",
    re.IGNORECASE,
)
_REGRET = re.compile(
    r"(?<!that )(?<!which )(?<!who )\b(?:should|could|would|must|might) (?:not |also |probably )?"
    r"have \w+(?:ed|en|wn|de|nt|ne)\b",
    re.IGNORECASE,
)
_SEE = re.compile(
    r"(?:please )?(?:see|refer to|more (?:details|information)|details|read|follow along)\b", re.IGNORECASE
)
_HEADER = re.compile(
    r"(?:action(?: item)?s?|owner|due(?: date)?|status|priority|ticket|who|what|when|task)", re.IGNORECASE
)


def is_none(text: str, spans: Sequence[Span], facts: Facts, vocabulary: Vocabulary, words: ItemWords) -> bool:
    """Whether a line is no item, by its own words alone."""
    lower = text.lower()
    if is_nothing(text, words) or (not facts.refs and lower.strip(_AROUND) in words.lists["no_work_line"]):
        return True
    if len(text) < 200 and any(lower.startswith(word) for word in words.lists["template"]):
        return True
    if "[" in text or "<" in text or "{" in text:
        rest = _BRACKETS.sub("", text).strip(" -–—:|,;.")
        if not rest or (not facts.refs and all(_HEADER.fullmatch(word) for word in re.split(r"[^\w]+", rest) if word)):
            return True
    if _MENTIONS.fullmatch(text):
        return True
    return not facts.refs and is_document(spans, words)


def is_nothing(text: str, words: ItemWords) -> bool:
    lower = text.lower().lstrip("*_ ")
    return (
        len(lower) < 120 and len(lower.split()) <= 9 and any(lower.startswith(word) for word in words.lists["nothing"])
    )


def is_document(spans: Sequence[Span], words: ItemWords) -> bool:
    """Whether a line is nothing but a link to something to read: "[Slack thread](…)", "Timeline: https://…"."""
    shown = [span for span in spans if span.text.strip(" -–—:.,;()")]
    if not shown:
        return False
    text = plain(spans)
    if all(span.href for span in shown):
        first = text.split(" ", 1)[0].lower()
        return first not in words.lists["verb"] or len(text.split()) < 2
    if _ADDRESS.fullmatch(text):
        return True
    if _SEE.match(text) and (shown[-1].href or "://" in shown[-1].text):
        return True
    labelled = ":" in text and (_LABELLED.fullmatch(text) or (shown[-1].href and not shown[0].href and len(shown) == 2))
    if not labelled:
        return False
    name = text.split(":", 1)[0]
    rest = text.split(":", 1)[1].strip()
    whole = bool(_LABELLED.fullmatch(text)) or rest == shown[-1].text.strip()
    return whole and len(name.split()) <= 3 and name.split()[0].lower() not in words.lists["verb"]


def is_chore(text: str, facts: Facts, words: ItemWords) -> bool:
    """Whether an item may be the report's own housekeeping: "Write the postmortem", "Publish this report"."""
    lower = text.lower().strip(" .!")
    if facts.owner or facts.due or facts.refs or len(lower) > 120:
        return False
    if is_step(text, facts, words):
        return True
    found = words.report_work.match(lower)
    if found is None:
        return False
    rest = found["rest"].strip(" .")
    return not rest or (
        len(rest.split()) <= 5
        and rest.split()[0] in ("for", "of", "to", "on", "with", "in", "and", "above", "below", "here")
    )


def is_step(text: str, facts: Facts, words: ItemWords) -> bool:
    """Whether a line is a step of the template's own: "Sections above are filled out"."""
    return not (facts.owner or facts.due) and len(text) <= 120 and words.any_in("report_step", text.lower())


def is_story(text: str, facts: Facts, words: ItemWords) -> bool:
    """Whether a line only tells what happened: a sentence in the past that promises and asks for nothing."""
    if facts.done or facts.owner or facts.due or facts.due_text or len(text.split()) < 5:
        return False
    if text.split(" ", 1)[0].strip('*_`"“').lower() in words.lists["verb"] or text.endswith("?"):
        return False
    if _REGRET.search(text):
        return True
    return _TOLD.search(text) is not None and not words.promise.search(text) and not words.need.search(text)


def is_foreign(name: str, words: ItemWords) -> bool:
    """Whether a group of this name holds no items: "References", "Attendees"."""
    return key(name) in words.lists["foreign_group"]
