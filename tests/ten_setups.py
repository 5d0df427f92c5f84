"""Ten installations that are broken as real ones are, over real HTTP; each with what an operator must read.

`python -m tests.ten_setups FOLDER` writes what `check` says of each into a file there.
"""

from __future__ import annotations

import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy.engine import URL

from service import pause
from service.store import tables
from tests.certificates import Authority
from tests.command_hands import Ran, Shop, shop
from tests.processes import free_port


@dataclass(frozen=True)
class Setup:
    """`words`: each stands in what `check` prints. `never`: what must not."""

    name: str
    tells: str
    breaks: Callable[[Shop], None]
    words: tuple[str, ...]
    code: int = 1
    never: tuple[str, ...] = ()


def replaced(here: Shop, *pairs: tuple[str, str], more: str = "") -> None:
    def change(text: str) -> str:
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return text

    here.write(more, change)


def _two_tokens(here: Shop) -> None:
    here.environ |= {"GITHUB_TOKEN": "ghp_ended", "JIRA_TOKEN": "ATATT-withdrawn"}


def _typing_errors(here: Shop) -> None:
    replaced(here, ('["acme/checkout", "acme/ops"]', '["acme/chekout"]'), ('project = "PAY"', 'project = "PYA"'))


def _required_field(here: Shop) -> None:
    here.jira.create_project("SHOP", "Shop", required={"customfield_10010": "Component"})
    replaced(here, ('project = "PAY"', 'project = "SHOP"\nissue_type = "Task"'))


def _unknown_host(here: Shop) -> None:
    replaced(here, (here.jira.url, "https://jira.invalid"), (here.github.url, f"http://127.0.0.1:{free_port()}"))


def _sign_in_page(here: Shop) -> None:
    page = here.helped(answering(b"<!doctype html><html><title>Acme sign-in</title></html>"))
    here.environ["PROXY"] = f"http://proxy-user:hush-hush@127.0.0.1:{page.server_address[1]}"
    replaced(here, more='[network]\nproxy_env = "PROXY"\n')


def _expired_certificate(here: Shop) -> None:
    authority = Authority()
    ended = authority.issue("localhost", begins=-timedelta(days=90), ends=-timedelta(days=1))
    server = here.helped(answering(b"{}", certificate=(here.folder, ended)))
    bundle = here.folder / "acme-authority.pem"
    bundle.write_bytes(authority.pem)
    replaced(
        here,
        (here.jira.url, f"https://localhost:{server.server_address[1]}"),
        more=f'[network]\nca_bundle = "{bundle}"\n',
    )


def _database(here: Shop) -> None:
    url = URL.create("postgresql+psycopg", "afterword", "hush-hush", "127.0.0.1", free_port(), "afterword")
    here.environ["DATABASE_URL"] = url.render_as_string(hide_password=False)


def _storm(here: Shop) -> None:
    assert here.run("migrate").code == 0
    now = datetime.now(UTC)
    with here.database() as database, database.begin() as connection:
        pause.begin(connection, pause.STORM.format(many=50, most=10), now - timedelta(hours=2))
        row = {"source": "ops", "url": "", "title": "Queue grew", "visibility": "private", "labels": [], "services": []}
        for number in (7, 8):
            made = connection.execute(
                tables.incidents.insert().values(
                    **row, key=f"k{number}", ref=f"acme/ops#{number}", opened_at=now, ticket={}, created_at=now
                )
            )
            connection.execute(
                tables.items.insert().values(
                    incident_id=made.inserted_primary_key[0],
                    key=f"{number:024x}",
                    number=1,
                    text="Alert on queue depth",
                    refs=[],
                    anchor="text",
                    position=1,
                    unclear=[],
                    created_at=now,
                    issue_native={},
                    notes=[],
                )
            )


def _webhook(here: Shop) -> None:
    here.github.add_webhook(f"http://127.0.0.1:{here.port}/webhooks/opps", "s", repo="acme/ops")
    here.github.add_webhook("https://a.example.org/webhooks/ops", "s", repo="acme/ops", events=("push",))


