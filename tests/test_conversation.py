"""What people say on a ticket: commands in every form, and prose that is seen to be prose without being parsed."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Comment, Person, Ticket, Visibility
from service.postmortem.commands import split
from service.postmortem.conversation import read_conversation
from service.postmortem.given import Given
from service.postmortem.heard import Said
from service.postmortem.markdown import tidy
from service.postmortem.model import Reading, Section
from service.postmortem.prosecheck import is_prose
from service.words import words
from tests.reading_hands import read_ticket

OPENED = datetime(2026, 11, 17, 14, 10, tzinfo=UTC)  # a Tuesday
SAM = Person("sam", "sam")


def comment(text: str, number: int = 1, **more: object) -> Comment:
    when = OPENED.replace(minute=10 + number)
    said = Comment(str(number), SAM, when, text, f"https://tracker.example/{number}", True, None)
    return replace(said, **more)  # type: ignore[arg-type]


def ticket(*texts: str) -> Ticket:
    return Ticket(
        source="ops",
        key="1",
        ref="acme/ops#42",
        url="https://tracker.example/42",
        title="Checkout slow",
        text="It broke.",
        visibility=Visibility.INTERNAL,
        opened_at=OPENED,
        closed_at=OPENED.replace(hour=16),
        comments=tuple(comment(text, number) for number, text in enumerate(texts, start=1)),
    )


def heard(*texts: str, zone: str = "UTC") -> Reading:
    return read_ticket(ticket(*texts), zone=zone)


def items(reading: Reading) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.text, one.owner, one.due.isoformat() if one.due else None, one.priority) for one in reading.items]


# --- the quick way

LINES = (
    "Looking at `db-a`. It is read-only now.",
    "The pool keeps its connections, see https://grafana.example.org/d/ab?from=1&to=2 for the figures",
    "Thanks all!",
    "@sam could you look: is it the release?",
    "14:05 UTC it broke",
    "Resolved 15:10",
    "We are now focused on:",
    "What was tried so far:",
    "- 2026-11-17 14:05 it broke",
    "- 17 Nov 14:06 it was seen",
    "1. 2026-11-17 14:07 rolled back",
    "| 2026-11-17 14:05 | it broke |",
    "| time | what |",
    "|---|---|",
    "| Severity | SEV2 |",
    "- four pods at once",
    "  - nothing changed",
    "- [ ] Add an alert",
    "- [ ] TODO: add an alert",
    "ACTION: add an alert on queue depth",
    "AI: sam to look",
    "TODO add an alert",
    "Action items:",
    "- **Impact**: half of the orders",
    "**Impact:** half of the orders",
    "**Root cause**",
    "__Timeline__",
    "Impact",
    "Impact - half of the orders",
    "Root cause: the network, we think",
    "Started at 14:05 UTC",
    "Start: 14:05",
    "Severity: SEV2",
    "SEV2",
    "**SEV-1**",
    "# Resolution",
    "## What we will change",
    "Summary",
    "===",
    "---",
    "> quoted: impact",
    "> ## Impact",
    "```",
    "    indented code",
    "<details><summary>Timeline</summary>",
    "</details>",
    "<b>Impact</b>",
    "[Impact](https://example.org): much",
    "Auswirkungen: die Hälfte der Bestellungen",
    "影響: 注文の半分",
    "根本原因",
    "Fixed by restarting the pool on every node.",
    "Duration: 2 hours",
    "It lasted for 2 hours, from 14:05 to 16:05 UTC",
    "/action Add an alert @sam",
    "* * *",
    "[1]: https://example.org",
    "See [1] for more. And [the rest](https://example.org).",
    "![](https://example.org/a.png)",
    "1. **Summary**",
    "- Impact",
    "Impact :",
    "The impact of the outage",
    "Incident timeline",
)
pieces = st.one_of(st.sampled_from(LINES), st.text(alphabet="ab1:*-#|>` _[]().\t<é影", max_size=12))
texts = st.lists(st.one_of(pieces, st.just("")), max_size=9).map("\n".join)


@given(st.lists(texts, min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_prose_that_is_not_parsed_in_full_is_read_the_same(said: list[str]) -> None:
    both = [told(ticket(*said), quick=quick) for quick in (True, False)]
    assert both[0] == both[1]


def told(one: Ticket, *, quick: bool) -> Said:
    near = {"started": OPENED, "detected": OPENED, "mitigated": OPENED, "resolved": OPENED}
    return read_conversation(one, Given(words(), UTC, date(2026, 11, 17)), near, quick=quick)


@pytest.mark.parametrize(
    "text",
    [
        "Looking at `db-a`. It is read-only now.",
        "No, the release of the day before shows it as well.\n\n> is it the release?\n\nSo it is not.",
        "```\n2026-11-17T14:05:11Z ERROR pool user=orders\n```\nThat is from one pod of forty.",
        "What was tried so far:\n\n1. the release of the day before\n2. a restart of `checkout-api`\n   - four pods\n",
        "| pod | sessions | oldest |\n| --- | --- | --- |\n| a-1 | 30 | 14:01 |\n| a-2 | 31 | 14:02 |\n",
    ],
)
def test_what_people_mostly_say_is_seen_to_be_prose(text: str) -> None:
    assert is_prose(tidy(text), words())


# --- commands, in every form in which people write them


@pytest.mark.parametrize(
    "text",
    [
        "/action Add an alert on queue depth @sam due:2026-12-01 P1",
        "/ACTION Add an alert on queue depth @sam due:2026-12-01 P1",
        "/action: Add an alert on queue depth @sam due:2026-12-01 P1",
        "- /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "  * /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "1. /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "- [ ] /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "- Then:\n    - /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "Done for today.\n/action Add an alert on queue depth @sam due:2026-12-01 P1\nThanks!",
        "/action\nAdd an alert on queue depth @sam due:2026-12-01 P1\n\nThanks!",
        "/action\nAdd an alert on queue depth @sam\ndue: 2026-12-01\npriority: P1\n/impact Much",
        "- /action Add an alert on queue depth @sam\n  due: 2026-12-01\n  priority: P1\n- thanks",
        "/action\n- Add an alert on queue depth @sam due:2026-12-01 P1",
        "/action\r\nAdd an alert on queue depth @sam due:2026-12-01 P1\r\n",
        "/todo P1: Add an alert on queue depth (@sam, due 1 December)",
    ],
)
def test_an_action_is_read_in_whatever_form_it_is_written(text: str) -> None:
    assert items(heard(text)) == [("Add an alert on queue depth", "@sam", "2026-12-01", "P1")]


@pytest.mark.parametrize(
    "text",
    [
        "```\n/action Add an alert\n```",
        "    /action Add an alert",
        "> /action Add an alert",
        "> - /action Add an alert",
        "see /action Add an alert",
        "`/action Add an alert`",
        "/actions Add an alert",
        "/action/items are there",
        "/action",
        "/action\n\nAdd an alert",
        "/action TBD",
        "/action @sam P1",
        "\t/action Add an alert",
    ],
)
def test_what_is_no_command_adds_no_item(text: str) -> None:
    assert items(heard(text)) == []


def test_each_entry_of_a_list_below_a_command_is_an_item() -> None:
    reading = heard(
        "/action\n- Add an alert on queue depth @sam\n- Write a runbook\n  for the failover\n- [x] Test it\n\n- no"
    )
    assert [(one.text, one.done, one.lines) for one in reading.items] == [
        ("Add an alert on queue depth", False, (2, 2)),
        ("Write a runbook for the failover", False, (3, 4)),
        ("Test it", True, (5, 5)),
    ]
    assert reading.items[0].evidence["owner"].words == "@sam"
    assert reading.items[0].evidence["owner"].first == 2


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("due:next Friday", "2026-11-27"),
        ("due:Friday", "2026-11-20"),
        ("due: 1 Dec", "2026-12-01"),
        ("due:tomorrow", "2026-11-18"),
        ("by 2026-12-01", "2026-12-01"),
        ("due:12", None),
        ("due:December", None),
        ("due:Q4 2026", None),
        ("due:soon", None),
    ],
)
def test_a_due_date_is_a_day_or_none(words: str, due: str | None) -> None:
    (found,) = heard(f"/action Add an alert on queue depth {words}").items
    assert (found.due.isoformat() if found.due else None) == due
    assert found.text == "Add an alert on queue depth" or due is None


def test_next_friday_is_counted_from_the_comment_in_the_zone_of_the_settings() -> None:
    late = replace(ticket(), comments=(comment("/action Add an alert due:tomorrow", at=OPENED.replace(hour=23)),))
    assert read_ticket(late).items[0].due == date(2026, 11, 18)
    assert read_ticket(late, zone="Asia/Tokyo").items[0].due == date(2026, 11, 19)


def test_the_last_word_on_impact_cause_and_severity_stands() -> None:
    reading = heard(
        "/impact Half of the orders\n/severity 2\n/cause The network",
        "/impact\nEvery tenth order\nfor an hour\n\nLooking further.\n/cause: The pool\n/SEV sev1",
        "## Impact\n\nEvery ninth order.",
    )
    assert reading.sections[Section.IMPACT].text == "Every ninth order."
    assert reading.sections[Section.ROOT_CAUSE].text == "The pool"
    assert reading.sections[Section.ROOT_CAUSE].lines == ((6, 6),)
    assert reading.severity == "SEV1"
    earlier = heard("/impact Half", "/impact\nEvery tenth order\nfor an hour\n\nLooking further.", "/impact n/a")
    assert earlier.sections[Section.IMPACT].text == "Every tenth order\nfor an hour"


def test_lines_below_a_timeline_command_are_lines_of_the_timeline() -> None:
    reading = heard("/timeline\n14:05 Failover begun\n14:08 UTC Pool is old,\nas it seems\n23:50 The night before")
    told = [(f"{line.at:%d %H:%M}", line.text) for line in reading.timeline if line.at and line.source]
    assert told == [
        ("16 23:50", "The night before"),
        ("17 14:05", "Failover begun"),
        ("17 14:08", "Pool is old, as it seems"),
    ]


def test_numbers_park_those_items_and_words_are_an_item_that_is_parked() -> None:
    reading = heard("/park 2 and 4", "/park Move the orders elsewhere @sam", "/park", "/file 3", "/file the last")
    assert [(one.verb, one.numbers) for one in reading.decisions] == [("park", (2, 4)), ("park", ()), ("file", (3,))]
    assert [(one.text, one.owner) for one in reading.items] == [("Move the orders elsewhere", "@sam")]
    assert len([said for said in reading.not_obeyed if "names no action items" in said]) == 2


def test_what_is_said_in_passing_in_a_comment_states_no_start_or_end_of_the_incident() -> None:
    reading = heard("It went down at 13:05 UTC yesterday as well, and was fixed at 13:20 UTC.", "Started: 14:01")
    assert (reading.started_at, reading.resolved_at) == (OPENED.replace(minute=1), None)


def test_a_comment_of_a_bot_or_of_ours_commands_nothing_and_a_strangers_is_shown() -> None:
    said = "/action Add an alert\n/impact Much"
    bot = replace(ticket(), comments=(comment(said, author=Person("ci", "ci", bot=True)),))
    ours = replace(ticket(), comments=(comment(said, trusted=False, own=True), comment(said, marker="41d0")))
    stranger = replace(ticket(), comments=(comment(said, trusted=False),))
    for one in (bot, ours, stranger):
        reading = read_ticket(one)
        assert (reading.items, reading.decisions, reading.sections[Section.IMPACT].text) == ((), (), None)
    assert read_ticket(bot).not_obeyed == ()
    assert len(read_ticket(ours).not_obeyed) == 2
    assert read_ticket(stranger).not_obeyed == (
        "comment 1: /action by @sam, who has no role here",
        "comment 1: /impact by @sam, who has no role here",
    )


@pytest.mark.parametrize(
    "unit",
    [
        "/impact\n",
        "- /action\n  b\n",
        "/action a\n",
        "|",
        "a|",
        "**",
        "a: ",
        "- - ",
        "/",
        "-",
        "](",
        "```\n",
        "Impact ",
    ],
)
def test_64_kb_of_anything_in_a_comment_is_cut_and_looked_at_in_a_moment(unit: str) -> None:
    text = unit * (65_536 // len(unit))
    begun = time.monotonic()
    _, rest = split(f"/impact\n{text}")
    is_prose(rest, words())
    assert time.monotonic() - begun < 2
    assert rest.count("\n") == text.count("\n") + 1, "every line stays where it was"
