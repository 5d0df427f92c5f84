"""The request that files an action item: whom it names as its owner, assigned or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import decisions
from service.store.database import Database
from tests.hands import finish, made, shown, story, told

PEOPLE = """
[[people]]
name = "Kim Example"
jira = "712020:kim"
aliases = ["@kim"]
[[people]]
name = "release-engineers"
team = true
"""
NOBODY = "No owner yet"


@pytest.mark.parametrize("members", [{"alex", "sam"}, {"alex"}])
def test_an_issue_names_its_owner_where_nobody_is_assigned(
    database: Database, tmp_path: Path, members: set[str]
) -> None:
    with story(database, tmp_path, PEOPLE) as world:
        world.github.repo("acme/checkout").members = dict.fromkeys(members, "write")
        items = ("Alert on depth @kim", "Rehearse (owner: release-engineers)", "Test the pool @sam", "Look @alex")
        told(world, "## Action items\n" + "\n".join(f"- [ ] {text}" for text in items))
        kim, team, sam, alex = (issue.body or "" for issue in made(world))
        assert "Owner: Kim Example, who has no account here in the people map.\n" in kim
        assert "Owner: release-engineers, a team. Nobody is assigned.\n" in team
        assert ("Owner: sam, who cannot be assigned here.\n" in sam) == ("sam" not in members)
        assert "Owner" not in alex
        assert NOBODY not in kim + team + sam + alex


def test_an_issue_that_more_people_can_read_names_nobody(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, PEOPLE) as world:
        world.github.repo("acme/ops").private = True
        told(world, "## Action items\n- [ ] Alert on depth @kim\n")
        (issue,) = made(world)
        assert "[Action item 1 of acme/ops#" in (issue.body or "")
        assert "Kim" not in (issue.body or "")


def test_somebody_who_came_into_the_people_map_since_is_not_said_to_be_unknown(
    database: Database, tmp_path: Path
) -> None:
    def propose(text: str) -> str:
        return text.replace("[filing]\n", '[filing]\nmode = "propose"\n')

    with story(database, tmp_path, change=propose) as world:
        world.github.repo("acme/checkout").members["lee"] = "write"
        told(world, "## Action items\n- [ ] Alert on depth @lee\n")
        world.more = '[[people]]\nname = "Lee"\ngithub = "lee"\n'
        world.restart()
        decisions.file_now(world.parts, shown(world)[0].id)
        finish(world)
        (issue,) = made(world)
        assert issue.assignees == ["lee"]
        assert "Owner" not in (issue.body or "")
