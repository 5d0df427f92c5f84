"""`python -m sandbox`: a GitHub and a Jira to play with, until Ctrl-C.

With --faults 0.2 a fifth of all calls meets a fault, chosen at random: no connection, a reset before or after the
server acted, half an answer, a sign-in page, broken JSON, a redirect, a 5xx, a limit, a refusal. Each is told as it
happens. The same seed gives the same faults for the same calls.
"""

import argparse
import threading
from collections.abc import Callable
from contextlib import ExitStack

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from sandbox.proxy import FaultProxy, Hit
from sandbox.proxy_faults import FAULTS


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--github-port", type=int, default=0)
    parser.add_argument("--jira-port", type=int, default=0)
    parser.add_argument(
        "--faults", type=_share, default=0.0, metavar="SHARE", help="share of the calls that meet a fault, 0 to 1"
    )
    parser.add_argument("--seed", default="0", help="of the dice for --faults (default: 0)")
    asked = parser.parse_args()
    with ExitStack() as stack:
        github = GitHubSandbox(0 if asked.faults else asked.github_port)
        jira = JiraSandbox(0 if asked.faults else asked.jira_port)
        for sandbox in (github, jira):
            stack.enter_context(sandbox)
        github.create_repo("acme/ops", members={"alex": "admin", "sam": "write"})
        jira.create_project("OPS", "Operations")
        github_url, jira_url = github.url, jira.url
        if asked.faults:
            doors = []
            for name, url, port in (("GitHub", github.url, asked.github_port), ("Jira", jira.url, asked.jira_port)):
                door = stack.enter_context(FaultProxy(url, port=port, tell=_teller(name)))
                door.storm(asked.faults, f"{asked.seed} {name}")
                doors.append(door.url)
            github_url, jira_url = doors
        print(f"GitHub  {github_url}  token {github.token}  repository acme/ops")
        print(f"Jira    {jira_url}  user {jira.email}  token {jira.token}  project OPS", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("say a share between 0 and 1, such as 0.2")
    return share


def _teller(name: str) -> Callable[[Hit], None]:
    def tell(hit: Hit) -> None:
        print(f"{name:6}  {hit.method} {hit.path}: {FAULTS[hit.fault].does}", flush=True)

    return tell


if __name__ == "__main__":
    main()
