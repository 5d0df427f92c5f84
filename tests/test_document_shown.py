"""What the document as Markdown shows beside its seven sections."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.postmortem.document import Facts
from service.postmortem.model import Origin, SectionText
from tests.example import EXAMPLE, ITEMS, TEXTS, at, comment, whole

ALSO = SectionText("# Thanks\nTo all who helped, @alex too.\n\n```\nopen", Origin.READ, "the ticket")


def test_the_rest_of_the_ticket_comes_last_under_its_own_heading() -> None:
    text = whole(replace(EXAMPLE, other=ALSO))
    head, _, rest = text.partition("\n## Also in the ticket\n\n")
    assert "## Action items" in head
    assert rest == "### Thanks\nTo all who helped, @\u200balex too.\n\n```\nopen\n```\n"
    assert "Also in the ticket" not in whole(EXAMPLE)


def test_doubts_are_said_below_the_facts() -> None:
    said = "The title says 2 May, the text 3 May: @alex"
    text = whole(replace(EXAMPLE, doubts=(said, "No zone is named.")))
    assert "\n\nTo check in the ticket:\n\n- The title says 2 May" in text
    assert "\n- No zone is named.\n\n## Summary" in text
    assert "@alex" not in text
    assert "To check" not in whole(EXAMPLE)


def test_a_stated_length_is_shown_where_start_or_end_is_not_stated() -> None:
    lasted = replace(EXAMPLE, duration=timedelta(hours=2, minutes=10))
    said = "- **Lasted:** 2 hours 10 minutes, as stated\n"
    assert said in whole(replace(lasted, unstated=("resolved_at",)))
    assert said in whole(replace(lasted, resolved_at=None))
    assert "Lasted" not in whole(lasted)
    assert "Lasted" not in whole(replace(EXAMPLE, unstated=("resolved_at",)))


def test_the_comment_is_not_edited_for_what_stands_in_the_ticket_anyway() -> None:
    assert comment(replace(EXAMPLE, other=ALSO), ITEMS).lines == comment(EXAMPLE, ITEMS).lines


def test_the_summary_made_of_facts_gives_the_stated_length_where_the_end_is_not_known() -> None:
    facts = Facts("Slow", None, (), at("14:05"), None, at("14:19"), at("15:31"), timedelta(hours=2))
    assert TEXTS.summary(facts) == (
        "The incident began on Tuesday 17 November 2026 at 14:05 CET. The ticket was closed at 15:31 CET, "
        "1 hour 26 minutes later. It lasted 2 hours, as stated."
    )
    assert "lasted" not in TEXTS.summary(replace(facts, resolved_at=at("15:19")))
