"""`report`: one week's report on standard output; frozen if the week is over, else a preview."""

from __future__ import annotations

import sys
from argparse import Namespace
from zoneinfo import ZoneInfo

from connectors.base import AfterwordError
from service.commands.running import opened, progress, standby
from service.errors import WELL, Mistyped
from service.followup.week import Week
from service.store import followups, reports
from service.upkeep import freeze, weekly_of


def run(args: Namespace) -> int:
    asked = _week(args.week) if args.week else None
    if args.dry_run:
        return _try(args, asked)
    with opened(args) as desk:
        parts = desk.parts
        now = parts.now()
        zone = ZoneInfo(parts.settings.report.timezone)
        weekly = weekly_of(parts)
        this = Week.at(now, zone)
        week = asked or this.previous
        if asked is None and week.end(zone) <= weekly.first_boot:
            progress(f"Week {week} ended before this installation first ran.")
            week = this
        if week == this:
            progress(f"Week {week} is not over: a preview, nothing is stored.")
        elif weekly.first_boot < week.end(zone) <= now:
            with parts.database.read() as connection:
                frozen = reports.find(connection, week.slot)
            if frozen is None:
                progress("Looking at every open issue first.")
                freeze(parts, week)
                with parts.database.read() as connection:
                    for trouble in followups.troubles(connection):
                        progress(f"{trouble.tracker} did not answer for {trouble.scope}: {trouble.message}")
        sys.stdout.buffer.write(weekly.report(week, args.format, now))
        sys.stdout.buffer.flush()
    return WELL


def _week(text: str) -> Week:
    try:
        return Week.parse(text)
    except AfterwordError as error:
        raise Mistyped(error.message, error.mend) from None


def _try(args: Namespace, asked: Week | None) -> int:
    """A report that is frozen, or the preview of the running week; what is not made yet is not made."""
    with standby(args) as parts:
        zone = ZoneInfo(parts.settings.report.timezone)
        this = Week.at(parts.now(), zone)
        week = asked or this.previous
        with parts.database.read() as connection:
            frozen = reports.find(connection, week.slot)
        if frozen is None and week != this:
            progress(f"The report of week {week} is not made yet. Without --dry-run it is made and frozen.")
            return WELL
        sys.stdout.buffer.write(weekly_of(parts).report(week, args.format, parts.now()))
        sys.stdout.buffer.flush()
    return WELL
