"""The pages over the rows of a story that was told for real: what people see, and what they can decide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from service.followup.week import Week
from service.store import migrate
from service.store.database import Database
from service.upkeep import freeze
from tests.world import World

EVIL = '<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ 7*7 }} "><b>'
TICKET = f"""It was slow. {EVIL}

## Impact
- Orders given up: to be counted

## Timeline
- 2026-11-17 14:05 UTC The pool is full {EVIL}
- 2026-11-17 14:46 UTC The pool is restarted

## Root cause
#### A heading of theirs
Two `things` came together.

## Action items
- [ ] Mend the pool {EVIL} (owner: @alex)
- [ ] Watch the `queue`
- [x] Restart it
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("pages")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    with World(database, folder) as world:
        ticket = world.github.open_issue("acme/ops", "Checkout <i>slow</i>", TICKET, labels=["incident"])
        world.github.close(ticket)
        world.run()
        yield world
    database.close()


def ask(world: World, path: str, **more: Any) -> requests.Response:
    return requests.request(
        more.pop("method", "GET"),
        world.url + path,
        auth=("alex", world.service.new_token or ""),
        timeout=10,
        allow_redirects=False,
        **more,
    )


def page(world: World, path: str, status: int = 200) -> str:
    answer = ask(world, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def week(world: World) -> str:
    return str(Week.of(world.now().date()))


PAGES = ["/", "/postmortems", "/postmortems/1", "/postmortems/1/edit/impact", "/actions", "/actions/1", "/actions/99"]


@pytest.mark.parametrize("path", PAGES)
def test_ticket_text_is_harmless_on_every_page(world, path):
    shown = ask(world, path).text
    assert "<script" not in shown
    assert "<img" not in shown
    assert not re.search(r'href="(?!https?://|mailto:|/|#)', shown)
    assert "49" not in re.findall(r"alert\(1\)\S* (\S+)", shown)
    assert not re.search(r"<[^>]*\s(on\w+|style)=", shown)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_title_headings_in_order_and_a_way_past_the_bar(world, path):
    shown = ask(world, path).text
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", shown)]
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))
    assert '<a class="skip" href="#content">' in shown
    assert 'id="content"' in shown
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_holds_under_the_strict_policy(world, path):
    answer = ask(world, path)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', answer.text)) <= {
        "/static/afterword.css",
        "/static/mark.svg",
    }


def test_the_document_shows_sections_with_where_they_come_from(world):
    shown = page(world, "/postmortems/1")
    assert "<h1>Checkout &lt;i&gt;slow&lt;/i&gt;</h1>" in shown
    assert "Two <code>things</code> came together." in shown
    assert "<h3>A heading of theirs</h3>" in shown
    assert "What went well, what did not, where were we lucky?" in shown
    assert "Nothing recorded for 41 minutes" in shown
    assert 'href="/postmortems/1/edit/lessons-learned">Write it here</a>' in shown
    assert "one figure missing" in shown


def test_the_document_lists_its_items_with_state_owner_and_issue(world):
    shown = page(world, "/postmortems/1")
    assert "1 done, 0 won’t do, 2 not ended." in shown
    row = shown[shown.index('id="item-2"') : shown.index('id="item-3"')]
    assert "Watch the <code>queue</code>" in row
    assert '<use href="#m-open"/></svg>Open</span>' in row
    assert ">No owner</a>" in row
    assert "acme/checkout#" in row
    assert "as the ticket says" in shown[shown.index('id="item-3"') :]


def test_the_document_is_given_as_markdown_and_json_too(world):
    text = ask(world, "/postmortems/1.md")
    assert text.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert "## Root cause" in text.text
    plain = ask(world, "/postmortems/1.json").json()
    assert plain["sections"]["lessons_learned"]["text"] is None
    assert [item["state"] for item in plain["action_items"]] == ["open", "open", "done"]
    assert any("owed" in gap or "still to come" in gap for gap in plain["missing"])


def test_what_is_not_there_is_said_as_a_page(world):
    for path in ("/postmortems/99", "/actions/99", "/postmortems/1/edit/blame", "/reports/weekly/2026-W99"):
        assert "<h1>" in page(world, path, 404)
    assert "read from the ticket" in page(world, "/postmortems/1/edit/action-items", 404)


def form_of(world: World, name: str) -> dict[str, str]:
    shown = page(world, f"/postmortems/1/edit/{name}")
    base = re.search(r'name="base" value="([^"]*)"', shown)
    assert base
    return {"base": base[1]}


def test_a_person_writes_a_section_and_is_named(world):
    edit = form_of(world, "lessons-learned") | {"text": "The alert came **late**.\r\n", "by": " Sam  Example "}
    answer = ask(world, "/postmortems/1/edit/lessons-learned", method="POST", data=edit)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/postmortems/1#lessons-learned")
    shown = page(world, "/postmortems/1")
    assert "The alert came <strong>late</strong>." in shown
    assert "edited by Sam Example" in shown
    assert "Lessons learned edited by Sam Example" in shown
    world.run()  # the ticket's comment follows
    (comment,) = world.github.issue("acme/ops", 1).comments
    assert "lessons learned" not in comment.body


