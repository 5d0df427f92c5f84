"""Every answer of every address carries what keeps it harmless; nothing sets a cookie; no template has inline script or
style; and no header that a stranger sends breaks anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from service import wiring
from service.app import create_app
from service.receive import Inbox
from service.store import migrate
from service.store.database import Database
from service.web.page import TEMPLATES
from service.wiring import Idle
from tests.hands import story, told
from tests.security_hands import BROWSER, ask, bearer, everything
from tests.test_token import House
from tests.world import World

#: name → a word that it must hold; each but the last is asked of pages, errors, API and static files alike
WANTED = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("headers")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    with story(database, folder, fitting=False) as world:
        told(world)
        yield world
    database.close()


@pytest.fixture(scope="module")
def answers(world: World) -> dict[str, TestResponse]:
    """Every address, with the token and without, and every kind of error."""
    found = {f"{path} with the token": answer for path, answer in everything(world, bearer(world)).items()}
    found |= {f"{path} without": answer for path, answer in everything(world, {}).items()}
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        for path in ("/", "/actions/1/file", "/webhooks/ops", "/webhooks/nobody", "/static/afterword.css", "/nowhere"):
            found[f"{method} {path}"] = ask(world, path, method, headers={**BROWSER, **bearer(world)})
    found["another host"] = ask(world, "/", headers={**BROWSER, "Host": "evil.example"})
    found["a fault"] = fault(world)
    found["too large"] = ask(world, "/actions/1/link", "POST", headers=bearer(world), data=b"x" * (26 * 1024 * 1024))
    assert {answer.status_code for answer in found.values()} >= {200, 400, 401, 404, 405, 413, 500}
    return found


def fault(world: World) -> TestResponse:
    """An answer to a fault of ours: the row holds no document."""
    with world.database.begin() as connection:
        connection.exec_driver_sql("UPDATE revisions SET document = '{}'")
    answer = ask(world, "/postmortems/1", headers={**BROWSER, **bearer(world)})
    assert answer.status_code == 500
    return answer


@pytest.mark.parametrize("name", WANTED)
def test_every_answer_carries_the_headers(answers, name):
    pages = {path: answer for path, answer in answers.items() if "/webhooks/" not in path}
    assert [path for path, answer in pages.items() if WANTED[name] not in answer.headers.get(name, "")] == []


def test_a_webhook_s_answer_is_never_taken_for_something_else(answers):
    hooks = {path: answer for path, answer in answers.items() if "/webhooks/" in path}
    assert len(hooks) > 10
    assert [path for path, answer in hooks.items() if answer.headers.get("X-Content-Type-Options") != "nosniff"] == []


def test_the_policy_allows_no_inline_script_or_style_and_nothing_from_elsewhere(answers):
    policies = {answer.headers["Content-Security-Policy"] for path, answer in answers.items() if "/web" not in path}
    (policy,) = policies
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"  # and with it scripts, objects, frames, fonts and connections
    assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'"}


def test_nothing_but_what_is_the_same_for_everybody_is_kept_by_a_cache(answers):
    for path, answer in answers.items():
        if "/webhooks/" in path or ("/static/" in path and answer.status_code == 200):
            continue
        if "/static/" not in path:
            assert answer.headers["Cache-Control"] == "no-store", path


def test_no_answer_of_any_address_sets_a_cookie(answers):
    assert [path for path, answer in answers.items() if "Set-Cookie" in answer.headers] == []


def test_json_is_never_served_as_a_page(answers):
    for path, answer in answers.items():
        if answer.text.startswith(("{", "[")):
            assert answer.mimetype == "application/json", path


@pytest.mark.parametrize(("url", "told"), [("https://postmortems.example.org", True), ("http://127.0.0.1:8000", False)])
def test_browsers_are_told_to_stay_with_https_where_that_is_how_people_reach_us(tmp_path, url, told):
    (tmp_path / "afterword.toml").write_text(f'public_url = "{url}"\n')
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    service = wiring.assemble(wiring.load_settings(tmp_path / "afterword.toml", {}), database=database, engine=Idle())
    client = create_app(service, Inbox(database)).test_client()
    for path in ("/", "/healthz", "/static/mark.svg", "/nowhere"):
        with client.get(path) as answer:
            assert answer.headers.get("Strict-Transport-Security") == ("max-age=31536000" if told else None)
    database.close()


# --- templates


class Inline(HTMLParser):
    """Finds what a strict policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            runs = name in ("src", "href", "action", "formaction") and re.match(r"\s*(javascript|data):", value or "")
            if name == "style" or name.startswith("on") or runs:
                self.found.append(f"<{tag} {name}={value}>")


