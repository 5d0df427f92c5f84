"""How requests leave, over real TLS through a real proxy; above all: what was sent is never taken for not sent."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from connectors.base import Network, NotSent, OutcomeUnknown, Secret, Tracker, Unavailable
from connectors.github import Tracker as GitHubTracker
from connectors.github import TrackerSettings as GitHubSettings
from connectors.jira import Tracker as JiraTracker
from connectors.jira import TrackerSettings as JiraSettings
from connectors.transport import furnish, sent_nothing
from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from tests import github_hands, jira_hands
from tests.mitm import MOODS, MitmProxy, Passed
from tests.processes import free_port

USER, PASSWORD, TOKEN = "afterword", "pr0xy-pass-w0rd", "t0ken-of-ours"
REPO = "https://api.github.com/repos/acme/checkout"
#: moods in which a request cannot have left, and those in which it can
BEFORE = ("html", "expired", "future", "other name", "unknown authority", "no tls", "close")
AFTER = ("lose answer", "lose request")


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox(token=TOKEN) as sandbox:
        sandbox.create_repo("acme/checkout")
        yield sandbox


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox(token=TOKEN) as sandbox:
        sandbox.create_project("PAY")
        yield sandbox


@pytest.fixture
def proxy(github: GitHubSandbox, jira: JiraSandbox) -> Iterator[MitmProxy]:
    table = {"api.github.com": (github.port, ""), "acme.atlassian.net": (jira.port, "")}
    with MitmProxy(table, user=USER, password=PASSWORD) as made:
        yield made


def through(mitm: MitmProxy, **more) -> Network:
    return Network(**{"ca_bundle": mitm.ca_file, "proxy": Secret(lambda: mitm.url, "the variable PROXY_URL"), **more})


@contextmanager
def session(network: Network) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.headers["Authorization"] = f"token {TOKEN}"
        furnish(made, network)
        yield made


def tracker(kind: str, network: Network, *, scheme: str = "https") -> Tracker:
    signed = {"token": Secret(lambda: TOKEN, "the variable TOKEN"), "timeout": 1}
    if kind == "github":
        url = "https://api.github.com" if scheme == "https" else "http://git.example.org"
        return GitHubTracker("code", GitHubSettings(api_url=url, repositories=("acme/checkout",), **signed), network)
    user = Secret(lambda: "afterword@example.org", "the variable JIRA_USER")
    url = "https://acme.atlassian.net" if scheme == "https" else "http://jira.example.org"
    return JiraTracker("work", JiraSettings(url=url, user=user, project="PAY", **signed), network)


def file(kind: str, with_tracker: Tracker) -> None:
    """One issue. What GitHub's tracker must know of the repository is asked before."""
    if kind == "github":
        with_tracker.create(github_hands.draft(github_hands.jira_incident()))
    else:
        with_tracker.create(jira_hands.draft())


def issues(kind: str, github: GitHubSandbox, jira: JiraSandbox) -> int:
    return len(github.issues) if kind == "github" else len(jira.issues)


# --- the way out


def test_a_request_goes_through_the_proxy_of_the_settings_and_trusts_its_authority(proxy):
    with session(through(proxy)) as ours:
        assert ours.get(REPO, timeout=3).json()["full_name"] == "acme/checkout"
    assert proxy.passed == [Passed("api.github.com", "GET", "/repos/acme/checkout")]


def test_an_authority_that_the_settings_do_not_name_is_not_trusted(proxy):
    with session(through(proxy, ca_bundle=None)) as ours, pytest.raises(requests.exceptions.SSLError) as raised:
        ours.get(REPO, timeout=3)
    assert sent_nothing(raised.value)
    assert proxy.passed == []


def test_the_proxy_of_the_environment_loses_against_the_settings(proxy, monkeypatch, jira):
    with MitmProxy({"api.github.com": (jira.port, "")}) as other:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("NO_PROXY", "api.github.com")
        monkeypatch.setenv("no_proxy", "api.github.com")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", other.ca_file)
        with session(through(proxy)) as ours:
            assert ours.get(REPO, timeout=3).status_code == 200
        assert (len(proxy.passed), other.asked) == (1, [])


