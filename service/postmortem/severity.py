"""How bad an incident is, where somebody says so: SEV2, P1, Critical."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEVERITY = re.compile(
    r"(?<![A-Za-z0-9])(?:SEV(?:ERITY)?[ :/_-]{0,3}([0-5])|([PS][0-5])|"
    r"(?<!not )(?<!non )(?<!non-)(?<!none )(critical|major|minor|high|medium|low|moderate|blocker))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W{0,4}(?:level )?([0-5])\W{0,3}(?![\w.])", re.IGNORECASE)
_LABEL = re.compile(
    r"sev(?:erity)?[ :/_-]{0,3}(?:sev[ -]?)?[0-5]|(?:priority|prio)[ :/_-]{0,2}p?[0-5]|[ps][0-5]|"
    r"severity[:/ -]{1,2}\w+",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\W{0,3}(?:incident\W{1,3})?(SEV(?:ERITY)?[ _-]?[0-5](?![\w.])|[PS][0-5](?=[\])] |:| [-–—|] | incident| outage))|"
    r".{0,200}[(\[](SEV(?:ERITY)?[ _-]?[0-5]|P[0-5])[)\]]",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\W{0,6}(SEV(?:ERITY)?[ _-]?[0-5]|P[0-5])\W{0,6}", re.IGNORECASE)


def severity_of(text: str) -> str | None:
    """SEV2 of "sev-2", P1 of "P1", Critical of "critical": one form for each, None if there is none."""
    found = _SEVERITY.search(text[:200])
    if found is None:
        return None
    if found[1]:
        return f"SEV{found[1]}"
    return found[2].upper() if found[2] else found[3].capitalize()


def severity_of_field(name: str, text: str) -> str | None:
    """The same of a field's value, of which the name says what a number alone means: "Severity: 2"."""
    number = _NUMBER.match(text) if "sev" in name else None
    return severity_of(text) or (f"SEV{number[1]}" if number else None)


def severity_of_title(title: str) -> str | None:
    """The severity that a title begins with or has in brackets: "[SEV1] Checkout down"."""
    found = _TITLE.match(title[:300])
    return severity_of(found[1] or found[2]) if found else None


def severity_alone(text: str) -> str | None:
    """The severity of a line that is nothing else: "**SEV-2**"."""
    return severity_of(text) if len(text) < 24 and _ALONE.fullmatch(text) else None


def severity_of_labels(labels: Iterable[str]) -> str | None:
    """The severity of a label such as sev2, severity:1, P1 or severity/critical."""
    for label in labels:
        if _LABEL.fullmatch(label.strip()):
            return severity_of(label)
    return None
