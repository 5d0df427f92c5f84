"""Shares of counts, beside the goals; under ten cases there is no share, only how many were right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.reading.matching import Counts, Tally

FEWEST = 10  # cases that a share is made of

#: name of a figure → what it must reach
GOALS = {
    "items F1": 0.95,
    "documents without items: none read": 0.95,
    "done": 0.97,
    "owner precision": 0.95,
    "owner recall": 0.9,
    "owner at its span": 1.0,
    "due precision": 0.95,
    "due recall": 0.9,
    "due at its span": 1.0,
    "sections F1": 0.95,
    "start and end": 0.9,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """`share` is None where there are too few cases: then `right` of `cases` is all that is known."""

    name: str
    right: int
    cases: int
    share: float | None

    @property
    def met(self) -> bool | None:
        goal = GOALS.get(self.name)
        return None if goal is None or self.share is None else self.share >= goal

    def line(self) -> str:
        goal = GOALS.get(self.name)
        shown = f"{self.share:.3f}" if self.share is not None else "    –"
        said = {True: "met", False: "NOT MET", None: "too few to say" if goal is not None else ""}[self.met]
        aim = f"goal {goal:.2f}" if goal is not None else ""
        return f"{self.name:36} {shown}  {self.right:4d} of {self.cases:4d}  {aim:9}  {said}".rstrip()


def precision(tally: Tally) -> float | None:
    return tally.right / tally.given if tally.given >= FEWEST else None


def recall(tally: Tally) -> float | None:
    return tally.right / tally.stated if tally.stated >= FEWEST else None


def f1(tally: Tally) -> float | None:
    cases = tally.given + tally.stated
    return 2 * tally.right / cases if max(tally.given, tally.stated) >= FEWEST else None


def figures(counts: Counts) -> list[Figure]:
    """All figures in the order of the goals, and those that have none."""
    items, owner, due, sections, refs = (counts.of(name) for name in ("items", "owner", "due", "sections", "refs"))
    return [
        Figure("items precision", items.right, items.given, precision(items)),
        Figure("items recall", items.right, items.stated, recall(items)),
        Figure("items F1", 2 * items.right, items.given + items.stated, f1(items)),
        _case("documents without items: none read", counts.of("empty")),
        _case("text the same", counts.of("text")),
        _case("done", counts.of("done")),
        Figure("owner precision", owner.right, owner.given, precision(owner)),
        Figure("owner recall", owner.right, owner.stated, recall(owner)),
        _case("owner at its span", counts.of("owner stands")),
        Figure("due precision", due.right, due.given, precision(due)),
        Figure("due recall", due.right, due.stated, recall(due)),
        _case("due at its span", counts.of("due stands")),
        _case("due words found", counts.of("due words")),
        Figure("references precision", refs.right, refs.given, precision(refs)),
        Figure("references recall", refs.right, refs.stated, recall(refs)),
        Figure("sections precision", sections.right, sections.given, precision(sections)),
        Figure("sections recall", sections.right, sections.stated, recall(sections)),
        Figure("sections F1", 2 * sections.right, sections.given + sections.stated, f1(sections)),
        _case("start and end", counts.of("time")),
        _case("start and end told, right if read", counts.of("time told")),
        Figure("start and end read, not stated", 0, counts.of("time not stated").given, None),
        _case("severity", counts.of("severity")),
        Figure("severity read, not stated", 0, counts.of("severity not stated").given, None),
    ]


def _case(name: str, tally: Tally) -> Figure:
    return Figure(name, tally.right, tally.given, precision(tally))


def table(rows: Sequence[tuple[str, Counts]]) -> list[str]:
    """A row a source: what it holds, and its shares."""
    columns = ("docs", "items", "missed", "invented", "items F1", "text", "done", "sections F1", "times")
    lines = [f"{'source':34} " + " ".join(f"{name:>11}" for name in columns)]
    for source, counts in rows:
        items, time = counts.of("items"), counts.of("time")
        cells = [
            str(counts.documents),
            str(items.stated),
            str(items.stated - items.right),
            str(items.given - items.right),
            _shown(f1(items)),
            _shown(precision(counts.of("text"))),
            _shown(precision(counts.of("done"))),
            _shown(f1(counts.of("sections"))),
            f"{time.right}/{time.given}",
        ]
        lines.append(f"{source[:34]:34} " + " ".join(f"{cell:>11}" for cell in cells))
    return lines


def _shown(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def worst(documents: Sequence[tuple[str, Counts]], *, count: int = 10) -> list[str]:
    """The documents in which most is wrong."""
    lines = ["", f"The worst {count} documents", f"{'':64}   missed invented  fields sections times"]
    for name, counts in sorted(documents, key=lambda one: (-sum(_wrong(one[1])), one[0]))[:count]:
        missed, invented, fields, sections, times = _wrong(counts)
        if missed + invented + fields + sections + times:
            lines.append(f"{name[:64]:64}   {missed:6d} {invented:8d} {fields:7d} {sections:8d} {times:5d}")
    return lines


def _wrong(counts: Counts) -> tuple[int, int, int, int, int]:
    """Missed, invented, wrong fields of items, wrong sections, wrong times."""
    items, sections = counts.of("items"), counts.of("sections")
    fields = counts.of("done").given - counts.of("done").right
    for name in ("owner", "due"):
        tally = counts.of(name)
        fields += max(tally.given, tally.stated) - tally.right
    times = counts.of("time").given - counts.of("time").right + counts.of("time not stated").given
    wrong_sections = max(sections.given, sections.stated) - sections.right
    return items.stated - items.right, items.given - items.right, fields, wrong_sections, times
