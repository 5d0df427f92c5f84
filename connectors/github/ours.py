"""Whose issues and comments are ours: those of the account that signs in now, and of those that did before it. Pure.

An account is remembered as "<numeric id>/<login>": by the id what it wrote is known, by the login it is listed.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.github import wire


def handle(account: wire.User) -> str:
    """As it is remembered."""
    return f"{account.id}/{account.login}"


def logins(accounts: Iterable[str]) -> dict[int, str]:
    """Id → login, the latest where it was renamed."""
    parted = (account.partition("/") for account in accounts)
    return {int(number): login for number, _, login in parted if number.isascii() and number.isdigit() and login}
