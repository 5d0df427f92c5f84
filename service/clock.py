"""The schedule. It keeps nothing: each tick computes what is due from the database, one row per sync, per slot of
a report or digest, and per day of reminders, so any number of clocks and restarts make each of them once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service import alarms, crash, duplicates, reconcile, retention
from service.followup import reminding
from service.followup.week import Week, due_slots, first_after_skipped, slot_of
from service.parts import Parts
from service.report_plans import Plan, plans
from service.store import backwards, meta, reports, work

log = structlog.get_logger()

SECONDS = 15.0
_SKIPPED = "reports_begin_at"


def tick(parts: Parts) -> None:
    """Asks for every sync, report, digest and reminder due now. Never raises for a database that is away."""
    now = parts.now()
    asked = plans(parts.settings)
    try:
        with parts.database.begin() as connection:
            back = backwards.look(connection, now)
            if back is not None:
                for plan in asked:
                    reports.take_back(connection, str(Week.at(now, plan.zone)), plan.name)
            for tracker in parts.trackers:
                work.keep_going(connection, "sync", tracker, now)
            reconcile.ask_for_polls(connection, parts, now)
            duplicates.ask_for_looks(connection, parts, now)
            slots = [slot_of(plan.name, week) for plan in asked for week in _due(plan, connection, now)]
            for slot in slots:
                work.ensure(connection, "report", slot, now)
            reminders = reminding.slots(parts, connection, now)
            for task, key in reminders:
                work.ensure(connection, task, key, now)
    except AfterwordError as error:
        log.error("the clock could not write", error=error.message)
        return
    crash.point("slots asked for")
    if back is not None:
        log.warning("the clock was set back; what waited for later goes on now", seconds=round(back.total_seconds()))
    for slot in slots:
        parts.engine.wake("report", slot)
    for task, key in reminders:
        parts.engine.wake(task, key)
    alarms.look(parts)
    try:
        retention.daily(parts)
    except AfterwordError as error:
        log.error("old rows were not removed; tomorrow is another day", error=error.message)


def _due(plan: Plan, connection: Connection, now: datetime) -> tuple[Week, ...]:
    plan.begin(connection, now)
    begins, zone = plan.begins(connection, now), plan.zone
    latest = reports.latest_week(connection, str(Week.at(now, zone)), plan.name)
    last = Week.parse(latest) if latest else None
    _say_skipped(connection, first_after_skipped(zone, now, last=last, first_boot=begins))
    return due_slots(plan.schedule, zone, now, last=last, first_boot=begins)


def _say_skipped(connection: Connection, first: Week | None) -> None:
    """Once, though each tick finds it until a report is made."""
    if first is None or meta.get(connection, _SKIPPED) is not None:
        return
    meta.replace(connection, _SKIPPED, str(first))
    log.warning("weeks that were over long ago get no report any more; is the clock right?", first_week=str(first))


def run(parts: Parts) -> None:
    """The clock's own process; ends with SIGTERM or SIGINT."""
    # Heavy, and wanted here alone.
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(tick, "interval", seconds=SECONDS, args=(parts,), next_run_time=parts.now())
    scheduler.start()
