"""Real installations: GitHub and Jira of each kind at their real names, reached through a company's proxy alone.

All traffic stays on 127.0.0.1: the proxy leads each name to a sandbox. Webhooks come from the sandboxes directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.github import GitHubSandbox
from sandbox.github_apps import App
from sandbox.jira import JiraSandbox
from service.store.database import Database
from tests.hands import departures
from tests.mitm import MitmProxy
from tests.world import EMAIL, SECRET, TOKEN, World

USER, PASSWORD = "afterword", "pr0xy-pass-w0rd"
CLOUD_ID = "/ex/jira/11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True)
class Kind:
    """What is installed there. `host` is where GitHub's API answers, `site` where people see Jira."""

    name: str
    app: bool = False
    enterprise: bool = False
    old: bool = False  # an Enterprise Server without sub-issues
    api: str = "3"  # of Jira
    datacenter: bool = False
    gateway: bool = False  # a Jira token with scopes

    @property
    def host(self) -> str:
        return "ghe.example.org" if self.enterprise else "api.github.com"

    @property
    def github_url(self) -> str:
        return f"https://{self.host}{'/api/v3' if self.enterprise else ''}"

    @property
    def github_web(self) -> str:
        return "https://ghe.example.org" if self.enterprise else "https://github.com"

    @property
    def site(self) -> str:
        return "jira.example.org" if self.datacenter else "acme.atlassian.net"

    @property
    def sam(self) -> str:
        return "sam" if self.datacenter else "712020:sam"


KINDS = (
    Kind("GitHub token"),
    Kind("GitHub App", app=True),
    Kind("Enterprise", enterprise=True),
    Kind("Enterprise, old, App", enterprise=True, old=True, app=True),
    Kind("Jira Cloud v3", api="3"),
    Kind("Jira Cloud v2", api="2"),
    Kind("Jira Cloud, scopes", gateway=True),
    Kind("Jira Data Center v2", api="2", datacenter=True),
)


class Installation(World):
    """A world of this kind, behind its proxy."""

    def __init__(self, database: Database, folder: Path, kind: Kind, more: str = "") -> None:
        super().__init__(database, folder, more, change=self._as_installed)
        self.kind = kind
        self.github.stop()
        self.github = _github(kind)
        self.app_of_ours: App | None = _app(self.github) if kind.app else None
        assert self.jira is not None
        self.jira.stop()
        self.jira = _jira(kind)
        table = {kind.host: (self.github.port, ""), kind.site: (self.jira.port, "")}
        if kind.gateway:
            table["api.atlassian.com"] = (self.jira.port, "")
        self.proxy = MitmProxy(table, user=USER, password=PASSWORD)
        self.environ["PROXY_URL"] = self.proxy.url

    def __enter__(self) -> Installation:
        self.proxy.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        self.proxy.__exit__()

    def hook(self) -> None:
        if self.app_of_ours is None:
            super().hook()
        else:
            self.github.add_app_webhook(self.app_of_ours, f"{self.url}/webhooks/ops", SECRET)

    def unfitting(self) -> list[str]:
        """Every way in which a call departs from the vendors' descriptions, which know no gateway."""
        assert self.jira is not None
        site = [replace(call, path=call.path.removeprefix(CLOUD_ID)) for call in self.jira.calls]
        return departures(self.github.calls, site)

    def _as_installed(self, text: str) -> str:
        """The settings' file as somebody with this installation writes it."""
        kind = self.kind
        if self.app_of_ours is not None:
            key = self.folder / "app.pem"
            key.write_text(self.app_of_ours.key)
            text = text.replace('token_env = "GITHUB_TOKEN"', f'app_id = {self.app_of_ours.id}\napp_key_file = "{key}"')
        site = f'url = "https://{kind.site}"'
        told = f'{site}\napi = "{kind.api}"'
        if kind.gateway:
            told += f'\napi_url = "https://api.atlassian.com{CLOUD_ID}"'
        if kind.datacenter:
            told = f'{site}\ndeployment = "datacenter"'
            text = text.replace('user_env = "JIRA_USER"\n', "")
        text = text.replace(site, told).replace('jira = "712020:sam"', f'jira = "{kind.sam}"')
        return f'{text}\n[network]\nca_bundle = "{self.proxy.ca_file}"\nproxy_env = "PROXY_URL"\n'


def _github(kind: Kind) -> GitHubSandbox:
    if kind.old:
        lacks = {"sub_issues": False, "issue_types": False, "duplicates": False, "limits": False}
        made = GitHubSandbox(token=TOKEN, prefix="/api/v3", version="3.12.4", **lacks)
    elif kind.enterprise:
        made = GitHubSandbox(token=TOKEN, prefix="/api/v3", version="3.18.1")
    else:
        made = GitHubSandbox(token=TOKEN)
    made.url = made.answers.api = kind.github_url
    made.answers.web = kind.github_web
    return made


def _app(github: GitHubSandbox) -> App:
    """An App of acme, and no token that would be good as well."""
    app = github.create_app()
    github.install(app, "acme")
    github.tokens.clear()
    github.login = app.login
    return app


def _jira(kind: Kind) -> JiraSandbox:
    made = JiraSandbox(email=EMAIL, token=TOKEN, deployment="datacenter" if kind.datacenter else "cloud")
    made.url = f"https://{kind.site}"
    made.gateway_url = made.url + CLOUD_ID
    made.scoped = kind.gateway
    return made


@contextmanager
def installed(database: Database, folder: Path, kind: Kind, more: str = "") -> Iterator[Installation]:
    """With the repositories' members, the projects OPS and PAY, their webhook, and sam in both tools."""
    with Installation(database, folder, kind, more) as world:
        assert world.jira is not None
        for name in ("acme/ops", "acme/checkout"):
            world.github.repo(name).members.update(alex="write", sam="write")
        world.jira.add_user("Sam Example", account_id=kind.sam)
        world.jira.create_project("OPS", "Operations")
        world.jira.create_project("PAY", "Payments")
        world.jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
        yield world
