"""How GitHub is reached: an authority of one's own, a proxy, and each way not to arrive told in plain words."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.base import ConnectorError, Network, NotSent, OutcomeUnknown, Secret, Unavailable
from connectors.github.heard import token_end
from sandbox.github import GitHubSandbox
from tests.github_hands import client

NOW = datetime.now(UTC)
USER = b'{"login": "afterword-bot", "id": 7}'


class Authority:
    """Signs certificates; `bundle` is what a client has to trust."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example authority")])
        mine = self._draft(self.name, self.key, NOW + timedelta(days=1))
        mine = mine.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(mine.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _draft(self, subject, key, until):
        draft = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        draft = draft.serial_number(x509.random_serial_number())
        return draft.not_valid_before(NOW - timedelta(days=30)).not_valid_after(until)

    def serving(self, *, until=NOW + timedelta(days=1), host="127.0.0.1"):
        """A server's side of TLS, with a certificate for this host."""
        key = ec.generate_private_key(ec.SECP256R1())
        draft = self._draft(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key, until)
        name = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        draft = draft.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        pem = draft.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self.folder / f"{host}.pem"
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form) + pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class Replies(BaseHTTPRequestHandler):
    """Answers every request alike, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        status, kind, body = self.server.reply
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_CONNECT = answer

    def log_message(self, *_):
        return


@contextmanager
def server(*, status=200, kind="application/json", body=USER, tls=None):
    listening = HTTPServer(("127.0.0.1", 0), Replies)
    listening.reply, listening.seen = (status, kind, body), []
    listening.handle_error = lambda *_: None  # a client that does not trust us hangs up
    if tls is not None:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listening
    finally:
        listening.shutdown()
        thread.join(5)
        listening.server_close()


def at(listening, scheme="http"):
    return f"{scheme}://127.0.0.1:{listening.server_address[1]}"


def proxied(listening, **more):
    return Network(proxy=Secret(lambda: at(listening), "the variable PROXY"), **more)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _no_proxy_around(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def refused(it, wrong=NotSent):
    """The error of a write: what is known of a write is the stricter question."""
    with pytest.raises(wrong) as error:
        it.write("POST", "/repos/acme/checkout/issues", {"title": "t"})
    return error.value


# --- certificates -----------------------------------------------------------------------------------------------------


def test_an_authority_of_ones_own_is_trusted_when_it_is_named(authority):
    with server(tls=authority.serving()) as listening:
        it = client(at(listening, "https"), network=Network(ca_bundle=str(authority.bundle)))
        assert it.account().login == "afterword-bot"
        error = refused(client(at(listening, "https")))
        assert "authority that is not known here" in error.message
        assert "ca_bundle" in error.mend
        assert len(listening.seen) == 1


def test_a_certificate_that_has_ended_is_called_so(authority):
    with server(tls=authority.serving(until=NOW - timedelta(days=1))) as listening:
        error = refused(client(at(listening, "https"), network=Network(ca_bundle=str(authority.bundle))))
    assert "has expired" in error.message
    assert "renew" in error.mend


def test_a_certificate_of_another_host_is_called_so(authority):
    with server(tls=authority.serving(host="github.example.org")) as listening:
        error = refused(client(at(listening, "https"), network=Network(ca_bundle=str(authority.bundle))))
    assert "for another name" in error.message


def test_authorities_that_are_gone_send_nothing(tmp_path, authority):
    with server(tls=authority.serving()) as listening:
        error = refused(client(at(listening, "https"), network=Network(ca_bundle=str(tmp_path / "gone.pem"))))
        assert "ca_bundle" in error.message
        assert listening.seen == []


# --- not arriving -----------------------------------------------------------------------------------------------------


def test_a_name_that_does_not_resolve_is_called_so():
    error = refused(client("http://api.invalid"))
    assert "does not resolve (DNS)" in error.message
    assert "api_url" in error.mend


def test_a_refused_connection_is_called_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = refused(client(f"http://127.0.0.1:{port}"))
    assert "127.0.0.1 refused the connection" in error.message
    assert "firewall" in error.mend


# --- proxies ----------------------------------------------------------------------------------------------------------


def test_the_proxy_of_the_settings_is_used_and_hosts_named_direct_are_not_sent_there():
    with GitHubSandbox() as github, server() as proxy:
        assert client(github.url, network=proxied(proxy)).account().login == "afterword-bot"
        assert [asked for _, asked, _ in proxy.seen] == [f"{github.url}/user"]
        assert github.calls == []
        client(github.url, network=proxied(proxy, direct=("127.0.0.1",))).account()
        assert (len(proxy.seen), github.count("GET", "/user")) == (1, 1)


@pytest.mark.parametrize(
    ("status", "words"),
    [(407, "the proxy wants a user and a password"), (403, "the proxy refused to connect")],
)
def test_a_proxy_that_refuses_is_called_so(status, words):
    with server(status=status, kind="text/html", body=b"<h1>No</h1>") as proxy:
        error = refused(client("https://api.example.org", network=proxied(proxy)))
    assert words in error.message
    assert error.mend


def test_a_proxy_that_is_down_is_called_so():
    with server() as proxy:
        gone = proxied(proxy)
        address = at(proxy)
    error = refused(client("https://api.example.org", network=Network(proxy=Secret(lambda: address, "PROXY"))))
    assert "the proxy does not answer" in error.message
    assert "proxy_env" in error.mend
    assert gone.proxy is not None


@pytest.mark.parametrize("status", [200, 401, 403, 404])
def test_a_web_page_is_not_taken_for_an_answer_of_github(status):
    with server(status=status, kind="text/html; charset=utf-8", body=b"<html>Sign in</html>") as proxy:
        it = client("http://api.example.org", network=proxied(proxy))
        with pytest.raises(ConnectorError) as error:
            it.get("/user")
        assert "web page" in error.value.message
        assert "proxy" in error.value.mend
        if status in (200, 404):
            assert isinstance(error.value, Unavailable)
        if status == 200:
            assert isinstance(refused(it, ConnectorError), OutcomeUnknown)


def test_a_password_of_the_proxy_shows_in_no_message():
    with server() as proxy:
        address = at(proxy).replace("://", "://user:s3cr3t@")
    error = refused(client("https://api.example.org", network=Network(proxy=Secret(lambda: address, "PROXY"))))
    assert "s3cr3t" not in f"{error.message} {error.mend} {error!r}"


# --- what answers say besides -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2026-12-01 10:00:00 UTC", 10),
        ("2026-12-01 10:00:00 +0100", 9),
        ("2026-12-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_end_of_a_token_is_read(said, hour):
    assert token_end(said) == (datetime(2026, 12, 1, hour, tzinfo=UTC) if hour else None)
