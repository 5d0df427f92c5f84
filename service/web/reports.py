"""Weekly reports: this week so far, and each frozen week in the bytes in which it was stored."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.errors import NotFound
from service.followup.snapshot import Snapshot
from service.followup.week import Week, slot_of
from service.parts import Parts
from service.report_plans import plan_of, plans
from service.store import pages, report_revisions, reports
from service.store.pages import Reported
from service.store.reports import FORMATS, Frozen
from service.upkeep import forms_of, weekly_of
from service.web.answers import as_page, explain, html
from service.web.auth import ask_for_token
from service.web.report_page import render_items_html, render_report_html
from service.web.viewer import has_token, paused, viewer

PAGE = 53


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("reports", __name__)
    explain(routes, parts)
    public_url = parts.settings.public_url

    @routes.get("/")
    def this_week() -> ResponseReturnValue:
        snapshot = _seen(parts, weekly_of(parts).preview(parts.now()))
        if snapshot is None:
            return redirect("/postmortems", 302)
        return as_page(render_report_html(snapshot, public_url, pause=paused(parts)))

    @routes.get("/reports/<name>")
    def weeks(name: str) -> Response:
        before = request.args.get("before", type=_week)
        others = [other for other in _known(parts, name) if other != name]
        with parts.database.read() as connection:
            rows = pages.reported_weeks(connection, limit=PAGE + 1, before=before, name=name)
            seen = _seen_weeks(connection, rows, name)
        if rows and not seen:  # each week has figures of all incidents
            return ask_for_token(parts)
        more = rows[PAGE - 1].week if len(rows) > PAGE else ""
        shown = [(row, Week.parse(row.week)) for row in rows[:PAGE] if row.week in seen]
        plan = plan_of(parts.settings, name)
        return html(
            "weeks.html",
            parts,
            here="",
            rows=shown,
            more=more,
            first=before is None,
            report=name,
            running=Week.at(parts.now(), plan.zone) if plan else "",
            about=plan.part.about if plan and has_token() else "",
            others=others if has_token() else [],
        )

    @routes.get("/reports/<name>/<week>")
    def one(name: str, week: str) -> Response:
        asked, dot, form = week.partition(".")
        if dot and form not in FORMATS:
            raise NotFound(f"A report has no form “{form[:20]}”.", f"Ask for one of {', '.join(FORMATS)}.")
        return report(parts, name, asked, form or "html", request.args.get("revision", type=int))

    @routes.get("/reports/<name>/<week>/items")
    def items(name: str, week: str) -> Response:
        found = _stored_or_preview(parts, name, week)
        snapshot = _seen(parts, found.snapshot if isinstance(found, Frozen) else found)
        if snapshot is None:
            return ask_for_token(parts)
        body = render_items_html(snapshot, request.args.to_dict(), public_url, pause=paused(parts))
        if body is None:
            raise NotFound("The report has no such figure.", "Follow a figure of the report itself.")
        return as_page(body)

    return routes


def report(parts: Parts, name: str, week: str, form: str, revision: int | None = None) -> Response:
    """The stored bytes of a week's report, or a preview of the running week. Looking at a page never freezes one.
    Without a token nothing that is stored is given out as it is. `revision`: as it was before it was corrected."""
    found = _stored_or_preview(parts, name, week)
    if revision is not None and isinstance(found, Frozen):
        found = _revision(parts, found, revision)
    if isinstance(found, Frozen) and has_token():
        return Response(found.forms[form], content_type=FORMATS[form])
    seen = _seen(parts, found.snapshot if isinstance(found, Frozen) else found)
    if seen is None:
        return ask_for_token(parts)
    return Response(forms_of(parts, seen)[form], content_type=FORMATS[form])


def _revision(parts: Parts, latest: Frozen, number: int) -> Frozen:
    with parts.database.read() as connection:
        found = report_revisions.of_number(connection, latest.slot, number)
    if found is None:
        raise NotFound(f"Revision {number} of this report is not kept.", f"The latest is {latest.revision}.")
    return found


def _known(parts: Parts, name: str) -> list[str]:
    """The names of all reports. What was taken out of the settings keeps what was made. Raises NotFound."""
    with parts.database.read() as connection:
        made = reports.names(connection)
    asked = [plan.name for plan in plans(parts.settings)]
    known = [*asked, *(one for one in made if one not in asked)]
    if name not in known:
        raise NotFound(f"There is no report “{name[:40]}”.", "The reports of all items are at /reports/weekly.")
    return known


def _seen(parts: Parts, snapshot: Snapshot) -> Snapshot | None:
    """The report as this request may see it, or None."""
    with parts.database.read() as connection:
        return next(viewer(connection).reports(connection, [snapshot]))


def _seen_weeks(connection: Connection, rows: Sequence[Reported], name: str) -> set[str]:
    """The weeks whose report this request may see."""
    weeks = [row.week for row in rows]
    if has_token():
        return set(weeks)
    found = viewer(connection).reports(connection, reports.snapshots(connection, weeks, name))
    return {one.week for one in found if one is not None}


def _stored_or_preview(parts: Parts, name: str, text: str) -> Frozen | Snapshot:
    try:
        week = Week.parse(text)
    except AfterwordError as error:
        raise NotFound(error.message, error.mend) from None
    with parts.database.read() as connection:
        found = reports.find(connection, slot_of(name, week))
    if found:
        return found
    _known(parts, name)
    plan = plan_of(parts.settings, name)
    if plan is not None and Week.at(parts.now(), plan.zone) == week:
        return weekly_of(parts, name).preview(parts.now())
    if plan is not None and parts.now() < (due := plan.schedule.due(week, plan.zone)):
        days = parts.texts.in_zone(plan.said.timezone).days
        when = f"{days.weekday_day(due)}, {days.clock(due)} {days.zone(due)}"
        raise NotFound(f"There is no report of week {week} yet.", f"It is made on {when}.")
    raise NotFound(f"There is no report of week {week}.", "Look at this week's, and at those before it.")


def _week(text: str) -> str:
    """A week from a query. Raises ValueError."""
    try:
        return str(Week.parse(text))
    except AfterwordError as error:
        raise ValueError(error.message) from None
