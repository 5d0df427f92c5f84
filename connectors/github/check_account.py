"""What `check` says of signing in: the token and its end, the App and its rights, the clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connectors.base import ConnectorError, Denied, Finding
from connectors.github import wire
from connectors.github.app import App
from connectors.github.client import Client

OK, NOTE, MEND = "ok", "note", "MEND"
SOON, AT_ONCE = timedelta(days=14), timedelta(days=3)
ODD, WRONG = 60.0, 600.0  # seconds that the clocks are apart


def tokens_page(client: Client) -> str:
    return f"{client.web_url}/settings/personal-access-tokens"


def mend(subject: str, text: str, what: str, *, saw: str = "", means: str = "") -> Finding:
    return Finding(subject, MEND, text, saw=saw, means=means, mend=what)


def no_answer(subject: str, error: ConnectorError) -> Finding:
    return mend(
        subject,
        "no answer",
        error.mend or "Try again later.",
        saw=error.message,
        means="Nothing can be read or filed until it answers; what comes in is kept, and done then.",
    )


def account(client: Client, owners: Iterable[str]) -> tuple[list[Finding], bool]:
    """What is to be said, and whether there is any use in asking on. `owners`: whose repositories are meant.

    One call with a token, two with an App.
    """
    found: list[Finding] = []
    good = True
    try:
        if isinstance(client.credentials, App):
            found += _app(client, client.credentials, owners)
        else:
            client.account(fresh=True)
            found += _end(client)
    except Denied as error:
        good = False
        who = "App" if client.credentials.app else "token"
        known = f"the {who} is refused" if error.status else f"the {who} cannot be used"
        more = f" {tokens_page(client)}" if error.status == 401 and not client.credentials.app else ""
        found.append(
            mend(
                "GitHub",
                f"{error.status or ''} {known}".strip(),
                f"{error.mend}{more}",
                saw=error.message,
                means=f"Nothing can be read or filed with this {who}.",
            )
        )
    except ConnectorError as error:
        good = False
        found.append(no_answer("GitHub", error))
    return [*_clock(client), *found], good


def _end(client: Client) -> list[Finding]:
    end = client.token_ends()
    left = end - datetime.now(UTC) if end else None
    if end is None or left is None or left > SOON:
        return []
    day = f"{end.day} {end:%b %Y}"
    if left > AT_ONCE:
        return [Finding("GitHub", NOTE, f"the token ends on {day}, in {left.days} days")]
    text = f"the token ended on {day}" if left <= timedelta() else f"the token ends on {day}, {end:%H:%M} UTC"
    what = f"Make another token, and put it where this one is. A file needs no restart. {tokens_page(client)}"
    return [mend("GitHub", text, what, means="From then on nothing can be read or filed with it.")]


def _clock(client: Client) -> list[Finding]:
    ahead = client.heard.ahead
    if ahead is None or abs(ahead) < ODD:
        return []
    minutes = round(abs(ahead) / 60)
    apart = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
    text = f"the clock here is {apart if minutes > 1 else 'a minute'} {'ahead of' if ahead > 0 else 'behind'} GitHub's"
    if abs(ahead) < WRONG:
        return [Finding("clock", NOTE, text)]
    return [
        mend(
            "clock",
            text,
            "Set the clock of this machine: switch time synchronisation on (timedatectl set-ntp true).",
            means="An App cannot sign in, and the times in documents and reports are wrong.",
        )
    ]


def _app(client: Client, app: App, owners: Iterable[str]) -> list[Finding]:
    """Two calls: the App, and where it is installed."""
    us = client.app(fresh=True)
    installed = app.installations(fresh=True)
    if not installed:
        return [_install(client, us, "anywhere")]
    found: list[Finding] = []
    for owner in dict.fromkeys(name.casefold() for name in owners):
        one = app.installed(owner)
        if one is None:
            found.append(_install(client, us, f"for {owner}"))
        elif one.suspended_at is not None:
            what = f"Unsuspend it in the settings of {one.owner}, under GitHub Apps."
            found.append(mend(f"GitHub {one.owner}", "the App is suspended", what, means=_means(one.owner)))
        elif one.permissions.get("issues") != "write":
            found.append(_right(us, one))
    return found


def _install(client: Client, us: wire.App, where: str) -> Finding:
    at = "apps" if client.api_url == "https://api.github.com" else "github-apps"
    return mend(
        "GitHub",
        f"the App {us.slug} is not installed {where}",
        f"Install it, and give it the repositories: {client.web_url}/{at}/{us.slug}",
        means="It can read public repositories there at most, and file nowhere.",
    )


def _right(us: wire.App, one: wire.Installation) -> Finding:
    asked = us.permissions.get("issues") == "write"
    accept = f"Accept the new permissions in the settings of {one.owner}, under GitHub Apps."
    give = (
        f"Give the App {us.slug} “Issues: Read and write” in its settings, under Permissions & events. Then: {accept}"
    )
    return mend(
        f"GitHub {one.owner}",
        "the App lacks the right to write issues",
        accept if asked else give,
        saw=f"issues: {one.permissions.get('issues', 'none')}, metadata: {one.permissions.get('metadata', 'none')}",
        means=_means(one.owner),
    )


def _means(owner: str) -> str:
    return f"Nothing can be filed or commented in the repositories of {owner}."
