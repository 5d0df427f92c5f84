"""What people do in Jira around the issues: projects, webhooks; and looking at what exists."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.jira_issue_actions import IssueActions
from sandbox.jira_payloads import automation
from sandbox.jira_world import Comment, Issue, Project
from sandbox.webhooks import Delivery, Hook

EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated")


class People(IssueActions):
    """The whole of what a person can do to a JiraSandbox in Python."""

    @property
    def issues(self) -> list[Issue]:
        """Every issue of every project, oldest first."""
        with self.lock:
            return list(self.world.issues())

    def issue(self, id_or_key: str) -> Issue:
        found = self.world.issue(id_or_key)
        if found is None:
            raise KeyError(f"There is no issue {id_or_key}.")
        return found

    def having(self, text: str) -> list[Issue]:
        """Issues whose description (as wiki markup) holds this text."""
        return [issue for issue in self.issues if issue.description and text in issue.description.wiki]

    def tally(self, pattern: str) -> Counter[str]:
        """How many issues carry each match of a regex (its first group) in the description: above one is a double."""
        texts = (issue.description.wiki for issue in self.issues if issue.description)
        found = (re.search(pattern, text) for text in texts)
        return Counter(match[1] if match.re.groups else match[0] for match in found if match)

    def create_project(
        self,
        key: str,
        name: str = "",
        *,
        types: Sequence[str] = ("Task", "Bug", "Story", "Incident", "Sub-task"),
        required: Mapping[str, str] | None = None,
        off_screen: Sequence[str] = (),
        fields: Mapping[str, str] | None = None,
        assignable: Sequence[str] | None = None,
        service_desk: bool = False,
        private: bool = True,
        open: bool = False,
    ) -> Project:
        """`required`: field id → name, as `{"customfield_10010": "Component"}`; `off_screen`: field ids that
        create refuses, like "duedate"; `fields`: more custom fields; `assignable`: people, else everybody; `open`:
        people without an account see it too."""
        with self.lock:
            project = Project(
                id=self.world.next_id(),
                key=key,
                name=name or key,
                types=tuple(types),
                required=dict(required or {}),
                off_screen=set(off_screen),
                fields={
                    **(fields or {}),
                    **{k: v for k, v in (required or {}).items() if k.startswith("customfield_")},
                },
                assignable=None if assignable is None else {self.person(who) for who in assignable},
                service_desk=service_desk,
                private=private,
                open=open,
            )
            self.world.projects[project.id] = project
        return project

    def add_webhook(self, url: str, secret: str, events: Sequence[str] = EVENTS, project: str = "") -> Hook:
        """Of one project (a JQL filter, in Jira's words), or of all without one."""
        return self.webhooks.add(url, secret, events, project)

    def automation(self, issue: Issue, shape: str = "jsm", comment: Comment | None = None) -> Any:
        """The body that a rule posts about an issue now: see `sandbox.jira_payloads.automation`."""
        with self.lock:
            return automation(self.hook_answers(), issue, self.now(), shape, comment)

    @property
    def deliveries(self) -> list[Delivery]:
        return self.webhooks.deliveries()

    def redeliver(self, delivery_id: int | str, retry: int = 1) -> Delivery:
        """The same bytes and identifier again, marked as Jira marks its retries."""
        return self.webhooks.redeliver(delivery_id, more_headers={"X-Atlassian-Webhook-Retry": str(retry)})
