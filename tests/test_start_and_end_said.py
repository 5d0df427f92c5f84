"""Start and end as sentences say them in many wordings, and what sounds like it and is none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.postmortem.fields import Stated, read_fields
from service.postmortem.given import Given
from service.postmortem.outline import outline
from service.words import words

START, END = datetime(2026, 3, 3, 14, 5, tzinfo=UTC), datetime(2026, 3, 3, 15, 10, tzinfo=UTC)
DATED = "# Shop down 2026-03-03\n\n"


def read(text: str, *, file_day: date | None = None) -> Stated:
    return read_fields(outline(text, words()), Given(words(), UTC, None), file_day=file_day)


@pytest.mark.parametrize(
    "sentence",
    [
        "On Tuesday, March 3rd, 2026 at roughly 14:05 UTC Acme experienced a 9 minute rolling failure of all shops.",
        "At approximately 14:05 UTC our API suffered a brief but complete loss of service.",
        "We had a partial outage of the checkout at 14:05 UTC.",
        "On March 3rd at about 2:05 PM UTC, the shop saw a sudden and severe degradation.",
        "Around 14:05 UTC on 3 March, customers encountered widespread connection errors.",
        "Starting at 14:05 UTC, Acme experienced elevated API errors across two regions.",
        "Our payment service underwent a total outage shortly after 14:05 UTC.",
        "The cluster experienced a series of cascading node failures beginning at 14:05 UTC.",
        "At 14:05 UTC (3 March 2026) the hub suffered from an unexpected storage failure.",
        "At 14:05 the platform faced a major service disruption.",
        "It was at 14:05 UTC that the site sustained a full network outage.",
        "At 14:05 UTC users saw a lot of 500 errors.",
        "In the afternoon, at 14:05, Acme had a short interruption of all logins.",
    ],
)
def test_trouble_that_somebody_has_near_a_time_is_the_start(sentence: str):
    assert read(f"{DATED}{sentence}\n").moments == {"started": START}


@pytest.mark.parametrize(
    "sentence",
    [
        "At 2:05 PM UTC on March 3rd, two of our packages were compromised with a stolen token.",
        "At 14:05 UTC on Tuesday our account at the registry was hijacked.",
        "At 2.05 PM UTC on the 3rd of March the hubs went down.",
        "The hubs went down around 2.05 PM UTC, and nobody knew.",
        "At 14:05 UTC, the first reflector error shows up in the log of the hub.",
        "At 14:05:00 UTC the first connection timeout was in the log.",
    ],
)
def test_a_clock_with_a_dot_and_a_clock_before_its_day_are_times(sentence: str):
    assert read(f"{DATED}{sentence}\n").moments == {"started": START}


@pytest.mark.parametrize(
    "sentence",
    [
        "The disk was replaced at 13:30 UTC, the shop went down approx 14:05 UTC.",
        "The node was retired at 14:00, the API stopped responding at ~14:05.",
        "A release went out at 13:58; checkout became unresponsive at around 14:05.",
        "Merged at 13:50, rolled forward at 13:55, and everything went offline just after 14:05 UTC.",
        "The certificate was changed by Sam at 13:00, all hubs went down (14:05).",
        "Deployed at 13:50 UTC, the shop became unavailable, at about 14:05 UTC.",
    ],
)
def test_a_verb_straight_before_a_time_takes_that_time(sentence: str):
    assert read(f"{DATED}{sentence}\n").moments == {"started": START}


@pytest.mark.parametrize(
    "sentence",
    [
        "At 14:05 UTC we had an incident review with all teams.",
        "At 14:05 UTC we had an outage call.",
        "At 14:05 UTC we saw a drop in errors.",
        "By 14:05 UTC we saw an error in the log and looked into it.",
        "At 14:05 UTC Alex had an idea about the outage.",
        "No service experienced an outage at 14:05 UTC.",
        "At 14:05 UTC we asked whether another team had experienced an outage.",
        "At 14:05 UTC the alert that users experienced errors came.",
        "If the shop suffered an outage at 14:05 UTC nobody would see it.",
        "At 14:05 UTC users no longer experienced errors.",
        "We use version 2.05 of the driver and had a look at the outage.",
        "Our test at 14:05 UTC experienced no failures.",
    ],
)
def test_trouble_that_is_talked_about_or_gone_is_no_start(sentence: str):
    assert "started" not in read(f"{DATED}{sentence}\n").moments


@pytest.mark.parametrize(
    "summary",
    [
        "On the evening of 2 March several users saw errors. All was fixed in 40 minutes.",
        "On March 2 the shop was unavailable for half an hour.",
        "In the night of March 2nd checkout failed for many customers.",
    ],
)
def test_the_one_day_that_trouble_is_told_of_is_that_of_the_timeline(summary: str):
    text = (
        f"{summary}\n\n## Timeline\n\nAll times in UTC\n\n### 21:05\nThe shop went down.\n\n### 22:10\nAll is well.\n"
    )
    ended = datetime(2026, 3, 2, 22, 10, tzinfo=UTC)
    assert read(f"---\ntitle: Shop down\ndate: 2026-03-03\n---\n\n## Summary\n\n{text}").moments["resolved"] == ended
    assert read(f"# Shop down\n\n{text}", file_day=date(2026, 3, 3)).moments["resolved"] == ended


@pytest.mark.parametrize(
    "summary",
    [
        "The release of 2 March was fine. The shop was down for an hour.",
        "On 2 March we deployed. On 3 March the shop was unavailable.",
        "On 2 February the shop had failed before.",
    ],
)
def test_another_day_beside_the_trouble_is_not_that_of_the_timeline(summary: str):
    text = f"{summary}\n\n## Timeline\n\nAll times in UTC\n\n- 14:05 The shop went down\n- 15:10 All is well.\n"
    found = read(f"---\ntitle: Shop down\ndate: 2026-03-03\n---\n\n## Summary\n\n{text}")
    assert found.moments == {"started": START, "resolved": END}


def test_a_start_under_the_lessons_counts_where_nothing_else_tells_it():
    lesson = "## What went wrong\n\n- The hubs went down around 2.05 PM UTC. Nobody was told.\n"
    assert read(f"{DATED}{lesson}").moments == {"started": START}
    assert read(f"{DATED}The shop went down at 14:00 UTC.\n\n{lesson}").moments["started"] == START.replace(minute=0)


def test_a_start_under_the_lessons_that_lies_behind_the_end_is_none():
    text = f"{DATED}Back to normal at 13:10 UTC.\n\n## What went wrong\n\n- The alerting went down at 14:05 UTC.\n"
    assert read(text).moments == {"resolved": END.replace(hour=13)}


@pytest.mark.parametrize(
    "text",
    [
        "The shop went down at 23:10 UTC and was back up at 00:40 UTC.",
        "The shop went down at 23:10 UTC. It was unavailable until 00:40 UTC.",
    ],
)
def test_an_end_past_midnight_is_of_the_day_after(text: str):
    assert read(f"{DATED}{text}\n").moments["resolved"] == datetime(2026, 3, 4, 0, 40, tzinfo=UTC)


def test_an_until_before_the_start_is_no_end():
    text = "The shop went down at 14:05 UTC. Reports were unavailable until 12:15 UTC."
    assert read(f"{DATED}{text}\n").moments == {"started": START}


@pytest.mark.parametrize(
    "field",
    [
        "**MTTR**: 65 minutes (14:05 → 15:10 UTC)",
        "**Time to resolve**: 1h 5m (14:05 - 15:10 UTC)",
        "**Time to recovery:** 65 minutes, 14:05 UTC to 15:10 UTC",
        "- MTTR: 14:05-15:10 UTC",
    ],
)
def test_a_time_to_recover_with_both_times_tells_start_and_end(field: str):
    assert read(f"{DATED}{field}\n").moments == {"started": START, "resolved": END}


def test_support_hours_beside_a_time_to_resolve_are_no_incident():
    found = read(f"{DATED}- **Time to resolve**: 33h 15m (during support hours 10:00-17:00 M-F)\n")
    assert found.moments == {}
    assert found.duration is None


@pytest.mark.parametrize("wrapped", ["Sam saw that some pods did not start", "Nothing more to see here for now"])
def test_a_line_that_the_writer_began_says_a_thing_of_its_own(wrapped: str):
    text = (
        f"{DATED}## Timeline\n\n14:05 UTC\nThe shop went down\n\n15:10 UTC\n{wrapped}\nIncident officially resolved!\n"
    )
    found = read(text)
    assert found.moments == {"started": START, "resolved": END}
    assert found.timeline[-1].text == f"{wrapped}. Incident officially resolved!"


def test_a_line_that_the_editor_broke_is_one_with_the_next():
    broken = (
        "- 15:10 UTC the hub was asked again and again by the people of the other\n  Acme team whether it was well\n"
    )
    text = read(f"{DATED}## Timeline\n\n{broken}").timeline[-1].text
    assert text == "the hub was asked again and again by the people of the other Acme team whether it was well"


@pytest.mark.parametrize(
    "rows",
    [
        "- 14:05 – 15:10: The API is unavailable\n- 16:00: Review\n",
        "- 13:00 Release\n- 14:05 to 15:10 Full outage of the shop\n- 15:12-16:00 We watch the dashboards\n",
        "| Time | What |\n|---|---|\n| 13:50 | Release |\n| 14:05 - 15:10 | Checkout returned errors for all |\n",
        "- 14:05 – 14:20: Checkout is unavailable\n- 14:50 – 15:10: Checkout is unavailable\n",
        "- 14:05 – 14:20: Checkout is unavailable\n- 14:50: Still slow\n- 15:10: Everything is back to normal\n",
    ],
)
def test_a_row_that_is_a_span_of_trouble_is_start_and_end(rows: str):
    assert read(f"{DATED}## Timeline (UTC)\n\n{rows}").moments == {"started": START, "resolved": END}


@pytest.mark.parametrize(
    "row",
    [
        "- 14:05 – 15:10: Sam debugs why checkout was down",
        "- 14:05 – 15:10: Users report that checkout is unavailable",
        "- 14:05 – 15:10: Investigating why checkout was down",
        "- 14:05 – 15:10: Review of the release",
    ],
)
def test_a_row_that_is_a_span_of_work_is_neither_start_nor_end(row: str):
    assert not {"started", "resolved"} & read(f"{DATED}## Timeline (UTC)\n\n{row}\n").moments.keys()


@pytest.mark.parametrize(
    "fields",
    [
        "Started: 2026-03-03 14:05 UTC<br>Resolved: 2026-03-03 15:10 UTC",
        "Component: the shop<br> Start: 2026-03-03 14:05\nUTC<br/> End: 2026-03-03\n15:10 UTC<br> Impact: many,\nall",
        "**Start:** 2026-03-03 14:05 UTC, **End:** 2026-03-03 15:10 UTC",
        "- **Start:** 2026-03-03 14:05 UTC / **End:** 2026-03-03 15:10 UTC",
        "Start: 2026-03-03 14:05 UTC; End: 2026-03-03 15:10 UTC",
        "| Field | Value |\n|---|---|\n| Times | Start: 2026-03-03 14:05 UTC<br>End: 2026-03-03 15:10 UTC |",
    ],
)
def test_two_fields_in_one_line_are_two(fields: str):
    assert read(f"# Shop\n\n{fields}\n").moments == {"started": START, "resolved": END}


def test_fields_behind_html_breaks_keep_their_lines():
    text = "Component: the shop<br> Start: 2026-03-03 14:05\nUTC<br>\nEnd: 2026-03-03 15:10 UTC<br> Severity: SEV2\n"
    found = read(f"# Shop\n\n{text}").evidence
    assert [found[name].first for name in ("started_at", "resolved_at", "severity")] == [3, 5, 5]


@pytest.mark.parametrize(
    "sentence",
    [
        "On March 3, 2026, at 14:05 UTC, our primary datacenter lost power.",
        "At 14:05 UTC on the 3rd March, all workers crashed.",
        "On 3 March at about 2.05pm UTC the login broke.",
        "Shortly before 14:00 UTC a bad config was merged; at 14:05 UTC the API started to return 500s.",
        "The hub had been unreachable since 14:05 UTC.",
        "The deploy finished at 13:55, the first failed requests came in at 14:05 UTC.",
        "At 14:05 UTC a partial outage hit the region.",
        "Tuesday 3 March, 14:05 UTC: the mail server stops delivering.",
    ],
)
def test_a_summary_tells_the_start_in_many_words(sentence: str):
    assert read(f"{DATED}## Summary\n\n{sentence}\n").moments == {"started": START}


@pytest.mark.parametrize(
    "sentence",
    [
        "Users began to see 502s around 14:05 UTC; service was restored at 15:10 UTC.",
        "Service was degraded as of 14:05 UTC and recovered at 15:10 UTC.",
        "At 14:05 UTC the shop crashed, and by 15:10 UTC it was running normally again.",
        "The shop was back at 15:10 UTC after going down at 14:05 UTC.",
        "Checkout failed completely at 14:05 UTC. We declared the incident resolved at 15:10 UTC.",
        "We experienced a service disruption on March 3rd, from 2:05 PM until 3:10 PM UTC.",
        "The outage, which started at 14:05 UTC, was over by 15:10 UTC.",
        "A 65-minute outage of checkout began on 3 March at 14:05 UTC and ended at 15:10 UTC.",
    ],
)
def test_a_summary_tells_start_and_end_in_many_words(sentence: str):
    assert read(f"{DATED}## Summary\n\n{sentence}\n").moments == {"started": START, "resolved": END}


@pytest.mark.parametrize(
    "sentence",
    [
        "The number of failures has fallen since 14:05 UTC.",
        "Alex reported at 14:05 UTC that the shop crashed.",
        "At 14:05 UTC we were told that a partner had suffered an outage the week before.",
        "At 14:05 UTC Sam found out that our keys were compromised.",
        "The team that started at 14:05 UTC reads the alerts.",
        "The old release was back at 14:05 UTC but errors went on.",
    ],
)
def test_a_summary_of_other_things_tells_no_start(sentence: str):
    assert "started" not in read(f"{DATED}## Summary\n\n{sentence}\n").moments
