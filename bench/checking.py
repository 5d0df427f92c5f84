"""Calls to the vendors of one `check` of three sources and three trackers, and more people than are asked for."""

from __future__ import annotations

from bench import worlds
from service.checking import whole
from service.checking.line import MEND
from tests.hands import SAM

MOST = 30.0
MORE = """
[sources.infra]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
secret_env = "OPS_SECRET"
repositories = ["acme/infra"]
[trackers.shop]
kind = "jira"
url = "{jira}"
user_env = "JIRA_USER"
token_env = "JIRA_TOKEN"
project = "SHOP"
[[routes]]
when = {{ labels = ["team:shop"] }}
tracker = "shop"
[[people]]
name = "kim"
github = "kim"
[[people]]
name = "robin"
github = "robin"
[[people]]
name = "noor"
github = "noor"
"""


def run() -> list[tuple[str, float, str, float]]:
    with worlds.world("OPS", "PAY", "SHOP") as world:
        github, jira = world.github, world.jira
        assert jira is not None
        github.create_repo("acme/infra")
        jira.add_user("Sam Example", account_id=SAM)
        world.change = lambda text: text + MORE.format(github=github.url, jira=jira.url)
        world.restart()
        for sandbox in (github, jira):
            sandbox.reset_calls()
        lines = list(whole.lines(world.parts, "python -m service"))
        sides = (len(world.parts.sources), len(world.parts.trackers))
        if sides != (3, 3) or any(line.level == MEND for line in lines):
            raise SystemExit(f"this is no check of three and three that went well: {sides}, {lines}")
        calls = len(github.calls) + len(jira.calls)
    return [("calls of a check of 3 sources and 3 trackers", float(calls), "<=", MOST)]
