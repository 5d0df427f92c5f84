"""What an issue's labels say: its severity, its services. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_LEVEL = re.compile(r"^sev(?:erity)?[ :/_-]{0,3}(s|sev|p)?([0-9])$", re.IGNORECASE)
_PRIORITY = re.compile(r"^(?:prio(?:rity)?[ :/_-]{0,3})?p([0-9])$", re.IGNORECASE)
_WORD = re.compile(r"^sev(?:erity)?[ :/_-]{1,3}(critical|major|minor|high|medium|moderate|low|none)$", re.IGNORECASE)
_SERVICE = re.compile(r"^(?:service|svc|component)[ ]?[:/][ ]?(\S.{0,98})$", re.IGNORECASE)


def severity(labels: Sequence[str], known: Mapping[str, str]) -> str | None:
    """SEV2, P1 or Critical, from `sev2`, `SEV-2`, `severity: 2`, `P1`, `severity/critical`; None if no label says one.

    `known`: label → severity, from the settings; it goes before what is understood without it.
    """
    by_name = {name.casefold(): value for name, value in known.items()}
    for label in labels:
        if label.casefold() in by_name:
            return by_name[label.casefold()]
    for pattern in (_LEVEL, _WORD, _PRIORITY):
        for label in labels:
            if match := pattern.match(label.strip()):
                if pattern is _LEVEL:
                    return f"SEV{match[2]}"
                return match[1].capitalize() if pattern is _WORD else f"P{match[1]}"
    return None


def services(labels: Sequence[str]) -> tuple[str, ...]:
    """The services that labels such as `service: checkout` name."""
    return tuple(match[1].strip() for label in labels if (match := _SERVICE.match(label.strip())))
