"""A simulated year: every report beside a recount that knows only what happened in the world, not how it was stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from service.store import tables
from service.store.database import Database
from tests.simulated.living import live
from tests.simulated.recount import AGES, Count, recount
from tests.simulated.script import Script, write

#: the clocks change in spring and autumn of either hemisphere, or never; three are half an hour off
ZONES = ("Europe/Berlin", "America/Santiago", "Australia/Adelaide", "America/St_Johns", "Asia/Kolkata")
SUMS = (
    "open_before", "added", "reopened", "ended", "done", "done_late", "wont_do", "open", "carried", "overdue",
    "newly_overdue", "unowned", "unreachable",
)  # fmt: skip
SEVERITY = ("added", "done", "done_late", "wont_do", "open", "overdue", "carried", "unowned")

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def said(plain: dict[str, Any], counted: Count) -> Count:
    """A report as it was frozen, in the recount's words."""
    on_time, done = plain["on_time"], plain["to_done"]
    severities = {row["name"]: row | {"added": row["filed"]} for row in plain["severities"]}
    return {
        "week": plain["week"],
        "as_of": datetime.fromisoformat(plain["as_of"]).astimezone(UTC),
        "rows": {
            row["text"]: (row["state"], row["owner"], row["due"], row["days_late"], row["ended_at"])
            for row in plain["rows"]
        },
        "sums": {name: plain[name] for name in SUMS},
        "oldest": plain["oldest_late"],
        "owners": {row["name"]: (row["open"], row["overdue"], row["ended"]) for row in plain["owners"]},
        "severities": {name: tuple(row[one] for one in SEVERITY) for name, row in severities.items()},
        "on_time": {name: on_time[name] for name in ("on_time", "late", "undated")},
        "ages": dict(zip(counted["ages"], (one["number"] for one in plain["buckets"]), strict=True)),
        "trend": [
            tuple(one[name] for name in ("open", "overdue", "added", "done", "done_late")) for one in plain["trend"]
        ],
        "done": (done["n"], done["median"]),
    }


def expected(counted: Count) -> Count:
    """The recount in the shape of `said`."""
    rows = {
        text: (state, owner, due.isoformat() if due else None, late, f"{end:%Y-%m-%dT%H:%M:%SZ}" if end else None)
        for text, (state, owner, due, late, end) in counted["rows"].items()
    }
    return counted | {
        "rows": rows,
        "sums": {name: counted["sums"][name] for name in SUMS},
        "owners": {
            name: tuple(sums[one] for one in ("open", "overdue", "ended")) for name, sums in counted["owners"].items()
        },
        "severities": {name: tuple(sums[one] for one in SEVERITY) for name, sums in counted["severities"].items()},
        "on_time": {name: counted["on_time"][name] for name in ("on_time", "late", "undated")},
    }


def holds(script: Script, zone: str, database: Database, folder: Path) -> None:
    live(script, zone, database, folder)
    with database.read() as connection:
        made = connection.execute(sa.select(tables.reports).order_by(tables.reports.c.week)).all()
        asked = connection.execute(sa.select(tables.work).where(tables.work.c.task == "report")).all()
    counts = recount(script, ZoneInfo(zone))
    assert [row.week for row in made] == [one["week"] for one in counts], "each slot once"
    assert {row.key for row in asked} <= {row.slot for row in made}  # those of long ago are cleared away
    assert {(row.wanted, row.done, row.attempt) for row in asked} == {(1, 1, 1)}
    assert set(AGES) == set(counts[0]["ages"])
    for row, counted in zip(made, counts, strict=True):
        was, should = said(json.loads(row.json), counted), expected(counted)
        for name, value in should.items():
            assert was[name] == value, f"{zone}, {row.week}: {name}"


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "Europe/Berlin"])
def test_every_report_of_a_simulated_season_is_what_an_independent_recount_says(
    zone: str, database: Database, tmp_path: Path
) -> None:
    began = datetime(2026, 2, 25, 12, 0, tzinfo=UTC)  # the clocks of both change within these weeks
    holds(write(7, weeks=9, incidents=24, began=began), zone, database, tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize("zone", ZONES)
def test_every_report_of_the_simulated_year_is_what_an_independent_recount_says(
    zone: str, database: Database, tmp_path: Path
) -> None:
    holds(write(ZONES.index(zone), weeks=60, incidents=200), zone, database, tmp_path)
