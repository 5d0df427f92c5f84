"""What a ticket says: its text, its comments and their commands, its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Comment, EventKind, Person, Ticket, TicketEvent, Visibility
from service.postmortem.model import Origin, Reading, Section
from service.postmortem.ticketevents import EVENT_WORDS
from tests.reading_hands import read_ticket

SAM, ALEX, BOT = Person("sam", "sam"), Person("5b10", "Alex Doe"), Person("ci", "ci", bot=True)


def at(hour: int, minute: int, day: int = 17) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def said(text: str, when: datetime, *, by: Person = SAM, trusted: bool = True, marker: str | None = None) -> Comment:
    number = f"{when:%d%H%M}"
    return Comment(number, by, when, text, f"https://tracker.example/{number}", trusted, marker)


def ticket(text: str = "It broke.", *comments: Comment, events: tuple[TicketEvent, ...] = ()) -> Ticket:
    return Ticket(
        source="ops",
        key="1",
        ref="acme/ops#42",
        url="https://tracker.example/42",
        title="Checkout slow",
        text=text,
        visibility=Visibility.INTERNAL,
        opened_at=at(14, 10),
        closed_at=at(16, 0),
        comments=comments,
        events=events,
    )


def lines(reading: Reading) -> list[tuple[datetime | None, str]]:
    return [(line.at, line.text) for line in reading.timeline]


def test_the_last_comment_that_states_a_section_wins_and_says_where_it_stands() -> None:
    reading = read_ticket(
        ticket(
            "Slow since noon.\n\n## Root cause\n\nNot clear.\n",
            said("Root cause: the network, we think", at(14, 30)),
            said("## Root cause\n\nThe pool kept old connections.\n", at(15, 30), by=ALEX),
        )
    )
    cause = reading.sections[Section.ROOT_CAUSE]
    assert cause.text == "The pool kept old connections."
    assert (cause.origin, cause.source, cause.at) == (Origin.READ, "comment 2", at(15, 30))
    summary = reading.sections[Section.SUMMARY]
    assert (summary.text, summary.source, summary.at) == ("Slow since noon.", "the ticket", at(14, 10))


def test_commands_of_people_with_a_role_are_obeyed() -> None:
    reading = read_ticket(
        ticket(
            "It broke.",
            said("/severity sev2\n/impact Half of the orders\n/cause An old pool\n/lesson Test writes", at(14, 20)),
            said("/action Add alert on queue depth @owner due:2026-12-01 P1\n/lesson Page sooner", at(14, 30)),
        )
    )
    assert reading.severity == "SEV2"
    assert reading.sections[Section.IMPACT].text == "Half of the orders"
    assert reading.sections[Section.ROOT_CAUSE].text == "An old pool"
    assert reading.sections[Section.LESSONS_LEARNED].text == "- Test writes\n- Page sooner"
    (item,) = reading.items
    assert (item.text, item.owner, item.priority) == ("Add alert on queue depth", "@owner", "P1")
    assert (str(item.due), item.anchor, item.position) == ("2026-12-01", "comment:171430", 0)


def test_commands_items_and_sections_of_others_are_shown_and_not_obeyed() -> None:
    reading = read_ticket(
        ticket("It broke.", said("/action Buy my tool\n## Action items\n- [ ] Pay me", at(14, 20), trusted=False))
    )
    assert reading.items == ()
    assert reading.sections[Section.ACTION_ITEMS].origin is Origin.MISSING
    assert reading.not_obeyed == ("comment 1: /action by @sam, who has no role here",)


@pytest.mark.parametrize(
    "text", ["```\n/action Add an alert\n```", "> /action Add an alert", "see /action Add an alert"]
)
def test_a_command_that_is_quoted_is_none(text: str) -> None:
    assert read_ticket(ticket("It broke.", said(text, at(14, 20)))).items == ()


def test_a_timeline_command_may_state_its_own_time() -> None:
    reading = read_ticket(
        ticket(
            "It broke.",
            said("/timeline Rolled back", at(14, 20)),
            said("/timeline 14:05 Failover begun", at(14, 30)),
            said("/timeline 23:55 The night before", at(14, 31)),
        ),
        zone="Europe/Berlin",
    )
    assert lines(reading) == [
        (at(22, 55, 16), "The night before"),
        (at(13, 5), "Failover begun"),
        (at(14, 10), "Ticket opened."),
        (at(14, 20), "Rolled back"),
        (at(16, 0), "Ticket closed."),
    ]


def test_comments_and_events_stand_in_the_order_of_time_without_bots_and_our_own() -> None:
    reading = read_ticket(
        ticket(
            "It broke.",
            said("Looking at `db-a`. It is read-only now.", at(14, 20), by=ALEX),
            said("Deployed.", at(14, 21), by=BOT),
            said("**Postmortem**", at(14, 22), marker="41d0"),
            said("/severity SEV2", at(14, 23)),
            said("```\nstack\n```", at(14, 24)),
            said("thanks all", at(18, 0)),
            events=(
                TicketEvent(at(15, 0), EventKind.MERGED, "acme/checkout#311 Drop old connections", by=SAM),
                TicketEvent(at(14, 12), EventKind.LABELED, "SEV2"),
                TicketEvent(at(14, 12), EventKind.LABELED, "SEV2"),
                TicketEvent(at(14, 13), EventKind.STATUS, "In progress", was="To do"),
                TicketEvent(at(14, 14), EventKind.ASSIGNED, "alex"),
            ),
        )
    )
    assert [text for _, text in lines(reading)] == [
        "Ticket opened.",
        "Label SEV2 added.",
        "Status To do → In progress.",
        "Assigned to alex.",
        "Looking at `db-a`.",
        "acme/checkout#311 merged: Drop old connections.",
        "Ticket closed.",
    ]
    comment = reading.timeline[4]
    assert (comment.source, comment.url) == ("comment 1, Alex Doe", "https://tracker.example/171420")


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_has_its_words(kind: EventKind) -> None:
    assert "{" not in EVENT_WORDS[kind].format(subject="a", ref="b", title="c")
    reading = read_ticket(ticket(events=(TicketEvent(at(15, 0), kind, "{was} {title}", was="{subject}"),)))
    assert any(line.at == at(15, 0) and line.text for line in reading.timeline)


def test_a_clock_time_without_a_day_lies_next_to_the_opening_and_the_closing() -> None:
    late = replace(ticket("Started: 23:50\nResolved: 00:40\n"), opened_at=at(0, 5, 18), closed_at=at(0, 45, 18))
    reading = read_ticket(late)
    assert (reading.started_at, reading.resolved_at) == (at(23, 50), at(0, 40, 18))


def test_what_nobody_stated_stays_open() -> None:
    reading = read_ticket(ticket("It broke."))
    assert (reading.started_at, reading.resolved_at, reading.severity) == (None, None, None)
    assert reading.sections[Section.RESOLUTION].origin is Origin.MISSING


@pytest.mark.parametrize(
    ("labels", "severity"),
    [(("incident", "sev2"), "SEV2"), (("severity:1",), "SEV1"), (("P1",), "P1"), (("severity/critical",), "Critical"),
     (("several", "p1-cleanup"), None)],
)  # fmt: skip
def test_a_label_tells_the_severity(labels: tuple[str, ...], severity: str | None) -> None:
    assert read_ticket(replace(ticket(), labels=labels)).severity == severity


def test_the_words_of_whoever_closed_are_the_resolution_where_none_is_written() -> None:
    words = "Fixed by restarting the pool on every node."
    reading = read_ticket(ticket("It broke.", said("Looking.", at(14, 30)), said(words, at(15, 58))))
    assert reading.sections[Section.RESOLUTION].text == words
    assert reading.sections[Section.RESOLUTION].source == "comment 2"


def test_items_of_text_and_comments_are_one_list() -> None:
    reading = read_ticket(
        ticket(
            "It broke.\n\n## Next steps\n- [ ] Add an alert\n- [ ] Write a runbook\n",
            said("**Follow-ups**\n\n- Alex Doe to rehearse a failover\n- [x] Add an alert\n", at(15, 0), by=ALEX),
        )
    )
    assert [(item.text, item.owner, item.done, item.anchor, item.position) for item in reading.items] == [
        ("Add an alert", None, True, "text", 0),
        ("Write a runbook", None, False, "text", 1),
        ("Rehearse a failover", "Alex Doe", False, "comment:171500", 0),
    ]


def test_two_hundred_comments_are_read_in_a_few_seconds() -> None:
    many = [
        said(f"Step {n}. We look at `node-{n}` and it is well.", at(14, 11) + timedelta(seconds=n)) for n in range(200)
    ]
    assert len(read_ticket(ticket("It broke.", *many)).timeline) == 202