def inline(text: str) -> list[str]:
    parser = Inline()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.name)
def test_no_template_has_an_inline_script_style_or_handler(file: Path):
    text = re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text("utf-8"), flags=re.S)
    assert inline(text) == []
    assert not re.search(r"<\s*(script|style)|\sstyle\s*=|\son[a-z]+\s*=", file.read_text("utf-8"), re.I)


def test_no_page_has_one_either_and_the_look_for_it_finds_one(answers):
    assert inline('<p onclick="x"><a href=" javascript:x" style="y"><style></style><script></script>') != []
    pages = {path: answer.text for path, answer in answers.items() if answer.mimetype == "text/html"}
    assert len(pages) > 20
    assert {path: found for path, text in pages.items() if (found := inline(text))} == {}


def test_the_style_sheet_loads_nothing_from_elsewhere():
    elsewhere = re.compile(r"@import|url\(\s*['\"]?(?!data:)|https?://(?!www\.w3\.org)")
    for file in (TEMPLATES.parent / "static").iterdir():
        assert not elsewhere.search(file.read_text("utf-8")), file


# --- strangers


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("strangers")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    yield House(folder, database).client
    database.close()


PATHS = ["/", "/postmortems", "/api/v1/incidents", "/actions/1/file", "/static/mark.svg", "/readyz", "/nowhere"]
NAMES = ["Host", "Authorization", "Origin", "Sec-Fetch-Site", "Accept", "Cookie", "Content-Type", "If-Range"]
LINE = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)
HOSTS = ["[", "[::1", "::", "evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "127.0.0.1:[80", ""]
ODD = [
    *HOSTS,
    *("http://[", "//", "null", "a:99999999", "xn--\xfc", "\xff", "bytes=", "*/*;q=x", "text/html;q=9e999"),
    *("Basic", "Basic !", "Basic 4pyT", "Basic " + "A" * 5000, "Bearer", 'Digest x="'),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["GET", "POST", "PUT"]),
    headers=st.dictionaries(st.sampled_from(NAMES), LINE | st.sampled_from(ODD), max_size=4),
)
def test_no_header_of_a_stranger_gets_in_or_breaks_anything(client, path, method, headers):
    with client.open(path, method=method, headers=headers) as answer:
        if path in ("/static/mark.svg", "/readyz"):
            assert answer.status_code in (200, 206, 304, 400, 405, 416)
        else:
            assert answer.status_code in (400, 401)


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_is_refused_whatever_it_looks_like(client, host):
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert b"evil" not in answer.data


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Origin": "https://postmortems.example.org"}, 404),
        ({"Origin": "http://localhost"}, 404),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Sec-Fetch-Site": "none"}, 404),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://localhost:3000"}, 403),  # another service of this machine
        ({"Origin": "https://postmortems.example.org.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "x"}, 403),
    ],
)
def test_only_our_own_pages_make_a_browser_change_something(tmp_path, headers, status):
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    house = House(tmp_path, database)
    sent = {"Authorization": f"Bearer {house.service.new_token}", **headers}
    assert house.client.post("/actions/1/file", headers=sent).status_code == status
    database.close()
