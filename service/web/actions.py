"""Action items: the list, one item with what happened to it, and what a person decides about one that waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from connectors.base import AfterwordError
from service import decisions, errors
from service.errors import NotFound
from service.parts import Parts
from service.postmortem.standing import MARKS, PROPOSED, Standing
from service.store import pages
from service.store.standings import standings
from service.web.answers import MOST, explain, html, row_number
from service.web.happenings import sentences
from service.web.viewer import viewer

PAGE = 100

#: the states by which the list is asked for: name → (word, which items)
STATES: dict[str, tuple[str, Callable[[Standing, date], bool]]] = {
    "open": ("Not ended", lambda item, _: not item.ended),
    "overdue": ("Overdue", lambda item, today: item.days_late(today) > 0),
    "in_progress": ("In progress", lambda item, _: item.state == "in_progress"),
    "waiting": ("Waiting for a person", lambda item, _: item.state == "waiting" and not item.proposed),
    "proposed": (PROPOSED, lambda item, _: item.proposed),
    "unreachable": ("Unreachable", lambda item, _: item.state == "unreachable"),
    "done": ("Done", lambda item, _: item.state == "done"),
    "wont_do": (MARKS["wont_do"][1].replace("'", "’"), lambda item, _: item.state == "wont_do"),
    "all": ("All", lambda *_: True),
}


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("actions", __name__)
    explain(routes, parts)

    @routes.get("/actions")
    def listed() -> Response:
        state = request.args.get("state", "open")
        owner, incident = request.args.get("owner"), request.args.get("incident", type=row_number)
        page = max(request.args.get("page", 1, type=int), 1)
        if state not in STATES:
            raise NotFound(f"There is no state “{state[:100]}”.", f"Ask for one of {', '.join(STATES)}.")
        now = parts.now()
        today = parts.texts.days.local_day(now)
        with parts.database.read() as connection:
            found = viewer(connection).items(standings(connection, incident_id=incident, names=parts.people.names))
        found = [item for item in found if owner is None or (item.owner or "none") == owner]
        found.sort(key=lambda item: _urgency(item, today, now))
        shown = [item for item in found if STATES[state][1](item, today)]
        kept = {name: value for name, value in (("owner", owner), ("incident", incident)) if value is not None}

        def address(**more: object) -> str:
            return f"/actions?{urlencode(kept | more)}"

        return html(
            "actions.html",
            parts,
            here="actions",
            items=shown[(page - 1) * PAGE : page * PAGE],
            total=len(shown),
            state=state,
            filters=[
                (name, word, sum(holds(item, today) for item in found), address(state=name))
                for name, (word, holds) in STATES.items()
            ],
            owner=owner,
            incident=_incident(found) if incident is not None else "",
            everything=f"/actions?{urlencode({'state': state})}",
            earlier=address(state=state, page=page - 1) if page > 1 else "",
            later=address(state=state, page=page + 1) if page * PAGE < len(shown) else "",
        )

    @routes.get(f"/actions/<int(max={MOST}):number>")
    def one(number: int) -> Response:
        return _page(number)

    @routes.post(f"/actions/<int(max={MOST}):number>/link")
    def link(number: int) -> ResponseReturnValue:
        reference = request.form.get("reference", "").strip()
        if not reference:
            return _page(number, fault="Name the issue first.", status=422)
        try:
            decisions.link(parts, number, reference)
        except AfterwordError as error:
            return _refused(number, error, reference)
        return redirect(f"/actions/{number}", 303)

    @routes.post(f"/actions/<int(max={MOST}):number>/file")
    def file(number: int) -> ResponseReturnValue:
        try:
            decisions.file_now(parts, number)
        except AfterwordError as error:
            return _refused(number, error)
        return redirect(f"/actions/{number}", 303)

    def _refused(number: int, error: AfterwordError, reference: str = "") -> Response:
        """The item's page with what was refused, and what was typed."""
        _, status, _ = errors.meaning(error)
        return _page(number, fault=f"{error.message} {error.mend}".strip(), reference=reference, status=status)

    def _page(number: int, *, fault: str = "", reference: str = "", status: int = 200) -> Response:
        with parts.database.read() as connection:
            seen = viewer(connection)
            found = seen.items(standings(connection, item_id=number, names=parts.people.names))
            if not found:
                raise NotFound(f"There is no action item {number}.", "Look in the list of action items.")
            happened = [one for one in pages.history_of(connection, number) if seen.event(one.kind)]
        history = sentences(happened, parts.people.names, parts.texts.days)
        return html(
            "action.html",
            parts,
            status=status,
            here="actions",
            item=found[0],
            history=history,
            fault=fault,
            reference=reference,
        )

    return routes


def _urgency(item: Standing, today: date, now: datetime) -> tuple[bool, int, date, float]:
    """Late first, then by due date; what ended comes last, the latest first."""
    ended = (item.ended_at or now).timestamp() if item.ended else 0.0
    return item.ended, -item.days_late(today), (item.due or date.max) if not item.ended else date.max, -ended


def _incident(items: Sequence[Standing]) -> str:
    return items[0].incident_title if items else "this incident"
