"""What people do to Jira's issues, as methods; the API does the same through them. Each sends its webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.http import HttpSandbox
from sandbox.jira_answers import Answers
from sandbox.jira_payloads import comment_event, issue_event, signed
from sandbox.jira_text import from_wiki
from sandbox.jira_world import (
    PRIORITIES,
    RESOLUTIONS,
    Comment,
    History,
    Issue,
    Link,
    Project,
    RemoteLink,
    Text,
    User,
    World,
    change_item,
)

SIMPLE = ("summary", "duedate", "security")


class IssueActions(HttpSandbox):
    """`by` is an account id, a display name or an e-mail; an unknown name becomes a new person.

    `notified` lists (issue key, what) for everything that would have sent people a mail.
    """

    world: World
    notified: list[tuple[str, str]]
    account_id: str
    datacenter: bool

    def add_user(
        self,
        name: str,
        email: str = "",
        account_id: str = "",
        *,
        email_visible: bool = True,
        time_zone: str = "Etc/UTC",
        kind: str = "atlassian",
    ) -> User:
        with self.lock:
            user_name = name.lower().replace(" ", ".")
            number = account_id or (user_name if self.datacenter else f"5f0c1a{self.world.next_id():0>18}")
            email = email or f"{user_name}@example.org"
            user = User(number, name, email, time_zone, email_visible, kind=kind)
            self.world.users[number] = user
        return user

    def person(self, who: str) -> str:
        """The account id of an account id, name or e-mail."""
        with self.lock:
            if who in self.world.users:
                return who
            for user in self.world.users.values():
                if who in (user.name, user.email):
                    return user.account_id
            return self.add_user(who).account_id

    def project(self, project: str | Project) -> Project:
        found = project if isinstance(project, Project) else self.world.project(project)
        if found is None:
            raise KeyError(f"There is no project {project}.")
        return found

    def hook_answers(self) -> Answers:
        """Webhooks speak v2, in the server's zone."""
        return Answers(self.world, self.url, "2", "Etc/UTC", datacenter=self.datacenter)

    # --- issues -------------------------------------------------------------------------------------------------------

    def create_issue(
        self,
        project: str | Project,
        summary: str,
        description: str | Text | None = None,
        *,
        type: str = "Task",
        labels: Sequence[str] = (),
        priority: str = "Medium",
        assignee: str | None = None,
        duedate: str | None = None,
        by: str = "Alex",
        reporter: str | None = None,
        created: datetime | None = None,
        parent: Issue | None = None,
        security: str | None = None,
        custom: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Issue:
        with self.acting():
            where, at, creator = self.project(project), created or self.now(), self.person(by)
            where.last_number += 1
            issue = Issue(
                id=self.world.next_id(),
                key=f"{where.key}-{where.last_number}",
                project=where,
                type=type,
                summary=summary,
                status=self.world.statuses[0],
                creator=creator,
                reporter=self.person(reporter) if reporter else creator,
                created=at,
                updated=at,
                description=from_wiki(description) if isinstance(description, str) else description,
                priority=priority,
                labels=list(labels),
                assignee=self.person(assignee) if assignee else None,
                duedate=duedate,
                parent=parent,
                security=security,
                custom=dict(custom or {}),
                properties=dict(properties or {}),
            )
            self.world.by_id[issue.id] = issue
            self.notified.append((issue.key, "created"))
            self._tell(issue, "jira:issue_created", "issue_created", creator)
        return issue

    def change(
        self, issue: Issue, by: str = "Alex", *, kind: str = "issue_updated", notify: bool = True, **fields: Any
    ) -> Issue:
        """Sets fields at once: summary, description, labels, priority, assignee, duedate, security, status, resolution,
        and custom fields by their id. One history entry, one webhook; nothing if nothing changed."""
        with self.acting():
            who = self.person(by)
            items = [item for name, value in fields.items() if (item := self._set(issue, name, value))]
            if items:
                issue.updated = self.now()
                history = History(self.world.next_id(), who, issue.updated, tuple(items))
                issue.histories.append(history)
                if notify:
                    self.notified.append((issue.key, "updated"))
                self._tell(issue, "jira:issue_updated", kind, who, history)
        return issue

    def transition(
        self, issue: Issue, status: str, resolution: str | None = None, *, by: str = "Alex", **fields: Any
    ) -> Issue:
        """To a status by name. Done without a resolution becomes "Done"; leaving done clears it."""
        with self.acting():
            to = self.world.status(status)
            changes: dict[str, Any] = {**fields, "status": to}
            if to.category == "done":
                changes["resolution"] = resolution or "Done"
            elif issue.resolution:
                changes["resolution"] = None
            return self.change(issue, by, kind="issue_generic", **changes)

    def delete(self, issue: Issue, *, by: str = "Alex") -> None:
        with self.acting():
            self._tell(issue, "jira:issue_deleted", "issue_deleted", self.person(by))
            del self.world.by_id[issue.id]
            self.world.links = [link for link in self.world.links if issue not in (link.source, link.target)]

    def move(self, issue: Issue, project: str | Project, *, by: str = "Alex") -> Issue:
        """To another project: the id stays, the key changes, the old key still finds it."""
        with self.acting():
            to = self.project(project)
            to.last_number += 1
            new_key = f"{to.key}-{to.last_number}"
            items = (
                change_item("project", issue.project.id, issue.project.name, to.id, to.name),
                change_item("Key", "", issue.key, "", new_key),
            )
            issue.old_keys.append(issue.key)
            issue.project, issue.key, issue.updated = to, new_key, self.now()
            history = History(self.world.next_id(), self.person(by), issue.updated, items)
            issue.histories.append(history)
            self._tell(issue, "jira:issue_updated", "issue_moved", history.author, history)
        return issue

    def link(self, type_name: str, source: Issue, target: Issue) -> Link:
        """A link that is there already is not made twice."""
        with self.lock:
            for link in self.world.links:
                if (link.type, link.source, link.target) == (type_name, source, target):
                    return link
            made = Link(self.world.next_id(), type_name, source, target)
            self.world.links.append(made)
            source.updated = target.updated = self.now()
        return made

    def remote_link(
        self, issue: Issue, content: Mapping[str, Any], global_id: str | None = None
    ) -> tuple[RemoteLink, bool]:
        """Made (True), or replaced (False) if the issue has one with this global id."""
        with self.lock:
            for link in issue.remote_links:
                if global_id and link.global_id == global_id:
                    link.content = dict(content)
                    return link, False
            made = RemoteLink(int(self.world.next_id()), global_id, dict(content))
            issue.remote_links.append(made)
        return made, True

    # --- comments -----------------------------------------------------------------------------------------------------

    def comment(
        self,
        issue: Issue,
        body: str | Text,
        *,
        by: str = "Alex",
        visibility: Mapping[str, str] | None = None,
        public: bool | None = None,
        created: datetime | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Comment:
        """`visibility`: `{"type": "role", "value": "Administrators"}`; `public=False`: internal, in a service desk."""
        with self.acting():
            at, who = created or self.now(), self.person(by)
            text = from_wiki(body) if isinstance(body, str) else body
            comment = Comment(self.world.next_id(), who, text, at, at, who, public=public)
            comment.visibility = dict(visibility) if visibility else None
            comment.properties = dict(properties or {})
            issue.comments.append(comment)
            issue.updated = max(issue.updated, at)
            self.notified.append((issue.key, "commented"))
            self._tell_comment(issue, comment, "comment_created")
        return comment

    def edit_comment(
        self, issue: Issue, comment: Comment, body: str | Text, *, by: str = "Alex", notify: bool = True
    ) -> Comment:
        with self.acting():
            comment.body = from_wiki(body) if isinstance(body, str) else body
            comment.update_author = self.person(by)
            comment.updated = issue.updated = self.now()
            if notify:
                self.notified.append((issue.key, "comment edited"))
            self._tell_comment(issue, comment, "comment_updated")
        return comment

    def delete_comment(self, issue: Issue, comment: Comment) -> None:
        with self.acting():
            issue.comments.remove(comment)
            issue.updated = self.now()
            self._tell_comment(issue, comment, "comment_deleted")

    # --- below --------------------------------------------------------------------------------------------------------

    def _set(self, issue: Issue, name: str, value: Any) -> dict[str, Any] | None:
        """Sets one field; the changelog's item, or None if it was so already."""
        if name == "status":
            before, issue.status = issue.status, value
            if before.category != value.category:
                issue.category_at = self.now()
            return change_item(name, before.id, before.name, value.id, value.name) if before != value else None
        if name == "resolution":
            was, issue.resolution = issue.resolution, value
            issue.resolved_at = self.now() if value else None
            return change_item(name, RESOLUTIONS.get(was or ""), was, RESOLUTIONS.get(value or ""), value)
        if name == "assignee":
            old, new = issue.assignee, self.person(value) if value else None
            issue.assignee = new
            names = [self.world.users[one].name if one else None for one in (old, new)]
            return change_item(name, old, names[0], new, names[1]) if old != new else None
        if name == "priority":
            ranked, issue.priority = issue.priority, value
            return change_item(name, PRIORITIES[ranked], ranked, PRIORITIES[value], value) if ranked != value else None
        if name == "labels":
            words, issue.labels = list(issue.labels), list(value)
            return change_item(name, "", " ".join(words), "", " ".join(value)) if words != list(value) else None
        if name == "description":
            text = from_wiki(value) if isinstance(value, str) else value
            prior, issue.description = issue.description, text
            return change_item(name, None, prior.wiki if prior else None, None, text.wiki if text else None)
        if name in SIMPLE:
            kept = getattr(issue, name)
            setattr(issue, name, value)
            ids = (kept, value) if name == "duedate" else (None, None)
            return change_item(name, ids[0], kept, ids[1], value) if kept != value else None
        kept = issue.custom.get(name)
        issue.custom[name] = value
        title = issue.project.fields.get(name, name)
        return {**change_item(title, None, str(kept), None, str(value)), "fieldtype": "custom", "fieldId": name}

    def _tell(self, issue: Issue, event: str, kind: str, by: str, history: History | None = None) -> None:
        for hook in self.webhooks.wanting(event, issue.project.key):
            payload = issue_event(self.hook_answers(), issue, event, kind, by, self.now(), history)
            self.emit(signed(hook, payload))

    def _tell_comment(self, issue: Issue, comment: Comment, event: str) -> None:
        for hook in self.webhooks.wanting(event, issue.project.key):
            self.emit(signed(hook, comment_event(self.hook_answers(), issue, comment, event, self.now())))
