"""The sandbox behaves like the servers that it stands for, and fails when it is told to."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox


class Inbox:
    """A receiver of webhooks; answers with `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.got: list[tuple[dict[str, str], bytes]] = []
        inbox = self

        class Receive(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Receive)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()
    yield box
    box.close()


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/ops", members={"sam": "write"})
        yield sandbox


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox() as sandbox:
        sandbox.create_project("OPS")
        yield sandbox


def ask(sandbox: GitHubSandbox, method: str, path: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    return requests.request(method, sandbox.url + path, headers=headers, timeout=5, allow_redirects=False, **more)


def ask_jira(sandbox: JiraSandbox, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, sandbox.url + path, auth=(sandbox.email, sandbox.token), timeout=5, **more)


# --- faults -----------------------------------------------------------------------------------------------------------

ISSUES = "/repos/acme/ops/issues"


@pytest.mark.parametrize("kind", ["lose_answer", "truncate"])
def test_the_issue_exists_though_its_answer_was_lost(github: GitHubSandbox, kind: str) -> None:
    github.fault("POST", r"/issues$", kind)
    with pytest.raises(requests.RequestException):
        ask(github, "POST", ISSUES, json={"title": "Once", "body": "m:1"})
    assert [issue.title for issue in github.issues] == ["Once"]
    assert github.calls[-1].status == 201
    assert github.calls[-1].fault == kind


def test_a_reset_comes_before_anything_was_done(github: GitHubSandbox) -> None:
    github.fault("POST", r"/issues$", "reset_before")
    with pytest.raises(requests.ConnectionError):
        ask(github, "POST", ISSUES, json={"title": "Never"})
    assert github.issues == []
    assert github.calls[-1].status == 0


def test_a_status_is_given_as_often_as_planned_and_with_its_headers(github: GitHubSandbox) -> None:
    fault = github.fault("GET", "/issues", "status", times=2, status=429, headers={"Retry-After": "7"})
    answers = [ask(github, "GET", ISSUES) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert "rate limit" in answers[0].json()["message"]
    assert (fault.hits, fault.left) == (2, 0)


def test_a_502_may_come_after_the_work_was_done(github: GitHubSandbox) -> None:
    github.fault("POST", r"/issues$", "status", status=502, acts=True)
    assert ask(github, "POST", ISSUES, json={"title": "Done anyway"}).status_code == 502
    assert len(github.issues) == 1


def test_a_hanging_server_has_acted_before_the_client_gives_up(github: GitHubSandbox) -> None:
    github.fault("POST", r"/issues$", "hang", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            github.url + ISSUES,
            json={"title": "Slow"},
            headers={"Authorization": f"token {github.token}"},
            timeout=(1, 0.1),
        )
    assert len(github.issues) == 1


def test_a_proxy_page_is_html_with_200_and_does_nothing(jira: JiraSandbox) -> None:
    jira.fault("POST", "/issue$", "html")
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x"}
    answer = ask_jira(jira, "POST", "/rest/api/3/issue", json={"fields": fields})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert jira.issues == []


def test_stopping_does_not_wait_for_a_hanging_answer() -> None:
    github = GitHubSandbox().start()
    github.fault("GET", "/user", "hang", seconds=60)
    ended: list[str] = []

    def wait() -> None:
        try:
            ended.append(str(ask(github, "GET", "/user").status_code))
        except requests.RequestException as error:
            ended.append(type(error).__name__)

    asking = threading.Thread(target=wait)
    asking.start()
    while not github.calls:
        time.sleep(0.005)
    started = time.monotonic()
    github.stop()
    asking.join()
    assert time.monotonic() - started < 3
    assert len(ended) == 1


def test_a_server_that_is_down_refuses_and_comes_back_with_all_that_it_knew(github: GitHubSandbox) -> None:
    github.open_issue("acme/ops", "Before")
    github.stop()
    with pytest.raises(requests.ConnectionError):
        ask(github, "GET", ISSUES)
    github.start()
    assert [one["title"] for one in ask(github, "GET", ISSUES).json()] == ["Before"]


def test_many_threads_create_each_issue_once(github: GitHubSandbox) -> None:
    github.fault(None, "/issues", "lose_answer", times=5)

    def create(number: int) -> None:
        try:
            ask(github, "POST", ISSUES, json={"title": "x", "body": f"m:{number}"})
        except requests.RequestException:
            return

    threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(issue.number for issue in github.issues) == list(range(1, 21))
    assert set(github.tally(r"m:(\d+)").values()) == {1}
    assert github.count("POST", "/issues") == 20
    assert sum(call.fault == "lose_answer" for call in github.calls) == 5


# --- webhooks ---------------------------------------------------------------------------------------------------------


def test_github_signs_what_it_sends_and_keeps_the_guid_when_it_sends_again(github: GitHubSandbox, inbox: Inbox) -> None:
    github.add_webhook(inbox.url, "s3cret", ["issues"])
    issue = github.open_issue("acme/ops", "Queue grew")
    github.comment(issue, "not asked for")
    github.close(issue)
    assert [json.loads(body)["action"] for _, body in inbox.got] == ["opened", "closed"]
    headers, body = inbox.got[-1]
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["x-github-event"] == "issues"
    last = github.deliveries[-1]
    assert (last.guid, last.status, last.redelivery) == (headers["x-github-delivery"], 202, False)
    again = github.redeliver(last.id)
    assert again.redelivery
    assert inbox.got[-1][0]["x-github-delivery"] == headers["x-github-delivery"]
    assert inbox.got[-1][1] == body


def test_jira_signs_what_it_sends_and_tells_what_changed(jira: JiraSandbox, inbox: Inbox) -> None:
    jira.add_webhook(inbox.url, "s3cret", project="OPS")
    issue = jira.create_issue("OPS", "Queue grew", type="Incident")
    jira.transition(issue, "Done", "Won't Do", by="Sam")
    jira.comment(issue, "Thanks")
    jira.delete(issue)
    events = [json.loads(body)["webhookEvent"] for _, body in inbox.got]
    assert events == ["jira:issue_created", "jira:issue_updated", "comment_created", "jira:issue_deleted"]
    headers, body = inbox.got[1]
    assert headers["x-hub-signature"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    changed = {item["field"]: item["toString"] for item in json.loads(body)["changelog"]["items"]}
    assert changed == {"status": "Done", "resolution": "Won't Do"}
    jira.redeliver(jira.deliveries[1].guid, retry=2)
    again = inbox.got[-1][0]
    assert again["x-atlassian-webhook-retry"] == "2"
    assert again["x-atlassian-webhook-identifier"] == headers["x-atlassian-webhook-identifier"]


def test_what_the_api_changes_is_told_by_webhook_without_holding_up_the_answer(
    github: GitHubSandbox, inbox: Inbox
) -> None:
    github.add_webhook(inbox.url, "s3cret")
    inbox.status = 503
    number = ask(github, "POST", ISSUES, json={"title": "x"}).json()["number"]
    ask(github, "PATCH", f"{ISSUES}/{number}", json={"state": "closed"})
    github.settle()
    assert [(one.action, one.status) for one in github.deliveries] == [("opened", 503), ("closed", 503)]


def test_a_receiver_that_is_down_and_a_lost_webhook_are_recorded(github: GitHubSandbox, inbox: Inbox) -> None:
    github.add_webhook("http://127.0.0.1:9/hook", "s3cret")
    issue = github.open_issue("acme/ops", "Queue grew")
    github.webhooks.loses = lambda post: post.action == "closed"
    github.close(issue)
    assert [one.status for one in github.deliveries] == [None, None]
    assert github.deliveries[-1].reason == "lost"
