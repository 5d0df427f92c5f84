"""Why no answer came, said in words that are true, with something to do; through a real proxy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import requests
import urllib3

from connectors.base import Network, NotSent, OutcomeUnknown, Secret, Unavailable
from connectors.reasons import Peer, failure, reason
from connectors.transport import furnish
from sandbox.github import GitHubSandbox
from tests.mitm import MOODS, MitmProxy
from tests.processes import free_port

HOST = "api.github.com"
PEER = Peer("GitHub", HOST, "api_url")
#: mood → what is said, what is to be done
SAID = {
    "html": ("the proxy refused to connect to api.github.com", "Ask whoever runs it"),
    "expired": ("the certificate of api.github.com has expired", "clock"),
    "future": ("the certificate of api.github.com is not good yet", "clock"),
    "other name": ("is for another name", "api_url"),
    "unknown authority": ("an authority that is not known here", "ca_bundle"),
    "no tls": ("api.github.com", "https:// or http://"),
    "close": ("gave no answer when it was asked for api.github.com", "proxy_env"),
    "lose answer": ("", ""),
    "lose request": ("", ""),
}


@pytest.fixture
def proxy() -> Iterator[MitmProxy]:
    with GitHubSandbox() as github, MitmProxy({HOST: (github.port, "")}) as made:
        github.create_repo("acme/ops")
        yield made


def failed(network: Network, *, url: str = f"https://{HOST}/user", write: bool = True) -> Exception:
    with requests.Session() as session:
        furnish(session, network)
        with pytest.raises((requests.RequestException, OSError)) as raised:
            session.request("POST" if write else "GET", url, timeout=2)
    return raised.value


def through(proxy: MitmProxy, **more: object) -> Network:
    return Network(ca_bundle=proxy.ca_file, proxy=Secret(lambda: proxy.url, "the variable PROXY_URL"), **more)


@pytest.mark.parametrize("mood", MOODS)
def test_each_way_not_to_get_through_a_proxy_has_its_words_and_its_mend(proxy: MitmProxy, mood: str) -> None:
    words, mend = SAID[mood]
    proxy.mood = mood
    told = failure(failed(through(proxy)), "POST /user", PEER, write=True)
    assert words in told.message
    assert mend in told.mend
    assert told.mend
    if mood.startswith("lose"):
        assert isinstance(told, OutcomeUnknown)
        assert "broke off" in told.message
        assert not any(word in told.message + told.mend for word in ("did not connect", "refused", "proxy_env"))
        assert told.mend == "It is looked for before it is tried again."
    else:
        assert isinstance(told, NotSent)
        assert "broke off" not in told.message


def test_a_proxy_that_wants_a_password_or_is_not_there_or_is_no_address_is_told_apart(proxy: MitmProxy) -> None:
    proxy.wants = "Basic x"
    assert "wants a user and a password" in words_of(failed(through(proxy)))
    for address, words in (
        (f"http://127.0.0.1:{free_port()}", "the proxy does not answer"),
        ("http://proxy.invalid:3128", "the name of the proxy does not resolve (DNS)"),
        ("http://", "the address of the proxy is none"),
    ):
        assert words in words_of(failed(Network(proxy=Secret(lambda address=address: address, "PROXY"))))


def words_of(error: Exception) -> str:
    found = reason(error, PEER)
    assert found is not None
    assert found.mend
    return found.words


def test_a_read_knows_nothing_and_a_write_is_looked_for() -> None:
    lost = requests.exceptions.ConnectionError("reset")
    read, write = (failure(lost, "GET /user", PEER, write=sent) for sent in (False, True))
    assert isinstance(read, Unavailable)
    assert isinstance(write, OutcomeUnknown)
    assert (
        read.message
        == "No clear answer came to GET /user: the exchange with api.github.com broke off (ConnectionError)."
    )
    assert read.mend == "It is asked again later."


def test_reasons_are_found_however_deep_they_are_wrapped() -> None:
    late = ssl.SSLCertVerificationError(1, "certificate is not yet valid")
    late.verify_code = 9
    wrapped = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", late))
    assert "not good yet" in words_of(wrapped)
    assert reason(requests.exceptions.ConnectionError("reset"), PEER) is None


def test_a_tls_error_while_an_answer_is_read_is_no_failed_handshake() -> None:
    assert reason(requests.exceptions.SSLError(ssl.SSLError(8, "[SSL] unexpected eof")), PEER) is None


def test_the_setting_that_holds_the_address_is_named() -> None:
    error = failed(Network(), url="http://jira.invalid/x")
    found = reason(error, Peer("Jira", "jira.invalid", "url"))
    assert found is not None
    assert "the name jira.invalid does not resolve (DNS)" in found.words
    assert "Check the host in url," in found.mend
