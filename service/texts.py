"""Every text that leaves Afterword as Markdown or plain words, from the templates in config/templates.

    texts = Texts([user_folder], "Europe/Berlin", "https://postmortems.example.org")
    texts.postmortem_markdown(document, standings, ref=, url=, services=, document_url=, now=) -> str
    texts.issue_title(standing, *, withheld=False) -> str
    texts.issue_body(standing, document, *, kind, document_url, can_show_due=True, owner_note="", withheld=False) -> str
    texts.comment_body(document, standings, gaps, document_url, *, kind, now) -> Comment(lines, full)
    texts.summary(facts) -> str, texts.timeline(lines) -> str      for service.postmortem.document.build
    texts.stamp(at) -> str                                         "17 Nov 2026, 15:33 CET"
    texts.render(name, **values) -> str                            any other template, with the same filters

Markers are added by the connectors. Ticket text is always a value, never part of a template, and passes `quiet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from connectors.text import quiet, quiet_title
from service import text_filters
from service.postmortem.audience import in_ticket, reference
from service.postmortem.document import Facts
from service.postmortem.gaps import QUESTIONS, Gap
from service.postmortem.model import Document, Origin, Section, TimelineLine
from service.postmortem.standing import Standing
from service.postmortem.unheeded import not_obeyed

TEMPLATES = Path(__file__).resolve().parent.parent / "config" / "templates"


@dataclass(frozen=True, slots=True)
class Comment:
    """`lines` is the comment without its stamp: its hash says whether an edit is due. `full` is what is sent."""

    lines: str
    full: str


class Texts:
    """`folders`: looked in first, so that a file there replaces the text of the same name. `zone`: an IANA name.
    `public_url`: where the pages are, without a slash at the end."""

    def __init__(self, folders: Sequence[Path], zone: str, public_url: str) -> None:
        self.days = text_filters.Days(zone)
        self._folders, self._zone = tuple(folders), zone
        self.public_url = public_url.rstrip("/")
        self._env = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader([*folders, TEMPLATES]),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.removesuffix(".j2").endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in (
            *("day", "plain_day", "long_day", "weekday_day", "short_day", "clock", "stamp"),
            *("zone", "offset", "zone_note"),
        ):
            self._env.filters[name] = getattr(self.days, name)
        for name in ("span", "listed", "line", "para", "cell", "label", "login", "block", "first_sentence", "spoken"):
            self._env.filters[name] = getattr(text_filters, name)
        self._env.filters["quiet"] = quiet
        self._env.globals["link"] = text_filters.link
        self._env.globals["public_url"] = self.public_url

    def in_zone(self, zone: str) -> Texts:
        """The same texts with times of that zone."""
        return self if zone == self._zone else Texts(self._folders, zone, self.public_url)

    def render(self, name: str, **values: object) -> str:
        """One template by its file name, such as "nudge.md.j2"; without the newline at its end."""
        return self._env.get_template(name).render(**values).strip("\n")

    # --- for building the document

    def summary(self, facts: Facts) -> str:
        """A few sentences from the ticket's facts, for a summary that nobody wrote yet. Nobody is named in it."""
        return self.render("summary.md.j2", facts=facts)

    def timeline(self, lines: Sequence[TimelineLine]) -> str:
        """Timeline lines as Markdown, for a ticket whose text has no timeline of its own."""
        moments = [f"{self.stamp(line.at)}: " if line.at else "" for line in lines]
        return "\n".join(f"- {at}{' '.join(line.text.split())}" for at, line in zip(moments, lines, strict=True))

    def stamp(self, at: datetime) -> str:
        """17 Nov 2026, 15:33 CET: for a sentence that is stored and read at any later time."""
        return f"{self.days.day(at)}, {self.days.clock(at)} {self.days.zone(at)}"

    # --- what leaves the house

    def postmortem_markdown(
        self,
        document: Document,
        standings: Sequence[Standing],
        *,
        ref: str,
        url: str,
        services: Sequence[str],
        document_url: str,
        now: datetime,
    ) -> str:
        """The whole document as Markdown, as served at /postmortems/<id>.md. `ref` and `url` are the ticket's."""
        days = {self.days.local_day(line.at) for line in document.timeline if line.at}
        edits = sum(said.origin is Origin.EDITED for said in document.sections.values())
        return (
            self.render(
                "postmortem.md.j2",
                document=document,
                standings=standings,
                sections=[(section, *QUESTIONS[section], document.sections[section]) for section in Section],
                one_day=len(days) == 1,
                ref=ref,
                url=url,
                services=list(services),
                edits=edits,
                document_url=document_url,
                now=now,
            )
            + "\n"
        )

    def issue_title(self, standing: Standing, *, withheld: bool = False) -> str:
        """One harmless line of at most 255 characters. `withheld`: without a word of the ticket's text, for a place
        that more people can read than the ticket."""
        if withheld:
            return reference(standing.number, quiet_title(standing.incident_ref))
        return quiet_title(standing.text)

    def issue_body(
        self,
        standing: Standing,
        document: Document,
        *,
        kind: str,
        document_url: str,
        can_show_due: bool = True,
        owner_note: str = "",
        withheld: bool = False,
        wont_do: str | None = "Won't do",
    ) -> str:
        """The body of the item's issue, as Markdown. `kind`: "github" or "jira". `can_show_due`: the tracker keeps a
        due date that people can move (Jira; GitHub has the line "Due" in the body). `owner_note`: a sentence of the
        caller's in place of ours, such as why somebody cannot be assigned. `withheld` as in `issue_title`.
        `wont_do`: the resolution that means it (Jira); "": it has a name that does not fit a sentence; None: there is
        none."""
        summary = document.sections[Section.SUMMARY]
        why = standing.why
        if not why and summary.text and summary.origin is not Origin.GENERATED:
            why = text_filters.first_sentence(summary.text)
        return self.render(
            "issue.md.j2",
            item=standing,
            title=document.title,
            item_url=f"{document_url}#item-{standing.number}",
            why=why,
            kind=kind,
            can_show_due=can_show_due,
            owner_note=owner_note,
            withheld=withheld,
            wont_do=wont_do,
        )

    def comment_body(
        self,
        document: Document,
        standings: Sequence[Standing],
        gaps: Sequence[Gap],
        document_url: str,
        *,
        kind: str,
        now: datetime,
    ) -> Comment:
        """The one comment on the incident ticket. `gaps` are `questions(document, standings)`. What fewer people
        can read in the issues than in the ticket is left out here."""
        values = {
            "document": document,
            "standings": [in_ticket(standing) for standing in standings],
            "gaps": gaps,
            "document_url": document_url,
            "kind": kind,
            "now": now,
            "not_obeyed": not_obeyed(document, standings),
            "proposed": any(item.proposed or item.parked for item in standings),
        }
        lines = self.render("comment.md.j2", **values)
        return Comment(lines, f"{lines}\n\n{self.render('comment_stamp.md.j2', now=now)}")
