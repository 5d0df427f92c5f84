"""What GitHub tells besides issues: of the App, of repositories, of the webhook itself. A sentence for each; pure.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
"""

from __future__ import annotations

from pydantic import ValidationError

from connectors.github import wire

VISIBILITY = "who may read it is asked again within the hour"
REPOSITORY = {
    "publicized": f"was made public; {VISIBILITY}",
    "privatized": f"was made private; {VISIBILITY}",
    "renamed": "has this name now; it is known by its id, and goes on",
    "transferred": "went to another owner; it is known by its id, and goes on where we may read it",
    "archived": "was archived; nothing can be filed there now",
    "unarchived": "is no longer archived",
    "deleted": "was deleted",
}
INSTALLATION = {
    "created": "The App was installed for {owner}.",
    "deleted": "The App was uninstalled for {owner}: nothing there can be read or filed now.",
    "suspend": "The App was suspended for {owner}: nothing there can be read or filed now.",
    "unsuspend": "The App is no longer suspended for {owner}.",
    "new_permissions_accepted": "{owner} accepted the new permissions of the App.",
}
EVENTS = ("ping", "repository", "installation", "installation_repositories", "meta")


def notice(event: str, body: bytes | str) -> str:
    """One sentence for `deliveries`, whatever the body holds."""
    if event == "ping":
        return "A ping: GitHub reaches this address."
    try:
        said = wire.Notice.model_validate_json(body)
    except ValidationError:
        said = wire.Notice()
    owner = (said.installation.owner if said.installation else "") or "an owner"
    if event == "meta":
        return "The webhook was deleted on GitHub: nothing more comes from it."
    if event == "repository" and said.repository and (what := REPOSITORY.get(said.action)):
        return f"{said.repository.label or 'A repository'} {what}."
    if event == "installation" and (sentence := INSTALLATION.get(said.action)):
        return sentence.format(owner=owner)
    if event == "installation_repositories" and said.action in ("added", "removed"):
        repos = said.repositories_added if said.action == "added" else said.repositories_removed
        names = ", ".join(repo.label for repo in repos[:5] if repo.label)
        more = f" and {len(repos) - 5} more" if len(repos) > 5 else ""
        way = "The App may now see" if said.action == "added" else "The App may no longer see"
        return f"{way} {names or 'no other repository'}{more}."
    return f"An event of the kind “{event[:60]}” that asks for nothing."
