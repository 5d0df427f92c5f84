"""Which read item is which labelled one, and what of a reading is right. Pure: a label, a reading, the lines.

Items are matched one to one where their lines overlap: the same text first, then the best overlap. What an optional
label or a second mention (`also`) explains counts neither way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service.postmortem.model import Evidence, Origin, Reading, ReadItem, Section
from tests.reading.labelling import normal, ref_sha, sha, text_sha

Labelled = Mapping[str, Any]
Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Matched:
    """`pairs`: label → item, by their places, of labels that are not optional. `neutral`: items that count neither
    way."""

    pairs: dict[int, int]
    missed: tuple[int, ...]
    invented: tuple[int, ...]
    neutral: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """`right` of `given` by the reader, of `stated` in the labels."""

    right: int = 0
    given: int = 0
    stated: int = 0

    def add(self, other: Tally) -> None:
        self.right, self.given, self.stated = (
            self.right + other.right,
            self.given + other.given,
            self.stated + other.stated,
        )


@dataclass(slots=True)
class Counts:
    """What is counted of one document, or of many. `given` of `done`, `text`, `empty`, … is the number of cases."""

    documents: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)

    def of(self, name: str) -> Tally:
        return self.tallies.setdefault(name, Tally())

    def case(self, name: str, right: bool) -> None:
        self.of(name).add(Tally(int(right), 1, 1))

    def add(self, other: Counts) -> None:
        self.documents += other.documents
        for name, tally in other.tallies.items():
            self.of(name).add(tally)


def covered(spans: Spans) -> set[int]:
    return {line for first, last in spans for line in range(first, last + 1)}


def _likeness(label: Labelled, item: ReadItem, *, spans: Spans) -> tuple[bool, float] | None:
    """How well they go together, or None if they do not."""
    same = text_sha(item.text) in {label["text"], *label.get("text_or", ())}
    if item.lines == (0, 0):
        return (True, 1.0) if same else None
    mine, theirs = covered([item.lines]), covered(spans)
    if not mine & theirs:
        return None
    return same, len(mine & theirs) / len(mine | theirs)


def match(labels: Sequence[Labelled], items: Sequence[ReadItem]) -> Matched:
    """The best matching greedily, then chains of exchanges, so that each label finds an item if there is one."""
    likeness = {
        (one, other): found
        for one, label in enumerate(labels)
        for other, item in enumerate(items)
        if (found := _likeness(label, item, spans=[label["lines"]])) is not None
    }
    taken: dict[int, int] = {}  # label → item
    for one, other in sorted(likeness, key=lambda pair: likeness[pair], reverse=True):
        if one not in taken and other not in taken.values():
            taken[one] = other
    for one, label in enumerate(labels):
        if one not in taken and not label["optional"]:
            _exchange(one, likeness, taken, set())
    for one, label in enumerate(labels):  # the text was taken from where the promise is said again
        free = [other for other in range(len(items)) if other not in taken.values()]
        if one not in taken and label["also"]:
            again = [other for other in free if _likeness(label, items[other], spans=label["also"])]
            taken.update({one: again[0]} if again else {})
    pairs = {one: other for one, other in taken.items() if not labels[one]["optional"]}
    rest = [other for other in range(len(items)) if other not in pairs.values()]
    neutral = [other for other in rest if other in taken.values() or _explained(labels, items[other])]
    return Matched(
        pairs,
        tuple(one for one, label in enumerate(labels) if one not in pairs and not label["optional"]),
        tuple(other for other in rest if other not in neutral),
        tuple(neutral),
    )


def _exchange(
    one: int, likeness: Mapping[tuple[int, int], tuple[bool, float]], taken: dict[int, int], seen: set[int]
) -> bool:
    for label, other in likeness:
        if label != one or other in seen:
            continue
        seen.add(other)
        holder = next((held for held, item in taken.items() if item == other), None)
        if holder is None or (not likeness[holder, other][0] and _exchange(holder, likeness, taken, seen)):
            taken[one] = other
            return True
    return False


def _explained(labels: Iterable[Labelled], item: ReadItem) -> bool:
    """Whether it stands in a second mention, or in nothing but what is arguable."""
    mine = covered([item.lines]) - {0}
    firm = any(mine & covered([label["lines"]]) for label in labels if not label["optional"])
    again = any(mine & covered(label["also"]) for label in labels)
    arguable = any(mine & covered([label["lines"]]) for label in labels if label["optional"])
    return not firm and (again or arguable)


def stands(evidence: Evidence | None, value: str, lines: Sequence[str]) -> bool:
    """Whether the words stand in the lines that the reader names, and hold the value."""
    if evidence is None or not 1 <= evidence.first <= evidence.last <= len(lines):
        return False
    here = " ".join(lines[evidence.first - 1 : evidence.last])
    words = " ".join(evidence.words.split())
    return words != "" and words in " ".join(here.split()) and normal(value) in normal(words)


def compare(label: Labelled, reading: Reading, lines: Sequence[str]) -> Counts:
    """What is right and wrong in the reading of one document."""
    counts = Counts(documents=1)
    labels, items = label["items"], reading.items
    found = match(labels, items)
    counts.of("items").add(
        Tally(len(found.pairs), len(found.pairs) + len(found.invented), len(found.pairs) + len(found.missed))
    )
    if not any(not item["optional"] for item in labels):
        counts.case("empty", not found.invented)
    for one, other in found.pairs.items():
        _item(counts, labels[one], items[other])
    for item in items:
        if item.owner:
            counts.case("owner stands", stands(item.evidence.get("owner"), item.owner, lines))
        if item.due:
            counts.case("due stands", stands(item.evidence.get("due"), "", lines))
    for section in Section:
        counts.of("sections").add(section_tally(label, reading, section))
    for name, read in (("started", reading.started_at), ("resolved", reading.resolved_at)):
        _time(counts, label[name], read)
    if label["severity"]:
        said = sha(normal(reading.severity or "").replace(" ", ""))
        counts.case("severity", said == label["severity"]["sha"])
    elif reading.severity:
        counts.case("severity not stated", False)
    return counts


def wrong_fields(label: Labelled, item: ReadItem) -> list[str]:
    """The fields that count and are not as labelled."""
    due = label["due"]["date"] if label["due"] else None
    right = {
        "text": text_sha(item.text) in {label["text"], *label.get("text_or", ())},
        "done": item.done == label["done"],
        "owner": (text_sha(item.owner) if item.owner else None) == (label["owner"] and label["owner"]["sha"]),
        "due": (item.due.isoformat() if item.due else None) == due,
        "refs": {ref_sha(ref) for ref in item.refs} == set(label["refs"]),
    }
    return [name for name, same in right.items() if not same and name not in label["neutral"]]


def _item(counts: Counts, label: Labelled, item: ReadItem) -> None:
    wrong = wrong_fields(label, item)
    counts.case("text", "text" not in wrong)
    if "done" not in label["neutral"]:
        counts.case("done", "done" not in wrong)
    for name, given, stated in (
        ("owner", item.owner, label["owner"]),
        ("due", item.due, label["due"] and label["due"]["date"]),
    ):
        if name not in label["neutral"]:
            right = bool(given and stated and name not in wrong)
            counts.of(name).add(Tally(right, int(given is not None), int(bool(stated))))
    if label["due"] and "due" not in label["neutral"]:
        counts.case("due words", bool(item.due or item.due_text))
    if "refs" not in label["neutral"]:
        refs = {ref_sha(ref) for ref in item.refs}
        counts.of("refs").add(Tally(len(refs & set(label["refs"])), len(refs), len(label["refs"])))


def section_tally(label: Labelled, reading: Reading, section: Section) -> Tally:
    read = reading.sections[section]
    there = read.origin is Origin.READ and bool(read.text)
    firm, arguable = (label[name].get(section.value, []) for name in ("sections", "optional_sections"))
    if not there:
        return Tally(0, 0, int(bool(firm)))
    right = bool(firm) and _meet(read.lines, firm)
    counted = right or not (arguable and _meet(read.lines, arguable))
    return Tally(int(right), int(counted), int(bool(firm)))


def _meet(read: Spans, labelled: Spans) -> bool:
    """Whether they overlap by at least half of the smaller; a reading without lines is taken at its word."""
    one, other = covered(read) - {0}, covered(labelled)
    return not one or 2 * len(one & other) >= min(len(one), len(other))


def same_time(labelled: Labelled, read: datetime | None) -> bool:
    """To the minute."""
    return read is not None and _minute(read) == _minute(datetime.fromisoformat(labelled["at"]))


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _time(counts: Counts, labelled: Labelled | None, read: datetime | None) -> None:
    if labelled is None:
        if read is not None:
            counts.case("time not stated", False)
    elif labelled.get("told"):
        counts.of("time told").add(Tally(int(same_time(labelled, read)), int(read is not None), 1))
    else:
        counts.case("time", same_time(labelled, read))
