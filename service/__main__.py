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
from service.commands.catalogue import COMMANDS

CONFIG = "the settings (default: AFTERWORD_CONFIG, else config/default.toml)"
EPILOG = """\
`python -m service COMMAND -h` says more of one.
Exit codes: 0 well · 1 something to mend · 2 settings, or a command typed wrong ·
3 the database file is in use by another process."""

#: what helps where the system itself said no
SYSTEM = {
    errno.EACCES: "Give the user that runs Afterword the right to it, or name another place in the settings.",
    errno.EPERM: "Give the user that runs Afterword the right to it, or name another place in the settings.",
    errno.EROFS: "Name a place in the settings that can be written.",
    errno.ENOSPC: "Make room on the disk. What was acknowledged is not lost.",
}
MEND, INTERRUPTED, CLOSED = 1, 130, 141  # the last two as a shell says SIGINT and SIGPIPE


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
    for command in COMMANDS:
        said = f"{command.does[0].upper()}{command.does[1:]}. {command.more}".strip()
        one = commands.add_parser(command.name, help=command.does, description=said)
        if command.settings:
            # Also after the command, where many would write it; without a default, so that it hides none given before.
            one.add_argument("--config", type=Path, metavar="FILE", help=CONFIG, default=argparse.SUPPRESS)
        for argument in command.arguments:
            one.add_argument(*argument.flags, **argument.options)  # type: ignore[arg-type]
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
        return int(importlib.import_module(f"service.commands.{args.command.replace('-', '_')}").run(args))
    except AfterwordError as error:
        _say(error.message, error.mend)
        # Loads the database's library, which only some commands need.
        return int(importlib.import_module("service.errors").meaning(error)[2])
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        _say(f"{what}{error.strerror or error}.", SYSTEM.get(error.errno or 0, ""))
        return MEND


def _say(message: str, mend: str) -> None:
    """On standard error, after what was printed so far."""
    sys.stdout.flush()
    print("\n".join(filter(None, (message, mend))), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
