"""The report's charts as inline SVG: drawn from its figures alone, without style attributes, elements or scripts.

The view box is 400 wide, so that its 12-unit text is readable on a phone. Figures stand on the marks, so there is no
value axis; overdue is filled and the rest hollow, so that they hold in grey. The caption beside each says it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from service.followup.snapshot import Row
from service.followup.tallies import Bucket, OnTime, Spread, TrendWeek

#: above these, the ages are bars
MOST_DOTS = 60
HIGHEST = 14

_ZERO, _TOP = 166.0, 36.0  # where bars stand, and how high they reach
_UNIT = 24.0  # the most that one item is high
_INSIDE = 14.0  # the least height in which a figure fits
_LEFT, _STEP = 54.9, 29.835  # the first week's middle, and from one to the next
_TICKS = (7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650, 36500)


def trend(weeks: Sequence[TrendWeek], home: str) -> Markup:
    """Open at the end of each week, overdue at the foot; added and done below. A bar links to its week's report.

    `home`: the address of the reports, "/reports/weekly". A week without a report is an empty column.
    """
    weeks = weeks[-12:]
    unit = min(_UNIT, (_ZERO - _TOP) / max(1, *(week.open or 0 for week in weeks)))
    out: list[Markup] = []
    for place, week in enumerate(weeks, 12 - len(weeks)):
        x, last = _LEFT + place * _STEP, place == 11
        number = int(week.week.rpartition("W")[2])
        below = [_text(x, 184, str(number), bold=last)]
        if week.open is None:
            out.append(_text(x, 160, "–", "c-soft"))
        else:
            out.append(_week(week, number, x, unit, home, bold=last))
            below.append(_text(x, 206, f"+{_short(week.added)}" if week.added else "0", "c-soft"))
            below.append(_text(x, 224, f"−{_short(week.done)}" if week.done else "0", "c-soft"))
        out += below
    words = [_text(0, y, word, "c-soft", at="start") for y, word in ((184, "week"), (206, "added"), (224, "done"))]
    return _svg([*out, _line(40, 400), *words], 232, "trend-text")


def _week(week: TrendWeek, number: int, x: float, unit: float, home: str, *, bold: bool) -> Markup:
    opened, late = week.open or 0, min(week.overdue or 0, week.open or 0)
    top, foot = _ZERO - opened * unit, _ZERO - late * unit
    said = f"Week {number}: {opened} open, {late} of them overdue; {week.added or 0} added, {week.done or 0} done"
    marks = [_title(said)]
    if opened - late:
        marks.append(_bar("c-rest", x - 9.5, top, 19, foot - top))
    if late:
        marks.append(_bar("c-over", x - 9.5, foot, 19, _ZERO - foot))
    marks.append(_text(x, top - 6, _short(opened), bold=bold))
    if _ZERO - foot >= _INSIDE and late < 100:
        marks.append(_text(x, (foot + _ZERO) / 2 + 4, str(late), "c-paper", bold=bold))
    return _link(f"{home}/{week.week}", marks)


def ages(rows: Sequence[Row], items: str) -> Markup:
    """How old the open items are: one dot each, in columns of weeks, overdue at the foot; bars where they are many.

    `items`: the address of the report's items, to which a bar links; a dot links to its item.
    """
    oldest = max((row.age for row in rows), default=0)
    days = 7 * (oldest // 133 + 1)  # of one column, so that there are 19 at most
    columns: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.days_late == 0, row.age, row.id)):
        columns.setdefault(row.age // days, []).append(row)
    tallest = max(map(len, columns.values()), default=0)
    dots = len(rows) <= MOST_DOTS and tallest <= HIGHEST
    step = 367.2 / max(18, max(columns, default=0))
    rise = min(17.0, 102 / max(1, tallest - 1)) if dots else min(_UNIT, 108 / max(1, tallest))
    drawn = _dots if dots else _column
    out = [
        mark for place, found in columns.items() for mark in drawn(found, 16.2 + place * step, rise, place, days, items)
    ]
    if len(rows) > 3:
        middle = sorted(row.age for row in rows)[len(rows) // 2]
        out += _middle(middle, columns, days, step, rise, dots=dots)
    if dots and columns:
        high = 156 - rise * (len(columns[max(columns)]) - 1)
        out.append(_text(399, high - 14, _days(oldest), at="end"))
    return _svg([*out, _line(6, 398), *_scale(oldest, days, step)], 212, "age-text")


def _dots(rows: Sequence[Row], x: float, rise: float, place: int, days: int, items: str) -> Iterable[Markup]:
    for level, row in enumerate(rows):
        late = f"{_days(row.days_late)} late" if row.days_late else "not yet due"
        shape = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>').format(
            "c-over" if row.days_late else "c-rest", x, 156 - level * rise, min(6.8, rise * 0.4)
        )
        said = f"{row.text[:160]}: {_days(row.age)} old, {late}"
        yield _link(f"/actions/{row.id}", [_title(said), shape])


def _column(rows: Sequence[Row], x: float, unit: float, place: int, days: int, items: str) -> Iterable[Markup]:
    late = sum(row.days_late > 0 for row in rows)
    first, last = place * days, place * days + days - 1
    top, foot = _ZERO - len(rows) * unit, _ZERO - late * unit
    marks = [_title(f"{first} to {_days(last)} old: {len(rows)} open, {late} of them overdue")]
    if foot > top:
        marks.append(_bar("c-rest", x - 7.5, top, 15, foot - top))
    if late:
        marks.append(_bar("c-over", x - 7.5, foot, 15, _ZERO - foot))
    marks.append(_text(x, top - 4, _short(len(rows))))
    yield _link(f"{items}?age={first}-{last}", marks)


def _middle(
    age: int, columns: dict[int, list[Row]], days: int, step: float, rise: float, *, dots: bool
) -> Iterable[Markup]:
    x = 16.2 + age // days * step
    count = len(columns[age // days])
    top = 156 - (count - 1) * rise - 10 if dots else _ZERO - count * rise - 18
    if top > 42:
        yield Markup('<line class="c-base" x1="{0:.1f}" x2="{0:.1f}" y1="28" y2="{1:.1f}"/>').format(x, top)
    right = x > 220
    yield _text(x + 2 if right else x - 2, 20, f"the middle item: {_days(age)}", at="end" if right else "start")


def _scale(oldest: int, days: int, step: float) -> Iterable[Markup]:
    reach = max(oldest, 18 * days)
    every = next(tick for tick in _TICKS if reach / tick <= 5)
    marks = range(0, reach + 1, every)
    for day in marks:
        x = 6 + day / days * step
        yield Markup('<line class="c-base" x1="{0:.1f}" x2="{0:.1f}" y1="166" y2="171"/>').format(x)
        yield _text(
            min(x, 400), 184, f"{day} days" if day == marks[-1] else str(day), "c-soft",
            at="start" if day == 0 else "end" if x > 370 else "middle",
        )  # fmt: skip
    yield _text(6, 206, "days since the ticket of the incident closed", "c-soft", at="start")


def lateness(buckets: Sequence[Bucket], items: str) -> Markup:
    """How late the overdue items are: one bar for each range of days, which links to its items."""
    most = max(1, *(bucket.number for bucket in buckets))
    out: list[Markup] = []
    for place, bucket in enumerate(buckets):
        y = 6 + place * 27
        words = bucket_words(bucket)
        marks = [_title(f"{words} late: {bucket.number}"), _text(112, y + 14, words, at="end")]
        width = bucket.number / most * 230
        if bucket.number:
            marks.append(_bar("c-over", 122, y, width, 20))
        marks.append(_text(130 + width, y + 14, _short(bucket.number), "" if bucket.number else "c-soft", at="start"))
        query = f"late={bucket.least}-{'' if bucket.most is None else bucket.most}"
        out.append(_link(f"{items}?{query}", marks) if bucket.number else Markup("").join(marks[1:]))
    foot = 2 + 27 * len(buckets)
    line = Markup('<line class="c-base" x1="122" x2="122" y1="2" y2="{}"/>').format(foot)
    return _svg([*out, line], foot + 4, "late-text")


def bucket_words(bucket: Bucket) -> str:
    """1 to 7 days; more than 90 days"""
    return f"more than {bucket.least - 1} days" if bucket.most is None else f"{bucket.least} to {_days(bucket.most)}"


def spread(to_done: Spread, on_time: OnTime | None) -> Markup:
    """Days from promise to done: the middle half as a box, the middle as a line, up to the longest; below it how many
    were done by their date. Quartiles are there from four items on; without them nothing is drawn of days."""
    out: list[Markup] = []
    y = 4.0
    if None not in (to_done.lower, to_done.median, to_done.upper) and to_done.most:
        reach = to_done.most / 360
        lower, middle, upper = ((value or 0) / reach + 6 for value in (to_done.lower, to_done.median, to_done.upper))
        out = [
            _text(min(max(middle, 42), 358), 14, f"half within {_number(to_done.median)} days"),
            Markup('<line class="c-base" x1="{:.1f}" x2="366" y1="38" y2="38"/>').format(upper),
            _bar("c-rest", lower, 24, max(upper - lower, 2), 28),
            Markup('<line class="c-mid" x1="{0:.1f}" x2="{0:.1f}" y1="20" y2="56"/>').format(middle),
            Markup('<line class="c-base" x1="366" x2="366" y1="30" y2="46"/>'),
            _text(min(max(lower, 12), 300), 70, _number(to_done.lower), "c-soft"),
            _text(min(max(upper, lower + 30, 42), 330), 70, _number(to_done.upper), "c-soft"),
            _text(400, 70, _days(to_done.most), "c-soft", at="end"),
        ]
        y = 96
    if on_time and on_time.on_time + on_time.late > 3:
        total = on_time.on_time + on_time.late
        wide = 360 * on_time.on_time / total
        if on_time.on_time:
            out.append(_bar("c-rest", 6, y, wide, 22))
        if on_time.late:
            out.append(_bar("c-over", 6 + wide, y, 360 - wide, 22))
        out.append(_text(6, y + 40, f"{on_time.on_time} by their date", at="start"))
        out.append(_text(366, y + 40, f"{on_time.late} later", at="end"))
        y += 48
    said = "Days from promise to done, and how many were done by their date"
    return Markup('<svg viewBox="0 0 400 {:.0f}" role="img" aria-labelledby="done-text">{}{}</svg>').format(
        max(y, 76), _title(said), Markup("").join(out)
    )


# --- marks ------------------------------------------------------------------------------------------------------------


def _svg(marks: Iterable[Markup], height: float, caption: str) -> Markup:
    """A group, not an image: an image would hide its links."""
    return Markup('<svg viewBox="0 0 400 {:.0f}" role="group" aria-labelledby="{}">\n{}\n</svg>').format(
        height, caption, Markup("\n").join(marks)
    )


def _link(address: str, marks: Iterable[Markup]) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, Markup("").join(marks))


def _title(words: str) -> Markup:
    return Markup("<title>{}</title>").format(words)


def _bar(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    shape = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return shape.format(kind, x, y, width, height)


def _line(first: float, last: float) -> Markup:
    return Markup('<line class="c-base" x1="{}" x2="{}" y1="166" y2="166"/>').format(first, last)


def _text(x: float, y: float, words: str, kind: str = "", *, at: str = "middle", bold: bool = False) -> Markup:
    named = Markup(' class="{}"').format(kind) if kind else Markup("")
    heavy = Markup(' font-weight="650"') if bold else Markup("")
    shape = Markup('<text{}{} x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return shape.format(named, heavy, x, y, at, escape(words))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _number(value: float | None) -> str:
    return f"{value or 0:g}"


def _short(count: int | None) -> str:
    """Four figures fit above a bar."""
    return str(count or 0) if (count or 0) < 10_000 else f"{(count or 0) // 1000}k"
