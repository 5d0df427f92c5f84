"""Which token goes with which Jira, in words: for a refusal and for `check`. Pure.

https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
"""

from __future__ import annotations

from connectors.jira.outcome import Mends
from connectors.jira.settings import Connection

TOKENS = "https://id.atlassian.com/manage-profile/security/api-tokens"


def mends(settings: Connection) -> Mends:
    """What to do about a refusal, by the kind of Jira and of token in the settings."""
    origin = origin_of(settings)
    return Mends(
        token=_token(settings, origin),
        right=f"Give the account of the token in {origin} this right in the project.",
        sight=f"Check the name, and whether the account of the token in {origin} may see it.",
    )


def origin_of(settings: Connection) -> str:
    """Where the token comes from."""
    return settings.token.origin if settings.token else "the settings (there is none yet: write token_env)"


def _token(settings: Connection, origin: str) -> str:
    valid = f"Put a valid token into {origin}."
    if not settings.cloud:
        if settings.user:
            return f"{valid} A personal access token goes without user_env: with one, Jira takes it for a password."
        return f"{valid} A personal access token of Data Center is made in Jira, in the profile of the account."
    if settings.gateway:
        scopes = "read:jira-user, read:jira-work and write:jira-work"
        return f"{valid} It needs the scopes {scopes}, and api_url the cloud id of this site."
    if not settings.user:
        return f"Set user_env: on Cloud an API token goes with the e-mail address of its account. {valid}"
    return (
        f"{valid} Cloud tokens end after a year at most: {TOKENS} . A token with scopes, or of a service account, is"
        f' good only with api_url = "https://api.atlassian.com/ex/jira/<cloud id>"; the id stands at'
        f" {settings.url}/_edge/tenant_info ."
    )
