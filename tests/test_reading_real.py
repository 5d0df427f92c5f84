"""Ninety real postmortems of ten organisations. They are read from where AFTERWORD_SHARED says and are no part of this
project: their licences differ. What is asserted here was counted by a person in the document."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.postmortem.model import Reading, Section
from service.postmortem.printed import as_json, as_markdown
from tests.reading import accuracy
from tests.reading_hands import read_text

SHARED = os.environ.get("AFTERWORD_SHARED", "")
FOLDER = Path(SHARED) / "data" / "postmortems"
pytestmark = pytest.mark.skipif(
    not SHARED or not FOLDER.is_dir(), reason="AFTERWORD_SHARED does not name a folder with real postmortems"
)

S, I, C, T, R, L, A = Section  # noqa: E741  (the seven, in the order of the document)


def read(name: str) -> Reading:
    (path,) = FOLDER.glob(name + "*")
    return read_text(path.read_text("utf-8"))


def documents() -> list[Path]:
    return sorted(path for path in FOLDER.glob("*/*") if path.is_file()) if SHARED else []


def test_every_document_is_read_without_an_error() -> None:
    assert len(documents()) >= 90
    for path in documents():
        reading = read_text(path.read_text("utf-8"))
        as_json(reading)
        as_markdown(reading)


def test_nearly_every_document_says_something() -> None:
    silent = [path.name for path in documents() if not _said(read_text(path.read_text("utf-8")))]
    assert silent == []


def _said(reading: Reading) -> set[Section]:
    return {section for section, found in reading.sections.items() if found.text}


@pytest.mark.parametrize(
    ("name", "sections", "items", "done", "lines"),
    [
        ("2i2c-org+incident-reports/2020-10-28", {S, T, A}, 5, 0, 6),
        ("PostHog+post-mortems/2025-09-29", {S, I, C, T, L, A}, 9, 2, 8),
        ("berkeley-dsep-infra+datahub/2018-01-25", {S, T, A}, 3, 0, 4),  # a conclusion may be anything
        ("berkeley-dsep-infra+datahub/2017-05-09", {S, T, A}, 7, 0, 6),
        ("dfds+postmortems/PM2019-009", {S, C, T, L, A}, 4, 0, 14),
        ("dfds+postmortems/PM2021-010", {S, C, T, L, A}, 3, 0, 10),
        ("envoy/cve-2019-15225", {S, L, A}, 4, 0, 0),
        ("hachyderm+community/2023-01-03", {S, I, C, L, A}, 3, 2, 0),
        ("jupyterhub+mybinder.org-deploy/2018-01-17", {S, T, A}, 6, 0, 6),  # two of them have a day and no time
        ("ministryofjustice+cloud-platform/2021-07-12", {I, T, R, A}, 7, 1, 4),
        ("ministryofjustice+cloud-platform/2023-01-05", {I, T, R, A}, 5, 1, 4),
        ("ministryofjustice+cloud-platform/2025-07-23", {I, T, R, A}, 12, 0, 4),
        ("rust-lang+blog.rust-lang.org/docsrs", {S, C, T, R, A}, 4, 0, 13),
    ],
)
def test_sections_items_and_lines_are_those_that_a_person_counted(
    name: str, sections: set[Section], items: int, done: int, lines: int
) -> None:
    reading = read(name)
    assert _said(reading) == sections
    assert (len(reading.items), sum(item.done for item in reading.items)) == (items, done)
    assert len(reading.timeline) == lines


def test_the_goals_of_accuracy_hold_on_the_open_labels(capsys: pytest.CaptureFixture[str]) -> None:
    documents()  # or this is skipped
    assert accuracy.main([]) == 0, capsys.readouterr().out
