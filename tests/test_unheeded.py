"""What was said in comments and not obeyed, in sentences: on the page, and in the ticket where it was said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.postmortem.model import Asked
from service.postmortem.unheeded import not_obeyed
from tests.example import EXAMPLE, ITEMS, comment, standing

STRANGER = "comment 7: /action by @passer-by, who has no role here"


@pytest.mark.parametrize(
    ("numbers", "items", "said"),
    [
        ((9,), ITEMS, "comment 4: /file 9 by @alex names no action item; there are 1 to 7"),
        ((2, 9, 10), ITEMS, "comment 4: /file 9,10 by @alex names no action item; there are 1 to 7"),
        ((2,), ITEMS[:1], "comment 4: /file 2 by @alex names no action item; there is only 1"),
        ((1,), (), "comment 4: /file 1 by @alex names no action item; there is none yet"),
        ((1, 7), ITEMS, None),
    ],
)
def test_a_number_of_no_item_is_said_beside_what_strangers_said(numbers, items, said: str | None) -> None:
    document = replace(EXAMPLE, asked=(Asked(4, "file", numbers, "@alex"),), not_obeyed=(STRANGER,))
    assert not_obeyed(document, items) == tuple(filter(None, (said, STRANGER)))


def test_the_comment_says_it_in_one_line_that_calls_nobody() -> None:
    document = replace(EXAMPLE, asked=(Asked(4, "file", (9,), "@alex"),), not_obeyed=(STRANGER,))
    told = comment(document, ITEMS).lines
    assert (
        "**Not obeyed:** comment 4: `/file 9` by `@alex` names no action item; there are 1 to 7. "
        "Comment 7: `/action` by `@passer-by`, who has no role here. "
        "[See the postmortem](https://postmortems.example.org/postmortems/17#not-obeyed).\n"
    ) in told + "\n"
    jira = comment(document, ITEMS, kind="jira").lines
    assert "`/file 9` by alex names" in jira
    assert "@" not in jira.split("**Not obeyed:**")[1].splitlines()[0]
    assert "Not obeyed" not in comment(EXAMPLE, ITEMS).lines


def test_at_most_three_stand_in_the_comment() -> None:
    many = tuple(f"comment {number}: /action by @passer-by, who has no role here" for number in range(1, 8))
    told = comment(replace(EXAMPLE, not_obeyed=many), [standing(1, "Look")]).lines
    assert told.count("who has no role here") == 3
    assert "And 4 more. [See" in told


@pytest.mark.parametrize(
    "name", ["Sam `@alex` |", "[x](https://example.org)", "@acme/ops Sam", "Sam #12", "<img src=x> ![y](z)", "a`b @c/d"]
)
@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_name_in_it_does_nothing(name: str, kind: str) -> None:
    document = replace(EXAMPLE, not_obeyed=(f"comment 1: /action by {name}, who has no role here",))
    (said,) = [one for one in comment(document, ITEMS, kind=kind).lines.splitlines() if "Not obeyed" in one]
    outside = "".join(said.split("`")[::2])  # not in code
    assert said.count("`") % 2 == 0
    assert "@" not in outside.replace("@\u200b", "")
    assert "#12" not in outside
    assert "[x](" not in outside
    assert "![" not in said
    assert "<img" not in said
