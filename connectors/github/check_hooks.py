"""What `check` says of webhooks: whether one is there, sends what we need, and was answered well the last time."""

from __future__ import annotations

from pydantic import TypeAdapter

from connectors.base import ConnectorError, Finding
from connectors.github import wire
from connectors.github.check_account import NOTE, OK, mend
from connectors.github.client import Client
from connectors.github.reading import parse

NEEDED = {"issues", "issue_comment"}
_HOOKS = TypeAdapter(list[wire.Hook])
_SENT = TypeAdapter(list[wire.HookDelivery])
_CONFIG = TypeAdapter(wire.HookConfig)


def of_repository(name: str, client: Client, place: str) -> Finding:
    """One call, and one more if its last delivery failed. Only an administrator's token may see webhooks."""
    subject, path = f"GitHub {place}", f"/repos/{place}/hooks"
    try:
        hook = _ours(client, name, path)
    except ConnectorError:
        return Finding(subject, OK, "read; its webhooks are not shown to this token")
    if hook is None:
        text = f"read; no webhook of the repository ends in /webhooks/{name} (the organisation may have one)"
        return Finding(subject, NOTE, text)
    where = "the repository's settings, under Webhooks"
    return _judged(subject, client, hook, where, path, hook.last_response.code if hook.last_response else None)


def of_organisation(name: str, client: Client, owner: str) -> list[Finding]:
    """Two calls at most; nothing where the token may not see them, or there is none of ours."""
    path = f"/orgs/{owner}/hooks"
    try:
        hook = _ours(client, name, path)
        if hook is None:
            return []
        sent = _last(client, f"{path}/{hook.id}/deliveries")
    except ConnectorError:
        return []
    where = "the organisation's settings, under Webhooks"
    code = sent.status_code if sent else None
    return [_judged(f"GitHub {owner}", client, hook, where, path, code, sent)]


def of_app(name: str, client: Client, us: wire.App) -> Finding:
    """Two calls: where the App sends, and what it was answered."""
    subject = f"GitHub App {us.slug}"
    where = "the App's settings"
    try:
        config = parse(_CONFIG, client.get("/app/hook/config"), "GET /app/hook/config")
        sent = _last(client, "/app/hook/deliveries")
    except ConnectorError as error:
        return Finding(subject, NOTE, "its webhook could not be looked at", saw=error.message)
    if not config.url.rstrip("/").endswith(f"/webhooks/{name}"):
        text = f"read; its own webhook does not end in /webhooks/{name} (repository or organisation may have one)"
        return Finding(subject, NOTE, text)
    hook = wire.Hook(active=True, events=us.events, config=config)
    return _judged(subject, client, hook, where, "", sent.status_code if sent else None, sent)


def _ours(client: Client, name: str, path: str) -> wire.Hook | None:
    hooks = [hook for page in client.pages(path, most=2) for hook in parse(_HOOKS, page, f"GET {path}")]
    return next((hook for hook in hooks if hook.config.url.rstrip("/").endswith(f"/webhooks/{name}")), None)


def _last(client: Client, path: str) -> wire.HookDelivery | None:
    found = parse(_SENT, client.get(path, {"per_page": 1}), f"GET {path}")
    return found[0] if found else None


def _judged(
    subject: str,
    client: Client,
    hook: wire.Hook,
    where: str,
    path: str,
    code: int | None,
    sent: wire.HookDelivery | None = None,
) -> Finding:
    lacking = ", ".join(sorted(NEEDED - set(hook.events)))
    if not hook.active:
        return mend(subject, "webhook is switched off", f"Switch it on in {where}.", means="No closing is heard of.")
    if lacking and "*" not in hook.events:
        what = f"Select Issues and Issue comments for the webhook, in {where}."
        return mend(subject, f"webhook lacks {lacking}", what, means="Some of what happens to tickets is not heard of.")
    if code is None:
        text = "webhook is there, and has delivered nothing yet; comment on any issue, and look again"
        return Finding(subject, NOTE, text)
    if not 200 <= code < 300:
        if sent is None and path:
            try:
                sent = _last(client, f"{path}/{hook.id}/deliveries")
            except ConnectorError:
                sent = None
        return _failed(subject, where, code, sent)
    return Finding(subject, OK, f"webhook active, {'secret set' if hook.config.secret else 'no secret'}")


def _failed(subject: str, where: str, code: int, sent: wire.HookDelivery | None) -> Finding:
    when = f" at {sent.delivered_at:%Y-%m-%d %H:%M} UTC" if sent and sent.delivered_at else ""
    again = f"Then press Redeliver in {where}, at Recent Deliveries."
    if code == 401:
        what = f"Set the same secret in {where} and where secret_env points. {again}"
    elif code in (404, 405):
        what = f"Its address must be public_url with /webhooks/ and the name of this source. {again}"
    elif code == 413:
        what = f"Raise the size of a body that the proxy before us lets through to 25 MB. {again}"
    elif code == 503:
        what = (
            "The 503 may be ours: it is answered while the disk is full or the database down. Look at /readyz and at "
            f"the log; else a proxy answered in place of this service. {again}"
        )
    else:
        what = f"Check that GitHub can reach public_url: name, certificate, firewall, proxy. {again}"
    return mend(
        subject,
        "the last delivery of the webhook failed",
        what,
        saw=f"{code}{when}",
        means="A closing that is not delivered is not heard of. GitHub keeps deliveries for three days.",
    )
