"""Calls to the vendors of one `check` of three sources and three trackers, and more people than are asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from service.checking import whole
from service.checking.line import MEND
from service.store import migrate
from service.store.database import Database
from tests.hands import SAM
from tests.world import World

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
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/afterword.db")
        migrate.upgrade(database)
        with World(database, Path(folder)) as world:
            assert world.jira is not None
            world.github.create_repo("acme/infra")
            world.jira.add_user("Sam Example", account_id=SAM)
            for key in ("OPS", "PAY", "SHOP"):
                world.jira.create_project(key)
            world.change = lambda text: text + MORE.format(github=world.github.url, jira=world.jira.url)  # type: ignore[union-attr]
            world.restart()
            world.github.reset_calls()
            world.jira.reset_calls()
            lines = list(whole.lines(world.parts, "python -m service"))
            calls = len(world.github.calls) + len(world.jira.calls)
            sides = (len(world.parts.sources), len(world.parts.trackers))
            if sides != (3, 3) or any(line.level == MEND for line in lines):
                raise SystemExit(f"this is no check of three and three that went well: {sides}, {lines}")
        database.close()
    return [("calls of a check of 3 sources and 3 trackers", float(calls), "<=", MOST)]


if __name__ == "__main__":
    for what, measured, sign, goal in run():
        print(f"{measured:.0f} (goal {sign} {goal:g})  {what}")
