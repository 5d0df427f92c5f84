"""The Jira tracker against the sandbox over real HTTP: filed, refused, found, linked."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Denied, Limited, NotSent, OutcomeUnknown, Refused, Secret, Tracked
from sandbox.adf_rules import size
from tests.contracts import check_exchange, needs_specs
from tests.jira_hands import (
    KINDS,
    LAST_LINE,
    LONG_AGO,
    MARKER,
    api,
    connection,
    draft,
    elsewhere,
    sam_of,
    sandbox_of,
    source,
    tracker,
)


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        sandbox.add_user("Sam", account_id=sam_of(sandbox))
        yield sandbox


def posts(jira):
    return [call for call in jira.calls if call.method == "POST" and call.path == f"{api(jira)}/issue"]


# --- filing -----------------------------------------------------------------------------------------------------------


def test_an_issue_is_filed_with_marker_and_all_fields_in_one_post(jira):
    filed = tracker(jira).create(draft(assignee=sam_of(jira)))
    assert [(call.method, call.path) for call in jira.calls] == [("POST", f"{api(jira)}/issue")]
    made = jira.issue(filed.id)
    assert made.description.wiki.splitlines()[-1] == LAST_LINE
    assert "tried \\{again\\}." in made.description.wiki
    assert made.properties == {"afterword.item": {"key": MARKER}}
    assert made.labels == ["afterword", "team-payments"]
    assert (made.priority, made.duedate, made.assignee, made.type) == ("High", "2026-12-17", sam_of(jira), "Task")
    assert (filed.label, filed.url, filed.notes) == (made.key, f"{jira.url}/browse/{made.key}", ())
    assert filed.native == {"key": made.key, "project": "PAY"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [("P0", "Highest"), ("High", "High"), ("low", "Low"), ("Critical", None), ("Hoch", None), (None, None)],
)
def test_a_priority_in_words_is_sent_only_where_the_settings_name_it(jira, said, sent):
    tracker(jira).create(draft(priority=said))
    (post,) = posts(jira)
    assert post.body["fields"].get("priority") == (sent and {"name": sent})


def test_the_settings_own_words_for_a_priority_count(jira):
    own = tracker(jira, priorities={"P1": "Highest", "Critical": "Highest"})
    for said in ("critical", "Highest", "High"):
        own.create(draft(priority=said, marker=f"{MARKER}-{said}"))
    sent = [post.body["fields"].get("priority") for post in posts(jira)]
    assert sent == [{"name": "Highest"}, {"name": "Highest"}, None]


def test_fields_that_are_not_on_the_screen_are_left_out_and_told(jira):
    jira.create_project("WEB", off_screen=("duedate", "priority"), assignable=())
    filed = tracker(jira).create(draft(place="WEB", assignee=sam_of(jira)))
    assert len(posts(jira)) == 2
    assert [note.partition(":")[0] for note in filed.notes] == ["duedate", "priority", "assignee"]
    made = jira.issue(filed.id)
    assert (made.duedate, made.assignee) == (None, None)
    assert made.properties["afterword.item"]["key"] == MARKER
    assert len(jira.issues) == 1


def test_a_required_field_that_nothing_fills_is_refused_by_its_name_and_nothing_is_sent_again(jira):
    jira.create_project("WEB", required={"customfield_10010": "Component"}, off_screen=("duedate",))
    with pytest.raises(Refused) as refused:
        tracker(jira).create(draft(place="WEB"))
    assert refused.value.fields["customfield_10010"] == "Component is required."
    assert len(posts(jira)) == 1
    filled = tracker(jira, fields={"customfield_10010": "Checkout"}).create(draft(place="WEB"))
    assert jira.issue(filled.id).custom["customfield_10010"] == "Checkout"


def test_values_from_the_settings_take_the_form_that_jira_wants(jira):
    it = tracker(jira, fields={"components": "Checkout", "parent": "PAY-1", "customfield_1": {"value": "x"}})
    with pytest.raises(Refused):
        it.create(draft())
    sent = posts(jira)[0].body["fields"]
    assert sent["components"] == [{"name": "Checkout"}]
    assert sent["parent"] == {"key": "PAY-1"}
    assert sent["customfield_1"] == {"value": "x"}


@pytest.mark.parametrize("body", ["\n\n".join(["[x] {y} " * 100] * 60), "{" * 40_000], ids=["blocks", "one block"])
def test_a_long_text_is_cut_after_it_was_converted_and_keeps_its_marker(jira, body):
    filed = tracker(jira).create(draft(body=body, title="t" * 400))
    made = jira.issue(filed.id)
    text = made.description
    assert (size(text.adf) if api(jira).endswith("3") else len(text.wiki)) <= 32_767
    assert made.description.wiki.endswith(LAST_LINE)
    assert "cut here" in made.description.wiki


@pytest.mark.parametrize(
    ("kind", "more", "made"),
    [
        ("status", {"status": 500, "acts": True}, 1),
        ("status", {"status": 502}, 0),
        ("status", {"status": 503, "headers": {"Retry-After": "1"}, "acts": True}, 1),
        ("status", {"status": 302, "headers": {"Location": "/login"}}, 0),
        ("lose_answer", {}, 1),
        ("reset_before", {}, 0),
        ("truncate", {}, 1),
        ("html", {}, 0),
        ("hang", {"seconds": 3}, 1),
    ],
    ids=lambda value: str(value.get("status", "")) if isinstance(value, dict) else str(value),
)
def test_an_answer_that_proves_nothing_leaves_the_outcome_open_and_is_never_sent_again(jira, kind, more, made):
    it = tracker(jira, timeout=1)
    jira.fault("POST", "/issue$", kind, times=5, **more)
    with pytest.raises(OutcomeUnknown):
        it.create(draft())
    jira.clear_faults()
    assert len(posts(jira)) == 1
    assert len(jira.issues) == made
    found = it.look([MARKER, "other"], "PAY", elsewhere(), LONG_AGO, deep=True)
    assert set(found) == ({MARKER} if made else set())


@pytest.mark.parametrize("stated", ["77", "Mon, 23 Nov 2026 12:01:17 GMT"])
def test_a_limit_says_how_long_to_wait_and_nothing_sleeps(jira, stated):
    when = {"Retry-After": stated, "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}
    jira.fault("POST", "/issue$", "status", times=3, status=429, headers=when)
    with pytest.raises(Limited) as limited:
        tracker(jira).create(draft())
    assert limited.value.retry_after is not None
    if stated == "77":
        assert limited.value.retry_after == 77
    assert len(posts(jira)) == 1


def test_a_refused_account_is_denied_and_a_dead_server_was_sent_nothing(jira):
    with pytest.raises(Denied):
        tracker(jira, token=None, user=None).create(draft())
    jira.stop()
    with pytest.raises(NotSent):
        tracker(jira).create(draft())


def test_a_token_that_ended_is_denied_though_cloud_answers_as_to_a_stranger(jira):
    said = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    jira.fault("GET", "/issue/", "status", status=404, headers=said)
    with pytest.raises(Denied):
        tracker(jira).resolve("PAY-1", elsewhere())
    nothing = {"issues": [], "issueErrors": [], "total": 0}
    jira.fault("POST", "bulkfetch|/search", "status", status=200, headers=said, body=nothing)
    seen = tracker(jira).states([Tracked("1", "PAY-1", {})])
    assert not seen.missing
    assert seen.problems[0].ids == ("1",)


# --- looking ----------------------------------------------------------------------------------------------------------


def test_what_was_filed_is_found_by_its_marker_in_one_call_even_moved_and_without_label_or_property(jira):
    it = tracker(jira)
    filed = it.create(draft())
    issue = jira.issue(filed.id)
    jira.move(issue, "OPS")
    jira.change(issue, "Alex", labels=[])
    issue.properties.clear()
    jira.reset_calls()
    found = it.look([MARKER], "PAY", elsewhere(), datetime.now(UTC) - timedelta(minutes=5))
    assert [call.path for call in jira.calls] == [f"{api(jira)}/search{'' if jira.datacenter else '/jql'}"]
    assert (found[MARKER].id, found[MARKER].label) == (filed.id, issue.key)
    assert found[MARKER].native["project"] == "OPS"


def test_what_was_filed_is_found_by_its_property_when_a_person_wrote_the_text_anew(jira):
    it = tracker(jira)
    filed = it.create(draft())
    jira.change(jira.issue(filed.id), "Alex", description="What we know by now")
    assert it.look([MARKER], "PAY", elsewhere(), LONG_AGO)[MARKER].id == filed.id
    jira.create_issue("PAY", "by hand", by=jira.account_id)
    assert set(it.look([MARKER, "other"], "PAY", elsewhere(), LONG_AGO)) == {MARKER}


def test_a_marker_that_somebody_else_wrote_proves_nothing(jira):
    jira.create_issue("PAY", "fake", f"x\n\n{LAST_LINE}", by="Alex", properties={"afterword.item": {"key": MARKER}})
    assert tracker(jira).look([MARKER], "PAY", elsewhere(), LONG_AGO) == {}


def test_a_marker_in_the_middle_of_a_text_proves_nothing_and_of_two_issues_the_older_is_meant(jira):
    it = tracker(jira)
    jira.create_issue("PAY", "quoted", f"{LAST_LINE}\n\nand more", by=jira.account_id)
    first, second = it.create(draft()), it.create(draft())
    assert it.look([MARKER], "PAY", elsewhere(), LONG_AGO)[MARKER].id == first.id != second.id


def test_a_deep_look_reads_every_page(jira):
    it = tracker(jira)
    filed = it.create(draft())
    for number in range(250):
        jira.create_issue("PAY", f"n{number}", by=jira.account_id)
    assert it.look([MARKER], "PAY", elsewhere(), LONG_AGO, deep=True)[MARKER].id == filed.id


# --- linking ----------------------------------------------------------------------------------------------------------


def test_the_link_is_an_issue_link_and_a_remote_link_and_twice_is_once(jira):
    it = tracker(jira)
    incident = source(jira).fetch(jira.create_issue("OPS", "Checkout slow", type="Incident").key)
    filed = it.create(draft(incident))
    it.visibility("PAY")  # asked before anything is filed, and good for an hour
    jira.reset_calls()
    it.link(filed, draft(incident))
    assert len(jira.calls) == 2
    it.link(filed, draft(incident))
    assert len(jira.world.links) == 1
    (remote,) = jira.issue(filed.id).remote_links
    assert remote.global_id == f"afterword:item:{MARKER}"
    assert remote.content["object"]["title"] == "Postmortem: Checkout slow after database failover"


def test_an_incident_elsewhere_gets_the_remote_link_alone(jira):
    it = tracker(jira)
    filed = it.create(draft())
    it.visibility("PAY")
    jira.reset_calls()
    it.link(filed, draft())
    assert [call.path for call in jira.calls] == [f"{api(jira)}/issue/{filed.id}/remotelink"]


def test_many_threads_file_many_issues_each_once(jira):
    it = tracker(jira)
    filed: list[str] = []

    def work(number: int) -> None:
        filed.append(it.create(draft(marker=f"a{number}")).id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(filed)) == 12 == len(jira.issues)
    assert {one.properties["afterword.item"]["key"] for one in jira.issues} == {f"a{number}" for number in range(12)}


# --- the wire ---------------------------------------------------------------------------------------------------------


def test_a_new_token_in_the_file_is_read_after_a_401(jira):
    tokens = iter(["ended", *[jira.token] * 9])
    it = tracker(jira, token=Secret(lambda: next(tokens), "the file token"))
    assert it.create(draft()).label == "PAY-1"


@needs_specs
def test_every_call_fits_the_vendors_description(jira):
    it = tracker(jira)
    incident = source(jira).fetch(jira.create_issue("OPS", "Checkout slow", type="Incident").key)
    filed = it.create(draft(incident, assignee=sam_of(jira)))
    it.link(filed, draft(incident))
    it.look([MARKER], "PAY", incident, LONG_AGO)
    tracked = [Tracked(filed.id, filed.label, filed.native)]
    it.changes(None, tracked)
    it.changes(datetime.now(UTC), tracked * 101)
    it.reason(tracked[0])
    it.resolve(filed.label, incident)
    it.check(["PAY"])
    assert [said for call in jira.calls for said in check_exchange("jira", call)] == []


def test_settings_of_a_server_behind_another_address_are_used(jira):
    settings = connection(jira, url="https://acme.example.org", api_url=jira.url)
    filed = tracker(jira, **settings).create(draft())
    assert filed.url == "https://acme.example.org/browse/PAY-1"
