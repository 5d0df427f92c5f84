"""Words that tell of what was done already, or of how it is now: "We requested …", "The script now keeps …"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem.itemwords import ItemWords

#: "now" as of this day; "for now", "until now" and "right now" tell of another thing
_NOW = re.compile(r"(?<!for )(?<!until )(?<!right )(?<!by )(?<!as of )(?<!just )\bnow ([^\W\d_]+)", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;(（、，—–]|: | -- ")
_COMMA = re.compile(r"[,;:(（、，—–]")
_WE = re.compile(
    r"(?:in addition,? |additionally,? |also,? )?(?:we|i|(?:the|our) (?:[\w-]{2,20} ){0,2}team)(?: has| have)?"
    r"(?: also| then| already| immediately)? "
    r"(?:re-)?([^\W\d_]+)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:that|if|whether|when|which|until|once|needs?|should|must|will|would|could|may|might|not|never|yet|still)\b"
    r"|\b(?:working on|planning)\b|\?|n['’]t\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[*_`\"“(]{0,3}([^\s,;:(（—–]{1,60})")
_OPEN_YET = re.compile(
    r"\b(?:if|once|until|unless|when|whenever|after|should|must|will|would|could|can|may|might|not|never|yet|still|needs?|"
    r"to be|being|pending|next|later|soon|get|gets|getting|want|request(?:ed)?|proposed?|planned)\b|\?|n['’]t\b",
    re.IGNORECASE,
)
_SINCE_THEN = re.compile(r" (?:has|have|was|were|now|already) ", re.IGNORECASE)  # "is in place" alone may be the aim
_MOST_NOUNS, _MOST_LAST = 6, 8  # words before the participle, and where it is the last one

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
    """ "We requested a review": what the team did. "We identified two old hosts" tells of work that is still to do."""
    found = _WE.match(clause)
    if found is None or found[1].lower() in words.lists["no_deed"]:
        return None
    return found[0] if is_past(found[1], words) else None


def told_with_hyphen(clause: str, words: ItemWords) -> str | None:
    """ "Re-worked our secrets", "Rolled-out the limit": a deed. "Re-worked rota for weekends" may only describe."""
    found = words.hyphened.match(clause)
    if found is None:
        return None
    subject, first, second = found.groups()
    lists = words.lists
    if first.lower() in lists["hyphen_before"]:
        verb = second.lower()
    elif second.lower() in lists["hyphen_behind"]:
        verb = first.lower()
    else:
        return None
    if not _past_form(verb, words):
        return None
    sure = bool(subject) or verb in lists["only_past"] or (first.lower() == "re" and verb in lists["past"])
    return found[0].strip() if sure or words.object.match(clause, found.end()) else None


def _past_form(verb: str, words: ItemWords) -> bool:
    if verb in words.lists["past"] or verb in words.lists["past_form"]:
        return True
    return len(verb) >= 5 and verb.endswith("ed") and verb not in words.lists["not_past"]


def _bare(word: str, words: ItemWords) -> str:
    """ "enabled" of "re-enabled", "rolled" of "rolled-out"."""
    first, hyphen, second = word.partition("-")
    if not hyphen:
        return word
    return second if first == "re" else first if second in words.lists["hyphen_behind"] else word


def told_elsewhere(clause: str, words: ItemWords) -> str | None:
    """ "Ein Alarm wurde eingerichtet", "已添加告警": in a language whose verbs are not known here."""
    if first := next((word for word in words.lists["told_first"] if clause.startswith(word)), None):
        return first
    if not clause.isascii() and (
        last := next((word for word in words.lists["told_last"] if clause.rstrip(" 。.").endswith(word)), None)
    ):
        return last
    if edge := _told_at_edge(_CLAUSE.split(clause, maxsplit=1)[0], words):
        return edge
    head = _COMMA.split(clause, maxsplit=1)[0]
    found = words.told_phrase.search(head)
    if found is None or words.told_hedge.search(head[: found.start()]):
        return None
    return None if head.split(" ", 1)[0].lower() in words.lists["verb"] else found[0]


def _told_at_edge(head: str, words: ItemWords) -> str | None:
    """ "Ajouté une alerte", "Alarm auf den Rückstand eingerichtet"."""
    told = head.replace("*", "").replace("`", "").rstrip(". ").lower().split()
    if len(told) < 2 or not words.lists["told_not_yet"].isdisjoint(told):
        return None
    if told[0] in words.lists["told_before"]:
        return told[0]
    known, goes_on = words.lists["told_behind"], words.lists["told_goes_on"]
    for word, behind in zip(told[1:], [*told[2:], ""], strict=True):
        ends = word in known or any(one[0] == "*" and word.endswith(one[1:]) for one in known)
        if ends and (not behind or behind in goes_on):
            return word
    return None


def told_in_passive(clause: str, words: ItemWords) -> str | None:
    """ "Fix has been deployed", "Alert on lag is now in place": what begins with a word that may be a verb as well."""
    found = words.passive.search(clause)
    if found is None or _OPEN_YET.search(clause) or not _SINCE_THEN.search(found[0]):
        return None
    head = [word.strip('.*_`)"”').lower() for word in clause[: found.start()].split()]
    return found[0].strip() if len(head) <= _MOST_NOUNS and _may_name(head, words) else None


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


def told_of_thing(clause: str, words: ItemWords) -> str | None:
    """ "Alert threshold raised to 5m", "Old exporter removed": a thing, and what was done to it, as the whole of a
    sentence. An imperative ("Revert limits raised to 5m"), a wish ("Better alerts added …"), a longer name ("List of
    hosts removed …") and what happens again ("Pods removed when …") are none."""
    told = [found[1].rstrip('.*_`)"”') for found in _TOKEN.finditer(clause[:200])][: _MOST_LAST + 2]
    small = [word.lower() for word in told]
    place = next((at for at, word in enumerate(small) if at and _done_to(word, small[at + 1 : at + 3], words)), 0)
    if not place or _OPEN_YET.search(clause) or not _may_name(small[:place], words):
        return None
    parts = words.lists["name_part"] & set(small[:place])
    following = small[place + 1] if place + 1 < len(small) else ""
    between = clause[clause.lower().find(small[place]) + len(small[place]) :][:1]
    if not following:
        return told[place] if place < _MOST_LAST and not parts - {"for", "in", "on"} else None
    if parts or place > _MOST_NOUNS or (following not in words.lists["told_on"] and between not in (",", ";", ":")):
        return None
    return None if words.later_place.search(clause) else told[place]


def _done_to(word: str, behind: Sequence[str], words: ItemWords) -> bool:
    """ "removed", "resized"; "increased" says it only before the number that it is since: "increased to 2Gi"."""
    bare = _bare(word, words)
    if bare in words.lists["past_of_thing"] or (bare != word and not behind and _past_form(bare, words)):
        return True
    numbered = any(piece[:1].isdigit() for piece in behind)
    return numbered and behind[0] in ("to", "from", "by") and is_past(word, words)


def _may_name(head: Sequence[str], words: ItemWords) -> bool:
    """Whether words may name a thing: they begin with no verb but one that is a noun too ("Alert threshold")."""
    first = head[0]
    if first in words.lists["wish"] or first in words.lists["causative"] or (len(head) > 1 and is_past(first, words)):
        return False
    if first in words.lists["noun_verb"]:
        return not any(word in ("the", "a", "an", "all", "any", "our") or word.endswith("s") for word in head[1:])
    stem = first.removesuffix("ing")
    doing = stem != first and (stem in words.lists["verb"] or stem + "e" in words.lists["verb"])
    return first not in words.lists["verb"] and not doing
