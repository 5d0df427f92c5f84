"""The stand-in Jira answers as Jira Cloud does where it matters: fields, texts, JQL, pages, keys."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.jira import JiraSandbox

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox() as sandbox:
        sandbox.create_project("OPS")
        yield sandbox


def ask_jira(sandbox: JiraSandbox, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, sandbox.url + path, auth=(sandbox.email, sandbox.token), timeout=5, **more)


def search(jira: JiraSandbox, jql: str, **more: Any) -> list[str]:
    answer = ask_jira(jira, "GET", "/rest/api/3/search/jql", params={"jql": jql, "fields": "summary", **more})
    assert answer.status_code == 200, answer.text
    return [issue["fields"]["summary"] for issue in answer.json()["issues"]]


def test_jira_gives_the_same_text_as_wiki_and_as_a_document(jira: JiraSandbox) -> None:
    issue = jira.create_issue(
        "OPS",
        "x",
        "h2. Impact\n\n* late *orders*\n* [status|https://example.org/s]\n\n||When||What||\n|14:05|It _began_|",
    )
    wiki = ask_jira(jira, "GET", f"/rest/api/2/issue/{issue.key}").json()["fields"]["description"]
    document = ask_jira(jira, "GET", f"/rest/api/3/issue/{issue.key}").json()["fields"]["description"]
    assert wiki.startswith("h2. Impact")
    assert [block["type"] for block in document["content"]] == ["heading", "bulletList", "table"]
    copy = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "y", "description": document}
    made = ask_jira(jira, "POST", "/rest/api/3/issue", json={"fields": copy}).json()
    assert ask_jira(jira, "GET", f"/rest/api/2/issue/{made['key']}").json()["fields"]["description"] == wiki


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"summary": "x" * 256}, "summary", "255"),
        ({"labels": ["two words"]}, "labels", "spaces"),
        ({"assignee": {"accountId": "nobody"}}, "assignee", "does not exist"),
        ({"description": "plain"}, "description", "Atlassian Document"),
        ({"priority": {"name": "P1"}}, "priority", "invalid"),
        ({"duedate": "soon"}, "duedate", "yyyy-MM-dd"),
        ({"colour": "red"}, "colour", "not on the appropriate screen"),
        ({"project": {"key": "NO"}}, "project", "valid project"),
        ({"issuetype": {"name": "Epic"}}, "issuetype", "valid issue type"),
    ],
)
def test_jira_refuses_a_bad_field_by_its_name(jira: JiraSandbox, fields: dict[str, Any], field: str, said: str) -> None:
    whole = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x", **fields}
    answer = ask_jira(jira, "POST", "/rest/api/3/issue", json={"fields": whole})
    assert answer.status_code == 400
    assert said in answer.json()["errors"][field]
    assert jira.issues == []


def test_jql_reads_projects_labels_times_and_people(jira: JiraSandbox) -> None:
    jira.clock = lambda: NOON
    jira.create_project("PAY")
    mine = jira.create_issue("OPS", "mine", labels=["afterword"], by=jira.account_id)
    jira.create_issue("PAY", "theirs", labels=["afterword"], created=NOON - timedelta(days=2))
    assert search(jira, "project = OPS") == ["mine"]
    assert search(jira, "project in (OPS, PAY) AND labels = afterword ORDER BY created ASC") == ["theirs", "mine"]
    assert search(jira, 'labels = afterword AND updated >= "-1d"') == ["mine"]
    assert search(jira, 'updated >= "2026/11/21 12:01"') == ["mine"]
    assert search(jira, "creator = currentUser()") == ["mine"]
    assert search(jira, f"id in ({mine.id}) and statusCategory != Done") == ["mine"]
    jira.transition(mine, "Done")
    assert search(jira, f"issue = {mine.key} AND statusCategory = Done") == ["mine"]
    jira.index_lag = timedelta(minutes=1)
    assert search(jira, "project = OPS") == []
    assert search(jira, "project = OPS", reconcileIssues=mine.id) == ["mine"]


def test_jql_dates_are_in_the_zone_of_the_account() -> None:
    with JiraSandbox(time_zone="Europe/Berlin") as jira:
        jira.clock = lambda: NOON
        jira.create_project("OPS")
        jira.create_issue("OPS", "at noon")
        assert search(jira, 'project = OPS AND created >= "2026/11/23 13:00"') == ["at noon"]
        assert search(jira, 'project = OPS AND created >= "2026/11/23 13:01"') == []
        issue = ask_jira(jira, "GET", "/rest/api/3/issue/OPS-1").json()
        assert issue["fields"]["created"] == "2026-11-23T13:00:00.000+0100"


def test_jira_search_pages_with_tokens_and_gives_ids_alone_unless_asked(jira: JiraSandbox) -> None:
    for number in range(3):
        jira.create_issue("OPS", f"no {number}")
    path = "/rest/api/3/search/jql"
    first = ask_jira(jira, "GET", path, params={"jql": "project = OPS", "maxResults": "2"}).json()
    assert [set(issue) for issue in first["issues"]] == [{"id"}, {"id"}]
    assert not first["isLast"]
    more = {"jql": "project = OPS", "nextPageToken": first["nextPageToken"], "maxResults": 2}
    second = ask_jira(jira, "POST", path, json=more).json()
    assert (len(second["issues"]), second["isLast"]) == (1, True)
    other = ask_jira(jira, "POST", path, json={**more, "jql": "project = OPS AND labels = a"})
    assert other.status_code == 400


def test_a_moved_jira_issue_keeps_its_id_and_answers_to_its_old_key(jira: JiraSandbox) -> None:
    jira.create_project("PAY")
    issue = jira.move(jira.create_issue("OPS", "x"), "PAY")
    assert ask_jira(jira, "GET", "/rest/api/3/issue/OPS-1").json()["key"] == "PAY-1"
    bulk = ask_jira(jira, "POST", "/rest/api/3/issue/bulkfetch", json={"issueIdsOrKeys": [issue.id, "OPS-9"]}).json()
    assert [one["key"] for one in bulk["issues"]] == ["PAY-1"]
    assert [one["id"] for one in bulk["issueErrors"]] == ["OPS-9"]


def test_a_quiet_edit_in_jira_notifies_nobody(jira: JiraSandbox) -> None:
    issue = jira.create_issue("OPS", "x")
    comment = jira.comment(issue, "first")
    jira.notified.clear()
    path = f"/rest/api/2/issue/{issue.key}/comment/{comment.id}"
    ask_jira(jira, "PUT", path, params={"notifyUsers": "false"}, json={"body": "second"})
    assert jira.notified == []
    assert comment.body.wiki == "second"
    ask_jira(jira, "PUT", path, json={"body": "third"})
    assert jira.notified == [(issue.key, "comment edited")]


def test_jql_reads_brackets_or_and_what_is_empty(jira: JiraSandbox) -> None:
    jira.clock = lambda: NOON
    jira.create_project("PAY")
    done = jira.create_issue("OPS", "done", created=NOON - timedelta(days=9))
    jira.transition(done, "Done")
    jira.create_issue("PAY", "open")
    assert search(jira, 'project = OPS AND (resolutiondate >= "2026-11-23" OR statusCategoryChangedDate >= "-1d")') == [
        "done"
    ]
    assert search(jira, "project = PAY OR project = OPS AND statusCategory = Done ORDER BY resolutiondate ASC") == [
        "done",
        "open",
    ]
    assert search(jira, "(project = PAY OR project = OPS) AND resolution IS EMPTY") == ["open"]
    assert search(jira, "project in (PAY, OPS) AND resolved is not EMPTY") == ["done"]
    assert search(jira, 'project in ("PAY", "OPS") AND labels not in (a) OR created <= -5d') == ["done"]
    for wrong in ("(project = OPS", "project = OPS project = PAY", "resolution IS x", "project = OPS ORDER BY colour"):
        answer = ask_jira(jira, "GET", "/rest/api/3/search/jql", params={"jql": wrong})
        assert answer.status_code == 400, wrong


def test_jira_cloud_takes_api_tokens_as_passwords_and_those_with_scopes_at_the_gateway_alone(jira: JiraSandbox) -> None:
    def ask(url: str, **more: Any) -> requests.Response:
        return requests.get(f"{url}/rest/api/3/myself", timeout=5, **more)

    pair = {"auth": (jira.email, jira.token)}
    bearer = {"headers": {"Authorization": f"Bearer {jira.token}"}}
    assert ask(jira.url, **pair).status_code == 200
    assert ask(jira.gateway_url, **pair).status_code == 401
    refused = ask(jira.url, **bearer)
    assert (refused.status_code, refused.json()) == (403, {"error": "Failed to parse Connect Session Auth Token"})
    jira.scoped = True
    assert ask(jira.url, **pair).status_code == 401
    assert ask(jira.gateway_url, **pair).status_code == ask(jira.gateway_url, **bearer).status_code == 200


def test_people_without_an_account_see_the_projects_that_are_open_and_nothing_else(jira: JiraSandbox) -> None:
    jira.create_project("WWW", open=True)
    jira.create_issue("WWW", "x")
    for path, status in (("project/WWW", 200), ("project/OPS", 404), ("project/NO", 404), ("issue/WWW-1", 401)):
        answer = requests.get(f"{jira.url}/rest/api/3/{path}", timeout=5)
        assert answer.status_code == status, path
    assert requests.get(f"{jira.gateway_url}/rest/api/3/project/WWW", timeout=5).status_code == 401
