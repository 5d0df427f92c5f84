"""`report`: one week's report on standard output; frozen if the week is over, else a preview."""

from __future__ import annotations

import sys
from argparse import Namespace
from zoneinfo import ZoneInfo

from service.commands.running import opened
from service.followup.week import Week
from service.upkeep import freeze, weekly_of


def run(args: Namespace) -> int:
    with opened(args) as (service, _):
        parts = service.parts
        now = parts.now()
        zone = ZoneInfo(parts.settings.report.timezone)
        this = Week.at(now, zone)
        week = Week.parse(args.week) if args.week else this.previous
        if now >= week.end(zone):
            freeze(parts, week)
        sys.stdout.buffer.write(weekly_of(parts).report(week, args.format, now))
        sys.stdout.buffer.flush()
    return 0
