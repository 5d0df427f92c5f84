"""What one text states about the incident as a whole, before comments and the ticket's own times are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from service.postmortem.model import Evidence, TimelineLine


@dataclass(slots=True)
class Stated:
    """`moments`: started, detected, mitigated, resolved, in UTC. `day` is the day that the text itself gives to the
    incident, for clock times without one. `timeline`: the text's own lines, with a label where a moment was read from
    one. `doubts`: what the text says in two ways, and what had to be assumed. `evidence`: started_at, detected_at,
    mitigated_at, resolved_at, duration, severity. `told`: the moments that no field states, but a sentence or a line of
    the timeline."""

    moments: dict[str, datetime] = field(default_factory=dict)
    severity: str | None = None
    zone: tzinfo | None = None
    day: date | None = None
    people: set[str] = field(default_factory=set)
    duration: timedelta | None = None
    doubts: list[str] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    timeline: list[TimelineLine] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
