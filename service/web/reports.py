"""Weekly reports: this week so far, and each frozen week in the bytes in which it was stored."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from connectors.base import AfterwordError
from service.errors import NotFound
from service.followup.render import render
from service.followup.snapshot import Snapshot
from service.followup.week import Schedule, Week
from service.parts import Parts
from service.store import pages, reports
from service.store.reports import FORMATS, Frozen
from service.upkeep import weekly_of
from service.web.answers import explain, html
from service.web.report_page import render_items_html, render_report_html

PAGE = 53


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("reports", __name__)
    explain(routes, parts)
    public_url = parts.settings.public_url

    @routes.get("/")
    def this_week() -> Response:
        return _page(render_report_html(weekly_of(parts).preview(parts.now()), public_url))

    @routes.get("/reports/weekly")
    def weeks() -> Response:
        before = request.args.get("before", type=_week)
        with parts.database.read() as connection:
            rows = pages.reported_weeks(connection, limit=PAGE + 1, before=before)
        more = rows[PAGE - 1].week if len(rows) > PAGE else ""
        shown = [(row, Week.parse(row.week)) for row in rows[:PAGE]]
        return html("weeks.html", parts, here="", rows=shown, more=more, first=before is None)

    @routes.get("/reports/weekly/<week>")
    def one(week: str) -> Response:
        name, dot, form = week.partition(".")
        if dot and form not in FORMATS:
            raise NotFound(f"A report has no form “{form[:20]}”.", f"Ask for one of {', '.join(FORMATS)}.")
        form = form or "html"
        return Response(report_bytes(parts, name, form), content_type=FORMATS[form])

    @routes.get("/reports/weekly/<week>/items")
    def items(week: str) -> Response:
        found = _stored_or_preview(parts, week)
        snapshot = found.snapshot if isinstance(found, Frozen) else found
        body = render_items_html(snapshot, request.args.to_dict(), public_url)
        if body is None:
            raise NotFound("The report has no such figure.", "Follow a figure of the report itself.")
        return _page(body)

    return routes


def report_bytes(parts: Parts, week: str, form: str) -> bytes:
    """The stored bytes of a week's report, or a preview of the running week. Looking at a page never freezes one."""
    found = _stored_or_preview(parts, week)
    if isinstance(found, Frozen):
        return found.forms[form]
    return render(found, parts.texts, lambda made: render_report_html(made, parts.settings.public_url))[form]


def _stored_or_preview(parts: Parts, text: str) -> Frozen | Snapshot:
    try:
        week = Week.parse(text)
    except AfterwordError as error:
        raise NotFound(error.message, error.mend) from None
    with parts.database.read() as connection:
        found = reports.find(connection, week.slot)
    if found:
        return found
    now, zone = parts.now(), ZoneInfo(parts.settings.report.timezone)
    if Week.at(now, zone) == week:
        return weekly_of(parts).preview(now)
    due = Schedule.parse(parts.settings.report.schedule).due(week, zone)
    if now < due:
        days = parts.texts.days
        when = f"{days.weekday_day(due)}, {days.clock(due)} {days.zone(due)}"
        raise NotFound(f"There is no report of week {week} yet.", f"It is made on {when}.")
    raise NotFound(f"There is no report of week {week}.", "Look at this week's, and at those before it.")


def _week(text: str) -> str:
    """A week from a query. Raises ValueError."""
    try:
        return str(Week.parse(text))
    except AfterwordError as error:
        raise ValueError(error.message) from None


def _page(body: str) -> Response:
    return Response(body, content_type="text/html; charset=utf-8")
