"""Every call that the product makes over a whole story, and the faults that each of them meets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.proxy_faults import FAULTS, UNKNOWN


@dataclass(frozen=True, slots=True)
class WireCall:
    """`where`: the tool with the incident; `door`: who is called; `path`: as `plain` gives it. `crossed`: it meets
    every fault here; else a call of the other story stands for it."""

    name: str
    where: str
    door: str
    method: str
    path: str
    crossed: bool = True

    @property
    def writes(self) -> bool:
        return self.method in ("PATCH", "PUT") or (self.method == "POST" and not _reads(self.path))

    @property
    def pattern(self) -> str:
        """The path as the proxy looks for it."""
        wanted = re.escape(self.path).replace(r"\{n\}", r"\d+")
        return f"^{wanted.replace('/rest/api/3', '/rest/api/[23]')}$"


def _reads(path: str) -> bool:
    return path.endswith(("/graphql", "/bulkfetch"))


#: what stands in a path for one repository, issue or comment
_NUMBERS = re.compile(r"(?<=/repositories/)\d+|(?<=/issues/)\d+|(?<=/issue/)\d+|(?<=/comments/)\d+|(?<=/comment/)\d+")


def plain(path: str) -> str:
    """A path without its numbers."""
    return _NUMBERS.sub("{n}", path).replace("/rest/api/2/", "/rest/api/3/")


NAMED = "the issue that the text names"
_REPO, _JIRA = "/repositories/{n}", "/rest/api/3"
CALLS = (
    # an incident on GitHub
    WireCall("the ticket", "github", "github", "GET", f"{_REPO}/issues/{{n}}"),
    WireCall("the ticket's repository", "github", "github", "GET", "/repos/acme/ops"),
    WireCall("our account", "github", "github", "GET", "/user"),
    WireCall("the ticket's comments", "github", "github", "GET", "/repos/acme/ops/issues/{n}/comments"),
    WireCall("the ticket's timeline", "github", "github", "GET", "/repos/acme/ops/issues/{n}/timeline"),
    WireCall(
        "the look before the first, below the ticket", "github", "github", "GET", f"{_REPO}/issues/{{n}}/sub_issues"
    ),
    WireCall("the place", "github", "github", "GET", "/repos/acme/checkout"),
    WireCall("who can be assigned", "github", "github", "GET", "/repos/acme/checkout/assignees/alex"),
    WireCall("the issue", "github", "github", "POST", "/repos/acme/checkout/issues"),
    WireCall(NAMED, "github", "github", "GET", "/repos/acme/checkout/issues/{n}"),
    WireCall("the comment", "github", "github", "POST", f"{_REPO}/issues/{{n}}/comments"),
    WireCall("the comment's edit", "github", "github", "PATCH", f"{_REPO}/issues/comments/{{n}}"),
    WireCall("the states by id", "github", "github", "POST", "/graphql"),
    WireCall("why it will not be done", "github", "github", "GET", f"{_REPO}/issues/{{n}}/comments"),
    WireCall("the poll", "github", "github", "GET", f"{_REPO}/issues"),
    WireCall("our account in Jira", "github", "jira", "GET", f"{_JIRA}/myself"),
    WireCall("the look before the first in Jira", "github", "jira", "GET", f"{_JIRA}/search/jql"),
    WireCall("who can read the project", "github", "jira", "GET", f"{_JIRA}/project/PAY"),
    WireCall("the issue in Jira", "github", "jira", "POST", f"{_JIRA}/issue"),
    WireCall("the link to the document", "github", "jira", "POST", f"{_JIRA}/issue/{{n}}/remotelink"),
    WireCall("the states by id in Jira", "github", "jira", "POST", f"{_JIRA}/issue/bulkfetch"),
    WireCall("what is said on the issue in Jira", "github", "jira", "GET", f"{_JIRA}/issue/{{n}}/comment"),
    # an incident on Jira
    WireCall("the ticket", "jira", "jira", "GET", f"{_JIRA}/issue/{{n}}"),
    WireCall("the ticket's project", "jira", "jira", "GET", f"{_JIRA}/project/OPS"),
    WireCall("the ticket's comments", "jira", "jira", "GET", f"{_JIRA}/issue/{{n}}/comment"),
    WireCall("our account", "jira", "jira", "GET", f"{_JIRA}/myself"),
    WireCall("the look before the first, and the poll", "jira", "jira", "GET", f"{_JIRA}/search/jql"),
    WireCall("who can read the project", "jira", "jira", "GET", f"{_JIRA}/project/PAY", crossed=False),
    WireCall("the issue", "jira", "jira", "POST", f"{_JIRA}/issue"),
    WireCall("the link to the document", "jira", "jira", "POST", f"{_JIRA}/issue/{{n}}/remotelink", crossed=False),
    WireCall("the link to the ticket", "jira", "jira", "POST", f"{_JIRA}/issueLink"),
    WireCall(NAMED, "jira", "jira", "GET", f"{_JIRA}/issue/PAY-1"),
    WireCall("the comment", "jira", "jira", "POST", f"{_JIRA}/issue/{{n}}/comment"),
    WireCall("the comment's edit", "jira", "jira", "PUT", f"{_JIRA}/issue/{{n}}/comment/{{n}}"),
    WireCall("the states by id", "jira", "jira", "POST", f"{_JIRA}/issue/bulkfetch", crossed=False),
    WireCall("our account on GitHub", "jira", "github", "GET", "/user", crossed=False),
    WireCall("the place on GitHub", "jira", "github", "GET", "/repos/acme/checkout", crossed=False),
    WireCall("the look before the first on GitHub", "jira", "github", "GET", f"{_REPO}/issues"),
    WireCall("the issue on GitHub", "jira", "github", "POST", "/repos/acme/checkout/issues"),
    WireCall("the states by id on GitHub", "jira", "github", "POST", "/graphql", crossed=False),
    WireCall("why it will not be done", "jira", "github", "GET", f"{_REPO}/issues/{{n}}/comments", crossed=False),
    WireCall("the poll's repository", "jira", "github", "GET", "/repos/acme/ops", crossed=False),
)
#: what is only written once a person changed an action item in the ticket
EDITS = (
    WireCall("the edit of an issue", "github", "github", "PATCH", f"{_REPO}/issues/{{n}}"),
    WireCall("the edit of an issue in Jira", "github", "jira", "PUT", f"{_JIRA}/issue/{{n}}"),
)
#: a write whose answer is lost, and the look for what became of it
LOOKS = (
    (
        WireCall("the issue", "github", "github", "POST", "/repos/acme/checkout/issues"),
        WireCall(
            "the look for a lost issue, below the ticket", "github", "github", "GET", f"{_REPO}/issues/{{n}}/sub_issues"
        ),
    ),
    (
        WireCall("the issue", "github", "github", "POST", "/repos/acme/checkout/issues"),
        WireCall("the look for a lost issue, in the list", "github", "github", "GET", f"{_REPO}/issues"),
    ),
    (
        WireCall("the issue in Jira", "github", "jira", "POST", f"{_JIRA}/issue"),
        WireCall("the look for a lost issue in Jira", "github", "jira", "GET", f"{_JIRA}/search/jql"),
    ),
    (
        WireCall("the comment", "github", "github", "POST", f"{_REPO}/issues/{{n}}/comments"),
        WireCall("the look for a lost comment", "github", "github", "GET", f"{_REPO}/issues/{{n}}/comments"),
    ),
    (
        WireCall("the comment", "jira", "jira", "POST", f"{_JIRA}/issue/{{n}}/comment"),
        WireCall("the look for a lost comment", "jira", "jira", "GET", f"{_JIRA}/issue/{{n}}/comment"),
    ),
)
#: what may last for a day: of a write, and of a read (whose client tries it again, which takes its time)
LASTING_WRITES = (
    "refuse", "reset before", "503 before", "401", "403, Retry-After absent", "404", "422", "secondary limit",
)  # fmt: skip
LASTING_READS = ("401", "403, Retry-After absent", "404", "200 with a page")
#: after which a look proves nothing for a while
LAGS = (0, 2, 8, 14)
MIDDLE = 8  # with which every lost answer is tried

FIRST, LASTS, ASK, LOOK, LAG, EDIT = (
    "a fault, the first time",
    "a fault that lasts a day",
    'a lost answer, on_unknown = "ask"',
    "a fault of the look for what was lost",
    "a lost answer, and a listing that lags",
    "a fault while a change of the ticket goes out",
)


@dataclass(frozen=True, slots=True)
class WireCase:
    """`lost`: the write whose answer is lost before the fault meets its look. `lag`: minutes."""

    kind: str
    call: WireCall
    fault: str
    lost: WireCall | None = None
    lag: int = 0

    @property
    def name(self) -> str:
        lagging = f", listed {self.lag} minutes late" if self.kind == LAG else ""
        return f"{self.call.name} (incident on {self.call.where}): {self.fault}{lagging}"


def cases() -> Iterator[WireCase]:
    crossed = [call for call in CALLS if call.crossed]
    filing = [call for call in crossed if call.method == "POST" and call.path.endswith(("/issues", "/issue"))]
    unknown = [name for name, fault in FAULTS.items() if fault.concludes == UNKNOWN]
    for call in crossed:
        for name in FAULTS:
            yield WireCase(FIRST, call, name)
    for call in filing:
        for name in unknown:
            yield WireCase(ASK, call, name)
    for lost, look in LOOKS:
        for name in FAULTS:
            if name != "refuse":  # how many answers come before it is not known beforehand
                yield WireCase(LOOK, look, name, lost)
    for call in crossed:
        for name in LASTING_WRITES if call.writes else LASTING_READS:
            yield WireCase(LASTS, call, name)
    for call in EDITS:
        for name in FAULTS:
            if name != "refuse":
                yield WireCase(EDIT, call, name)
    for call in filing:
        for lag in LAGS:
            for name in unknown if lag == MIDDLE else ("reset before", "reset after"):
                yield WireCase(LAG, call, name, lag=lag)
