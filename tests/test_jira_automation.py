"""What rules post: Automation's web requests and the old rules of service desks. Unsigned, with a token in a header."""

import json

import pytest
import requests

from connectors.base import BadSignature, Said, Secret, Visibility
from sandbox.webhooks import sign
from service.store import deliveries
from tests.jira_hands import KINDS, sandbox_of, source
from tests.world import SECRET, World

TOKEN = "automation-token-0123456789"
NAME = "x-afterword-token"
SHAPES = ("issue", "jsm", "legacy")


@pytest.fixture(params=KINDS)
def jira(request):
    with sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        yield sandbox


def with_token(jira, **more):
    token = Secret(lambda: TOKEN, "the variable DESK_TOKEN")
    return source(jira, **{"unsigned": False, "header_token": token, **more})


# --- who may send -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [TOKEN, f"Bearer {TOKEN}"])
def test_the_token_in_the_header_is_believed(jira, value):
    with_token(jira).verify({NAME: value}, b"{}")
    with_token(jira, header_name="Authorization").verify({"authorization": value}, b"{}")


@pytest.mark.parametrize(
    "headers", [{}, {NAME: ""}, {NAME: "other"}, {NAME: TOKEN[:-1]}, {NAME: "é\udcff"}, {"authorization": TOKEN}]
)
def test_without_the_token_nothing_is_believed(jira, headers):
    with pytest.raises(BadSignature) as refused:
        with_token(jira).verify(headers, b"{}")
    assert TOKEN not in refused.value.message + refused.value.mend
    assert "DESK_TOKEN" in refused.value.message + refused.value.mend


def test_an_empty_token_lets_nobody_in(jira):
    it = source(jira, unsigned=False, header_token=Secret(lambda: "", "the variable DESK_TOKEN"))
    with pytest.raises(BadSignature):
        it.verify({NAME: ""}, b"{}")


def test_webhooks_and_rules_may_come_to_the_same_source_each_by_its_own_secret(jira):
    it = with_token(jira, secret=Secret(lambda: "s3cret", "the variable DESK_SECRET"))
    it.verify({"x-hub-signature": sign("s3cret", b"{}")}, b"{}")
    it.verify({NAME: TOKEN}, b"{}")
    for headers in ({}, {NAME: "other"}, {"x-hub-signature": sign("other", b"{}")}, {NAME: "s3cret"}):
        with pytest.raises(BadSignature):
            it.verify(headers, b"{}")


def test_unsigned_is_a_switch_of_its_own_and_does_not_open_what_has_a_token(jira):
    source(jira, unsigned=True).verify({}, b"{}")
    with pytest.raises(BadSignature):
        source(jira, unsigned=False).verify({}, b"{}")
    with pytest.raises(BadSignature):
        with_token(jira, unsigned=True).verify({}, b"{}")


# --- what it means ----------------------------------------------------------------------------------------------------


def read(jira, issue, shape, comment=None, **more):
    return source(jira, **more).read({}, json.dumps(jira.automation(issue, shape, comment)).encode())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_closed_issue_that_fits_is_a_closing_in_every_shape(jira, shape):
    issue = jira.create_issue("OPS", "Checkout slow", "h2. Impact\n\nlate", type="Incident", labels=["sev2"])
    assert read(jira, issue, shape).said is Said.ISSUE
    jira.transition(issue, "Done")
    said = read(jira, issue, shape, projects=("OPS",), issue_types=("Incident",), labels=("sev2",))
    assert (said.said, said.key, said.ref, said.issue_id) == (Said.CLOSED, issue.id, "OPS-1", issue.id)
    assert (said.ticket.title, said.ticket.text) == ("Checkout slow", "## Impact\n\nlate")
    assert said.ticket.visibility is Visibility.INTERNAL
    for more in ({"projects": ("PAY",)}, {"issue_types": ("Task",)}, {"labels": ("sev1",)}):
        assert read(jira, issue, shape, **more).said is Said.ISSUE
    jira.transition(issue, "To Do")
    jira.transition(issue, "Done", "Duplicate")
    assert read(jira, issue, shape).said is Said.NOTHING


def test_a_rule_that_fires_for_our_own_comment_says_nothing(jira):
    issue = jira.create_issue("OPS", "x", type="Incident")
    jira.transition(issue, "Done")
    ours = jira.comment(issue, "x\n\n{color:#97a0af}afterword:comment key=41d0{color}")
    assert read(jira, issue, "legacy", ours).said is Said.NOTHING
    theirs = jira.comment(issue, "the root cause was the pool", public=False)
    assert read(jira, issue, "legacy", theirs).said is Said.CLOSED
    assert "root cause" not in repr(read(jira, issue, "legacy", theirs))


def test_the_same_post_again_has_the_same_id(jira):
    issue = jira.create_issue("OPS", "x", type="Incident")
    it, body = source(jira), json.dumps(jira.automation(issue, "jsm")).encode()
    assert it.delivery_id({}, body) == it.delivery_id({NAME: TOKEN}, body)
    assert len(it.delivery_id({}, body)) == 64


# --- the whole way ----------------------------------------------------------------------------------------------------


def with_header_token(text: str) -> str:
    return text.replace('secret_env = "DESK_SECRET"', 'secret_env = "DESK_SECRET"\nheader_token_env = "DESK_SECRET"')


def test_a_rule_that_posts_again_and_again_makes_one_issue_and_the_token_is_kept_nowhere(database, tmp_path):
    with World(database, tmp_path, change=with_header_token) as world:
        assert world.jira is not None
        world.jira.create_project("OPS")
        world.jira.create_project("PAY")
        text = "h2. Action items\n* Give a retried payment 2 seconds in all P1"
        issue = world.jira.create_issue("OPS", "Payouts late", text, type="Incident")
        world.jira.transition(issue, "Done")
        for shape in (*SHAPES, *SHAPES):
            body = json.dumps(world.jira.automation(issue, shape))
            sent = {"X-Afterword-Token": SECRET, "Content-Type": "application/json"}
            assert requests.post(f"{world.url}/webhooks/desk", body, headers=sent, timeout=5).status_code == 202
            refused = requests.post(f"{world.url}/webhooks/desk", body, headers={"X-Afterword-Token": "x"}, timeout=5)
            assert refused.status_code == 401
            world.run_for(3)
        assert [one.summary for one in world.jira.issues if one.project.key == "PAY"] == [
            "Give a retried payment 2 seconds in all"
        ]
        assert len(issue.comments) == 1
        with database.read() as connection:
            kept = [deliveries.get(connection, "desk", key.partition("/")[2]) for key in _keys(connection)]
        assert kept
        assert SECRET not in repr([(one.headers, one.body) for one in kept if one is not None])


def _keys(connection):
    found = connection.exec_driver_sql("SELECT source, delivery_id FROM deliveries").all()
    return [f"{source}/{delivery}" for source, delivery in found]
