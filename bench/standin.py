"""A GitHub with closed incident tickets, in a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.github import GitHubSandbox
from sandbox.github_payloads import issue_event

TOKEN = "bench-token"
_MARKER = re.compile(r"afterword:item key=([0-9a-f]+)")


@dataclass(frozen=True)
class StandIn:
    url: str
    closings: list[bytes]  # the webhook of each ticket, as GitHub sends it
    _process: subprocess.Popen[str]

    def counted(self) -> tuple[int, int, int]:
        """(action items that have an issue, issues too many, our comments)."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        items, twice, comments = json.loads(self._process.stdout.readline())
        return items, twice, comments


@contextmanager
def github(folder: str, tickets: int, items: int, delay: float = 0.0) -> Iterator[StandIn]:
    """`delay`: seconds that each of its answers takes."""
    file = Path(folder) / "closings.json"
    command = [sys.executable, "-m", "bench.standin", str(tickets), str(items), str(delay), str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            yield StandIn(url, [body.encode() for body in json.loads(file.read_text())], process)
        finally:
            process.stdin.close()  # it ends with its input
            process.wait(30)


def main(tickets: int, items: int, delay: float, file: Path) -> None:
    with GitHubSandbox(token=TOKEN) as stand_in:
        stand_in.create_repo("acme/ops")
        stand_in.create_repo("acme/checkout")
        closings = []
        for number in range(tickets):
            promised = "".join(f"- [ ] Mend part {number}.{n} of the checkout\n" for n in range(items))
            body = f"Checkout was slow.\n\n## Action items\n{promised}"
            ticket = stand_in.open_issue("acme/ops", f"Slow {number}", body, labels=["incident"])
            stand_in.close(ticket)
            closings.append(json.dumps(issue_event(stand_in.answers, ticket, "closed", "alex")))
        file.write_text(json.dumps(closings))
        stand_in.delay = delay
        print(stand_in.url, flush=True)
        for _ in sys.stdin:
            filed = stand_in.tally(_MARKER.pattern)
            comments = sum("afterword:comment" in one.body for issue in stand_in.issues for one in issue.comments)
            print(json.dumps([len(filed), sum(filed.values()) - len(filed), comments]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
