"""People at work on a list of action items, who know which item is which."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from service.postmortem.likeness import plain
from service.postmortem.model import ReadItem

ANCHORS = ("text", "text", "text", "comment:7", "comment:9")
# fmt: off
WORDS = (
    "alert", "queue", "depth", "payments", "search", "failover", "runbook", "certificate", "rotation", "database",
    "replica", "timeout", "retry", "budget", "dashboard", "export", "import", "backup", "restore", "staging",
    "deploy", "rollback", "canary", "throttle", "cache", "region", "cluster", "node", "disk", "memory", "latency",
    "threshold", "pager", "escalation", "customer", "status", "page", "contract", "test", "schema", "migration",
    "token", "secret", "owner", "inventory", "billing", "ledger", "invoice", "webhook", "signature", "parser",
    "log", "sampling", "trace", "index", "shard", "quota", "limit",
)
# fmt: on
VERBS = ("add", "write", "document", "automate", "remove", "test", "review", "raise", "lower", "split", "move", "warn")
SMALL = ("the", "of", "on", "for", "to", "in", "with", "every", "each", "when", "before", "a")
FAMILIES = (
    "alert on queue depth of the {} service",
    "write a runbook for {} failover",
    "raise the {} timeout to 30 seconds",
    "move {} to the new cluster",
    "add a dashboard for {}",
)
OWNERS = ("@sam", "@alex", "@acme/sre")
#: how a reader of another version leaves in what stands around an item
LEFT_IN = (
    "{} @sam",
    "{} (@alex, due 2026-12-01)",
    "[x] {}",
    "Sam to {}",
    "{} P1",
    "{} #77",
    "owner: Sam, {}",
    "DONE: {}",
)


@dataclass(frozen=True)
class Promise:
    """One item, as whoever wrote it knows it. `of`: the promises that it was made of, by a split or a merge."""

    id: int
    words: tuple[str, ...]
    anchor: str = "text"
    refs: tuple[str, ...] = ()
    owner: str | None = None
    done: bool = False
    left_in: str = "{}"
    of: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        return self.left_in.format(" ".join(self.words)).strip()


def changed(before: tuple[str, ...], now: tuple[str, ...]) -> float:
    """The share of the longer wording that is not in both."""
    both = Counter(word.casefold() for word in before) & Counter(word.casefold() for word in now)
    return 1 - sum(both.values()) / max(len(before), len(now))


class People:
    """Who edit. Every step is one or more edits between two readings."""

    def __init__(self, seed: int, texts: Iterable[tuple[str, ...]], refs: Iterable[tuple[str, ...]] = ()) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.items: list[Promise] = []
        self.deleted: list[Promise] = []
        self.touched: set[int] = set()
        self.merged: dict[int, tuple[Promise, Promise]] = {}
        self.seen: set[int] = set()
        self.said: dict[str, int] = {}  # what was ever said, and of which item
        for words, named in zip_longest(texts, refs, fillvalue=()):
            self.put(replace(self.promise(words), refs=named))

    def promise(self, words: tuple[str, ...], of: frozenset[int] = frozenset(), anchor: str | None = None) -> Promise:
        self.count += 1
        return Promise(self.count, words, anchor or self.random.choice(ANCHORS), of=of)

    def put(self, one: Promise, at: int | None = None) -> None:
        if self.its_own(one):
            self.items.insert(self.random.randint(0, len(self.items)) if at is None else at, one)

    def its_own(self, one: Promise) -> bool:
        """Whether no other item ever had these words: nobody could tell them apart."""
        return self.said.setdefault(plain(one.text), one.id) == one.id

    def pick(self) -> int | None:
        """An item that was not edited since the last reading."""
        free = [index for index, one in enumerate(self.items) if one.id not in self.touched]
        return self.random.choice(free) if free else None

    def change(self, index: int, **values: object) -> None:
        now = replace(self.items[index], **values)  # type: ignore[arg-type]
        if self.its_own(now):
            self.items[index] = now
        self.touched.add(now.id)

    # --- edits

    def reorder(self) -> None:
        self.random.shuffle(self.items)

    def reword(self) -> None:
        if (index := self.pick()) is not None:
            self.change(index, words=self.other_words(self.items[index].words, little=True))

    def rewrite(self) -> None:
        if (index := self.pick()) is not None:
            self.change(index, words=self.other_words(self.items[index].words, little=False))

    def other_words(self, words: tuple[str, ...], *, little: bool) -> tuple[str, ...]:
        most = max((len(words) - 1) // 3, 0) if little else len(words)
        least = 0 if little else max((2 * len(words)) // 3, 1)
        now = list(words)
        for at in self.random.sample(range(len(words)), self.random.randint(least, most)):
            kind = self.random.choice(("word", "drop", "add", "slip"))
            if kind == "word" or not little:
                now[at] = self.random.choice(WORDS)
            elif kind == "drop":
                now[at] = ""
            elif kind == "add":
                now[at] = f"{now[at]} {self.random.choice(SMALL)}"
            elif len(now[at]) > 4:
                now[at] = now[at][:2] + now[at][3] + now[at][2] + now[at][4:]
        found = tuple(" ".join(now).split())
        if little and changed(words, found) >= 1 / 3:
            return words
        return tuple(word.upper() if self.random.random() < 0.05 else word for word in found) or words

    def move(self) -> None:
        if (index := self.pick()) is not None:
            one = self.items.pop(index)
            self.put(replace(one, anchor=self.random.choice(ANCHORS)))

    def split(self) -> None:
        index = self.pick()
        if index is None or len(self.items[index].words) < 6:
            return
        one = self.items.pop(index)
        at = self.random.randint(3, len(one.words) - 3)
        halves = [self.promise(words, one.of | {one.id}, one.anchor) for words in (one.words[:at], one.words[at:])]
        for place, half in enumerate(halves):
            self.put(half, index + place if self.random.random() < 0.7 else None)
            self.touched.add(half.id)

    def merge(self) -> None:
        index = self.pick()
        if index is None:
            return
        one = self.items.pop(index)
        other = self.pick()
        if other is None:
            self.items.insert(index, one)
            return
        second = self.items.pop(other)
        made = self.promise((*one.words, "and", *second.words), one.of | second.of | {one.id, second.id}, one.anchor)
        self.merged[made.id] = one, second
        self.put(replace(made, refs=(*one.refs, *second.refs)), min(index, len(self.items)))
        self.touched.add(made.id)

    def tick(self) -> None:
        if (index := self.pick()) is not None:
            self.items[index] = replace(self.items[index], done=not self.items[index].done)

    def own(self) -> None:
        if (index := self.pick()) is not None:
            self.items[index] = replace(self.items[index], owner=self.random.choice(OWNERS))

    def leave_in(self) -> None:
        """The reader's rules change."""
        if (index := self.pick()) is not None:
            now = "{}" if self.items[index].left_in != "{}" else self.random.choice(LEFT_IN)
            if len(self.items[index].words) > 2:
                self.change(index, left_in=now)

    def refer(self) -> None:
        if (index := self.pick()) is not None:
            self.items[index] = replace(self.items[index], refs=(f"PAY-{self.random.randint(1, 9)}",))

    def move_reference(self) -> None:
        free = [index for index, one in enumerate(self.items) if one.id not in self.touched]
        held = [index for index in free if self.items[index].refs]
        if held and len(free) > 1:
            frm = self.random.choice(held)
            to = self.random.choice([index for index in free if index != frm])
            refs = self.items[frm].refs
            self.change(frm, refs=())
            self.change(to, refs=refs)

    def delete(self) -> None:
        if (index := self.pick()) is not None:
            one = self.items.pop(index)
            if one.id in self.seen:
                self.deleted.append(one)

    def restore(self) -> None:
        if self.deleted:
            self.put(self.deleted.pop(self.random.randrange(len(self.deleted))))

    def add(self) -> None:
        count = self.random.randint(2, 9)
        words = (self.random.choice(VERBS), *self.random.choices((*WORDS, *SMALL), k=count))
        self.put(self.promise(words))

    def add_sibling(self) -> None:
        """Nearly the words of another item that stays: an item of its own."""
        index = self.pick()
        if index is None or len(self.items[index].words) < 4:
            return
        base = self.items[index]
        self.touched.add(base.id)
        words = list(base.words)
        words[self.random.randrange(1, len(words))] = self.random.choice(WORDS)
        self.put(self.promise(tuple(words), anchor=base.anchor))

    EDITS = (
        *(reorder, reword, reword, reword, rewrite, move, split, merge, tick, own, leave_in),
        *(refer, move_reference, delete, restore, add, add_sibling),
    )

    def edit(self, most: int = 5) -> list[str]:
        self.touched, self.merged = set(), {}
        chosen = self.random.choices(self.EDITS, k=self.random.randint(1, most))
        for one in chosen:
            one(self)
        return [one.__name__ for one in chosen]

    def read(self) -> list[ReadItem]:
        """What a reader sees: the items by where they stand."""
        self.seen.update(one.id for one in self.items)
        at: Counter[str] = Counter()
        found = []
        for one in self.items:
            found.append(ReadItem(one.text, one.owner, done=one.done, refs=one.refs, anchor=one.anchor))
            found[-1] = replace(found[-1], position=at[one.anchor])
            at[one.anchor] += 1
        return found
