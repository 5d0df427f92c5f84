"""Every error, every fault of the settings, every finding of `check` and every alarm has its entry on the page."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
import service
from connectors.base import AfterwordError
from service.alarms import ABOUT
from service.settings_faults import FaultKind
from service.troubles.errors import ERRORS
from service.troubles.faults import FAULTS
from service.troubles.findings import ALARMS
from service.troubles.page import page
from tests.finding_texts import texts

PAGE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"


def classes(of: type[AfterwordError] = AfterwordError) -> Iterator[type[AfterwordError]]:
    yield of
    for inner in of.__subclasses__():
        yield from classes(inner)


def test_every_class_of_errors_of_the_product_has_an_entry_and_no_entry_is_of_none() -> None:
    for package in (connectors, service):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = {one.__name__ for one in classes() if one.__module__.startswith(("connectors", "service"))}
    assert ours == {entry.about for entry in ERRORS}


def test_every_kind_of_fault_of_the_settings_has_an_entry() -> None:
    assert [entry.about for entry in FAULTS] == [kind.value for kind in FaultKind]


def test_every_alarm_has_an_entry_that_shows_its_subject() -> None:
    assert {entry.about: entry.see for entry in ALARMS} == {key: f"Afterword, {about}" for key, about in ABOUT.items()}


def test_every_finding_of_check_has_its_words_on_the_page() -> None:
    found = texts()
    assert len(found) > 40
    shown = page()
    assert [f"{where}: {text}" for where, text in found if text not in shown] == []


def test_every_entry_says_what_to_do() -> None:
    for line in page().splitlines():
        if line.startswith(("- See:", "- Means:", "- Do:")):
            assert len(line.partition(": ")[2]) > 8, line
            assert "!" not in line.replace("!acme", "")


@pytest.mark.parametrize("word", ["TODO", "None", "{"])
def test_the_page_holds_nothing_half_made(word: str) -> None:
    assert word not in page()


def test_the_page_is_as_the_catalogue_has_it() -> None:
    assert PAGE.read_text("utf-8") == page(), "make docs writes it anew"
