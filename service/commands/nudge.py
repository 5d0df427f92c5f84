"""`nudge`: the reminders and digests that are due, now; or who would get what, when and why."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from service import pause
from service.commands.running import Desk, counted, filled, opened, progress, standby
from service.errors import MEND, WELL
from service.followup import digesting, reminding
from service.followup.digest import subject
from service.followup.digesting import Letter
from service.followup.nudges import REASON, Decision
from service.parts import Parts
from service.store import nudges, work

OFF = "Reminders and digests are switched off: nudges.enabled is false."
NO_ADDRESS = "no address: name it in `notify_env` of this person"
_HEADS = {"now": "On their issues now", "held": "Held back", "later": "Within two weeks"}


def run(args: Namespace) -> int:
    return _try(args) if args.dry_run else _do(args)


def _do(args: Namespace) -> int:
    with opened(args) as desk:
        parts = desk.parts
        if not parts.settings.nudges.enabled:
            print(OFF)
            return WELL
        with parts.database.begin() as connection:
            due = reminding.slots(parts, connection, parts.now())
            for task, key in due:
                work.ask(connection, task, key, parts.now())
        if not due:
            print(f"Nothing is sent now: {_hours(parts)}")
            return WELL
        well = [_done(desk, task, key) for task, key in due]
    return WELL if all(well) else MEND


def _done(desk: Desk, task: str, key: str) -> bool:
    before = desk.parts.now()
    done = desk.done(task, key)
    with desk.parts.database.read() as connection:
        sent = nudges.sent_since(connection, task, before)
    said = counted(sent, "reminder" if task == reminding.NUDGE else "digest")
    print(
        f"{key.removeprefix('digest-')}: {said} sent{'' if done else '; the rest is tried again where Afterword runs'}."
    )
    return done


def _try(args: Namespace) -> int:
    with standby(args) as parts:
        now = parts.now()
        with parts.database.read() as connection:
            found = reminding.decisions(parts, connection, now)
            letters = digesting.letters(parts, connection, now)
            paused = pause.standing(parts, connection)
            at = _digests_at(parts, connection, now)
        off = not parts.settings.nudges.enabled
        if args.format == "json":
            print(
                json.dumps(
                    _json(parts, found, letters, at, now, off or paused is not None), ensure_ascii=False, indent=2
                )
            )
            return WELL
        _print(parts, found, letters, at)
        if off:
            print(OFF)
        if paused is not None:
            print(f"It is paused now, so nothing would leave: {paused.why}")
    progress("Nothing was sent, and nothing stored.")
    return WELL


def _digests_at(parts: Parts, connection: Connection, now: datetime) -> datetime | None:
    """When digests go out: now if this week's did not, else at the next slot."""
    last, following = reminding.digest_due(parts, now)
    slot = reminding.digest_slot(parts, connection, now)
    made = work.standing(connection, reminding.DIGEST, slot) if slot else None
    if last is not None and slot and (made is None or made.open):
        return reminding.workdays(parts).next_open(now)
    return following.at if following is not None else None


def _print(parts: Parts, found: Sequence[Decision], letters: Sequence[Letter], at: datetime | None) -> None:
    print(f"As of {parts.texts.stamp(parts.now())}. {_hours(parts)}")
    for outcome, head in _HEADS.items():
        of_it = [one for one in found if one.outcome == outcome]
        if of_it:
            print(f"\n{head}, {len(of_it)}")
        for one in of_it:
            print(_line(parts, one))
    print(f"\nDigests, {parts.texts.stamp(at)}" if at else "\nDigests: the settings have no time for them.")
    for letter in letters if at else ():
        number = len(letter.addresses)
        where = f"{number} address{'' if number == 1 else 'es'}" if number else NO_ADDRESS
        print(filled(f"{letter.person}: {subject(letter.digest, parts.texts)}  ({where})", "  ", "    "))
    if at and not letters:
        print("  Nobody has anything late, unclear or due within two weeks.")


def _line(parts: Parts, one: Decision) -> str:
    """Where and to whom, when and why; below it the item's words."""
    item = one.candidate.item
    if one.step.kind == REASON:
        said = ["asks why it will not be done"]
    else:
        said = [f"{one.step.kind} its due date" + (f", {parts.texts.days.weekday_day(item.due)}" if item.due else "")]
    if one.outcome != "now":
        said += [one.why] if one.outcome == "held" else []
        said += [f"from {parts.texts.stamp(one.at)}"] if one.at else []
    who = one.candidate.person or "nobody yet"
    first = filled(f"{item.mark} {item.issue_label or 'not filed'}  {who}: {', '.join(said)}", "  ", "    ")
    return f"{first}\n{filled(item.text, '    ', '    ')}"


def _hours(parts: Parts) -> str:
    said, days, now = parts.settings.nudges, reminding.workdays(parts), parts.now()
    hours = f"Working hours are {said.hours}, {said.timezone}"
    if days.open(now):
        return f"{hours}; it is one now."
    following = days.next_open(now)
    return (
        f"{hours}; the next is {parts.texts.stamp(following)}." if following else f"{hours}; there is no working day."
    )


def _json(
    parts: Parts, found: Sequence[Decision], letters: Sequence[Letter], at: datetime | None, now: datetime, off: bool
) -> dict[str, object]:
    return {
        "as_of": now.isoformat(),
        "nothing_leaves": off,
        "nudges": [
            {
                "item": one.candidate.item.id,
                "issue": one.candidate.item.issue_label,
                "url": one.candidate.item.issue_url,
                "person": one.candidate.person or None,
                "kind": one.step.kind,
                "due": one.candidate.item.due.isoformat() if one.candidate.item.due else None,
                "outcome": one.outcome,
                "why": one.why,
                "at": one.at.isoformat() if one.at else None,
            }
            for one in found
        ],
        "digests": [
            {
                "person": letter.person,
                "subject": subject(letter.digest, parts.texts),
                "items": letter.digest.asks,
                "addresses": len(letter.addresses),
                "at": at.isoformat() if at else None,
            }
            for letter in (letters if at else ())
        ],
    }
