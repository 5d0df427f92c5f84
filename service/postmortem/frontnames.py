"""The names of front matter as they are looked up: "started_at", "startedAt", and "start" below "incident"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from service.postmortem.vocabulary import Vocabulary, key

_BELOW = re.compile(r"[\"']?([^\W\d][\w -]{1,30})[\"']?: {1,4}[\"']?([^\"']{4,60})[\"']?$")


def of(front: Mapping[str, str], words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Name and value of what the vocabulary knows."""
    for name, value in front.items():
        found = key(name)
        if found in words.fact_names:
            yield found, value
        elif (joined := _joined(words).get(found)) is not None:
            yield joined, value
        if "\n" in value or ": " in value:
            yield from _below(found, value, words)


def _below(group: str, value: str, words: Vocabulary) -> Iterator[tuple[str, str]]:
    for line in value.split("\n")[:40]:
        pair = _BELOW.match(line.strip())
        name = key(pair[1]) if pair else ""
        name = _joined(words).get(name, name)
        if pair and name in words.moments and (group in words.facts["grouping"] or f"{group} {name}" in words.moments):
            yield name, pair[2]


@lru_cache(maxsize=8)
def _joined(words: Vocabulary) -> Mapping[str, str]:
    """Names of moments without their spaces: "startedAt" is read as "startedat"."""
    return {name.replace(" ", ""): name for name in words.moments if " " in name and name.isascii()}