def _routes(here: Shop) -> None:
    wide = '[[routes]]\nwhen = { labels = ["team:shop", "team:payments"] }\ntracker = "code"\n'
    narrow = '[[routes]]\nwhen = { labels = ["team:shop"], severity = ["SEV1"] }\ntracker = "work"\n'
    here.write(wide + narrow)


def _clock(here: Shop) -> None:
    for sandbox in (here.github, here.jira):
        sandbox.skew = -timedelta(days=1)


SETUPS = (
    Setup(
        "1 two tokens",
        "Both tokens ended.",
        _two_tokens,
        ("401 the token is refused", "GITHUB_TOKEN", "JIRA_TOKEN", "[trackers.code]", "[sources.desk]"),
        never=("ghp_ended", "ATATT-withdrawn"),
    ),
    Setup(
        "2 typing errors",
        "A repository and a project are misspelt.",
        _typing_errors,
        ("GitHub acme/chekout: 404", "Jira PYA: 404", "→ work, PYA: nothing can be filed there now"),
    ),
    Setup(
        "3 required field",
        "Jira requires a field that the settings do not fill.",
        _required_field,
        ("Jira SHOP: requires “Component”", "customfield_10010 = ", "[trackers.work]"),
    ),
    Setup(
        "4 no way there",
        "A host that nobody knows, and a port where nobody listens.",
        _unknown_host,
        ("the name jira.invalid does not resolve", "refused the connection", "Check host and port in api_url"),
    ),
    Setup(
        "5 sign-in page",
        "The company's proxy answers with its own page.",
        _sign_in_page,
        ("A web page came in place of", "proxy_env"),
        never=("hush-hush",),
    ),
    Setup(
        "6 expired certificate",
        "The certificate of Jira ended yesterday.",
        _expired_certificate,
        ("certificate", "has expired"),
    ),
    Setup(
        "7 database",
        "PostgreSQL does not run.",
        _database,
        ("refuses the connection", "check host and port in DATABASE_URL"),
        never=("hush-hush",),
    ),
    Setup(
        "8 storm",
        "Fifty incidents closed at once.",
        _storm,
        (
            "nothing leaves since",
            "50 incidents closed within an hour",
            "2 incidents with action items wait",
            " resume\n",
        ),
    ),
    Setup(
        "9 webhook",
        "The webhook sends pushes alone, and another one has a typing error in its address.",
        _webhook,
        ("webhook lacks issue_comment, issues", "Issues"),
    ),
    Setup(
        "10 routes and clock",
        "A route that is never reached, on a machine whose clock is a day ahead.",
        lambda here: (_routes(here), _clock(here))[0],  # type: ignore[func-returns-value]
        ("never reached, as line", "Put it above line", "the clock here is 24 hours ahead", "timedatectl"),
        never=("as said of clock",),
    ),
)


@contextmanager
def answering(body: bytes, certificate: tuple[Path, bytes] | None = None) -> Iterator[ThreadingHTTPServer]:
    """Answers everything with this page, a proxy's CONNECT too; over TLS with a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A handshake that the other side ends is what is wanted."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        folder, pem = certificate
        file = folder / "server.pem"
        file.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def checked(setup: Setup, folder: Path) -> Ran:
    """What `check` says of it."""
    with shop(folder) as here:
        setup.breaks(here)
        return here.run("check")


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for setup in SETUPS:
        with tempfile.TemporaryDirectory(prefix="afterword-") as folder:
            ran = checked(setup, Path(folder))
            said = ran.out.replace(folder, "config").replace(" --config config/afterword.toml", "")
        file = target / f"{setup.name.replace(' ', '-')}.txt"
        file.write_text(f"{setup.tells}\n\n$ python -m service check\n{said}{ran.err}$ echo $?\n{ran.code}\n")
        print(file)


if __name__ == "__main__":
    main()
