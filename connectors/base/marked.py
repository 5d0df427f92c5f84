"""An issue that carries a marker of ours, as a listing tells of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marked:
    """`id` is the issue's own (GitHub node id, Jira issue id); `label` and `url` are for people."""

    marker: str
    id: str
    label: str
    url: str
