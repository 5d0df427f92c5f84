"""The demo's story: what the people of a fictional company do, minute by minute, in the two stand-ins.

It knows nothing of the service. A clock that stands still unless it is moved makes three hours pass in a moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.jira import JiraSandbox

GITHUB_TOKEN = "demo-github-token"
JIRA_TOKEN = "demo-jira-token"
JIRA_USER = "afterword@example.org"
SECRET = "demo-webhook-secret-0123456789"

#: what the story must have led to, counted in the stand-ins' own stores
GITHUB_ISSUES = 4
JIRA_ISSUES = 2

#: written as people write while something is broken: no two sections look alike
TICKET = """\
<!-- Fill in what you know. Delete what does not apply. -->
- **Severity**: SEV2
- **Began:** ~14:05 UTC, the alert came at 14:16
- **Status**: being worked on

Checkout answers slowly. The storage of `db-a` stopped answering, and the cluster made `db-b` the primary.

**What customers see:**
* The slowest 5 % of checkout requests took 3 to 9 seconds. The usual figure is 0.4.
* About 1 in 12 payments timed out in the browser and was tried again.
* 14 customers wrote to support.

<!-- Timeline: hh:mm what happened -->
"""
CONCLUSION = """\
**Why did it happen?**
Three things came together.

1. The pool keeps a connection for up to 30 minutes and tests it with a read. `db-a` still answered reads, so the test
   passed.
2. A failed write was tried again with no limit on the total time. Each try held one of 40 workers.
3. The alert for slow checkout looks at ten minutes. It came 11 minutes after the start.

How we fixed it:

The first step was to go back to the release of the day before. It changed nothing. The session list of `db-a` then
showed 118 sessions of checkout, and the pools were restarted four pods at a time. No data had to be repaired.

Next steps
==========

What | Who | Prio | State
--- | --- | :-: | ---
Test pooled connections with a write, and drop those on a read-only server | @checkout-dev-2 | P1 | to do
Page on checkout p95 over 3 minutes instead of 10 | @sre-oncall | **P0** | open
Restart the checkout pools and confirm that writes go to `db-b` | | | ✅ done

and, not in any order:

1) @db-oncall to rehearse a failover in staging each quarter (P1)
   - This is what would have shown the stale connections.
2) **Improve the alert on the state of the database** - P1
1) [ ] Replace fixed host names in the payment export, @payments-dev-2, by 4 December
"""
PEOPLE = ("incident-lead", "db-oncall", "sre-oncall", "checkout-dev-2", "payments-dev-1", "payments-dev-2")


class StoryClock:
    """The time of the story. `run` lets it go on from where it stands, for pages that stay open."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._since: datetime | None = None

    def now(self) -> datetime:
        return self.at if self._since is None else self.at + (datetime.now(UTC) - self._since)

    def to(self, day: int, clock: str) -> None:
        hour, _, minute = clock.partition(":")
        self.at = datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC)

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)

    def run(self) -> None:
        self._since = datetime.now(UTC)


