"""Lists of action items edited at random by people who know which is which: never a second key for one promise, never
one key for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.identity import match
from service.postmortem.model import KnownItem, ReadItem
from tests.identity_edits import FAMILIES, LEFT_IN, SMALL, VERBS, WORDS, People
from tests.identity_found import FOUND
from tests.identity_ledger import Ledger
from tests.reading_hands import read_text

READINGS = 5

loose = st.tuples(st.sampled_from(VERBS), *[st.sampled_from((*WORDS, *SMALL))] * 2).flatmap(
    lambda begin: st.lists(st.sampled_from((*WORDS, *SMALL)), max_size=10).map(lambda rest: (*begin, *rest))
)
family = st.builds(
    lambda form, word: tuple(form.format(word).split()), st.sampled_from(FAMILIES), st.sampled_from(WORDS)
)
lists = st.lists(st.one_of(loose, family), min_size=1, max_size=9)


def edited(
    seed: int, texts: list[tuple[str, ...]], refs: Iterable[tuple[str, ...]] = (), readings: int = READINGS
) -> Ledger:
    people, ledger = People(seed, texts, refs), Ledger()
    ledger.read(people)
    for _ in range(readings):
        people.edit()
        ledger.read(people)
    return ledger


def keeps_its_promises(seed: int, texts: list[tuple[str, ...]]) -> None:
    assert edited(seed, texts).wrong == []


@given(st.integers(0, 2**32), lists)
@settings(max_examples=150, deadline=None)
def test_a_list_edited_at_random_keeps_one_key_for_one_promise(seed: int, texts: list[tuple[str, ...]]) -> None:
    keeps_its_promises(seed, texts)


@pytest.mark.parametrize(("seed", "texts"), FOUND.items(), ids=map(str, FOUND))
def test_a_list_that_once_gave_a_key_away_keeps_it(seed: int, texts: tuple[str, ...]) -> None:
    keeps_its_promises(seed, [tuple(text.split()) for text in texts])


@pytest.mark.whole
@given(st.integers(0, 2**32), lists)
@settings(max_examples=2000, deadline=None)
def test_a_list_edited_two_thousand_times_keeps_one_key_for_one_promise(
    seed: int, texts: list[tuple[str, ...]]
) -> None:
    keeps_its_promises(seed, texts)


@lru_cache(maxsize=1)
def real_lists(shared: Path) -> list[list[ReadItem]]:
    """The items of real documents."""
    paths = sorted((shared / "data" / "postmortems").rglob("*"))
    texts = [path.read_text("utf-8", "replace") for path in paths if path.suffix in (".md", ".qmd", ".erb")]
    return [list(items) for text in texts if (items := read_text(text, today=date(2026, 11, 17)).items)]


def real_edits(shared: Path, times: int) -> None:
    lists = real_lists(shared)
    assert len(lists) > 30
    wrong: Counter[str] = Counter()  # in numbers alone: the words are other people's
    for seed in range(times):
        items = lists[seed % len(lists)]
        texts = [tuple(item.text.split()) for item in items]
        faults = edited(seed, texts, [item.refs for item in items], readings=3).wrong
        wrong.update(f"{fault.partition(':')[0][:40]}, list {seed % len(lists)}, seed {seed}" for fault in faults)
    assert not wrong


def test_real_lists_edited_at_random_keep_one_key_for_one_promise(shared: Path) -> None:
    real_edits(shared, 150)


@pytest.mark.whole
def test_real_lists_edited_two_thousand_times_keep_one_key_for_one_promise(shared: Path) -> None:
    real_edits(shared, 2000)


def test_people_are_asked_seldom() -> None:
    """Whoever changes some words of one item, or its place, is not asked which it is, unless two are nearly alike."""
    told: Counter[str] = Counter()
    for seed in range(60):
        people, ledger = People(seed, [(verb, *WORDS[at * 4 : at * 4 + 5]) for at, verb in enumerate(VERBS)]), Ledger()
        ledger.read(people)
        ledger.told.clear()
        for edit in (people.reword, people.reorder, people.move, people.tick, people.own, people.delete, people.add):
            people.touched = set()
            edit()
            ledger.read(people)
        told += ledger.told
    assert told["unclear"] * 500 <= told["same"]


def test_an_item_of_which_fewer_than_a_third_of_the_words_changed_keeps_its_key_wherever_it_stands() -> None:
    before = "Add an alert on the queue depth of checkout to pages"
    moved = {"comment:9": ("Send an alert on the queue depth of payments to phones",), "text": ("Test the backups",)}
    known = [KnownItem("k0", before, "text", 0), KnownItem("k1", "Test the backups", "text", 1)]
    read = [ReadItem(text, anchor=anchor) for anchor, texts in moved.items() for text in texts]
    assert match(known, read).same == {"k0": 0, "k1": 1}
    far = ReadItem("Send a mail on the queue depth of payments to phones", anchor="comment:9")
    assert match(known, [far, read[1]]).new == (0,)


# --- another version of the reader


@pytest.mark.parametrize("left_in", LEFT_IN)
@pytest.mark.parametrize("before", [True, False], ids=["took out less", "takes out less"])
def test_a_reader_of_another_version_finds_its_items_again(left_in: str, before: bool) -> None:
    """In any order, with one item more than the old version saw."""
    plain = ["Add an alert on queue depth", "Write a runbook for failover", "Test the backups", "Add an alert on disks"]
    dirty = [left_in.format(text) for text in plain]
    old, new = (dirty, plain) if before else (plain, dirty)
    known = [KnownItem(f"k{at}", text, "text", at) for at, text in enumerate(old)]
    read = [ReadItem(text, position=at) for at, text in enumerate(["Rehearse it each quarter", *reversed(new)])]
    found = match(known, read)
    assert found.same == {f"k{at}": len(plain) - at for at in range(len(plain))}
    assert (found.new, found.gone, found.unclear) == ((0,), (), {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**Add an alert** on queue depth", "Add an alert on queue depth"),
        ("Alex Doe to add an alert on queue depth by 3 Nov", "Add an alert on queue depth"),
        ("Add an alert on queue depth (Owner: Alex Doe, ETA Q4 2026)", "Add an alert on queue depth"),
        ("Add an alert on queue depth https://tracker.example/browse/OPS-12", "Add an alert on queue depth"),
        ("Add an alert on queue depth acme/ops#12", "Add an alert on queue depth"),
        ("✅ Add an alert on queue depth - DONE", "Add an alert on queue depth"),
        ("Detection: Add an alert on queue depth", "Add an alert on queue depth"),
        ("[P1] [detect] Add an alert on queue depth", "Add an alert on queue depth"),
        ("Add an alert on queue depth We were told by a customer, and late, as nothing measured how long the queue was",
         "Add an alert on queue depth"),
        ("キューの深さに警告を追加する (担当: 佐藤)", "キューの深さに警告を追加する"),
    ],
)  # fmt: skip
def test_an_upgrade_files_nothing_again(old: str, new: str) -> None:
    for before, now in ((old, new), (new, old)):
        others = ["Test the backups", "Write a runbook for failover"]
        known = [KnownItem(str(at), text, "text", at) for at, text in enumerate([*others, before])]
        read = [ReadItem(text, position=at) for at, text in enumerate([now, *others])]
        found = match(known, read)
        assert (found.same, found.new) == ({"0": 1, "1": 2, "2": 0}, ())
