"""What Jira's webhooks mean, and that no body can do more than be refused."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import BadPayload, BadSignature, Said, Secret, Signal
from connectors.jira import Source, SourceSettings
from sandbox.webhooks import sign

FIXTURES = Path(__file__).parent / "fixtures" / "jira"
SHARED = os.environ.get("AFTERWORD_SHARED")
URL = "https://acme.example.org"


def source(**more) -> Source:
    return Source("ops", SourceSettings(**{"url": URL, "unsigned": True, **more}))


def fixture(name: str) -> dict:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def read(payload: object, **more) -> Signal:
    return source(**more).read({}, json.dumps(payload).encode())


def test_a_signature_of_either_live_secret_is_good_and_its_method_is_read():
    it = source(unsigned=False, secret=Secret(lambda: "new", "A"), secret_old=Secret(lambda: "old", "B"))
    for secret in ("new", "old"):
        it.verify({"x-hub-signature": sign(secret, b"{}")}, b"{}")
    with pytest.raises(BadSignature):
        it.verify({"x-hub-signature": sign("other", b"{}")}, b"{}")
    with pytest.raises(BadSignature):
        it.verify({"x-hub-signature-256": sign("new", b"{}")}, b"{}")


def test_a_source_without_a_secret_believes_nothing_unless_told_to():
    with pytest.raises(BadSignature):
        source(unsigned=False).verify({}, b"{}")
    source().verify({}, b"{}")


def test_the_id_of_a_delivery_is_the_same_for_its_retries():
    headers = {"x-atlassian-webhook-identifier": "5c0fee11-7a10", "x-atlassian-webhook-retry": "2"}
    assert source().delivery_id(headers, b"{}") == "5c0fee11-7a10"
    assert len(source().delivery_id({"x-atlassian-webhook-identifier": "a b"}, b"{}")) == 64


def test_another_type_or_label_is_no_incident_but_may_be_an_issue_that_we_follow():
    for more in ({"issue_types": ("Problem",)}, {"labels": ("incident",)}, {"projects": ("PAY",)}):
        signal = read(fixture("closed"), **more)
        assert (signal.said, signal.issue_id) == (Said.ISSUE, "10012"), more
    for more in ({"issue_types": ("incident",)}, {"labels": ("SEV2",)}, {"projects": ("ops",)}):
        assert read(fixture("closed"), **more).said is Said.CLOSED, more


def test_a_resolution_that_is_skipped_is_told_and_can_be_asked_for():
    ignored = fixture("duplicate.ignored")
    assert "“Duplicate”" in read(ignored).why
    assert read(ignored).issue_id == "10012"
    assert read(ignored, skip_resolutions=()).said is Said.CLOSED


def test_automation_sends_no_event_name_and_is_taken_at_its_word():
    payload = fixture("closed")
    automation = {"timestamp": payload["timestamp"], "issue": payload["issue"]}
    assert read(automation).said is Said.CLOSED
    payload["issue"]["fields"] |= {"status": {"name": "To Do", "statusCategory": {"key": "new"}}, "resolution": None}
    assert read(automation).said is Said.ISSUE


def test_a_comment_that_not_everybody_may_read_is_not_read():
    for more in ({"visibility": {"type": "role", "value": "Administrators"}}, {"jsdPublic": False}):
        payload = fixture("commented")
        payload["comment"] |= more
        assert read(payload).said is Said.NOTHING


def test_a_severity_field_goes_before_a_label_and_a_label_before_the_priority():
    payload = fixture("closed")
    payload["issue"]["fields"]["customfield_10042"] = {"value": "SEV1"}
    assert read(payload, severity_field="customfield_10042").ticket.severity == "SEV1"
    assert read(payload).ticket.severity == "SEV2"
    payload["issue"]["fields"]["labels"] = []
    assert read(payload).ticket.severity == "High"


def test_a_text_in_adf_is_read_too():
    payload = fixture("closed")
    adf = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Down."}]}]}
    payload["issue"]["fields"]["description"] = adf
    assert read(payload).ticket.text == "Down."


def test_an_absurd_time_is_no_time():
    for wrong in (10**40, -1, True, "x", 1e300, None):
        payload = fixture("closed")
        payload["timestamp"] = wrong
        assert read(payload).at.year == 2026


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


NAMES = ("issue", "changelog", "comment", "timestamp", "webhookEvent", "fields", "status", "items", "id", "key", "body")
NAMES += ("description", "labels", "created", "resolution", "project", "issuetype", "priority", "author", "security")


def read_or_refusal(it: Source, body: bytes) -> str:
    """What the delivery means, or why it is refused; any other error is a fault."""
    try:
        return it.read({}, body).why
    except BadPayload as refused:
        return refused.message


@given(
    st.sampled_from(["closed", "commented", "reopened"]),
    st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1, max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_a_payload_with_anything_in_the_place_of_anything_is_read_or_refused(name, changes):
    def put(node: object) -> object:
        if isinstance(node, dict):
            return {key: changes.get(key, put(value)) for key, value in node.items()}
        return [put(one) for one in node] if isinstance(node, list) else node

    assert read_or_refusal(source(), json.dumps(put(fixture(name))).encode())


@pytest.mark.skipif(SHARED is None, reason="The recorded payloads are not here: set AFTERWORD_SHARED.")
def test_recorded_payloads_are_read_or_refused_and_the_closed_ones_are_closed():
    folder = Path(SHARED or "") / "data" / "webhooks"
    verdicts = [one for one in json.loads((folder / "CLOSE_EVENTS.json").read_text()) if one["provider"] == "jira"]
    assert len(verdicts) > 40
    for verdict in verdicts:
        said = source(skip_resolutions=()).read({}, (folder / verdict["file"]).read_bytes()).said
        assert (said is Said.CLOSED) == verdict["closed"], verdict["file"]
    for file in folder.glob("*jira*/*.json"):
        assert read_or_refusal(source(), file.read_bytes())
