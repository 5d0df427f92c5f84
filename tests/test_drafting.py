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


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "The resolution “Won't Do” counts as won't do, and the last comment is kept as the reason."),
        ('wont_do_resolutions = ["対応しない"]', "The resolution “対応しない” counts as won't do, and the last"),
        (
            'wont_do_resolutions = ["[x](https://example.org)"]',
            "A resolution that means “won't do” counts as that, and",
        ),
        ("wont_do_resolutions = []", "ends the action item.\n"),
    ],
)
def test_an_issue_in_jira_names_the_resolution_that_counts(
    database: Database, tmp_path: Path, settings: str, said: str
) -> None:
    def change(text: str) -> str:
        return text.replace('project = "PAY"', f'project = "PAY"\n{settings}')

    with story(database, tmp_path, change=change) as world:
        assert world.jira is not None
        told(world, "## Action items\n- [ ] Retry payments\n")
        (issue,) = world.jira.issues
        assert issue.description is not None
        assert said in issue.description.wiki
        assert ("won't do" in issue.description.wiki) == (settings != "wont_do_resolutions = []")
