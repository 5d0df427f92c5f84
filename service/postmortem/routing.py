"""Which tracker an action item goes to. Pure; the routes come from the settings.

choose(routes, default_tracker, *, severity, labels, services, item_text) -> Route
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_LEVEL = re.compile(r"\A(severity|sev|priority|prio|p|s)[\s:._-]*([0-9])(?![0-9a-z])")
_SHORT = {"severity": "sev", "priority": "p", "prio": "p"}


@dataclass(frozen=True, slots=True)
class When:
    """The values of one key are alternatives; the keys all have to hold. Nothing said: it holds for every item.

    `text`: words or phrases that stand in the action item as whole words.
    """

    severity: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """`place`: a repository or project of that tracker, None for its default. `publish`: text may go to a place that
    more people can read than the ticket."""

    when: When
    tracker: str
    place: str | None = None
    publish: bool = False


#: for a Route without conditions
ALWAYS = When()


def choose(
    routes: Sequence[Route],
    default_tracker: str,
    *,
    severity: str | None,
    labels: Sequence[str],
    services: Sequence[str],
    item_text: str,
) -> Route:
    """The first route whose conditions hold, else the default tracker at its default place, unpublished."""
    facts = _Facts(
        severity=level(severity or ""),
        labels=frozenset(label.strip().casefold() for label in labels),
        services=frozenset(service.strip().casefold() for service in services),
        text=item_text.casefold(),
    )
    return next((route for route in routes if _holds(route.when, facts)), Route(ALWAYS, default_tracker))


def level(word: str) -> str:
    """One spelling for a severity or priority: "SEV-2", "Sev 2" and "severity:2 (major)" are all "sev2"."""
    word = " ".join(word.casefold().split())
    found = _LEVEL.match(word)
    return _SHORT.get(found[1], found[1]) + found[2] if found else word


@dataclass(frozen=True, slots=True)
class _Facts:
    severity: str
    labels: frozenset[str]
    services: frozenset[str]
    text: str


def _holds(when: When, facts: _Facts) -> bool:
    if when.severity and facts.severity not in {level(word) for word in when.severity}:
        return False
    if when.labels and not facts.labels & {label.strip().casefold() for label in when.labels}:
        return False
    if when.service and not facts.services & {service.strip().casefold() for service in when.service}:
        return False
    return not when.text or any(_says(facts.text, words) for words in when.text)


def _says(text: str, words: str) -> bool:
    wanted = r"\s+".join(re.escape(word) for word in words.casefold().split())
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", text) is not None


#: ways to fit one route that are looked at; one with more is taken to be reachable
_MOST = 500


def hidden(routes: Sequence[Route]) -> dict[int, tuple[int, ...]]:
    """Routes that can never be reached → the earlier ones that take all that they would. Numbers from 0."""
    found = {}
    for number, route in enumerate(routes):
        hiders: set[int] = set()
        for way in _ways(route.when):
            hider = next((n for n in range(number) if n not in found and _covers(routes[n].when, way)), None)
            if hider is None:
                break
            hiders.add(hider)
        else:
            if hiders:
                found[number] = tuple(sorted(hiders))
    return found


def _ways(when: When) -> Sequence[When]:
    """Each single way to fit: one value of each key that is named; none at all where there are too many."""
    keys = (when.severity, when.labels, when.service, when.text)
    values: list[list[tuple[str, ...]]] = [[(one,) for one in named] or [()] for named in keys]
    if math.prod(len(one) for one in values) > _MOST:
        return ()
    return [When(*way) for way in itertools.product(*values)]


def _covers(when: When, way: When) -> bool:
    """Whether everything that fits this one way fits `when` too."""
    facts = _Facts(
        severity=level(way.severity[0]) if way.severity else "",
        labels=frozenset(label.strip().casefold() for label in way.labels),
        services=frozenset(service.strip().casefold() for service in way.service),
        text=way.text[0].casefold() if way.text else "",
    )
    return _holds(when, facts)
