"""What was answered: one connector's settings with the secrets that they name, and everything together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.base import Secret
from service.initiation.asking import Unfit


@dataclass(frozen=True, slots=True)
class Held:
    """A secret, and how the settings name it. `value`: what goes into the file of variables, if it was typed."""

    secret: Secret
    suffix: str  # env, file
    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A source or tracker: its plain settings and its secrets, by their keys."""

    name: str
    tool: str  # github, cloud, datacenter
    plain: Mapping[str, object]
    secrets: Mapping[str, Held]

    @property
    def kind(self) -> str:
        return "github" if self.tool == "github" else "jira"

    @property
    def values(self) -> dict[str, object]:
        """For the connector's own model."""
        return {**self.plain, **{key: held.secret for key, held in self.secrets.items()}}


@dataclass(frozen=True, slots=True)
class Someone:
    name: str
    github: str = ""
    jira: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    source: Part
    tracker: Part
    webhook_secret: str
    mode: str
    quiet: str
    public_url: str
    timezone: str
    people: Sequence[Someone] = ()
    reports: str = ""
    alerts: str = ""
    to_mend: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)


def held(variable: str, environ: Mapping[str, str]) -> Callable[[str], Held]:
    """Reads an answer as a secret: itself, `$NAME` of a variable that is set, or the path of a file."""

    def fit(answer: str) -> Held:
        if not answer:
            raise Unfit("it needs an answer.")
        if answer.startswith("$"):
            name = answer.strip("${}")
            if not environ.get(name, "").strip():
                raise Unfit(f"the variable {name} is not set here.")
            return Held(Secret(lambda: environ[name].strip(), f"the variable {name}"), "env", name)
        if answer.startswith(("/", "./", "../", "~")) or (len(answer) < 200 and Path(answer).is_file()):
            return _file(Path(answer).expanduser())
        if not answer.isprintable():
            raise Unfit("it holds characters that no token has. Copy it again.")
        return Held(Secret(lambda: answer, "your answer"), "env", variable, answer)

    return fit


def key_file(answer: str) -> Held:
    if not answer:
        raise Unfit("it needs an answer.")
    found = _file(Path(answer).expanduser())
    if "PRIVATE KEY-----" not in found.secret.reveal():
        raise Unfit(f"{found.name} is no private key. It begins with -----BEGIN.")
    return found


def _file(path: Path) -> Held:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Unfit(f"the file {path} cannot be read: {why}.") from None
    if not text:
        raise Unfit(f"the file {path} is empty.")
    return Held(Secret(lambda: path.read_text("utf-8").strip(), f"the file {path}"), "file", str(path))
