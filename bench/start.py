"""How soon a command answers, and how much memory one whole process takes when nothing happens."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.ingest import TOKEN, ours
from sandbox.github import GitHubSandbox

ROUNDS = 11


def _seconds(*command: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return time.perf_counter() - begun


def run() -> list[tuple[str, float, str, float]]:
    pairs = [(_seconds("-c", "import flask"), _seconds("-m", "service", "--help")) for _ in range(ROUNDS)]
    ratio = statistics.median(ours for _, ours in pairs) / statistics.median(bare for bare, _ in pairs)
    return [
        ("`python -m service --help`, over `import flask`", ratio, "<=", 0.5),
        ("`all` at rest, MB", _idle_megabytes(), "<=", 140.0),
    ]


def _idle_megabytes() -> float:
    with GitHubSandbox(token=TOKEN) as github, tempfile.TemporaryDirectory() as folder:
        github.create_repo("acme/ops")
        with ours(github, folder) as (_, process):
            time.sleep(12)  # its first scans and its first sync are over
            status = Path(f"/proc/{process.pid}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    return int(kilobytes) / 1024
