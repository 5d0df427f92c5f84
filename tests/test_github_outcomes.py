"""What a write's outcome means. The one question: can it have been done? Raw sockets where a server must misbehave."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
import requests
import urllib3.exceptions

from connectors.answers import Answer
from connectors.base import (
    Denied,
    Draft,
    Limited,
    Missing,
    NotSent,
    OutcomeUnknown,
    Refused,
    Secret,
    Ticket,
    Unavailable,
    Visibility,
)
from connectors.github import Publisher, SourceSettings, Tracker, TrackerSettings
from connectors.github.outcome import fields, retry_after
from connectors.transport import sent_nothing
from sandbox.github import GitHubSandbox
from tests.github_hands import client

BODY = {"title": "An item", "body": "text"}


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/checkout")
        yield sandbox


@contextmanager
def server(reply: bytes | None):
    """Reads one request per connection, sends these bytes (None: resets), closes. Yields its URL and what it read."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                data = b""
                while b"\r\n\r\n" not in data or not data.endswith(b"}"):
                    part = connection.recv(65_536)
                    if not part:
                        break
                    data += part
                    if data.startswith(b"\x16") or (data.startswith(b"GET") and data.endswith(b"\r\n\r\n")):
                        break  # a TLS greeting, or a request without a body
                if data:
                    seen.append(data)
                if reply is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                else:
                    connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def answer(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {length or len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


UNKNOWN = {
    "a reset": None,
    "a goodbye without an answer": b"",
    "half a status line": b"HTTP/1.1 20",
    "no HTTP": b"hello\r\n\r\n",
    "a truncated body": answer("201 Created", b'{"number": 7', length=900),
    "a body cut in a chunk": b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
    "500": answer("500 Internal Server Error", b"{}"),
    "502 with a page": answer("502 Bad Gateway", b"<html>"),
    "503 with Retry-After": answer("503 Service Unavailable", b"{}", "Retry-After: 1"),
    "504": answer("504 Gateway Timeout", b""),
    "408": answer("408 Request Timeout", b"{}"),
    "301": answer("301 Moved Permanently", b"{}", "Location: http://127.0.0.1:1/repositories/1/issues"),
    "302": answer("302 Found", b"", "Location: /login"),
    "307": answer("307 Temporary Redirect", b'{"message": "Moved"}', "Location: /repositories/1/issues"),
    "304": answer("304 Not Modified", b""),
    "nonsense in a limit's header": answer("201 Created", b"{}", "x-ratelimit-limit: x", "x-ratelimit-remaining: y"),
}


@pytest.mark.parametrize("reply", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_write_whose_answer_proves_nothing_is_sent_once_and_its_outcome_is_open(reply):
    with server(reply) as (url, seen):
        with pytest.raises(OutcomeUnknown):
            client(url).write("POST", "/repos/acme/checkout/issues", BODY)
        assert len(seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b"null",
        b"[]",
        b'{"id": 1, "node_id": "I_1", "number": null}',
        b'{"id": 1, "node_id": "I_1", "number": "7"}',
        b'{"id": 1, "node_id": "I_1", "number": true}',
        b'{"id": 1, "number": 7}',
        b'{"node_id": "I_1", "number": 7}',
        b"[" * 100_000,
    ],
)
def test_a_created_issue_without_a_number_leaves_the_outcome_open(github, body):
    incident = Ticket("desk", "1", "OPS-1", "", "", "", Visibility.PUBLIC, datetime(2026, 1, 1, tzinfo=UTC))
    draft = Draft("aa", "acme/checkout", "t", "b", (), None, None, None, incident, "", "")
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    tracker = Tracker("c", TrackerSettings(api_url=github.url, token=token, repositories=("acme/checkout",)))
    github.fault("POST", "/issues$", "status", status=201, body=body.decode())
    with pytest.raises(OutcomeUnknown):
        tracker.create(draft)
    github.fault("POST", "/issues$", "html")
    with pytest.raises(OutcomeUnknown):
        tracker.create(draft)
    assert github.count("POST") == 2


def test_a_read_timeout_leaves_the_outcome_open(github):
    github.fault("POST", "/issues$", "hang", seconds=3)
    with pytest.raises(OutcomeUnknown):
        client(github.url, timeout=1).write("POST", "/repos/acme/checkout/issues", BODY)
    assert len(github.issues) == 1


@pytest.mark.parametrize("kind", ["lose_answer", "reset_before", "truncate"])
def test_what_the_sandbox_loses_is_open_and_sent_once(github, kind):
    github.fault("POST", "/issues$", kind)
    with pytest.raises(OutcomeUnknown):
        client(github.url).write("POST", "/repos/acme/checkout/issues", BODY)
    assert github.count("POST") == 1


def test_a_refused_connection_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent):
        client(f"http://127.0.0.1:{port}").write("POST", "/repos/acme/checkout/issues", BODY)


def test_a_name_that_does_not_resolve_sent_nothing():
    with pytest.raises(NotSent):
        client("http://api.invalid").write("POST", "/repos/acme/checkout/issues", BODY)


def test_a_failed_tls_handshake_sent_nothing():
    for reply in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None):
        with server(reply) as (url, _), pytest.raises(NotSent):
            client(url.replace("http:", "https:")).write("POST", "/repos/acme/checkout/issues", BODY)


