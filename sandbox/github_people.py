"""What people do on GitHub around the issues: repositories, webhooks, comments, pull requests."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.github_apps import RIGHTS, App, Installation
from sandbox.github_issue_actions import IssueActions
from sandbox.github_payloads import hook_repo, ping_event, signed
from sandbox.github_world import Comment, Issue, Repo
from sandbox.webhooks import Delivery, Hook


class People(IssueActions):
    """The whole of what a person can do to a GitHubSandbox in Python."""

    # --- reading what exists ------------------------------------------------------------------------------------------

    @property
    def issues(self) -> list[Issue]:
        """Every issue of every repository, without pull requests, oldest first."""
        with self.lock:
            return [issue for issue in self.world.issues() if not issue.is_pull]

    def issue(self, repo: str | Repo, number: int) -> Issue:
        return self.repo(repo).issues[number]

    def having(self, text: str) -> list[Issue]:
        """Issues whose body holds this text."""
        return [issue for issue in self.issues if text in (issue.body or "")]

    def tally(self, pattern: str) -> Counter[str]:
        """How many issues carry each match of a regex (its first group) in the body: above one is a double."""
        found = (re.search(pattern, issue.body or "") for issue in self.issues)
        return Counter(match[1] if match.re.groups else match[0] for match in found if match)

    # --- repositories -------------------------------------------------------------------------------------------------

    def create_repo(
        self,
        full_name: str,
        *,
        private: bool = False,
        members: Mapping[str, str] | None = None,
        associations: Mapping[str, str] | None = None,
        has_issues: bool = True,
    ) -> Repo:
        """`members`: login → admin, maintain, write, triage, read or none. Our own is an admin unless it is named."""
        owner, _, name = full_name.partition("/")
        roles = {self.login: "admin", **(members or {})}
        with self.lock:
            repo = Repo(
                id=self.world.next_id("repo"),
                owner=owner,
                name=name,
                private=private,
                created_at=self.now(),
                members={who: role for who, role in roles.items() if role != "none"},
                associations=dict(associations or {}),
                has_issues=has_issues,
            )
            self.world.repos[repo.id] = repo
        return repo

    def rename_repo(self, repo: str | Repo, new_full_name: str) -> Repo:
        """The old name answers 301 to a GET and 307 to the rest from now on."""
        with self.lock:
            found = self.repo(repo)
            self.world.renamed[found.full_name.lower()] = found
            found.owner, _, found.name = new_full_name.partition("/")
        return found

    def set_visibility(self, repo: str | Repo, visibility: str, *, by: str = "alex") -> Repo:
        """public, internal or private. Who is told of `repository` hears of it."""
        with self.acting():
            found = self.repo(repo)
            was = found.visibility
            found.private, found.internal = visibility != "public", visibility == "internal"
            if "public" in (was, visibility) and was != visibility:
                action = "publicized" if visibility == "public" else "privatized"
                payload = {"action": action, "repository": hook_repo(self.answers, found)}
                self._send("repository", found, {**payload, "sender": self.answers.user(by)})
        return found

    # --- Apps ---------------------------------------------------------------------------------------------------------

    def create_app(
        self,
        slug: str = "afterword-app",
        owner: str = "acme",
        *,
        permissions: Mapping[str, str] | None = None,
        events: Sequence[str] = ("issues", "issue_comment", "repository"),
    ) -> App:
        """`key` of it is the private key, in PEM. It may do nothing until it is installed."""
        with self.lock:
            app = self.apps.create(slug, owner, RIGHTS if permissions is None else permissions, events)
            self.world.user_id(app.login)
        return app

    def install(self, app: App, owner: str, repos: Sequence[str] | None = None) -> Installation:
        """For all repositories of an owner, or for those that are named."""
        with self.lock:
            return self.apps.install(app, owner, None if repos is None else [self.repo(name) for name in repos])

    def suspend(self, installation: Installation) -> None:
        with self.lock:
            installation.suspended_at = self.now()

    def add_app_webhook(self, app: App, url: str, secret: str) -> Hook:
        hook = self.webhooks.add(url, secret, app.events, "")
        app.hook_id = hook.id
        return hook

    # --- webhooks -----------------------------------------------------------------------------------------------------

    def add_webhook(
        self, url: str, secret: str, events: Sequence[str] = ("issues", "issue_comment"), repo: str = ""
    ) -> Hook:
        """Of one repository, or of all (an organisation's) without one."""
        return self.webhooks.add(url, secret, events, repo)

    def ping(self, hook: Hook) -> Delivery:
        with self.lock:
            repo = self.world.repo(hook.place)
            payload = ping_event(self.answers, hook, repo, self.login)
        return self.webhooks.send(signed(hook, "ping", payload))

    @property
    def deliveries(self) -> list[Delivery]:
        return self.webhooks.deliveries()

    def redeliver(self, delivery_id: int | str) -> Delivery:
        """The same bytes and the same GUID again."""
        return self.webhooks.redeliver(delivery_id)

    # --- comments -----------------------------------------------------------------------------------------------------

    def comment(
        self,
        issue: Issue,
        body: str,
        *,
        author: str = "alex",
        association: str | None = None,
        created_at: datetime | None = None,
    ) -> Comment:
        with self.acting():
            at = created_at or self.now()
            told = association or issue.repo.association(author)
            comment = Comment(self.world.next_id("comment"), author, told, body, at, at)
            issue.comments.append(comment)
            issue.updated_at = max(issue.updated_at, at)
            self._tell_comment(issue, comment, "created", author)
        return comment

    def edit_comment(self, issue: Issue, comment: Comment, body: str, *, by: str = "alex") -> Comment:
        with self.acting():
            changes = {"body": {"from": comment.body}}
            comment.body = body
            comment.updated_at = issue.updated_at = self.now()
            self._tell_comment(issue, comment, "edited", by, changes=changes)
        return comment

    def delete_comment(self, issue: Issue, comment: Comment, *, by: str = "alex") -> None:
        with self.acting():
            issue.comments.remove(comment)
            issue.updated_at = self.now()
            self._tell_comment(issue, comment, "deleted", by)

    # --- pull requests ------------------------------------------------------------------------------------------------

    def open_pull_request(
        self, repo: str | Repo, title: str, body: str = "", *, author: str = "alex", mentions: Sequence[Issue] = ()
    ) -> Issue:
        """`mentions`: issues on whose timeline it shows."""
        with self.acting():
            pull = self.open_issue(repo, title, body, author=author, is_pull=True)
            for issue in mentions:
                self._event(issue, "cross-referenced", author, source=pull)
                issue.updated_at = self.now()
        return pull

    def merge(self, pull: Issue, *, closes: Sequence[Issue] = (), by: str = "alex") -> Issue:
        with self.acting():
            pull.merged_at = pull.closed_at = pull.updated_at = self.now()
            pull.state, pull.closed_by = "closed", by
            commit = f"{pull.id:040x}"
            self._event(pull, "merged", by, commit_id=commit)
            for issue in closes:
                self.close(issue, by=by, commit_id=commit)
        return pull
