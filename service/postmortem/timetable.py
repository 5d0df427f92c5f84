"""A table as a timeline: which columns hold the time, in any order, and a line for each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from service.postmortem import days, times, zones
from service.postmortem.logclock import LogClock
from service.postmortem.markdown import Block, plain
from service.postmortem.vocabulary import key

_SAMPLE = 30  # rows by which the columns are told
_NAMED = re.compile(
    r"(?:date|time|when|timestamp|clock|zeit|datum|uhrzeit|zeitpunkt|heure|hora|fecha|data|horário|時刻|時間|日時|日付)\b.*"
    r"|.*\b(?:time|date|utc|cet|timestamp|uhrzeit|zeit)"
)
_TEMPLATE = re.compile(r"\b(?:hh|HH):(?:mm|MM)\b|YYYY")


def template(text: str) -> bool:
    """Whether a line is only the pattern of one: "HH:MM"."""
    return ("MM" in text or "mm" in text or "YYYY" in text) and _TEMPLATE.search(text) is not None


def time_columns(block: Block) -> list[int]:
    """The columns that hold days or clock times: by their cells, else by their names; [] if none does."""
    if not block.rows:
        return []
    sample = block.rows[1 : _SAMPLE + 1]
    found = []
    for column in range(len(block.rows[0])):
        cells = [row[column] for row in sample if column < len(row) and row[column]]
        timed = sum(1 for cell in cells if times.may_lead(cell[0].text or "9") and _only_time(plain(cell)))
        if timed and timed * 2 >= len(cells):
            found.append(column)
    return found or [i for i, cell in enumerate(block.rows[0]) if _NAMED.fullmatch(key(plain(cell)))]


def may_be_log(block: Block) -> bool:
    """Whether a table has enough rows, and one of the first has a cell that may begin with a time."""
    cells = [cell for row in block.rows[1:4] for cell in row if cell]
    return len(block.rows) > 3 and any(times.may_lead(cell[0].text or "9") for cell in cells)


def _only_time(text: str) -> bool:
    if len(text) > 80:
        return False
    stamp, rest = times.leading(text, days.made(2000, 1, 1), times.Habits(dotted=True, bare=True))
    return stamp is not None and len(rest) <= 12


def rows_of(block: Block, clock: LogClock) -> list[tuple[datetime | None, str, int]]:
    """Time, text and line (from 1) of each row that says something. A row that is only a day is the day of the next."""
    if not block.rows:
        return []
    header = " ".join(plain(cell) for cell in block.rows[0])
    stated = zones.stated_zone(header)
    clock.zone, clock.carries = stated or clock.zone, clock.carries and stated is None
    clock.carried = clock.carried or stated is not None
    timed = time_columns(block)
    first = _of_one_zone(block, timed, clock) or [0]
    told: list[tuple[datetime | None, str, int]] = []
    for number, row in enumerate(block.rows):
        cells = [plain(cell) for cell in row]
        if number == 0 and not _heads_no_column(cells, timed, clock):
            continue
        if template(" ".join(cells)):
            continue
        at, stood, words = _time_of(cells, first, clock)
        text = ": ".join(cell for i, cell in enumerate(cells) if i not in (*first, *timed) and cell.strip("-–— "))
        if stood and not text:
            text = words
        if not timed and not stood and not cells[0]:
            continue
        if at is None and not stood and _only_day(text, clock):
            continue
        if text:
            kept = text if at or not stood else " ".join((*(cells[i] for i in first if i < len(cells)), text))
            line = block.row_starts[number] + 1 if number < len(block.row_starts) else 0
            told.append((at, kept, line))
    return told


def _of_one_zone(block: Block, columns: list[int], clock: LogClock) -> list[int]:
    """The columns of days and times, without those that tell the same times in other zones: the fullest stays."""
    if len(columns) < 2:
        named = zones.zone_in(plain(block.rows[0][columns[0]]).upper()) if columns else None
        clock.zone, clock.carries = named or clock.zone, clock.carries and named is None
        clock.carried = clock.carried or named is not None
        return columns
    row = next((row for row in block.rows[1:] if all(i < len(row) and row[i] for i in columns)), ())
    told = [i for i in columns if row and _holds_clock(plain(row[i]))]
    heads = {i: zones.zone_in(plain(block.rows[0][i]).upper()) for i in told}
    known = [i for i in told if heads[i] is not None]
    if len(told) < 2 or not known:
        return columns
    sample = block.rows[1 : _SAMPLE + 1]
    full = {i: sum(1 for row in sample if i < len(row) and _holds_clock(plain(row[i]))) for i in known}
    kept = max(known, key=lambda i: (full[i], heads[i] == UTC))
    clock.zone, clock.carries = heads[kept] or clock.zone, False
    dated = any(days.day_at(plain(row[kept]), 0, None).day for row in block.rows[1:4] if kept < len(row))
    return [i for i in columns if i == kept or (i not in told and not dated)]


def _holds_clock(text: str) -> bool:
    stamp, _ = times.leading(text, days.made(2000, 1, 1), times.Habits(dotted=True, bare=True))
    return stamp is not None and stamp.clock is not None


def _heads_no_column(cells: Sequence[str], timed: Sequence[int], clock: LogClock) -> bool:
    """Whether the first row is no header but the first line: its time column holds a time."""
    texts = [cells[i] for i in timed if i < len(cells)]
    return bool(texts) and all(times.leading(text, clock.day, clock.habits)[0] for text in texts)


def _time_of(cells: Sequence[str], columns: Sequence[int], clock: LogClock) -> tuple[datetime | None, bool, str]:
    """The time of a row out of its columns; a span is read from where it begins."""
    texts = [cells[i] for i in columns if i < len(cells) and cells[i]]
    at, rest, stood = clock.read(" ".join(texts))
    return at, stood, rest


def _only_day(text: str, clock: LogClock) -> bool:
    """ "| | 4 March 2026 |" between the rows."""
    stamp, rest = times.leading(text, clock.day, clock.habits)
    if stamp is None or stamp.day is None or stamp.clock is not None or rest:
        return False
    clock.at(stamp)
    return True
