"""Who an item is assigned to, as it was written. A person who is only mentioned is none, nor is "everyone"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.postmortem import dates
from service.postmortem.given import Given
from service.postmortem.itemdone import cut
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords, item_words

#: a login, a team, or an Atlassian account id such as 712020:5b10a284-4c20, which is no time of day
_MENTION = (
    r"@(?:[0-9]{5,6}:[A-Za-z0-9-]{0,62}[A-Za-z0-9]"
    r"|[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?(?:/[A-Za-z0-9-]{1,39})?)"
)
_MENTIONS = rf"`?{_MENTION}`?(?:(?:,? and |, ?| ?& ?| ?/ ?| ?\+ ?| )`?{_MENTION}`?){{0,5}}"
_ALL_MENTIONS = re.compile(_MENTIONS, re.IGNORECASE)
_AT_START = re.compile(
    rf"^[(\[]?({_MENTIONS})(?:[)\]](?: ?[:,–—-])? *|(?: ?(?::|,|-|–|—|→)| to\b| will\b| should\b)? +)", re.IGNORECASE
)
_AT_END = re.compile(
    r"(?: ?[-–—,;:|→/]| and| by| assigned to| owner| with| cc)? ?[(\[]?"
    rf"(?<!\w)({_MENTIONS})[)\]]?(?: \[\w{{1,20}}\])?[.,;]?$",
    re.IGNORECASE,
)
_NAME = r"[A-ZÀ-Þ][\w.'’-]{0,20}(?: [A-ZÀ-Þ][\w.'’-]{0,20}){0,2}"
_CAPITAL = "[A-ZÀ-ÖØ-ÞĆČĎĐĘĚĞİŁŃŇŐŘŚŞŠȘŤȚŮŰŹŻŽА-Я]"
_PIECE = rf"{_CAPITAL}(?:[\w.'’-]{{0,20}}\w|\.)?(?!\w)"
#: "@Ana Ruiz": a display name, as Jira shows it; or a login
_ONE = rf"(?:@{_PIECE}(?: {_PIECE}){{1,2}}|{_MENTION})"
_FULL = rf"{_ONE}(?:(?:,? and |, ?| ?& ?| ?/ ?| ?\+ ?| ){_ONE}){{0,4}}"
_FULL_START = re.compile(
    rf"^[(\[]?({_FULL})(?:[)\]](?: ?[:,–—-])? *|(?: ?[:,]| [-–—→]| to\b| will\b| should\b) +)(?=\S)"
)
_FULL_END = re.compile(
    r"(?: ?[-–—,;:|→/]| and| by| assigned to| owner| with| cc)? ?[(\[]?"
    rf"(?<!\w)({_FULL})(?:[)\]]?[.,;]?| ?[)\],;|–—-]? (?P<day>\S[^@,;|]{{5,23}}))$"
)
_NAMES = rf"{_NAME}(?:(?:, | and | & |/| \+ ){_NAME}){{0,4}}"
_ALL_NAMES = re.compile(_NAMES)
_BRACKET_END = re.compile(rf" [(\[]({_NAMES})[)\]][.,;]?$")
#: "(Sam call for a meeting)": a person, and what they do about it
_BRACKET_SAYS = re.compile(rf" [(\[]({_NAMES}) ((?:to |will )?([a-z-]{{2,20}}) [^()\[\]]{{1,60}})[)\]][.,;]?$")
_DASH_END = re.compile(rf"(?: [-–—|]|:| →) ({_NAMES})\.?$")
_BEGIN = re.compile(rf"^[(\[]?({_NAMES})(?:[)\]]? (?P<to>to|will|should)(?: also)? (?=\w)|[)\]]?: ?| [-–—] |[)\]] )")
_GROUP_END = re.compile(r" [(\[]([^()\[\]]{2,40})[)\]][.,;]?$| [-–—|] ([^-–—|()]{2,40})$")
_GROUP_BEGIN = re.compile(
    r"^[(\[]([^()\[\]]{2,40})[)\]](?: ?[:–—-])? +|^(?:[Tt]he )?([\w&/ -]{1,40}?)(?: (?:to|will) |: )"
)
#: "the platform team is going to …", behind whatever joins the sentence to the one before
_GROUP_GOES = re.compile(
    r"((?:the )?((?:[\w&/-]{1,30} ){1,3}team)) (?:(?:is|are) (?:going|planning) to|(?:plan|aim|intend)s? to) (?=\w)",
    re.IGNORECASE,
)
#: "me — Rotate the keys", which is who wrote it
_MINE = re.compile(r"(\w{2,6})(?: [-–—] |: )(?=\S)")
#: "Only use it for keys. @sam will mend the rest."
_LATER = re.compile(rf"(?<=[.!?;] )({_MENTIONS}) (?:will|to|is going to) (?=[a-z])", re.IGNORECASE)
#: "each team" is none
_ANY = frozenset({"the", "each", "every", "all", "our", "any", "another", "a", "other", "your", "their", "which"})
_VALUE_END = re.compile(
    r" (?:due|by|priority|status|deadline|ticket|issue|eta)\b| [-–—] |; |\.(?: (?=[A-Z])|\.|$)", re.IGNORECASE
)
_MORE = re.compile(rf"(?:, | and | & |/| \+ )(?:{_MENTION}|{_NAME})(?=$|[\s)\].,;|/])(?! ?[:=])")


def take_field(text: str, facts: Facts, given: Given) -> str:
    """Without "owner: sam"."""
    words = item_words(given.words)
    found = words.owner.search(text)
    if found is None:
        if team := words.owner_team.search(text):
            facts.set_owner(owner_of(team[1], given), "behind “team”", team[0])
            return cut(text, team.start() + 1, team.end())
        blank = words.owner_blank.search(text)
        return cut(text, blank.start(), blank.end()) if blank else text
    end = found.end()
    while more := _MORE.match(text, end):
        end = more.end()
    value = text[found.start(1) : end]
    owner = owner_of(value, given)
    stop = _VALUE_END.search(value)
    end = found.start(1) + stop.start() if stop else end
    facts.set_owner(owner, "behind “owner”", text[found.start() : end])
    return cut(text, found.start(), end)


def take_assigned(text: str, facts: Facts, given: Given) -> str:
    """Without "assigned to Sam" at its end."""
    words = item_words(given.words)
    for found in words.owner_before.finditer(text):
        named = _ALL_NAMES.match(text, found.end())
        if named and not text[named.end() :].strip(" .)]"):
            facts.set_owner(
                owner_of(named[0], given), f"behind “{found[0].strip()}”", text[found.start() : named.end()]
            )
            return cut(text, found.start(), named.end())
    return text


def take_edge(text: str, facts: Facts, given: Given) -> str:
    """Without "@sam" or "Sam to …" before it, or "(Sam)", "- @sam", "[Platform team]" behind it. A name without @ is
    one only where the document shows that it is a person's or a team's."""
    if facts.owner is not None:
        return text
    if "@" in text:
        if (rest := _take_full(text, facts, given)) is not None:
            return rest
        found = _AT_START.search(text) or _AT_END.search(text)
        if found and not _is_object(text[: found.start()], item_words(given.words)):
            facts.set_owner(found[1].replace("`", "") if "`" in found[1] else found[1], "a mention", found[0])
            return text[: found.start()] + text[found.end() :]
        last = re.search(r" @([^@() ]{2,30} [^@()]{2,30})$", text)
        if last and last[1].lower() in given.people:
            facts.set_owner(last[1], "a mention", last[0])
            return text[: last.start()]
    words = item_words(given.words)
    for pattern, why in ((_BRACKET_END, "in brackets"), (_DASH_END, "behind a dash"), (_BEGIN, "its first words")):
        found = pattern.search(text)
        if found and all(name.lower() in given.people for name in _split(found[1])):
            facts.set_owner(found[1], why, found[0])
            return text[: found.start()] + text[found.end() :]
    says = _BRACKET_SAYS.search(text) if text[-2:].rstrip(".,;")[-1:] in (")", "]") else None
    if says and says[3] in words.lists["verb"] and all(name.lower() in given.people for name in _split(says[1])):
        facts.set_owner(says[1], "in brackets", says[0])
        return text
    for pattern in (_GROUP_END, _GROUP_BEGIN):
        found = pattern.search(text)
        group = (found[1] or found[2] or "").strip() if found else ""
        if found and group and is_group(group, words) and owner_of(group, given):
            facts.set_owner(group, "a team", found[0])
            return text[: found.start()] + text[found.end() :]
    mine = _MINE.match(text)
    if mine and mine[1].lower() in words.lists["myself"]:
        facts.set_owner(mine[1], "its first word", mine[0])
        return text[mine.end() :]
    joined = words.joiner.match(text) if " team " in text else None
    goes = _GROUP_GOES.match(text, joined.end() if joined else 0) if " team " in text else None
    if goes and is_group(goes[2], words):
        facts.set_owner(goes[1] if goes[1].startswith("the ") else goes[2], "a team", goes[0])
        return text[goes.end() :]
    if "@" in text and (later := _LATER.search(text)):
        facts.set_owner(later[1], "a mention before what it will do", later[0])
    return _lower_person(text, facts, given)


def _take_full(text: str, facts: Facts, given: Given) -> str | None:
    """Without "@Ana Ruiz to …" or "… @Ana Ruiz 2026-12-01"; None where no mention has a name of several words."""
    words = item_words(given.words)
    for pattern in (_FULL_START, _FULL_END):
        found = pattern.search(text)
        if found is None or " " not in found[1] or _is_object(text[: found.start()], words):
            continue
        if not all(_called(one, words) for one in re.findall(_ONE, found[1])):
            continue
        if pattern is _FULL_END and found["day"]:
            day, end = dates.due_at(text, found.start("day"), given.today)
            if day is None or facts.due is not None or text[end:].strip(" ."):
                continue
            facts.set_due(day, text[found.start("day") : end], "at the end of its line", text[found.start("day") :])
        facts.set_owner(found[1], "a mention", found[0])
        return text[: found.start()] + text[found.end() :]
    return None


def _called(one: str, words: ItemWords) -> bool:
    """Whether the words behind the first of "@Ana Ruiz" are of the name: "@Sam Add" and "@Sam Tomorrow" are not."""
    return all(_like_a_name(piece, words) and not dates.due_words(piece, 0) for piece in one.split()[1:])


def _is_object(before: str, words: ItemWords) -> bool:
    """Whether a mention belongs to the word before it: "ask @sam", "thanks @sam"."""
    last = (before.lower().split() or [""])[-1]
    return last.strip("(,") in words.lists["before_mentioned"]


def _lower_person(text: str, facts: Facts, given: Given) -> str:
    """Known people who write themselves small: "sam to …", "… (sam)"."""
    if not given.people:
        return text
    end = re.search(r" [(\[]([^()\[\]]{2,40})[)\]]\.?$", text)
    begin = re.match(r"([^\W\d_][\w.' -]{1,40}?)(?: to | will |: )", text)
    for found in (end, begin):
        if found and found[1].lower() in given.people:
            facts.set_owner(found[1], "a person's name", found[0])
            return text[: found.start()] + text[found.end() :]
    return text


def _split(names: str) -> list[str]:
    return re.split(r", | and | & |/| \+ ", names)


def is_group(text: str, words: ItemWords) -> bool:
    """ "Platform team", "team-infra", "SRE": a last or first word that says so, or a name of a role alone."""
    lower = text.lower()
    if lower in words.lists["nobody"]:
        return False
    pieces = re.split(r"[ _-]", lower)
    if lower in words.lists["role"]:
        return True
    return (
        1 < len(pieces) <= 4
        and (pieces[-1] in words.lists["team"] or pieces[0] == "team")
        and pieces[0] not in _ANY
        and pieces[0] not in words.lists["verb"]
    )


def owner_of(text: str, given: Given) -> str | None:
    """The owner of a cell or a field as it was written; None for "TBD", "-", "everyone" and the like."""
    text = text.strip().strip("*_`.,;|").strip()
    text = text.strip("()[]") if text[:1] in "([" or text.count("(") != text.count(")") else text
    text = _VALUE_END.split(text, maxsplit=1)[0].strip(" ,;-–—")
    lower = text.lower()
    if (
        given.words.nothing_said(text)
        or len(text) > 80
        or lower in item_words(given.words).lists["nobody"]
        or not any(map(str.isalpha, text))
    ):
        return None
    return text


def named_by_habit(heads: Iterable[str], words: ItemWords) -> frozenset[str]:
    """Names at the same edge of at least two items are owners by the habit of that text: "(Sam)" or "- Sam" behind at
    least half of them. "Checkout: …" is as often a part of the system: it shows nothing."""
    lines = list(heads)
    people: set[str] = set()
    for pattern in (_BRACKET_END, _DASH_END):
        names = [name for head in lines if (match := pattern.search(head)) for name in _split(match[1])]
        if len(names) >= 2 and 2 * len(names) >= len(lines) and all(_like_a_name(name, words) for name in names):
            people.update(name.lower() for name in names)
    return frozenset(people | _same_said(lines, words))


def _same_said(lines: Sequence[str], words: ItemWords) -> frozenset[str]:
    """Names before the same words in brackets: "(Sam call for a meeting)" and "(Kim call for a meeting)"."""
    said: dict[str, set[str]] = {}
    for head in lines:
        found = _BRACKET_SAYS.search(head) if head.endswith((")", "]", ").", "].")) else None
        if found and found[3] in words.lists["verb"] and all(_like_a_name(name, words) for name in _split(found[1])):
            said.setdefault(found[2], set()).update(name.lower() for name in _split(found[1]))
    return frozenset(name for names in said.values() if len(names) > 1 for name in names)


def is_mention(text: str) -> bool:
    """Whether a text is one mention or several, and nothing else."""
    return text[:1] == "@" and _ALL_MENTIONS.fullmatch(text) is not None


def like_name(text: str, words: ItemWords) -> bool:
    """Whether a text could be the names of people, by its form."""
    return _ALL_NAMES.fullmatch(text) is not None and all(_like_a_name(name, words) for name in _split(text))


def like_names(cells: Sequence[str], words: ItemWords) -> bool:
    """Whether these are names and nothing else, as in a column of owners without a head."""
    return len(cells) >= 2 and all(like_name(cell, words) for cell in cells)


def first_names(people: Iterable[str], words: ItemWords) -> frozenset[str]:
    """ "kim" of "kim poe", who is known by both names."""
    pairs = (name.split() for name in people)
    return frozenset(
        pair[0] for pair in pairs if len(pair) == 2 and len(pair[0]) > 2 and _like_a_name(" ".join(pair), words)
    )


def mentioned(text: str) -> frozenset[str]:
    """Whom a text calls by "@": they are people or teams, and stay so where the sign is left out."""
    if "@" not in text:
        return frozenset()
    return frozenset(found[0][1:].lower() for found in re.finditer(rf"(?<![\w/.]){_MENTION}", text, re.IGNORECASE))


def _like_a_name(name: str, words: ItemWords) -> bool:
    """Short, no word of its own ("Add", "Done", "Monitoring") and no number."""
    pieces = name.lower().split()
    known = (
        words.lists["verb"] | words.lists["done"] | words.lists["open"] | words.lists["past"] | words.lists["no_name"]
    )
    return not any(piece in known or any(map(str.isdigit, piece)) for piece in pieces) and not any(
        piece in words.kinds for piece in pieces
    )
