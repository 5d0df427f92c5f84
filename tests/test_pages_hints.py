"""The document's page of a messy ticket: hints, what is in doubt, what stands in no section."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.postmortem.model import Origin, SectionText
from service.store import migrate, postmortems
from service.store.database import Database
from tests.test_pages import EVIL, ask, page
from tests.world import World

TICKET = f"""It was slow. Obviously nobody looked at the pools.

## Root cause
The pool was full. This was human error.
{EVIL}

## Action items
- [ ] Mend the pool (owner: @alex)
- [ ] Improve monitoring
- [x] Improve logging
"""
DOUBT = f"Two days are named. {EVIL}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("hints")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    with World(database, folder) as world:
        ticket = world.github.open_issue("acme/ops", "Checkout slow", TICKET, labels=["incident"])
        world.github.close(ticket)
        world.run()
        with database.begin() as connection:
            found = postmortems.load(connection, 1)
            assert found
            _, doc, revision = found
            other = SectionText(f"# Thanks\nIt was careless of nobody.\n{EVIL}", Origin.READ, "the ticket")
            doc = replace(doc, other=other, doubts=(DOUBT,), duration=timedelta(hours=2, minutes=10))
            postmortems.save_revision(connection, 1, revision, doc, world.now(), "Ticket read again; edits kept")
        yield world
    database.close()


def test_hints_stand_in_the_text_and_in_the_panel(world: World) -> None:
    shown = page(world, "/postmortems/1")
    assert '<a class="hint" href="#hint-b">human error<sup>b</sup></a>' in shown
    panel = shown[shown.index('<section class="act" id="hints">') :]
    assert [found[0] for found in re.findall(r"<q>(.*?)</q> in <a class=\"fig\" href=\"#([a-z0-9-]+)\"", panel)] == [
        "Obviously",
        "human error",
        "careless",
        "Improve monitoring",
    ]
    assert "Hints are for the writer. They change nothing, and are left out of print and Markdown." in panel
    row = shown[shown.index('id="item-2"') : shown.index('id="item-3"')]
    assert '<a class="hint" href="#hint-d">' in row
    assert "Hints" not in ask(world, "/postmortems/1.md").text


def test_the_page_stays_harmless_and_whole(world: World) -> None:
    shown = page(world, "/postmortems/1")
    assert "<script" not in shown
    assert "<img" not in shown
    assert not re.search(r"<[^>]*\s(on\w+|style)=", shown)
    assert not re.search(r'href="(?!https?://|mailto:|/|#)', shown)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", shown)]
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


def test_what_stands_in_no_section_comes_last_and_doubts_beside_the_gaps(world: World) -> None:
    shown = page(world, "/postmortems/1")
    assert shown.index('id="missing"') < shown.index('id="doubts"') < shown.index('id="hints"')
    assert shown.index('id="action-items"') < shown.index("<h2>Also in the ticket</h2>")
    assert "<h3>Thanks</h3>" in shown
    assert '<dt>Lasted</dt><dd><span class="keep">2 h 10 min</span><span class="after">as stated</span>' in shown
    assert "Two days are named." in shown
    assert "How bad was it, by the team&#39;s own scale?" in shown


def test_the_json_has_it_too(world: World) -> None:
    plain = ask(world, "/postmortems/1.json").json()
    assert plain["other"]["text"].startswith("# Thanks")
    assert plain["doubts"] == [DOUBT]
    assert plain["duration"] == 7800
    assert any(gap.startswith("Severity. ") for gap in plain["missing"])
