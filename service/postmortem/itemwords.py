"""The words of config/vocabulary/items.toml, made into the patterns by which an action item is read. Made once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from service.postmortem.model import Kind
from service.postmortem.vocabulary import Vocabulary, either, key

#: what a field or a column states → the lists of its names
_FACTS = ("owner", "due", "priority", "status", "refs", "why", "done_when", "type")
BEGIN = r"(?:^|(?<=[\s(\[|,;.—–-]))[*_]{0,2}"  # a field's name stands at the start or after a separator
IS = r"[*_]{0,2} ?[:=：][*_]{0,2} ?"
_OBJECT = r"(?:(?:the|a|an|our|all|both|this|these|that|its|from|to) |\d|`|[a-z]{2,14}ly )"
_GOES_ON = "to|for|with|in|on|about|and|that|which|who|at|from|by|of|via|as|so|but|where|how|is|was|has|tomorrow|next"
_CLOSES_ON = (
    "here|next time|than|for (?:you|our|all|everyone)|in (?:the )?future|from (?:this|it|here|now|our mistakes)|as an?|"
    "and|because|going forward|on this|in this|together|every|each|to"
)
_HELPERS = r"has|have|is|was|were|are|been|already|now|since|also|all"


@dataclass(frozen=True, eq=False, slots=True)
class ItemWords:
    """Names are looked up by `key`; patterns ignore case."""

    fields: Mapping[str, str]
    columns: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    kinds: Mapping[str, Kind]
    owner: re.Pattern[str]
    owner_team: re.Pattern[str]
    owner_blank: re.Pattern[str]
    owner_before: re.Pattern[str]
    due: re.Pattern[str]
    #: a text without any of these holds none of the patterns of a due date
    due_worth: tuple[str, ...]
    due_before: re.Pattern[str]
    due_until: re.Pattern[str]
    joiner: re.Pattern[str]
    priority: re.Pattern[str]
    ticket: re.Pattern[str]
    status: re.Pattern[str]
    type: re.Pattern[str]
    #: a text without any of these says nothing of "done"
    done_worth: tuple[str, ...]
    done_bracket: re.Pattern[str]
    done_first: re.Pattern[str]
    done_last: re.Pattern[str]
    done_told: re.Pattern[str]
    done_status: re.Pattern[str]
    done_piece: re.Pattern[str]
    open_bracket: re.Pattern[str]
    open_last: re.Pattern[str]
    open_status: re.Pattern[str]
    told_phrase: re.Pattern[str]
    told_hedge: re.Pattern[str]
    past: re.Pattern[str]
    past_of_ticket: re.Pattern[str]
    #: "the", "2": what a deed was done to, behind a participle that may only describe
    object: re.Pattern[str]
    prepares: re.Pattern[str]
    prepared: re.Pattern[str]
    #: a clause without any of these words is not `prepared`
    prepared_heads: frozenset[str]
    hyphened: re.Pattern[str]
    closing: re.Pattern[str]
    passive: re.Pattern[str]
    ends_done: re.Pattern[str]
    later_place: re.Pattern[str]
    marker: re.Pattern[str]
    marker_heads: frozenset[str]
    weak_marker: re.Pattern[str]
    promise: re.Pattern[str]
    firm_promise: re.Pattern[str]
    future_lead: re.Pattern[str]
    need: re.Pattern[str]
    vague: re.Pattern[str]
    vague_alone: re.Pattern[str]
    report_work: re.Pattern[str]

    def has(self, name: str, word: str) -> bool:
        return word in self.lists[name]

    def any_in(self, name: str, text: str) -> bool:
        return any(word in text for word in self.lists[name])


def _any(words: Iterable[str]) -> str:
    """A pattern for whole words; at a sign or a script without spaces no border is asked for."""
    return "(?:" + "|".join(_bordered(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _bordered(word: str) -> str:
    before = r"(?<!\w)" if word[0].isascii() and word[0].isalnum() else ""
    behind = r"(?!\w)" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word).replace(r"\ ", " ") + behind


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=8)
def item_words(words: Vocabulary) -> ItemWords:
    lists = {name: frozenset(found) for name, found in words.items.items()}
    of = lists.__getitem__
    fields = {key(name): fact for fact in reversed(_FACTS) for name in of(fact)}
    fields.update((key(name), "owner") for name in of("owner_field"))
    columns = {key(name) or name: "number" for name in of("number_column")}
    for fact in reversed(_FACTS):
        names = of(fact) | (lists.get(f"{fact}_column") or frozenset())
        columns.update((key(name) or name, fact) for name in names)
    columns.update((key(name) or name, "text") for name in of("text_column"))
    done, past = _any(of("done")), of("past")
    ended = _any(of("done") | of("dropped"))
    participle = _any(past | {word for word in of("done") if word.endswith("ed")} | of("past_with_object"))
    tickets = _any(of("ticket"))
    teams = r"(?:we|i|(?:the|our) (?:[\w-]{2,20} ){0,2}team|team)"
    subject = teams + r"(?:['’]ve| have| has)?(?: already| now| since| also| then)? "
    return ItemWords(
        fields=fields,
        columns=columns,
        lists=lists,
        kinds={key(word): kind for kind in Kind for word in of(kind.value)},
        owner=_compiled(
            BEGIN + f"{_any(of('owner') | {'who'})}s?" + IS + r"(@?[^\W\d_][^()\[\],;:|\n]{0,60})",
        ),
        owner_team=_compiled(rf"[(\[]{_any(of('owner_field'))}" + IS + r"([^()\[\],;:|\n]{2,40})(?=[)\],;|])"),
        owner_blank=_compiled(BEGIN + f"{_any(of('owner'))}" + IS + r"[?–—_-]{0,6}(?=$|[)\],;|])"),
        owner_before=_compiled(r"(?:^|(?<=[\s(\[,;|–—-]))" + f"{_any(of('owner_before'))} (?=\\S)"),
        due=_compiled(
            BEGIN + rf"(?:{_any(of('due'))}(?: date| by| on)?[*_]{{0,2}} ?[:=：]?[*_]{{0,2}} ?|[📅🗓⏰]\ufe0f? ?)"
        ),
        due_worth=_shortest(
            {"📅", "🗓", "⏰", *of("due"), *(f"{word} " for word in of("due_before") | of("due_until"))}
        ),
        due_before=_compiled(r"(?:^|(?<=[\s(\[|,;—–-]))" + f"{_any(of('due_before'))} "),
        due_until=_compiled(r"(?:^|(?<=[\s(\[|,;—–-]))" + f"{_any(of('due_until'))} "),
        joiner=_compiled(f"{_any(of('joiner'))}[,:]? +"),
        priority=_compiled(BEGIN + f"{_any(of('priority'))}" + IS + rf"(P?[0-4]|{_any(of('priority_word'))})(?!\w)"),
        ticket=_compiled(BEGIN + f"{_any(of('refs'))}" + IS + r"([^\s,;()\[\]]{1,200})"),
        status=_compiled(BEGIN + _any(of("status")) + IS + r"([^,;|()\[\]\n]{1,40})"),
        type=_compiled(BEGIN + _any(of("type")) + IS + r"([^,;|()\[\]\n]{1,30})"),
        done_worth=_shortest(of("done") | of("dropped")),
        done_bracket=_compiled(
            rf"[(\[]\**_?(?:already |now |all )?{ended}"
            r"(?:(?: (?:in|on|by|via|with|as|through|since|during|for this|to prod(?:uction)?)|:| ?[–—,#-]| \d)"
            r"[^()\[\]]{0,80}| ✅|[.!]{1,2})?_?\**[)\]]"
        ),
        done_first=re.compile(
            rf"^`?(?:DONE|COMPLETED?|FIXED)\b`?(?: ?[:–—-])? *"
            rf"|^[(\[]?(?i:(?:already )?{done})[)\]]? ?[:：–—] *|^(?i:{done}) - "
        ),
        done_last=re.compile(
            r"(?<=[.!?)`\w]) +DONE(?: (?:in|via|with|by)\b.{0,120})?[.!]?$"
            rf"|(?: (?:[-–—=]{{1,2}}>|-{{1,2}}|[–—:|;→⇒])|:) *(?i:{ended})"
            r"(?:,? (?i:in|see|via|by|as|with)\b(?:[^.]|\.(?=\S)){0,120}"
            r"|,? (?:on )?(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]?\d{0,4}|\d{1,2} [A-Z][a-z]{2,8}(?:,? \d{4})?"
            r"|[A-Z][a-z]{2,8} \d{1,2}(?:,? \d{4})?))?[.!]?$"
            rf"|(?<=[.!?)]) +_?(?i:already )?(?i:{done})"
            r"(?: (?:in|on|by|via|with|as|through|since|see)\b(?:[^.]|\.(?=\S)){0,120}| \d{4}-\d\d-\d\d)?[_.!]{0,2}$"
            r"|, (?i:(?:already )?(?:done|completed|implemented|finished)(?: (?:in|via|by|with|on) "
            r"(?:[#!]\d|https?:|PR\b|MR\b|v?\d|@\w)[^,;]{0,80})?)[.!]?$"
        ),
        done_told=_compiled(
            r"(?:(?<=[-–—,;:(.!?]) ?|^)(?:this|it|which|these|both|all of this|all of these|already)\b"
            rf"(?: (?:{_HELPERS})){{0,5}}? {done}(?:[ ,][^.()]{{0,80}})?[.!)]{{0,2}}$"
            r"|(?:(?<=[.!?;(] )|(?<=[;(])|^)(?:we|i|the team|@[\w-]{2,30})"
            r"(?: (?:have|has|already|also|since|just)|['’]ve){0,2} "
            r"(?:did|done|implemented|completed|finished|deployed|merged|shipped) (?:this|it|that|these|them)"
            r"(?: already)?"
            r"(?: (?:in|on|with|via|by|as|right|during|after|the|last)\b[^.()]{0,80})?[.!)]{0,2}$"
        ),
        done_status=_compiled(
            rf"\W{{0,6}}(?:(?:already )?{done}|{_any(of('dropped'))}"
            r"|(?:yes|x|oui|sí|sim|ja|100 ?%)(?!\w)|[✓✔☑✅])"
        ),
        done_piece=_compiled(
            rf"(?:already |now )?(?:{ended}|{_any(of('done_column'))})"
            r"(?: (?:in|on|by|via|with|as|since) [\w@#.:/ -]{1,40})?"
        ),
        open_bracket=_compiled(rf"[(\[]\**{_any(of('open'))}(?: ?[–—,:-] ?[^()\[\]]{{1,60}})?\**[)\]]"),
        open_last=_compiled(rf"(?: [-–—|;]|[|;]) *{_any(of('open'))}[.!]?$"),
        open_status=_compiled(rf"\W{{0,6}}{_any(of('open') | {'not'})}"),
        told_phrase=_compiled(_any(of("told_phrase"))),
        told_hedge=_compiled(_any(of("told_hedge"))),
        past=_compiled(
            rf"(?:{subject})?{_any(past)} |{subject}{_any(of('past_with_object'))} |"
            rf"{_any(of('past_with_object'))} {_OBJECT}"
        ),
        object=_compiled(_OBJECT),
        prepares=_compiled(
            rf"(?:{subject})?(?:re-)?{_any(of('prepared'))} (?:[\w'’-]+ ){{0,4}}?"
            rf"{_any(of('preparing'))}(?=$|[^\w ]| (?:{_GOES_ON})\b| [#\d]| [A-Z][A-Z\d]+-\d)"
            rf"|(?:{subject})?(?:raised|discussed|agreed) (?:(?:it|this|that|these|them) )?with "
        ),
        prepared=_compiled(
            rf"(?<!test ){_any(of('preparing'))} (?:(?:{_HELPERS}|just|had) ){{0,4}}{_any(of('prepared'))}"
        ),
        prepared_heads=frozenset(
            form for word in of("prepared") | {"discussed"} for form in (word.split()[0], f"re-{word.split()[0]}")
        ),
        hyphened=_compiled(rf"({subject})?([a-z]{{2,12}})-([a-z]{{2,14}}) (?=\S)"),
        closing=_compiled(
            rf" (?:(?:also|all|always|simply|just) )?{_any(of('closing_wish'))}(?=$|[.,;!–—-]| (?:{_CLOSES_ON})\b)"
        ),
        past_of_ticket=_compiled(
            rf"(?:{subject})?(?:created|opened|raised|filed|added|made|logged|submitted|wrote) (?:\w+ ){{0,3}}{tickets}"
            rf"|(?!{_any(past)} )(?:\w+ ){{0,4}}{tickets} "
            r"(?:\w+ ){0,3}(?:created|opened|raised|filed|added|logged|submitted)(?!\w)"
        ),
        passive=_compiled(
            r"(?: (?:has|have)(?: now| already| since| also)? been| (?:was|were)| (?:is|are) (?:now|already)) "
            + participle
            + rf"| (?:is|are) {participle}(?=\.?$| to )"
            + rf"| (?:is|are)(?: (?:now|already) {done}| {done}(?=\.?$))"
        ),
        ends_done=_compiled(rf"[^.,;:!?]{{3,60}} {_any(past)}\.?$"),
        later_place=_compiled(rf" (?:to|on|in|into) (?:[\w'-]+ ){{0,3}}{_any(of('later_place'))}"),
        marker_heads=frozenset(word[:2] for word in of("marker") | of("weak_marker")),
        marker=_compiled(_marked(of("marker"))),
        weak_marker=_compiled(_marked(of("weak_marker"))),
        promise=_compiled(_any(_quotes(of("promise")))),
        firm_promise=_compiled(_any(_quotes(of("firm_promise")))),
        future_lead=_compiled(rf"\b{_any(of('future_lead'))}\b"),
        need=_compiled(_any(of("need"))),
        vague=_compiled(
            r"(?:we (?:should|must|need to|will|have to) |always |please |try to |everyone (?:should|must) )?"
            + _any(of("vague"))
        ),
        vague_alone=_compiled(rf"(?:we (?:should|must|need to|will) )?{_any(of('vague_alone'))}"),
        report_work=_compiled(
            rf"(?:[^\W\d_]{{1,20}} to )?{_any(of('report_work'))}(?: (?:and|&) \w+)? (?:an?|the|this|your|our)? ?"
            rf"(?:(?:final|full|public|internal|blameless|official) )?{_any(of('report'))}(?P<rest>.*)"
        ),
    )


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """Without those that hold another of them."""
    kept: list[str] = []
    for word in sorted(words, key=len):
        if not any(other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _quotes(words: Iterable[str]) -> set[str]:
    return {form for word in words for form in (word, word.replace("'", "’"))}


def _marked(words: Iterable[str]) -> str:
    """The beginning of a line that says of itself that it is an item: "ACTION ITEM: …", "[TODO] …", "AI 3: …"."""
    long = either(word for word in words if len(word) > 2)
    return (
        rf"^[*_\[(]{{0,4}}(?:(?:{either(words)})s?(?: ?[-#]? ?\d{{1,3}})?"
        r"(?:[*_]{0,3}[\])][*_]{0,3} ?[:：–—-]?|[*_]{0,3} ?[:：][*_]{0,3})"
        rf"|(?:{long})s? +[–—-])(?= |$|(?<=：)) *"
    )
