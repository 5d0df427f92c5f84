"""Action items out of the parts of a text: in their section in every form, elsewhere where they are marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from service.postmortem import itemchores, itemfields
from service.postmortem.given import Given
from service.postmortem.itemblocks import read_blocks
from service.postmortem.itemfacts import source_of
from service.postmortem.itemgroups import Group, group_of
from service.postmortem.itemheadings import NUMBER, begins_with_verb, has_fields, is_work, no_boxes, read_heading
from service.postmortem.itemmarks import read_marked
from service.postmortem.itempeople import named_first, named_last
from service.postmortem.itemprose import sentences
from service.postmortem.itemtext import item
from service.postmortem.itemunion import merge, unite
from service.postmortem.itemwalk import Found, Walk
from service.postmortem.itemwords import item_words
from service.postmortem.markdown import plain
from service.postmortem.model import ReadItem, Section
from service.postmortem.outline import Part
from service.postmortem.owners import first_names, mentioned, named_by_habit
from service.postmortem.vocabulary import key

__all__ = ["merge", "read_items", "unite"]

_HEADINGS = range(1, 7)
#: sections whose names inside the section of action items hold none
_OTHERS = (Section.LESSONS_LEARNED, Section.TIMELINE, Section.SUMMARY, Section.IMPACT, Section.ROOT_CAUSE)


def read_items(parts: Iterable[Part], given: Given, *, anchor: str = "text") -> list[ReadItem]:
    """The items of all parts that belong to the section, and those that are marked elsewhere."""
    parts = list(parts)
    mine = [part for part in parts if part.section is Section.ACTION_ITEMS]
    walk = Walk(_knowing(parts, mine, given))
    groups: list[tuple[int, Group, bool]] = []  # level, what its name states, whether it holds no items
    for index, part in enumerate(parts):
        if part.section is not Section.ACTION_ITEMS:
            groups.clear()
            walk.group = Group()
            if not itemchores.is_foreign(part.name, walk.words):
                read_marked(part, walk)
            continue
        while groups and groups[-1][0] >= part.level:
            groups.pop()
        outer = groups[-1][1] if groups else Group()
        group = group_of(part.name, given, (part.start + 1, part.start + 1)).within(outer)
        foreign = bool(groups and groups[-1][2]) or _foreign(part, walk)
        if part.level:
            groups.append((part.level, group, foreign))
        if not foreign:
            walk.group = group
            walk.nested, walk.label = len(groups) > 2, part.level not in _HEADINGS
            following = parts[index + 1] if index + 1 < len(parts) else None
            _part(part, walk, above=following is not None and _below(following, part))
    walk.group = Group()
    if not walk.found and anchor == "text":
        _promises(parts, walk)
    found = _without_chores(walk)
    return unite([item(one.text, one.facts, anchor, 0, one.source) for one in found])


def _knowing(parts: Sequence[Part], mine: Sequence[Part], given: Given) -> Given:
    """With the people whom the text itself shows as such."""
    words = item_words(given.words)
    texts = [part.text for part in parts]
    shown = named_last([_as_written(part) for part in parts], words)
    if not mine:
        return replace(given, people=given.people | shown) if shown else given
    heads = _heads(mine)
    shown |= named_by_habit(heads, words).union(*map(mentioned, texts))
    shown |= named_first([*heads, *_told(mine)], texts, words) | first_names(given.people, words)
    return replace(given, people=given.people | shown) if shown else given


def _as_written(part: Part) -> str:
    """With the name of a field before its words: "Action item: Add an alert - Tom"."""
    return f"{part.name}: {part.text}" if part.name and part.level not in _HEADINGS else part.text


def _foreign(part: Part, walk: Walk) -> bool:
    if part.begins or not part.name:
        return False
    name = part.name.rstrip(": ")
    return itemchores.is_foreign(name, walk.words) or (
        key(name) not in walk.words.kinds and walk.given.words.section_of(name, exact=True) in _OTHERS
    )


def _below(following: Part, part: Part) -> bool:
    return following.section is part.section and following.level in _HEADINGS and part.level < following.level


def _without_chores(walk: Walk) -> list[Found]:
    """Without the checklists that hold nothing but the report's own housekeeping."""
    lists: dict[int, list[Found]] = {}
    for one in walk.found:
        if one.boxed:
            lists.setdefault(id(one.source), []).append(one)
    chores = {
        id(one)
        for boxes in lists.values()
        if len(boxes) > 1 and all(itemchores.is_chore(box.text, box.facts, walk.words) for box in boxes)
        for one in boxes
    }
    return [one for one in walk.found if id(one) not in chores] if chores else walk.found


def _heads(parts: Sequence[Part]) -> list[str]:
    """The first lines of the lists, by which the habits of a text are seen."""
    return [
        plain(entry.children[0].spans)
        for part in parts
        for block in part.blocks
        if block.kind == "list"
        for entry in block.children
        if entry.children
    ]


def _told(parts: Sequence[Part]) -> Iterator[str]:
    """The sentences of the paragraphs that may say who will do something."""
    for part in parts:
        for block in part.blocks:
            if block.kind == "paragraph" and (" will " in part.text or " to " in part.text):
                for spans, _, _ in sentences(block.spans):
                    yield plain(spans)


def _part(part: Part, walk: Walk, *, above: bool) -> None:
    walk.source = source_of(part)
    lists = any(
        block.kind in ("list", "table") and not itemfields.only_fields(block, walk.words) for block in part.blocks
    )
    counted = NUMBER.match(part.name) is not None
    own = counted and no_boxes(part.blocks)
    own = own or ((counted or begins_with_verb(part, walk.words)) and has_fields(part, walk))
    if part.begins or part.level not in _HEADINGS or (lists and not own):
        read_blocks(part.blocks, walk, answer=part.begins and not lists)
    elif above and not counted:
        read_blocks(part.blocks, walk)
    elif not walk.nested or counted or is_work(part, walk):
        read_heading(part, walk, counted=counted)
    else:
        read_blocks(part.blocks, walk)


def _promises(parts: Sequence[Part], walk: Walk) -> None:
    """Where a text has no action items at all: what its authors say that they will do."""
    for part in parts:
        if part.section in (Section.TIMELINE, Section.IMPACT):
            continue
        walk.source = source_of(part)
        for block in part.blocks:
            if block.kind == "paragraph":
                walk.add_sentences(block, firm=True)
