"""`init`, where an answer is wrong or nothing can be written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jira import JiraSandbox
from tests.command_hands import command
from tests.init_hands import EMAIL, JIRA_ANSWERS, TOKEN, piped


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox(email=EMAIL, token=TOKEN) as made:
        made.create_project("OPS", "Operations")
        made.create_project("PAY", "Payments", required={"customfield_10010": "Component"})
        yield made


def test_where_it_cannot_write_it_says_so_before_the_first_question(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for to, why in ((tmp_path / "file" / "mine.toml", "Not a directory"), (tmp_path, "it is a folder")):
        ran = command("init", "--to", str(to), stdin=b"")
        assert ran.code == 1
        assert f"{to} cannot be written: {why}" in ran.err
        assert "python -m service init --to FILE" in ran.err
        assert ran.out == ""
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_an_optional_answer_that_failed_can_be_taken_back(tmp_path: Path, jira: JiraSandbox) -> None:
    answers = [answer.format(jira=jira.url) for answer in JIRA_ANSWERS]
    at = answers.index("ops")
    answers[at : at + 2] = ["nope", "Incydent", "y", "ops", "-"]
    ran = piped(tmp_path, answers)
    assert ran.code == 0, ran.out + ran.err
    assert "[Incydent; - for none]:" in " ".join(ran.out.split())
    assert "issue_types" not in tomllib.loads((tmp_path / "mine.toml").read_text())["sources"]["desk"]


def test_no_question_is_wider_than_a_terminal(tmp_path: Path, jira: JiraSandbox) -> None:
    ran = piped(tmp_path, [answer.format(jira=jira.url) for answer in JIRA_ANSWERS])
    lines = [line.replace(str(tmp_path), "config") for line in ran.out.splitlines()]
    assert [line for line in lines if len(line) > 100] == []
