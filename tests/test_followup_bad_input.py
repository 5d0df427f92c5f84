"""What follow-through may be given: dates at both ends of time, no zone, one login for two, addresses of many lines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import IssueState, State
from service import wiring
from service.followup.merge import Known, merge
from service.followup.render import render
from service.followup.report import compute
from service.followup.snapshot import from_json, to_json
from service.postmortem.due import due_for
from service.settings import SettingsError
from service.texts import Texts
from service.web.report_page import render_report_html
from tests.report_facts import CLOSED, MONDAY, facts, item

ENDS = (date.min, date(1926, 11, 23), date(9999, 12, 30), date.max)
TEXTS = Texts([], "Europe/Berlin", "https://postmortems.example.org")


def refused(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        wiring.load_settings(file, {})
    return " ".join(str(caught.value).split())


@pytest.mark.parametrize("due", ENDS)
def test_a_due_date_at_either_end_of_time_is_counted_and_shown_in_every_form(due: date) -> None:
    report = compute(facts(item(1, due=due), item(2, due=due, state="done", ended_at=CLOSED)))
    late = (date(2026, 11, 23) - due).days
    assert (report.overdue, report.oldest_late) == ((1, late) if late > 0 else (0, 0))
    assert report.done_late == (1 if late > 0 else 0)
    assert from_json(to_json(report)) == report
    forms = render(report, TEXTS, lambda one: render_report_html(one, public_url="https://postmortems.example.org"))
    assert due.isoformat() in forms["csv"].decode()
    assert str(due.year) in forms["md"].decode()


def test_a_date_in_a_tracker_at_either_end_of_time_is_followed() -> None:
    known = Known(
        id=1, incident_id=1, issue_id="I_1", issue_label="acme/ops#1", issue_url="https://github.example/1",
        issue_native={}, state=State.OPEN, word="open", title="Page sooner", assignee=None, assignee_name=None,
        due=date(2026, 12, 17), due_rule="as written", tracker_due=date(2026, 12, 17), ended_at=None,
        ended_reason=None, updated_at=CLOSED, verified_at=CLOSED, unreachable_since=None, stale_since=None,
    )  # fmt: skip
    for due in ENDS:
        seen = IssueState(
            id="I_1", label="acme/ops#1", url="https://github.example/1", state=State.OPEN, word="open",
            title="Page sooner", updated_at=MONDAY, due=due, assignee=None,
        )  # fmt: skip
        merged = merge(known, seen)
        assert merged.values["due"] == due
        assert [one.now for one in merged.changes] == [due.isoformat()]


def test_a_rule_that_leads_beyond_time_gives_the_last_day_there_is() -> None:
    closed = date.max - timedelta(days=3)
    assert due_for(None, "P1", None, closed, {"P1": 30}) == (date.max, "30 days, as P1")


@pytest.mark.parametrize("part", ["report", "reports.pay", "nudges"])
@pytest.mark.parametrize("zone", ["Mars/Base", "CEST", "../../etc/passwd", "Europe/Berlin\\n", ""])
def test_a_zone_that_does_not_exist_is_named_with_what_to_write(tmp_path: Path, part: str, zone: str) -> None:
    said = refused(tmp_path, f'[{part}]\ntimezone = "{zone}"\n')
    assert "is not a timezone. Write its name" in said
    assert "line 2" in said


@pytest.mark.parametrize("key", ["github", "jira", "email"])
def test_one_login_of_two_people_is_refused_with_both_names(tmp_path: Path, key: str) -> None:
    alex, sam = f'name = "alex"\n{key} = "Ops-1@example.org"', f'name = "sam"\n{key} = "@ops-1@example.org "'
    people = f"[[people]]\n{alex}\n[[people]]\n{sam}\n"
    said = refused(tmp_path, people)
    assert 'is that of "alex" too.' in said
    assert "line 6" in said


def test_the_same_words_in_two_tools_are_no_clash(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[people]]\nname = "alex"\ngithub = "alex"\njira = "alex"\nemail = "a@b.example"\n'
    )
    assert len(wiring.load_settings(tmp_path / "mine.toml", {}).people) == 1


@pytest.mark.parametrize(
    "address", ["a@example.org\\nBcc: b@example.net", "a@example.org\\r\\nX: 1", "a b@example.org"]
)
def test_a_mail_address_of_two_lines_is_refused(tmp_path: Path, address: str) -> None:
    assert "is no address." in refused(tmp_path, f'[[people]]\nname = "alex"\nemail = "{address}"\n')


def test_an_item_of_a_year_that_ended_before_it_was_promised_took_no_days() -> None:
    long_ago = datetime(1926, 1, 1, tzinfo=UTC)
    report = compute(facts(item(1, state="done", ended_at=long_ago)))
    assert (report.done, report.done_late) == (1, 0)
