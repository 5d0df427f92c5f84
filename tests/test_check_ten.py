"""Ten broken installations, and what somebody who is woken at night must find in what `check` says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ten_setups import SETUPS, Setup, checked


@pytest.mark.parametrize("setup", SETUPS, ids=[one.name for one in SETUPS])
def test_check_names_what_is_broken_and_what_to_do(setup: Setup, tmp_path: Path) -> None:
    ran = checked(setup, tmp_path)
    assert ran.code == setup.code, ran.out
    flat = " ".join(ran.out.split())
    for words in setup.words:
        assert " ".join(words.split()) in flat, ran.out
    for words in setup.never:
        assert words not in ran.out + ran.err
    assert ran.out.count("\n  mend ") >= 1
    assert ran.out.count("\n  then ") == ran.out.count("\n  saw ")
    assert ran.err == ""
    told = [line for line in ran.out.partition("to mend,")[2].splitlines()[1:] if str(tmp_path) not in line]
    assert max(len(line) for line in told) <= 110


def test_there_are_ten() -> None:
    assert len(SETUPS) == 10
