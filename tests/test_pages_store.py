"""What only the pages read, on both databases; what the document's page makes of it; the words for what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Said, Signal, Ticket, Visibility
from service.postmortem.model import ReadItem, TimelineLine
from service.store import incidents, items, pages, postmortems
from service.store.database import Database
from service.store.pages import Happened
from service.text_filters import Days
from service.web.document_view import span_words, view
from service.web.happenings import sentences
from service.web.page import inside, is_web
from tests.example import EXAMPLE, ITEMS, at

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAYS = Days("Europe/Berlin")


def story(database: Database, number: int, texts: tuple[ReadItem, ...]) -> None:
    with database.begin() as connection:
        ticket = Ticket(
            "ops", str(number), f"acme/ops#{number}", "https://github.example/i", "Slow", "", Visibility.INTERNAL, NOW
        )
        incidents.closed(connection, "ops", Signal(Said.CLOSED, "", ticket=ticket), NOW)
        postmortems.save_first(connection, number, EXAMPLE, NOW, "Built from the ticket")
        for item in texts:
            items.add(
                connection, number, item, key=f"{number}-{item.text}", due=None, due_rule="", tracker=None, place=None,
                owner_known=True, unclear=(), promised_at=NOW, now=NOW,
            )  # fmt: skip


def test_the_list_has_the_latest_first_with_its_counts_and_goes_on_below(database: Database) -> None:
    for number in (1, 2, 3):
        story(database, number, (ReadItem("a"), ReadItem("b", done=True), ReadItem("c"))[: number - 1])
    with database.read() as connection:
        rows = pages.latest_postmortems(connection, limit=2)
        rest = pages.latest_postmortems(connection, limit=2, before=rows[-1].id)
    assert [(row.ref, row.items, row.open) for row in rows] == [("acme/ops#3", 2, 1), ("acme/ops#2", 1, 1)]
    assert [(row.ref, row.items, row.open) for row in rest] == [("acme/ops#1", 0, 0)]
    assert rows[0].document == EXAMPLE


def test_what_happened_to_an_item_comes_in_the_order_in_which_we_learned_it(database: Database) -> None:
    story(database, 1, (ReadItem("a"),))
    with database.begin() as connection:
        items.add_event(connection, 1, 1, "state", NOW - timedelta(days=1), NOW, "open", "done")
        assert [(one.kind, one.was, one.now) for one in pages.history_of(connection, 1)] == [
            ("promised", None, "a"),
            ("state", "open", "done"),
        ]


def test_what_happened_is_said_in_words() -> None:
    events = [
        Happened("promised", NOW, None, "a"),
        Happened("filed", NOW, None, "acme/ops#4"),
        Happened("state", NOW, "in_progress", "wont_do"),
        Happened("owner", NOW, None, "ALEX"),
        Happened("owner", NOW, "alex", None),
        Happened("due", NOW, "2026-11-24", "2026-12-01"),
        Happened("gone", NOW, None, None),
        Happened("snoozed", NOW, None, "2026-12-24"),
        Happened("snoozed", NOW, "2026-12-24", None),
        Happened("wontdo", NOW, None, "We left that vendor"),
        Happened("unheeded", NOW, None, "/snooze"),
    ]
    assert [words for _, words in sentences(events, {"alex": "Alex Example"}, DAYS)] == [
        "Promised in the incident ticket",
        "Filed as acme/ops#4",
        "State: Won’t do, before In progress",
        "Owner: Alex Example",
        "Owner: nobody, before Alex Example",
        "Due: 1 Dec 2026, before 24 Nov 2026",
        "No longer in the ticket",
        "No reminder until 24 Dec 2026",
        "Reminders go on",
        "Asked to end as won’t do: We left that vendor",
        "/snooze was written on the issue by somebody without a role, and not obeyed",
    ]


def lines(*clocks: str, day: int = 17) -> tuple[TimelineLine, ...]:
    return tuple(TimelineLine(at(clock, day), "Something.", "comment 7, @sam") for clock in clocks)


def test_silence_is_shown_while_the_incident_lasts_and_not_after_it() -> None:
    doc = replace(EXAMPLE, timeline=lines("14:05", "14:24", "14:44", "15:19", "17:00"))
    shown = view(doc, ITEMS, DAYS, opened_at=at("14:19"), closed_at=at("15:31"))
    assert [entry.silence for entry in shown.entries if entry.silence] == ["20 minutes", "35 minutes"]
    assert shown.one_day == at("14:05").date()
    assert shown.entries[0].source == ("comment 7", ", @sam")


def test_a_timeline_over_midnight_names_each_day_of_the_zone() -> None:
    doc = replace(EXAMPLE, timeline=(*lines("23:50"), *lines("00:10", day=18), TimelineLine(None, "No time.")))
    shown = view(doc, ITEMS, DAYS, opened_at=at("14:19"), closed_at=None)
    assert [entry.day.day for entry in shown.entries if entry.day] == [17, 18]
    assert shown.one_day is None


def test_the_facts_say_how_long_after_the_start_and_what_nobody_stated() -> None:
    shown = view(EXAMPLE, ITEMS, DAYS, opened_at=at("14:05"), closed_at=at("15:31"))
    assert [(fact.name, fact.after) for fact in shown.facts] == [
        ("Started", "when the ticket was opened"),
        ("Detected", "11 min after the start"),
        ("Mitigated", ""),
        ("Resolved", "1 h 14 min after the start"),
        ("Ticket closed", "1 h 26 min after the start"),
    ]
    assert [gap.name for gap in shown.gaps if gap.anchor == "facts"] == ["when it was mitigated"]
    assert [(part.anchor, part.mark, part.word) for part in shown.parts if part.word] == [
        ("impact", "work", "one figure missing"),
        ("lessons-learned", "open", "not recorded"),
        ("action-items", "work", "7"),
    ]


def test_the_tickets_own_times_are_not_shown_as_those_of_the_incident() -> None:
    guessed = replace(EXAMPLE, unstated=("started_at", "resolved_at"), resolved_at=at("15:31"))
    shown = view(guessed, ITEMS, DAYS, opened_at=at("14:05"), closed_at=at("15:31"))
    assert [(fact.name, fact.after) for fact in shown.facts] == [
        ("Ticket opened", ""),
        ("Detected", "11 min after the opening"),
        ("Mitigated", ""),
        ("Ticket closed", "1 h 26 min after the opening"),
    ]
    assert [gap.name for gap in shown.gaps if gap.anchor == "facts"] == [
        "when it started",
        "when it was mitigated",
        "when it was resolved",
    ]
    shown = view(guessed, ITEMS, DAYS, opened_at=at("14:05"), closed_at=None)  # it is open again
    assert (shown.facts[-1].name, shown.facts[-1].at) == ("Ticket closed", None)


@pytest.mark.parametrize(
    ("unstated", "said"),
    [
        ((), "Tuesday 17 November 2026, 14:05 to 15:19 CET."),
        (("resolved_at",), "Started Tuesday 17 November 2026, 14:05, ticket closed 15:19 CET."),
        (("started_at",), "Ticket opened Tuesday 17 November 2026, 14:05, resolved 15:19 CET."),
        (("started_at", "resolved_at"), "Ticket opened Tuesday 17 November 2026, 14:05, closed 15:19 CET."),
    ],
)
def test_the_head_of_a_document_says_whose_times_these_are(unstated: tuple[str, ...], said: str) -> None:
    assert span_words(replace(EXAMPLE, unstated=unstated), DAYS) == said


def test_the_head_names_the_day_of_the_end_where_it_is_another() -> None:
    doc = replace(EXAMPLE, resolved_at=at("00:10", 18))
    assert span_words(doc, DAYS) == "Tuesday 17 November 2026, 14:05 to Wednesday 18 November 2026, 00:10 CET."
    assert span_words(replace(doc, resolved_at=None), DAYS) == "Tuesday 17 November 2026, 14:05 CET."
    assert span_words(replace(doc, started_at=None, resolved_at=None), DAYS) == ""


def test_only_web_addresses_become_links() -> None:
    assert is_web("https://github.example/i")
    for url in (
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT://x/%0aalert(1)",
        "data:text/html,x",
        "/x",
        "https://[",
        "https:",
    ):
        assert not is_web(url), url


def test_a_sentence_inside_ours_keeps_words_in_capitals() -> None:
    assert inside("No connection is older.") == "no connection is older."
    assert inside("API calls succeed.") == "API calls succeed."
