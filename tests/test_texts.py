"""The texts are word for word what was agreed, and say what is not recorded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from connectors.text import to_wiki
from service.postmortem.document import Facts
from service.postmortem.model import Origin, Section, SectionText, TimelineLine
from service.texts import Texts
from tests.example import EXAMPLE, HERE, ITEMS, NOW, TEXTS, URL, at, comment, document, issue, standing, whole
from tests.reading_hands import read_text

COMMENT = f"""\
**Postmortem: [Checkout slow after database failover]({URL})**

| State | Action item | Owner | Due | Issue |
|---|---|---|---|---|
| ◐ In progress | Test pooled connections with a write, and drop those on a read-only server | `@checkout-dev-2` | 17 Dec 2026 | [acme/checkout#318](https://redirect.github.com/acme/checkout/issues/318) |
| ● Done | Give a retried write 2 seconds in all | `@payments-dev-1` | 17 Dec 2026 | [PAY-207](https://jira.example/browse/PAY-207) |
| ○ Open | Page on checkout p95 over 3 minutes instead of 10 | `@sre-oncall` | 24 Nov 2026 | [acme/ops#43](https://redirect.github.com/acme/ops/issues/43) |
| ○ Open | Improve monitoring of the database | no owner | 17 Dec 2026 | [acme/ops#44](https://redirect.github.com/acme/ops/issues/44) |
| ◇ Waiting for a person | Rehearse a failover in staging each quarter | `@db-oncall` | 17 Dec 2026 | [link one or file it]({HERE}/actions/133) |
| ◌ Unreachable | Replace fixed host names in the order export | `@payments-dev-2` | 17 Dec 2026 | [PAY-209](https://jira.example/browse/PAY-209), last seen 19 Nov, 16:40 |
| ⊘ Won't do | Move the orders database to a managed service | `@db-oncall` | 16 Jan 2027 | [acme/ops#45](https://redirect.github.com/acme/ops/issues/45) |

**Not recorded yet:** lessons learned; how many orders were given up; the owner of “Improve monitoring of the database”. [Add it]({URL}#missing), or write it in this ticket."""  # noqa: E501

GITHUB_ISSUE = f"""\
An action item of [Checkout slow after database failover]({URL}#item-1), 17 November 2026, SEV2.

**Why**
The pool keeps a connection for up to 30 minutes and tests it with a read. `db-a` still answered reads, so the test passed.

**Done when**
No connection to the old primary is older than 60 s in a staging failover.

**Due:** 2026-12-17
30 days, as P1. To move the date, change the line above; the postmortem follows.

Closing this issue ends the action item. Closed as “not planned” counts as won't do, and the last comment is kept as the reason."""  # noqa: E501

JIRA_ISSUE = f"""\
An action item of [Checkout slow after database failover|{URL}#item-2], 17 November 2026, SEV2.

*Why*
A failed write was tried again with no limit on the total time. Each try held one of 40 workers.

*Done when*
A load test with a read-only primary frees each worker within 2 s.

*Due* 2026-12-17, 30 days, as P1. To move it, change the due date of this issue; the postmortem follows.

Moving this issue to a done status ends the action item. The resolution “Won't do” counts as won't do, and the last comment is kept as the reason."""  # noqa: E501


# --- word for word


def test_the_comment_is_word_for_word_as_agreed() -> None:
    told = comment(EXAMPLE, ITEMS)
    assert told.lines == COMMENT
    stamp = "As of Mon 23 Nov 2026, 09:11 CET. This comment is edited in place; there will be no second one."
    assert told.full == f"{COMMENT}\n\n{stamp}"


def test_the_lines_of_a_comment_do_not_change_with_the_clock() -> None:
    fresh = [item for item in ITEMS if item.number != 6]
    later = comment(EXAMPLE, fresh, now=NOW + timedelta(hours=3))
    assert later.lines == comment(EXAMPLE, fresh).lines
    assert later.full != comment(EXAMPLE, fresh).full


def test_the_issue_in_github_is_word_for_word_as_agreed() -> None:
    assert TEXTS.issue_title(ITEMS[0]) == "Test pooled connections with a write, and drop those on a read-only server"
    assert issue(ITEMS[0]) == GITHUB_ISSUE


def test_the_issue_in_jira_is_word_for_word_as_agreed() -> None:
    assert to_wiki(issue(ITEMS[1], kind="jira")) == JIRA_ISSUE


def test_a_comment_in_jira_names_people_without_a_mention() -> None:
    assert "| checkout-dev-2 |" in comment(EXAMPLE, ITEMS, kind="jira").lines


# --- what stands in place of a gap


def test_an_issue_says_what_is_not_recorded() -> None:
    body = issue(standing(4, "Improve monitoring", due=None, due_rule=""), document(summary=None))
    assert "See the root cause in the postmortem." in body
    assert "Not recorded yet. A line here helps whoever closes this." in body
    assert "**Due:** not recorded yet\n" in body
    assert "No owner yet. Assign someone here; the postmortem follows." in body


def test_the_first_sentence_of_a_written_summary_stands_in_for_a_missing_why() -> None:
    doc = document(summary="- The pool, e.g. of `db-a`, was full. Then it was not.\n\nMore.")
    assert "**Why**\nThe pool, e.g. of `db-a`, was full.\n\n" in issue(ITEMS[3], doc)
    said = doc.sections | {Section.SUMMARY: SectionText("It began at 14:05.", Origin.GENERATED)}
    assert "See the root cause in the postmortem." in issue(ITEMS[3], replace(doc, sections=said))


def test_an_owner_who_is_not_in_the_people_map_is_named_in_the_issue_and_the_comment() -> None:
    item = standing(4, "Improve monitoring", owner="release engineer", owner_known=False)
    words = "Owner in the ticket: release engineer. Nobody is assigned, as this name is not in the people map."
    assert words in issue(item)
    assert "| “release engineer”, not in the people map |" in comment(EXAMPLE, [item]).lines


def test_a_note_of_the_caller_takes_the_place_of_the_owner() -> None:
    body = issue(ITEMS[3], owner_note="Sam cannot be assigned in acme/ops.")
    assert "Sam cannot be assigned in acme/ops." in body
    assert "No owner yet" not in body


def test_a_project_without_a_due_date_says_where_the_date_is_kept() -> None:
    body = issue(ITEMS[1], kind="jira", can_show_due=False)
    assert (
        "**Due** 2026-12-17, 30 days, as P1. "
        "This project shows no due date, so it is kept in the postmortem; move it there.\n" in body
    )


def test_a_stated_date_is_said_to_be_as_written() -> None:
    item = replace(ITEMS[0], due_rule="as written")
    assert "**Due:** 2026-12-17\nAs written in the ticket. To move the date" in issue(item)


def test_an_issue_where_more_people_can_read_holds_no_word_of_the_ticket() -> None:
    item = replace(ITEMS[0], incident_ref="OPS-12", owner="release engineer", owner_known=False, due_rule="as SEV2")
    assert TEXTS.issue_title(item, withheld=True) == "Action item 1 of OPS-12"
    for kind in ("github", "jira"):
        body = issue(item, kind=kind, withheld=True)
        assert f"[Action item 1 of OPS-12]({URL}#item-1)" in body
        for words in ("pool", "Checkout", "release engineer", "failover", "SEV2"):
            assert words not in body


def test_a_comment_without_items_says_so() -> None:
    told = comment(document(action_items=None), []).lines
    assert "No action items are recorded yet." in told
    assert "| State |" not in told
    assert "**Not recorded yet:** action items." in told


def test_a_comment_asks_for_the_word_where_filing_waits_for_it() -> None:
    proposed = [replace(ITEMS[0], number=1, state="waiting", proposed=True), ITEMS[1]]
    told = comment(EXAMPLE, proposed).lines
    assert "`/file` for all of them" in told
    assert f"| ◇ Proposed | 1. {ITEMS[0].text}" in told
    assert "/file" not in comment(EXAMPLE, ITEMS).lines


def test_a_state_that_is_not_fresh_carries_when_it_was_last_seen() -> None:
    stale = replace(ITEMS[2], verified_at=datetime(2025, 12, 30, 16, 5, tzinfo=UTC))
    assert "/43), last seen 30 Dec 2025, 17:05 |" in comment(EXAMPLE, [stale]).lines


def test_an_item_that_the_ticket_no_longer_holds_is_shown_so() -> None:
    gone = replace(ITEMS[2], in_text=False)
    assert "(no longer in the ticket)" in comment(EXAMPLE, [gone]).lines
    assert "(no longer in the ticket)" in whole(EXAMPLE, [gone])


# --- the whole document


def test_the_document_has_its_seven_sections_in_order_and_every_gap_asks() -> None:
    text = whole(EXAMPLE)
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [
        "Summary",
        "Impact",
        "Root cause",
        "Timeline",
        "Resolution and recovery",
        "Lessons learned",
        "Action items",
    ]
    assert "## Lessons learned\n\nNot recorded yet. What went well, what did not, where were we lucky?\n" in text
    assert "- **Started:** 17 Nov 2026, 14:05 CET\n" in text
    assert "- **Mitigated:** Not recorded yet\n" in text
    guessed = whole(replace(EXAMPLE, unstated=("started_at", "resolved_at")))
    assert "- **Ticket opened:** 17 Nov 2026, 14:05 CET\n" in guessed
    assert "- **Ticket closed:** 17 Nov 2026, 15:19 CET\n" in guessed
    assert "Started" not in guessed
    assert "Resolved" not in guessed
    assert f"As of Mon 23 Nov 2026, 09:11 CET: {URL}\n" in text


def test_the_document_is_read_back_as_what_it_says() -> None:
    lines = [TimelineLine(at("14:05"), "Latency is up."), TimelineLine(at("15:19"), "Latency is down.")]
    doc = document(lines=lines, impact="- Slow\n- Slower")
    back = read_text(whole(doc))
    assert (back.title, back.severity) == (doc.title, doc.severity)
    assert (back.started_at, back.detected_at, back.mitigated_at, back.resolved_at) == (
        *(doc.started_at, doc.detected_at),
        *(doc.mitigated_at, doc.resolved_at),
    )
    written = (Section.SUMMARY, Section.IMPACT, Section.ROOT_CAUSE, Section.RESOLUTION, Section.LESSONS_LEARNED)
    assert [back.sections[section].text for section in written] == [doc.text(section) for section in written]
    assert back.timeline == tuple(lines)
    owned = [item for item in ITEMS if item.owner]
    assert [(item.text, item.owner, item.due) for item in back.items if item.owner and item.owner.startswith("@")] == [
        (item.text, item.owner, item.due) for item in owned
    ]


def test_a_timeline_of_one_day_shows_clocks_and_names_the_day_and_zone_once() -> None:
    lines = [
        TimelineLine(at("14:05"), "p95 passes 2 seconds.", "comment 5", "https://example.org/5", "Started"),
        TimelineLine(None, "Somebody calls."),
        TimelineLine(at("15:19"), "p95 is at 0.4."),
    ]
    text = whole(document(lines=lines))
    assert (
        "- 14:05 **Started.** p95 passes 2 seconds. ([comment 5](https://example.org/5))\n- Somebody calls.\n" in text
    )
    assert "All times CET (UTC+1), Tuesday 17 November 2026.\n\n- 14:05 " in text


def test_a_timeline_of_two_days_shows_the_day_of_each_line() -> None:
    lines = [TimelineLine(at("23:59"), "It begins."), TimelineLine(at("00:10", 18), "It ends.")]
    assert "- 17 Nov, 23:59 It begins.\n- 18 Nov, 00:10 It ends.\n" in whole(document(lines=lines))


def test_a_timeline_that_a_person_edited_is_shown_as_they_wrote_it() -> None:
    doc = document(lines=[TimelineLine(at("14:05"), "as read")])
    said = SectionText("- 14:05 as edited", Origin.EDITED, by="@alex", at=NOW)
    text = whole(replace(doc, sections=doc.sections | {Section.TIMELINE: said}))
    assert "- 14:05 as edited" in text
    assert "as read" not in text
    assert "1 section edited by people" in text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"started_at": at("14:05"), "resolved_at": at("15:19")},
            "The incident began on Tuesday 17 November 2026 at 14:05 CET and ended at 15:19 CET,"
            " 1 hour 14 minutes later. It concerned checkout and orders-db. Its severity was SEV2.",
        ),
        (
            {"severity": None, "services": ()},
            "The ticket was opened on Tuesday 17 November 2026 at 14:19 CET and closed at 15:31 CET,"
            " 1 hour 12 minutes later.",
        ),
        (
            {"started_at": at("14:05"), "closed_at": None, "severity": None, "services": ("checkout",)},
            "The incident began on Tuesday 17 November 2026 at 14:05 CET. Its end is not recorded yet."
            " It concerned checkout.",
        ),
        (
            {"resolved_at": at("01:19", 18), "severity": None, "services": ()},
            "The ticket was opened on Tuesday 17 November 2026 at 14:19 CET."
            " The incident ended on Wednesday 18 November 2026 at 01:19 CET, 11 hours later.",
        ),
        (
            {"started_at": at("16:00"), "resolved_at": at("15:19"), "severity": None, "services": ()},
            "The incident began on Tuesday 17 November 2026 at 16:00 CET and ended at 15:19 CET.",
        ),
    ],
)
def test_a_summary_that_nobody_wrote_is_made_of_facts_alone(facts: dict, words: str) -> None:
    known = Facts("Checkout slow", "SEV2", ("checkout", "orders-db"), None, None, at("14:19"), at("15:31"))
    assert TEXTS.summary(replace(known, **facts)) == words


# --- templates


def test_a_folder_of_ones_own_replaces_a_text(tmp_path: Path) -> None:
    (tmp_path / "comment_stamp.md.j2").write_text("Stand: {{ now|day }}")
    mine = Texts([tmp_path], "Europe/Berlin", HERE)
    assert mine.comment_body(EXAMPLE, [], [], URL, kind="github", now=NOW).full.endswith("Stand: 23 Nov 2026")


def test_a_template_that_names_what_is_not_there_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "x.md.j2").write_text("{{ nobody }}")
    with pytest.raises(UndefinedError):
        Texts([tmp_path], "UTC", HERE).render("x.md.j2")


def test_html_templates_escape_and_markdown_templates_do_not(tmp_path: Path) -> None:
    for name in ("x.html.j2", "x.md.j2"):
        (tmp_path / name).write_text("{{ value }}")
    texts = Texts([tmp_path], "UTC", HERE)
    assert texts.render("x.html.j2", value="<b>") == "&lt;b&gt;"
    assert texts.render("x.md.j2", value="<b>") == "<b>"
