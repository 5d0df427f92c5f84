"""The fault world: what a client meets behind the proxy, what the server did meanwhile; all else passes through."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from sandbox.proxy import FaultProxy
from sandbox.proxy_faults import DONE, FAULTS, LIMITED, NOT_SENT, PASSING, REFUSED, UNKNOWN

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent
ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox(token="t") as sandbox:
        sandbox.create_repo("acme/ops")
        yield sandbox


@pytest.fixture
def proxy(github: GitHubSandbox) -> Iterator[FaultProxy]:
    with FaultProxy(github.url, clock=lambda: NOW) as made:
        yield made


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
    yield made
    made.close()


def ask(client: http.client.HTTPConnection, method: str, path: str, body: object = None) -> tuple[int, dict, bytes]:
    sent = None if body is None else json.dumps(body)
    client.request(method, path, sent, {"Authorization": "Bearer t"})
    answer = client.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def post(client: http.client.HTTPConnection) -> tuple[int, dict, bytes]:
    return ask(client, "POST", ISSUES, {"title": "Mend it"})


def test_what_meets_no_fault_passes_through_byte_for_byte(
    github: GitHubSandbox, proxy: FaultProxy, client: http.client.HTTPConnection
) -> None:
    status, _, body = post(client)
    assert (status, json.loads(body)["title"]) == (201, "Mend it")
    direct = http.client.HTTPConnection("127.0.0.1", github.port, timeout=5)
    there, here = ask(direct, "GET", f"{ISSUES}/1"), ask(client, "GET", f"{ISSUES}/1")
    direct.close()
    assert here[2] == there[2]
    assert proxy.calls == [("POST", ISSUES), ("GET", f"{ISSUES}/1")]
    assert proxy.hits == []


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "refuse"])
def test_a_fault_shows_once_and_the_server_acted_if_the_table_says_so(
    github: GitHubSandbox, proxy: FaultProxy, client: http.client.HTTPConnection, name: str
) -> None:
    fault = FAULTS[name]
    proxy.pace, proxy.patience = 0.0, 0.1
    proxy.plan(name, "POST", r"/issues$")
    try:
        status, _, body = post(client)
    except (http.client.HTTPException, OSError):
        assert fault.way in ("reset", "close", "cut", "hang", "length")
    else:
        if fault.way == "answer":
            assert (status, body) == (fault.status, (fault.body or "").encode())
        elif fault.way == "drip":
            assert (status, json.loads(body)["title"]) == (201, "Mend it")
        else:
            assert fault.name == "shorter"
            with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
                json.loads(body)
    client.close()
    assert len(github.issues) == int(fault.acts)
    assert [(hit.method, hit.path, hit.fault, hit.at) for hit in proxy.hits] == [("POST", ISSUES, name, NOW)]
    assert post(client)[0] == 201  # and all is well again


def test_a_method_or_a_path_that_does_not_fit_meets_nothing(
    proxy: FaultProxy, client: http.client.HTTPConnection
) -> None:
    proxy.plan("502 before", "POST", r"/comments$", 2)
    assert post(client)[0] == 201
    assert [ask(client, "POST", f"{ISSUES}/1/comments", {"body": "x"})[0] for _ in range(3)] == [502, 502, 201]
    proxy.plan("401", times=9)
    assert ask(client, "GET", "/user")[0] == 401
    proxy.clear()
    assert ask(client, "GET", "/user")[0] == 200


def test_when_to_come_back_is_told_in_every_form(proxy: FaultProxy, client: http.client.HTTPConnection) -> None:
    proxy.plan("429, Retry-After as a date")
    _, headers, _ = ask(client, "GET", "/user")
    assert parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"]) == timedelta(
        minutes=2
    )
    proxy.plan("primary limit")
    status, headers, body = ask(client, "GET", "/user")
    assert (status, headers["x-ratelimit-remaining"]) == (403, "0")
    assert int(headers["x-ratelimit-reset"]) == NOW.timestamp() + 1800
    assert b"rate limit exceeded" in body
    for value in ("soon", "-5", "99999999999", "86400"):
        proxy.plan(next(fault for fault in FAULTS.values() if ("Retry-After", value) in fault.headers))
        assert ask(client, "GET", "/user")[1]["retry-after"] == value


def test_the_door_is_shut_after_so_many_answers_and_opens_at_the_same_address(
    proxy: FaultProxy, client: http.client.HTTPConnection
) -> None:
    proxy.plan("refuse", after=2)
    assert [ask(client, "GET", "/user")[0] for _ in range(2)] == [200, 200]
    client.close()
    with pytest.raises(ConnectionRefusedError):
        ask(client, "GET", "/user")
    proxy.open_door()
    client.close()
    assert ask(client, "GET", "/user")[0] == 200
    proxy.plan("refuse", after=0)
    client.close()
    with pytest.raises(ConnectionRefusedError):
        ask(client, "GET", "/user")


def test_a_request_that_meets_a_refusal_is_reset_and_nobody_is_let_in_for_a_while(
    github: GitHubSandbox, proxy: FaultProxy, client: http.client.HTTPConnection
) -> None:
    proxy.outage = 0.2
    proxy.plan("refuse", "POST")
    with pytest.raises(OSError, match="reset"):
        post(client)
    client.close()
    with pytest.raises(ConnectionRefusedError):
        post(client)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        client.close()
        try:
            assert post(client)[0] == 201
            break
        except OSError:
            time.sleep(0.05)
    assert len(github.issues) == 1


def test_a_hang_ends_when_the_client_leaves(proxy: FaultProxy) -> None:
    proxy.plan("hang")
    client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=0.2)
    with pytest.raises(TimeoutError):
        ask(client, "GET", "/user")
    client.close()
    begun = time.monotonic()
    proxy.stop()
    assert time.monotonic() - begun < 4


def test_a_storm_is_the_same_for_the_same_seed(github: GitHubSandbox) -> None:
    met = []
    for _ in range(2):
        with FaultProxy(github.url) as proxy:
            proxy.storm(0.5, "seed", ["502 before", "404"])
            client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
            statuses = [ask(client, "GET", "/user")[0] for _ in range(20)]
            client.close()
            assert 3 < len(proxy.hits) < 17
            met.append(statuses)
    assert met[0] == met[1]


def test_a_server_that_is_down_is_an_end_without_an_answer(
    github: GitHubSandbox, client: http.client.HTTPConnection
) -> None:
    github.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(client, "GET", "/user")
    github.start()
    client.close()
    assert ask(client, "GET", "/user")[0] == 200


def test_the_table_holds_what_a_network_and_a_vendor_can_do() -> None:
    assert len(FAULTS) >= 45
    assert {fault.concludes for fault in FAULTS.values()} <= {NOT_SENT, REFUSED, LIMITED, UNKNOWN, DONE}
    assert all(not fault.acts for fault in FAULTS.values() if fault.concludes in (NOT_SENT, REFUSED, LIMITED))
    assert set(PASSING) < set(FAULTS)


# --- listings that lag behind


@pytest.mark.parametrize("minutes", [2, 8, 14])
def test_every_listing_can_lag_behind_what_was_written(github: GitHubSandbox, minutes: int) -> None:
    now = [NOW]
    github.clock = lambda: now[0]
    github.list_lag = github.sub_issue_lag = timedelta(minutes=minutes)
    parent = github.open_issue("acme/ops", "Slow", "", labels=[])
    now[0] += timedelta(hours=1)
    client = http.client.HTTPConnection("127.0.0.1", github.port, timeout=5)
    ask(client, "POST", ISSUES, {"title": "Mend it", "parent_issue_id": parent.id})

    def listed() -> tuple[int, int]:
        below = json.loads(ask(client, "GET", f"{ISSUES}/{parent.number}/sub_issues")[2])
        return len(json.loads(ask(client, "GET", f"{ISSUES}?state=all")[2])) - 1, len(below)

    now[0] += timedelta(minutes=minutes) - timedelta(seconds=1)
    assert listed() == (0, 0)
    now[0] += timedelta(seconds=1)
    assert listed() == (1, 1)
    client.close()


def test_a_query_of_jira_lags_in_the_same_way() -> None:
    now = [NOW]
    with JiraSandbox() as jira:
        jira.clock = lambda: now[0]
        jira.index_lag = timedelta(minutes=8)
        jira.create_project("PAY")
        jira.create_issue("PAY", "Mend it", "")
        signed = base64.b64encode(f"{jira.email}:{jira.token}".encode()).decode()
        client = http.client.HTTPConnection("127.0.0.1", jira.port, timeout=5)

        def listed() -> int:
            path = "/rest/api/2/search/jql?jql=project%20%3D%20PAY&fields=summary"
            client.request("GET", path, headers={"Authorization": f"Basic {signed}"})
            return len(json.loads(client.getresponse().read())["issues"])

        assert listed() == 0
        now[0] += timedelta(minutes=8)
        assert listed() == 1
        client.close()


# --- by hand


def test_started_by_hand_it_says_where_it_listens_and_which_faults_were_met() -> None:
    command = [sys.executable, "-m", "sandbox", "--faults", "1", "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            assert process.stdout.readline().startswith("Jira ")
            port = int(first.split()[1].rpartition(":")[2])
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with suppress(OSError, http.client.HTTPException):
                ask(client, "GET", "/user")
            client.close()
            assert process.stdout.readline().startswith("GitHub  GET /user: ")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)


def test_a_share_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "sandbox", "--faults", "20"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20)
    assert (told.returncode, "between 0 and 1" in told.stderr) == (2, True)
