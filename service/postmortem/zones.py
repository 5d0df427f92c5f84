"""Time zones as people write them: abbreviations, offsets, places, and sentences such as "All times are in CET"."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Abbreviations, in minutes east of UTC. IST is India's, CST America's, GST the Gulf's: the most common in such texts.
# fmt: off
_OFFSETS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120,
    "EET": 120, "EEST": 180, "MSK": 180, "IST": 330, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540,
    "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "ART": -180, "EST": -300,
    "WAT": 60, "SAST": 120, "EAT": 180, "PKT": 300, "WIB": 420, "PHT": 480, "HST": -600, "AKST": -540, "AKDT": -480,
    "GST": 240, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}
# fmt: on
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_PLACES |= {  # both halves of the year
    f"{one}/{other}": place
    for first, second, place in (
        ("PST", "PDT", "America/Los_Angeles"), ("MST", "MDT", "America/Denver"), ("CST", "CDT", "America/Chicago"),
        ("EST", "EDT", "America/New_York"), ("CET", "CEST", "Europe/Berlin"), ("MEZ", "MESZ", "Europe/Berlin"),
        ("EET", "EEST", "Europe/Helsinki"), ("GMT", "BST", "Europe/London"), ("NZST", "NZDT", "Pacific/Auckland"),
        ("AEST", "AEDT", "Australia/Sydney"),
    )
    for one, other in ((first, second), (second, first))
}  # fmt: skip
_REGIONS = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "central european": "Europe/Berlin",
    "uk": "Europe/London",
    "london": "Europe/London",
    "berlin": "Europe/Berlin",
    "japan": "Asia/Tokyo",
}
_REGION = "|".join(sorted(_REGIONS, key=len, reverse=True))
_ZONE_WORD = "|".join(sorted({*_OFFSETS, *_PLACES}, key=len, reverse=True))
_ZONE = re.compile(
    r"(?:\s?Uhr\b)?\s{0,3}[(（]?(?:(?P<off>(?:UTC|GMT) ?(?:[+-]|\+ )\d{1,2}(?::?\d{2})?|\+\d\d:?\d\d|-\d{4})(?![\d-])|"
    rf"(?P<abbr>{_ZONE_WORD}|utc|gmt)(?![A-Za-z0-9])|(?P<region>(?i:{_REGION}))(?= [\w ]{{0,9}}[Tt]ime\b)"
    r"|(?P<iana>[A-Z][a-z]{2,9}/[A-Z][A-Za-z_]{2,20}))(?: (?:Standard |Daylight |Summer )?[Tt]ime\b)?[)）]?"
)
_ISO_OFFSET = re.compile(r" ?(?P<off>[+-]\d\d:\d\d)(?!\d)")
_STATED_ZONE = re.compile(
    r"(?i:\btimes?|\btimeline|\btime ?zone|\bdocumented|\btimestamps?)\b(?:[^.\n\d|]|\n(?!\n)){0,40}?(?<![A-Za-z])"
    rf"(?P<name>(?:UTC|GMT) ?(?:[+-]|\+ )\d{{1,2}}(?::\d\d)?|{_ZONE_WORD}|[A-Z][a-z]{{2,9}}/[A-Z][A-Za-z_]{{2,20}}|"
    rf"(?i:utc|(?:\b[a-z]{{2}}/|(?<!/))(?:{_REGION})(?= (?:standard |daylight |summer )?time\b|[.,)\n]|$)))(?![A-Za-z])"
)


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """The zone of an abbreviation, an offset or an IANA name; None if it is none."""
    name = name.strip()
    region = _REGIONS.get(name.lower().rpartition("/")[2])  # "US/Pacific" as well
    if region:
        return ZoneInfo(region)
    if name.upper() in _OFFSETS:
        return timezone(timedelta(minutes=_OFFSETS[name.upper()])) if _OFFSETS[name.upper()] else UTC
    try:
        return ZoneInfo(_PLACES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def stated_zone(text: str) -> tzinfo | None:
    """The zone of a sentence such as "All times are in CET" or a header such as "Time (UTC)"."""
    if "ime" not in text and "IME" not in text and "ocumented" not in text:
        return None
    found = _STATED_ZONE.search(text, 0, 20_000)
    return (_offset(found["name"]) or zone_named(found["name"])) if found else None


def zone_in(heading: str) -> tzinfo | None:
    """The zone that stands anywhere in the heading of a timeline: "Timeline, 3 March 2026 (UTC)"."""
    for word in re.finditer(r"(?<![\w/+])[A-Z]", heading[:200]):
        zone, _ = zone_at(heading, word.start())
        if zone:
            return zone
    return stated_zone(heading)


def _offset(written: str) -> tzinfo | None:
    digits = written.upper().removeprefix("UTC").removeprefix("GMT").replace(" ", "")
    if digits[:1] not in ("+", "-") or not digits[1:2].isdigit():
        return None
    sign = -1 if digits.startswith("-") else 1
    hours, _, minutes = digits[1:].partition(":")
    if not minutes and len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    total = int(hours) * 60 + int(minutes or 0)
    return timezone(sign * timedelta(minutes=total)) if total < 15 * 60 else None


def zone_at(text: str, at: int, *, iso: bool = False) -> tuple[tzinfo | None, int]:
    """The zone that stands at this place, and where it ends. `iso`: after an ISO time, where "-05:00" is a zone."""
    found = (_ISO_OFFSET.match(text, at) if iso else None) or _ZONE.match(text, at)
    if found is None:
        return None, at
    named = {"abbr": None, "iana": None, "region": None, **found.groupdict()}
    zone = (
        _offset(named["off"]) if named["off"] else zone_named(named["abbr"] or named["region"] or named["iana"] or "")
    )
    return (zone, found.end()) if zone else (None, at)
