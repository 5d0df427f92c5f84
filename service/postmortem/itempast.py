"""Words that tell of what was done already, or of how it is now: "We requested …", "The script now keeps …"."""

from __future__ import annotations

import re

from service.postmortem.itemwords import ItemWords

#: "now" as of this day; "for now", "until now" and "right now" tell of another thing
_NOW = re.compile(r"(?<!for )(?<!until )(?<!right )(?<!by )(?<!as of )(?<!just )\bnow ([^\W\d_]+)", re.IGNORECASE)
_COMMA = re.compile(r"[,;:(（、，—–]")
_WE = re.compile(
    r"(?:in addition,? |additionally,? |also,? )?(?:we|i|the team)(?: also| then| already| immediately)? ([^\W\d_]+)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:that|if|whether|when|which|until|once|needs?|should|must|will|would|could|may|might|not|never|yet|still)\b"
    r"|\b(?:working on|planning)\b|\?|n['’]t\b",
    re.IGNORECASE,
)

_NOUN = ("ing", "ion", "ment", "ity", "ness", "ance", "ence", "ism", "ship", "able", "ible", "ful", "ly", "ware")


def is_past(word: str, words: ItemWords) -> bool:
    """ "formalized", "limited", "stopped": made of a verb that things to do begin with."""
    word = word.lower()
    if not word.endswith("ed") or len(word) < 5:
        return False
    verbs = words.lists["verb"]
    return (
        word in words.lists["past"]
        or word[:-1] in verbs
        or word[:-2] in verbs
        or (word[-3] == word[-4] and word[:-3] in verbs)
        or (word[-3] == "i" and word[:-3] + "y" in verbs)
    )


def is_present(word: str, words: ItemWords) -> bool:
    """ "keeps", "publishes": a verb that is said of somebody or something."""
    word = word.lower()
    if word in ("is", "are", "has", "have", "does", "do"):
        return True
    verbs = words.lists["verb"]
    return word.endswith("s") and (word[:-1] in verbs or word[:-2] in verbs or (word[:-3] + "y" in verbs))


def is_noun(word: str, words: ItemWords) -> bool:
    """ "script", "agreement", "watcher", "checks": a thing, by a list, its ending, or the verb that it is made of."""
    word = word.lower()
    verbs = words.lists["verb"]
    if word in words.lists["noun"] or word.endswith(_NOUN):
        return True
    if word.endswith(("er", "or")):
        return word[:-2] in verbs or word[:-1] in verbs or word[:-3] in verbs
    return word.endswith("s") and word[:-1] in verbs


def hedged(clause: str) -> bool:
    """Whether it is not plain that it is so: "… once it is tested", "… we are working on the rest"."""
    return _HEDGED.search(clause) is not None


def told_of_us(clause: str, words: ItemWords) -> str | None:
    """ "We requested a review": what the team did."""
    found = _WE.match(clause)
    return found[0] if found and is_past(found[1], words) else None


def told_elsewhere(clause: str, words: ItemWords) -> str | None:
    """ "Ein Alarm wurde eingerichtet", "已添加告警": in a language whose verbs are not known here."""
    if first := next((word for word in words.lists["told_first"] if clause.startswith(word)), None):
        return first
    if not clause.isascii() and (
        last := next((word for word in words.lists["told_last"] if clause.rstrip(" 。.").endswith(word)), None)
    ):
        return last
    head = _COMMA.split(clause, maxsplit=1)[0]
    found = words.told_phrase.search(head)
    if found is None or words.told_hedge.search(head[: found.start()]):
        return None
    return None if head.split(" ", 1)[0].lower() in words.lists["verb"] else found[0]


def told_of_now(clause: str, words: ItemWords) -> str | None:
    """ "The script now keeps both", "is now safe", "We now page twice": so it is since then."""
    if " now " not in clause or hedged(clause):
        return None
    found = _NOW.search(clause)
    if found is None or found.start() == 0:
        return None
    before = clause[: found.start()].split()
    if before[0].strip('*_`"“').lower() in words.lists["verb"] and len(before) > 1:
        return None
    if before[-1].lower() in ("is", "are", "has", "have"):
        return f"{before[-1]} {found[0]}"
    verb = found[1].lower()
    return found[0] if is_present(verb, words) or verb in words.lists["verb"] or is_past(verb, words) else None
