"""A tour through what GitHub answers to Apps, of organisations, and of who may read what."""

import requests
from github import Auth

from sandbox.github import GitHubSandbox

NOWHERE = "http://127.0.0.1:9/webhooks/ops"


def tour_apps(github: GitHubSandbox) -> None:
    """Every endpoint of an App and an organisation once, with what goes wrong."""
    app = github.create_app(events=("*",))
    hook = github.add_app_webhook(app, NOWHERE, "s3cret")
    shop = github.create_repo("globex/shop", private=True)
    github.create_repo("alex/notes", private=True)
    github.world.persons.add("alex")
    ours = github.install(app, "globex")
    github.install(app, "alex", ["alex/notes"])
    other = github.install(app, "initech")
    github.suspend(other)
    signed = f"Bearer {Auth.AppAuth(app.id, app.key).create_jwt()}"

    def ask(method: str, path: str, authorization: str = signed, **more: object) -> requests.Response:
        headers = {"Authorization": authorization}
        return requests.request(method, github.url + path, headers=headers, timeout=5, **more)  # type: ignore[arg-type]

    assert ask("GET", "/app").json()["slug"] == app.slug
    assert len(ask("GET", "/app/installations", params={"per_page": "100", "page": "1"}).json()) == 3
    assert ask("GET", f"/app/installations/{ours.id}").status_code == 200
    assert ask("GET", "/repos/globex/shop/installation").json()["id"] == ours.id
    assert ask("GET", f"/repositories/{shop.id}/installation").json()["id"] == ours.id
    assert ask("POST", f"/app/installations/{other.id}/access_tokens").status_code == 403
    assert ask("POST", "/app/installations/1/access_tokens").status_code == 404
    token = f"token {ask('POST', f'/app/installations/{ours.id}/access_tokens').json()['token']}"
    listed = ask("GET", "/installation/repositories", token).json()
    assert [one["full_name"] for one in listed["repositories"]] == ["globex/shop"]
    assert ask("GET", "/repos/alex/notes", token).status_code == 404
    assert ask("GET", "/user", token).status_code == 403
    assert ask("GET", "/app", token).status_code == 401
    assert ask("GET", "/repos/globex/shop").status_code == 403
    assert ask("GET", "/users/afterword-app%5Bbot%5D", token).json()["type"] == "Bot"
    made = ask("POST", "/repos/globex/shop/issues", token, json={"title": "An item", "labels": ["afterword"]})
    assert made.json()["user"]["login"] == app.login
    ask("POST", "/repos/acme/ops/issues", token, json={"title": "Not there"})
    ask("PATCH", f"/repos/globex/shop/issues/{made.json()['number']}", token, json={"state": "closed"})
    github.set_visibility(shop, "public")
    github.set_visibility(shop, "internal")
    github.settle()
    assert ask("GET", "/app/hook/config").json()["url"] == NOWHERE
    sent = ask("GET", "/app/hook/deliveries", params={"per_page": "100"}).json()
    assert {"issues", "repository"} == {one["event"] for one in sent}

    mine = f"token {github.token}"
    anybody = github.add_webhook(NOWHERE, "s3cret")
    assert ask("GET", "/orgs/globex/hooks", mine).status_code == 404
    github.organization_admins.add(github.login)
    assert [one["id"] for one in ask("GET", "/orgs/globex/hooks", mine).json()] == [anybody.id]
    ask("GET", f"/orgs/globex/hooks/{anybody.id}/deliveries", mine)
    assert len(ask("GET", "/orgs/globex/repos", mine).json()) == 1
    assert len(ask("GET", "/user/repos", mine).json()) > 2
    ask("GET", "/meta", mine)
    github.webhooks.hooks.remove(anybody)
    github.webhooks.hooks.remove(hook)
