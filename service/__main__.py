"""`python -m service …`: the commands. Each has its own module in service/commands, imported only when it runs, so that
`--help` answers at once."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from connectors.base import AfterwordError

#: (command, what it does, its arguments as (flags, options of argparse))
COMMANDS: tuple[tuple[str, str, tuple[tuple[tuple[str, ...], dict[str, object]], ...]], ...] = (
    (
        "demo",
        "plays the whole story against a GitHub and a Jira of our own, on this machine",
        (
            (("--once",), {"action": "store_true", "help": "end with the story; exit 0 when it ended as it should"}),
            (("--port",), {"type": int, "default": 8000, "help": "of the pages, without --once (default: 8000)"}),
        ),
    ),
    ("all", "web, jobs and clock in one process, on SQLite", ()),
    ("web", "pages and webhooks, beside workers, on PostgreSQL", ()),
    ("worker", "jobs, any number of them, on PostgreSQL", ()),
    ("clock", "the schedule, on PostgreSQL", ()),
    (
        "migrate",
        "brings the tables up to date",
        ((("--new-token",), {"action": "store_true", "help": "make and print another token for pages and API"}),),
    ),
    ("check", "tries settings, database and every connection; says what to mend", ()),
    (
        "read",
        "reads the text of a ticket or postmortem, without side effects",
        (
            (("file",), {"metavar": "FILE", "help": "a Markdown file; - is standard input"}),
            (("--format",), {"choices": ("json", "md"), "default": "json", "help": "default: json"}),
            (("--timezone",), {"default": "UTC", "help": "of times that name none (default: UTC)"}),
        ),
    ),
    (
        "build",
        "the story for one ticket that is closed already",
        ((("ticket",), {"metavar": "SOURCE:REF", "help": "such as ops:acme/ops#42 or desk:OPS-12"}),),
    ),
    ("sync", "asks every tracker how its issues are, now", ()),
    (
        "report",
        "prints the report of a week",
        (
            (("--week",), {"metavar": "2026-W47", "help": "default: the week that ended last"}),
            (("--format",), {"choices": ("md", "html", "json", "csv"), "default": "md", "help": "default: md"}),
        ),
    ),
    (
        "deliveries",
        "lists the webhooks that were stored, newest first",
        (
            (("--state",), {"choices": ("received", "done", "ignored", "quarantined", "failed"), "help": "only these"}),
            (("--limit",), {"type": int, "default": 50, "help": "default: 50"}),
        ),
    ),
    (
        "replay",
        "looks at a stored webhook once more",
        ((("id",), {"type": int, "metavar": "ID", "help": "the number that `deliveries` shows"}),),
    ),
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m service",
        description="Afterword: from a closed incident ticket to its postmortem, one issue per action item, "
        "and a weekly report that is true.",
        epilog="Exit codes: 0 well, 1 something to mend, 2 settings, 3 in use by another process.",
    )
    top.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings (default: AFTERWORD_CONFIG, then config/default.toml)"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, does, arguments in COMMANDS:
        one = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        for flags, options in arguments:
            one.add_argument(*flags, **options)  # type: ignore[arg-type]
    return top


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        command = importlib.import_module(f"service.commands.{args.command}")
        return int(command.run(args))
    except AfterwordError as error:
        print(error.message, file=sys.stderr)
        if error.mend:
            print(error.mend, file=sys.stderr)
        _, _, code = importlib.import_module("service.errors").meaning(error)
        return int(code)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
