"""Jira's JSON, for REST v2 and v3 (rich text aside they are the same).

Shapes: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.jira_text import rendered
from sandbox.jira_world import (
    CATEGORIES,
    LINK_TYPES,
    PRIORITIES,
    RESOLUTIONS,
    TYPES,
    Comment,
    History,
    Issue,
    Link,
    Project,
    RemoteLink,
    Status,
    Text,
    World,
)

NOT_NAVIGABLE = ("comment", "attachment", "worklog")


class Answers:
    """Renders the world. `version` is "2" or "3"; times are in the asker's zone, as Jira gives them."""

    def __init__(self, world: World, url: str, version: str, zone: str) -> None:
        self.world = world
        self.url = url
        self.version = version
        self.zone = ZoneInfo(zone)
        self.api = f"{url}/rest/api/{version}"

    def stamp(self, at: datetime | None) -> str | None:
        """2026-11-23T13:00:00.000+0100"""
        if at is None:
            return None
        local = at.astimezone(self.zone)
        return local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}" + local.strftime("%z")

    def text(self, text: Text | None) -> Any:
        if text is None:
            return None
        return text.wiki if self.version == "2" else text.adf

    def user(self, account_id: str | None) -> dict[str, Any] | None:
        if account_id is None:
            return None
        user = self.world.users[account_id]
        shown: dict[str, Any] = {
            "self": f"{self.api}/user?accountId={account_id}",
            "accountId": account_id,
            "accountType": "atlassian",
            "avatarUrls": {size: f"{self.url}/avatar/{size}" for size in ("16x16", "24x24", "32x32", "48x48")},
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        if user.email_visible:
            shown["emailAddress"] = user.email
        return shown

    def status(self, status: Status) -> dict[str, Any]:
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": f"{self.api}/status/{status.id}",
            "id": status.id,
            "name": status.name,
            "description": "",
            "iconUrl": f"{self.url}/images/icons/statuses/generic.png",
            "statusCategory": {
                "self": f"{self.api}/statuscategory/{number}",
                "id": number,
                "key": status.category,
                "name": name,
                "colorName": colour,
            },
        }

    def resolution(self, name: str | None) -> dict[str, Any] | None:
        if name is None:
            return None
        number = RESOLUTIONS[name]
        return {"self": f"{self.api}/resolution/{number}", "id": number, "name": name, "description": ""}

    def priority(self, name: str) -> dict[str, Any]:
        number = PRIORITIES[name]
        icon = f"{self.url}/images/icons/priorities/{name.lower()}.svg"
        return {"self": f"{self.api}/priority/{number}", "id": number, "name": name, "iconUrl": icon}

    def type(self, name: str) -> dict[str, Any]:
        number = TYPES[name]
        return {
            "self": f"{self.api}/issuetype/{number}",
            "id": number,
            "name": name,
            "description": "",
            "iconUrl": f"{self.url}/images/icons/issuetypes/{number}.png",
            "subtask": name == "Sub-task",
            "hierarchyLevel": -1 if name == "Sub-task" else 0,
        }

    def project(self, project: Project, *, in_full: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "self": f"{self.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "service_desk" if project.service_desk else "software",
            "simplified": False,
            "avatarUrls": {size: f"{self.url}/avatar/{size}" for size in ("16x16", "24x24", "32x32", "48x48")},
        }
        if in_full:
            shown |= {
                "isPrivate": project.private,
                "style": "classic",
                "issueTypes": [self.type(name) for name in project.types],
                "assigneeType": "UNASSIGNED",
                "components": [],
                "versions": [],
                "description": "",
                "roles": {},
                "lead": self.user(next(iter(self.world.users))),
            }
        return shown

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

    def link_type(self, name: str) -> dict[str, Any]:
        number, inward, outward = LINK_TYPES[name]
        url = f"{self.api}/issueLinkType/{number}"
        return {"id": number, "name": name, "inward": inward, "outward": outward, "self": url}

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
        if issue.project.service_desk or comment.public is not None:
            shown["jsdPublic"] = comment.public is not False
        if "renderedBody" in expand:
            shown["renderedBody"] = rendered(comment.body)
        if "properties" in expand:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return shown

    def history(self, history: History) -> dict[str, Any]:
        return {
            "id": history.id,
            "author": self.user(history.author),
            "created": self.stamp(history.created),
            "items": list(history.items),
        }

    def all_fields(self, issue: Issue) -> dict[str, Any]:
        comments = [self.comment(issue, one) for one in issue.comments]
        children = [one for one in self.world.issues() if one.parent is issue]
        shown: dict[str, Any] = {
            "summary": issue.summary,
            "issuetype": self.type(issue.type),
            "project": self.project(issue.project),
            "status": self.status(issue.status),
            "statuscategorychangedate": self.stamp(issue.resolved_at or issue.created),
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
        return shown

    def security(self, name: str | None) -> dict[str, Any] | None:
        if name is None:
            return None
        return {"self": f"{self.api}/securitylevel/10100", "id": "10100", "name": name, "description": ""}

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
            newest = [self.history(one) for one in reversed(issue.histories)][:100]
            page = {"startAt": 0, "maxResults": len(newest), "total": len(issue.histories)}
            shown["changelog"] = {**page, "histories": newest}
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
