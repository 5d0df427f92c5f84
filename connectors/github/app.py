"""Signing in as a GitHub App: a key signs for the App, which gets a token for each installation, good for an hour.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from connectors.answers import Answer
from connectors.base import Denied, Missing, Refused, Secret
from connectors.github import wire
from connectors.github.credentials import revealed
from connectors.github.outcome import Mends, refuse
from connectors.github.reading import parse

Send = Callable[[str, str, str, str], Answer]  # verb, path, authorization, what

HOUR = 3600.0
#: GitHub takes a signature of at most ten minutes, and clocks differ: as much on both sides of now
BEFORE, AFTER = 300, 290
EARLY = 120.0  # seconds before its end that a token is replaced
MOST_PAGES = 10
_TOKEN = TypeAdapter(wire.AccessToken)
_INSTALLATION = TypeAdapter(wire.Installation)
_INSTALLATIONS = TypeAdapter(list[wire.Installation])
_OWNED = re.compile(r"^/(?:repos|orgs)/([^/?]+)")
_BY_ID = re.compile(r"^/repositories/([0-9]+)")


def pem(text: str, origin: str) -> str:
    """The key as the signer wants it: `\\n` as two characters and Windows line ends are understood. Raises Denied."""
    key = text.strip().replace("\\r", "").replace("\\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if "PRIVATE KEY-----" not in key:
        what = "a token" if key[:4] in ("ghp_", "gho_", "ghs_", "ghu_") or key.startswith("github_pat_") else "no key"
        raise Denied(
            f"What is in {origin} is {what}; app_key is the private key of the App.",
            "Put the PEM file there that GitHub gave out: it begins with -----BEGIN RSA PRIVATE KEY-----.",
        )
    return key


def sign(app_id: int, key: str, origin: str, now: float) -> str:
    """A JSON Web Token of the App. Raises Denied for a key that cannot sign."""
    # loads a cryptographic library; whoever only receives webhooks never needs it
    import jwt

    claims = {"iat": int(now) - BEFORE, "exp": int(now) + AFTER, "iss": str(app_id)}
    try:
        return jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Denied(
            f"The key in {origin} cannot be read as an RSA private key.",
            "Copy the whole PEM file again, or make another key in the settings of the App, under Private keys.",
        ) from None


class App:
    """One App and its installations. One instance serves many threads; one of them renews, the others wait."""

    app = True

    def __init__(self, app_id: int, key: Secret, installation_id: int | None, send: Send) -> None:
        self._app_id = app_id
        self._key = key
        self._installation_id = installation_id
        self._send = send
        self._lock = threading.RLock()
        self._signed: tuple[float, str, str] = (0.0, "", "")  # good until, its key, the signature
        self._tokens: dict[int, tuple[float, str]] = {}
        self._known: tuple[float, tuple[wire.Installation, ...]] | None = None
        self._owners: dict[int, str] = {}
        self.mends = Mends(
            f"Check app_id ({app_id}), the key in {key.origin}, and the clock of this machine.",
            "Give the App the right “Issues: read and write”, and accept it where the App is installed.",
            "Check the name, and whether the App is installed there and may see it.",
        )

    # --- what Credentials promise -------------------------------------------------------------------------------------

    def header(self, url: str, owner: str = "") -> str:
        path = urlsplit(url).path
        if path == "/app" or path.startswith("/app/"):
            return f"Bearer {self._signature()}"
        with self._lock:
            return f"token {self._token(self._installation(path, owner))}"

    def renewed(self, url: str, header: str) -> bool:
        """A token is asked for anew, once; a signature is made anew if the key is another by now."""
        with self._lock:
            if header.startswith("Bearer "):
                key, self._signed = self._signed[1], (0.0, "", "")
                return revealed(self._key) != key
            refused = header.removeprefix("token ")
            self._tokens = {which: kept for which, kept in self._tokens.items() if kept[1] != refused}
            return True

    def elsewhere(self, url: str, owner: str) -> bool:
        """A repository that went to another owner is asked for once by its id."""
        found = _BY_ID.match(urlsplit(url).path)
        with self._lock:
            if found is None or self._installation_id or len(self.installations()) < 2:
                return False
            known = self._owners.get(int(found[1]), "")
            return self._ask_whose(int(found[1])).casefold() not in ("", known.casefold())

    def learn(self, repository_id: int, owner: str, *, sure: bool = True) -> None:
        with self._lock:
            if len(self._owners) > 10_000:
                self._owners.clear()
            if sure or repository_id not in self._owners:
                self._owners[repository_id] = owner

    # --- installations ------------------------------------------------------------------------------------------------

    def installations(self, *, fresh: bool = False) -> tuple[wire.Installation, ...]:
        """All of them; kept for an hour. Raises ConnectorError."""
        with self._lock:
            now = time.monotonic()
            if self._known is None or fresh or now - self._known[0] > HOUR:
                found: list[wire.Installation] = []
                for page in range(1, MOST_PAGES + 1):
                    path = f"/app/installations?per_page=100&page={page}"
                    some = parse(_INSTALLATIONS, self._ask("GET", path), "GET /app/installations")
                    found += some
                    if len(some) < 100:
                        break
                self._known = (now, tuple(found))
            return self._known[1]

    def installed(self, owner: str) -> wire.Installation | None:
        """The installation that speaks for an owner."""
        wanted = [one for one in self.installations() if self._installation_id in (None, one.id)]
        return next((one for one in wanted if one.owner.casefold() == owner.casefold()), None)

    def owners(self) -> list[str]:
        """Whose repositories may be seen: of one installation if the settings name it."""
        chosen = self._installation_id
        return [one.owner for one in self.installations() if chosen in (None, one.id) and one.suspended_at is None]

    def _installation(self, path: str, owner: str) -> int:
        """Which installation speaks for this path; any will do for what is public, as others' repositories may be."""
        if self._installation_id is not None:
            return self._installation_id
        if named := _OWNED.match(path):
            owner = named[1]
        found = self._of(owner)
        if found is None and (numbered := _BY_ID.match(path)):
            number = int(numbered[1])
            known = self._owners.get(number) or ("" if len(self.installations()) == 1 else self._ask_whose(number))
            found = self._of(known)
        if found is None and owner and self._known and time.monotonic() - self._known[0] > 60:
            self.installations(fresh=True)
            found = self._of(owner)
        if found is None:
            found = next((one.id for one in self.installations() if one.suspended_at is None), None)
        if found is None:
            raise Denied(
                f"The App {self._app_id} is installed nowhere, or suspended everywhere.",
                "Install it for the organisation: in the settings of the App, under Install App.",
            )
        return found

    def _of(self, owner: str) -> int | None:
        found = self.installed(owner) if owner else None
        return found.id if found else None

    def _ask_whose(self, repository_id: int) -> str:
        """The owner of a repository that is known by its id alone, or ""."""
        path = f"/repositories/{repository_id}/installation"
        try:
            owner = parse(_INSTALLATION, self._ask("GET", path), f"GET {path}").owner
        except Missing:
            return ""
        self.learn(repository_id, owner)
        return owner

    # --- signatures and tokens ----------------------------------------------------------------------------------------

    def _signature(self) -> str:
        with self._lock:
            until, _, signed = self._signed
            if time.monotonic() > until:
                text = revealed(self._key)
                signed = sign(self._app_id, pem(text, self._key.origin), self._key.origin, time.time())
                self._signed = (time.monotonic() + 60, text, signed)
            return signed

    def _token(self, installation: int) -> str:
        until, token = self._tokens.get(installation, (0.0, ""))
        if time.monotonic() < until:
            return token
        path = f"/app/installations/{installation}/access_tokens"
        try:
            answer = self._ask("POST", path)
        except Missing as error:
            self._known = None  # it was uninstalled; if it is installed again, it has another number
            raise Denied(
                f"The App {self._app_id} has no installation {installation} (any more).",
                "Install it for the organisation, and leave installation_id out of the settings.",
                status=error.status,
            ) from error
        made = parse(_TOKEN, answer, f"POST {path}")
        try:
            now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            now = time.time()
        lives = min(made.expires_at.timestamp() - now, HOUR)  # on GitHub's own clock, whatever ours says
        self._tokens[installation] = (time.monotonic() + lives - EARLY, made.token)
        return made.token

    def _ask(self, verb: str, path: str) -> Answer:
        """As the App itself. A token is a harmless thing to ask for twice, so its errors are those of a read."""
        what = f"{verb} {urlsplit(path).path}"
        for again in (False, True):
            header = f"Bearer {self._signature()}"
            answer = self._send(verb, path, header, what)
            if answer.status != 401 or again or not self.renewed(path, header):
                break
        try:
            refuse(answer, what, write=False, mends=self.mends)
        except (Denied, Refused) as error:
            if "suspended" in error.message:
                error.mend = "Unsuspend it: in the settings of the organisation, under GitHub Apps."
            raise
        return answer
