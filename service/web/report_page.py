"""The weekly report as a page: the same figures as in its other forms, each leading to its items."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup

from service.followup.snapshot import Connection, Row, Snapshot
from service.pause import Pause
from service.web import charts
from service.web.page import render

#: items on one page
PAGE = 200
_NUMBER = re.compile("[0-9]{1,18}")
_DAYS = re.compile("([0-9]{1,7})-([0-9]{0,7})")


def render_report_html(snapshot: Snapshot, public_url: str = "", *, pause: Pause | None = None) -> str:
    """A whole page, ready to be frozen: its style sheet is linked, its address is the week's. `public_url`: shown in
    the foot, so that a printed page says where it came from. `pause`: for the banner; never of a page to be frozen."""
    return render(
        "report.html",
        snapshot.zone,
        here="week" if snapshot.preview else "",
        report=snapshot,
        now=snapshot.as_of,
        base=(base := f"/reports/{snapshot.name}/{snapshot.week}/items"),
        drawn=_drawn(snapshot, base),
        public_url=public_url,
        pause=pause,
    )


def _drawn(snapshot: Snapshot, items: str) -> dict[str, Markup]:
    """The charts for which there is something to draw."""
    found = {}
    if any(week.open is not None for week in snapshot.trend[:-1]):
        found["trend"] = charts.trend(snapshot.trend, f"/reports/{snapshot.name}")
    if snapshot.open_rows:
        found["ages"] = charts.ages(snapshot.open_rows, items)
    if snapshot.overdue and snapshot.buckets:
        found["lateness"] = charts.lateness(snapshot.buckets, items)
    if snapshot.to_done is not None and snapshot.to_done.n > 3:
        found["spread"] = charts.spread(snapshot.to_done, snapshot.on_time)
    return found


def render_items_html(
    snapshot: Snapshot, asked: dict[str, str], public_url: str = "", *, pause: Pause | None = None
) -> str | None:
    """The items behind one figure of the report, so many on a page. None: no such figure, or no such page."""
    asked = dict(asked)
    page = asked.pop("page", "1")
    found = select(snapshot, asked)
    if found is None or not _NUMBER.fullmatch(page):
        return None
    words, rows = found
    first = (int(page) - 1) * PAGE
    if first and not 0 < first < len(rows):
        return None
    return render(
        "report_items.html",
        snapshot.zone,
        report=snapshot,
        now=snapshot.as_of,
        words=words,
        rows=rows[first : first + PAGE],
        number=len(rows),
        first=first,
        page=int(page),
        asked=urlencode(asked),
        public_url=public_url,
        pause=pause,
    )


def select(snapshot: Snapshot, asked: dict[str, str]) -> tuple[str, Sequence[Row]] | None:
    """(what they have in common, the rows) of one figure. Several questions narrow each other."""
    words: list[str] = []
    rows: Sequence[Row] = snapshot.rows
    for name, value in asked.items():
        found = _one(snapshot, name, value)
        if found is None:
            return None
        said, ids = found
        words.append(said)
        rows = [row for row in rows if row.id in ids]
    return ", ".join(words), rows


#: figures that one question names: (name, value) → (what its items have in common, which they are)
_FIGURES: dict[tuple[str, str], tuple[str, Callable[[Row], bool]]] = {
    ("decide", "1"): ("that need a decision", lambda row: row.decision != ""),
    ("state", "open"): ("open", lambda row: row.is_open),
    ("state", "unreachable"): ("unreachable", lambda row: row.state == "unreachable"),
    ("reason", "no_owner"): ("without an owner", lambda row: row.decision == "no_owner"),
    ("reason", "waiting"): ("waiting for a person", lambda row: row.decision == "waiting"),
    ("reason", "proposed"): ("proposed", lambda row: row.decision == "proposed"),
    ("reason", "unreachable"): ("unreachable", lambda row: row.decision == "unreachable"),
    ("overdue", "1"): ("overdue", lambda row: row.days_late > 0),
    ("overdue", "new"): ("overdue since this report", lambda row: row.newly_overdue),
    ("added", "1"): ("added", lambda row: row.added),
    ("reopened", "1"): ("reopened", lambda row: row.reopened),
    ("ended", "1"): ("ended", lambda row: row.ended),
    ("owner", "none"): ("without an owner", lambda row: row.owner is None),
    ("owner", "unmapped"): (
        "of owners not in the people map",
        lambda row: row.owner is not None and not row.owner_known,
    ),
    ("team", "none"): ("of no team", lambda row: not row.teams),
    ("severity", "none"): ("of incidents without a severity", lambda row: not row.severity),
    ("carried", "1"): ("open since an earlier report", lambda row: row.carried),
    ("done", "1"): ("done", lambda row: row.ended and row.state == "done"),
    ("done", "late"): ("done after their date", lambda row: row.ended and row.state == "done" and row.late),
    ("wont_do", "1"): ("ended as won’t do", lambda row: row.ended and row.state == "wont_do"),
    ("escalated", "1"): ("so late that a lead is asked", lambda row: row.escalated),
}


def _one(snapshot: Snapshot, name: str, value: str) -> tuple[str, set[int]] | None:
    rows = snapshot.rows
    late = [row for row in rows if row.days_late > 0]
    if figure := _FIGURES.get((name, value)):
        said, holds = figure
        return said, {row.id for row in rows if holds(row)}
    if (name, value) == ("overdue", "oldest"):
        return "the oldest overdue", {max(late, key=lambda row: row.days_late).id} if late else set()
    if name == "owner":
        return f"of {value}", {row.id for row in rows if row.owner == value}
    if name == "team":
        return f"of team {value}", {row.id for row in rows if value in row.teams}
    if name == "severity":
        return f"of {value} incidents", {row.id for row in rows if row.severity == value}
    if name in ("age", "late"):
        return _between(snapshot, name, value)
    if name == "incident" and _NUMBER.fullmatch(value):
        found = [row for row in rows if row.incident_id == int(value)]
        return f"from {found[0].incident_title if found else 'this incident'}", {row.id for row in found}
    if name == "due_by":
        return _due_by(snapshot, value)
    if name == "connection" and _NUMBER.fullmatch(value) and int(value) < len(snapshot.connections):
        return _behind(snapshot, int(value))
    return None


def _between(snapshot: Snapshot, name: str, value: str) -> tuple[str, set[int]] | None:
    """ "7-13", "91-": open items by their age, overdue ones by how late they are, in days."""
    found = _DAYS.fullmatch(value)
    if found is None:
        return None
    least, most = int(found[1]), int(found[2]) if found[2] else None
    told = f"{least} to {most} days" if most is not None else f"{least} days and more"
    days = {row.id: row.age if name == "age" else row.days_late for row in snapshot.open_rows}
    ids = {one for one, count in days.items() if least <= count and (most is None or count <= most)}
    return f"{told} {'old' if name == 'age' else 'late'}", ids


def _due_by(snapshot: Snapshot, value: str) -> tuple[str, set[int]] | None:
    try:
        until = date.fromisoformat(value)
    except ValueError:
        return None
    due = {row.id for row in snapshot.open_rows if row.due and row.due <= until and not row.days_late}
    return f"due by {until.isoformat()}", due


def _behind(snapshot: Snapshot, index: int) -> tuple[str, set[int]]:
    """The open items behind one connection: those of its places, less those of a part of it that does not answer."""
    part = snapshot.connections[index]
    if not part.tracker:
        return "without an issue", {row.id for row in snapshot.open_rows if row.issue_label is None}
    return f"behind {part.tracker}", {row.id for row in snapshot.open_rows if _is_behind(row, part, snapshot)}


def _is_behind(row: Row, part: Connection, snapshot: Snapshot) -> bool:
    if row.tracker != part.tracker or not row.issue_label:
        return False
    refusing = [
        other for other in snapshot.connections if other.tracker == part.tracker and other.since and other is not part
    ]
    place = row.issue_label.rpartition("#")[0] or row.issue_label.rpartition("-")[0]
    if part.since:
        return place in part.scope
    return not any(place in other.scope for other in refusing)
