"""The way in, over real HTTP: what is stored, what is refused; nothing is acknowledged that is not on the disk."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.webhooks import sign
from service.receive import KEPT
from service.store import tables
from service.store.database import Database
from tests.hands import closed, deliver, post, stored
from tests.processes import Process, free_port
from tests.world import SECRET, SETTINGS, World, environ

BODY = json.dumps({"action": "opened", "zen": "Ünïcode — “quoted”"}, ensure_ascii=False, indent=1).encode()
OLD = "the-secret-before-the-last-change"
LIMIT = 25 * 1024 * 1024

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "old").write_text(OLD + "\n")
    (tmp_path / "desk").write_text("a-secret-of-the-desk-alone")

    def change(text: str) -> str:
        text = text.replace(
            'secret_env = "OPS_SECRET"', f'secret_env = "OPS_SECRET"\nsecret_old_file = "{tmp_path}/old"'
        )
        return text.replace('secret_env = "DESK_SECRET"', f'secret_file = "{tmp_path}/desk"')

    with World(database, tmp_path, change=change) as made:
        yield made


def test_a_signed_delivery_is_answered_with_202_and_its_bytes_are_in_the_database(world: World) -> None:
    answered = deliver(world, BODY, name="d-1")
    assert (answered.status, json.loads(answered.body)) == (202, {"stored": "d-1"})
    (row,) = stored(world)
    assert (row.source, row.delivery_id, row.body, row.state) == ("ops", "d-1", BODY, "received")


def test_both_live_secrets_are_good(world: World) -> None:
    assert [deliver(world, BODY, secret=secret, name=secret[:5]).status for secret in (SECRET, OLD)] == [202, 202]
    assert len(stored(world)) == 2


@on_sqlite
@pytest.mark.parametrize(
    "signature",
    [
        sign("not-the-secret", BODY),
        sign(SECRET, BODY + b" "),
        sign(SECRET, BODY).upper(),
        sign(SECRET, BODY)[:-1],
        sign(SECRET, BODY).removeprefix("sha256="),
        "sha1=" + hashlib.sha1(BODY).hexdigest(),
        "sha256=",
        "sha256=ü" * 8,
        "=",
        "",
        "x" * 20_000,
    ],
)
def test_a_signature_that_is_wrong_in_any_way_gets_401_and_nothing_is_stored(world: World, signature: str) -> None:
    answered = deliver(world, BODY, signature=signature)
    assert (answered.status, json.loads(answered.body)["error"]) == (401, "bad_signature")
    assert SECRET.encode() not in answered.body
    assert stored(world) == []


@on_sqlite
def test_a_delivery_without_a_signature_gets_401_and_nothing_is_stored(world: World) -> None:
    assert post(world, "/webhooks/ops", BODY, {"X-GitHub-Event": "issues"}).status == 401
    sent = {"X-Hub-Signature": sign(SECRET, BODY), "X-GitHub-Event": "issues"}  # the header of the other vendor
    assert post(world, "/webhooks/ops", BODY, sent).status == 401
    assert stored(world) == []


@on_sqlite
def test_two_sources_do_not_take_each_others_secret(world: World) -> None:
    desk = "a-secret-of-the-desk-alone"
    tried = [("ops", desk), ("desk", SECRET), ("desk", OLD), ("ops", SECRET), ("desk", desk)]
    assert [deliver(world, BODY, source=source, secret=secret).status for source, secret in tried] == [
        401, 401, 401, 202, 202,
    ]  # fmt: skip
    assert [row.source for row in stored(world)] == ["ops", "desk"]


@on_sqlite
@pytest.mark.parametrize("name", ["nobody", "ops%00", "ops%2F..%2Fdesk", "OPS", "x" * 3000])
def test_an_unknown_source_gets_404(world: World, name: str) -> None:
    assert post(world, f"/webhooks/{name}", BODY, {"X-Hub-Signature-256": sign(SECRET, BODY)}).status == 404
    assert stored(world) == []


@on_sqlite
def test_too_large_by_its_own_word_gets_413_before_a_byte_of_the_body_is_read(world: World) -> None:
    connection = http.client.HTTPConnection(world.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/webhooks/ops")
    connection.putheader("Content-Length", str(LIMIT + 1))
    connection.putheader("X-Hub-Signature-256", sign(SECRET, BODY))
    connection.endheaders()  # and no body: the answer must come without it
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]) == (413, "too_large")
    connection.close()
    assert stored(world) == []


def test_the_server_that_people_run_stops_reading_what_is_too_large(tmp_path: Path) -> None:
    port = free_port()
    settings = tmp_path / "afterword.toml"
    more = f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{tmp_path}/afterword.db"\n'
    nowhere = "http://127.0.0.1:9"
    settings.write_text(
        more + SETTINGS.format(github=nowhere, jira=nowhere, public_url=f"http://127.0.0.1:{port}", sam="s", more="")
    )
    service = Process("all", settings, environ(), tmp_path / "log")
    try:
        service.wait_for(port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", "/webhooks/ops")
        connection.putheader("Content-Length", str(LIMIT + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
        assert pieces_taken(port, 4 * LIMIT) < 2 * LIMIT
    finally:
        service.stop()
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.deliveries)).scalar() == 0
    database.close()


def pieces_taken(port: int, most: int) -> int:
    """Sends a body in pieces that never says how long it is, until the other side has had enough; gives the bytes."""
    piece, sent = b"x" * (1 << 20), 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(b"POST /webhooks/ops HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while sent < most:
                wire.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
        except OSError:
            pass
    return sent


@on_sqlite
def test_the_largest_body_that_is_allowed_is_stored_whole(world: World) -> None:
    body = b'"' + b"x" * (LIMIT - 2) + b'"'
    assert deliver(world, body).status == 202
    assert stored(world)[0].body == body


def test_the_same_id_again_is_the_same_row(world: World) -> None:
    assert [deliver(world, BODY, name="same").status for _ in range(3)] == [202, 202, 202]
    assert len(stored(world)) == 1
    world.run()
    assert deliver(world, BODY, name="same").status == 202
    world.run()
    assert [row.state for row in stored(world)] == ["quarantined"]


def test_the_same_id_of_another_source_is_another_delivery(world: World) -> None:
    deliver(world, BODY, name="same")
    deliver(world, BODY, source="desk", secret="a-secret-of-the-desk-alone", name="same")
    assert [(row.source, row.delivery_id) for row in stored(world)] == [("ops", "same"), ("desk", "same")]


def test_a_delivery_without_an_id_is_known_by_its_bytes(world: World) -> None:
    for body in (BODY, BODY, BODY + b"\n"):
        deliver(world, body)
    digests = [hashlib.sha256(body).hexdigest() for body in (BODY, BODY + b"\n")]
    assert [row.delivery_id for row in stored(world)] == digests


@on_sqlite
@pytest.mark.parametrize("name", ["x" * 5000, "a/b", "a b", "%00", "'; DROP TABLE deliveries; --", "é"])
def test_an_id_that_no_vendor_would_send_harms_nothing(world: World, name: str) -> None:
    assert deliver(world, BODY, name=name).status == 202
    (row,) = stored(world)
    assert len(row.delivery_id) <= 200
    world.run()
    assert [row.state for row in stored(world)] == ["quarantined"]


def test_many_at_once_are_each_stored_once(world: World) -> None:
    names = [f"d-{number % 30}" for number in range(50)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda name: deliver(world, BODY, name=name).status, names))
    assert answers == [202] * 50
    assert sorted(row.delivery_id for row in stored(world)) == sorted({f"d-{number}" for number in range(30)})


def test_only_the_headers_that_a_connector_reads_again_are_kept(world: World) -> None:
    more = {"Authorization": "Bearer s3cret", "Cookie": "session=1", "X-Forwarded-For": "192.0.2.1"}
    deliver(world, BODY, name="d-1", headers={**more, "X-GitHub-Hook-ID": "7"})
    kept = stored(world)[0].headers
    assert kept == {
        "content-type": "application/json",
        "x-github-event": "issues",
        "x-github-delivery": "d-1",
        "x-github-hook-id": "7",
    }
    assert not any("signature" in name or "token" in name or "auth" in name for name in KEPT)


def test_what_came_in_while_no_job_ran_is_worked_on_after_a_restart(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path) as world:
        ticket = closed(world)
        world.restart()
        world.run()
        assert {row.state for row in stored(world)} == {"ignored", "done"}
        assert any("afterword:comment" in comment.body for comment in ticket.comments)
        with database.read() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(tables.postmortems)).scalar() == 1
