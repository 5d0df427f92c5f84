"""Who gets in, and the headers that every answer carries."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service import wiring
from service.app import create_app
from service.receive import Inbox
from service.store import migrate
from service.store.database import Database
from service.wiring import Idle

GUARDED = [
    "/",
    "/postmortems",
    "/actions",
    "/api/v1/incidents",
    "/openapi.json",
    "/metrics",
    "/reports/weekly/2026-W47",
]


def opened(folder: Path, more: str = "") -> tuple[Database, FlaskClient, str]:
    settings = folder / "afterword.toml"
    settings.write_text(f'public_url = "https://postmortems.example.org"\n{more}')
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    service = wiring.assemble(wiring.load_settings(settings, {}), database=database, engine=Idle(), make_token=True)
    assert service.new_token is not None
    return database, create_app(service, Inbox(database)).test_client(), service.new_token


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[FlaskClient, str]]:
    database, client, token = opened(tmp_path)
    yield client, token
    database.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"alex:{password}".encode()).decode()}


@pytest.mark.parametrize("path", GUARDED)
def test_without_the_token_nothing_is_shown_even_from_this_machine(house, path):
    client, _ = house
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.get_json()["error"] == "no_token"


@pytest.mark.parametrize("path", ["/api/v1/incidents", "/openapi.json", "/metrics"])
def test_the_token_opens_as_bearer_and_as_a_browser_s_password(house, path):
    client, token = house
    assert client.get(path, headers=bearer(token)).status_code == 200
    assert client.get(path, headers=basic(token)).status_code == 200


@pytest.mark.parametrize("wrong", ["", "x", "ü", "token" * 1000])
def test_a_wrong_token_is_refused(house, wrong):
    client, _ = house
    assert client.get("/metrics", headers=basic(wrong)).status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401


def test_health_is_open_and_asked_by_any_name(house):
    client, _ = house
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200
    assert client.get("/readyz", headers={"Host": "10.0.0.7"}).get_json() == {"status": "ready"}


def test_another_host_name_is_refused(house):
    client, token = house
    answer = client.get("/metrics", headers={**bearer(token), "Host": "evil.example"})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "bad_host")
    assert client.get("/metrics", headers={**bearer(token), "Host": "postmortems.example.org"}).status_code == 200


def test_a_change_that_another_site_makes_a_browser_send_is_refused(house):
    client, token = house
    path = "/api/v1/postmortems/1/sections/summary"
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.put(path, json={"text": "x", "by": "y"}, headers={**basic(token), **headers})
        assert (answer.status_code, answer.get_json()["error"]) == (403, "cross_site")
    assert client.put(path, json={"text": "x", "by": "y"}, headers=bearer(token)).status_code == 404


def test_public_pages_need_no_token(tmp_path):
    database, client, _ = opened(tmp_path, "public = true\n")
    assert client.get("/metrics").status_code == 200
    database.close()


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/static/afterword.css", "/nowhere"])
def test_every_answer_carries_the_headers_that_keep_it_harmless(house, path):
    client, token = house
    with client.get(path, headers=bearer(token)) as answer:
        headers = answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_token_is_made_once_and_only_its_hash_is_stored(tmp_path):
    database, _, token = opened(tmp_path)
    again = wiring.assemble(
        wiring.load_settings(tmp_path / "afterword.toml", {}), database=database, engine=Idle(), make_token=True
    )
    assert again.new_token is None
    database.close()
    assert token.encode() not in (tmp_path / "afterword.db").read_bytes()
