"""A tour through every endpoint: the sandbox answers nothing that the vendors' own descriptions do not hold."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from github import Auth, Github, GithubException
from jira import JIRA, JIRAError

from sandbox.calls import Call
from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from tests.contracts import TOLERATED, check_exchange, check_webhook, needs_specs, used
from tests.github_tour import tour_apps
from tests.vendor_specs import SPECS, load, property_names

pytestmark = needs_specs
NOWHERE = "http://127.0.0.1:9/hook"
DOC = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}]}
QUERY = """query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Issue { number state stateReason title updatedAt closedAt
  url assignees(first: 5) { nodes { login } } repository { nameWithOwner databaseId } } } }"""


def client(github: GitHubSandbox) -> Github:
    return Github(
        auth=Auth.Token(github.token),
        base_url=github.url,
        lazy=True,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


def tour_github(github: GitHubSandbox) -> None:
    """Every endpoint, as the library asks and as raw requests ask, with what goes wrong."""
    ops = github.create_repo("acme/ops", members={"sam": "write"})
    github.create_repo("acme/secret", private=True, members={github.login: "none"})
    old = github.create_repo("acme/old")
    other = github.create_repo("acme/other")
    hook = github.add_webhook(NOWHERE, "s3cret", repo="acme/ops")
    ticket = github.open_issue("acme/ops", "Queue grew", "Text", labels=["incident"], assignees=["sam"], author="sam")
    github.comment(ticket, "Looking", author="sam")
    pull = github.open_pull_request("acme/ops", "Cap the queue", mentions=[ticket])
    github.ping(hook)

    with client(github) as api:
        repo = api.get_repo("acme/ops")
        issue = repo.create_issue("Add an alert", "Body", labels=["afterword"], assignees=["sam"])
        comment = issue.create_comment("Done when it pages")
        comment.edit("Done when it pages someone")
        repo.get_issue(ticket.number).add_sub_issue(github.issue("acme/ops", issue.number).id)
        issue.edit(title="Add the alert", labels=["afterword", "P1"], assignees=[])
        issue.edit(state="closed", state_reason="not_planned")
        issue.edit(state="open")
        issue.add_to_assignees("sam", "stranger")
        issue.remove_from_assignees("sam")
        issue.add_to_labels("late")
        issue.remove_from_labels("late")
        issue.create_comment("Wrong place").delete()
        assert [one.number for one in repo.get_issues(state="all", sort="updated", direction="asc")]
        assert repo.full_name == "acme/ops"
        assert repo.has_in_assignees("sam")
        assert not repo.has_in_assignees("stranger")
        assert list(repo.get_labels())
        assert [hook.id for hook in repo.get_hooks()] == [hook.id]
        assert list(repo.get_hook_deliveries(hook.id))
        assert list(repo.get_issue(ticket.number).get_comments())
        assert list(repo.get_issue(ticket.number).get_sub_issues())
        assert api.get_rate_limit()
        assert api.get_user().login == github.login
        node = github.issue("acme/ops", issue.number).node_id
        assert api.requester.graphql_query(QUERY, {"ids": [node]})[1]["data"]["nodes"][0]["state"] == "OPEN"
        raw = api.requester.requestJson
        raw("POST", "/repos/acme/ops/issues", input={"title": "Child", "parent_issue_id": ticket.id, "type": "Task"})
        github.merge(pull, closes=[ticket], by="sam")
        for tail in ("timeline", "events"):
            raw("GET", f"/repos/acme/ops/issues/{ticket.number}/{tail}", parameters={"per_page": "100"})
        raw("GET", f"/repos/acme/ops/issues/{ticket.number}/parent")
        raw("GET", f"/repositories/{ops.id}")
        raw("GET", f"/repositories/{ops.id}/issues/{ticket.number}")
        raw("GET", f"/repos/acme/ops/issues/comments/{comment.id}")
        raw("GET", f"/repos/acme/ops/issues/{issue.number}/parent")
        sent = github.deliveries[-1]
        raw("GET", f"/repos/acme/ops/hooks/{hook.id}/deliveries/{sent.id}")
        raw("POST", f"/repos/acme/ops/hooks/{hook.id}/deliveries/{sent.id}/attempts")
        gone = github.open_issue("acme/ops", "Gone")
        moved = github.open_issue(other, "Moved")
        unwanted = github.open_issue("acme/ops", "Unwanted", assignees=["sam"])
        github.unassign(unwanted, "sam")
        github.transfer(unwanted, other)
        github.delete(gone)
        github.transfer(moved, "acme/ops")
        raw("GET", f"/repos/acme/ops/issues/{gone.number}")
        raw("GET", "/repos/acme/secret")
        raw("GET", "/repos/acme/ops/issues", parameters={"state": "all", "since": "2026-01-01T00:00:00Z"})
        with pytest.raises(GithubException):
            repo.create_issue("No", assignees=["stranger"])
        with pytest.raises(GithubException):
            repo.create_issue("No", "x" * 65_537)
        github.rename_repo(old, "acme/newer")
    asked = {"headers": {"Authorization": f"Bearer {github.token}"}, "allow_redirects": False}
    requests.get(f"{github.url}/repos/acme/other/issues/{moved.number}", **asked)
    requests.get(f"{github.url}/repos/acme/old/issues", **asked)
    requests.post(f"{github.url}/repos/acme/old/issues", json={"title": "Redirected"}, **asked)
    requests.post(f"{github.url}/repos/acme/old/issues/1/comments", json={"body": "Redirected"}, **asked)
    requests.get(f"{github.url}/repos/acme/old/labels", **asked)
    requests.get(f"{github.url}/repos/acme/nothing/labels", **asked)
    requests.get(f"{github.url}/repos/acme/nothing/hooks", **asked)
    requests.get(f"{github.url}/repos/acme/secret/assignees/sam", **asked)
    requests.get(f"{github.url}/repos/acme/secret/issues/1/comments", **asked)
    requests.get(f"{github.url}/repos/acme/ops/issues/{ticket.number}", headers={"Authorization": "token wrong"})
    requests.get(f"{github.url}/user")
    requests.get(f"{github.url}/repos/acme/nothing/issues/1/events", **asked)
    requests.get(f"{github.url}/repos/acme/ops/issues", params={"labels": "incident", "creator": "sam"}, **asked)
    tour_apps(github)
    github.rate_left = 0
    requests.get(f"{github.url}/repos/acme/ops/issues", **asked)
    github.settle()


def tour_jira(jira: JiraSandbox) -> None:
    jira.create_project("OPS", "Operations")
    jira.create_project("PAY", required={"customfield_10010": "Component"}, off_screen=["duedate"])
    sam = jira.add_user("Sam Roe")
    ticket = jira.create_issue("OPS", "Queue grew", "h2. Impact\n* Orders were late", type="Incident", security="Staff")
    jira.comment(ticket, "Looking", visibility={"type": "role", "value": "Administrators"})
    jira.change(ticket, assignee=sam.account_id, duedate="2026-12-01", priority="High")
    api = JIRA(jira.url, basic_auth=(jira.email, jira.token), max_retries=0, timeout=(5, 30))
    task: dict[str, Any] = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Add an alert"}
    issue = api.create_issue(fields={**task, "labels": ["afterword"], "assignee": {"accountId": sam.account_id}})
    api.add_comment(issue, "A note")
    api.transition_issue(issue, "41")
    api.create_issue_link("Relates", issue.key, ticket.key)
    issue.update(fields={"summary": "Add the alert"})
    assert api.search_issues("project = OPS ORDER BY updated DESC", fields="summary,status", maxResults=10)
    assert api.myself()["accountId"] == jira.account_id
    with pytest.raises(JIRAError):
        api.create_issue(fields={**task, "project": {"key": "PAY"}, "duedate": "2026-12-01"}, prefetch=False)
    api.close()

    with requests.Session() as session:
        session.auth = (jira.email, jira.token)
        v3, v2 = f"{jira.url}/rest/api/3", f"{jira.url}/rest/api/2"
        link = {"add": {"type": {"name": "Relates"}, "outwardIssue": {"key": ticket.key}}}
        made = session.post(
            f"{v3}/issue",
            json={
                "fields": {**task, "description": DOC, "parent": {"key": ticket.key}},
                "update": {"issuelinks": [link]},
                "properties": [{"key": "afterword", "value": {"item": "a1"}}],
            },
        ).json()
        url = f"{v3}/issue/{made['key']}"
        note = session.post(f"{url}/comment", json={"body": DOC}).json()
        session.put(f"{url}/comment/{note['id']}", params={"notifyUsers": "false"}, json={"body": DOC})
        session.get(f"{url}/comment/{note['id']}")
        done = {"transition": {"id": "41"}, "fields": {"resolution": {"name": "Done"}}}
        session.post(f"{url}/transitions", json=done)
        remote = {"globalId": "afterword=1", "object": {"url": "https://example.org/p/1", "title": "Postmortem"}}
        statuses = [session.post(f"{url}/remotelink", json=remote).status_code for _ in range(2)]
        assert statuses == [201, 200]
        session.put(f"{url}/properties/afterword", json={"item": "a2"})
        session.put(f"{url}/assignee", json={"accountId": sam.account_id})
        session.put(url, params={"notifyUsers": "false"}, json={"update": {"labels": [{"add": "late"}]}})
        for tail in ("changelog", "comment", "transitions", "remotelink", "properties/afterword", "properties"):
            session.get(f"{url}/{tail}")
        more = {"expand": "changelog,renderedFields", "properties": "afterword"}
        session.get(url, params={"fields": "summary,status", **more})
        session.get(f"{v2}/issue/{ticket.id}")
        ids = [made["id"], ticket.id, "999999"]
        session.post(f"{v3}/issue/bulkfetch", json={"issueIdsOrKeys": ids, "fields": ["status"]})
        jql = 'project = OPS AND labels = afterword AND created >= "-5m"'
        session.post(f"{v3}/search/jql", json={"jql": jql, "fields": ["summary"], "properties": ["afterword"]})
        session.get(f"{v3}/search/jql", params={"jql": "project = OPS", "maxResults": "1"})
        session.get(f"{v3}/search/jql", params={"jql": "colour = red"})
        for tail in ("serverInfo", "myself", "field", "status", "resolution", "priority", "project/OPS"):
            session.get(f"{v3}/{tail}")
        session.get(f"{v3}/issueLinkType")
        session.get(f"{v3}/mypermissions", params={"permissions": "CREATE_ISSUES,LINK_ISSUES", "projectKey": "OPS"})
        session.get(f"{v3}/user/assignable/search", params={"project": "OPS", "query": "sam"})
        session.get(f"{v3}/issue/createmeta/PAY/issuetypes")
        session.get(f"{v3}/issue/createmeta/PAY/issuetypes/10001")
        session.get(f"{v3}/issue/createmeta/NONE/issuetypes")
        session.get(f"{v3}/issue/OPS-999/changelog")
        session.get(f"{v3}/issueLinkType", auth=("nobody", "wrong"))
        session.get(f"{v3}/issue/{made['id']}/changelog", auth=("nobody", "wrong"))
        session.delete(url)
        session.get(url)
        session.get(f"{v2}/search")


@pytest.fixture(scope="module")
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox() as sandbox:
        tour_github(sandbox)
        yield sandbox


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox(time_zone="Europe/Berlin") as sandbox:
        tour_jira(sandbox)
        yield sandbox


def complaints(vendor: str, calls: list[Call]) -> list[str]:
    return [complaint for call in calls for complaint in check_exchange(vendor, call)]


def test_every_exchange_with_github_fits_its_description(github: GitHubSandbox) -> None:
    assert complaints("github", github.calls) == []


def test_every_exchange_with_jira_fits_its_description(jira: JiraSandbox) -> None:
    assert complaints("jira", jira.calls) == []


def test_every_github_webhook_fits_the_published_schema(github: GitHubSandbox) -> None:
    sent = {(one.event, one.action): json.loads(one.body) for one in github.deliveries}
    actions = {action for event, action in sent if event == "issues"}
    assert {"opened", "closed", "reopened", "edited", "labeled", "assigned", "deleted", "transferred"} <= actions
    assert {event for event, _ in sent} == {"issues", "issue_comment", "ping", "repository"}
    assert [said for (event, action), body in sent.items() for said in check_webhook(event, action, body)] == []


def test_what_is_tolerated_is_met_and_absent_from_the_descriptions(github: GitHubSandbox, jira: JiraSandbox) -> None:
    complaints("github", github.calls)
    complaints("jira", jira.calls)
    assert set(TOLERATED) - used == set()
    paths = {**load(SPECS["github"])["paths"], **load(SPECS["jira"])["paths"]}
    for absent in ("/graphql", "/rest/api/3/search"):
        assert absent not in paths
    assert not [path for path in paths if path.startswith(("/repositories/{", "/rest/api/2"))]
    body = paths["/repos/{owner}/{repo}/issues"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "parent_issue_id" not in (property_names("github", body) or set())


def call_to(calls: list[Call], method: str, path: str, status: int) -> Call:
    return next(call for call in calls if (call.method, call.status) == (method, status) and call.path.endswith(path))


def test_a_wrong_answer_a_wrong_body_and_a_wrong_query_are_seen(github: GitHubSandbox, jira: JiraSandbox) -> None:
    made = call_to(github.calls, "POST", "/repos/acme/ops/issues", 201)
    assert check_exchange("github", replace(made, answer={**made.answer, "number": "7"}))
    assert check_exchange("github", replace(made, answer={**made.answer, "created_at": "yesterday"}))
    assert check_exchange("github", replace(made, body={**made.body, "titel": "x"}))
    assert check_exchange("github", replace(made, query={"colour": ["red"]}))
    assert check_exchange("github", replace(made, status=299))
    assert check_exchange("github", replace(made, path="/repos/acme/ops/tickets"))
    listed = call_to(github.calls, "GET", "/repos/acme/ops/issues", 200)
    assert check_exchange("github", replace(listed, query={"since": ["last week"]}))
    assert check_exchange("github", replace(listed, query={"state": ["shut"]}))
    seen = call_to(jira.calls, "POST", "/rest/api/3/issue/bulkfetch", 200)
    assert check_exchange("jira", replace(seen, answer={"issues": [], "total": 0}))
    assert check_exchange("jira", replace(seen, body={"ids": ["10001"]}))


def test_a_wrong_webhook_is_seen(github: GitHubSandbox) -> None:
    closed = next(json.loads(one.body) for one in github.deliveries if one.action == "closed")
    assert check_webhook("issues", "closed", {**closed, "issue": {**closed["issue"], "state": "open"}})
    assert check_webhook("issues", "closed", {name: value for name, value in closed.items() if name != "sender"})
    assert check_webhook("issues", "shut", closed)
