"""How Jira is reached and not reached: certificates, proxies, redirects, sign-in pages; each said in plain words."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.base import ConnectorError, Denied, Network, NotSent, OutcomeUnknown, Secret, Unavailable
from connectors.jira import Publisher, Source, SourceSettings, Tracker, TrackerSettings
from sandbox.jira import JiraSandbox
from tests.jira_hands import connection, draft, elsewhere, tracker
from tests.processes import free_port

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def jira():
    with JiraSandbox() as sandbox:
        sandbox.create_project("PAY")
        sandbox.create_issue("PAY", "x")
        yield sandbox


def certificate(folder: Path, *, name: str = "127.0.0.1", ends: datetime.datetime | None = None) -> Path:
    """A PEM file with a key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme")])
    alternative = x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=9))
        .not_valid_after(ends or NOW + datetime.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "acme.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


def refused(it: Tracker) -> ConnectorError:
    with pytest.raises(ConnectorError) as error:
        it.resolve("PAY-1", elsewhere())
    return error.value


def behind_tls(jira: JiraSandbox, file: Path, **network) -> Tracker:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    jira._server.socket = context.wrap_socket(jira._server.socket, server_side=True)
    jira.start()
    settings = connection(jira, url=jira.url.replace("http://", "https://"), project="PAY")
    return Tracker("work", TrackerSettings(**settings), Network(**network))


@pytest.mark.parametrize(
    ("made", "said", "mend"),
    [
        ({}, "authority that is not known here", "ca_bundle below [network]"),
        ({"ends": NOW - datetime.timedelta(days=1)}, "has expired", "clock of this machine"),
        ({"name": "jira.example.org"}, "is for another name", "Check the host in url"),
    ],
    ids=["untrusted", "expired", "another name"],
)
def test_a_certificate_that_is_not_good_is_named_and_nothing_was_sent(tmp_path, made, said, mend):
    file = certificate(tmp_path, **made)
    jira = JiraSandbox()
    try:
        trusted = {} if not made else {"ca_bundle": str(file)}
        error = refused(behind_tls(jira, file, **trusted))
    finally:
        jira.stop()
    assert isinstance(error, NotSent)
    assert said in error.message
    assert "127.0.0.1" in error.message
    assert mend in error.mend


def test_the_companys_own_authority_is_believed_when_the_settings_name_it(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())  # of the environment, which the settings go before
    file = certificate(tmp_path)
    jira = JiraSandbox()
    jira.create_project("PAY")
    try:
        filed = behind_tls(jira, file, ca_bundle=str(file)).create(draft())
    finally:
        jira.stop()
    assert filed.label == "PAY-1"


def test_the_proxy_of_the_settings_is_used_and_hosts_that_are_direct_are_not_sent_there(jira):
    proxy = Secret(lambda: jira.url, "the variable PROXY")  # as a proxy: it is asked for the whole address
    settings = TrackerSettings(**connection(jira, url="http://jira.example.org", project="PAY"))
    Tracker("work", settings, Network(proxy=proxy)).check(["PAY"])
    assert jira.calls
    jira.reset_calls()
    nobody = Secret(lambda: f"http://127.0.0.1:{free_port()}", "the variable PROXY")
    home = TrackerSettings(**connection(jira, project="PAY"))
    error = refused(Tracker("work", home, Network(proxy=nobody)))
    assert isinstance(error, NotSent)
    assert "the proxy does not answer" in error.message
    assert "proxy_env" in error.mend
    Tracker("work", home, Network(proxy=nobody, direct=("127.0.0.1",))).resolve("PAY-1", elsewhere())
    assert len(jira.calls) == 1


def test_a_source_and_a_publisher_go_the_same_way(jira):
    nobody = Network(proxy=Secret(lambda: f"http://127.0.0.1:{free_port()}", "the variable PROXY"))
    settings = SourceSettings(**connection(jira, unsigned=True))
    with pytest.raises(NotSent, match="proxy"):
        Source("desk", settings, nobody).fetch("PAY-1")
    with pytest.raises(NotSent, match="proxy"):
        Publisher("desk", settings, nobody).find(elsewhere(), "41d0")


def test_a_redirect_is_followed_to_no_host_and_the_other_host_is_named(jira):
    with JiraSandbox() as other:
        other.create_project("PAY")
        sent_on = {"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/login?to=secret"}
        for status in (301, 302, 307, 308):
            jira.fault("GET", "/issue/", "status", status=status, headers=sent_on)
            error = refused(tracker(jira))
            assert isinstance(error, Unavailable)
            assert f"sent on to localhost ({status})" in error.message
            assert "secret" not in error.message
            assert "url" in error.mend
            jira.fault("POST", "/issue$", "status", status=status, headers=sent_on)
            with pytest.raises(OutcomeUnknown):
                tracker(jira).create(draft())
        assert other.calls == []
        assert other.issues == []


def test_a_sign_in_page_is_no_answer_and_said_to_be_one(jira):
    jira.fault("GET", "/issue/", "html")
    error = refused(tracker(jira))
    assert isinstance(error, Unavailable)
    assert "A web page came in place of Jira's answer to GET issue/PAY-1" in error.message
    assert "proxy_env" in error.mend
    jira.fault("POST", "/issue$", "html")
    with pytest.raises(OutcomeUnknown, match="web page"):
        tracker(jira).create(draft())
    jira.fault("GET", "/issue/", "status", status=407)
    assert isinstance(refused(tracker(jira)), NotSent)


def test_who_refuses_and_who_is_not_known_is_named(jira):
    dead = tracker(jira, url=f"http://127.0.0.1:{free_port()}")
    assert "127.0.0.1 refused the connection" in refused(dead).message
    nobody = tracker(jira, url="http://jira.invalid")
    error = refused(nobody)
    assert isinstance(error, NotSent)
    assert "the name jira.invalid does not resolve (DNS)" in error.message
    jira.fault("GET", "/issue/", "hang", seconds=1.2, times=3)
    slow = refused(tracker(jira, timeout=1))
    assert isinstance(slow, Unavailable)
    assert "longer than the timeout" in slow.message


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "status", "body", "mend"),
    [
        ({}, 401, {}, "/_edge/tenant_info"),
        ({"user": None}, 403, {"error": "Failed to parse Connect Session Auth Token"}, "Set user_env"),
        ({"deployment": "datacenter"}, 401, {}, "goes without user_env"),
        ({"deployment": "datacenter", "user": None}, 401, {}, "in the profile of the account"),
    ],
    ids=["scoped token at the site", "API token as bearer", "PAT as password", "PAT that ended"],
)
def test_a_token_of_the_wrong_kind_gets_a_clear_sentence(jira, more, status, body, mend):
    jira.fault("GET", "/issue/", "status", status=status, body=body)
    error = refused(tracker(jira, **more))
    assert isinstance(error, Denied)
    assert mend in error.mend
    assert "JIRA_TOKEN" in error.mend


def test_a_token_with_scopes_is_sent_to_the_gateway_and_its_scopes_are_named():
    settings = TrackerSettings(
        url="https://acme.atlassian.net", api_url="https://api.atlassian.com/ex/jira/1234", project="PAY"
    )
    assert settings.gateway
    home = TrackerSettings(url="https://ACME.atlassian.net/", project="PAY")
    assert (home.url, home.gateway) == ("https://acme.atlassian.net", False)


def test_after_wrong_passwords_a_person_is_asked_for(jira):
    said = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example.org/login.jsp"}
    jira.fault(
        "GET", "/issue/", "status", status=403, headers={**said, "X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}
    )
    assert "sign in once in a browser" in refused(tracker(jira)).mend
