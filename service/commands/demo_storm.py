"""The storm of `demo --faults`: what breaks between us and the trackers, when, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.proxy import FaultProxy
from sandbox.story import Story


@dataclass(frozen=True, slots=True)
class Blow:
    """The next `times` requests of this kind meet this fault; the first of them is told."""

    door: str
    fault: str
    method: str
    path: str
    told: str
    times: int = 1


#: while the incident's story is told, in the order in which they come
FILING = (
    Blow(
        "github", "503 before", "GET", r"/issues/1$", "GitHub answers 503 as the ticket is read. It is read again.", 3
    ),
    Blow(
        "github",
        "200 with a page",
        "GET",
        r"/timeline$",
        "A sign-in page comes in place of the ticket's history. That is no answer: it is asked again.",
    ),
    Blow(
        "github",
        "reset after",
        "POST",
        r"/acme/checkout/issues$",
        "GitHub makes an issue, and the connection breaks before it says so. It is looked for by its marker.",
    ),
    Blow(
        "github",
        "reset before",
        "POST",
        r"/acme/checkout/issues$",
        "A request is lost on its way. Nobody can tell from here: it is looked for four times, then sent again.",
    ),
    Blow(
        "github",
        "secondary limit",
        "POST",
        r"/acme/ops/issues$",
        "GitHub says that it is too much at once. Nothing was done, and it is left alone for a while.",
    ),
    Blow(
        "jira",
        "429, Retry-After in seconds",
        "POST",
        r"/issue$",
        "Jira asks for two minutes of quiet, and gets them.",
    ),
    Blow(
        "jira",
        "201 with broken JSON",
        "POST",
        r"/issue$",
        "Jira makes an issue, and its answer breaks off. It is looked for by its marker.",
    ),
    Blow(
        "github",
        "cut",
        "POST",
        r"/issues/1/comments$",
        "Half of the answer to our comment arrives. The comment is looked for, and not written again.",
    ),
)
#: when the states come back
SYNC = (
    Blow(
        "github",
        "401",
        "POST",
        r"/graphql$",
        "GitHub refuses the token. What it holds is shown as last seen, and not as new.",
    ),
    Blow(
        "jira",
        "504 before",
        "POST",
        r"/bulkfetch$",
        "Jira's gateway times out. It is asked again with the next sync.",
    ),
    Blow(
        "github",
        "502 after",
        "PATCH",
        r"/comments/\d+$",
        "GitHub edits our comment, and answers 502. It is edited again, which changes nothing.",
    ),
)
OUTAGE = 40  # minutes


@dataclass
class Storm:
    """`urls` are for the settings, in place of the stand-ins' own."""

    story: Story
    say: Callable[[str, str], None]
    doors: dict[str, FaultProxy] = field(init=False)
    hits: int = 0
    _untold: list[Blow] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sandboxes = {"github": self.story.github, "jira": self.story.jira}
        self.doors = {name: FaultProxy(one.url, clock=self.story.clock.now) for name, one in sandboxes.items()}

    @property
    def urls(self) -> dict[str, str]:
        return {name: door.url for name, door in self.doors.items()}

    def plan(self, blows: tuple[Blow, ...]) -> None:
        for blow in blows:
            self.doors[blow.door].plan(blow.fault, blow.method, blow.path, blow.times)
        self._untold += blows

    def tell(self) -> None:
        """What was met since the last time."""
        new = []
        for name, door in self.doors.items():
            hits = door.hits[self._seen.get(name, 0) :]
            self._seen[name] = len(door.hits)
            new += [(hit.at, name, hit.fault) for hit in hits]
        self.hits += len(new)
        for at, name, fault in sorted(new, key=lambda one: one[0]):
            blow = next((one for one in self._untold if (one.door, one.fault) == (name, fault)), None)
            if blow is not None:
                self._untold.remove(blow)
                self.say(f"{at:%H:%M}", blow.told)

    @property
    def over(self) -> bool:
        return not self._untold

    def outage(self) -> None:
        self.doors["github"].plan("refuse", after=0)
        now = self.story.clock.now()
        self.say(f"{now:%H:%M}", "GitHub is down: it takes no connection. Nothing is sent, so nothing is unknown.")

    def back(self) -> None:
        self.doors["github"].open_door()
        now = self.story.clock.now()
        self.say(f"{now:%H:%M}", f"GitHub is back after {OUTAGE} minutes. What waited goes on where it stood.")

    def close(self) -> None:
        for door in self.doors.values():
            door.stop()
