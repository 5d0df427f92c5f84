"""A plain page for an issue, so that a link in the demo leads somewhere. Only for a browser; tools get the API."""

import re
from collections.abc import Sequence
from html import escape

from sandbox.github_world import World as GitHubWorld
from sandbox.jira_world import World as JiraWorld
from sandbox.routing import Answer, Request

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{ref} {title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
pre{{white-space:pre-wrap;font:inherit;border-top:1px solid #ccc;padding-top:.5rem}}small{{color:#555}}</style>
<p><small>{ref} in the sandbox</small></p><h1>{title}</h1><p>{facts}</p>{texts}</html>"""


def is_browser(request: Request) -> bool:
    return (
        request.method == "GET"
        and "authorization" not in request.headers
        and "text/html" in request.headers.get("accept", "")
    )


def _page(ref: str, title: str, facts: Sequence[str], texts: Sequence[tuple[str, str]]) -> Answer:
    shown = "".join(f"<pre><small>{escape(who)}</small>\n{escape(text)}</pre>" for who, text in texts)
    told = " · ".join(escape(fact) for fact in facts if fact)
    return Answer(200, PAGE.format(ref=escape(ref), title=escape(title), facts=told, texts=shown))


def github_page(world: GitHubWorld, path: str) -> Answer | None:
    found = re.fullmatch(r"/([^/]+)/([^/]+)/(?:issues|pull)/(\d{1,9})", path)
    repo = world.repo(f"{found[1]}/{found[2]}") if found else None
    issue = repo.issues.get(int(found[3])) if repo and found else None
    if issue is None:
        return None
    facts = [issue.state, issue.state_reason or "", *issue.labels, *issue.assignees]
    texts = [(issue.author, issue.body or ""), *((one.author, one.body) for one in issue.comments)]
    return _page(issue.ref, issue.title, facts, texts)


def jira_page(world: JiraWorld, path: str) -> Answer | None:
    issue = world.issue(path.removeprefix("/browse/")) if path.startswith("/browse/") else None
    if issue is None:
        return None
    name = {number: user.name for number, user in world.users.items()}
    facts = [issue.type, issue.status.name, issue.resolution or "", *issue.labels, name.get(issue.assignee or "", "")]
    texts = [(name[one.author], one.body.wiki) for one in issue.comments]
    if issue.description:
        texts.insert(0, (name[issue.creator], issue.description.wiki))
    return _page(issue.key, issue.summary, facts, texts)
