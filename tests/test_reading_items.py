"""Action items: in every form that people give them, and never one that is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.postmortem.model import ReadItem
from tests.reading_hands import read_text

FIXTURES = Path(__file__).parent / "fixtures" / "reading"
TODAY = date(2026, 11, 17)


def items(text: str) -> tuple[ReadItem, ...]:
    return read_text(f"# Down\n\nIt broke.\n\n## Action items\n\n{text}\n", today=TODAY).items


def one(line: str) -> ReadItem:
    (item,) = items(f"- {line}")
    return item


def test_a_table_is_read_by_its_header() -> None:
    first, second, third = read_text((FIXTURES / "checkout.md").read_text("utf-8"), today=TODAY).items
    assert first.text == "Test pooled connections with a write"
    assert (first.owner, first.due, first.priority, first.done) == ("@checkout-dev-2", date(2026, 12, 17), "P1", False)
    assert first.refs == ("acme/checkout#318",)
    assert (second.owner, second.due, second.done) == ("payments team", date(2026, 12, 1), True)
    assert second.refs == ("https://jira.example/browse/PAY-207",)
    assert (third.owner, third.due, third.priority, third.done) == (None, None, None, False)


def test_a_numbered_list_with_bold_lead_ins_fields_and_names() -> None:
    alert, restart, drain, support = read_text((FIXTURES / "night.md").read_text("utf-8"), today=TODAY).items
    assert (alert.text, alert.why) == ("Alert on the depth of the queue", "nobody saw it grow.")
    assert (alert.owner, alert.due) == ("sam", date(2026, 12, 3))
    assert alert.done_when == "a page comes within 5 minutes"
    assert restart.done
    assert (drain.text, drain.owner) == ("Write down how to drain a queue", "alex")
    assert support.owner == "sam"
    assert [item.position for item in (alert, restart, drain, support)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("[ ] Add an alert", False),
        ("[x] Add an alert", True),
        ("[X] Add an alert", True),
        ("Add an alert (DONE)", True),
        ("Add an alert. DONE in [PR](https://github.com/acme/ops/pull/5)", True),
        ("Add an alert ✅", True),
        ("✅ Add an alert", True),
        ("~~Add an alert~~", True),
        ("DONE: Add an alert", True),
        ("Add an alert - done", True),
        ("Add an alert [completed]", True),
        ("☑ Add an alert", True),
        ("☐ Add an alert", False),
        ("Add an alert", False),
    ],
)
def test_done_is_marked_in_many_ways(line: str, done: bool) -> None:
    item = one(line)
    assert (item.text.rstrip("."), item.done) == ("Add an alert", done)


@pytest.mark.parametrize(
    "line", ["Check that backups are done", "Note what was not done", "Say when a fix is completed"]
)
def test_a_sentence_about_done_is_not_done(line: str) -> None:
    assert (one(line).text, one(line).done) == (line, False)


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("Add an alert @sam", "@sam"),
        ("Add an alert (@sam)", "@sam"),
        ("@sam to add an alert", "@sam"),
        ("@acme/sre: add an alert", "@acme/sre"),
        ("Add an alert `@sam`", "@sam"),
        ("Add an alert, owner: sam", "sam"),
        ("Add an alert (Owner: Sam Doe)", "Sam Doe"),
        ("Add an alert [Assignee: @sam]", "@sam"),
        ("Add an alert — @sam", "@sam"),
        ("Add an alert | Owner: TBD", None),
        ("Add an alert", None),
    ],
)
def test_an_owner_is_taken_where_it_is_clearly_written(line: str, owner: str | None) -> None:
    item = one(line)
    assert (item.text.lower(), item.owner) == ("add an alert", owner)


@pytest.mark.parametrize(
    "line",
    [
        "Ask @sam about the alert",
        "Move Kafka to another node",
        "Upgrade the cluster (Kubernetes)",
        "Mail ops@example.org",
    ],
)
def test_an_unclear_owner_stays_in_the_text(line: str) -> None:
    assert (one(line).text, one(line).owner) == (line, None)


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("Add an alert due:2026-12-01", date(2026, 12, 1)),
        ("Add an alert (due: 2026-12-01)", date(2026, 12, 1)),
        ("Add an alert by 2026-12-01", date(2026, 12, 1)),
        ("Add an alert by 1 December", date(2026, 12, 1)),
        ("Add an alert, due Jan 5th", date(2027, 1, 5)),
        ("Add an alert (deadline: 3. Dezember 2026)", date(2026, 12, 3)),
        ("Add an alert (2026-12-01)", date(2026, 12, 1)),
    ],
)
def test_a_due_date_needs_a_day_and_a_month(line: str, due: date) -> None:
    assert (one(line).text, one(line).due) == ("Add an alert", due)


@pytest.mark.parametrize(
    "line", ["Add an alert by Q4 2026", "Raise 3 alerts in May", "Add an alert by the end of 2026", "Add 10"]
)
def test_no_date_is_invented(line: str) -> None:
    assert (one(line).text, one(line).due) == (line, None)


def test_a_day_without_a_year_is_no_date_where_no_year_is_known() -> None:
    reading = read_text("## Action items\n- Add an alert by 1 December\n")
    assert reading.items[0].due is None


@pytest.mark.parametrize(
    "line",
    ["[P1] Add an alert", "P1: Add an alert", "Add an alert P1", "Add an alert (P1)", "Add an alert, priority: 1"],
)
def test_a_priority_is_taken_off(line: str) -> None:
    assert (one(line).text, one(line).priority) == ("Add an alert", "P1")


@pytest.mark.parametrize(
    ("line", "text", "refs"),
    [
        ("Add an alert #12", "Add an alert #12", ("#12",)),
        ("Add an alert (acme/ops#12)", "Add an alert", ("acme/ops#12",)),
        ("PAY-12 Add an alert", "PAY-12 Add an alert", ("PAY-12",)),
        (
            "Add an alert [issue](https://github.com/acme/ops/issues/4)",
            "Add an alert",
            ("https://github.com/acme/ops/issues/4",),
        ),
        (
            "Add an alert <https://github.com/acme/ops/issues/4>",
            "Add an alert",
            ("https://github.com/acme/ops/issues/4",),
        ),
        (
            "https://github.com/acme/ops/issues/4",
            "https://github.com/acme/ops/issues/4",
            ("https://github.com/acme/ops/issues/4",),
        ),
        ("Use UTF-8 and TLS-1 after CVE-2026-1, see PR #9", "Use UTF-8 and TLS-1 after CVE-2026-1, see PR #9", ()),
    ],
)
def test_references_are_the_issues_that_an_item_names(line: str, text: str, refs: tuple[str, ...]) -> None:
    assert (one(line).text, one(line).refs) == (text, refs)


def test_nested_details_are_no_items_and_nested_boxes_under_a_group_are() -> None:
    found = items(
        "- Alerting:\n  - [ ] Add an alert\n  - [ ] Page after 3 minutes\n- Write a runbook\n  - with pictures\n"
    )
    assert [item.text for item in found] == ["Add an alert", "Page after 3 minutes", "Write a runbook"]


def test_a_heading_of_its_own_is_an_item_and_a_heading_above_a_list_is_a_group() -> None:
    found = items(
        "### 1) Reduce the workers `@sam`\n\nFrom 16 to 12.\n\n"
        "### Documentation\n\n- Write a runbook\n\n### Process\n\nNone.\n"
    )
    assert [(item.text, item.owner, item.why) for item in found] == [
        ("Reduce the workers", "@sam", "From 16 to 12."),
        ("Write a runbook", None, None),
    ]


def test_a_group_named_completed_is_done() -> None:
    found = items(
        "### Immediate actions (completed)\n\n- Raise the limit\n\n### Long-term improvements\n\n- Split the pool\n"
    )
    assert [(item.text, item.done) for item in found] == [("Raise the limit", True), ("Split the pool", False)]


def test_the_same_item_twice_is_one_and_takes_what_the_other_states() -> None:
    found = items("- Add an alert\n- [x] add an alert. @sam\n")
    assert [(item.text, item.owner, item.done) for item in found] == [("Add an alert", "@sam", True)]


@pytest.mark.parametrize(
    "text",
    [
        "- [ ]\n- ",
        "- TBD\n- N/A\n- ...",
        "- <action>\n- {{ action item }}\n- [Insert action]",
        "None.",
        "<!--\n- [ ] Add an alert\n-->",
        "| Action | Owner |\n|---|---|\n| | |\n| TBD | |",
        "- Action item 1\n- Action item 2",
        "We are still thinking about it.",
    ],
)
def test_a_placeholder_is_no_item(text: str) -> None:
    assert items(text) == ()


def test_boxes_outside_an_action_section_are_no_items() -> None:
    assert read_text("# Down\n\n## Checklist\n\n- [ ] Told the support team\n\n## Impact\n\n- [ ] Big\n").items == ()


def test_bold_paragraphs_tables_and_typed_bullets_stand_side_by_side() -> None:
    found = items(
        "**Short term:**\n- Do a first\n\n**Add more alerts**\nWe were blind.\n\n"
        "| What | Who | By when |\n|---|---|---|\n| Do b | @sam | 3 Dec 2026 |\n\n"
        "• Do c\n• Do d\n\n[ ] Do e\n[x] Do f\n"
    )
    assert [item.text for item in found] == ["Do a first", "Add more alerts", "Do b", "Do c", "Do d", "Do e", "Do f"]
    assert (found[1].why, found[2].owner, found[2].due) == ("We were blind.", "@sam", date(2026, 12, 3))
    assert [item.done for item in found[-2:]] == [False, True]


def test_several_facts_in_one_line_are_all_taken_off() -> None:
    item = one("P2: Upgrade the driver; owner: Alex; due: 2026-12-05; ticket: PAY-9")
    assert (item.text, item.priority, item.owner, item.refs) == ("Upgrade the driver", "P2", "Alex", ("PAY-9",))
    assert item.due == date(2026, 12, 5)
