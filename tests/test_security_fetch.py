"""No address that a delivery, a ticket or a person names is ever fetched: the addresses of the settings alone are."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.followup.week import Week
from service.store import migrate, tables
from service.store.database import Database
from service.upkeep import freeze
from tests.hands import deliver, desk_closed, finish, incident, made, ours, post, rows, stored, story
from tests.security_hands import bearer, everything
from tests.world import World


class Listener:
    """Counts who connects to it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections: list[bytes] = []
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            with wire:
                wire.settimeout(2)
                self.connections.append(wire.recv(1000))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    with story(database, tmp_path, fitting=False) as world:
        yield world
    database.close()


def planted(value: Any, url: str) -> Any:
    """Every address in a payload is the listener's, and each object names some more."""
    if isinstance(value, dict):
        changed = {name: planted(one, url) for name, one in value.items()}
        more = {name: f"{url}/{name}" for name in ("url", "html_url", "self", "callback_url", "href", "fetch")}
        return {**{name: one for name, one in more.items() if name not in value}, **changed}
    if isinstance(value, list):
        return [planted(one, url) for one in value]
    return f"{url}/planted" if isinstance(value, str) and value.startswith(("http://", "https://")) else value


def words(url: str) -> str:
    return (
        f"See {url}/bare, [this]({url}/link), ![that]({url}/picture.png), <{url}/auto>, <img src='{url}/img'>\n\n"
        f"[ref]: {url}/reference\n\n[x|{url}/wiki] !{url}/wiki.png! [^{url}/attached]\n\n"
    )


def look_around(world: World) -> None:
    """Everything else that a service does in a week: sync, pages, report."""
    world.sync()
    world.later(hours=1)
    for issue in made(world)[:1]:
        world.github.close(issue, by="alex")
    world.sync()
    everything(world, bearer(world))
    week = Week.of(world.now().date())
    world.later(days=7)
    freeze(world.parts, week)


def test_a_listener_that_is_asked_says_so(listener: Listener) -> None:
    with socket.create_connection(("127.0.0.1", int(listener.url.rpartition(":")[2]))) as wire:
        wire.sendall(b"GET / HTTP/1.0\r\n\r\n")
        wire.recv(10)
    assert len(listener.connections) == 1


@pytest.mark.parametrize("source", ["ops", "desk"])
def test_no_address_in_any_field_of_a_payload_is_fetched(world: World, listener: Listener, source: str) -> None:
    if source == "ops":
        world.github.close(incident(world))
    else:
        desk_closed(world, "h2. Action items\n* Mend the pool\n")
    finish(world)
    bodies = [json.loads(row.body) for row in stored(world) if row.source == source]
    heads = [row.headers for row in stored(world) if row.source == source]
    assert bodies
    # the same once more as a vendor would send it, from a ticket that is known and from one that is not
    for number, (body, headers) in enumerate(zip(bodies, heads, strict=True)):
        for new in (False, True):
            told = planted(body, listener.url)
            if new and "issue" in told:
                told["issue"] |= {"number": 900 + number, "key": f"OPS-{900 + number}", "id": str(90_000 + number)}
                told["issue"]["id"] = 90_000 + number if source == "ops" else str(90_000 + number)
                told["issue"]["node_id"] = f"I_{number}"
            name = f"planted-{number}-{new}"
            sent = {"X-GitHub-Event": headers.get("x-github-event", "issues")}
            assert deliver(world, json.dumps(told).encode(), source=source, name=name, headers=sent).status == 202
    world.run_for(3)
    look_around(world)
    assert "done" in {row.state for row in stored(world) if row.delivery_id.startswith("planted")}
    if source == "ops":  # Jira's addresses are built from the settings
        assert listener.url in str(rows(world, tables.incidents))
    assert listener.connections == []


def test_no_address_in_the_text_of_a_ticket_or_an_answer_is_fetched(world: World, listener: Listener) -> None:
    world.github.answers.web = listener.url  # of avatars, pages, comments
    items = f"## Action items\n- [ ] Mend {listener.url}/item @alex\n- [ ] Mend payment, see {listener.url}/issues/7\n"
    ticket = incident(world, words(listener.url) + items, f"Slow {listener.url}/title")
    world.github.comment(ticket, words(listener.url), author="sam")
    world.github.comment(ticket, f"/action Look at {listener.url}/command", author="sam")
    world.github.close(ticket)
    desk = f"{words(listener.url)}h2. Action items\n* Mend {listener.url}/item\n* {listener.url}/browse/PAY-1\n"
    desk_closed(world, desk, f"Late {listener.url}/title")
    finish(world)
    look_around(world)
    assert len(ours(ticket)) == 1
    assert listener.url in (made(world)[0].body or "").replace("\u200b", "")
    assert listener.connections == []


def test_no_address_that_a_request_names_is_fetched_or_led_to(world: World, listener: Listener) -> None:
    sent = {
        "Host": listener.url.removeprefix("http://"),
        "X-Forwarded-Host": listener.url.removeprefix("http://"),
        "X-Hub-Signature-256": "sha256=00",
        "Referer": listener.url,
        "Origin": listener.url,
        "Forwarded": f"host={listener.url}",
        "X-Original-URL": f"{listener.url}/",
    }
    answer = post(world, "/webhooks/ops", json.dumps({"challenge": listener.url}).encode(), sent)
    assert answer.status == 401
    client = world.app.test_client()
    for path in ("/", f"/?next={listener.url}", f"//{listener.url[7:]}/", "/sign-in", f"/actions?owner={listener.url}"):
        for headers in (sent, {**sent, "Host": "localhost"}):
            answer = client.get(path, headers={**bearer(world), **headers})
            assert listener.url[7:] not in answer.headers.get("Location", "")
    data = {"reference": f"{listener.url}/acme/checkout/issues/1"}
    client.post("/actions/1/link", data=data, headers=bearer(world))
    assert listener.connections == []
