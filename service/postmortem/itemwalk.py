"""The items that are found on the way through a section: what each is given by its group, its place and its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.postmortem import itemchores, itemdone, itemprose, itemtext
from service.postmortem.given import Given
from service.postmortem.itemfacts import Facts, Source
from service.postmortem.itemgroups import Group, group_of
from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.markdown import Block, Span, plain


@dataclass(slots=True)
class Found:
    """`boxed`: it has a box, as the lists of a template have."""

    text: str
    facts: Facts
    source: Source
    boxed: bool = False


@dataclass(slots=True)
class Walk:
    given: Given
    source: Source = field(default_factory=Source)
    group: Group = field(default_factory=Group)
    found: list[Found] = field(default_factory=list)
    nested: bool = False  # below the heading of a group
    label: bool = False  # below a bold line, so that another such line is beside it and not below

    @property
    def words(self) -> ItemWords:
        return item_words(self.given.words)

    def add(self, spans: Sequence[Span], facts: Facts) -> bool:
        """Whether a line is an item. `facts.here` are its lines, from 1."""
        shown = plain(spans)
        facts.open = facts.open or self.group.open
        text = itemtext.read_line(spans, facts, self.given)
        nothing = self.given.words.nothing_said
        if nothing(text) or (spans and spans[0].text.startswith("<") and nothing(plain(spans))):
            if not facts.refs:
                return False
            text = facts.refs[0]
        elif itemchores.is_none(text, spans, facts, self.given.words, self.words):
            return False
        if itemchores.is_step(text, facts, self.words) or (
            not itemdone.BOX.match(shown) and itemchores.is_story(text, facts, self.words)
        ):
            return False
        self.group.give(facts)
        self.found.append(Found(text, facts, self.source, itemdone.BOX.match(shown) is not None))
        return True

    def add_sentences(self, block: Block, *, firm: bool = False, answer: bool = False) -> None:
        """The sentences of a paragraph that promise work, or say that it was done. `answer`: the paragraph is all that
        is said, so that a sentence of any verb is one."""
        for spans, first, last in itemprose.sentences(block.spans):
            text = plain(spans)
            words = itemprose.promised(text, self.words, firm=firm)
            if not words and not firm:
                words = itemprose.of_person(text, self.given.people, self.words)
            joined = self.words.joiner.match(text)
            bare = text[joined.end() :] if joined else text
            past = None if words or firm else itemdone.told(bare, self.words)
            verb = answer and text.split(" ", 1)[0].lower() in self.words.lists["verb"]
            told = itemdone.told_behind(text, self.words) if answer or words else None
            done = answer and (told or self.words.done_bracket.search(text))
            if words or (past and _firmly(bare)) or (verb and text[-1:] not in ":?") or done:
                facts = Facts(here=(block.start + first + 1, block.start + last + 1))
                if joined and past:
                    facts.set_done(past, "it is told as done")
                if told:
                    facts.set_done(told, "it is told as done behind it")
                if self.add(spans, facts):
                    title = self.found[-1].text
                    title = title.rpartition(" (")[0].rstrip(".") or title if told else title
                    self.found[-1].text = _bare(title, self.words)
            elif self.found and self.found[-1].facts.here[0] > block.start and self.words.done_told.match(text):
                before = self.found[-1].facts
                here, before.here = before.here, (block.start + first + 1, block.start + last + 1)
                before.set_done(text, "it is said behind it")
                before.here = here

    @contextmanager
    def under(self, name: str, lines: tuple[int, int]) -> Iterator[None]:
        """A group of this name around what is found meanwhile."""
        outer = self.group
        self.group = group_of(name, self.given, lines).within(outer)
        yield
        self.group = outer


def _firmly(text: str) -> bool:
    """ "We have added an alert": of prose that tells what happened, only this is a work done for the future."""
    return text.lower().startswith(
        ("we have ", "we've ", "we’ve ", "we also ", "we now ", "as part of ", "to prevent ")
    )


def _bare(text: str, words: ItemWords) -> str:
    """Without "We will" before what is to be done."""
    text = itemprose.without_joiner(text, words)
    found = words.promise.match(text)
    rest = text[found.end() :].strip() if found else ""
    if not rest or rest.split(" ", 1)[0].lower() not in words.lists["verb"]:
        return text
    return rest[0].upper() + rest[1:]


def lines_of_block(block: Block) -> tuple[int, int]:
    """First and last line, from 1."""
    return block.start + 1, max(block.start + 1, block.end)
