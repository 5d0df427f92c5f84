"""The key of a GitHub App and the kinds of tokens: what is understood, and what is said when one is wrong."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from connectors.base import Denied, Network, Secret
from connectors.github import SourceSettings
from connectors.github.client import Client
from connectors.github.settings import Access
from tests.github_hands import ORIGIN, installed, three_owners
from tests.github_hands import app_client as client


@pytest.fixture
def github():
    with three_owners() as sandbox:
        yield sandbox


@pytest.fixture
def app(github):
    return installed(github)


@pytest.mark.parametrize(
    "changed",
    [
        lambda key: key.replace("\n", "\r\n"),
        lambda key: key.strip().replace("\n", "\\n"),
        lambda key: key.strip().replace("\n", "\\r\\n"),
        lambda key: f"\n  {key}\n\n",
    ],
    ids=["Windows", "two characters", "both", "blank"],
)
def test_a_key_is_understood_as_it_gets_mangled(github, app, changed):
    it = client(github, app, app_key=Secret(lambda: changed(app.key), ORIGIN))
    assert it.account().login == "afterword-app[bot]"


def elliptic():
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(serialization.Encoding.PEM, *form).decode()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (lambda app: "ghp_0123456789", "is a token"),
        (lambda app: "github_pat_0123", "is a token"),
        (lambda app: "s3cr3t", "is no key"),
        (lambda app: app.public_key, "is no key"),
        (lambda app: app.key[:200], "cannot be read as an RSA private key"),
        (lambda app: app.key.replace("MII", "XXX"), "cannot be read as an RSA private key"),
        (lambda app: app.key[:200] + "\n-----END RSA PRIVATE KEY-----", "cannot be read as an RSA private key"),
        (lambda app: elliptic(), "cannot be read as an RSA private key"),
    ],
)
def test_what_is_no_key_of_an_app_is_told_and_nothing_is_sent(github, app, key, words):
    it = client(github, app, app_key=Secret(lambda: key(app), ORIGIN))
    with pytest.raises(Denied) as denied:
        it.get("/repos/acme/ops")
    assert words in denied.value.message
    assert ORIGIN in denied.value.message
    assert denied.value.mend
    assert github.calls == []


def test_a_key_of_another_app_and_a_clock_that_is_off_are_refused_in_githubs_words(github, app):
    other = github.create_app("other")
    it = client(github, app, app_key=Secret(lambda: other.key, ORIGIN))
    with pytest.raises(Denied) as denied:
        it.account()
    assert "could not be decoded" in denied.value.message
    assert str(app.id) in denied.value.mend
    github.skew = timedelta(days=1)
    it = client(github, app)
    with pytest.raises(Denied) as denied:
        it.account()
    assert "Expiration time" in denied.value.message
    assert "clock" in denied.value.mend
    assert it.heard.ahead == pytest.approx(-86_400, abs=5)


def test_a_new_key_in_the_file_is_taken_up(github, app):
    other = github.create_app("other")
    keys = [other.key]
    it = client(github, app, app_key=Secret(lambda: keys[-1], ORIGIN))
    with pytest.raises(Denied):
        it.account()
    keys.append(app.key)
    assert it.account().login == "afterword-app[bot]"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"app_id": 1}, "app_key_file"),
        ({"app_key": Secret(lambda: "x", ORIGIN)}, "app_id = "),
        ({"installation_id": 1}, "app_id = "),
        ({"app_id": 1, "app_key": Secret(lambda: "x", ORIGIN), "token": Secret(lambda: "x", ORIGIN)}, "two ways"),
        ({"app_id": 0, "app_key": Secret(lambda: "x", ORIGIN)}, "greater"),
        ({"api_url": "https://github.com/"}, "https://api.github.com"),
    ],
)
def test_two_ways_to_sign_in_or_half_of_one_are_refused(given, words):
    with pytest.raises(ValidationError) as error:
        SourceSettings(**given)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----\nMII", "is a private key"),
        ("ghs_0123456789", "for an hour"),
        ("ghu_0123456789", "for one user"),
        ("ghr_0123456789", "another token"),
    ],
)
def test_a_token_of_the_wrong_kind_is_told_and_nothing_is_sent(github, token, words):
    it = Client(Access(api_url=github.url, token=Secret(lambda: token, "the variable GITHUB_TOKEN")), Network())
    with pytest.raises(Denied) as denied:
        it.account()
    assert words in denied.value.message
    assert "app_id" in denied.value.mend
    assert github.calls == []
