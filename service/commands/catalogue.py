"""Every command: its name, what it does, what its own help says, its arguments. Data alone, so that `--help` answers at
once; `run` of the module of the same name does it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


def number(text: str) -> int:
    """A whole number from 1, small enough for every database."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:19]) < 2**31):
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from 1")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day; write it as 2026-01-31") from None


@dataclass(frozen=True, slots=True)
class Argument:
    flags: tuple[str, ...]
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    does: str
    more: str
    arguments: tuple[Argument, ...] = ()
    settings: bool = True  # whether it reads them


def _take(*flags: str, **options: object) -> Argument:
    return Argument(flags, options)


DRY_RUN = _take("--dry-run", action="store_true", help="say what it would do, and change nothing")

COMMANDS: tuple[Command, ...] = (
    Command(
        "demo",
        "the whole story against a GitHub and a Jira of our own",
        "It runs on this machine, nothing leaves it, and it needs no settings. Its files lie under var/demo/.",
        (
            _take("--once", action="store_true", help="end with the story; exit 0 when it ended as it should"),
            _take("--faults", action="store_true", help="the same story in a storm: lost answers, limits, an outage"),
            _take("--port", type=number, default=8000, help="of the pages, without --once (default: 8000)"),
        ),
        settings=False,
    ),
    Command(
        "init",
        "asks what it needs, tries each answer, and writes the settings",
        "It writes a commented settings file and a file for the secrets, and shows the webhook's address and secret to "
        "paste. Nothing is written to a tracker.",
        (
            _take(
                "--to",
                metavar="FILE",
                default="config/mine.toml",
                help="where to write the settings (default: config/mine.toml); the secrets go beside it",
            ),
            DRY_RUN,
        ),
        settings=False,
    ),
    Command(
        "all",
        "web, jobs and clock in one process, on SQLite",
        "It makes its tables itself. A second one on the same file is refused with exit code 3.",
    ),
    Command("web", "pages and webhooks, beside workers, on PostgreSQL", "Jobs wait until a worker runs."),
    Command("worker", "jobs, any number of them, on PostgreSQL", ""),
    Command("clock", "the schedule, on PostgreSQL", "More than one does no harm."),
    Command(
        "migrate",
        "brings the tables up to date",
        "Harmless when there is nothing to do. The first time it prints the token of pages and API.",
        (
            _take("--new-token", action="store_true", help="make and print another token; the one before ends"),
            _take(
                "--from",
                dest="origin",
                metavar="URL",
                help="carry everything over from this database, such as sqlite:///var/afterword.db, into an empty one",
            ),
            DRY_RUN,
        ),
    ),
    Command(
        "check",
        "tries every connection, and says what to mend",
        "Settings, database, and each source, tracker and route: token, rights, required fields, webhook. One line "
        "each: ok, note or MEND; then what to mend, in full. It changes nothing, here or there. Exit 1 when there is "
        "something to mend.",
        (_take("--format", choices=("text", "json"), default="text", help="text or json (default: text)"),),
    ),
    Command(
        "read",
        "what is found in the text of a ticket or postmortem",
        "Title, times, seven sections, timeline and action items. No settings, no database, no side effects.",
        (
            _take("file", metavar="FILE", help="a text; - is standard input"),
            _take("--format", choices=("json", "md"), default="json", help="json or md (default: json)"),
            _take("--timezone", default="UTC", metavar="ZONE", help="of times that name none, such as Europe/Berlin"),
            _take("--explain", action="store_true", help="with json: the words, the lines and the rule of each value"),
            _take(
                "--form",
                choices=("auto", "markdown", "wiki", "adf"),
                default="auto",
                help="the form of the text: Markdown, Jira's wiki markup or its JSON (default: auto)",
            ),
            _take(
                "--today",
                type=day,
                metavar="DAY",
                help="from which days without a year are counted: 2026-11-17",
            ),
            _take("--vocabulary", metavar="FILE", help="a TOML file with your own words, beside config/vocabulary"),
        ),
        settings=False,
    ),
    Command(
        "plan",
        "what would be written where for one ticket, word for word",
        "Reads the ticket and prints its postmortem, each issue and the comment as they would be sent. It writes "
        "nothing, here or there.",
        (_take("ticket", metavar="SOURCE:REF", help="a source and its ticket: ops:acme/ops#42, desk:OPS-12"),),
    ),
    Command(
        "build",
        "the story for tickets that are closed already",
        "Reads the ticket, writes its postmortem, files its action items and comments on the ticket. Done twice, "
        "nothing is doubled. Exit 1 when an action item could not be filed yet. With --since: every incident ticket of "
        "a source that was closed since that day; it shows them, and does it with --no-dry-run.",
        (
            _take(
                "ticket",
                metavar="SOURCE:REF",
                help="a source and its ticket: ops:acme/ops#42, desk:OPS-12; with --since the source alone: ops",
            ),
            _take("--since", type=day, metavar="2026-01-31", help="every ticket that was closed on that day or later"),
            _take(
                "--dry-run",
                action=argparse.BooleanOptionalAction,
                default=None,
                help="say what it would do, and change nothing; what --since does unless told otherwise",
            ),
        ),
    ),
    Command(
        "sync",
        "asks every tracker how its issues are, now",
        "Prints what changed. Exit 1 when a tracker, or a part of it, does not answer.",
        (DRY_RUN,),
    ),
    Command(
        "report",
        "prints the report of a week",
        "A week that is over is frozen when it is first asked for, and is the same ever after. The running week is a "
        "preview, and nothing is stored.",
        (
            _take("--week", metavar="2026-W47", help="the ISO week (default: the one that ended last)"),
            _take("--name", default="weekly", metavar="NAME", help="a report of [reports.NAME] (default: all items)"),
            _take(
                "--format",
                choices=("md", "html", "json", "csv"),
                default="md",
                metavar="FORM",
                help="md, html, json or csv (default: md)",
            ),
            _take("--revision", type=number, metavar="N", help="the report as it was before it was corrected"),
            _take("--correct", action="store_true", help="a new revision that says what was learned since"),
            _take("--resend", nargs="?", const="all", metavar="N", help="to all that may not have it, or to address N"),
            DRY_RUN,
        ),
    ),
    Command(
        "nudge",
        "reminders on the issues and digests to their owners, now",
        "Sends what is due, and nothing twice. With --dry-run it says who would get what, when and why, "
        "and what is held back; exit 1 when something could not be sent yet.",
        (
            DRY_RUN,
            _take("--format", choices=("text", "json"), default="text", help="text or json (default: text)"),
        ),
    ),
    Command(
        "pause",
        "stops everything that leaves, at once",
        "No issue, comment, link, report or mail goes out; webhooks are still received and stored. The file that "
        "`pause_file` names does the same: touch it.",
        (_take("--why", default="", metavar="WORDS", help="the reason, for who finds it paused"), DRY_RUN),
    ),
    Command(
        "resume",
        "lets everything go on that waited",
        "Says first why it was paused and what waits.",
        (
            _take(
                "--set-aside",
                action="store_true",
                help="file nothing of the incidents that wait now; `build` files one of them",
            ),
            DRY_RUN,
        ),
    ),
    Command(
        "deliveries",
        "lists the webhooks that were stored, the newest first",
        "What is refused (a wrong signature, an unknown source, too large) is not stored and not listed.",
        (
            _take(
                "--state",
                choices=("received", "done", "ignored", "quarantined", "failed"),
                metavar="STATE",
                help="only these: received, done, ignored, quarantined or failed",
            ),
            _take("--limit", type=number, default=50, metavar="N", help="so many (default: 50)"),
        ),
    ),
    Command(
        "replay",
        "looks at a stored webhook once more",
        "For after a mended setting or a new version. Whatever became of it the first time, nothing is doubled.",
        (_take("id", type=number, metavar="ID", help="the number that `deliveries` shows"), DRY_RUN),
    ),
    Command(
        "dead-letters",
        "lists what is given up until a person looks",
        "Deliveries that could not be read, work that failed too often, issues that wait for a decision: each with its "
        "reason and with what to do. Exit 1 when there are any.",
    ),
    Command(
        "actions",
        "what waits for a person, and the answers",
        "Without more: the action items that wait, with their numbers. adopt: this issue is it, nothing is filed. "
        "retry: look for it once more, and file it if it is not there.",
        (
            _take("action", nargs="?", choices=("list", "adopt", "retry"), default="list", metavar="list|adopt|retry"),
            _take("id", nargs="?", type=number, metavar="ID", help="the number that the list shows"),
            _take("url", nargs="?", metavar="URL", help="with adopt: the address of the issue"),
        ),
    ),
    Command(
        "duplicates",
        "looks for a second issue of one action item",
        "Every night the service does so by itself. It closes nothing: a person decides which of the two is followed. "
        "Exit 1 when there is one.",
    ),
    Command(
        "token",
        "makes, lists and ends tokens for pages and API",
        "Each has a name, may read or also write, and may end by itself. It is printed once; only its hash is kept.",
        (
            _take("action", choices=("add", "list", "end"), metavar="add|list|end", help="add, list or end"),
            _take("name", nargs="?", metavar="NAME", help="its name, such as grafana"),
            _take("--write", action="store_true", help="it may change things as well; else it reads"),
            _take("--days", type=number, metavar="N", help="it ends by itself after so many days"),
            DRY_RUN,
        ),
    ),
    Command(
        "forget",
        "replaces a person in everything that is ours",
        "Documents, action items, timelines, stored webhooks and frozen reports, which say that they were revised. "
        "What stands in GitHub and Jira is theirs; it is listed.",
        (
            _take("person", metavar="PERSON", help="a name, login, e-mail address or account id"),
            DRY_RUN,
        ),
    ),
    Command(
        "export",
        "writes everything into a folder, as JSON and Markdown",
        "Incidents, postmortems with their revisions, action items with their history, reports. No secrets and no "
        "stored webhooks.",
        (_take("folder", metavar="FOLDER", help="a new or empty folder"),),
    ),
    Command(
        "uninstall",
        "pauses, and lists what is left in GitHub and Jira",
        "Issues, comments, labels, links and webhooks, each with its address. It deletes nothing: what people work "
        "with is theirs.",
        (DRY_RUN,),
    ),
)
