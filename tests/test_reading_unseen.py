"""What documents showed that nobody had read before: tables that name themselves, plans, dates and lengths."""

from __future__ import annotations

import pytest

from tests.reading_hands import read_text

TABLE = """
| Action Item | Type | Owner | Bug |
| --- | --- | --- |----|
| Sync the versions of all nodes | Prevention | Core team | DONE |
| Check versions before upgrades | Prevention | Core team | TODO |
"""


def times(text: str) -> tuple[str | None, str | None]:
    found = read_text(text)
    return tuple(at.isoformat(timespec="minutes") if at else None for at in (found.started_at, found.resolved_at))  # type: ignore[return-value]


def items(text: str) -> list[tuple[str, bool]]:
    return [(one.text, one.done) for one in read_text(text).items]


def test_a_table_that_names_itself_is_one_of_action_items_wherever_it_stands() -> None:
    assert items(f"# Halt\n**Detection**: people saw it\n{TABLE}") == [
        ("Sync the versions of all nodes", True),
        ("Check versions before upgrades", False),
    ]
    assert items("## Detection\n\n| Action | Time |\n|---|---|\n| We restarted it | 14:05 |\n") == []


@pytest.mark.parametrize(
    "lead",
    [
        "Now that we know the cause, we can plan ahead. The future plans are to:",
        "These improvements are planned:",
        "Our next steps are:",
        "Geplante Verbesserungen:",
    ],
)
def test_a_sentence_may_lead_to_plans_without_a_heading(lead: str) -> None:
    text = f"It broke, and we mended it.\n\n{lead}\n\n1. Watch the age of snapshots.\n2. Extend the storage.\n"
    assert [said for said, _ in items(text)] == ["Watch the age of snapshots", "Extend the storage"]


def test_a_sentence_that_leads_to_what_was_done_leads_to_no_items() -> None:
    assert items("It broke.\n\nThe future plans do not matter: look at these:\n\n- the logs\n- the graphs\n") == []
    assert items("It broke.\n\nWe mended it in these steps:\n\n- We stopped the job.\n- We freed the disk.\n") == []


def test_an_option_that_was_ruled_out_is_no_item() -> None:
    text = (
        "## Action items\n\n- [ ] Raise the memory.\n\n**Option ruled out**: capping the inspection, as it reads all.\n"
    )
    assert items(text) == [("Raise the memory", False)]


def test_a_task_about_what_might_have_happened_is_one() -> None:
    text = "## Next steps\n\n- We are writing to all about logs that might have resulted from it.\n"
    assert len(items(text)) == 1
    assert items("## Next steps\n\n- We should have tested the restore earlier.\n") == []


@pytest.mark.parametrize(
    ("field", "start", "end"),
    [
        ("**Date of incident**: 6 November 2022 between 12:39 UTC (block #8647535) and 17:17 UTC", "12:39", "17:17"),
        ("**Date of incident**: 6th November, 2022 between 12.39UTC (Block #86) and 17.17UTC", "12:39", "17:17"),
        ("**Date of Incident:** Sunday 6th November 2022, 14:32 UTC (Block #13)", "14:32", None),
        ("## Date: November 06, 2022\n## Time: 15:30:00 UTC", "15:30", None),
    ],
)
def test_the_date_of_an_incident_with_its_time_is_its_start(field: str, start: str, end: str | None) -> None:
    day = "2022-11-06T"
    assert times(f"# Halt\n\n{field}\n\nIt stopped.\n") == (f"{day}{start}+00:00", f"{day}{end}+00:00" if end else None)


def test_the_date_of_an_incident_without_a_time_is_no_start() -> None:
    assert times("# Halt\n\n**Date of incident**: 6 November 2022\n\nIt stopped.\n") == (None, None)


def test_gulf_time_is_four_hours_before_utc() -> None:
    assert times("# Halt\n\n**Start**: 2023-09-20 18:32 GST\n")[0] == "2023-09-20T14:32+00:00"


def test_a_text_that_was_published_later_tells_of_the_only_other_day_that_it_names() -> None:
    text = "---\npubDate: May 2, 2024\n---\n\nOn April 30th at 5:05pm UTC we removed a user.\n\n## Impact\n\n"
    assert times(f"{text}Storage was unavailable from 5:05pm UTC until 9:05pm UTC.\n") == (
        "2024-04-30T17:05+00:00",
        "2024-04-30T21:05+00:00",
    )