def test_an_edit_without_a_name_keeps_the_words_and_asks_for_one(world):
    edit = form_of(world, "impact") | {"text": "Nine orders.", "by": " "}
    answer = ask(world, "/postmortems/1/edit/impact", method="POST", data=edit)
    assert answer.status_code == 422
    assert "Nine orders." in answer.text
    assert "Say who writes this." in answer.text
    assert "to be counted" in ask(world, "/postmortems/1.md").text


def test_two_people_on_one_section_see_each_other_s_words(world):
    mine, theirs = form_of(world, "resolution"), form_of(world, "resolution")
    first = ask(world, "/postmortems/1/edit/resolution", method="POST", data=theirs | {"text": "Theirs.", "by": "sam"})
    assert first.status_code == 303
    second = ask(world, "/postmortems/1/edit/resolution", method="POST", data=mine | {"text": "Mine.", "by": "alex"})
    assert second.status_code == 409
    assert "<p>Theirs.</p>" in second.text
    assert "Mine.</textarea>" in second.text
    again = re.search(r'name="base" value="([^"]*)"', second.text)
    assert again
    data = {"base": again[1], "text": "Both.", "by": "alex"}
    assert ask(world, "/postmortems/1/edit/resolution", method="POST", data=data).status_code == 303
    assert "Both." in page(world, "/postmortems/1")


def test_looking_at_the_form_and_saving_it_changes_nothing(world):
    before = ask(world, "/postmortems/1.json").json()
    said = before["sections"]["root_cause"]["text"].replace("\n", "\r\n")
    edit = form_of(world, "root_cause") | {"text": said, "by": "alex"}
    assert ask(world, "/postmortems/1/edit/root_cause", method="POST", data=edit).status_code == 303
    assert ask(world, "/postmortems/1.json").json() == before


def test_the_list_of_items_is_asked_for_by_state_owner_and_incident(world):
    assert "2 items" in page(world, "/actions")
    assert "1 item." in page(world, "/actions?state=done")
    assert "1 item, without an owner" in page(world, "/actions?owner=none")
    assert "1 item, of alex" in page(world, "/actions?owner=alex&state=all")
    assert "0 items" in page(world, "/actions?incident=7")
    assert "There is no state" in page(world, "/actions?state=lost", 404)


def test_an_item_that_has_its_issue_offers_no_decision_and_refuses_one(world):
    assert 'id="decide"' not in page(world, "/actions/2")
    answer = ask(world, "/actions/2/file", method="POST")
    assert answer.status_code == 400
    assert "has its issue" in answer.text


def test_this_week_s_page_is_a_preview_whose_figures_open_their_items(world):
    shown = page(world, "/")
    assert "This week is not over" in shown
    for path, count in re.findall(r'<a[^>]* href="(/reports/weekly/[^"]*/items\?[^"]*)">(\d+)</a>', shown):
        listed = page(world, path.replace("&amp;", "&"))
        if "oldest" not in path and "Oldest" not in path:
            assert f"<h1>{count} action item" in listed, path


def test_a_figure_that_the_report_does_not_have_is_not_found(world):
    for query in ("state=lost", "due_by=soon", "connection=99", "blame=alex"):
        page(world, f"/reports/weekly/{week(world)}/items?{query}", 404)


def test_the_report_is_given_in_four_forms(world):
    for form, kind in (("md", "text/markdown"), ("json", "application/json"), ("csv", "text/csv")):
        answer = ask(world, f"/reports/weekly/{week(world)}.{form}")
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert ask(world, f"/reports/weekly/{week(world)}.pdf").status_code == 404


def test_looking_at_a_week_never_freezes_it_and_a_frozen_one_stays_as_it_was(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    world = World(database, tmp_path, jira=False)
    world.time = datetime(2026, 11, 18, 12, tzinfo=UTC)
    with world:
        world.github.close(world.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"]))
        world.run()
        world.time = datetime(2026, 11, 23, 7, tzinfo=UTC)
        early = page(world, "/reports/weekly/2026-W47", 404)
        assert "It is made on Mon 23 Nov 2026, 09:00" in early
        world.time = datetime(2026, 11, 23, 9, tzinfo=UTC)
        stored = freeze(world.parts, Week(2026, 47)).forms["html"]
        world.time = datetime(2026, 12, 1, tzinfo=UTC)
        assert ask(world, "/reports/weekly/2026-W47").content == stored
        assert "and frozen" in stored.decode()
        assert 'href="/static/afterword.css"' in stored.decode()
        assert "Week 47" in page(world, "/")
    database.close()


def test_a_person_files_or_links_an_item_that_waits(tmp_path):
    """Above the limit of items for one incident, a person says which of the others become issues."""
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    change = "\n[filing]\nmax_items = 1\n"
    with World(database, tmp_path, jira=False, change=lambda text: text.replace("\n[filing]\n", change)) as world:
        world.github.close(world.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"]))
        world.run()
        assert 'id="decide"' in page(world, "/actions/2")
        assert "Name the issue first." in ask(world, "/actions/2/link", method="POST", data={"reference": " "}).text
        unknown = ask(world, "/actions/2/link", method="POST", data={"reference": "acme/checkout#77"})
        assert unknown.status_code >= 400
        theirs = world.github.open_issue("acme/checkout", "Watch it", "")
        answer = ask(world, "/actions/2/link", method="POST", data={"reference": f"acme/checkout#{theirs.number}"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/actions/2")
        assert f"Linked to acme/checkout#{theirs.number}" in page(world, "/actions/2")
    database.close()
