"""One line of a check, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.base import Finding
from service.parts import Parts
from service.pause import Pause
from service.postmortem.standing import Standing
from service.store.needs import Told, Waiting
from service.text_filters import Days

OK, NOTE, MEND = "ok", "note", "MEND"


@dataclass(frozen=True, slots=True)
class Line:
    """`part`: settings, database, paused, source, tracker, route, items, people, alerts, report. `name`: of the source
    or tracker, the route's number, or "". `level`: ok, note or MEND. `place`: where the settings speak of it."""

    part: str
    name: str
    level: str
    text: str
    subject: str = ""
    saw: str = ""
    means: str = ""
    waits: str = ""
    mend: str = ""
    place: tuple[str | int, ...] = ()

    @staticmethod
    def of(part: str, name: str, found: Finding, waits: str = "") -> Line:
        place = (f"{part}s", name)
        return Line(
            part, name, found.level, found.text, found.subject, found.saw, found.means, waits, found.mend, place
        )

    @property
    def whole(self) -> str:
        return f"{self.subject}: {self.text}" if self.subject else self.text

    def as_json(self) -> dict[str, str]:
        return {
            "part": self.part,
            "name": self.name,
            "level": self.level,
            "text": self.text,
            "subject": self.subject,
            "saw": self.saw,
            "means": self.means,
            "waits": self.waits,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows; empty where there is none yet."""

    there: bool = False
    items: Sequence[Standing] = ()
    last: Mapping[str, datetime] = field(default_factory=dict)  # source → its last delivery
    unread: Mapping[str, int] = field(default_factory=dict)
    pause: Pause | None = None
    waiting: Sequence[Waiting] = ()  # closed incidents whose story is not told, with the last error
    alerts: Sequence[Told] = ()
    opened: Sequence[tuple[str, str, datetime]] = ()  # (tracker, place, since) that became public


@dataclass
class Look:
    """One check under way. `again`: how a person says the command, without its name."""

    parts: Parts
    again: str
    now: datetime
    known: Known = field(default_factory=Known)
    found: list[Line] = field(default_factory=list)

    def when(self, at: datetime) -> str:
        days = Days(self.parts.settings.timezone)
        return f"{days.stamp(at, self.now)} {days.zone(at)}"


def unfiled(items: Iterable[Standing]) -> list[Standing]:
    """Those that should have an issue and have none; what is proposed or parked is as a person wants it."""
    return [item for item in items if not (item.issue_label or item.ended or item.proposed or item.parked)]


def counted(number: int, word: str) -> str:
    """ "1 item", "2 items"."""
    return f"{number} {word}{'' if number == 1 else 's'}"