ROWS = """
## Timeline (UTC)

- 2026-01-29 10:10: Deployment
- 2026-01-29 10:21: Lock wait timeouts in the logs
- 2026-01-29 10:49: We stop the migration
- 2026-01-29 12:06: Everything as before
- 2026-01-29 13:30: The index is whole
"""


def test_the_two_lines_that_lie_as_far_apart_as_it_lasted_are_start_and_end() -> None:
    text = f"The service was unavailable for around 1 hour and 45 minutes.\n{ROWS}"
    assert times(text) == ("2026-01-29T10:21+00:00", "2026-01-29T12:06+00:00")


def test_a_length_that_fits_no_line_or_two_pairs_tells_nothing() -> None:
    assert times(f"The service was unavailable for 50 minutes.\n{ROWS}") == (None, None)
    twice = ROWS.replace("10:10: Deployment", "09:04: Deployment") + "\n- 2026-01-29 10:49: x\n"
    assert times(f"The service was unavailable for 1 hour and 45 minutes.\n{twice}") == (None, None)


def test_an_end_is_the_line_nearest_to_the_start_and_how_long_it_lasted() -> None:
    text = "# Halt\n\n**Start**: 2023-09-20 14:32 UTC\n\n- Downtime for ~19 hours and 33 minutes.\n\n## Timeline\n\n"
    rows = "- 2023-09-21 10:07 UTC: The chain was restarted.\n- 2023-09-21 11:30 UTC: The bug had been resolved.\n"
    assert times(text + rows) == ("2023-09-20T14:32+00:00", "2023-09-21T10:07+00:00")


def test_the_name_of_an_issue_before_its_words_is_its_link_and_hides_no_verb() -> None:
    text = """## Action items

- [GH-101 (Done)](https://github.com/a/b/pull/101): create a management domain.
- [Done](https://github.com/a/b/commit/f8fe09f9bf30864ed5a814fdbb7116ca3d279bad): add a lab environment.
- [GH-104](https://github.com/a/b/issues/104): export instance journald logs.
- [GH-105](https://github.com/a/b/issues/105) – add an alert.
"""
    assert items(text) == [
        ("Create a management domain", True),
        ("add a lab environment", True),
        ("Export instance journald logs", False),
        ("Add an alert", False),
    ]


DATED_ROWS = """
## What happened

| Time (UTC) | Event |
| --- | --- |
| **Aug 28** | A report came in |
| **Aug 31, 10:54** | The fix was applied |
| **Aug 31, 12:38** | Block production halts, as the upgrade had a fault |
| **Aug 31, ~22:00** | Most nodes updated |
| **Sep 1, 04:58** | Finality fully restored |
"""


def test_rows_with_a_day_and_no_year_are_a_timeline_wherever_they_stand() -> None:
    assert times(f"# Halt\n\nOn August 31, 2026, the network stopped.\n{DATED_ROWS}") == (
        "2026-08-31T12:38+00:00",
        "2026-09-01T04:58+00:00",
    )


def test_an_end_with_its_day_is_not_replaced_by_one_that_borrows_the_day_of_the_report() -> None:
    report = "**Date:** September 3, 2026\n\n## Summary\n\nIt was fully restored at 04:58 UTC on September 1.\n\n"
    borrowed = "## Impact\n\nIt resumed when nodes first returned (~22:00 UTC) and was fully restored after that.\n"
    assert times(report + borrowed)[1] == "2026-09-01T04:58+00:00"
    later = "## Impact\n\nIt was fully restored at 05:10 UTC on September 2.\n"
    assert times(report + later)[1] == "2026-09-02T05:10+00:00"


def test_what_was_detected_as_it_began_began_then() -> None:
    fields = "**Detected**: 2026-04-18 03:47 UTC\n**Resolved**: 2026-04-18 03:49 UTC\n"
    assert times(f"{fields}**Duration**: 2m\n")[0] == "2026-04-18T03:47+00:00"
    assert times(f"{fields}**Duration**: 12m\n")[0] is None
    assert times(fields)[0] is None


def test_tasks_that_address_the_issue_are_items_beside_the_measures_above_them() -> None:
    text = """# Postmortem

**Corrective and Preventative Measures:**
To prevent this from happening again, we will:
- Do regular code reviews to find memory leaks.

**Specific tasks to address the issue include:**
- Implement more automated tests to detect memory leaks.
"""
    assert [said for said, _ in items(text)] == [
        "Do regular code reviews to find memory leaks",
        "Implement more automated tests to detect memory leaks",
    ]


