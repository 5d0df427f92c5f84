"""What a text says in two ways about its times, and what had to be assumed: a sentence for each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

from service.postmortem.times import Stamp

MOST = 20  # sentences about one text
_NO_DATE = " is no date that can be right. It was left out."
_NAMES = {"started": "start", "detected": "detection", "mitigated": "mitigation", "resolved": "end"}
_FAR = timedelta(days=180)
_LEAST = timedelta(minutes=5)


def told_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def told_moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{told_day(local.date())}, {local:%H:%M} {local.tzname()}"


def told_length(length: timedelta) -> str:
    """ "2 h 10 min", "3 days 4 h"."""
    minutes = round(length.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    words = [f"{days} {'day' if days == 1 else 'days'}"] if days else []
    words += [f"{hours} h"] if hours else []
    words += [f"{left} min"] if left or not words else []
    return " ".join(words)


def of_stamp(stamp: Stamp) -> str | None:
    """A day that no calendar has, of which nobody knows the month, or whose weekday is another."""
    if stamp.slip:
        parts = stamp.slip.replace("-", "/").split("/")
        if len(parts) in (2, 3) and all(part.isdigit() for part in parts) and len(parts[-1]) <= 4:
            first, second = int(parts[0]), int(parts[1])
            if 1 <= first <= 12 and 1 <= second <= 12:
                return f"“{stamp.slip}” may be read with the day or the month first. It was left out."
        return f"“{stamp.slip}”{_NO_DATE}"
    if stamp.day and stamp.weekday is not None and stamp.year_known and stamp.weekday != stamp.day.weekday():
        said = f"{date(2001, 1, 1 + stamp.weekday):%A}"  # 1 January 2001 was a Monday
        return f"The text says {said} {told_day(stamp.day)}. That day was a {stamp.day:%A}."
    return None


def together(sentences: Sequence[str]) -> list[str]:
    """The sentences, those about dates that cannot be right in one where they are many."""
    wrong = [sentence for sentence in sentences if sentence.endswith(_NO_DATE)]
    if len(wrong) < 3:
        return list(sentences)
    words = wrong[0].removesuffix(_NO_DATE)
    one = f"{words} and {len(wrong) - 1} others are no dates that can be right. They were left out."
    return [one if sentence is wrong[0] else sentence for sentence in sentences if sentence not in wrong[1:]]


def of_file(file: date | None, title: date | None) -> str | None:
    if file is None or title is None or file == title:
        return None
    return f"The file's name says {told_day(file)}, the title {told_day(title)}."


def of_days(title: date | None, rows: Sequence[datetime], zone: tzinfo, where: str = "title") -> str | None:
    """The day of the title beside those of the timeline, where they have none in common."""
    days = sorted({row.astimezone(zone).date() for row in rows})
    if title is None or not days or days[0] <= title <= days[-1]:
        return None
    seen = told_day(days[0]) if len(days) == 1 else f"{told_day(days[0])} to {told_day(days[-1])}"
    return f"The {where} says {told_day(title)}, the times in the text {seen}."


def of_years(title: date | None, moments: Mapping[str, datetime], zone: tzinfo) -> Iterable[str]:
    """Moments that lie half a year and more from the day of the title: one of the two has another year."""
    for name, moment in moments.items():
        day = moment.astimezone(zone).date()
        if title and abs(day - title) > _FAR:
            yield f"The title says {told_day(title)}, the {_NAMES[name]} {told_day(day)}."


def of_order(moments: Mapping[str, datetime], zone: tzinfo) -> Iterable[str]:
    """Moments that stand before the start, or after the end."""
    start, end = moments.get("started"), moments.get("resolved")
    for moment, found in moments.items():
        said = f"The {_NAMES[moment]}, {told_moment(found, zone)}, lies"
        if start and found < start:
            yield f"{said} before the start, {told_moment(start, zone)}."
        elif end and found > end and moment != "started":
            yield f"{said} after the end, {told_moment(end, zone)}."


def of_length(said: timedelta | None, moments: Mapping[str, datetime]) -> str | None:
    """A length that is stated and another between start and end, by more than a quarter and five minutes."""
    start, end = moments.get("started"), moments.get("resolved")
    if said is None or start is None or end is None or end < start:
        return None
    between = end - start
    if abs(between - said) <= max(said, between) / 4 + _LEAST:
        return None
    return f"The text says that it lasted {told_length(said)}. From start to end it is {told_length(between)}."


def zone_name(zone: tzinfo) -> str:
    return str(getattr(zone, "key", None) or zone.tzname(datetime(2000, 1, 1, tzinfo=zone)))


def of_zone(zone: tzinfo) -> str:
    return f"Times have no zone; read as {zone_name(zone)}."


def of_noon(times: Iterable[str]) -> Iterable[str]:
    for time in times:
        yield f"“{time}” has no am or pm; read as after noon, as the line before it."
