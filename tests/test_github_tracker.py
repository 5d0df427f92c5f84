"""The GitHub tracker against the sandbox over real HTTP: what is filed, refused, resolved."""

import threading
from datetime import datetime, timedelta, timezone

import pytest

from connectors.base import Missing, OutcomeUnknown, Refused, Secret, State, Tracked
from connectors.github import Tracker, TrackerSettings
from tests.github_hands import LONG_AGO, MARKER, draft, incident_of, jira_incident, posts, tracker, two_repositories


@pytest.fixture
def github():
    with two_repositories() as sandbox:
        yield sandbox


def test_an_issue_is_filed_with_marker_labels_assignee_and_parent_in_one_post(github):
    incident = incident_of(github)
    github.reset_calls()
    filed = tracker(github).create(draft(incident, assignee="sam"))
    assert [(call.method, call.path) for call in github.calls] == [
        ("GET", "/repos/acme/checkout"),
        ("POST", "/repos/acme/checkout/issues"),
    ]
    made = github.issue("acme/checkout", 1)
    assert made.body.splitlines()[0] == f"<!-- afterword:item key={MARKER} -->"
    assert made.labels == ["afterword", "team:checkout"]
    assert made.assignees == ["sam"]
    assert made.parent is github.issue("acme/ops", 1)
    assert filed.id == made.node_id
    assert filed.label == "acme/checkout#1"
    assert filed.url.endswith("/acme/checkout/issues/1")
    assert filed.linked
    assert filed.notes == ()
    assert filed.native["repository_id"] == str(made.repo.id)
    assert (filed.native["number"], filed.native["issue_id"]) == ("1", str(made.id))


def test_the_second_issue_costs_one_call(github):
    it, incident = tracker(github), incident_of(github)
    it.create(draft(incident))
    github.reset_calls()
    it.create(draft(incident, marker="aa"))
    assert [call.method for call in github.calls] == ["POST"]


def test_an_incident_of_another_tool_is_no_parent(github):
    filed = tracker(github).create(draft(jira_incident()))
    assert not filed.linked
    assert "parent_issue_id" not in posts(github)[0].body


def test_sub_issues_can_be_switched_off(github):
    filed = tracker(github, sub_issues=False).create(draft(incident_of(github)))
    assert not filed.linked
    assert "parent_issue_id" not in posts(github)[0].body


def test_an_assignee_that_github_refuses_is_left_out_and_told(github):
    filed = tracker(github).create(draft(incident_of(github), assignee="nobody"))
    assert len(posts(github)) == 2
    assert len([issue for issue in github.issues if issue.repo.name == "checkout"]) == 1
    assert filed.notes == ("assignees: nobody cannot be assigned here.",)
    assert filed.linked


def test_a_parent_that_github_refuses_is_left_out_and_told_and_not_tried_again(github):
    incident = incident_of(github)
    it = tracker(github)
    github.fault(
        "POST",
        "/issues$",
        "status",
        status=422,
        body={"message": "Validation Failed", "errors": [{"field": "parent_issue_id", "code": "invalid"}]},
    )
    wanted = draft(incident)
    filed = it.create(wanted)
    assert not filed.linked
    assert filed.notes[0].startswith("parent:")
    assert len(posts(github)) == 2
    github.reset_calls()
    it.link(filed, wanted)
    assert github.calls == []


def test_a_refusal_of_something_else_stands_and_names_the_field(github):
    it = tracker(github)
    errors = [{"resource": "Issue", "field": "title", "code": "custom", "message": "title is too odd"}]
    github.fault("POST", "/issues$", "status", status=422, body={"message": "Validation Failed", "errors": errors})
    with pytest.raises(Refused) as refused:
        it.create(draft(jira_incident()))
    assert refused.value.fields == {"title": "title is too odd"}
    assert "Validation Failed" in refused.value.message
    assert len(posts(github)) == 1
    assert github.issues == []


def test_a_body_and_a_title_are_cut_to_what_github_takes(github):
    tracker(github).create(draft(incident_of(github), body="x" * 70_000, title="y" * 300))
    made = github.issue("acme/checkout", 1)
    assert len(made.body) == 65_536
    assert made.body.startswith("<!-- afterword:item")
    assert len(made.title) == 256


def test_a_place_that_is_no_repository_is_refused_before_anything_is_sent(github):
    for place in ("acme", "acme/../user", "acme/..", "a/b/c", "acme/che ckout"):
        with pytest.raises(Refused):
            tracker(github).create(draft(jira_incident(), place=place))
    assert github.calls == []


