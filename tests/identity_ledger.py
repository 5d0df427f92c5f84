"""A ledger that only sees the readings, and somebody who knows which item is which and holds it against them.

The same promise is one of which fewer than a third of the words changed between two readings. What changed more may be
taken for another item, but not where a reference of its own says that it is the same. Of an item split in two, one
half may be filed anew; of two made one, nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from service.postmortem.identity import fresh_key, match
from service.postmortem.model import KnownItem, Matching, ReadItem
from tests.identity_edits import People, Promise, changed


@dataclass
class Entry:
    known: KnownItem
    promise: Promise  # as it was last read
    might: tuple[str, ...] = ()  # be one of these: a person is asked
    absent: bool = False


@dataclass
class Ledger:
    """What the pipeline keeps of the readings, and what was wrong in it."""

    entries: dict[str, Entry] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def read(self, people: People) -> Matching:
        items, promises = people.read(), list(people.items)
        before = dict(self.entries)
        absent = [key for key, entry in before.items() if entry.absent]
        waiting = {key: entry.might for key, entry in before.items() if entry.might}
        found = match([entry.known for entry in before.values()], items, absent=absent, waiting=waiting)
        here = {one.id: one for one in promises}
        for key, index in found.same.items():
            self._same(before[key], promises[index], here)
        for index in found.new:
            self._new(before, promises[index], items, people.merged.get(promises[index].id, ()))
        for key in found.gone:
            before[key].absent = True
        taken = list(before)
        entries = {}
        for key, index in found.same.items():
            entries[key] = Entry(_known(key, items[index]), promises[index], before[key].might)
        for index in sorted((*found.new, *found.unclear)):
            key = fresh_key(b"secret", "ops", "42", items[index], taken)
            taken.append(key)
            entries[key] = Entry(_known(key, items[index]), promises[index], found.unclear.get(index, ()))
        self.entries = before | entries
        self.told.update(same=len(found.same), new=len(found.new), unclear=len(found.unclear))
        filed = Counter(entry.promise.id for entry in entries.values() if not entry.might)
        self.wrong.extend(f"two keys for {one}" for one, count in filed.items() if count > 1)
        return found

    def _same(self, entry: Entry, now: Promise, here: dict[int, Promise]) -> None:
        """One key for two promises, unless nobody could tell: the one is gone or is written anew, and in its place, or
        with nearly its words, there is another for the first time, or one that has its reference now."""
        was = entry.promise
        if was.id == now.id or was.id in now.of or now.id in was.of or now.of & was.of:
            return
        seen = {one.promise.id for one in self.entries.values()}
        lost = was.id not in here or changed(was.words, here[was.id].words) >= 1 / 3
        if lost and (now.id not in seen or set(was.refs) & set(now.refs)):
            self.told["could be either"] += 1
            return
        self.wrong.append(f"one key for two: {was} now {now}")

    def _new(self, before: dict[str, Entry], now: Promise, items: list[ReadItem], merged: tuple[Promise, ...]) -> None:
        """A second key for one promise."""
        for entry in before.values():
            was = entry.promise
            if was in merged and was.left_in == now.left_in and len(was.words) > 1:
                self.wrong.append(f"second key for what was made one: {was} in {now}")
            elif was.id == now.id:
                known = [one.known.refs for one in before.values()]
                alone = [ref for ref in now.refs if ref in was.refs and sum(ref in refs for refs in known) == 1]
                alone = [ref for ref in alone if sum(ref in item.refs for item in items) == 1]
                if changed(was.words, now.words) < 1 / 3 or alone:
                    self.wrong.append(f"second key: {was} now {now}")


def _known(key: str, item: ReadItem) -> KnownItem:
    return KnownItem(key, item.text, item.anchor, item.position, item.refs)
