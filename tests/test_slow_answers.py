"""An answer that comes byte by byte holds nobody for longer than a few times the timeout."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from connectors.base import OutcomeUnknown, Secret, Tracker
from connectors.github import Tracker as GitHubTracker
from connectors.github import TrackerSettings as GitHubSettings
from connectors.jira import Tracker as JiraTracker
from connectors.jira import TrackerSettings as JiraSettings
from connectors.transport import PATIENCE
from sandbox.github import GitHubSandbox
from sandbox.http import HttpSandbox
from sandbox.jira import JiraSandbox
from sandbox.proxy import FaultProxy
from tests import github_hands, jira_hands

TOKEN = "t0ken-of-ours"


@pytest.fixture(params=["github", "jira"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[HttpSandbox]:
    if request.param == "github":
        with GitHubSandbox(token=TOKEN) as github:
            github.create_repo("acme/checkout")
            yield github
    else:
        with JiraSandbox(token=TOKEN) as jira:
            jira.create_project("PAY")
            yield jira


@pytest.fixture
def door(sandbox: HttpSandbox) -> Iterator[FaultProxy]:
    with FaultProxy(sandbox.url) as made:
        made.pace = 0.05  # an answer of 300 bytes takes 15 seconds
        yield made


@pytest.fixture
def tracker(sandbox: HttpSandbox, door: FaultProxy) -> Tracker:
    signed = {"token": Secret(lambda: TOKEN, "the variable TOKEN"), "timeout": 1}
    if isinstance(sandbox, GitHubSandbox):
        return GitHubTracker("code", GitHubSettings(api_url=door.url, repositories=("acme/checkout",), **signed))
    user = Secret(lambda: "afterword@example.org", "the variable JIRA_USER")
    return JiraTracker("work", JiraSettings(url=door.url, user=user, project="PAY", **signed))


def file(tracker: Tracker) -> None:
    hands = github_hands if tracker.kind == "github" else jira_hands
    tracker.create(hands.draft(jira_hands.elsewhere()))


def test_a_write_whose_answer_drips_is_unknown_within_a_few_timeouts(
    sandbox: HttpSandbox, door: FaultProxy, tracker: Tracker
) -> None:
    door.plan("drip", "POST")
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="took longer than the timeout"):
        file(tracker)
    assert time.monotonic() - begun < PATIENCE + 2  # else 15 and more
    assert sandbox.count("POST") == 1
    file(tracker)  # and the next is as any other
    assert sandbox.count("POST") == 2


def test_a_read_whose_answer_drips_is_asked_again(sandbox: HttpSandbox, door: FaultProxy, tracker: Tracker) -> None:
    door.plan("drip", "GET")
    begun = time.monotonic()
    assert tracker.account()
    assert time.monotonic() - begun < PATIENCE + 2
    assert sandbox.count("GET") == 2


def test_an_answer_that_is_merely_slow_is_taken(sandbox: HttpSandbox, door: FaultProxy, tracker: Tracker) -> None:
    sandbox.delay = 0.6
    assert tracker.account()
    assert sandbox.count("GET") == 1
