"""How a case ended, and the table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

WELL, WAITS, DOUBLED, LOST, STUCK = "well", "waits", "doubled", "lost", "stuck"


@dataclass(frozen=True, slots=True)
class Result:
    """`kind`: the part of the matrix. `verdict` is one of the five; `why` names what waits or what went wrong."""

    kind: str
    case: str
    verdict: str
    why: str = ""
    seconds: float = 0.0

    @property
    def bad(self) -> bool:
        return self.verdict in (DOUBLED, LOST, STUCK)


def judged(
    documents: int,
    issues: Sequence[int],
    wanted: int,
    comments: int,
    slots: Sequence[int],
    sends: Sequence[int],
    waits: Sequence[str],
) -> tuple[str, str]:
    """The verdict and why, from counts in the trackers' own stores.

    `issues`: how many carry each item's marker; `wanted`: the items. `slots`: snapshots per due slot. `sends`: messages
    per slot and address. `waits`: what waits for a person, each in words.
    """
    doubled = [f"{n} issues of one item" for n in issues if n > 1]
    doubled += [f"{documents} documents"] * (documents > 1) + [f"{comments} comments"] * (comments > 1)
    doubled += [f"{n} snapshots of one slot" for n in slots if n > 1] + [f"{n} sends" for n in sends if n > 1]
    if doubled:
        return DOUBLED, "; ".join(doubled)
    missing = []
    if documents < 1:
        missing.append("no document")
    if len(issues) < wanted:
        missing.append(f"{wanted - len(issues)} items without an issue")
    if comments < 1:
        missing.append("no comment")
    missing += ["a slot without its snapshot" for n in slots if n < 1]
    missing += ["a report that was not sent" for n in sends if n < 1]
    if not missing:
        return WELL, ""
    if waits:
        return WAITS, "; ".join(waits)
    return LOST, "; ".join(missing)


def table(results: Sequence[Result]) -> str:
    """The matrix as it is printed: one line for each part, then each case that is not well."""
    lines = [f"{'part':34} {'cases':>6} {'well':>6} {'waits':>6} {'doubled':>8} {'lost':>6} {'stuck':>6}"]
    kinds = list(dict.fromkeys(one.kind for one in results))
    for kind in [*kinds, "all"]:
        of_kind = [one for one in results if kind in (one.kind, "all")]
        counts = Counter(one.verdict for one in of_kind)
        lines.append(
            f"{kind:34} {len(of_kind):>6} {counts[WELL]:>6} {counts[WAITS]:>6} "
            f"{counts[DOUBLED]:>8} {counts[LOST]:>6} {counts[STUCK]:>6}"
        )
    waiting = [one for one in results if one.verdict == WAITS]
    if waiting:
        lines.append("\nWaiting for a person:")
        lines += [f"  {one.kind}, {one.case}: {one.why}" for one in waiting]
    bad = [one for one in results if one.bad]
    if bad:
        lines.append("\nNot as promised:")
        lines += [f"  {one.kind}, {one.case}: {one.verdict}: {one.why}" for one in bad]
    return "\n".join(lines)
