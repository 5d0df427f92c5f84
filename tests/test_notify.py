"""Reports sent through the real Apprise to a server on this machine, at most once each."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from service.followup.notify import LOST, Message, by_apprise, deliver, key
from service.store import writes
from service.store.database import Database

# Apprise imports imghdr where Python still has it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SLOT = "weekly-2026-W47"
TEXT = "**Week 47** is [here](https://example.org)"
MESSAGE = Message("Week 47: 1 of 2 open action items needs a decision", lambda kind: TEXT)


class Service:
    """Takes every POST, keeps it, and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.status = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.got.append(json.loads(body))
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/reports"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def test_a_report_is_sent_once_however_often_it_is_asked_for(database: Database, service: Service) -> None:
    for hours in range(3):
        sent = deliver(database, SLOT, MESSAGE, [service.address], by_apprise, NOW + timedelta(hours=hours))
        assert [one.state for one in sent] == ["done"]
    assert [(one["title"], one["message"]) for one in service.got] == [(MESSAGE.title, TEXT)]


def test_each_slot_and_each_address_has_its_own_row(database: Database, service: Service) -> None:
    addresses = [service.address, f"{service.address}/more"]
    deliver(database, SLOT, MESSAGE, addresses, by_apprise, NOW)
    deliver(database, "weekly-2026-W48", MESSAGE, addresses, by_apprise, NOW)
    assert len(service.got) == 4
    assert len({key(SLOT, address) for address in addresses}) == 2


def test_an_address_that_apprise_does_not_understand_may_be_tried_again(database: Database, service: Service) -> None:
    sent = deliver(database, SLOT, MESSAGE, ["nonsense", service.address], by_apprise, NOW)
    assert [one.state for one in sent] == ["failed", "done"]
    assert sent[0].again == NOW + timedelta(minutes=15)
    assert deliver(database, SLOT, MESSAGE, ["nonsense"], by_apprise, NOW + timedelta(minutes=5)) == (sent[0],)
    later = deliver(database, SLOT, MESSAGE, ["nonsense"], by_apprise, NOW + timedelta(minutes=15))
    assert later[0].again == NOW + timedelta(minutes=45)


def test_a_service_that_answers_with_an_error_waits_for_a_person(database: Database, service: Service) -> None:
    service.status = 500
    assert [one.state for one in deliver(database, SLOT, MESSAGE, [service.address], by_apprise, NOW)] == ["waiting"]
    service.status = 200
    assert [one.state for one in deliver(database, SLOT, MESSAGE, [service.address], by_apprise, NOW)] == ["waiting"]
    assert len(service.got) == 1


def test_a_process_killed_while_sending_never_sends_a_second_time(database: Database, service: Service) -> None:
    class Killed(BaseException):
        pass

    def killed_after(address: str, title: str, text: str, html: str | None) -> bool:
        by_apprise(address, title, text, html)
        raise Killed

    with pytest.raises(Killed):
        deliver(database, SLOT, MESSAGE, [service.address], killed_after, NOW)
    with database.read() as connection:
        write = writes.get(connection, key(SLOT, service.address))
    assert write is not None
    assert write.state == "sending"
    again = deliver(database, SLOT, MESSAGE, [service.address], by_apprise, NOW + timedelta(hours=1))
    assert [(one.state, one.reason) for one in again] == [("waiting", LOST)]
    assert len(service.got) == 1


def test_no_address_stands_in_the_ledger_or_in_a_reason(database: Database) -> None:
    secret = "nonsense://token-that-is-secret@example.org"
    sent = deliver(database, SLOT, MESSAGE, [secret], by_apprise, NOW)
    assert "secret" not in sent[0].key + sent[0].reason
    assert key(SLOT, secret).startswith("send:weekly-2026-W47:")
    assert len(key(SLOT, secret)) == len("send:weekly-2026-W47:") + 16
