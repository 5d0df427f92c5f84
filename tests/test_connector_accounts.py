"""What a former account of ours wrote, in each tracker: ours where it is remembered, a stranger's where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import Publisher, Source, Tracker
from tests import github_hands, jira_hands

SECOND = "a-t0ken-of-another-account"


class Ground:
    """One vendor, with a ticket, an item that the former account filed and a comment that it wrote there."""

    def __init__(self, kind: str, sandbox: Any) -> None:
        self.kind = kind
        self.sandbox = sandbox
        if kind == "github":
            self.incident = github_hands.incident_of(sandbox)
            self.marker, self.place = github_hands.MARKER, "acme/checkout"
            self.tracker().create(github_hands.draft(self.incident))
        else:
            self.incident = jira_hands.source(sandbox).fetch(sandbox.create_issue("OPS", "Slow").key)
            self.marker, self.place = jira_hands.MARKER, "PAY"
            self.tracker().create(jira_hands.draft())
        self.publisher().post(self.incident, "41d0", "The table.")
        self.former = self.tracker().account()

    def tracker(self) -> Tracker:
        return (github_hands if self.kind == "github" else jira_hands).tracker(self.sandbox)

    def publisher(self) -> Publisher:
        if self.kind != "github":
            return jira_hands.publisher(self.sandbox)
        return github_hands.publisher(self.sandbox)

    def source(self) -> Source:
        return (github_hands if self.kind == "github" else jira_hands).source(self.sandbox)

    def switch(self) -> None:
        box = self.sandbox
        if self.kind == "github":
            box.tokens[SECOND] = "afterword-two"
            for name in ("acme/ops", "acme/checkout"):
                box.repo(name).members.update({"afterword-bot": "write", "afterword-two": "write"})
            box.token = SECOND
            return
        who = "two" if box.datacenter else "712020:two"
        box.add_user("Two", "two@example.org", who)
        box.accounts["two" if box.datacenter else "two@example.org", SECOND] = who
        box.email, box.token = "two@example.org", SECOND

    def look(self, *known: str, deep: bool = False) -> bool:
        it = self.tracker()
        it.accounts = known
        return self.marker in it.look([self.marker], self.place, self.incident, jira_hands.LONG_AGO, deep=deep)

    def found(self, *known: str) -> bool:
        it = self.publisher()
        it.accounts = known
        return it.find(self.incident, "41d0") is not None

    def comment(self, *known: str) -> Any:
        it = self.source()
        it.accounts = known
        (one,) = it.fetch(self.incident.ref).comments
        return one


@pytest.fixture(params=["github", *jira_hands.KINDS])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "github":
        with github_hands.two_repositories() as sandbox:
            yield Ground("github", sandbox)
        return
    with jira_hands.sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        yield Ground("jira", sandbox)


@pytest.mark.parametrize("deep", [False, True])
def test_what_a_remembered_account_wrote_is_ours_and_what_another_wrote_is_not(ground: Ground, deep: bool) -> None:
    assert ground.look(deep=deep)
    assert ground.found()
    ground.switch()
    assert ground.tracker().account() != ground.former
    assert not ground.look(deep=deep)
    assert not ground.found()
    assert ground.look(ground.former, deep=deep)
    assert ground.look(ground.former, ground.tracker().account(), deep=deep)
    assert ground.found(ground.former)
    assert not ground.look("77001/somebody", deep=deep)
    assert not ground.found("77001/somebody")


def test_what_an_account_filed_that_could_hang_nothing_below_the_ticket_is_found_too() -> None:
    with github_hands.two_repositories() as github:
        incident = github_hands.incident_of(github)
        apart = github_hands.tracker(github, sub_issues=False)
        apart.create(github_hands.draft(incident))
        github.tokens[SECOND] = "afterword-two"
        github.repo("acme/checkout").members.update({"afterword-bot": "write", "afterword-two": "write"})
        github.repo("acme/ops").members["afterword-two"] = "write"
        former, github.token = apart.account(), SECOND
        it = github_hands.tracker(github)
        it.accounts = (former, it.account())
        assert github_hands.MARKER in it.look([github_hands.MARKER], "acme/checkout", incident, jira_hands.LONG_AGO)


def test_a_comment_of_a_former_account_is_no_persons_word(ground: Ground) -> None:
    ground.switch()
    theirs, former = ground.comment(), ground.comment(ground.former)
    assert (theirs.own, theirs.marker) == (False, None)
    assert (former.own, former.marker, former.trusted) == (True, "41d0", False)


def test_who_we_are_is_asked_once_and_again_for_another_token(ground: Ground) -> None:
    it = ground.tracker()
    ground.sandbox.reset_calls()
    assert {it.account() for _ in range(3)} == {ground.former}
    assert len(ground.sandbox.calls) == 1
    ground.switch()
    if ground.kind == "github":  # Jira's session signs in anew once it is refused
        assert {it.account() for _ in range(3)} != {ground.former}
        assert len(ground.sandbox.calls) == 2
    else:
        box = ground.sandbox
        box.accounts = {signed: who for signed, who in box.accounts.items() if who != ground.former}
        it.look([ground.marker], ground.place, ground.incident, jira_hands.LONG_AGO)
        assert it.account() not in ("", ground.former)


def test_an_account_that_its_vendor_no_longer_knows_is_no_end_to_looking(ground: Ground) -> None:
    ground.switch()
    gone = "404/gone" if ground.kind == "github" else "712020:gone"
    if ground.kind == "github":
        ground.sandbox.fault("GET", "/issues$", "status", status=422, times=1)
    assert ground.look(gone, ground.former)


def test_without_another_account_a_look_costs_what_it_did(ground: Ground) -> None:
    it = ground.tracker()
    it.accounts = (it.account(),)
    ground.sandbox.reset_calls()
    it.look([ground.marker], ground.place, replace(ground.incident, native={}), jira_hands.LONG_AGO)
    without = len(ground.sandbox.calls)
    ground.sandbox.reset_calls()
    it.accounts = (*it.accounts, "77001/somebody" if ground.kind == "github" else ground.former)
    it.look([ground.marker], ground.place, replace(ground.incident, native={}), jira_hands.LONG_AGO)
    assert len(ground.sandbox.calls) <= without + 1
