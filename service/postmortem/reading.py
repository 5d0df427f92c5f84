"""What a ticket or a text says: seven sections, times, timeline, action items. Pure: no I/O, no clock.

What is not stated is None. Where no start is stated the caller uses the time the ticket was opened, where no end is
stated the time it was closed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo

from connectors.base import Ticket
from service.postmortem import days, fields, zones
from service.postmortem.conversation import read_conversation
from service.postmortem.given import Given
from service.postmortem.items import read_items, unite
from service.postmortem.markdown import tidy
from service.postmortem.model import Origin, Reading, ReadItem, Section, SectionText
from service.postmortem.outline import outline
from service.postmortem.sections import read_other, read_sections
from service.postmortem.timeline import in_order
from service.postmortem.vocabulary import Vocabulary

_MISSING = SectionText(None, Origin.MISSING)


def read_text(
    text: str,
    words: Vocabulary,
    *,
    title: str | None = None,
    today: date | None = None,
    zone: str = "UTC",
    name: str = "",
) -> Reading:
    """Reads a Markdown ticket or postmortem. `today` lends its year to days without one; `zone` is for times without
    a zone, unless the text states one ("All times in CET"); `name` is that of its file, which may begin with a day."""
    given = Given(words, zones.zone_named(zone) or UTC, today)
    whole = outline(text, words)
    stated = fields.read_fields(whole, given, file_day=days.day_in_name(name))
    here = stated.zone or given.zone
    started = stated.moments.get("started")
    day = stated.day or (started.astimezone(here).date() if started else None)
    sections = read_sections(whole, words, source="the text")
    return Reading(
        title=tidy(title) if title else whole.title,
        severity=stated.severity,
        started_at=started,
        resolved_at=stated.moments.get("resolved"),
        sections={section: sections.get(section, _MISSING) for section in Section},
        timeline=in_order(stated.timeline),
        items=tuple(
            item if today else _not_counted(item, day)
            for item in read_items(whole.parts, Given(words, here, today or day, frozenset(stated.people)))
        ),
        detected_at=stated.moments.get("detected"),
        mitigated_at=stated.moments.get("mitigated"),
        other=read_other(whole, words, source="the text"),
        duration=stated.duration,
        doubts=tuple(stated.doubts),
        front=whole.front,
        evidence=stated.evidence,
    )


def read_ticket(ticket: Ticket, words: Vocabulary, *, zone: str = "UTC") -> Reading:
    """Reads a ticket: its text, then its comments in their order, then its events.

    A comment's section wins over the ticket's and over earlier comments'. Only people with a role are obeyed; the
    others' commands are listed in `not_obeyed`. `zone` is for clock times that are written without one.
    """
    here = zones.zone_named(zone) or UTC
    near = _near(ticket)
    whole = outline(ticket.text, words)
    opened = Given(words, here, _day(ticket.opened_at, here))
    stated = fields.read_fields(whole, opened, near, source="the ticket", url=ticket.url)
    given = Given(words, here, opened.today, frozenset({*_people(ticket), *stated.people}))
    said = read_conversation(ticket, given, near)
    moments = {**stated.moments, **said.moments}
    written = read_sections(whole, words, source="the ticket", url=ticket.url, at=ticket.opened_at)
    sections = {**written, **said.sections}
    own_items = read_items(whole.parts, given)
    return Reading(
        title=tidy(ticket.title),
        severity=said.severity or ticket.severity or stated.severity or fields.severity_of_labels(ticket.labels),
        started_at=moments.get("started"),
        resolved_at=moments.get("resolved"),
        sections={section: sections.get(section, _MISSING) for section in Section},
        timeline=in_order([*stated.timeline, *said.timeline]),
        items=tuple(unite([*own_items, *said.items])),
        detected_at=moments.get("detected"),
        mitigated_at=moments.get("mitigated"),
        not_obeyed=tuple(said.not_obeyed),
        decisions=tuple(said.decisions),
        other=read_other(whole, words, source="the ticket", url=ticket.url, at=ticket.opened_at, titled=False),
        duration=stated.duration,
        doubts=tuple(stated.doubts),
        front=whole.front,
        evidence=stated.evidence,
    )


def _not_counted(item: ReadItem, day: date | None) -> ReadItem:
    """A due date that is counted from the day of writing ("next Friday") is none where nobody knows that day."""
    if item.due is None or "due" not in item.evidence:
        return item
    said = item.evidence["due"].words
    if any(days.day_at(said, at, day, ahead=True).day == item.due for at in range(len(said))):
        return item
    evidence = {name: why for name, why in item.evidence.items() if name != "due"}
    return replace(item, due=None, due_text=said, evidence={**evidence, "due_text": item.evidence["due"]})


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _near(ticket: Ticket) -> dict[str, datetime]:
    """The time that each moment lies closest to when its day is not written."""
    closed = ticket.closed_at or ticket.opened_at
    return {"started": ticket.opened_at, "detected": ticket.opened_at, "mitigated": closed, "resolved": closed}


def _people(ticket: Ticket) -> set[str]:
    known = [*ticket.assignees, *(comment.author for comment in ticket.comments if not comment.author.bot)]
    known.extend([ticket.reporter] if ticket.reporter else [])
    return {name.lower() for person in known for name in (person.id, person.name) if name}
