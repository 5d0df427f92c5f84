"""What people do to GitHub's issues, as methods; the API does the same through them. Each sends its webhooks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.github_answers import Answers
from sandbox.github_apps import Apps
from sandbox.github_payloads import comment_event, issue_event, organization_json, signed
from sandbox.github_world import Comment, Event, Issue, Label, Repo, World, node_id
from sandbox.http import HttpSandbox


class IssueActions(HttpSandbox):
    """Every method that changes something takes `by` (or `author`), the login who does it."""

    world: World
    answers: Answers
    apps: Apps
    login: str

    def repo(self, repo: str | Repo) -> Repo:
        found = repo if isinstance(repo, Repo) else self.world.repo(repo)
        if found is None:
            raise KeyError(f"There is no repository {repo}.")
        return found

    def open_issue(
        self,
        repo: str | Repo,
        title: str,
        body: str | None = None,
        *,
        labels: Sequence[str] = (),
        assignees: Sequence[str] = (),
        author: str = "alex",
        association: str | None = None,
        created_at: datetime | None = None,
        parent: Issue | None = None,
        is_pull: bool = False,
    ) -> Issue:
        with self.acting():
            where, at = self.repo(repo), (created_at or self.now())
            where.last_number += 1
            issue = Issue(
                id=self.world.next_id("issue"),
                repo=where,
                number=where.last_number,
                title=title,
                body=body,
                author=author,
                association=association or where.association(author),
                created_at=at,
                updated_at=at,
                is_pull=is_pull,
            )
            where.issues[issue.number] = issue
            for name in labels:
                self._label(issue, name, author, at)
            for login in assignees:
                self._assign(issue, login, author, at)
            if parent:
                self.add_sub_issue(parent, issue, by=author)
            if not is_pull:
                self._tell(issue, "opened", author)
                for name in issue.labels:
                    self._tell(issue, "labeled", author, label=self._label_json(issue, name))
                for login in issue.assignees:
                    self._tell(issue, "assigned", author, assignee=self.answers.user(login))
        return issue

    def edit(self, issue: Issue, *, title: str | None = None, body: str | None = None, by: str = "alex") -> Issue:
        with self.acting():
            changes: dict[str, Any] = {}
            if title is not None and title != issue.title:
                changes["title"] = {"from": issue.title}
                self._event(issue, "renamed", by, rename={"from": issue.title, "to": title})
                issue.title = title
            if body is not None and body != issue.body:
                changes["body"] = {"from": issue.body or ""}
                issue.body = body
            if changes:
                issue.updated_at = self.now()
                self._tell(issue, "edited", by, changes=changes)
        return issue

    def close(
        self, issue: Issue, state_reason: str = "completed", *, by: str = "alex", commit_id: str | None = None
    ) -> Issue:
        with self.acting():
            if issue.state == "closed":
                return issue
            at = self.now()
            issue.state, issue.state_reason = "closed", state_reason
            issue.closed_at = issue.updated_at = at
            issue.closed_by = by
            self._event(issue, "closed", by, state_reason=state_reason, commit_id=commit_id)
            self._tell(issue, "closed", by)
        return issue

    def reopen(self, issue: Issue, *, by: str = "alex") -> Issue:
        with self.acting():
            if issue.state == "open":
                return issue
            issue.state, issue.state_reason = "open", "reopened"
            issue.closed_at = issue.closed_by = None
            issue.updated_at = self.now()
            self._event(issue, "reopened", by)
            self._tell(issue, "reopened", by)
        return issue

    def delete(self, issue: Issue, *, by: str = "alex") -> None:
        """The API answers 410 for it from now on."""
        with self.acting():
            self._tell(issue, "deleted", by)
            self._remove(issue)
            issue.repo.deleted.add(issue.number)

    def transfer(self, issue: Issue, to: str | Repo, *, by: str = "alex") -> Issue:
        """A new issue with new ids elsewhere; the old address answers 301."""
        with self.acting():
            target = self.repo(to)
            target.last_number += 1
            moved = replace(issue, id=self.world.next_id("issue"), repo=target, number=target.last_number)
            moved.updated_at = self.now()
            for name in moved.labels:
                self._ensure_label(target, name)
            target.issues[moved.number] = moved
            changes = {"new_issue": issue_event(self.answers, moved, "", by)["issue"]}
            changes["new_repository"] = issue_event(self.answers, moved, "", by)["repository"]
            self._tell(issue, "transferred", by, changes=changes)
            self._remove(issue)
            if issue.parent:
                issue.parent.sub_issues.append(moved)
            for child in moved.sub_issues:
                child.parent = moved
            issue.repo.transferred[issue.number] = moved
        return moved

    def label(self, issue: Issue, name: str, *, by: str = "alex") -> Issue:
        with self.acting():
            if self._label(issue, name, by, self.now()):
                self._tell(issue, "labeled", by, label=self._label_json(issue, name))
        return issue

    def unlabel(self, issue: Issue, name: str, *, by: str = "alex") -> Issue:
        with self.acting():
            if name in issue.labels:
                issue.labels.remove(name)
                issue.updated_at = self.now()
                self._event(issue, "unlabeled", by, label=name)
                self._tell(issue, "unlabeled", by, label=self._label_json(issue, name))
        return issue

    def assign(self, issue: Issue, login: str, *, by: str = "alex") -> Issue:
        with self.acting():
            if self._assign(issue, login, by, self.now()):
                self._tell(issue, "assigned", by, assignee=self.answers.user(login))
        return issue

    def unassign(self, issue: Issue, login: str, *, by: str = "alex") -> Issue:
        with self.acting():
            if login in issue.assignees:
                issue.assignees.remove(login)
                issue.updated_at = self.now()
                self._event(issue, "unassigned", by, assignee=login)
                self._tell(issue, "unassigned", by, assignee=self.answers.user(login))
        return issue

    def add_sub_issue(self, parent: Issue, child: Issue, *, by: str = "alex") -> None:
        with self.acting():
            if child.parent:
                child.parent.sub_issues.remove(child)
            child.parent = parent
            parent.sub_issues.append(child)
            parent.updated_at = child.updated_at = self.now()
            self._event(parent, "sub_issue_added", by, sub_issue=child)
            self._event(child, "parent_issue_added", by, parent_issue=parent)

    # --- below --------------------------------------------------------------------------------------------------------

    def _event(self, issue: Issue, kind: str, by: str, **data: Any) -> None:
        issue.events.append(Event(self.world.next_id("event"), kind, by, self.now(), data))

    def _ensure_label(self, repo: Repo, name: str) -> Label:
        return repo.labels.setdefault(name.lower(), Label(self.world.next_id("label"), name))

    def _label_json(self, issue: Issue, name: str) -> dict[str, Any]:
        return self.answers.label(issue.repo, issue.repo.labels[name.lower()])

    def _label(self, issue: Issue, name: str, by: str, at: datetime) -> bool:
        known = self._ensure_label(issue.repo, name)
        if known.name in issue.labels:
            return False
        issue.labels.append(known.name)
        issue.updated_at = max(issue.updated_at, at)
        issue.events.append(Event(self.world.next_id("event"), "labeled", by, at, {"label": known.name}))
        return True

    def _assign(self, issue: Issue, login: str, by: str, at: datetime) -> bool:
        if login in issue.assignees:
            return False
        issue.assignees.append(login)
        issue.updated_at = max(issue.updated_at, at)
        issue.events.append(Event(self.world.next_id("event"), "assigned", by, at, {"assignee": login}))
        return True

    def _remove(self, issue: Issue) -> None:
        del issue.repo.issues[issue.number]
        if issue.parent:
            issue.parent.sub_issues.remove(issue)

    def _tell(self, issue: Issue, action: str, by: str, **more: Any) -> None:
        self._send("issues", issue.repo, issue_event(self.answers, issue, action, by, more))

    def _tell_comment(self, issue: Issue, comment: Comment, action: str, by: str, **more: Any) -> None:
        self._send("issue_comment", issue.repo, comment_event(self.answers, issue, comment, action, by, more))

    def _send(self, event: str, repo: Repo, payload: dict[str, Any]) -> None:
        """To each webhook that wants it. An App hears of what it is installed for, and is told the installation."""
        for hook in self.webhooks.wanting(event, repo.full_name):
            more: dict[str, Any] = {}
            if not hook.place and repo.owner.lower() not in self.world.persons:
                more["organization"] = organization_json(self.answers, repo.owner)
            if (app := self.apps.by_hook(hook.id)) is not None:
                installation = next((one for one in app.installations if one.reaches(repo)), None)
                if installation is None:
                    continue
                more["installation"] = {"id": installation.id, "node_id": node_id("IN", installation.id)}
            self.emit(signed(hook, event, {**payload, **more}))
