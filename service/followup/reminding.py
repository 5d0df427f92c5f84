"""What reminders and digests know: the calendar of the settings, who hears of what, and what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from connectors.base import Ticket
from service.followup.leads import Hears, Member, Roster
from service.followup.nudges import Candidate, Decision, Policy, plan
from service.followup.week import Week
from service.followup.workdays import Workdays, holidays_of, minutes, scheduled
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import incidents, meta, nudges, standings
from service.store.nudges import Issue

NUDGE, DIGEST = "nudge", "digest"
#: a slot that was missed is made up until the next one, and no longer
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Known:
    """One item, its issue if it has one, and who hears of it."""

    item: Standing
    issue: Issue | None
    hears: Hears


def workdays(parts: Parts) -> Workdays:
    said = parts.settings.nudges
    return Workdays(
        ZoneInfo(said.timezone),
        minutes(said.hours[:5]),
        minutes(said.hours[6:]),
        frozenset(said.weekdays),
        frozenset(said.days_off),
        holidays_of(said.country),
    )


def policy(parts: Parts) -> Policy:
    said = parts.settings.nudges
    return Policy(said.before, said.after, said.per_week, said.untouched)


def roster(parts: Parts) -> Roster:
    members = (Member(one.name, one.team, one.left, one.lead, one.teams) for one in parts.settings.people)
    return Roster(members, parts.people.find)


def known(parts: Parts, connection: Connection, now: datetime, *, item_id: int | None = None) -> list[Known]:
    """Every item (or one), and who hears of it."""
    there = nudges.issues(connection, now, item_id)
    hears, ticket = roster(parts), _tickets(connection)
    found = standings.standings(connection, item_id=item_id, names=parts.people.names)
    return [Known(one, there.get(one.id), hears.hears(one, ticket(one.incident_id))) for one in found]


def _tickets(connection: Connection) -> Callable[[int], Ticket | None]:
    """Each incident's ticket, read once and only if it is asked for."""
    read: dict[int, Ticket | None] = {}

    def ticket(incident_id: int) -> Ticket | None:
        if incident_id not in read:
            found = incidents.get(connection, incident_id)
            read[incident_id] = found.ticket if found is not None else None
        return read[incident_id]

    return ticket


def candidates(parts: Parts, connection: Connection, now: datetime, *, item_id: int | None = None) -> list[Candidate]:
    """What may be reminded of, and why not, as the database has it."""
    past = nudges.past(connection, item_id)
    return [
        Candidate(
            one.item,
            one.hears.name or one.item.owner or "",
            past.get(one.item.id, ()),
            one.issue.touched_at if one.issue else None,
            one.issue.snoozed_until if one.issue else None,
            _held(parts, one, now),
            one.issue is not None and one.issue.unexplained,
        )
        for one in known(parts, connection, now, item_id=item_id)
    ]


def decisions(parts: Parts, connection: Connection, now: datetime) -> list[Decision]:
    sent = nudges.by_person(connection, now)
    return plan(candidates(parts, connection, now), policy(parts), workdays(parts), now, sent)


def _held(parts: Parts, one: Known, now: datetime) -> str:
    """Why nothing is said on an issue whatever its date, or ""."""
    item = one.item
    if item.state == "waiting":
        return "waits for a person"
    if item.parked:
        return "parked"
    if one.issue is None:
        return "not filed yet"
    if not item.in_text:
        return "no longer in the ticket"
    if item.state == "unreachable":
        return "unreachable"
    if one.issue.tracker not in parts.trackers:
        return f"the settings have no tracker {one.issue.tracker}"
    return "not seen lately" if item.stale(now) else ""


# --- when


def slots(parts: Parts, connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(task, key) of what is due now: the day's reminders, the week's digests. Any number of clocks may ask."""
    said, days = parts.settings.nudges, workdays(parts)
    if not said.enabled or not days.open(now):
        return []
    found = [(NUDGE, days.today(now).isoformat())] if said.before or said.after else []
    slot = digest_slot(parts, connection, now)
    return found + ([(DIGEST, slot)] if slot else [])


def digest_slot(parts: Parts, connection: Connection, now: datetime) -> str:
    """The slot of this time, "digest-2026-W48"; "" before the first, or where there is none."""
    last, _ = digest_due(parts, now)
    booted = meta.get(connection, "first_boot")
    if last is None or (booted and last.at <= datetime.fromisoformat(booted)):
        return ""
    return last.slot


@dataclass(frozen=True, slots=True)
class Slot:
    """A week's digests; a holiday or a closed hour moves them to the next opening."""

    week: Week
    at: datetime

    @property
    def slot(self) -> str:
        return f"digest-{self.week}"


def digest_due(parts: Parts, now: datetime) -> tuple[Slot | None, Slot | None]:
    """(the last digest that was due, the next one); None: there is none."""
    said, days = parts.settings.nudges, workdays(parts)
    if not said.digest:
        return None, None
    last = None
    for weeks in (-2, -1, 0, 1, 2):
        day = days.today(now) + weeks * _WEEK
        at = days.next_open(scheduled(said.digest, day, days.zone))
        if at is None:
            continue
        slot = Slot(Week.of(day), at)
        if at > now:
            return last, slot
        last = slot
    return last, None
