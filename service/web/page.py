"""The pages' templates: HTML with everything escaped, times in one zone, ticket text as harmless Markdown."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import text_filters
from service.text_filters import Days
from service.web.markdown import to_html, to_inline

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(name: str, zone: str, **values: object) -> str:
    """One page by its file name. `zone` is an IANA name; every page shows its times in one zone."""
    return _environment(zone).get_template(name).render(**values)


@cache
def _environment(zone: str) -> Environment:
    days = Days(zone)
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    for filter_name in (
        *("day", "plain_day", "long_day", "weekday_day", "short_day", "clock", "stamp"),
        *("zone", "zone_note", "local_day"),
    ):
        env.filters[filter_name] = getattr(days, filter_name)
    env.filters["iso"] = lambda at: iso(at, days)
    env.filters["span"] = text_filters.span
    env.filters["listed"] = text_filters.listed
    env.filters["first_sentence"] = text_filters.first_sentence
    env.filters["web"] = is_web
    env.filters["inside"] = inside
    env.filters["markdown"] = to_html
    env.filters["inline"] = to_inline
    env.filters["words"] = lambda text: to_inline(text, links=False)
    env.globals["parts"] = env.get_template("parts.html").module
    return env


def iso(at: date, days: Days) -> str:
    """For <time datetime>: ISO 8601, with the zone's offset where there is a clock."""
    return days.local(at).isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()


def is_web(url: str | None) -> bool:
    """Whether an address from outside may be a link; `javascript:` and the like may not."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def inside(text: str) -> str:
    """As it reads inside a sentence of ours; a word in capitals keeps them."""
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z]*\s", text) else text
