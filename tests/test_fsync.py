"""A 2xx means that the bytes are on the disk: the kernel's own log of what was asked of it says so."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sandbox.webhooks import sign
from tests.processes import ROOT, eventually, free_port
from tests.world import SECRET, environ

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here: it counts the flushes")
DELIVERIES = 100
FLUSH = re.compile(r"\b(?:fdatasync|fsync)\((\d+)<([^>]*)>\)")
#: what a database does that keeps its word, and one that does not, without us
BARE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA synchronous=" + sys.argv[2])
connection.execute("CREATE TABLE t (x)")
for n in range(100):
    connection.execute("INSERT INTO t VALUES (?)", (n,))
"""


def traced(command: Sequence[str], out: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    strace = ["strace", "-f", "-qq", "-y", "-e", "trace=fdatasync,fsync", "-o", str(out)]
    return subprocess.Popen(
        [*strace, *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def flushes(out: Path) -> int:
    """Flushes of a write-ahead log."""
    return sum(found[2].endswith("-wal") for found in FLUSH.finditer(out.read_text("utf-8", "replace")))


def can_trace(tmp_path: Path) -> bool:
    return traced([sys.executable, "-c", ""], tmp_path / "try").wait(20) == 0


def test_each_of_a_hundred_acknowledged_deliveries_was_flushed_to_the_disk_first(tmp_path: Path) -> None:
    if not can_trace(tmp_path):
        pytest.skip("strace may not trace here")
    port = free_port()
    settings = tmp_path / "afterword.toml"
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"\n'
        f'database_url = "sqlite:///{tmp_path}/afterword.db"\n[jobs]\nscan_seconds = 600\n'
        '[sources.ops]\nkind = "github"\napi_url = "http://127.0.0.1:9"\ntoken_env = "GITHUB_TOKEN"\n'
        'secret_env = "OPS_SECRET"\nrepositories = ["acme/ops"]\n'
    )
    out = tmp_path / "trace"
    # what is read of a delivery later is written as well, in batches: 'web' alone would do none, but is not for SQLite
    command = [sys.executable, "-m", "service", "--config", str(settings), "all"]
    process = traced(command, out, {**os.environ, **environ()})
    try:
        eventually(lambda: listens(port), "it listens", 60)
        time.sleep(2.0)  # what a start writes
        before = flushes(out)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for number in range(DELIVERIES):
            body = b'{"zen": "%d"}' % number
            headers = {
                "X-GitHub-Event": "ping",
                "X-GitHub-Delivery": f"d-{number}",
                "X-Hub-Signature-256": sign(SECRET, body),
                "Content-Type": "application/json",
            }
            connection.request("POST", "/webhooks/ops", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202
            assert flushes(out) - before > number, f"delivery {number} was acknowledged before it was on the disk"
        connection.close()
    finally:
        subprocess.run(["pkill", "-TERM", "-P", str(process.pid)], check=False)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def test_the_count_tells_a_database_that_keeps_its_word_from_one_that_does_not(tmp_path: Path) -> None:
    if not can_trace(tmp_path):
        pytest.skip("strace may not trace here")
    counted = {}
    for how in ("FULL", "NORMAL"):
        out = tmp_path / how
        assert traced([sys.executable, "-c", BARE, str(tmp_path / f"{how}.db"), how], out).wait(60) == 0
        counted[how] = flushes(out)
    assert counted["FULL"] >= DELIVERIES
    assert counted["NORMAL"] < DELIVERIES / 10


def listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
