"""Every report counted anew from the world's script alone: no line of the product, none of its rows."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulated.script import Happening, Promise, Script

Count = dict[str, Any]
AGES = {"1-7": (1, 7), "8-30": (8, 30), "31-90": (31, 90), "91-": (91, 10**6)}


def due_of(monday: date, zone: ZoneInfo) -> datetime:
    """Monday at nine there, as an instant."""
    return datetime.combine(monday, time(9), tzinfo=zone).astimezone(UTC)


def slots(script: Script, zone: ZoneInfo) -> list[tuple[str, datetime]]:
    """(week, the first look of a clock at or after Monday at nine), each week once."""
    day = script.began.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday()) + timedelta(days=7)
    made = []
    while looks := [at for at in script.ticks if at >= due_of(monday, zone)]:
        year, week, _ = (monday - timedelta(days=7)).isocalendar()
        made.append((f"{year}-W{week:02}", looks[0]))
        monday += timedelta(days=7)
    return made


def stands(item: Promise, lived: list[Happening], at: datetime) -> Count:
    now: Count = {"state": "open", "due": item.due, "owner": item.owner, "end": None}
    for one in lived:
        if one.at > at:
            break
        if one.kind in ("due", "owner"):
            now[one.kind] = one.value
        elif one.kind != "move":
            now["state"] = {"start": "in_progress", "reopen": "open", "gone": "unreachable"}.get(one.kind, one.kind)
            now["end"] = one.at if one.kind in ("done", "wont_do") else None
    return now


def recount(script: Script, zone: ZoneInfo) -> list[Count]:
    lives, counts, trend = defaultdict(list), [], {}
    for one in script.happenings:
        lives[one.text].append(one)
    before, since = {}, datetime.min.replace(tzinfo=UTC)
    for week, at in slots(script, zone):
        today, first = at.astimezone(zone).date(), date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        twelve = datetime.combine(first - timedelta(weeks=11), time(), tzinfo=zone)
        rows, sums, owners, severities, ages, onto, days = (
            {},
            Counter(),
            defaultdict(Counter),
            defaultdict(Counter),
            [],
            Counter(),
            [],
        )
        for item in script.promises:
            if item.at > at:
                continue
            now = stands(item, lives[item.text], at)
            is_open, new = now["end"] is None, item.at > since
            ended = not is_open and (new or item.text in before)
            late = max((today - now["due"]).days, 0) if is_open and now["due"] else 0
            on = None if is_open else now["end"].astimezone(zone).date()
            too_late = bool(on and now["due"] and on > now["due"])
            if now["state"] == "done" and now["end"] >= twelve:
                onto["undated" if not now["due"] else "late" if too_late else "on_time"] += 1
                days.append((on - item.at.astimezone(zone).date()).days)
            if not (is_open or ended):
                continue
            what = {"open": is_open, "added": new, "ended": ended, "overdue": late > 0, now["state"]: True}
            what |= {"carried": is_open and item.text in before, "done_late": now["state"] == "done" and too_late}
            what |= {"reopened": is_open and not new and item.text not in before, "open_before": item.text in before}
            what |= {"newly_overdue": late > 0 and not before.get(item.text), "unowned": is_open and not now["owner"]}
            for of in (sums, owners[now["owner"]], severities[item.severity]):
                of.update({name: int(holds) for name, holds in what.items()})
            ages += [late] * (late > 0)
            rows[item.text] = (now["state"], now["owner"], now["due"], late, now["end"] if ended else None)
        trend[week] = tuple(sums[name] for name in ("open", "overdue", "added", "done", "done_late"))
        weeks = [(first - timedelta(weeks=back)).isocalendar() for back in range(11, -1, -1)]
        counts.append({
            "week": week, "as_of": at, "rows": rows, "sums": sums, "oldest": max(ages, default=0),
            "owners": dict(owners), "severities": dict(severities), "on_time": onto,
            "ages": {name: sum(least <= one <= most for one in ages) for name, (least, most) in AGES.items()},
            "trend": [trend.get(f"{year}-W{number:02}", (None,) * 5) for year, number, _ in weeks],
            "done": (len(days), statistics.median(days) if days else None),
        })  # fmt: skip
        before, since = {text: row[3] > 0 for text, row in rows.items() if row[4] is None}, at
    return counts
