"""An issue that may have been filed is found by its marker: against the sandbox over real HTTP."""

from dataclasses import replace

import pytest

from connectors.base import OutcomeUnknown, Secret, Tracked
from connectors.github import Publisher, Source, SourceSettings
from tests.contracts import check_exchange
from tests.github_hands import LONG_AGO, MARKER, draft, incident_of, jira_incident, posts, tracker, two_repositories
from tests.vendor_specs import spec_dir


@pytest.fixture
def github():
    with two_repositories() as sandbox:
        yield sandbox


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


def test_every_request_of_ours_is_as_github_describes_it(github):
    if spec_dir() is None:
        pytest.skip("The vendors' descriptions are not here: set AFTERWORD_SHARED to where data/specs is.")
    incident, it = incident_of(github), tracker(github)
    filed = it.create(draft(incident, assignee="sam"))
    it.create(draft(incident, assignee="nobody", marker="bb"))
    it.look([MARKER], "acme/checkout", incident, LONG_AGO, deep=True)
    it.link(replace(filed, linked=False), draft(incident))
    it.assignable("acme/checkout", "sam")
    it.resolve("#1", incident)
    tracked = Tracked(filed.id, filed.label, filed.native)
    it.reason(tracked)
    it.states([tracked])
    it.changes(LONG_AGO, [replace(tracked, id=str(number)) for number in range(101)])
    it.check(it.places)
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    settings = SourceSettings(api_url=github.url, token=token, unsigned=True, repositories=("acme/ops",))
    Source("ops", settings).check()
    publisher = Publisher("ops", settings)
    made = publisher.post(incident, "aa", "text")
    assert publisher.find(incident, "aa") == made
    assert publisher.edit(incident, made.id, "aa", "new")
    assert [complaint for call in github.calls for complaint in check_exchange("github", call)] == []
    assert len(github.calls) > 20
