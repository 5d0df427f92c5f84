"""Jira's webhook payloads: https://developer.atlassian.com/cloud/jira/platform/webhooks/"""

import json
import uuid
from datetime import datetime
from typing import Any

from sandbox.jira_answers import Answers
from sandbox.jira_world import Comment, History, Issue
from sandbox.webhooks import Hook, Post, sign

BRIEF = ("summary", "issuetype", "project", "assignee", "priority", "status")


def issue_event(
    answers: Answers, issue: Issue, event: str, kind: str, by: str, at: datetime, history: History | None = None
) -> dict[str, Any]:
    """`jira:issue_created`, `_updated` (with a changelog), `_deleted`. `kind`: issue_generic, issue_assigned …"""
    payload: dict[str, Any] = {
        "timestamp": int(at.timestamp() * 1000),
        "webhookEvent": event,
        "issue_event_type_name": kind,
        "user": answers.user(by),
        "issue": answers.issue(issue),
    }
    del payload["issue"]["expand"]
    if history is not None:
        payload["changelog"] = {"id": history.id, "items": answers.items(history)}
    return payload


def comment_event(answers: Answers, issue: Issue, comment: Comment, event: str, at: datetime) -> dict[str, Any]:
    """`comment_created`, `comment_updated`, `comment_deleted`: with the issue in brief."""
    shown = answers.issue(issue, fields=BRIEF)
    del shown["expand"]
    return {
        "timestamp": int(at.timestamp() * 1000),
        "webhookEvent": event,
        "comment": answers.comment(issue, comment),
        "issue": shown,
        "eventType": "primaryAction",
    }


def automation(answers: Answers, issue: Issue, at: datetime, shape: str, comment: Comment | None = None) -> Any:
    """What rules post, unsigned and without an event: `issue` (Automation: the issue itself), `jsm` (Data Center's
    service desk), `legacy` (Cloud's old service desk rules).

    https://developer.atlassian.com/cloud/jira/service-desk/automation-webhooks/
    https://developer.atlassian.com/server/jira/platform/jira-service-desk-webhooks/
    """
    shown = answers.issue(issue)
    del shown["expand"]
    stamp = int(at.timestamp() * 1000)
    if shape == "issue":
        return shown
    if shape == "jsm":
        return {"issue": shown, "timestamp": stamp}
    told = answers.comment(issue, comment) if comment else None
    return {"timestamp": stamp, "issue": shown, "comment": told, "user": shown["fields"]["reporter"], "action": {}}


def signed(hook: Hook, payload: dict[str, Any]) -> Post:
    """The bytes and headers as Jira sends them; a new identifier."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    guid = str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": guid,
        "X-Atlassian-Webhook-Flow": "Primary",
    }
    if hook.secret:
        headers["X-Hub-Signature"] = sign(hook.secret, body)
    event = payload["webhookEvent"]
    return Post(hook, event, payload.get("issue_event_type_name", ""), guid, headers, body)
