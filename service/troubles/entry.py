"""One entry of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`about`: a class of errors, a kind of fault, or the subject. `see`: words that stand there, … for what varies."""

    about: str
    see: str
    means: str
    mend: str
