"""Kinds of faults in the settings (service/settings_faults.py)."""

from __future__ import annotations

from service.troubles.entry import Entry

FAULTS = (
    Entry(
        "unreadable",
        "“The file cannot be read: …”, “The file is not UTF-8.”",
        "There is no such file, its rights keep the service out, or an editor saved it in an old encoding.",
        "Name it with `--config` or `AFTERWORD_CONFIG`; `python -m service init` makes one. Save it as UTF-8.",
    ),
    Entry(
        "not_toml",
        "“is not TOML: …”",
        "A line cannot be read: most often a text without quotes, a quote that is missing, or a table that is "
        "written twice.",
        "Look at the line that it names, and at the one above.",
    ),
    Entry(
        "version",
        "“version = 2 is of another Afterword”",
        "The file was written for a version that has other settings.",
        "Run that version, or change the file as CHANGELOG.md says.",
    ),
    Entry(
        "unknown_key",
        "“… is not a known key.”",
        "A setting of this name does not exist there: a typing error, or a key below the wrong `[table]`.",
        "The nearest known key is named, or the table where this one belongs. All of them: the tables in the README.",
    ),
    Entry(
        "missing",
        "“… is missing.”",
        "A setting that has no default was left out.",
        "Write it; the fault says what it means.",
    ),
    Entry(
        "value",
        "“… is not a duration”, “… is not a number”, “… is neither true nor false” and the like",
        "The value has another form than the setting takes.",
        "The fault shows how it is written.",
    ),
    Entry(
        "name",
        "“… does not fit a name.”",
        "The name of a source or tracker stands in addresses, so it has small letters, digits and - only.",
        "Rename the table, and the address of the webhook with it.",
    ),
    Entry(
        "connector",
        "“kind is missing.”, “There is no source of the kind ….”",
        "`kind` says which tool it is.",
        "Write one of those that the fault names.",
    ),
    Entry(
        "secret_in_file",
        "“… holds a GitHub token. A secret does not belong in this file.”",
        "A value is a secret, or looks like one. Settings files are copied and shown; so nothing starts with "
        "it. The value is printed nowhere.",
        'Put it into a variable and name that (`token_env = "GITHUB_TOKEN"`), or into a file (`token_file = '
        '"…"`). If the file was in git, replace the token.',
    ),
    Entry(
        "secret",
        "“the variable … is not set.”, “the file … cannot be read.”",
        "The settings name a variable or file for a secret, and it is not there for this process.",
        "`set -a; . config/mine.env; set +a` before the start; under systemd `EnvironmentFile=`. The service's "
        "own user must be able to read the file.",
    ),
    Entry(
        "unsigned",
        "“no secret: …”",
        "Without a secret anybody could send closings to this source.",
        "Set the variable that `secret_env` names to the secret of the webhook. Behind a proxy that checks: "
        "`unsigned = true`.",
    ),
    Entry(
        "tracker",
        "“… names no tracker.”",
        "A route or `default_tracker` names a tracker that the file does not have.",
        "Correct the name, or write `[trackers.name]`.",
    ),
    Entry(
        "place",
        "“… is no place of [trackers.…].”",
        "A route leads to a repository or project that its tracker does not name, so it was never looked at.",
        "Correct it, or add it to `repositories` (GitHub) or `projects` (Jira) of that tracker.",
    ),
    Entry(
        "environment",
        "“PORT is not a port.”, “DATABASE_URL is not a database.”",
        "A variable of the platform has a value that cannot be used.",
        "Correct it where the platform sets it: `PORT=8000`, `DATABASE_URL=postgresql://user:password@host/name`.",
    ),
    Entry(
        "address",
        "“… holds a line break or another control character.”",
        "What follows it would be read as a line of its own in the head of a mail, such as another recipient.",
        "Write the address in its variable without it; `%0A` and `%0D` are line breaks too.",
    ),
)
