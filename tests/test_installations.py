"""One story for every real installation, each through a proxy with its own authority, at real names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.postmortem.model import Section
from service.store.database import Database
from tests.hands import (
    closed,
    desk_closed,
    document,
    ends_well,
    filed,
    finish,
    item_rows,
    made,
    once,
    ours,
    shown,
    states,
    told,
)
from tests.installations import KINDS, PASSWORD, Installation, Kind, installed

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def world(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Installation]:
    kind: Kind = request.param
    with installed(database, tmp_path, kind) as world:
        assert world.jira is not None
        yield world
        assert world.errors() == []
        assert world.unfitting() == []
        went = {host: sum(one.host == host for one in world.proxy.passed) for host in world.proxy.hosts()}
        assert went[kind.host] == len(world.github.calls)  # nothing went past the proxy
        assert sum(went.values()) == len(world.github.calls) + len(world.jira.calls)
        assert set(world.proxy.asked) <= set(world.proxy.table)


def test_the_whole_story_of_a_ticket_on_github(world: Installation, caplog: pytest.LogCaptureFixture) -> None:
    assert world.jira is not None
    caplog.set_level("DEBUG")
    ticket = told(world)
    assert document(world).sections[Section.ROOT_CAUSE].text == "The pool tests its connections with a read."
    assert not document(world).from_payload
    ends_well(world)
    (comment,) = ours(ticket)
    for said in ("acme/checkout#1", "PAY-1", "acme/checkout#2", "Restart the pools"):
        assert said in comment
    assert {row.issue_url for row in item_rows(world) if row.issue_url} == {
        f"{world.kind.github_web}/acme/checkout/issues/1",
        f"{world.kind.github_web}/acme/checkout/issues/2",
        f"https://{world.kind.site}/browse/PAY-1",
    }
    pooled, alert = made(world)
    (paid,) = world.jira.issues
    assert (pooled.assignees, paid.assignee) == (["alex"], world.kind.sam)
    assert ticket.sub_issues == ([] if world.kind.old else [pooled, alert])

    # states come back by webhook
    world.github.close(pooled)
    world.jira.transition(paid, "In Progress")
    finish(world, tasks=("incident", "sync"))
    assert states(world) == ["done", "in_progress", "open", "done"]
    # and by asking, where no webhook came
    world.github.webhooks.hooks.clear()
    world.jira.webhooks.hooks.clear()
    world.later(hours=1)
    world.github.close(alert, "not_planned")
    world.jira.transition(paid, "Done")
    world.sync()
    assert states(world) == ["done", "done", "wont_do", "done"]
    world.later(hours=25)
    world.sync()
    assert all(one.verified_at is not None for one in shown(world) if one.issue_url)
    assert once(world, 3)
    assert len(ours(ticket)) == 1
    assert PASSWORD not in caplog.text


def test_the_whole_story_of_a_ticket_on_jira(world: Installation) -> None:
    assert world.jira is not None
    world.github.repo("acme/checkout").private = True  # a public place would get no word of it
    person = f"[~{world.kind.sam}]" if world.kind.datacenter else f"[~accountid:{world.kind.sam}]"
    ticket = desk_closed(
        world,
        "h2. Root cause\nThe pool tests its *connections* with a read.\n\n"
        f"h2. Action items\n* Give a retried payment 2 seconds in all {person} P1\n* Alert on depth\n",
    )
    finish(world)
    assert document(world).sections[Section.ROOT_CAUSE].text == "The pool tests its **connections** with a read."
    assert once(world, 2), (filed(world), world.errors())
    (issue,) = [issue for issue in world.jira.issues if issue.project.key == "PAY"]
    (alert,) = made(world)
    assert (issue.assignee, alert.title) == (world.kind.sam, "Alert on depth")
    assert [(link.source.key, link.target.key) for link in world.jira.world.links] == [(ticket.key, issue.key)]
    (comment,) = ours(ticket)
    assert issue.key in comment
    assert "acme/checkout#1" in comment
    world.jira.transition(issue, "Done")
    world.github.close(alert)
    finish(world, tasks=("incident", "sync"))
    assert states(world) == ["done", "done"]
    for source in world.parts.sources.values():
        assert [finding for finding in source.check() if finding.level == "MEND"] == []
    for tracker in world.parts.trackers.values():
        assert [finding for finding in tracker.check(tracker.places) if finding.level == "MEND"] == []
    assert len(ours(ticket)) == 1


def test_an_answer_that_is_lost_in_the_tunnel_never_makes_a_second_issue(world: Installation) -> None:
    assert world.jira is not None
    lost = [
        world.github.fault("POST", r"/issues$", "lose_answer"),
        world.jira.fault("POST", r"/rest/api/[23]/issue$", "lose_answer"),
        world.github.fault("POST", r"/comments$", "lose_answer"),
    ]
    world.github.list_lag = world.jira.index_lag = timedelta(seconds=90)  # looks find nothing at first
    ticket = closed(world)
    finish(world, minutes=20)
    assert [fault.left for fault in lost] == [0, 0, 0]
    assert once(world, 3), filed(world)
    assert len(ours(ticket)) == 1
