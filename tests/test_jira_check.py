"""What `check` tells an operator of Jira at 3 a.m.: each thing that can be wrong, with what to do about it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import responses

from connectors.base import Finding, Network, Secret, Tracked
from connectors.jira import Tracker, TrackerSettings
from sandbox.jira import JiraSandbox
from sandbox.jira_world import PRIORITIES, RESOLUTIONS
from tests.contracts import check_exchange, needs_specs
from tests.jira_hands import KINDS, connection, draft, sandbox_of, source, tracker

JAPANESE = {
    "Task": "タスク", "Bug": "バグ", "Incident": "インシデント", "To Do": "未着手", "In Progress": "進行中",
    "Done": "完了", "Won't Do": "対応しない", "Highest": "最高", "High": "高", "Medium": "中", "Low": "低",
    "Lowest": "最低", "Relates": "関連", "Duplicate": "重複", "Cannot Reproduce": "再現不可",
}  # fmt: skip


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        yield sandbox


def mends(found: list[Finding]) -> list[str]:
    return [one.text for one in found if one.level == "MEND"]


def notes(found: list[Finding]) -> list[str]:
    return [one.text for one in found if one.level == "note"]


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "words"),
    [("BROWSE_PROJECTS", "Browse projects"), ("CREATE_ISSUES", "Create issues"), ("LINK_ISSUES", "Link issues")],
)
def test_a_right_without_which_nothing_can_be_filed_is_to_mend(jira, key, words):
    jira.lacking.add(key)
    (one,) = tracker(jira).check(["PAY"])
    assert one.text == f"lacks the right “{words}”"
    assert "JIRA_TOKEN" in one.mend
    assert "Permissions" in one.mend


@pytest.mark.parametrize(("key", "words"), [("ASSIGN_ISSUES", "no owner is set"), ("SCHEDULE_ISSUES", "no due date")])
def test_a_right_that_is_missed_by_a_field_alone_is_noted(jira, key, words):
    jira.lacking.add(key)
    found = tracker(jira).check(["PAY"])
    assert mends(found) == []
    assert words in notes(found)[0]


@pytest.mark.parametrize("key", ["BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS"])
def test_a_source_needs_the_rights_of_its_one_comment(jira, key):
    jira.lacking.add(key)
    (one,) = source(jira, projects=("OPS",)).check()
    assert one.level == "MEND"
    assert key.replace("_", " ").capitalize() in one.text


def test_a_project_that_cannot_be_seen_is_told_from_a_token_that_is_refused(jira):
    jira.hidden.add("PAY")
    (hidden,) = tracker(jira).check(["PAY"])
    assert (hidden.subject, hidden.text) == ("Jira PAY", "404")
    assert "is valid, but cannot see this project" in hidden.means
    (refused,) = tracker(jira, token=Secret(lambda: "ended", "the variable JIRA_TOKEN")).check(["PAY"])
    assert (refused.subject, refused.text) == ("Jira", "401 the token is refused")


# --- the token and the address ----------------------------------------------------------------------------------------


def test_tokens_of_the_wrong_kind_are_told_apart():
    with JiraSandbox() as cloud:
        cloud.create_project("PAY")
        (bearer,) = tracker(cloud, user=None).check(["PAY"])
        assert bearer.text == "403 the token is refused"
        assert "Set user_env" in bearer.mend
        cloud.scoped = True
        (scoped,) = tracker(cloud).check(["PAY"])
        assert scoped.text == "401 the token is refused"
        assert 'api_url = "https://api.atlassian.com/ex/jira/<cloud id>"' in scoped.mend
        it = tracker(cloud, api_url=cloud.gateway_url)
        assert mends(it.check(["PAY"])) == []
        assert it.create(draft()).url == f"{cloud.url}/browse/PAY-1"
    with sandbox_of("datacenter") as server:
        server.create_project("PAY")
        user = Secret(lambda: "somebody", "the variable JIRA_USER")
        (password,) = tracker(server, user=user).check(["PAY"])
        assert "goes without user_env" in password.mend


def test_cloud_and_data_center_are_told_apart():
    with sandbox_of("datacenter") as server:
        settings = {**connection(server), "deployment": "cloud", "project": "PAY"}
        (one,) = Tracker("work", TrackerSettings(**settings)).check(["PAY"])
        assert 'deployment = "datacenter"' in one.mend
    plain = {"url": "https://acme.atlassian.net", "deployment": "datacenter", "project": "PAY"}
    (other,) = Tracker("work", TrackerSettings(**plain)).check(["PAY"])
    assert "this is Jira Cloud" in other.text


def test_a_proxy_that_answers_a_page_is_said_to(jira):
    jira.fault("GET", "/myself", "html", times=3)
    (one,) = tracker(jira).check(["PAY"])
    assert one.text == "no answer"
    assert "A web page came in place of Jira's answer" in one.saw
    assert "proxy_env" in one.mend


@pytest.mark.parametrize(
    ("apart", "level", "words"),
    [
        (timedelta(seconds=20), None, ""),
        (timedelta(minutes=4), "note", "4 minutes ahead of"),
        (timedelta(days=-1), "MEND", "1 day behind"),
    ],
)
def test_clocks_that_differ_are_noticed_without_a_call_more(apart, level, words):
    api = "https://jira.example.org/rest/api/2"
    plain = {"url": "https://jira.example.org", "deployment": "datacenter", "project": "PAY", "link_type": ""}
    told = {"Date": format_datetime(datetime.now(UTC) + apart, usegmt=True)}
    with responses.RequestsMock() as mock:
        mock.get(f"{api}/myself", json={"name": "afterword"}, headers=told)
        mock.get(f"{api}/mypermissions", json={"permissions": {}}, headers=told)
        mock.get(f"{api}/issue/createmeta/PAY/issuetypes", json={"values": [{"id": "1", "name": "Task"}]}, headers=told)
        fields = [{"fieldId": name, "name": name} for name in ("duedate", "priority", "labels")]
        mock.get(f"{api}/issue/createmeta/PAY/issuetypes/1", json={"values": fields}, headers=told)
        found = Tracker("work", TrackerSettings(**plain), Network()).check(["PAY"])
    clocks = [one for one in found if one.subject == "Jira clock"]
    assert [one.level for one in clocks] == ([level] if level else [])
    assert all(words in one.text for one in clocks)


# --- the project ------------------------------------------------------------------------------------------------------


def test_a_required_field_may_be_filled_by_the_route(jira):
    jira.create_project("WEB", required={"customfield_10010": "Component"})
    it = tracker(jira)
    (one,) = [one for one in it.check(["WEB"]) if one.level == "MEND"]
    assert (one.subject, one.text) == ("Jira WEB", "requires “Component”")
    assert 'customfield_10010 = "…"' in one.mend
    route = {"WEB": {"customfield_10010": "Checkout"}}
    assert mends(it.check(["WEB", "PAY"], route)) == []
    filed = it.create(draft(place="WEB", fields=route["WEB"]))
    assert jira.issue(filed.id).custom == {"customfield_10010": "Checkout"}


def test_the_fields_of_the_route_go_before_those_of_the_tracker(jira):
    jira.create_project("WEB", required={"customfield_10010": "Component"})
    it = tracker(jira, fields={"customfield_10010": "Ops", "labels": ["ops"]})
    filed = it.create(draft(place="WEB", fields={"customfield_10010": "Checkout"}))
    made = jira.issue(filed.id)
    assert (made.custom["customfield_10010"], made.labels) == ("Checkout", ["ops"])


def test_check_of_three_trackers_and_three_sources_takes_few_calls_and_writes_nothing(jira):
    for _ in range(3):
        assert mends(tracker(jira).check(["PAY"])) == []
        assert mends(source(jira, projects=("OPS",)).check()) == []
    assert len(jira.calls) <= 21
    assert {call.method for call in jira.calls} == {"GET"}


def test_a_field_that_restricts_must_exist(jira):
    jira.project("OPS").fields["customfield_10043"] = "Confidential"
    assert mends(source(jira, restricted_field="customfield_10043").check()) == []
    (one,) = mends(source(jira, restricted_field="customfield_10044").check())
    assert "customfield_10044" in one


def test_a_token_in_a_header_is_a_secret_too(jira):
    token = Secret(lambda: "t", "the variable DESK_TOKEN")
    assert "no secret" not in mends(source(jira, unsigned=False, header_token=token).check())
    assert "no secret" in mends(source(jira, unsigned=False).check())


@needs_specs
def test_every_call_fits_the_vendors_description(jira):
    jira.create_project("WEB", required={"customfield_10010": "Component"}, off_screen=("priority",))
    tracker(jira, link_type="Nope").check(["PAY", "WEB"])
    source(jira, projects=("OPS",), severity_field="customfield_10042").check()
    assert [said for call in jira.calls for said in check_exchange("jira", call)] == []


# --- a site in another language ---------------------------------------------------------------------------------------


def test_a_japanese_site_is_told_by_its_own_names_and_works_by_ids(jira):
    jira.world.words = JAPANESE
    found = tracker(jira).check(["PAY"])
    (kind, link) = [one for one in found if one.level == "MEND"]
    assert "タスク (10001)" in kind.mend
    assert "関連 (10003)" in link.mend
    assert any("wont_do_resolutions" in text and "対応しない (10001)" in text for text in notes(found))
    by_id = {
        "issue_type": "10001",
        "link_type": "10003",
        "priorities": {"P1": PRIORITIES["High"]},
        "wont_do_resolutions": (RESOLUTIONS["Won't Do"],),
    }
    it = tracker(jira, **by_id)
    assert [one.level for one in it.check(["PAY"])] == ["ok"]
    by_name = {"issue_type": "タスク", "link_type": "関連", "priorities": {"P1": "高"}}
    assert [one.level for one in tracker(jira, **by_name).check(["PAY"])] == ["ok"]
    wrong = tracker(jira, issue_type="10001", link_type="10003").check(["PAY"])
    assert any("it has 最高 (1), 高 (2)" in text for text in notes(wrong))


def test_a_japanese_site_is_followed_as_any_other(jira):
    jira.world.words = JAPANESE
    it = tracker(jira, issue_type="10001", link_type="10003", priorities={"P1": "2"}, wont_do_resolutions=("10001",))
    incident = jira.create_issue("OPS", "決済が遅い", type="Incident")
    ticket = source(jira, issue_types=("10004",)).fetch(incident.key)
    done, dropped = it.create(draft(ticket)), it.create(draft(ticket, marker="aa"))
    it.link(done, draft(ticket))
    assert [link.type for link in jira.world.links] == ["Relates"]
    assert jira.issue(done.id).priority == "High"
    jira.transition(jira.issue(done.id), "Done")
    jira.transition(jira.issue(dropped.id), "Done", "Won't Do")
    seen = {
        one.id: one for one in it.states([Tracked(one.id, one.label, one.native) for one in (done, dropped)]).states
    }
    assert (seen[done.id].state, seen[done.id].word) == ("done", "完了")
    assert (seen[dropped.id].state, seen[dropped.id].word) == ("wont_do", "対応しない")


def test_on_a_japanese_site_closing_and_opening_again_are_understood(jira):
    jira.world.words = JAPANESE
    jira.add_webhook("http://127.0.0.1:9/webhooks/desk", "s3cret")
    issue = jira.create_issue("OPS", "決済が遅い", type="Incident")
    jira.transition(issue, "Done")
    jira.transition(issue, "In Progress")
    closed = jira.create_issue("OPS", "重複", type="Incident")
    jira.transition(closed, "Done", "Duplicate")
    it = source(jira, issue_types=("10004",), skip_resolutions=(RESOLUTIONS["Duplicate"],))
    said = [it.read({}, one.body).said.value for one in jira.deliveries]
    assert said == ["issue", "closed", "reopened", "issue", "nothing"]
    # a workflow without resolutions: only the status says so
    plain = jira.create_issue("OPS", "遅い", type="Incident")
    jira.change(plain, status=jira.world.status("Done"))
    jira.change(plain, status=jira.world.status("To Do"))
    said = [it.read({}, one.body).said.value for one in jira.deliveries[-2:]]
    assert said == ["closed", "reopened"]
