"""What GitHub's webhooks mean, and that no body can do more than be refused."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import BadPayload, BadSignature, Said, Secret, Visibility
from connectors.github import Source, SourceSettings
from sandbox.webhooks import sign

FIXTURES = Path(__file__).parent / "fixtures" / "github"
EXPECTED = sorted(FIXTURES.glob("*.expected.json"))
IGNORED = sorted(FIXTURES.glob("*.ignored.json"))


def source(**more):
    return Source("ops", SourceSettings(unsigned=True, **more))


def fixture(name: str) -> tuple[dict, bytes]:
    body = FIXTURES / f"{name}.json"
    if not body.exists():
        body = FIXTURES / f"{name}.ignored.json"
    return json.loads((FIXTURES / f"{name}.headers.json").read_text()), body.read_bytes()


def changed(name: str, change) -> tuple[dict, bytes]:
    headers, body = fixture(name)
    parsed = json.loads(body)
    change(parsed)
    return headers, json.dumps(parsed).encode()


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_a_fixture_says_what_is_expected_of_it(path):
    wanted = json.loads(path.read_text())
    signal = source().read(*fixture(path.name.split(".")[0]))
    assert (signal.said, signal.ref, signal.key, signal.issue_id) == (
        Said(wanted["said"]),
        wanted["ref"],
        wanted["key"],
        wanted["issue_id"],
    )
    assert signal.why.endswith(".")
    if "at" in wanted:
        assert signal.at == datetime.fromisoformat(wanted["at"])
    if "ticket" in wanted:
        ticket = signal.ticket
        told = {name: getattr(ticket, name) for name in wanted["ticket"]}
        assert told == wanted["ticket"]


@pytest.mark.parametrize("path", IGNORED, ids=lambda path: path.name.split(".")[0])
def test_what_does_not_concern_us_is_ignored_with_a_reason(path):
    signal = source().read(*fixture(path.name.split(".")[0]))
    assert signal.said is Said.NOTHING
    assert len(signal.why) > 10


def test_the_ticket_of_a_payload_can_stand_in_for_the_source():
    ticket = source().read(*fixture("closed")).ticket
    assert ticket.from_payload
    assert ticket.closed
    assert ticket.visibility is Visibility.PRIVATE
    assert ticket.closed_at == datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
    assert ticket.labels == ("incident", "sev2")
    assert [person.id for person in ticket.assignees] == ["sam"]
    assert ticket.native["issue_id"] == "2631400001"
    assert ticket.native["repository_id"] == "718200001"


def test_a_closed_ticket_without_the_label_is_no_incident_but_may_be_an_issue_that_we_follow():
    signal = source().read(*fixture("closed-without-label"))
    assert signal.said is Said.ISSUE
    assert "label incident" in signal.why


def test_not_planned_closings_count_where_the_settings_say_so():
    assert source(include_not_planned=True).read(*fixture("not-planned")).said is Said.CLOSED
    assert "not planned" in source().read(*fixture("not-planned")).why


def test_an_issue_type_makes_an_incident_as_a_label_does():
    def typed(body):
        body["issue"]["type"] = {"id": 1, "name": "Incident"}
        body["issue"]["labels"] = []

    assert source(issue_types=("incident",)).read(*changed("closed", typed)).said is Said.CLOSED
    assert source(issue_types=("outage",)).read(*changed("closed", typed)).said is Said.ISSUE


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ((), Said.CLOSED),
        (("acme/*",), Said.CLOSED),
        (("ACME/Ops",), Said.CLOSED),
        (("acme/*", "!acme/ops"), Said.ISSUE),
        (("!acme/secret",), Said.CLOSED),
        (("other/*",), Said.ISSUE),
    ],
)
def test_repositories_are_chosen_by_pattern(patterns, said):
    assert source(repositories=patterns).read(*fixture("closed")).said is said


def labeled(name, **more):
    """A closed issue on which a label was just put, beside those that it has."""

    def change(body):
        body["label"] = {"name": name}
        body["issue"]["labels"] = [{"name": one} for one in (*more.get("beside", ()), name)]
        body["issue"]["state"] = more.get("state", "closed")
        body["issue"]["state_reason"] = more.get("reason", "completed")

    return changed("labeled-after-closing", change)


def test_the_label_that_makes_a_closed_issue_an_incident_is_as_good_as_its_closing():
    signal = source().read(*labeled("Incident"))
    assert signal.said is Said.CLOSED
    assert signal.at == datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
    assert "labeled" in signal.why
    assert source().read(*labeled("incident", reason="not_planned")).said is Said.NOTHING
    assert source().read(*labeled("incident", state="open")).said is Said.ISSUE
    assert source().read(*labeled("sev1", beside=("incident",))).said is Said.EDITED
    assert source().read(*labeled("sev1")).said is Said.ISSUE
    assert source(labels=("incident", "outage")).read(*labeled("outage", beside=("incident",))).said is Said.EDITED
    assert source(labels=()).read(*labeled("incident")).said is Said.EDITED


def test_the_type_that_makes_a_closed_issue_an_incident_is_as_good_as_its_closing():
    typed = fixture("typed-after-closing")
    assert source(labels=(), issue_types=("incident",)).read(*typed).said is Said.CLOSED
    assert source(issue_types=("incident",)).read(*typed).said is Said.EDITED
    assert source(labels=(), issue_types=("bug",)).read(*typed).said is Said.ISSUE


def test_a_restricted_label_is_seen_on_the_payload_too():
    assert source().read(*fixture("restricted-after-closing")).ticket.visibility is Visibility.RESTRICTED
    plain = source(restricted_labels=()).read(*fixture("restricted-after-closing"))
    assert plain.ticket.visibility is Visibility.PRIVATE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("publicized", "acme/ops was made public; who may read it is asked again within the hour."),
        ("installed", "The App was installed for acme."),
        ("suspended", "The App was suspended for acme"),
        ("repositories-added", "The App may now see acme/ops."),
    ],
)
def test_what_github_tells_besides_issues_is_told_in_a_sentence(name, words):
    headers, body = fixture(name)
    assert words in source().read(headers, body).why
    assert source().read(headers, b"[]").said is Said.NOTHING


def test_a_form_encoded_delivery_is_read_as_well():
    from urllib.parse import urlencode

    headers, body = fixture("closed")
    form = urlencode({"payload": body.decode()}).encode()
    headers["content-type"] = "application/x-www-form-urlencoded"
    assert source().read(headers, form).said is Said.CLOSED
    with pytest.raises(BadPayload):
        source().read(headers, b"nothing=here")


BAD = {
    "empty": b"",
    "no json": b"payload",
    "not utf-8": b'{"action": "\xff"}',
    "a lone surrogate": b'{"action": "\\ud800"}',
    "a nul": rb'{"action":"closed","issue":{"number":1,"title":"a\u0000b"},"repository":{"full_name":"acme/ops"}}',
    "nan": b'{"action":"closed","issue":{"number":NaN},"repository":{"full_name":"acme/ops"}}',
    "a huge integer": b'{"action":"closed","issue":{"number":' + b"9" * 6000 + b'},"repository":{}}',
    "a nest": b'{"action":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "an open nest": b"[" * 200_000,
    "a list": b"[]",
    "null": b"null",
    "no issue": b'{"action":"closed","repository":{"full_name":"acme/ops"}}',
    "no repository name": b'{"action":"closed","issue":{"number":1},"repository":{}}',
    "a time without a zone": b'{"action":"closed","issue":{"number":1,"closed_at":"2026-11-17T15:31:00"},'
    b'"repository":{"full_name":"acme/ops"}}',
    "a time before the calendar": b'{"action":"closed","issue":{"number":1,"closed_at":"0001-01-01T00:00:00+14:00"},'
    b'"repository":{"full_name":"acme/ops"}}',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_body_that_cannot_be_read_is_refused_with_a_sentence(body):
    with pytest.raises(BadPayload) as refused:
        source().read({"x-github-event": "issues"}, body)
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 400


def test_a_delivery_without_an_event_is_refused():
    with pytest.raises(BadPayload):
        source().read({}, b"{}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(
    where=st.lists(st.sampled_from(["issue", "repository", "comment", "labels", "user", "number", "closed_at", "id"])),
    value=JSON,
)
def test_whatever_stands_in_a_payload_it_is_read_or_refused(where, value):
    headers, body = fixture("commented")
    parsed = json.loads(body)
    spot = parsed
    for name in where:
        if isinstance(spot.get(name), dict):
            spot = spot[name]
        else:
            spot[name] = value
            break
    try:
        signal = source().read(headers, json.dumps(parsed).encode())
    except BadPayload:
        return
    assert signal.said in Said


def test_a_signature_is_demanded_and_both_secrets_are_good():
    new, old = Secret(lambda: "new", "NEW"), Secret(lambda: "old", "OLD")
    it = Source("ops", SourceSettings(secret=new, secret_old=old, unsigned=True))
    headers, body = fixture("closed")
    for value in ("new", "old"):
        it.verify({**headers, "x-hub-signature-256": sign(value, body)}, body)
    for wrong in ({}, {"x-hub-signature-256": sign("other", body)}, {"x-hub-signature": sign("new", body)}):
        with pytest.raises(BadSignature):
            it.verify({**headers, **wrong}, body)


def test_without_a_secret_nothing_is_believed_unless_the_settings_say_unsigned():
    with pytest.raises(BadSignature):
        Source("ops", SourceSettings()).verify({}, b"")
    source().verify({}, b"")


def test_a_delivery_has_githubs_id_or_the_hash_of_its_body():
    it = source()
    assert it.delivery_id({"x-github-delivery": "7a1f0c00-c2b4-11f0"}, b"x") == "7a1f0c00-c2b4-11f0"
    assert it.delivery_id({}, b"x") == it.delivery_id({"x-github-delivery": "a b\n"}, b"x")
    assert len(it.delivery_id({}, b"x")) == 64


SHARED = os.environ.get("AFTERWORD_SHARED")


@pytest.mark.skipif(not SHARED, reason="AFTERWORD_SHARED is not set: the recorded payloads are not part of the project")
def test_recorded_payloads_are_read_or_refused_and_the_recorded_closing_is_found():
    hooks = Path(str(SHARED)) / "data" / "webhooks"
    said = {}
    for folder in ("*github*", "*octokit*", "*probot*"):
        for path in sorted(path for found in hooks.glob(folder) for path in found.glob("*.json")):
            for event in ("issues", "issue_comment", "ping", "push"):
                try:
                    signal = source(labels=()).read({"x-github-event": event}, path.read_bytes())
                except BadPayload:
                    continue
                if event in path.name:
                    said[path.name] = signal.said
    assert said["Devolution-Oy.issues.closed.json"] is Said.CLOSED
    assert len(said) > 25
    closings = json.loads((hooks / "CLOSE_EVENTS.json").read_text())
    closed = {Path(one["file"]).name for one in closings if one["provider"] == "github" and one["closed"]}
    assert closed == {name for name, kind in said.items() if kind is Said.CLOSED}
