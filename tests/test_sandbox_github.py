"""The stand-in GitHub answers as GitHub does where it matters: pages, moves, rights, GraphQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests

from sandbox.github import GitHubSandbox
from sandbox.github_apps import App

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/ops", members={"sam": "write"})
        yield sandbox


def ask(sandbox: GitHubSandbox, method: str, path: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    return requests.request(method, sandbox.url + path, headers=headers, timeout=5, allow_redirects=False, **more)


def test_github_refuses_strangers_with_its_own_words(github: GitHubSandbox) -> None:
    assert requests.get(github.url + "/user", timeout=5).json()["message"] == "Requires authentication"
    wrong = requests.get(github.url + "/user", headers={"Authorization": "token no"}, timeout=5)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert not any("authorization" in call.headers for call in github.calls)


def test_github_lists_by_page_state_and_time(github: GitHubSandbox) -> None:
    for hour in range(5):
        github.clock = lambda hour=hour: NOON + timedelta(hours=hour)  # type: ignore[misc]
        github.open_issue("acme/ops", f"at {hour}", labels=["a"] if hour else [])
    github.close(github.issue("acme/ops", 2))
    assert [one["number"] for one in ask(github, "GET", ISSUES).json()] == [5, 4, 3, 1]
    first = ask(github, "GET", ISSUES, params={"state": "all", "per_page": "2", "labels": "a"})
    assert [one["number"] for one in first.json()] == [5, 4]
    assert 'rel="next"' in first.headers["Link"]
    second = requests.get(first.links["next"]["url"], headers={"Authorization": f"token {github.token}"}, timeout=5)
    assert [one["number"] for one in second.json()] == [3, 2]
    since = {"since": "2026-11-23T15:00:00Z", "state": "all", "sort": "updated", "direction": "asc"}
    assert [one["number"] for one in ask(github, "GET", ISSUES, params=since).json()] == [4, 2, 5]


def test_github_sends_on_what_moved_and_says_what_is_gone(github: GitHubSandbox) -> None:
    github.create_repo("acme/shop")
    moved = github.transfer(github.open_issue("acme/ops", "Moves"), "acme/shop")
    github.delete(github.open_issue("acme/ops", "Goes"))
    answer = ask(github, "GET", f"{ISSUES}/1")
    assert answer.status_code == 301
    assert ask(github, "GET", answer.headers["Location"].removeprefix(github.url)).json()["id"] == moved.id
    assert ask(github, "GET", f"{ISSUES}/2").status_code == 410
    assert ask(github, "GET", f"{ISSUES}/3").status_code == 404
    github.rename_repo("acme/ops", "acme/platform")
    assert ask(github, "GET", ISSUES, params={"state": "all"}).headers["Location"].endswith("/issues?state=all")
    assert ask(github, "POST", ISSUES, json={"title": "x"}).status_code == 307
    assert len(github.issues) == 1


def test_github_graphql_answers_ids_and_refuses_what_it_does_not_know(github: GitHubSandbox) -> None:
    issue = github.close(github.open_issue("acme/ops", "x"), "duplicate")
    query = "query($ids:[ID!]!){nodes(ids:$ids){...on Issue{n:number stateReason(enableDuplicate:true)}}}"
    body = {"query": query, "variables": {"ids": [issue.node_id, "I_nothing"]}}
    answer = ask(github, "POST", "/graphql", json=body).json()
    assert answer["data"]["nodes"] == [{"n": 1, "stateReason": "DUPLICATE"}, None]
    assert [(one["type"], one["path"]) for one in answer["errors"]] == [("NOT_FOUND", ["nodes", 1])]
    many = {"query": query, "variables": {"ids": [issue.node_id] * 101}}
    assert ask(github, "POST", "/graphql", json=many).json()["errors"][0]["type"] == "ARGUMENT_LIMIT"
    unknown = {"query": query.replace("n:number", "colour"), "variables": {"ids": [issue.node_id]}}
    assert (
        "Field 'colour' doesn't exist" in ask(github, "POST", "/graphql", json=unknown).json()["errors"][0]["message"]
    )


def test_a_browser_is_shown_a_page_and_markup_stays_text(github: GitHubSandbox) -> None:
    github.open_issue("acme/ops", "<b>Queue</b>", "grew")
    page = requests.get(github.url + "/acme/ops/issues/1", headers={"Accept": "text/html"}, timeout=5)
    assert page.status_code == 200
    assert "&lt;b&gt;Queue" in page.text
    assert requests.get(github.url + "/acme/ops/issues/1", timeout=5).status_code == 401


def test_github_drops_labels_and_assignees_of_a_caller_without_the_right(github: GitHubSandbox) -> None:
    github.tokens["visitor-token"] = "visitor"
    made = requests.post(
        github.url + ISSUES,
        json={"title": "x", "labels": ["a"], "assignees": ["nobody"]},
        headers={"Authorization": "token visitor-token"},
        timeout=5,
    )
    assert (made.status_code, made.json()["labels"], made.json()["assignees"]) == (201, [], [])
    assert made.json()["author_association"] == "NONE"


# --- Apps, an Enterprise Server, who may read -------------------------------------------------------------------------


def signature(app: App, *, begins: timedelta = timedelta(), lasts: timedelta = timedelta(minutes=5)) -> str:
    issued = int((datetime.now(UTC) + begins).timestamp())
    claims = {"iat": issued, "exp": issued + int(lasts.total_seconds()), "iss": str(app.id)}
    return f"Bearer {jwt.encode(claims, app.key, algorithm='RS256')}"


def asked(sandbox: GitHubSandbox, path: str, authorization: str, method: str = "GET", **more: Any) -> requests.Response:
    return requests.request(method, sandbox.url + path, headers={"Authorization": authorization}, timeout=5, **more)


def test_a_signature_is_checked_with_the_key_and_the_clock(github: GitHubSandbox) -> None:
    app, other = github.create_app(), github.create_app("other")
    assert asked(github, "/app", signature(app)).json()["slug"] == "afterword-app"
    stolen = signature(other).removeprefix("Bearer ").split(".")
    claims = signature(app).removeprefix("Bearer ").split(".")[1]
    for wrong, words in (
        (f"Bearer {stolen[0]}.{claims}.{stolen[2]}", "could not be decoded"),
        (signature(app, begins=timedelta(minutes=-6)), "'exp'"),
        (signature(app, lasts=timedelta(minutes=11)), "too far in the future"),
        (signature(app, begins=timedelta(minutes=2)), "'iat'"),
        (f"token {github.token}", "could not be decoded"),
    ):
        answer = asked(github, "/app", wrong)
        assert answer.status_code == 401
        assert words in answer.json()["message"]


def test_a_token_of_an_installation_is_good_for_its_owner_and_an_hour(github: GitHubSandbox) -> None:
    github.create_repo("acme/secret", private=True)
    github.create_repo("globex/shop", private=True)
    app = github.create_app()
    ours = github.install(app, "acme", ["acme/secret"])
    github.install(app, "globex")
    path = f"/app/installations/{ours.id}/access_tokens"
    token = f"token {asked(github, path, signature(app), 'POST').json()['token']}"
    assert asked(github, "/repos/acme/secret", token).status_code == 200
    assert asked(github, "/repos/globex/shop", token).status_code == 404
    assert asked(github, "/repos/acme/ops", token).status_code == 200  # public
    assert asked(github, ISSUES, token, "POST", json={"title": "x"}).status_code == 403  # and not its own
    ours.permissions["issues"] = "read"
    assert asked(github, "/repos/acme/secret/issues", token, "POST", json={"title": "x"}).status_code == 403
    github.skew = timedelta(minutes=61)
    assert asked(github, "/repos/acme/secret", token).status_code == 401


def test_an_app_hears_of_what_it_is_installed_for_and_is_told_its_installation(github: GitHubSandbox) -> None:
    github.create_repo("globex/shop")
    app = github.create_app()
    github.add_app_webhook(app, "http://127.0.0.1:9/", "s")
    installation = github.install(app, "acme")
    github.webhooks.loses = lambda post: True
    github.open_issue("globex/shop", "Not ours")
    github.open_issue("acme/ops", "Ours")
    github.set_visibility("acme/ops", "private")
    sent = [(one.event, json.loads(one.body)) for one in github.deliveries]
    assert [event for event, _ in sent] == ["issues", "repository"]
    assert {body["installation"]["id"] for _, body in sent} == {installation.id}
    assert sent[1][1]["organization"]["login"] == "acme"


def test_an_enterprise_server_answers_below_its_path_alone() -> None:
    with GitHubSandbox(prefix="/api/v3", version="3.12.4", limits=False) as server:
        server.create_repo("acme/ops")
        root = f"http://127.0.0.1:{server.port}"
        headers = {"Authorization": f"token {server.token}"}
        assert server.url == f"{root}/api/v3"
        answer = requests.get(f"{server.url}/repos/acme/ops", headers=headers, timeout=5)
        assert answer.json()["html_url"] == f"{root}/acme/ops"
        assert answer.headers["x-github-enterprise-version"] == "enterprise-server@3.12.4"
        assert "x-ratelimit-limit" not in answer.headers
        assert requests.get(f"{server.url}/meta", headers=headers, timeout=5).json()["installed_version"] == "3.12.4"
        graph = {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": []}}
        assert requests.post(f"{root}/api/graphql", json=graph, headers=headers, timeout=5).json()["data"] == {
            "nodes": []
        }
        assert requests.get(f"{root}/repos/acme/ops", headers=headers, timeout=5).status_code == 404
        assert [call.path for call in server.calls][:3] == ["/repos/acme/ops", "/meta", "/graphql"]
