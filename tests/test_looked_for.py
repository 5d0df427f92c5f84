"""An issue whose answer was lost, and listings that show it late: it is looked for four times, and there is one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from service.store.database import Database
from tests.hands import closed, desk_closed, filed, finish, ledger, posts, shown, story
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CODE = "## Action items\n- [ ] Mend the queue\n"
WORK = "## Action items\n- [ ] Retry the payment\n"
LAGS = [0, 2, 8, 14]


def four_looks(text: str) -> str:
    return text.replace('["0s", "60s", "300s"]', '["0s", "60s", "300s", "900s"]')


def asking(text: str) -> str:
    return four_looks(text).replace("[filing]", '[filing]\non_unknown = "ask"')


def lose(world: World, way: str, lag: int, fault: str = "lose_answer") -> None:
    """An issue is filed, and its answer lost; what would show it lags by minutes."""
    assert world.jira is not None
    world.time = world.now()
    behind = timedelta(minutes=lag)
    if way == "JQL":
        world.jira.index_lag = behind
        world.jira.fault("POST", r"/issue$", fault)
        closed(world, WORK)
        return
    world.github.fault("POST", r"/acme/checkout/issues$", fault)
    if way == "sub-issues":
        world.github.sub_issue_lag = world.github.list_lag = behind
        closed(world, CODE)
    else:
        world.github.list_lag = behind
        desk_closed(world, "h2. Action items\n* Mend the queue\n")


def looks(world: World, way: str) -> int:
    """Times that it was looked for after it was sent."""
    assert world.jira is not None
    sandbox = world.jira if way == "JQL" else world.github
    sent = next(n for n, call in enumerate(sandbox.calls) if call.method == "POST" and call.fault)
    ends = {"JQL": "/search/jql", "sub-issues": "/sub_issues", "listing": "/issues"}
    after = sandbox.calls[sent + 1 :]
    return sum(call.method == "GET" and call.path.endswith(ends[way]) for call in after)


def sent(world: World, way: str) -> int:
    return posts(world.jira, "/issue") if way == "JQL" else posts(world.github, "/acme/checkout/issues")


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("way", ["sub-issues", "listing", "JQL"])
def test_however_late_it_shows_within_the_looks_it_is_found_and_not_filed_again(
    database: Database, tmp_path: Path, way: str, lag: int
) -> None:
    with story(database, tmp_path, change=four_looks, fitting=False) as world:
        lose(world, way, lag)
        finish(world, minutes=16)
        assert list(filed(world).values()) == [1]
        assert sent(world, way) == 1
        assert looks(world, way) == {0: 1, 2: 3, 8: 4, 14: 4}[lag]
        assert {write.state for write in ledger(world).values()} == {"done"}


@pytest.mark.parametrize("way", ["sub-issues", "listing", "JQL"])
def test_what_was_never_made_is_filed_after_four_looks_and_one_more_post(
    database: Database, tmp_path: Path, way: str
) -> None:
    with story(database, tmp_path, change=four_looks, fitting=False) as world:
        lose(world, way, 0, "reset_before")
        finish(world, minutes=14)
        assert sent(world, way) == 1
        finish(world, minutes=2)
        assert (looks(world, way), sent(world, way)) == (4, 2)
        assert list(filed(world).values()) == [1]


def test_where_a_person_is_asked_it_waits_and_says_why(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=asking, fitting=False) as world:
        lose(world, "sub-issues", 20)
        finish(world, minutes=30)
        assert sent(world, "sub-issues") == 1
        assert shown(world)[0].state == "waiting"
        assert "We looked for the issue 4 times" in shown(world)[0].reason
