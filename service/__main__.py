"""`python -m service …`: the commands. Each has its own module in service/commands, imported only when it runs, so that
`--help` answers at once."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from pathlib import Path

from connectors.base import AfterwordError


def _number(text: str) -> int:
    """A whole number from 1, small enough for every database."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:19]) < 2**31):
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from 1")
    return int(text)


#: (command, what it does, what else its own help says, its arguments as (flags, options of argparse))
COMMANDS: tuple[tuple[str, str, str, tuple[tuple[tuple[str, ...], dict[str, object]], ...]], ...] = (
    (
        "demo",
        "the whole story against a GitHub and a Jira of our own",
        "It runs on this machine, nothing leaves it, and it needs no settings. Its files lie under var/demo/.",
        (
            (("--once",), {"action": "store_true", "help": "end with the story; exit 0 when it ended as it should"}),
            (
                ("--port",),
                {"type": _number, "default": 8000, "help": "of the pages, without --once (default: 8000)"},
            ),
        ),
    ),
    (
        "all",
        "web, jobs and clock in one process, on SQLite",
        "It makes its tables itself. A second one on the same file is refused with exit code 3.",
        (),
    ),
    ("web", "pages and webhooks, beside workers, on PostgreSQL", "Jobs wait until a worker runs.", ()),
    ("worker", "jobs, any number of them, on PostgreSQL", "", ()),
    ("clock", "the schedule, on PostgreSQL", "More than one does no harm.", ()),
    (
        "migrate",
        "brings the tables up to date",
        "Harmless when there is nothing to do. The first time it prints the token of pages and API.",
        ((("--new-token",), {"action": "store_true", "help": "make and print another token; the one before ends"}),),
    ),
    (
        "check",
        "tries every connection, and says what to mend",
        "Settings, database, and each source and tracker: token, rights, required fields, webhook. One line each: ok, "
        "note or MEND; then what to mend, in full. It changes nothing, here or there. Exit 1 when there is something "
        "to mend.",
        (),
    ),
    (
        "read",
        "what is found in the text of a ticket or postmortem",
        "Title, times, seven sections, timeline and action items. No settings, no database, no side effects.",
        (
            (("file",), {"metavar": "FILE", "help": "a Markdown file; - is standard input"}),
            (("--format",), {"choices": ("json", "md"), "default": "json", "help": "json or md (default: json)"}),
            (
                ("--timezone",),
                {"default": "UTC", "metavar": "ZONE", "help": "of times that name none, such as Europe/Berlin"},
            ),
        ),
    ),
    (
        "build",
        "the story for one ticket that is closed already",
        "Reads the ticket, writes its postmortem, files its action items and comments on the ticket. Done twice, "
        "nothing is doubled. Exit 1 when an action item could not be filed yet.",
        (
            (
                ("ticket",),
                {
                    "metavar": "SOURCE:REF",
                    "help": "a source and its ticket: ops:acme/ops#42, desk:OPS-12",
                },
            ),
        ),
    ),
    (
        "sync",
        "asks every tracker how its issues are, now",
        "Prints what changed. Exit 1 when a tracker, or a part of it, does not answer.",
        (),
    ),
    (
        "report",
        "prints the report of a week",
        "A week that is over is frozen when it is first asked for, and is the same ever after. The running week is a "
        "preview, and nothing is stored.",
        (
            (("--week",), {"metavar": "2026-W47", "help": "the ISO week (default: the one that ended last)"}),
            (
                ("--format",),
                {
                    "choices": ("md", "html", "json", "csv"),
                    "default": "md",
                    "metavar": "FORM",
                    "help": "md, html, json or csv (default: md)",
                },
            ),
        ),
    ),
    (
        "deliveries",
        "lists the webhooks that were stored, the newest first",
        "What is refused (a wrong signature, an unknown source, too large) is not stored and not listed.",
        (
            (
                ("--state",),
                {
                    "choices": ("received", "done", "ignored", "quarantined", "failed"),
                    "metavar": "STATE",
                    "help": "only these: received, done, ignored, quarantined or failed",
                },
            ),
            (("--limit",), {"type": _number, "default": 50, "metavar": "N", "help": "so many (default: 50)"}),
        ),
    ),
    (
        "replay",
        "looks at a stored webhook once more",
        "For after a mended setting or a new version. Whatever became of it the first time, nothing is doubled.",
        ((("id",), {"type": _number, "metavar": "ID", "help": "the number that `deliveries` shows"}),),
    ),
)
CONFIG = "the settings (default: AFTERWORD_CONFIG, else config/default.toml)"
EPILOG = """\
`python -m service COMMAND -h` says more of one.
Exit codes: 0 well · 1 something to mend · 2 settings, or a command typed wrong ·
3 in use by another process."""

#: what helps where the system itself said no
SYSTEM = {
    errno.EADDRINUSE: "Another process listens there. Stop it, or set `listen` (or PORT) to another address.",
    errno.EACCES: "Give the user that runs Afterword the right to it, or name another place in the settings.",
    errno.EPERM: "Give the user that runs Afterword the right to it, or name another place in the settings.",
    errno.EROFS: "Name a place in the settings that can be written.",
    errno.ENOSPC: "Make room on the disk. What was acknowledged is not lost.",
}
MEND, IN_USE, INTERRUPTED, CLOSED = 1, 3, 130, 141  # the last two as a shell says SIGINT and SIGPIPE


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m service",
        description="Afterword: from a closed incident ticket to its postmortem, one issue per action item,\n"
        "and a weekly report that is true.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--config", type=Path, metavar="FILE", help=CONFIG)
    commands = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="python -m service")
    for name, does, more, arguments in COMMANDS:
        said = f"{does[0].upper()}{does[1:]}. {more}".strip()
        one = commands.add_parser(name, help=does, description=said)
        # Also after the command, where many would write it; without a default, so that it hides none given before.
        one.add_argument("--config", type=Path, metavar="FILE", help=CONFIG, default=argparse.SUPPRESS)
        for flags, options in arguments:
            one.add_argument(*flags, **options)  # type: ignore[arg-type]
    return top


def main(argv: list[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a mark gets a "?", and no fault
            stream.reconfigure(errors="replace")
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads us (`| head`) has enough. What is still to be written at exit goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED


def _run(argv: list[str] | None) -> int:
    arguments = parser()
    args = arguments.parse_args(argv)
    if args.command is None:
        arguments.print_help(sys.stderr)
        return 2
    try:
        return int(importlib.import_module(f"service.commands.{args.command}").run(args))
    except AfterwordError as error:
        _say(error.message, error.mend)
        # Loads the database's library, which only some commands need.
        return int(importlib.import_module("service.errors").meaning(error)[2])
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        _say(f"{what}{error.strerror or error}.", SYSTEM.get(error.errno or 0, ""))
        return IN_USE if error.errno == errno.EADDRINUSE else MEND


def _say(message: str, mend: str) -> None:
    """On standard error, after what was printed so far."""
    sys.stdout.flush()
    print("\n".join(filter(None, (message, mend))), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