def test_a_tls_handshake_that_never_ends_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        it = client(f"https://127.0.0.1:{silent.getsockname()[1]}", timeout=1)
        with pytest.raises(NotSent):
            it.write("POST", "/repos/acme/checkout/issues", BODY)


def test_an_ssl_error_outside_the_handshake_proves_nothing():
    try:
        raise ssl.SSLError(1, "bad record")
    except ssl.SSLError as inner:
        late = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", inner))  # type: ignore[arg-type]
    assert not sent_nothing(late)


def test_a_token_that_cannot_be_a_header_sends_nothing(github):
    it = client(github.url, token="tok\u2011en")
    with pytest.raises(Denied) as denied:
        it.write("POST", "/repos/acme/checkout/issues", BODY)
    assert "GITHUB_TOKEN" in denied.value.message
    assert github.calls == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Refused) for status in (400, 405, 409, 413, 415, 422)),
        *((status, Denied) for status in (401, 403)),
        *((status, Missing) for status in (404, 410, 451)),
        (429, Limited),
    ],
)
def test_a_refusal_is_definite_and_sent_once(github, status, kind):
    body = {"message": "No."} if status != 429 else {"message": "Slow down"}
    github.fault("POST", "/issues$", "status", status=status, body=body)
    with pytest.raises(kind) as refused:
        client(github.url).write("POST", "/repos/acme/checkout/issues", BODY)
    assert refused.value.status == status
    assert github.count("POST") == 1
    assert github.issues == []


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"Retry-After": "73"}, "Forbidden", 73),
        ({}, "You have exceeded a secondary rate limit.", None),
        ({}, "API rate limit exceeded for user ID 1.", None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}, "Forbidden", 0),
    ],
)
def test_a_403_that_is_a_limit_says_how_long(headers, message, seconds):
    lines = [f"{name}: {value}" for name, value in headers.items()]
    with server(answer("403 Forbidden", f'{{"message": "{message}"}}'.encode(), *lines)) as (url, seen):
        with pytest.raises(Limited) as limited:
            client(url).write("POST", "/repos/acme/checkout/issues", BODY)
        assert limited.value.retry_after == seconds
        assert len(seen) == 1


def test_a_wait_is_counted_on_githubs_clock():
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    date = format_datetime(now, usegmt=True)
    reset = str(int(now.timestamp()) + 600)
    assert retry_after({"date": date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}) == 601
    assert retry_after({"date": date, "x-ratelimit-remaining": "9", "x-ratelimit-reset": reset}) is None
    later = format_datetime(now.replace(minute=2), usegmt=True)
    assert retry_after({"date": date, "retry-after": later}) == 120
    for nonsense in ("soon", "-1", "²", "9" * 400, "Mon, 99 Foo 2026"):
        assert retry_after({"date": date, "retry-after": nonsense}) is None


def test_a_redirect_to_another_host_is_not_followed_and_gets_no_token():
    with server(answer("200 OK", b"{}")) as (elsewhere, stolen):
        moved = answer("301 Moved Permanently", b"{}", f"Location: {elsewhere}/repositories/1")
        with server(moved) as (url, _), pytest.raises(Unavailable):
            client(url).get("/repos/acme/checkout")
        assert stolen == []


def test_a_redirect_in_a_circle_ends():
    with server(answer("301 Moved Permanently", b"{}", "Location: /repos/acme/checkout")) as (url, seen):
        with pytest.raises(Unavailable):
            client(url).get("/repos/acme/checkout")
        assert len(seen) == 4


def test_a_comment_is_posted_once_and_its_lost_answer_is_open(github):
    issue = github.open_issue("acme/checkout", "Slow")
    token = Secret(lambda: github.token, "the variable GITHUB_TOKEN")
    publisher = Publisher("ops", SourceSettings(api_url=github.url, token=token, unsigned=True))
    ticket = Ticket("ops", "k", issue.ref, "", "", "", Visibility.PUBLIC, datetime(2026, 1, 1, tzinfo=UTC))
    github.fault("POST", "/comments$", "lose_answer")
    with pytest.raises(OutcomeUnknown):
        publisher.post(ticket, "aa", "text")
    assert len(issue.comments) == 1


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ('[{"field": "title", "code": "missing_field"}]', {"title": "missing_field"}),
        ('["Too long"]', {"": "Too long"}),
        ("{}", {}),
        ("[{}]", {}),
        ("null", {}),
    ],
)
def test_a_refusal_names_the_fields_that_github_names_and_no_other(errors: str, told: dict[str, str]) -> None:
    assert fields(Answer(422, {}, f'{{"message": "Validation Failed", "errors": {errors}}}')) == told
