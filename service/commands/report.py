"""`report`: one week's report on standard output; frozen if the week is over, else a preview."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import datetime

from connectors.base import AfterwordError
from service.commands import resend
from service.commands.running import opened, progress, standby
from service.correcting import correct
from service.errors import WELL, Mistyped
from service.followup.week import Week, slot_of
from service.followup.weekly import Weekly
from service.parts import Parts
from service.store import followups, report_revisions, reports
from service.upkeep import freeze, weekly_of


def run(args: Namespace) -> int:
    asked = _week(args.week) if args.week else None
    if args.correct:
        return _correct(args, asked)
    if args.revision is not None:
        return _older(args, asked)
    if args.resend:
        return _resend(args, asked)
    if args.dry_run:
        return _try(args, asked)
    with opened(args) as desk:
        parts = desk.parts
        now = parts.now()
        weekly = weekly_of(parts, args.name)
        week = _chosen(weekly, asked, now)
        if _to_freeze(parts, weekly, week, now):
            progress("Looking at every open issue first.")
            freeze(parts, week, args.name)
            with parts.database.read() as connection:
                for trouble in followups.troubles(connection):
                    progress(f"{trouble.tracker} did not answer for {trouble.scope}: {trouble.message}")
        sys.stdout.buffer.write(weekly.report(week, args.format, now))
        sys.stdout.buffer.flush()
    return WELL


def _correct(args: Namespace, asked: Week | None) -> int:
    with standby(args) as parts:
        week = asked or _last(parts, args.name)
        said = correct(parts, args.name, week, dry_run=args.dry_run)
        print(said or "Nothing that we learned since changes it.")
    return WELL


def _older(args: Namespace, asked: Week | None) -> int:
    with standby(args) as parts:
        week = asked or _last(parts, args.name)
        with parts.database.read() as connection:
            latest = reports.find(connection, slot_of(args.name, week))
            found = report_revisions.of_number(connection, slot_of(args.name, week), args.revision)
    if latest is None:
        raise AfterwordError(f"There is no report of week {week} yet.", "It is frozen after its week.")
    if found is None:
        raise AfterwordError(
            f"Revision {args.revision} of week {week} is not kept.",
            f"The latest is {latest.revision}. One that a person was removed from is not kept as it was.",
        )
    sys.stdout.buffer.write(found.forms[args.format])
    sys.stdout.buffer.flush()
    return WELL


def _resend(args: Namespace, asked: Week | None) -> int:
    if args.dry_run:
        with standby(args) as parts:
            return resend.show(parts, args.name, asked or _last(parts, args.name), args.resend)
    with opened(args) as desk:
        return resend.resend(desk, args.name, asked or _last(desk.parts, args.name), args.resend)


def _last(parts: Parts, name: str) -> Week:
    return Week.at(parts.now(), weekly_of(parts, name).zone).previous


def _week(text: str) -> Week:
    try:
        return Week.parse(text)
    except AfterwordError as error:
        raise Mistyped(error.message, error.mend) from None


def _chosen(weekly: Weekly, asked: Week | None, now: datetime) -> Week:
    """The week that is asked for, else the last that has a report, else the running one; says so where it is another
    than one would think."""
    this = Week.at(now, weekly.zone)
    week = asked or this.previous
    if asked is None and week.end(weekly.zone) <= weekly.first_boot:
        progress(f"Week {week} ended before {weekly.began}.")
        week = this
    if week == this:
        progress(f"Week {week} is not over: a preview, nothing is stored.")
    return week


def _to_freeze(parts: Parts, weekly: Weekly, week: Week, now: datetime) -> bool:
    """Whether its report can be made and is not made yet."""
    if not weekly.first_boot < week.end(weekly.zone) <= now:
        return False
    with parts.database.read() as connection:
        return reports.find(connection, weekly.slot(week)) is None


def _try(args: Namespace, asked: Week | None) -> int:
    """The same, but that what is not made yet is not made."""
    with standby(args) as parts:
        now = parts.now()
        weekly = weekly_of(parts, args.name)
        week = _chosen(weekly, asked, now)
        if _to_freeze(parts, weekly, week, now):
            progress(f"The report of week {week} is not made yet. Without --dry-run it is made and frozen.")
            return WELL
        sys.stdout.buffer.write(weekly.report(week, args.format, now))
        sys.stdout.buffer.flush()
    return WELL
