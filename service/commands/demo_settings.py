"""The settings of `demo`: those that anybody would write, with the stand-ins in place of a real GitHub and Jira."""

from __future__ import annotations

from pathlib import Path

from sandbox.story import GITHUB_TOKEN, JIRA_TOKEN, JIRA_USER, SECRET

FOLDER = Path("var/demo")
SETTINGS = """\
# Written by `python -m service demo`. The same lines point Afterword at a real GitHub and a real Jira.
public_url = "{url}"
database_url = "sqlite:///{folder}/afterword.db"
timezone = "UTC"
public = true

[filing]
quiet = "0s"        # the story does not wait

[sources.ops]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
secret_env = "OPS_SECRET"
repositories = ["acme/ops"]

[trackers.code]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
repositories = ["acme/checkout", "acme/ops"]
seconds_between_writes = 0  # a real GitHub wants a second

[trackers.work]
kind = "jira"
url = "{jira}"
user_env = "JIRA_USER"
token_env = "JIRA_TOKEN"
project = "PAY"

[[routes]]
when = {{ text = ["payment"] }}
tracker = "work"

[[routes]]
when = {{ text = ["alert", "page"] }}
tracker = "code"
place = "acme/ops"

[due]
P0 = 7
P1 = 30
"""
ENVIRON = {
    "GITHUB_TOKEN": GITHUB_TOKEN,
    "JIRA_TOKEN": JIRA_TOKEN,
    "JIRA_USER": JIRA_USER,
    "OPS_SECRET": SECRET,
}
