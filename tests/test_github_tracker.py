"""The GitHub tracker against the sandbox over real HTTP: filed once, found again, linked."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from connectors.base import Draft, Missing, OutcomeUnknown, Refused, Secret, State, Ticket, Tracked, Visibility
from connectors.github import Source, SourceSettings, Tracker, TrackerSettings
from sandbox.github import GitHubSandbox

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MARKER = "9f2c4b7d10ae"


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/ops", private=True)
        sandbox.create_repo("acme/checkout", members={"sam": "write"})
        yield sandbox


def tracker(github, **more):
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    given = {"repositories": ("acme/checkout", "acme/ops"), **more}
    return Tracker("code", TrackerSettings(api_url=github.url, token=token, **given))


def incident_of(github, **more):
    issue = github.open_issue("acme/ops", "Checkout slow", labels=["incident"], **more)
    github.close(issue)
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    return Source("ops", SourceSettings(api_url=github.url, token=token, unsigned=True)).fetch(issue.ref)


def jira_incident():
    return Ticket("desk", "10042", "OPS-12", "", "Slow", "", Visibility.INTERNAL, LONG_AGO, native={"id": "10042"})


def draft(incident, **more):
    given = {
        "marker": MARKER,
        "place": "acme/checkout",
        "title": "Test pooled connections with a write",
        "body": "An action item.\n\n**Due:** 2026-12-17\n30 days, as P1.",
        "labels": ("team:checkout",),
        "assignee": None,
        "due": date(2026, 12, 17),
        "priority": "P1",
        "incident": incident,
        "document_title": "Checkout slow",
        "document_url": "https://postmortems.example.org/postmortems/17",
        **more,
    }
    return Draft(**given)


def posts(github):
    return [call for call in github.calls if call.method == "POST" and call.path.endswith("/issues")]


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


# --- found again ------------------------------------------------------------------------------------------------------


def test_an_issue_whose_answer_was_lost_is_found_below_its_incident_in_one_call(github):
    incident, it = incident_of(github), tracker(github)
    github.fault("POST", "/issues$", "lose_answer")
    with pytest.raises(OutcomeUnknown):
        it.create(draft(incident))
    it.look([MARKER], "acme/checkout", incident, LONG_AGO)  # asks who we are, once for each process
    github.reset_calls()
    found = it.look([MARKER, "other"], "acme/checkout", incident, LONG_AGO)
    assert [call.path.rpartition("/")[2] for call in github.calls] == ["sub_issues"]
    assert found[MARKER].label == "acme/checkout#1"
    assert found[MARKER].linked
    assert found[MARKER].native == tracker(github).look([MARKER], "", incident, LONG_AGO)[MARKER].native


def test_without_a_parent_on_github_it_is_found_in_the_listing_of_the_place(github):
    it = tracker(github)
    filed = it.create(draft(jira_incident()))
    github.reset_calls()
    assert it.look([MARKER], "acme/checkout", jira_incident(), LONG_AGO) == {MARKER: filed}
    listing = [call for call in github.calls if call.path.endswith("/issues")]
    assert len(listing) == 1
    assert {name: values[0] for name, values in listing[0].query.items()} == {
        "creator": "afterword-bot",
        "state": "all",
        "since": "2026-01-01T00:00:00Z",
        "sort": "created",
        "direction": "desc",
        "per_page": "100",
    }


def test_a_deep_look_goes_both_ways_and_through_every_page(github):
    incident = incident_of(github)
    it = tracker(github, sub_issues=False)
    it.create(draft(incident))
    for number in range(130):
        github.open_issue("acme/checkout", f"Other {number}", "text", author="afterword-bot")
    assert tracker(github).look([MARKER], "acme/checkout", incident, LONG_AGO) == {}
    assert MARKER in tracker(github).look([MARKER], "acme/checkout", incident, LONG_AGO, deep=True)


def test_a_marker_in_an_issue_of_somebody_else_does_not_count(github):
    github.open_issue("acme/checkout", "A copy", f"<!-- afterword:item key={MARKER} -->\ncopied", author="alex")
    assert tracker(github).look([MARKER], "acme/checkout", jira_incident(), LONG_AGO, deep=True) == {}


def test_a_sub_issue_of_somebody_else_with_our_marker_does_not_count(github):
    incident = incident_of(github)
    parent = github.issue("acme/ops", 1)
    github.open_issue("acme/checkout", "A copy", f"<!-- afterword:item key={MARKER} -->", author="sam", parent=parent)
    assert tracker(github).look([MARKER], "acme/checkout", incident, LONG_AGO) == {}


def test_a_200_that_holds_an_issue_is_not_taken_for_a_new_one(github):
    it = tracker(github)
    it.create(draft(jira_incident()))
    github.fault("POST", "/issues$", "status", status=200, body=posts(github)[0].answer)
    with pytest.raises(OutcomeUnknown):
        it.create(draft(jira_incident(), marker="bb"))


def test_of_two_issues_with_one_marker_the_older_one_counts(github):
    it = tracker(github)
    first = it.create(draft(jira_incident()))
    it.create(draft(jira_incident()))
    assert it.look([MARKER], "acme/checkout", jira_incident(), LONG_AGO)[MARKER].id == first.id


def test_a_look_into_a_renamed_repository_keeps_its_question(github):
    filed = tracker(github).create(draft(jira_incident()))
    github.close(github.issue("acme/checkout", 1))
    github.rename_repo("acme/checkout", "acme/shop")
    found = tracker(github).look([MARKER], "acme/checkout", jira_incident(), LONG_AGO)
    assert found[MARKER].id == filed.id
    assert found[MARKER].label == "acme/shop#1"


# --- the rest ---------------------------------------------------------------------------------------------------------


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
