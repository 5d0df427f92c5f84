"""Postmortems: the list, one document in its three forms, and the form in which a person edits a section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Connection

from service.errors import NotFound
from service.parts import Parts
from service.postmortem import document
from service.postmortem.gaps import QUESTIONS, missing
from service.postmortem.model import Document, Section
from service.postmortem.quality import hints
from service.postmortem.standing import Standing
from service.postmortem.unheeded import not_obeyed
from service.store import listings, pages, postmortems
from service.store.pages import Listed
from service.store.postmortems import EditedMeanwhile
from service.store.standings import standings
from service.web.answers import MOST, explain, html, row_number
from service.web.document_view import view
from service.web.edits import LONGEST, edit_section, fingerprint, section_of
from service.web.marked import Lettered, lettered, with_hints
from service.web.viewer import viewer

PAGE = 50
MOST_HINTS = 20


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("pages", __name__)
    explain(routes, parts)

    def loaded(connection: Connection, number: int) -> tuple[Any, Document, int, list[Standing]]:
        found = postmortems.load(connection, number)
        seen = viewer(connection)
        if found is None or not seen.incident(found[0].id):
            raise NotFound(f"There is no postmortem {number}.", "Look in the list of postmortems.")
        return *found, seen.items(standings(connection, incident_id=found[0].id, names=parts.people.names))

    def newest(connection: Connection, before: int | None) -> list[Listed]:
        """One more than a page holds."""
        seen, found = viewer(connection), list[Listed]()
        while len(found) <= PAGE:
            rows = pages.latest_postmortems(connection, limit=PAGE + 1, before=before)
            found += [row for row in rows if seen.postmortem(row.id)]
            if len(rows) <= PAGE:
                break
            before = rows[-1].id
        return found[: PAGE + 1]

    @routes.get("/postmortems")
    def listed() -> Response:
        before = request.args.get("before", type=row_number)
        with parts.database.read() as connection:
            rows = newest(connection, before)
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        shown = [(row, _unrecorded(row.document, row.items)) for row in rows[:PAGE]]
        return html("postmortems.html", parts, here="postmortems", rows=shown, more=more, first=before is None)

    @routes.get(f"/postmortems/<int(max={MOST}):number>")
    def one(number: int) -> Response:
        with parts.database.read() as connection:
            incident, doc, revision, items = loaded(connection, number)
            history = postmortems.history(connection, number)
        shown = view(doc, items, parts.texts.days, opened_at=incident.opened_at, closed_at=incident.closed_at)
        people = [known.name for known in parts.people.known if not known.team]
        found = hints(doc, items, parts.hints, people=people, words=parts.words)
        pointed = lettered(found[:MOST_HINTS])
        return html(
            "postmortem.html",
            parts,
            here="postmortems",
            number=number,
            revision=revision,
            incident=incident,
            view=shown,
            history=history,
            hints=pointed,
            more_hints=len(found) - len(pointed),
            hinted={one.hint.item: one.letter for one in reversed(pointed) if one.hint.item is not None},
            marked={anchor: with_hints(text, told) for anchor, text, told in _hinted(doc, pointed)},
        )

    @routes.get(f"/postmortems/<int(max={MOST}):number>.md")
    def as_markdown(number: int) -> Response:
        with parts.database.read() as connection:
            incident, doc, _, items = loaded(connection, number)
        text = parts.texts.postmortem_markdown(
            doc,
            items,
            ref=incident.ref,
            url=incident.url,
            services=incident.services,
            document_url=parts.document_url(number),
            now=parts.now(),
        )
        return Response(text, content_type="text/markdown; charset=utf-8")

    @routes.get(f"/postmortems/<int(max={MOST}):number>.json")
    def as_json(number: int) -> Response:
        with parts.database.read() as connection:
            incident, doc, revision, items = loaded(connection, number)
        told = document.to_json(doc) | {"not_obeyed": list(not_obeyed(doc, items))}
        del told["asked"]  # what came of it is in not_obeyed
        return jsonify(
            id=number,
            revision=revision,
            url=parts.document_url(number),
            incident={"source": incident.source, "ref": incident.ref, "url": incident.url},
            **told,
            action_items=[listings.plain_item(item) for item in items],
            missing=[str(gap) for gap in missing(doc, items)],
        )

    @routes.get(f"/postmortems/<int(max={MOST}):number>/edit/<name>")
    def form(number: int, name: str) -> Response:
        section = _editable(name)
        with parts.database.read() as connection:
            _, doc, _, _ = loaded(connection, number)
        return _form(number, doc, section, text=doc.text(section) or "", by="")

    @routes.post(f"/postmortems/<int(max={MOST}):number>/edit/<name>")
    def save(number: int, name: str) -> ResponseReturnValue:
        section = _editable(name)
        text, by, base = (request.form.get(field, "") for field in ("text", "by", "base"))
        with parts.database.read() as connection:
            _, doc, _, _ = loaded(connection, number)
        if not by.strip():
            return _form(number, doc, section, text=text, by=by, fault="Say who writes this. The document shows it.")
        try:
            edit_section(parts, number, section, text, by, base=base)
        except EditedMeanwhile:
            with parts.database.read() as connection:
                _, doc, _, _ = loaded(connection, number)
            return _form(number, doc, section, text=text, by=by, theirs=doc.text(section) or "")
        return redirect(f"/postmortems/{number}#{section.value.replace('_', '-')}", 303)

    def _form(
        number: int, doc: Document, section: Section, *, text: str, by: str, fault: str = "", theirs: str | None = None
    ) -> Response:
        return html(
            "edit.html",
            parts,
            status=409 if theirs is not None else 422 if fault else 200,
            here="postmortems",
            number=number,
            document=doc,
            section=section,
            title=QUESTIONS[section][0],
            question=QUESTIONS[section][1],
            text=text,
            by=by,
            base=fingerprint(doc.text(section)),
            fault=fault,
            theirs=theirs,
            longest=LONGEST,
        )

    return routes


def _editable(name: str) -> Section:
    section = section_of(name)
    if section is Section.ACTION_ITEMS:
        raise NotFound(
            "Action items are not edited here.", "They are read from the ticket: change them there, or in their issues."
        )
    return section


def _hinted(doc: Document, pointed: Sequence[Lettered]) -> Iterator[tuple[str, str, list[Lettered]]]:
    """Anchor, text and hints of each part of the document that has some."""
    for section, said in (*doc.sections.items(), (None, doc.other)):
        told = [one for one in pointed if one.hint.item is None and one.hint.section == section]
        if told and said.text is not None:
            yield told[0].hint.anchor, said.text, told


def _unrecorded(doc: Document, items: int) -> list[str]:
    """The names of the sections without a text."""
    return [
        name.lower()
        for section, (name, _) in QUESTIONS.items()
        if doc.text(section) is None and not (section is Section.ACTION_ITEMS and items)
    ]
