"""Ingest: HMAC, fsynced insert, 202, beside a bare Flask route on the same server that does the same."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import running
from bench.load import SECRET
from sandbox.github import GitHubSandbox

ROUNDS = 5
NUMBER = 1600
LONGER = 2 * NUMBER  # takes more than the second between two writes, so that something is filed meanwhile
TICKETS, ITEMS = 2, 5  # a round; all rounds together stay within the pace of 60 issues a minute
TOKEN = "bench-token"
SETTINGS = """
listen = "127.0.0.1:{port}"
database_url = "sqlite:///{folder}/afterword.db"
[filing]
quiet = "0s"
[sources.ops]
kind = "github"
api_url = "{github}"
token_env = "BENCH_TOKEN"
secret_env = "BENCH_SECRET"
[trackers.code]
kind = "github"
api_url = "{github}"
token_env = "BENCH_TOKEN"
repositories = ["acme/ops"]
"""


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**os.environ, "BENCH_TOKEN": TOKEN, "BENCH_SECRET": SECRET}
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def ours(github: GitHubSandbox, folder: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = _port()
    path = Path(folder) / "afterword.toml"
    path.write_text(SETTINGS.format(port=port, folder=folder, github=github.url))
    with _running(["service", "--config", str(path), "all"], port) as process:
        yield port, process


def _load(port: int, prefix: str, number: int = NUMBER) -> tuple[float, float, float]:
    """(per second, p50 ms, p99 ms), sent from a process of its own."""
    command = [sys.executable, "-m", "bench.load", str(port), "/webhooks/ops", str(number), prefix]
    told = subprocess.run(command, capture_output=True, check=True, timeout=120)
    first, second, third = json.loads(told.stdout)
    return first, second, third


def run() -> list[tuple[str, float, str, float]]:
    """(what, measured, "<=" or ">=", goal)."""
    with GitHubSandbox(token=TOKEN) as github, tempfile.TemporaryDirectory() as folder:
        github.create_repo("acme/ops")
        bare_port = _port()
        with (
            _running(["bench.bare", str(bare_port), f"{folder}/bare.db"], bare_port),
            ours(github, folder) as (port, _),
        ):
            for warm in (bare_port, port):
                _load(warm, "warm")
            pairs = [(_load(bare_port, f"r{n}"), _load(port, f"r{n}")) for n in range(ROUNDS)]
            time.sleep(15)  # what was stored is looked at now; the next figure is about filing beside receiving
            github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
            beside = [(_load(port, f"q{n}", LONGER), _while_filing(github, port, n)) for n in range(ROUNDS)]
    speed = statistics.median(our[0] / bare[0] for bare, our in pairs)
    tail = statistics.median(our[2] for _, our in pairs) / statistics.median(bare[2] for bare, _ in pairs)
    ack = statistics.median(busy[1] / quiet[1] for quiet, busy in beside)
    bare_rate, our_rate = (statistics.median(p[i][0] for p in pairs) for i in (0, 1))
    print(f"  bare Flask: {bare_rate:.0f}/s; Afterword: {our_rate:.0f}/s; medians of {ROUNDS} rounds of {NUMBER}")
    return [
        _on_postgresql(),
        ("ingest, deliveries a second, over the bare route's", speed, ">=", 0.75),
        ("ingest, p99, over the bare route's", tail, "<=", 1.5),
        ("ack, p50, while a tracker takes 500 ms a call, over idle", ack, "<=", 1.1),
    ]


def _on_postgresql() -> tuple[str, float, str, float]:
    """`web` alone on a server of its own, beside the bare route on the same server."""
    bare_port = _port()
    with running.ours("PostgreSQL", "http://127.0.0.1:9") as web:
        address = web.database.url.render_as_string(hide_password=False)
        web.start("web")
        with _running(["bench.bare", str(bare_port), address], bare_port):
            for warm in (bare_port, web.port):
                _load(warm, "warm")
            pairs = [(_load(bare_port, f"r{n}"), _load(web.port, f"r{n}")) for n in range(ROUNDS)]
    bare_rate, our_rate = (statistics.median(pair[i][0] for pair in pairs) for i in (0, 1))
    print(f"  on PostgreSQL, bare Flask: {bare_rate:.0f}/s; Afterword: {our_rate:.0f}/s")
    speed = statistics.median(our[0] / bare[0] for bare, our in pairs)
    return ("ingest on PostgreSQL, deliveries a second, over the bare route's", speed, ">=", 0.75)


def _while_filing(github: GitHubSandbox, port: int, number: int) -> tuple[float, float, float]:
    """The same load while incidents are filed into a tracker that takes half a second for each call."""
    github.reset_calls()
    github.delay = 0.5
    for n in range(TICKETS):
        items = "".join(f"- [ ] Mend part {number}.{n}.{i} of the checkout\n" for i in range(ITEMS))
        ticket = github.open_issue("acme/ops", f"Slow {number}.{n}", f"## Action items\n{items}", labels=["incident"])
        github.close(ticket)
    for _ in range(600):
        if github.count("POST", "/issues"):
            break
        time.sleep(0.1)
    before = len(github.calls)
    taken = _load(port, f"s{number}", LONGER)
    if len(github.calls) == before:
        raise SystemExit("nothing was filed during the load: the figure would say nothing")
    github.delay = 0.0
    github.reset_calls()
    time.sleep(5)  # the rest is filed, so that the next quiet round is quiet
    return taken