def test_without_a_proxy_in_the_settings_that_of_the_environment_is_taken(proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    with session(through(proxy, proxy=None)) as ours:
        assert ours.get(REPO, timeout=3, verify=proxy.ca_file).status_code == 200
    assert proxy.hosts() == {"api.github.com"}


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_the_authorities_of_the_environment_lose_against_the_settings(kind, proxy, github, jira, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    with MitmProxy({}) as other:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", other.ca_file)
        monkeypatch.setenv("CURL_CA_BUNDLE", other.ca_file)
        for network in (through(proxy), through(proxy, proxy=None)):
            file(kind, tracker(kind, network))
    assert issues(kind, github, jira) == 2


@pytest.mark.parametrize("direct", ["127.0.0.1", "localhost", "LocalHost"])
def test_a_host_that_is_direct_is_reached_past_the_proxy(proxy, github, direct):
    proxy.table["127.0.0.1"] = proxy.table["localhost"] = (github.port, "")
    url = f"http://{direct}:{github.port}/repos/acme/checkout"
    with session(through(proxy)) as ours:
        assert ours.get(url, timeout=3).status_code == 200
    assert len(proxy.passed) == 1
    with session(through(proxy, direct=(direct,))) as ours:
        assert ours.get(url, timeout=3).status_code == 200
        assert ours.get(REPO, timeout=3).status_code == 200
    assert [one.host for one in proxy.passed] == [direct.lower(), "api.github.com"]


def test_a_netrc_file_does_not_replace_our_token(proxy, github, monkeypatch, tmp_path: Path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\nmachine api.github.com login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for network in (Network(), through(proxy)):
        url = REPO if network.proxy else f"{github.url}/repos/acme/checkout"
        with session(network) as ours:
            assert ours.get(url, timeout=3).status_code == 200  # the token alone opens it
        with requests.Session() as bare:  # what would happen else
            bare.headers["Authorization"] = f"token {TOKEN}"
            assert bare.get(f"{github.url}/repos/acme/checkout", timeout=3).status_code == 401


@pytest.mark.parametrize("mood", BEFORE)
@pytest.mark.parametrize("kind", ["github", "jira"])
def test_the_password_of_the_proxy_is_in_no_error_and_no_log(kind, mood, proxy, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    proxy.mood = mood
    network = through(proxy)
    with pytest.raises(NotSent) as raised:
        file(kind, tracker(kind, network))
    told = [raised.value.message, raised.value.mend, repr(raised.value), repr(network), str(network)]
    told += [record.getMessage() for record in caplog.records] + list(capsys.readouterr())
    assert proxy.asked
    assert PASSWORD not in " ".join(told)
    assert TOKEN not in " ".join(told)


# --- whether anything was sent


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_is_known_to_have_sent_nothing_or_not(proxy, mood):
    assert set(MOODS) == {*BEFORE, *AFTER}
    proxy.mood = mood
    with session(through(proxy)) as ours, pytest.raises(requests.exceptions.RequestException) as raised:
        ours.post(f"{REPO}/issues", json={"title": "x"}, timeout=3)
    assert sent_nothing(raised.value) == (mood in BEFORE)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("kind", ["github", "jira"])
def test_an_issue_whose_request_may_have_left_is_never_said_to_be_not_sent(kind, mood, proxy, github, jira):
    ours = tracker(kind, through(proxy))
    ours.visibility(ours.places[0])
    proxy.mood = mood
    with pytest.raises(NotSent if mood in BEFORE else OutcomeUnknown) as raised:
        file(kind, ours)
    assert raised.value.message
    assert issues(kind, github, jira) == (mood == "lose answer")
    proxy.mood = ""
    file(kind, ours)
    assert issues(kind, github, jira) == 1 + (mood == "lose answer")


@pytest.mark.parametrize("mood", ["lose answer", "lose request"])
def test_a_connection_that_was_good_before_proves_nothing(proxy, mood):
    with session(through(proxy)) as ours:
        assert ours.get(REPO, timeout=3).status_code == 200
        proxy._mood = mood  # the tunnel stays open
        with pytest.raises(requests.exceptions.RequestException) as raised:
            ours.post(f"{REPO}/issues", json={"title": "x"}, timeout=3)
    assert not sent_nothing(raised.value)


def test_a_reset_is_not_taken_for_an_earlier_failure_that_is_being_handled(proxy):
    with session(through(proxy)) as ours:
        proxy.mood = "html"
        second = None
        try:
            ours.get(REPO, timeout=3)
        except requests.exceptions.ProxyError:
            proxy.mood = "lose answer"
            with pytest.raises(requests.exceptions.RequestException) as second:
                ours.post(f"{REPO}/issues", json={"title": "x"}, timeout=3)
    assert second is not None
    assert not sent_nothing(second.value)


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_lost_answer_through_the_proxy_of_the_environment_is_unknown_as_well(kind, proxy, github, jira, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", proxy.url)
    ours = tracker(kind, through(proxy, proxy=None))
    ours.visibility(ours.places[0])
    proxy.mood = "lose answer"
    with pytest.raises(OutcomeUnknown):
        file(kind, ours)
    assert issues(kind, github, jira) == 1


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_proxy_that_asks_for_a_password_lets_nothing_out(kind, proxy, github, jira):
    network = through(proxy, proxy=Secret(lambda: proxy.url.replace(PASSWORD, "wr0ng"), "the variable PROXY_URL"))
    with pytest.raises(NotSent) as raised:
        file(kind, tracker(kind, network))
    assert "proxy" in raised.value.message + raised.value.mend
    assert (proxy.passed, issues(kind, github, jira)) == ([], 0)


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_host_that_the_proxy_does_not_reach_is_not_sent(kind, proxy):
    proxy.table.clear()
    with pytest.raises(NotSent) as raised:
        file(kind, tracker(kind, through(proxy)))
    assert "proxy" in raised.value.message + raised.value.mend


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_proxy_that_is_not_there_is_not_sent(kind):
    network = Network(proxy=Secret(lambda: f"http://127.0.0.1:{free_port()}", "the variable PROXY_URL"))
    with pytest.raises(NotSent) as raised:
        file(kind, tracker(kind, network))
    assert "proxy" in raised.value.message + raised.value.mend


def test_a_proxy_that_takes_a_connection_and_says_nothing_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        network = Network(proxy=Secret(lambda: f"http://127.0.0.1:{silent.getsockname()[1]}", "the variable PROXY_URL"))
        with session(network) as ours, pytest.raises(requests.exceptions.RequestException) as raised:
            ours.post(f"{REPO}/issues", json={"title": "x"}, timeout=0.3)
    assert sent_nothing(raised.value)


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_authorities_that_are_gone_and_a_proxy_that_is_no_address_let_nothing_out(kind, proxy, tmp_path: Path):
    for network in (
        through(proxy, ca_bundle=str(tmp_path / "gone.pem")),
        through(proxy, proxy=Secret(lambda: "http://", "the variable PROXY_URL")),
    ):
        with pytest.raises(NotSent):
            file(kind, tracker(kind, network))
    assert proxy.passed == []


# --- a proxy that answers HTML


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_sign_in_page_is_no_answer(kind, proxy, github, jira):
    """In plain HTTP the proxy itself answers, with 200 and a page: a read knows nothing, a write must be looked for."""
    proxy.table["git.example.org"] = proxy.table["api.github.com"]
    proxy.table["jira.example.org"] = proxy.table["acme.atlassian.net"]
    ours = tracker(kind, through(proxy), scheme="http")
    ours.visibility(ours.places[0])
    proxy.mood = "html"
    with pytest.raises(Unavailable) as raised:
        ours.look(["9f2c4b7d10ae"], ours.places[0], jira_hands.elsewhere(), github_hands.LONG_AGO, deep=True)
    assert "page" in raised.value.message + raised.value.mend
    with pytest.raises(OutcomeUnknown):
        file(kind, ours)
    assert any(finding.level == "MEND" and "proxy" in finding.mend for finding in ours.check(ours.places))
