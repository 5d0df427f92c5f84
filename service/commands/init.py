"""`init`: a dialogue from nothing to settings that work. Its words are in service/initiation/words.py."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from connectors.base import AfterwordError
from service import wiring
from service.checking.line import counted
from service.commands.running import quiet
from service.errors import MEND, WELL
from service.initiation import words, writing
from service.initiation.answers import Answers
from service.initiation.asking import Asker
from service.initiation.talk import Dialogue


def run(args: Namespace) -> int:
    quiet()
    settings_file = Path(args.to)
    secrets_file = settings_file.with_suffix(".env")
    if not args.dry_run:
        _can_write(settings_file)
    asker = Asker(sys.stdin, sys.stdout)
    asker.say(words.HELLO)
    for file in (settings_file, secrets_file):
        if file.exists() and not args.dry_run and not asker.yes(words.THERE.format(file=file), False):
            asker.say(words.KEPT)
            return MEND
    try:
        answers = Dialogue(asker, wiring.connectors(), os.environ, secrets.token_hex(32)).run()
    except KeyboardInterrupt:
        asker.say(f"\n{words.NOTHING}")
        raise
    text = writing.settings_text(answers, str(secrets_file))
    if args.dry_run:
        names = ", ".join(writing.variables(answers))
        asker.say(words.DRY.format(settings=settings_file, text=text, secrets=secrets_file, names=names))
        return WELL
    _read_back(text, answers)
    _write({secrets_file: writing.secrets_text(answers, str(settings_file)), settings_file: text})
    asker.say(words.WRITTEN.format(settings=settings_file, secrets=secrets_file))
    _paste(asker, answers)
    if answers.to_mend:
        asker.say(words.LEFT.format(many=counted(answers.to_mend, "thing")))
    asker.say(words.NEXT.format(secrets=_sourced(secrets_file), python=_python()))
    return WELL


def _can_write(file: Path) -> None:
    """Found out before anything is asked, by making a file there that goes at once. Raises AfterwordError."""
    folder = next(one for one in file.absolute().parents if one.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
    except OSError as error:
        why = f"{error.strerror} ({folder})" if error.errno != errno.EISDIR else "it is a folder"
        raise AfterwordError(words.CANNOT.format(file=file, why=why), words.ELSEWHERE) from None


def _read_back(text: str, answers: Answers) -> None:
    """What is written is what will be read. Raises SettingsError."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "settings.toml")
        file.write_text(text, encoding="utf-8")
        wiring.load_settings(file, {**os.environ, **writing.variables(answers)})


def _write(files: dict[Path, str]) -> None:
    """All or nothing, and readable by their owner alone."""
    made: list[tuple[Path, Path]] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
            made.append((Path(name), path))
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
        for new, path in made:
            if path.suffix == ".toml":
                new.chmod(0o644)
            new.replace(path)
    finally:
        for new, _ in made:
            new.unlink(missing_ok=True)


def _paste(asker: Asker, answers: Answers) -> None:
    source, tracker = answers.source, answers.tracker
    url = f"{answers.public_url}/webhooks/{source.name}"
    if source.tool == "github":
        named = source.plain["repositories"]
        where = ", ".join(named) if isinstance(named, list) else ""
        form = words.PASTE_APP if "app_key" in source.secrets else words.PASTE_GITHUB
        asker.say(
            form.format(where=f"{where} (or its organisation) → Settings", url=url, secret=answers.webhook_secret)
        )
        return
    projects = source.plain["projects"]
    named = list(projects) if isinstance(projects, list) else []
    if tracker.kind == "jira" and tracker.plain.get("url") == source.plain.get("url"):
        named = list(dict.fromkeys([*named, str(tracker.plain["project"])]))
    jql = f"project = {named[0]}" if len(named) == 1 else f"project in ({', '.join(named)})"
    asker.say(words.PASTE_JIRA.format(url=url, secret=answers.webhook_secret, jql=jql))


def _python() -> str:
    """As it was started: `.venv/bin/python`, or whatever is on the path."""
    here = Path(sys.executable)
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else "python"


def _sourced(file: Path) -> str:
    """A shell looks for a bare name on its path."""
    return str(file) if "/" in str(file) else f"./{file}"
