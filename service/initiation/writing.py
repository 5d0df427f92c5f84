"""The files that `init` writes: the settings with a word on each line, and the variables for the secrets. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from service.initiation.answers import Answers, Part, Someone
from service.settings_values import local_port

_NOTES = {
    "kind": "",
    "api_url": "where its API answers",
    "url": "where people see it",
    "deployment": "not Cloud",
    "token_ends": "you are warned before",
    "app_id": "the GitHub App to sign in as",
    "repositories": "",
    "labels": "an issue with this label is an incident",
    "projects": "",
    "project": "where action items are filed",
    "issue_types": "an issue of this type is an incident",
    "issue_type": "of the filed issues",
    "fields": "what the project requires",
}


def settings_text(answers: Answers, secrets_file: str) -> str:
    source, tracker = answers.source, answers.tracker
    lines = [
        "# Written by `python -m service init`. Every setting: the tables in README.md. After a change: `check`.",
        f"# The variables that it names stand in {secrets_file}.",
        "",
        _line("version", 1, "of this file's form"),
        _line("public_url", answers.public_url, "where people, GitHub and Jira reach this service"),
        *_listen(answers.public_url),
        _line("database_url", "sqlite:///var/afterword.db", "DATABASE_URL wins, for PostgreSQL"),
        _line("timezone", answers.timezone, "of the times in documents"),
        "",
        f"# --- where incidents come from: POST {answers.public_url}/webhooks/{source.name}",
        "",
        *_part("sources", source, {"secret_env": webhook_variable(source)}),
        "",
        "# --- where action items go; another tracker, and [[routes]] between them: config/example.toml",
        "",
        *_part("trackers", tracker, {}),
        "",
        "[filing]",
        _line("mode", answers.mode, "propose: a person says /file in the ticket; auto: filed by itself"),
        _line("quiet", answers.quiet, "after closing, before anything is filed"),
        "",
        "[due]                          # days until an action item is due, by priority",
        "P0 = 7",
        "P1 = 30",
        "P2 = 60",
        "",
        "[report]",
        _line("schedule", "MON 09:00", "reports the week that ended last"),
        _line("timezone", answers.timezone, "of the week"),
        _or_not("deliver_env", ["REPORT_URLS"], bool(answers.reports), "variables with Apprise URLs"),
        "",
        "[alerts]",
        _or_not("deliver_env", ["ALERT_URLS"], bool(answers.alerts), "who is told when a person is needed"),
        *_people(answers),
    ]
    return "\n".join(lines) + "\n"


def _listen(public_url: str) -> list[str]:
    """The pages are where people were told that they are."""
    port = local_port(public_url)
    if port is None or not public_url.endswith(f":{port}"):
        return []
    return [_line("listen", f"127.0.0.1:{port}", "address and port, as in public_url")]


def variables(answers: Answers) -> dict[str, str]:
    """Variable → value, of all that was typed or made here."""
    found = {webhook_variable(answers.source): answers.webhook_secret}
    for part in (answers.source, answers.tracker):
        found.update({held.name: held.value for held in part.secrets.values() if held.value is not None})
    addresses = {"REPORT_URLS": answers.reports, "ALERT_URLS": answers.alerts}
    return {**found, **{name: value for name, value in addresses.items() if value}}


def secrets_text(answers: Answers, settings_file: str) -> str:
    """For a shell and for systemd alike."""
    lines = [
        "# Written by `python -m service init`. Secrets: keep this file out of git. To use it:",
        f"#   set -a; . {settings_file.removesuffix('.toml')}.env; set +a",
        f"AFTERWORD_CONFIG={_quoted(settings_file)}",
    ]
    return "\n".join([*lines, *(f"{name}={_quoted(value)}" for name, value in variables(answers).items())]) + "\n"


def webhook_variable(source: Part) -> str:
    return f"{source.name.upper()}_WEBHOOK_SECRET"


def _part(group: str, part: Part, more: Mapping[str, str]) -> list[str]:
    lines = [f"[{group}.{part.name}]", _line("kind", part.kind, "")]
    notes = {**_NOTES, "repositories": "the first is the usual one"} if group == "trackers" else _NOTES
    lines += [_line(key, value, notes[key]) for key, value in part.plain.items() if key != "fields"]
    for key, held in part.secrets.items():
        note = "read again when it changes" if held.suffix == "file" else "the name of a variable"
        lines.append(_line(f"{key}_{held.suffix}", held.name, note))
    lines += [_line(key, name, "the name of a variable") for key, name in more.items()]
    fields = part.plain.get("fields")
    if isinstance(fields, Mapping):
        lines += ["", f"[{group}.{part.name}.fields]          # {_NOTES['fields']}"]
        lines += [f"{key} = {_toml(value)}" for key, value in fields.items()]
    return lines


def _people(answers: Answers) -> list[str]:
    if not answers.people:
        return [
            "",
            "# Who is who, so that owners are assigned:",
            "#[[people]]",
            '#name   = "Alex Example"',
            '#github = "alex-example"',
            '#jira   = "5b10ac8d82e05b22cc7d4ef5"',
        ]
    return [line for person in answers.people for line in _person(person)]


def _person(person: Someone) -> list[str]:
    lines = ["", "[[people]]", f"name = {_toml(person.name)}"]
    lines += [f"{key} = {_toml(value)}" for key, value in (("github", person.github), ("jira", person.jira)) if value]
    return lines


def _line(key: str, value: object, note: str) -> str:
    text = f"{key} = {_toml(value)}"
    return f"{text:46} # {note}" if note else text


def _or_not(key: str, value: object, wanted: bool, note: str) -> str:
    return _line(key if wanted else f"#{key}", value, note)


def _toml(value: object) -> str:
    """As TOML writes it; its texts are those of JSON."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
