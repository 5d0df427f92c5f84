"""A fair sample of the matrix of the wire, whose whole is `make test-faults`; and that it leaves out no call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.proxy_faults import DRIP, FAULTS, HANG, REFUSE
from tests.faults.results import WAITS, WELL
from tests.faults.wire import run, unlisted
from tests.faults.wire_cases import ASK, CALLS, EDIT, FIRST, LAG, LASTS, LOOK, WireCase, cases

ROOT = Path(__file__).resolve().parent.parent
ALL = tuple(cases())
#: as many of each part; those that take seconds are left to the whole
SAMPLE = {FIRST: 11, EDIT: 4, LOOK: 4, ASK: 3, LAG: 4, LASTS: 1}


def sample() -> list[WireCase]:
    chosen = []
    for kind, count in SAMPLE.items():
        quick = [case for case in ALL if case.kind == kind and FAULTS[case.fault].way not in (DRIP, HANG, REFUSE)]
        if kind == LASTS:  # a write that is refused; a read that is tried again takes longer
            quick = [case for case in quick if case.call.writes and FAULTS[case.fault].status == 422]
        apart = len(quick) // count
        chosen += quick[apart // 2 :: apart][:count]
    return chosen


@pytest.mark.parametrize("case", sample(), ids=lambda case: f"{case.kind}: {case.name}")
def test_a_story_with_this_fault_ends_with_one_of_each_or_says_why_it_waits(case: WireCase, tmp_path: Path) -> None:
    result = run(case, tmp_path)
    allowed = (WELL, WAITS) if case.kind in (ASK, LASTS) else (WELL,)
    assert result.verdict in allowed, result.why
    assert result.why or result.verdict == WELL


@pytest.mark.parametrize("where", ["github", "jira"])
def test_every_call_that_the_story_makes_is_in_the_matrix(where: str) -> None:
    assert unlisted(where) == set()


def test_each_call_meets_each_fault() -> None:
    crossed = [call for call in CALLS if call.crossed]
    assert {(case.call, case.fault) for case in ALL if case.kind == FIRST} == {
        (call, fault) for call in crossed for fault in FAULTS
    }
    # whatever stands for another call is a call of the same kind to the same tool
    kinds = {(call.door, call.method, call.path) for call in crossed}
    assert [call for call in CALLS if not call.crossed and (call.door, call.method, call.path) not in kinds] == []
    assert len(ALL) >= 500
    assert len({f"{case.kind}, {case.name}" for case in ALL}) == len(ALL)


def test_the_demo_in_a_storm_ends_as_it_should(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "service", "demo", "--faults", "--once"]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    told = subprocess.run(line, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=110)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Doubled: 0. Lost: 0." in told.stdout
    assert "GitHub is back after 40 minutes" in told.stdout
    assert told.stderr == ""
