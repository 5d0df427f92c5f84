"""How an action item stands: the one shape that the document, the comment, the pages and the report show.

States are the tracker's (open, in_progress, done, wont_do, unreachable) and one of ours: waiting, for an item whose
filing has an unknown outcome or whose identity is unclear, so that a person decides. What is proposed waits too, in a
word of its own: nothing was sent for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.base import Visibility

#: state → the mark and the word that stands beside it, the same from terminal to page
MARKS: dict[str, tuple[str, str]] = {
    "open": ("○", "Open"),
    "in_progress": ("◐", "In progress"),
    "done": ("●", "Done"),
    "wont_do": ("⊘", "Won't do"),
    "waiting": ("◇", "Waiting for a person"),
    "unreachable": ("◌", "Unreachable"),
}
#: the word of a waiting item for which nothing was sent
PROPOSED = "Proposed"
ENDED = frozenset({"done", "wont_do"})

#: not seen within this time of the page's stamp: shown as stale
FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Standing:
    id: int
    key: str
    number: int  # within its incident, from 1
    text: str
    state: str  # a key of MARKS
    word: str  # the tracker's own word for the state, or ""
    reason: str  # of won't do, waiting, unreachable, or why it is not filed yet; a sentence, or ""
    owner: str | None  # as people read it: "@alex", "Sam Example"; None: no owner
    owner_id: str | None  # the tracker's id of the assignee, or None
    owner_known: bool  # False: a name in the text that is not in the people map
    due: date | None
    due_rule: str
    priority: str | None
    why: str | None
    done_when: str | None
    refs: tuple[str, ...]
    in_text: bool
    tracker: str | None
    issue_label: str | None
    issue_url: str | None
    adopted: bool
    verified_at: datetime | None
    unreachable_since: datetime | None
    stale_since: datetime | None
    ended_at: datetime | None
    created_at: datetime
    incident_id: int
    incident_ref: str
    incident_title: str
    incident_url: str
    incident_severity: str | None
    incident_closed_at: datetime | None
    postmortem_id: int | None
    notes: tuple[str, ...] = ()
    proposed: bool = False  # waiting, and a person says by /file or on the page whether it is filed
    parked: bool = False  # open, and a person said that it is not filed for now
    visibility: Visibility = Visibility.PRIVATE  # who can read the incident's ticket
    issue_visibility: Visibility | None = None  # who can read its issue, as last seen; None: not known
    owner_said: str | None = None  # who the ticket names, whoever is assigned
    incident_services: tuple[str, ...] = ()
    incident_labels: tuple[str, ...] = ()
    snoozed_until: date | None = None  # no nudge before this day; a person said so
    conflict: str = ""  # sentences: what was changed in ticket and tracker, and whose word holds

    @property
    def mark(self) -> str:
        return MARKS[self.state][0]

    @property
    def state_word(self) -> str:
        return PROPOSED if self.proposed else MARKS[self.state][1]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def days_late(self, today: date) -> int:
        """Days past due on this day; 0 when it is not late, ended, or has no due date."""
        if self.due is None or self.ended:
            return 0
        return max((today - self.due).days, 0)

    def stale(self, now: datetime) -> bool:
        """It should have been seen by now and was not. What has no issue is not stale: there is nothing to see."""
        if self.issue_label is None or self.ended:
            return False
        return self.stale_since is not None or self.verified_at is None or now - self.verified_at > FRESH


def place_of(label: str | None) -> str:
    """The repository or project of an issue: acme/ops#43 → acme/ops, PAY-207 → PAY."""
    if not label:
        return ""
    return label.rpartition("#")[0] or label.rpartition("-")[0]
