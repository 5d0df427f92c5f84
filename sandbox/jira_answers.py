"""Jira's JSON, for REST v2 and v3 (rich text aside they are the same).

Shapes: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.jira_text import rendered
from sandbox.jira_things import Things
from sandbox.jira_world import (
    Comment,
    History,
    Issue,
    Link,
    RemoteLink,
    Text,
)

NOT_NAVIGABLE = ("comment", "attachment", "worklog")


class Answers(Things):
    """Renders issues and what belongs to them."""

    def text(self, text: Text | None) -> Any:
        if text is None:
            return None
        return text.wiki if self.version == "2" else self._named(text.adf)

    def _named(self, node: Any) -> Any:
        """A document as Jira gives it out: whom a mention means is filled in."""
        if isinstance(node, list):
            return [self._named(one) for one in node]
        if not isinstance(node, dict):
            return node
        attrs = node.get("attrs") or {}
        user = self.world.users.get(attrs.get("id", "")) if node.get("type") == "mention" else None
        if user is not None:
            return {**node, "attrs": {**attrs, "text": f"@{user.name}"}}
        return {name: self._named(value) for name, value in node.items()}

    def brief(self, issue: Issue) -> dict[str, Any]:
        """An issue as it shows within another: link, parent, subtask."""
        return {
            "id": issue.id,
            "key": issue.key,
            "self": f"{self.api}/issue/{issue.id}",
            "fields": {
                "summary": issue.summary,
                "status": self.status(issue.status),
                "priority": self.priority(issue.priority),
                "issuetype": self.type(issue.type),
            },
        }

    def link(self, link: Link, seen_from: Issue) -> dict[str, Any]:
        shown = {"id": link.id, "self": f"{self.api}/issueLink/{link.id}", "type": self.link_type(link.type)}
        if seen_from is link.source:
            return {**shown, "outwardIssue": self.brief(link.target)}
        return {**shown, "inwardIssue": self.brief(link.source)}

    def remote_link(self, issue: Issue, link: RemoteLink) -> dict[str, Any]:
        shown = {"id": link.id, "self": f"{self.api}/issue/{issue.id}/remotelink/{link.id}", **link.content}
        if link.global_id:
            shown["globalId"] = link.global_id
        return shown

    def comment(self, issue: Issue, comment: Comment, *, expand: Sequence[str] = ()) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "self": f"{self.api}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": self.user(comment.author),
            "body": self.text(comment.body),
            "updateAuthor": self.user(comment.update_author),
            "created": self.stamp(comment.created),
            "updated": self.stamp(comment.updated),
        }
        if comment.visibility:
            shown["visibility"] = {"identifier": comment.visibility["value"], **comment.visibility}
        if not self.datacenter and (issue.project.service_desk or comment.public is not None):
            shown["jsdPublic"] = comment.public is not False
        if "renderedBody" in expand:
            shown["renderedBody"] = rendered(comment.body)
        if "properties" in expand:
            kept = {**comment.properties}
            if comment.public is not None:
                kept["sd.public.comment"] = {"internal": not comment.public}
            shown["properties"] = [{"key": key, "value": value} for key, value in kept.items()]
        return shown

    def history(self, history: History) -> dict[str, Any]:
        return {
            "id": history.id,
            "author": self.user(history.author),
            "created": self.stamp(history.created),
            "items": self.items(history),
        }

    def items(self, history: History) -> list[dict[str, Any]]:
        """With the names that the site has."""
        named = ("status", "resolution", "priority")
        return [
            {**item, **{side: self.world.word(item[side]) for side in ("fromString", "toString") if item[side]}}
            if item["field"] in named
            else item
            for item in history.items
        ]

    def all_fields(self, issue: Issue) -> dict[str, Any]:
        comments = [self.comment(issue, one) for one in issue.comments]
        children = [one for one in self.world.issues() if one.parent is issue]
        shown: dict[str, Any] = {
            "summary": issue.summary,
            "issuetype": self.type(issue.type),
            "project": self.project(issue.project),
            "status": self.status(issue.status),
            "statuscategorychangedate": self.stamp(issue.category_at or issue.created),
            "resolution": self.resolution(issue.resolution),
            "resolutiondate": self.stamp(issue.resolved_at),
            "priority": self.priority(issue.priority),
            "labels": list(issue.labels),
            "assignee": self.user(issue.assignee),
            "reporter": self.user(issue.reporter),
            "creator": self.user(issue.creator),
            "created": self.stamp(issue.created),
            "updated": self.stamp(issue.updated),
            "duedate": issue.duedate,
            "description": self.text(issue.description),
            "environment": None,
            "components": [],
            "versions": [],
            "fixVersions": [],
            "attachment": [],
            "issuelinks": [self.link(link, issue) for link in self.world.links_of(issue)],
            "subtasks": [self.brief(one) for one in children if one.type == "Sub-task"],
            "votes": {"self": f"{self.api}/issue/{issue.key}/votes", "votes": 0, "hasVoted": False},
            "watches": {"self": f"{self.api}/issue/{issue.key}/watchers", "watchCount": 1, "isWatching": True},
            "security": self.security(issue.security),
            "comment": {
                "comments": comments,
                "self": f"{self.api}/issue/{issue.id}/comment",
                "maxResults": len(comments),
                "total": len(comments),
                "startAt": 0,
            },
            **dict.fromkeys(issue.project.fields),
            **issue.custom,
        }
        if issue.parent:
            shown["parent"] = self.brief(issue.parent)
        if self.datacenter:
            del shown["statuscategorychangedate"]
        return shown

    def issue(
        self,
        issue: Issue,
        *,
        fields: Sequence[str] = ("*all",),
        expand: Sequence[str] = (),
        properties: Sequence[str] = (),
    ) -> dict[str, Any]:
        """`fields` as Jira takes it: *all, *navigable, names, -names; nothing at all: no fields."""
        shown: dict[str, Any] = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue.id,
            "self": f"{self.api}/issue/{issue.id}",
            "key": issue.key,
        }
        if fields != ("id",):
            shown["fields"] = _chosen(self.all_fields(issue), fields)
        if "changelog" in expand:
            found = [self.history(one) for one in issue.histories]
            found = found if self.datacenter else found[::-1][:100]  # the newest alone on Cloud
            page = {"startAt": 0, "maxResults": len(found), "total": len(issue.histories)}
            shown["changelog"] = {**page, "histories": found}
        if "renderedFields" in expand:
            words = rendered(issue.description) if issue.description else ""
            comments = [self.comment(issue, one, expand=("renderedBody",)) for one in issue.comments]
            for one in comments:
                one["body"] = one.pop("renderedBody")
            shown["renderedFields"] = {"description": words, "comment": {"comments": comments}}
        if properties:
            everything = "*all" in properties
            shown["properties"] = {
                key: value for key, value in issue.properties.items() if everything or key in properties
            }
        return shown


def _chosen(everything: Mapping[str, Any], asked: Sequence[str]) -> dict[str, Any]:
    names = [name.strip() for name in asked if name.strip()]
    dropped = {name[1:] for name in names if name.startswith("-")}
    names = [name for name in names if not name.startswith("-")] or ["*all"]
    if "*all" in names:
        kept = set(everything)
    elif "*navigable" in names:
        kept = {name for name in everything if name not in NOT_NAVIGABLE} | set(names)
    else:
        kept = set(names)
    return {name: value for name, value in everything.items() if name in kept - dropped}
