"""Commands in comments: what stands in a code fence is shown there, and never obeyed."""

import pytest

from service.postmortem.commands import Command, split

FILE = [Command("file", "")]


def commands(text: str) -> list[Command]:
    return split(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "```\n/file\n```",
        "~~~ sh\n/file\n~~~",
        "````markdown\n```\n/file\n```\n````",
        "```\n~~~\n/file\n~~~\n```",
        "~~~\n```\n/file\n```\n~~~",
        "```\n``` sh\n/file\n```",
        "```\n        ```\n/file\n```",
        "- ```\n  /file\n  ```",
        "1. Our runbook:\n\n   ```\n   /file\n   ```",
        "`````\n````\n/file",
    ],
    ids=[
        "plain",
        "tildes",
        "a fence in a longer one",
        "tildes in backticks",
        "backticks in tildes",
        "what is written behind the marks opens, it does not close",
        "too far in to close",
        "in an item",
        "below an item",
        "never closed",
    ],
)
def test_a_command_in_a_code_fence_is_not_obeyed(text):
    found, rest = split(text)
    assert found == []
    assert rest == text


@pytest.mark.parametrize(
    "text",
    [
        "```\nx\n```\n/file",
        "```\nx\n`````  \n/file",
        "````markdown\n```\nx\n```\n````\n/file",
        "- ```\n  x\n  ```\n\n/file",
        "```not a fence``` \n/file",
        "``\n/file",
    ],
)
def test_a_command_below_a_closed_fence_is_obeyed(text):
    assert commands(text) == FILE