def test_actions_that_were_taken_inside_a_timeline_are_no_items() -> None:
    rows = "- Investigated backend services.\n- Checked the network between services.\n"
    assert items(f"## Timeline\n\n- 10:00 it broke\n\n### Actions Taken\n\n{rows}") == []
    nested = "".join(f"  {row}\n" for row in rows.splitlines())
    assert items(f"## Timeline\n\n- **Detection:**\n  - by an alert\n\n- **Actions Taken:**\n{nested}") == []
    assert [done for _, done in items(f"## Actions taken\n\n{rows}")] == [True, True]


@pytest.mark.parametrize(
    "closing",
    [
        "By addressing these tasks, we aim to prevent similar outages in the future.",
        "By implementing these measures, we will prevent similar outages.",
        "By mending the load balancer and watching it, we aim to minimize the impact of similar incidents.",
    ],
)
def test_what_the_measures_are_good_for_is_none_of_them(closing: str) -> None:
    assert items(f"## Corrective measures\n\n- Add an alert on the queue.\n\n{closing}\n") == [
        ("Add an alert on the queue", False)
    ]


def test_a_promise_that_says_how_is_one() -> None:
    text = "## Action items\n\nBy the end of March, we will add an alert on the queue.\n"
    assert [said for said, _ in items(text)] == ["Add an alert on the queue"]


def test_measures_under_a_line_that_names_them_are_items_also_as_prose() -> None:
    text = "Root cause and resolution:\n- A link was missing.\n\nCorrective and preventative measures:\n"
    assert items(f"{text}Improve the monitoring system to detect such issues earlier.\n") == [
        ("Improve the monitoring system to detect such issues earlier", False)
    ]


@pytest.mark.parametrize("label", ["", "Improvements/Fixes:\n"])
def test_lines_without_a_bullet_that_are_a_task_each_are_items(label: str) -> None:
    nouns = "Implementation of redundant servers.\nEnhancement of monitoring to find failures sooner.\n"
    assert [said for said, _ in items(f"## Corrective measures\n\n{label}{nouns}")] == [
        "Implementation of redundant servers",
        "Enhancement of monitoring to find failures sooner",
    ]
    verbs = "Add an alert on the queue.\nTest the failover each week.\n"
    done = "Completed:\nAdd a limit to the pool.\n"
    assert items(f"## Corrective measures\n\n{label}{verbs}{done}") == [
        ("Add an alert on the queue", False),
        ("Test the failover each week", False),
        ("Add a limit to the pool", True),
    ]


def test_prose_that_is_wrapped_or_tells_is_no_list_of_tasks() -> None:
    told = "Detection of the fault took an hour.\nNobody looked at the graphs before.\n"
    assert items(f"## Corrective measures\n\n{told}") == []
    wrapped = "Add an alert on the queue so that the next fault of this kind is seen by the\nPayments team at once.\n"
    assert len(items(f"## Corrective measures\n\n{wrapped}")) == 1


@pytest.mark.parametrize(
    "listed",
    [
        "<ul>\n<li>Add a check for flags</li>\n  <li>Alert on 5xx <b>(done)</b></li>\n</ul>",
        "<ol><li>Add a check for flags</li><li>Alert on 5xx <b>(done)</b></li></ol>",
        "We will:\n<ul>\n<li>Add a check for flags\n<li>Alert on 5xx (done)\n</ul>",
    ],
)
def test_each_entry_of_a_list_in_html_is_an_item_with_its_own_state(listed: str) -> None:
    found = read_text(f"# Incident\n\n<h2>Action items</h2>\n\n{listed}\n").items
    assert [(one.text, one.done) for one in found] == [("Add a check for flags", False), ("Alert on 5xx", True)]


@pytest.mark.parametrize(
    "mark", ["— **DONE** 2025-03-04", "- done on 4 March 2025", "– fixed March 4", ": done 04.03.2025"]
)
def test_an_item_is_done_also_where_the_day_stands_behind_the_word(mark: str) -> None:
    text = f"## Follow-ups\n\n- Train the people on call {mark}\n- Report what breaks - done 3 times a day\n"
    assert items(text) == [("Train the people on call", True), ("Report what breaks - done 3 times a day", False)]


def test_records_may_be_numbered() -> None:
    text = "## Action items\n\nAction 1: Add a check\nOwner: Kim\n\nAction 2: Alert on 5xx\nOwner: Sam\nStatus: Done\n"
    assert [(one.text, one.owner, one.done) for one in read_text(text).items] == [
        ("Add a check", "Kim", False),
        ("Alert on 5xx", "Sam", True),
    ]
