"""GitHub Apps: who they are, where they are installed, what their signatures and tokens are good for.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sandbox.github_refusals import error
from sandbox.github_world import Repo
from sandbox.routing import Refusal, Request

HOUR = timedelta(hours=1)
RIGHTS = {"issues": "write", "metadata": "read"}
DECODED = "A JSON web token could not be decoded"
INTEGRATION = "Resource not accessible by integration"


@dataclass(slots=True, eq=False)
class Installation:
    """Of an App, for one owner. `repos`: ids, None for all. `permissions`: what the owner has accepted."""

    id: int
    app: "App"
    owner: str
    repos: set[int] | None
    permissions: dict[str, str]
    created_at: datetime
    suspended_at: datetime | None = None

    def reaches(self, repo: Repo) -> bool:
        ours = repo.owner.lower() == self.owner.lower()
        return ours and self.suspended_at is None and (self.repos is None or repo.id in self.repos)


@dataclass(slots=True, eq=False)
class App:
    """`key` is the private key in PEM, as GitHub gives it out once; `hook_id` its webhook, if it has one."""

    id: int
    slug: str
    owner: str
    key: str
    public_key: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: datetime
    installations: list[Installation] = field(default_factory=list)
    hook_id: int | None = None

    @property
    def login(self) -> str:
        return f"{self.slug}[bot]"


class Apps:
    """Every App, its signatures checked with its public key. `wall`: the clock that signatures and tokens go by."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self._wall = wall
        self._ids = itertools.count(1_204_001)
        self._installation_ids = itertools.count(61_300_001)
        self.all: list[App] = []
        self._tokens: dict[str, tuple[Installation, datetime]] = {}

    def create(self, slug: str, owner: str, permissions: Mapping[str, str], events: Sequence[str]) -> App:
        key, public_key = key_pair(len(self.all))
        app = App(next(self._ids), slug, owner, key, public_key, dict(permissions), tuple(events), self._wall())
        self.all.append(app)
        return app

    def install(self, app: App, owner: str, repos: Sequence[Repo] | None) -> Installation:
        chosen = None if repos is None else {repo.id for repo in repos}
        rights = dict(app.permissions)
        made = Installation(next(self._installation_ids), app, owner, chosen, rights, self._wall())
        app.installations.append(made)
        return made

    def uninstall(self, installation: Installation) -> None:
        installation.app.installations.remove(installation)
        self._tokens = {token: kept for token, kept in self._tokens.items() if kept[0] is not installation}

    def by_hook(self, hook_id: int) -> App | None:
        return next((app for app in self.all if app.hook_id == hook_id), None)

    # --- tokens -------------------------------------------------------------------------------------------------------

    def grant(self, installation: Installation) -> tuple[str, datetime]:
        until = self._wall() + HOUR
        token = f"ghs_{secrets.token_hex(18)}"
        self._tokens[token] = (installation, until)
        return token, until

    def end_tokens(self) -> None:
        """Every token that was given out is refused from now on."""
        self._tokens.clear()

    def installation(self, request: Request) -> Installation | None:
        """Whose token signed this request; None: no App's. An ended one is refused by `login`."""
        found = self._tokens.get(credential(request))
        return found[0] if found and found[1] > self._wall() and found[0] in found[0].app.installations else None

    # --- signatures ---------------------------------------------------------------------------------------------------

    def signer(self, request: Request) -> App:
        """The App that signed the request itself. Raises a Refusal in GitHub's words."""
        # a cryptographic library, for those who sign in as an App
        import jwt

        token = credential(request)
        try:
            stated = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise Refusal(error(401, DECODED)) from None
        app = next((one for one in self.all if str(one.id) == str(stated.get("iss"))), None)
        if app is None:
            raise Refusal(error(404, "Integration not found"))
        try:
            claims = jwt.decode(
                token,
                app.public_key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},  # by our own clock, below
            )
        except jwt.PyJWTError:
            raise Refusal(error(401, DECODED)) from None
        self._check_times(claims)
        return app

    def _check_times(self, claims: Mapping[str, object]) -> None:
        now = self._wall().timestamp()
        issued, ends = claims.get("iat"), claims.get("exp")
        if not isinstance(ends, int) or ends <= now:
            said = "must be a numeric value representing the future time at which the assertion expires"
            raise Refusal(error(401, f"'Expiration time' claim ('exp') {said}"))
        if ends > now + 600:
            raise Refusal(error(401, "'Expiration time' claim ('exp') is too far in the future"))
        if not isinstance(issued, int) or issued > now:
            said = "must be an Integer representing the time that the assertion was issued"
            raise Refusal(error(401, f"'Issued at' claim ('iat') {said}"))


def credential(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2]


@cache
def key_pair(number: int) -> tuple[str, str]:
    """Private and public key in PEM; made once for each number, as making one takes a while."""
    # a cryptographic library, for those who sign in as an App
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), key.public_key().public_bytes(*form).decode()
