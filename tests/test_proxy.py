"""The proxies' settings below docs/deploy: read always; tried with a real nginx where one is installed."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.webhooks import sign
from service.receive import LARGEST
from service.store.database import Database
from tests.hands import stored, story
from tests.processes import ROOT, free_port
from tests.world import SECRET, World

DEPLOY = ROOT / "docs/deploy"
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text("utf-8")
NAME = "postmortems.example.org"
MIB = 1024 * 1024
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


# --- as they read


def said(text: str) -> str:
    """Without comments."""
    return re.sub(r"^\s*#.*\n", "", text, flags=re.M)


@pytest.mark.parametrize("text", [said(NGINX), said(CADDY)], ids=["nginx", "caddy"])
def test_a_proxy_passes_on_what_the_largest_webhook_has_and_hides_the_metrics(text: str) -> None:
    assert text.count("{") == text.count("}")
    assert re.search(r"client_max_body_size +25m;|max_size 25MiB", text)
    assert LARGEST < 25 * MIB
    assert re.search(r"location /metrics \{\s*return 404;|respond @metrics 404", text)
    assert "127.0.0.1:8000" in text
    assert NAME in text


def test_nginx_keeps_the_name_and_the_body_and_never_sends_twice() -> None:
    text = said(NGINX)
    assert re.search(r"proxy_set_header +Host +\$host;", text)
    assert re.search(r"proxy_next_upstream +off;", text)
    assert re.search(r"proxy_request_buffering +on;", text)
    assert re.findall(r"proxy_pass +(\S+);", text) == ["http://127.0.0.1:8000"] * 2  # no path: it stays as it came


def test_webhooks_are_not_throttled_by_the_proxy() -> None:
    webhooks = re.search(r"location /webhooks/ \{(.*?)\}", said(NGINX), re.S)
    assert webhooks is not None
    assert "limit_req" not in webhooks[1]
    assert "limit_req" not in said(NGINX).partition("location")[0].replace("limit_req_zone", "")
    assert "rate_limit" not in said(CADDY)


# --- as a real nginx does it


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Proxied:
    """An Afterword behind nginx; `ask` comes from outside."""

    def __init__(self, world: World, plain: int, port: int, certificate: Path) -> None:
        self.world = world
        self.plain = plain
        self.port = port
        self._trusted = ssl.create_default_context(cafile=str(certificate))
        self._trusted.check_hostname = False  # the connection goes to an address, not to the name

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self._trusted)
        try:
            sent = {"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
            # Refused before the body was read: the answer is there all the same.
            with contextlib.suppress(BrokenPipeError, ssl.SSLEOFError, ConnectionResetError):
                connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def deliver(self, body: bytes, name: str = "") -> Answer:
        more = {"X_GitHub_Delivery": name} if name else {}
        return self.ask(
            "POST",
            "/webhooks/ops",
            body,
            Content_Type="application/json",
            X_GitHub_Event="issues",
            X_Hub_Signature_256=sign(SECRET, body),
            **more,
        )


def certificate(folder: Path) -> Path:
    """Of the name, made now; its key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "fullchain.pem"


def settings(folder: Path, plain: int, port: int, backend: str) -> Path:
    """Our file with the ports and folders of a test, below the frame that a distribution's nginx.conf has."""
    text = re.sub(r"listen \[::\].*\n", "\n", NGINX)
    for frm, to in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (f"/etc/letsencrypt/live/{NAME}", str(folder)),
        ("http://127.0.0.1:8000", backend),
    ):
        assert frm in text
        text = text.replace(frm, to)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    frame = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    file = folder / "nginx.conf"
    own = "user root;\n" if os.geteuid() == 0 else ""  # else it may not enter a folder of pytest's
    file.write_text(
        f"{own}daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{frame}{text}\n}}\n"
    )
    return file


@pytest.fixture
def proxied(database: Database, tmp_path: Path) -> Iterator[Proxied]:
    if PROGRAM is None:
        pytest.skip("nginx is not installed: its settings are read, and not tried")
    folder = tmp_path / "nginx"
    folder.mkdir()
    with story(database, tmp_path, change=public) as world:
        trusted = certificate(folder)
        plain, port = free_port(), free_port()
        file = settings(folder, plain, port, world.url)
        tried = subprocess.run([PROGRAM, "-t", "-c", str(file)], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        running = subprocess.Popen([PROGRAM, "-c", str(file)], stderr=subprocess.DEVNULL)
        try:
            made = Proxied(world, plain, port, trusted)
            up(made)
            yield made
        finally:
            running.terminate()
            running.wait(20)


def public(text: str) -> str:
    return text.replace('public_url = "http://127.0.0.1"', f'public_url = "https://{NAME}"')


def up(proxied: Proxied) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            assert proxied.ask("GET", "/healthz").status == 200
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@SQLITE
def test_a_signed_webhook_arrives_byte_for_byte(proxied: Proxied) -> None:
    body = b'\xef\xbb\xbf {"odd":  "Gr\xc3\xb6\xc3\x9fe",\r\n\t"n": 1.0e2}\n\n'
    assert proxied.deliver(body, "d-1").status == 202
    (row,) = stored(proxied.world)
    assert (row.delivery_id, row.body) == ("d-1", body)
    assert proxied.ask("POST", "/webhooks/ops", body, X_Hub_Signature_256=sign("another", body)).status == 401


@SQLITE
def test_the_largest_webhook_passes_and_a_larger_one_is_refused_before_it_gets_to_us(proxied: Proxied) -> None:
    largest = b'{"text": "' + b"x" * (25 * MIB - 12) + b'"}'
    assert len(largest) == 25 * MIB
    assert proxied.deliver(largest).status == 202
    assert len(stored(proxied.world)[0].body) == 25 * MIB
    refused = proxied.deliver(largest + b" ")
    assert refused.status == 413
    assert b"nginx" in refused.body


@SQLITE
def test_pages_answer_to_their_own_name_alone(proxied: Proxied) -> None:
    assert proxied.ask("GET", "/").status == 401
    assert b"This needs the token" in proxied.ask("GET", "/api/v1/incidents").body
    stranger = proxied.ask("GET", "/api/v1/incidents", Host="evil.example.net")
    assert (stranger.status, b"bad_host" in stranger.body) == (400, True)
    token = proxied.world.service.new_token
    assert proxied.ask("GET", "/", Authorization=f"Bearer {token}").status == 200


@SQLITE
@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics?x=1", "//metrics", "/%6detrics", "/static/../metrics", "/metrics/"]
)
def test_the_metrics_are_not_for_the_world(proxied: Proxied, path: str) -> None:
    token = proxied.world.service.new_token
    answer = proxied.ask("GET", path, Authorization=f"Bearer {token}")
    assert answer.status == 404
    assert b"afterword_" not in answer.body


@SQLITE
def test_a_burst_of_webhooks_passes_where_a_burst_of_pages_is_slowed(proxied: Proxied) -> None:
    with ThreadPoolExecutor(8) as many:
        webhooks = list(many.map(lambda number: proxied.deliver(b'{"n": %d}' % number).status, range(160)))
        pages = list(many.map(lambda _: proxied.ask("GET", "/healthz").status, range(250)))
    assert set(webhooks) == {202}
    assert set(pages) == {200, 503}


@SQLITE
def test_plain_http_is_sent_to_https(proxied: Proxied) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxied.plain, timeout=20)
    connection.request("GET", "/postmortems/1?x=1", headers={"Host": "evil.example.net"})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{NAME}/postmortems/1?x=1"
    connection.close()
