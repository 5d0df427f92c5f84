"""How a request signs in: a token, or an App (app.py). The rest asks for a header and never sees which it is."""

from __future__ import annotations

from typing import Protocol

from connectors.base import AfterwordError, Denied, NotSent, Secret
from connectors.github.outcome import Mends

#: GitHub's tokens that cannot serve, by their first letters, and why
#: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
UNFIT = {
    "ghs_": "is a token of an App's installation, which is good for an hour",
    "ghu_": "is a token of an App for one user, which is good for eight hours",
    "ghr_": "is good for nothing but to get another token",
}
APP = "Set app_id and app_key_file to sign in as an App, or put a fine-grained token there."


class Credentials(Protocol):
    """What signs requests."""

    mends: Mends
    app: bool

    def header(self, url: str, owner: str = "") -> str:
        """The Authorization of a request to this path; `owner` is whose it is, where the path does not say.

        Raises ConnectorError: NotSent, Unavailable, Limited or a refusal.
        """

    def renewed(self, url: str, header: str) -> bool:
        """This header was answered with 401: whether there is another by now."""

    def elsewhere(self, url: str, owner: str) -> bool:
        """This path was answered with 404: whether it now belongs to another owner than was known."""

    def learn(self, repository_id: int, owner: str, *, sure: bool = True) -> None:
        """Whose repository this id is; what is not sure does not replace what is known."""


class Token:
    """A personal token: the same for every path. Its file is read again when it is refused."""

    app = False

    def __init__(self, token: Secret | None) -> None:
        self._token = token
        origin = token.origin if token else "the settings (there is none)"
        self.mends = Mends(
            f"Put a valid token into {origin}.",
            f"Give the token in {origin} the right “Issues: read and write” there.",
            f"Check the name, and whether the token in {origin} may see it.",
        )

    def header(self, url: str, owner: str = "") -> str:
        token = revealed(self._token) if self._token else ""
        origin = self._token.origin if self._token else ""
        if "PRIVATE KEY" in token:
            raise Denied(f"What is in {origin} is a private key, not a token.", f"{APP} Keep the key out of token_env.")
        if not token.isascii() or not token.isprintable():
            raise Denied(f"The token in {origin} holds characters that no token has.", "Copy it again.")
        if (unfit := UNFIT.get(token[:4])) is not None:
            raise Denied(f"The token in {origin} {unfit}.", APP)
        return f"token {token}" if token else ""

    def renewed(self, url: str, header: str) -> bool:
        return self.header(url) != header

    def elsewhere(self, url: str, owner: str) -> bool:
        return False

    def learn(self, repository_id: int, owner: str, *, sure: bool = True) -> None:
        return


def revealed(secret: Secret) -> str:
    """The secret as it is now; a file that cannot be read now is waited for."""
    try:
        return secret.reveal().strip()
    except AfterwordError as error:
        raise NotSent(error.message, error.mend) from error
