"""Incidents that look like an earlier one whose action item is still open, and postmortems that lack sections. Pure.

A repeat is told once, in the report in which the newer incident is new. At most `NEAREST` earlier incidents of each are
named: those with the most overdue item. A person decides whether it is a repeat.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from service.followup import withheld
from service.followup.facts import Facts, Incident
from service.followup.snapshot import IncidentRow, Row
from service.followup.tallies import Incomplete, Repeat
from service.postmortem.severity import severity_of_labels

NEAREST = 5
#: how many postmortems are looked at: the new ones first, then those that closed last
LOOKED_AT = 100


def repeats(rows: Sequence[Row], new: frozenset[int], facts: Facts) -> tuple[Repeat, ...]:
    """One line for each pair, the most overdue first. `rows` as they may be shown."""
    foremost: dict[int, Row] = {}
    for row in rows:
        if row.is_open:
            known = foremost.get(row.incident_id)
            foremost[row.incident_id] = min(known, row, key=_order) if known else row
    known_by: dict[tuple[str, str], list[Incident]] = {}
    for incident in facts.incidents:
        if incident.id in foremost and incident.closed_at is not None:
            for sign in _signs(incident, facts.everyday):
                known_by.setdefault(sign, []).append(incident)
    found: list[tuple[Row, Repeat]] = []
    for newer in facts.incidents:
        if newer.id not in new or newer.closed_at is None:
            continue
        alike: dict[int, tuple[Incident, list[str]]] = {}
        for (kind, word), shown in _signs(newer, facts.everyday).items():
            for earlier in known_by.get((kind, word), ()):
                if earlier.id != newer.id and earlier.closed_at and earlier.closed_at < newer.closed_at:
                    alike.setdefault(earlier.id, (earlier, []))[1].append(f"{kind} {shown}")
        nearest = heapq.nsmallest(NEAREST, alike.values(), key=lambda one: _order(foremost[one[0].id]))
        for earlier, by in nearest:
            row = foremost[earlier.id]
            found.append((row, _repeat(newer, earlier, ", ".join(by), row)))
    return tuple(repeat for _, repeat in sorted(found, key=lambda one: (*_order(one[0]), one[1].incident_id)))


def _order(row: Row) -> tuple[int, int, int]:
    """The most overdue first, then the one that waits longest."""
    return -row.days_late, -row.age, row.id


def _signs(incident: Incident, everyday: frozenset[str]) -> dict[tuple[str, str], str]:
    """(service or label, its word in one case) → the word as it is written."""
    found = {("service", word.strip().casefold()): word.strip() for word in incident.services}
    for label in incident.labels:
        plain = label.strip().casefold()
        if plain not in everyday and severity_of_labels([label]) is None:
            found.setdefault(("label", plain), label.strip())
    return {sign: word for sign, word in found.items() if sign[1]}


def _repeat(newer: Incident, earlier: Incident, by: str, row: Row) -> Repeat:
    pair = Repeat(
        incident_id=newer.id,
        ref=newer.ref,
        title=newer.title,
        url=newer.url,
        closed_at=newer.closed_at,
        by=by,
        earlier_ref=earlier.ref,
        earlier_title=earlier.title,
        earlier_closed_at=earlier.closed_at,
        item_id=row.id,
        item_text=row.text,
        days_late=row.days_late,
        visibility=newer.visibility.narrower(earlier.visibility),
    )
    return withheld.repeat(pair, {row.id: row.text})


def looked_at(incidents: Sequence[Incident], opened: frozenset[int], new: frozenset[int]) -> tuple[int, ...]:
    """The incidents of which a report says what their postmortem lacks: new, or with an open item; LOOKED_AT at most,
    the new ones first, then those that closed last."""
    asked = [one for one in incidents if one.postmortem_id is not None and (one.id in new or one.id in opened)]
    nearest = heapq.nsmallest(LOOKED_AT, asked, key=lambda one: (one.id not in new, -_closed(one), -one.id))
    return tuple(one.id for one in nearest)


def incomplete(listed: Sequence[IncidentRow], facts: Facts) -> tuple[Incomplete, ...]:
    """Of the incidents that the report lists, in the order of `looked_at`."""
    shown = frozenset(row.id for row in listed)
    opened = frozenset(row.id for row in listed if row.open)
    new = frozenset(row.id for row in listed if row.new)
    known = {one.id: one for one in facts.incidents if one.id in shown}
    found = []
    for number in looked_at(list(known.values()), opened, new):
        incident, missing = known[number], facts.missing.get(number)
        if missing and incident.postmortem_id is not None:
            found.append(
                withheld.incomplete(
                    Incomplete(
                        incident_id=incident.id,
                        postmortem_id=incident.postmortem_id,
                        ref=incident.ref,
                        title=incident.title,
                        closed_at=incident.closed_at,
                        missing=missing,
                        visibility=incident.visibility,
                    )
                )
            )
    return tuple(found)


def _closed(incident: Incident) -> float:
    return incident.closed_at.timestamp() if incident.closed_at else 0.0
