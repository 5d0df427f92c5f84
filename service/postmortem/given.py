"""What a reader is given besides the text: the words it knows, and what the text may leave out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from service.postmortem.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Given:
    """`zone` is for times without one; `today` lends its year to days without one, and what is relative ("next
    Friday") is counted from it; `people`: names in lower case that are surely people."""

    words: Vocabulary
    zone: tzinfo = UTC
    today: date | None = None
    people: frozenset[str] = frozenset()
