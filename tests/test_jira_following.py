"""The Jira tracker against the sandbox over real HTTP: issues followed, references resolved, the connection checked."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import State, Tracked
from tests.jira_hands import KINDS, LONG_AGO, MARKER, elsewhere, sam_of, sandbox_of, source, tracker


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        sandbox.add_user("Sam", account_id=sam_of(sandbox))
        yield sandbox


READ_MANY = "/bulkfetch$|/search$"


def followed(*issues) -> list[Tracked]:
    return [Tracked(one.id, one.key, {"key": one.key, "project": one.project.key}) for one in issues]


# --- following --------------------------------------------------------------------------------------------------------


def test_each_state_has_jiras_own_word_beside_it(jira):
    issues = [jira.create_issue("PAY", f"n{number}", duedate="2026-12-01") for number in range(4)]
    jira.transition(issues[1], "In Review")
    jira.transition(issues[2], "Done")
    jira.transition(issues[3], "Done", "Won't Do")
    jira.change(issues[1], "Alex", assignee=sam_of(jira))
    seen = tracker(jira).states([*followed(*issues), Tracked("99999", "PAY-99", {})])
    assert [(one.state, one.word) for one in sorted(seen.states, key=lambda one: one.id)] == [
        (State.OPEN, "To Do"),
        (State.IN_PROGRESS, "In Review"),
        (State.DONE, "Done"),
        (State.WONT_DO, "Won't Do"),
    ]
    assert seen.missing == {"99999"}
    assert seen.verified == {one.id for one in issues}
    by_id = {one.id: one for one in seen.states}
    assert by_id[issues[1].id].assignee.id == sam_of(jira)
    assert by_id[issues[0].id].due.isoformat() == "2026-12-01"
    assert by_id[issues[3].id].ended_at is not None
    assert by_id[issues[0].id].ended_at is None


def test_a_moved_issue_keeps_its_id_and_tells_its_new_key(jira):
    issue = jira.create_issue("PAY", "n")
    before = followed(issue)
    jira.move(issue, "OPS")
    (state,) = tracker(jira).states(before).states
    assert (state.label, state.native["project"]) == ("OPS-1", "OPS")


def test_of_many_issues_only_those_that_changed_are_read(jira):
    jira.clock = lambda: datetime.now(UTC) - timedelta(hours=3)
    issues = [jira.create_issue("PAY", f"n{number}") for number in range(110)]
    jira.clock = lambda: datetime.now(UTC)
    jira.transition(issues[7], "Done")
    jira.reset_calls()
    since = datetime.now(UTC) - timedelta(minutes=5)
    seen = tracker(jira).changes(since, followed(*issues))
    assert [one.id for one in seen.states] == [issues[7].id]
    asked = [call for call in jira.calls if "jql" in call.query]
    assert len(asked) == 1
    assert len(jira.calls) == 2  # what changed, and how it is now
    assert seen.cursor == seen.states[0].updated_at
    few = tracker(jira).changes(since, followed(*issues[:3]))
    assert len(few.verified) == 3


def test_a_bad_place_or_a_dead_server_is_a_problem_with_its_issues_and_no_error(jira):
    issues = [jira.create_issue("PAY", f"n{number}") for number in range(101)]
    lost = jira.create_issue("OPS", "x")
    no_such = {"errorMessages": ["The value 'OPS' does not exist for the field 'project'."], "errors": {}}
    jira.fault("GET", "/search", "status", status=400, body=no_such)
    seen = tracker(jira).changes(datetime.now(UTC) - timedelta(minutes=5), followed(*issues, lost))
    assert [(one.scope, one.ids) for one in seen.problems] == [("OPS", (lost.id,))]
    assert len(seen.states) == 101
    jira.fault("POST", READ_MANY, "status", status=401, times=9)
    (problem,) = tracker(jira).states(followed(lost)).problems
    assert (problem.status, problem.ids) == (401, (lost.id,))


def test_a_read_is_tried_again_and_a_login_page_is_no_answer(jira):
    issue = jira.create_issue("PAY", "n")
    jira.fault("GET", "/issue/", "status", times=2, status=503)
    assert tracker(jira).resolve(issue.key, elsewhere()).id == issue.id
    jira.fault("POST", READ_MANY, "html", times=3)
    assert tracker(jira).states(followed(issue)).problems


@pytest.mark.parametrize("jira", ["cloud"], indirect=True)
def test_a_page_token_that_repeats_ends_the_search(jira):
    page = {"issues": [], "nextPageToken": "again", "isLast": False}
    jira.fault("GET", "search/jql", "status", times=50, status=200, body=page)
    assert tracker(jira).look([MARKER], "PAY", elsewhere(), LONG_AGO, deep=True) == {}
    assert jira.count("GET", "search/jql") == 2


def test_a_reference_is_a_key_or_an_address_of_this_jira(jira):
    issue = jira.create_issue("PAY", "n")
    it = tracker(jira)
    for reference in (issue.key, f"{jira.url}/browse/{issue.key}", f"{jira.url}/x?selectedIssue={issue.key}"):
        assert it.resolve(reference, elsewhere()).label == issue.key, reference
    for reference in ("PAY-99", "#12", "acme/ops#4", "https://example.org/browse/PAY-1", "http://[", "UTF-8"):
        assert it.resolve(reference, elsewhere()) is None, reference


def test_the_reason_is_the_last_comment_of_a_person_in_one_line(jira):
    issue = jira.create_issue("PAY", "n")
    (tracked,) = followed(issue)
    it = tracker(jira)
    assert it.reason(tracked) == ""
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    jira.comment(issue, "Not worth it,\nsee *OPS-1*.", created=at)
    jira.comment(issue, "secret", visibility={"type": "role", "value": "Staff"}, created=at + timedelta(minutes=1))
    jira.comment(issue, "{color:#97a0af}afterword:nudge key=aa n=1{color}", created=at + timedelta(minutes=2))
    assert it.reason(tracked) == "Not worth it, see **OPS-1**."


# --- checking ---------------------------------------------------------------------------------------------------------


def test_check_says_that_all_is_well_or_what_to_mend(jira):
    assert [(one.subject, one.level) for one in tracker(jira).check(["PAY"])] == [("Jira PAY", "ok")]
    jira.create_project("WEB", required={"customfield_10010": "Component"}, off_screen=("duedate",))
    (required, note) = tracker(jira).check(["WEB"])
    assert (required.level, required.text) == ("MEND", "requires “Component”")
    assert 'customfield_10010 = "…"' in required.mend
    assert note.level == "note"
    (kind,) = tracker(jira, issue_type="Chore").check(["PAY"])
    assert "Task (10001), Bug (10002)" in kind.mend
    found = tracker(jira, link_type="Nope", priorities={"P0": "Blocker"}).check(["PAY", "GONE"])
    assert [one.level for one in found] == ["ok", "note", "MEND", "MEND"]
    jira.lacking.add("CREATE_ISSUES")
    assert "Create issues" in tracker(jira).check([])[0].text


def test_check_never_raises(jira):
    (denied,) = tracker(jira, token=None, user=None).check(["PAY"])
    assert "401" in denied.text
    assert "JIRA_TOKEN" not in denied.mend
    jira.stop()
    (dead,) = tracker(jira).check(["PAY"])
    assert dead.level == "MEND"
    assert source(jira).check()[0].level == "MEND"
