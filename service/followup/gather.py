"""Reads what a report is computed from: the lean items first, and whole only those that the report lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from service.followup import groups, repeats
from service.followup.choosing import ALL, Part
from service.followup.facts import Facts
from service.followup.lean import Counted, Since, chosen, counted
from service.followup.trend import begins, weeks
from service.followup.week import Week
from service.store import earlier, followups, listed, reports, standings, tally
from service.store.took import took


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say of one report. `names`, `people` and `teams` of the people map; `everyday`: labels that say
    nothing of what broke; `escalate`: days late after which a lead is asked for, 0: never."""

    zone: ZoneInfo
    names: Mapping[str, str]
    people: Sequence[str] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()
    escalate: int = 30
    part: Part = ALL


def figures_only(
    connection: Connection, rules: Rules, week: Week, now: datetime, last: int, *, preview: bool = False
) -> tuple[Facts, list[Counted]]:
    """All that the figures need, and no word of an item: facts without standings, and what is counted."""
    name = rules.part.name
    before = earlier.before(connection, name, str(week))
    first = before.last_seq if before else 0
    if before is None and not rules.part.whole:  # it tells of its own week, not of all that ever ended
        first = earlier.learned_before(connection, week.start(rules.zone))
    events = reports.events_between(connection, first, last)
    since = Since.of(before, events)
    done_since = begins(week, rules.zone)
    held = tally.held(connection, done_since)
    whole = rules.part.whole  # the database does not know whose part an item is
    facts = Facts(
        week=week,
        as_of=now,
        zone=rules.zone,
        previous=before,
        last_seq=last,
        standings=(),
        events=events,
        people=rules.people,
        preview=preview,
        first_seq=first,
        leans=tally.leans(
            connection,
            now=now,
            done_since=None if whole else done_since,
            touched=since.touched | held.keys(),
            names=rules.names,
            sorted_by_incident=not whole,
        ),
        took=took(connection, rules.zone, done_since, now) if whole else None,
        held=held,
        trend=earlier.trend(connection, name, [str(one) for one in weeks(week)[:-1]]),
        teams=rules.teams,
        everyday=rules.everyday,
        escalate=rules.escalate,
        part=rules.part,
    )
    return facts, counted(facts, chosen(facts, facts.leans or ()), since)


def gather(
    connection: Connection, rules: Rules, week: Week, now: datetime, last: int, *, preview: bool = False
) -> Facts:
    """Everything, with the words of what the report lists."""
    facts, counts = figures_only(connection, rules, week, now, last, preview=preview)
    of_items = {item.id: item.incident_id for item in facts.leans or ()}
    since = groups.new_since(facts)
    facts = replace(
        facts,
        standings=standings.some(connection, (one.id for one in counts), names=rules.names),
        incidents=listed.incidents_of(connection, (of_items[one.id] for one in counts), since),
        troubles=followups.troubles(connection),
    )
    facts = replace(facts, totals=tally.per_incident(connection, [one.id for one in facts.incidents]))
    opened = frozenset(of_items[one.id] for one in counts if one.is_open)
    asked = repeats.looked_at(facts.incidents, opened, groups.new_incidents(facts))
    return replace(facts, missing=listed.missing_sections(connection, asked))
