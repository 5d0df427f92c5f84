"""What was said and done on a ticket: its comments and events as timeline lines, its commands, what comments add."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Ticket
from service.postmortem import commands, fields
from service.postmortem.given import Given
from service.postmortem.heard import Heard, Said, obey
from service.postmortem.items import read_items
from service.postmortem.markdown import parse, tidy
from service.postmortem.model import Section, TimelineLine
from service.postmortem.outline import FIELD, Part, outline
from service.postmortem.prosecheck import first_of, first_paragraph, is_prose
from service.postmortem.sections import read_sections
from service.postmortem.ticketevents import called, event_words, events
from service.postmortem.timeline import shorten

COMMENT_LIMIT = 200  # characters of a comment in the timeline
HEAD = 4000  # characters of a comment among which its first sentence is looked for
AFTER_CLOSING = timedelta(hours=1)  # what is said or done later is no part of the incident

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z\"“`(])")
_CLOSING_WORDS = re.compile(
    r"(?:this (?:is|was) )?(?:now )?"
    r"(?:fixed|resolved|solved|mitigated|rolled back|reverted|restored|restarted|closing|recovered)\b",
    re.IGNORECASE,
)


def read_conversation(ticket: Ticket, given: Given, near: dict[str, datetime], *, quick: bool = True) -> Said:
    """Reads comments and events. Commands, sections and items count only in comments of people with a role.

    Of a comment that is nothing but prose only the first paragraph is parsed; `quick` False: of none.
    """
    said = Said()
    end = ticket.closed_at + AFTER_CLOSING if ticket.closed_at else None
    trusted: list[Heard] = []
    for number, comment in enumerate(ticket.comments, start=1):
        if comment.author.bot or comment.marker is not None:
            continue
        heard = Heard(comment, number, *commands.split(tidy(comment.text)))
        if comment.trusted:
            trusted.append(heard)
            line = _read(said, heard, given, near, quick=quick)
        else:
            why = "the account that Afterword itself uses" if comment.own else "who has no role here"
            said.not_obeyed.extend(
                f"comment {number}: /{command.name} by {called(comment.author)}, {why}" for command in heard.told
            )
            line = first_sentence(first_of(parse(heard.rest[:HEAD]))) if heard.rest.strip() else ""
        if line and (end is None or comment.at <= end):
            said.timeline.append(TimelineLine(comment.at, line, heard.source, comment.url))
    _closing_words(said, ticket, trusted)
    said.timeline.extend(
        TimelineLine(event.at, event_words(event), called(event.by), event.url)
        for event in events(ticket)
        if end is None or event.at <= end
    )
    return said


def _read(said: Said, heard: Heard, given: Given, near: dict[str, datetime], *, quick: bool) -> str:
    """What somebody with a role said. Gives the first sentence of it."""
    comment = heard.comment
    here = replace(given, today=comment.at.astimezone(given.zone).date())
    line = ""
    if quick and is_prose(heard.rest, given.words):
        line = first_sentence(first_paragraph(heard.rest))
    elif heard.rest.strip():
        whole = outline(heard.rest, given.words)
        source = f"comment {heard.number}"
        said.sections.update(
            read_sections(whole, given.words, source=source, url=comment.url, at=comment.at, lead=False)
        )
        stated = fields.read_fields(whole, here, near, source=heard.source, url=comment.url, told=False)
        said.moments.update(stated.moments)
        said.severity = stated.severity or said.severity
        said.items.extend(read_items(whole.parts, here, anchor=heard.anchor))
        said.timeline.extend(stated.timeline)
        line = _first_of(whole.parts)
    for command in heard.told:
        obey(said, heard, command, here)
    return line


def _first_of(parts: Iterable[Part]) -> str:
    for part in parts:
        line = first_sentence(first_of(part.blocks))
        if line:
            return shorten(f"{part.name}: {line}", COMMENT_LIMIT) if part.level == FIELD else line
    return ""


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph, as far as it fits."""
    end = _SENTENCE_END.search(text)
    return shorten(text[: end.end()] if end else text, COMMENT_LIMIT)


def _closing_words(said: Said, ticket: Ticket, trusted: Sequence[Heard]) -> None:
    """Where nobody wrote a resolution, the words of a trusted person who closed with "Fixed by …" are one."""
    if Section.RESOLUTION in said.sections or ticket.closed_at is None or not trusted:
        return
    last = trusted[-1]
    words = last.rest.strip()
    near = abs(last.comment.at - ticket.closed_at) <= AFTER_CLOSING
    if near and len(words) > 20 and _CLOSING_WORDS.match(words):
        first = last.rest[: last.rest.index(words)].count("\n") + 1
        said.sections[Section.RESOLUTION] = last.section(words, (first, first + words.count("\n")))
