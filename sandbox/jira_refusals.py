"""How Jira says no, and how it finds things."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.jira_world import Comment, Issue, Project
from sandbox.routing import Answer, Refusal

if TYPE_CHECKING:
    from sandbox.jira import JiraSandbox

NO_ISSUE = "Issue does not exist or you do not have permission to see it."
MOST_CHARACTERS = 32_767
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."


def collection(status: int, *messages: str, errors: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"errorMessages": list(messages), "errors": dict(errors or {})})


def refused(status: int, *messages: str, errors: Mapping[str, str] | None = None) -> Refusal:
    return Refusal(collection(status, *messages, errors=errors))


def find_issue(jira: "JiraSandbox", id_or_key: str) -> Issue:
    issue = jira.world.issue(id_or_key)
    if issue is None or issue.project.key in jira.hidden:
        raise refused(404, NO_ISSUE)
    return issue


def find_project(jira: "JiraSandbox", id_or_key: str) -> Project:
    project = jira.world.project(id_or_key)
    if project is None or project.key in jira.hidden:
        raise refused(404, f"No project could be found with key '{id_or_key}'.")
    return project


def find_comment(issue: Issue, comment_id: str) -> Comment:
    for comment in issue.comments:
        if comment.id == comment_id:
            return comment
    raise refused(404, f"Can not find a comment for the id: {comment_id}.")
