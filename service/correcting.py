"""`report --correct`: a frozen report as a new revision that says what we learned since of the time before it.

The figures stay: what is learned later is counted once, in the report after it. So the weeks add up.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.base import AfterwordError
from service.followup.snapshot import Correction, Snapshot
from service.followup.week import Week, slot_of
from service.parts import Parts
from service.postmortem.standing import ENDED
from service.store import report_revisions, reports
from service.upkeep import forms_of


def correct(parts: Parts, name: str, week: Week, *, dry_run: bool = False) -> str:
    """What changed, in a sentence; "" where nothing did, and then there is no new revision. Raises AfterwordError."""
    slot = slot_of(name, week)
    with parts.database.begin() as connection:
        reports.seal(connection)  # one at a time
        frozen = reports.find(connection, slot)
        if frozen is None:
            raise AfterwordError(f"There is no report of week {week} yet.", "What is not made is not corrected.")
        found = corrections(frozen.snapshot, report_revisions.learned_since(connection, frozen.snapshot))
        if not found:
            return ""
        words = parts.texts.in_zone(frozen.snapshot.zone)
        said = words.render("report.corrected.md.j2", found=found, ended=ENDED, now=parts.now())
        if not dry_run:
            revised = f"{frozen.snapshot.revised} {said}".strip()
            snapshot = replace(frozen.snapshot, revised=revised, corrected=(*frozen.snapshot.corrected, *found))
            report_revisions.replace_with(connection, slot, snapshot, forms_of(parts, snapshot))
        return said


def corrections(snapshot: Snapshot, learned: list[Correction]) -> tuple[Correction, ...]:
    """Those that say something else than the report, and that it does not tell of yet."""
    open_here = {row.id: row.is_open for row in snapshot.rows}
    told = {one.item_id: one for one in snapshot.corrected}
    return tuple(
        one
        for one in learned
        if one.item_id in open_here
        and told.get(one.item_id) != one
        and (open_here[one.item_id] == (one.now in ENDED) or one.item_id in told)
    )
