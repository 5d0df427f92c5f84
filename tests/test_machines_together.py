"""Two webs, three workers and two clocks start together and stop together; what is asked for once is done once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.store import meta, tables
from service.wiring import clock
from tests.conftest import new_postgresql_url
from tests.machines import Machines, machines
from tests.processes import count, eventually

ALL = ("worker", "worker", "worker", "web", "web", "clock", "clock")


class Heard(BaseHTTPRequestHandler):
    """An address that reports are sent to; it counts them."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def address() -> Iterator[tuple[str, list[bytes]]]:
    bodies: list[bytes] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("HeardHere", (Heard,), {"bodies": bodies}))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_address[1]}/report", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def start_all(many: Machines) -> None:
    for command in ALL:  # none waits for another to be ready
        many.begin(command)
    many.ready()
    many.hook()


@pytest.mark.whole
def test_two_webs_three_workers_and_two_clocks_do_everything_once(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with address() as (url, sent), machines(new_postgresql_url(postgresql), tmp_path) as many:
        monkeypatch.setenv("REPORT_URLS", url)
        with many.database.begin() as connection:  # one Monday, 09:00, has passed since
            meta.replace(connection, "first_boot", (clock() - timedelta(days=7)).isoformat())
        start_all(many)
        many.github.webhooks.hooks.clear()
        for port in many.ports:  # a load balancer that tells both: the same delivery twice
            many.hook(port)
        tickets = [many.close_ticket(4, f"Slow {n}") for n in range(3)]
        eventually(lambda: count(many.database, tables.reports) == 1, "the report is made", 60, many.log)
        many.ends_well(tickets, 4, 90)
        # all at once, in the middle of the next story
        many.github.delay = 0.4
        tickets.append(many.close_ticket(6, "Search empty"))
        eventually(lambda: len(many.filed()) >= 13, "it has begun", 30, many.log)
        assert many.stop_all() == {0}
        many.github.delay = 0.0
        start_all(many)
        eventually(lambda: many.told(4), "the last story is told", 60, many.log)
        assert sorted(many.filed().values()) == [1] * 18
        assert [sum("afterword:comment" in one.body for one in ticket.comments) for ticket in tickets] == [1] * 4
        assert count(many.database, tables.reports) == 1
        assert len(sent) == 1
        assert many.number("SELECT count(*) FROM work WHERE task = 'report'") == 1
        many.alive()
