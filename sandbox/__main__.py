"""`python -m sandbox`: a GitHub and a Jira to play with, until Ctrl-C."""

import argparse
import threading

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--github-port", type=int, default=0)
    parser.add_argument("--jira-port", type=int, default=0)
    asked = parser.parse_args()
    with GitHubSandbox(asked.github_port) as github, JiraSandbox(asked.jira_port) as jira:
        github.create_repo("acme/ops", members={"alex": "admin", "sam": "write"})
        jira.create_project("OPS", "Operations")
        print(f"GitHub  {github.url}  token {github.token}  repository acme/ops")
        print(f"Jira    {jira.url}  user {jira.email}  token {jira.token}  project OPS", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