@dataclass
class Story:
    """`say(time, sentence)` is called for what happens; the caller prints it."""

    say: Callable[[str, str], None]
    clock: StoryClock = field(default_factory=lambda: StoryClock(datetime(2026, 11, 16, 9, tzinfo=UTC)))
    github: GitHubSandbox = field(default_factory=lambda: GitHubSandbox(token=GITHUB_TOKEN, web=""))
    jira: JiraSandbox = field(default_factory=lambda: JiraSandbox(email=JIRA_USER, token=JIRA_TOKEN))

    def start(self) -> None:
        for sandbox in (self.github, self.jira):
            sandbox.clock = self.clock.now
            sandbox.start()
        members = dict.fromkeys(PEOPLE, "write")
        for name in ("acme/ops", "acme/checkout"):
            self.github.create_repo(name, members=members)
        self.jira.create_project("PAY", "Payments")
        self.accounts = {name: self.jira.person(name) for name in PEOPLE}

    def stop(self) -> None:
        self.github.stop()
        self.jira.stop()

    # --- Tuesday: the incident

    def incident(self) -> Issue:
        self.clock.to(17, "14:19")
        ticket = self.github.open_issue(
            "acme/ops",
            "Checkout slow after database failover",
            TICKET,
            labels=["incident", "SEV2"],
            author="sre-oncall",
        )
        self._tell(f"acme/ops#{ticket.number} is opened: {ticket.title}")
        self._says(ticket, "14:24", "checkout-dev-2", "Checkout goes back to the release of the day before.")
        pull = self.github.open_pull_request(
            "acme/checkout",
            "Close pooled connections on a read-only server",
            author="checkout-dev-2",
            mentions=[ticket],
        )
        self._tell(f"acme/checkout#{pull.number} is opened and names the ticket: {pull.title}")
        self._says(ticket, "14:46", "db-oncall", "/timeline 118 sessions of checkout are found on db-a")
        self._says(
            ticket, "14:58", "incident-lead", "/action Give a retried payment 2 seconds in all @payments-dev-1 P1"
        )
        self._says(ticket, "15:02", "payments-dev-2", "No payment was taken twice. 31 were tried twice.")
        self.clock.to(17, "16:40")
        self.github.merge(pull, by="incident-lead")
        self._tell(f"acme/checkout#{pull.number} is merged")
        self._says(ticket, "17:10", "incident-lead", CONCLUSION, shown="what was found, and six action items")
        return ticket

    def closing(self, ticket: Issue) -> None:
        self.clock.to(17, "17:31")
        self.github.close(ticket, by="incident-lead")
        self._tell("the ticket is closed")

    def _says(self, ticket: Issue, clock: str, author: str, text: str, shown: str = "") -> None:
        self.clock.to(17, clock)
        self.github.comment(ticket, text, author=author)
        self._tell(f"@{author} writes: {shown or text}")

    def _tell(self, sentence: str) -> None:
        self.say(f"{self.clock.now():%H:%M}", sentence)

    # --- the week after: people work on the issues

    def week(self) -> None:
        self.clock.to(18, "10:41")
        first = self._issue("Test pooled connections")
        self.github.label(first, "in progress", by="checkout-dev-2")
        self._day(f"{first.ref} is in progress")
        self.clock.to(19, "11:05")
        alert = self._issue("Page on checkout p95")
        self.github.close(alert, by="sre-oncall")
        self._day(f"{alert.ref} is closed as completed")
        self.clock.to(20, "15:20")
        retried = next(issue for issue in self.jira.issues if issue.summary.startswith("Give a retried payment"))
        self.jira.transition(retried, "Done", by=self.accounts["payments-dev-1"])
        self._day(f"{retried.key} is set to Done in Jira")
        self.clock.to(20, "16:02")
        rehearse = self._issue("Rehearse a failover")
        self.github.comment(rehearse, "Part of the platform plan for 2027.", author="db-oncall")
        self.github.close(rehearse, "not_planned", by="db-oncall")
        self._day(f"{rehearse.ref} is closed as not planned, with a reason")

    def monday(self) -> None:
        self.clock.to(23, "09:00")

    # --- the four weeks after it: one day after the other, and the service looks after each

    def days(self) -> Iterator[None]:
        """Moves the clock and lets people do what they do that day. Of the four Mondays each has nine o'clock."""
        page = self._issue("Page on checkout p95")
        names = next(issue for issue in self.jira.issues if issue.summary.startswith("Replace fixed host names"))
        alert, pool = self._issue("Improve the alert"), self._issue("Test pooled connections")
        yield from self._at("25 Nov 11:20", lambda: self.github.reopen(page, by="db-oncall"), f"{page.ref} is reopened")
        yield from self._at("30 Nov 09:00")
        yield from self._at(
            "1 Dec 16:45", lambda: self.github.close(page, by="sre-oncall"), f"{page.ref} is closed again"
        )
        yield from self._at("2 Dec 10:00")
        yield from self._at("7 Dec 09:00")
        yield from self._at("8 Dec 10:00")
        yield from self._at(
            "9 Dec 13:10",
            lambda: self.jira.transition(names, "Done", by=self.accounts["payments-dev-2"]),
            f"{names.key} is set to Done in Jira, five days late",
        )
        yield from self._at(
            "10 Dec 09:30",
            lambda: self.github.assign(alert, "db-oncall", by="incident-lead"),
            f"@db-oncall takes {alert.ref}",
        )
        yield from self._at("14 Dec 09:00")
        yield from self._at("15 Dec 10:00")
        yield from self._at(
            "16 Dec 15:00", lambda: self.github.close(pool, by="checkout-dev-2"), f"{pool.ref} is closed as completed"
        )
        yield from self._at("21 Dec 09:00")

    def _at(self, moment: str, do: Callable[[], object] | None = None, told: str = "") -> Iterator[None]:
        self.clock.at = datetime.strptime(f"{moment} 2026", "%d %b %H:%M %Y").replace(tzinfo=UTC)
        if do is not None:
            do()
            self.say(f"{self.clock.at.day} {self.clock.at:%b}", told)
        yield

    def reminders(self) -> list[tuple[str, str]]:
        """(issue, marker) of each reminder of ours."""
        found = [(issue.ref, comment.body) for issue in self.github.issues for comment in issue.comments]
        found += [(issue.key, comment.body.wiki) for issue in self.jira.issues for comment in issue.comments]
        marks = [(ref, re.search(r"afterword:nudge key=([0-9a-f]+)", body)) for ref, body in found]
        return [(ref, mark[1]) for ref, mark in marks if mark]

    def _issue(self, title: str) -> Issue:
        return next(issue for issue in self.github.issues if issue.title.startswith(title))

    def _day(self, sentence: str) -> None:
        self.say(f"{self.clock.now():%a}", sentence)

    # --- the end: what there is, in the stand-ins' own stores

    def tally(self) -> tuple[dict[str, int], dict[str, int], int]:
        """(marker → issues in GitHub, marker → issues in Jira, our comments on the ticket)."""
        pattern = r"afterword:item key=([0-9a-f]+)"
        comments = sum(
            len(re.findall(r"afterword:comment key=", comment.body))
            for issue in self.github.issues
            for comment in issue.comments
        )
        return dict(self.github.tally(pattern)), dict(self.jira.tally(pattern)), comments