def test_a_repository_that_is_not_there_is_missing(github):
    with pytest.raises(Missing):
        tracker(github).create(draft(jira_incident(), place="acme/nowhere"))


def test_a_repository_renamed_meanwhile_leaves_the_outcome_open_once_and_is_then_found(github):
    it = tracker(github)
    it.create(draft(jira_incident(), marker="a1"))
    github.rename_repo("acme/checkout", "acme/shop")
    with pytest.raises(OutcomeUnknown) as unknown:
        it.create(draft(jira_incident(), marker="a2"))
    assert unknown.value.status == 307
    assert it.look(["a2"], "acme/checkout", jira_incident(), LONG_AGO, deep=True) == {}
    assert it.create(draft(jira_incident(), marker="a2")).label == "acme/shop#2"


def test_an_assignable_person_is_asked_for_once_a_day(github):
    it = tracker(github)
    assert it.assignable("acme/checkout", "sam")
    assert not it.assignable("acme/checkout", "nobody/../x")
    assert it.assignable("acme/checkout", "SAM")
    assert github.count("GET", "assignees") == 2


def test_what_a_text_names_is_resolved(github):
    incident = incident_of(github)
    github.open_issue("acme/ops", "Alert on queue depth", assignees=["alex"], author="alex")
    pull = github.open_pull_request("acme/checkout", "Test with a write")
    github.merge(pull)
    it = tracker(github)
    state = it.resolve("#2", incident)
    assert (state.label, state.title, state.state) == ("acme/ops#2", "Alert on queue depth", State.OPEN)
    assert state.native["repository_id"] == str(github.repo("acme/ops").id)
    assert it.resolve("acme/ops#2", jira_incident()).id == state.id
    merged = it.resolve(f"{github.url}/acme/checkout/pull/1", incident)
    assert (merged.state, merged.word) == (State.DONE, "merged")
    assert merged.ended_at is not None


def test_references_that_are_not_githubs_are_left_to_others(github):
    it, calls = tracker(github), len(github.calls)
    for reference in (
        "PAY-12",
        "https://jira.example.org/browse/PAY-12",
        "https://github.com/acme/ops/issues/1",
        "http://[",
        "#x",
        "",
        "acme/ops",
    ):
        assert it.resolve(reference, jira_incident()) is None
    assert it.resolve("#1", jira_incident()) is None
    assert len(github.calls) == calls
    assert it.resolve("acme/ops#999", jira_incident()) is None


def test_the_reason_is_the_last_word_of_a_person_in_one_line(github):
    it = tracker(github)
    filed = it.create(draft(jira_incident()))
    made = github.issue("acme/checkout", 1)
    tracked = Tracked(filed.id, filed.label, filed.native)
    assert it.reason(tracked) == ""
    for number in range(120):
        github.comment(made, f"Thought {number}")
    github.comment(made, "We move to\n\na managed database. " + "So " * 100, author="sam")
    github.comment(made, "Closing as stale.", author="stale[bot]")
    github.comment(made, "<!-- afterword:nudge key=b7701e94c3d5 n=1 -->\nDue soon.", author="afterword-bot")
    github.reset_calls()
    reason = it.reason(tracked)
    assert reason.startswith("We move to a managed database.")
    assert len(reason) <= 200
    assert len(github.calls) == 2


def test_many_threads_file_each_item_once(github):
    it, incident = tracker(github), incident_of(github)
    failed = []

    def file(number):
        try:
            for turn in range(5):
                it.create(draft(incident, marker=f"{number:02d}{turn:02d}", title=f"Item {number} {turn}"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=file, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    counts = github.tally(r"afterword:item key=(\w+)")
    assert len(counts) == 40
    assert set(counts.values()) == {1}


def test_a_token_that_changed_in_its_file_is_read_again_after_a_401(github):
    tokens = ["stale"]
    settings = TrackerSettings(
        api_url=github.url, token=Secret(lambda: tokens[0], "the file token"), repositories=("acme/checkout",)
    )
    it = Tracker("code", settings)
    with pytest.raises(Refused) as refused:
        it.create(draft(jira_incident()))
    assert refused.value.status == 401
    assert "the file token" in refused.value.mend
    tokens[0] = github.token
    assert it.create(draft(jira_incident())).label == "acme/checkout#1"


def test_times_are_sent_in_utc(github):
    it = tracker(github)
    it.look(["x"], "acme/checkout", jira_incident(), datetime(2026, 1, 1, 4, tzinfo=timezone(timedelta(hours=2))))
    assert github.calls[-1].query["since"] == ["2026-01-01T02:00:00Z"]
