"""Jira's JSON of what issues refer to: people, statuses, priorities, types, projects.

Shapes: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ ·
https://developer.atlassian.com/server/jira/platform/rest/
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.jira_world import CATEGORIES, LINK_TYPES, PRIORITIES, RESOLUTIONS, TYPES, Project, Status, User, World


class Things:
    """Renders the world. `version` is "2" or "3"; times are in the asker's zone, as Jira gives them."""

    def __init__(self, world: World, url: str, version: str, zone: str, *, datacenter: bool = False) -> None:
        self.world = world
        self.datacenter = datacenter
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

    def user(self, account_id: str | None) -> dict[str, Any] | None:
        if account_id is None:
            return None
        user = self.world.users[account_id]
        if self.datacenter:
            return self._named_user(user)
        shown: dict[str, Any] = {
            "self": f"{self.api}/user?accountId={account_id}",
            "accountId": account_id,
            "accountType": user.kind,
            "avatarUrls": {size: f"{self.url}/avatar/{size}" for size in ("16x16", "24x24", "32x32", "48x48")},
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        if user.email_visible:
            shown["emailAddress"] = user.email
        return shown

    def _named_user(self, user: User) -> dict[str, Any]:
        """As Data Center tells it: a user name, and no account id."""
        shown = {
            "self": f"{self.api}/user?username={user.account_id}",
            "key": f"JIRAUSER{10000 + list(self.world.users).index(user.account_id)}",
            "name": user.account_id,
            "avatarUrls": {size: f"{self.url}/avatar/{size}" for size in ("16x16", "24x24", "32x32", "48x48")},
            "displayName": user.name,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        return {**shown, "emailAddress": user.email} if user.email_visible else shown

    def status(self, status: Status) -> dict[str, Any]:
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": f"{self.api}/status/{status.id}",
            "id": status.id,
            "name": self.world.word(status.name),
            "description": "",
            "iconUrl": f"{self.url}/images/icons/statuses/generic.png",
            "statusCategory": {
                "self": f"{self.api}/statuscategory/{number}",
                "id": number,
                "key": status.category,
                "name": self.world.word(name),
                "colorName": colour,
            },
        }

    def resolution(self, name: str | None) -> dict[str, Any] | None:
        if name is None:
            return None
        number = RESOLUTIONS[name]
        return {
            "self": f"{self.api}/resolution/{number}",
            "id": number,
            "name": self.world.word(name),
            "description": "",
        }

    def priority(self, name: str) -> dict[str, Any]:
        number = PRIORITIES[name]
        icon = f"{self.url}/images/icons/priorities/{name.lower()}.svg"
        return {"self": f"{self.api}/priority/{number}", "id": number, "name": self.world.word(name), "iconUrl": icon}

    def type(self, name: str) -> dict[str, Any]:
        number = TYPES[name]
        return {
            "self": f"{self.api}/issuetype/{number}",
            "id": number,
            "name": self.world.word(name),
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
                **({} if self.datacenter else {"isPrivate": project.private, "style": "classic"}),
                "issueTypes": [self.type(name) for name in project.types],
                "assigneeType": "UNASSIGNED",
                "components": [],
                "versions": [],
                "description": "",
                "roles": {},
                "lead": self.user(next(iter(self.world.users))),
            }
        return shown

    def link_type(self, name: str) -> dict[str, Any]:
        number, inward, outward = LINK_TYPES[name]
        url = f"{self.api}/issueLinkType/{number}"
        return {"id": number, "name": self.world.word(name), "inward": inward, "outward": outward, "self": url}

    def security(self, name: str | None) -> dict[str, Any] | None:
        if name is None:
            return None
        return {"self": f"{self.api}/securitylevel/10100", "id": "10100", "name": name, "description": ""}
