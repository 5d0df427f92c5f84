"""What a ticket or a text says: seven sections, times, timeline, action items. Pure: no I/O, no clock.

What is not stated is None. Where no start is stated the caller uses the time the ticket was opened, where no end is
stated the time it was closed.
"""

from __future__ import annotations

from datetime import UTC, date

from service.postmortem import fields, times
from service.postmortem.items import read_items
from service.postmortem.model import Origin, Reading, Section, SectionText
from service.postmortem.outline import outline
from service.postmortem.sections import read_sections
from service.postmortem.timeline import in_order, read_timeline


def read_text(text: str, *, title: str | None = None, today: date | None = None, zone: str = "UTC") -> Reading:
    """Reads a Markdown ticket or postmortem. `today` lends its year to days without one; `zone` is for times without
    a zone, unless the text states one ("All times in CET")."""
    whole = outline(text)
    here = times.zone_named(zone) or UTC
    stated = fields.read_fields(whole, here, today)
    here = stated.zone or here
    sections = read_sections(whole, source="the text")
    day = stated.day or (stated.moments["started"].date() if "started" in stated.moments else None)
    missing = SectionText(None, Origin.MISSING)
    return Reading(
        title=title or whole.title,
        severity=stated.severity,
        started_at=stated.moments.get("started"),
        resolved_at=stated.moments.get("resolved"),
        sections={section: sections.get(section, missing) for section in Section},
        timeline=in_order(read_timeline(whole.parts, zone=here, day=day)),
        items=tuple(read_items(whole.parts, today=today or day, people=frozenset(stated.people))),
        detected_at=stated.moments.get("detected"),
        mitigated_at=stated.moments.get("mitigated"),
    )
