"""What the pages show is read by the reader of the settings, typed as the commands take it, and run."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sqlite3
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from service import wiring
from service.__main__ import parser
from service.settings import Settings, SettingsError, read
from service.store import meta, tables
from service.store.database import Database
from tests.command_hands import command, shop
from tests.hands import story, told
from tests.processes import ROOT
from tests.world import World

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
KINDS = wiring.connectors()


class Block(NamedTuple):
    page: str
    number: int
    text: str


def blocks(language: str) -> list[Block]:
    found = [(page.name, BLOCK.findall(page.read_text("utf-8"))) for page in PAGES]
    return [
        Block(page, number, text)
        for page, every in found
        for number, (which, text) in enumerate(every, start=1)
        if which == language
    ]


def name_of(thing: Any) -> str:
    return f"{thing.page}-{thing.number}" if isinstance(thing, Block) else ""


# --- settings


def named(thing: object, ending: str) -> Iterator[str]:
    """The variables or files that settings name, wherever they stand."""
    for key, value in thing.items() if isinstance(thing, dict) else ():
        if key.endswith(ending):
            yield from [value] if isinstance(value, str) else value
        for inner in value if isinstance(value, list) else [value]:
            yield from named(inner, ending)


def read_block(text: str, folder: Path) -> Settings:
    """As at a start, with every variable and file that it names there. A tracker that only a route names is added."""
    raw = tomllib.loads(text)
    environ = dict.fromkeys(named(raw, "_env"), "http://proxy.example.org:3128")
    for number, name in enumerate([*named(raw, "_file"), *named(raw, "ca_bundle")]):
        if Path(name).name != "PAUSE":
            file = folder / str(number)
            file.write_text("-----BEGIN CERTIFICATE-----\n")
            text = text.replace(f'"{name}"', f'"{file}"')
    for route in raw.get("routes", []):
        if route["tracker"] not in raw.get("trackers", {}):
            text += f'[trackers.{route["tracker"]}]\nkind = "github"\nrepositories = ["acme/ops"]\n'
    file = folder / "shown.toml"
    file.write_text(text)
    return read(file, environ, KINDS)


@pytest.mark.parametrize("block", blocks("toml"), ids=name_of)
def test_the_settings_that_a_page_shows_are_good(block: Block, tmp_path: Path) -> None:
    settings = read_block(block.text, tmp_path)
    assert settings.model_fields_set, "a block that sets nothing"


def test_a_setting_that_is_not_known_would_be_seen(tmp_path: Path) -> None:
    (first, *_) = [block.text for block in blocks("toml") if "public_url" in block.text]
    with pytest.raises(SettingsError, match="pubic_url"):
        read_block(first.replace("public_url", "pubic_url"), tmp_path)


#: words of GitHub, Jira and PostgreSQL that look like a setting
THEIRS = {"public_repo", "components", "pg_dump"}


def known_settings() -> set[str]:
    """Every name that may stand to the left of an equals sign."""
    models: list[Any] = [Settings]
    for module in KINDS.values():
        models += [getattr(module, name) for name in ("SourceSettings", "TrackerSettings") if hasattr(module, name)]
    names: set[str] = set()
    while models:
        model = models.pop()
        for name, field in model.model_fields.items():
            names |= {name, f"{name}_env", f"{name}_file"}
            inner = [one for one in (field.annotation, *getattr(field.annotation, "__args__", ())) if one is not model]
            models += [one for one in inner if hasattr(one, "model_fields") and one.model_fields]
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_setting_that_a_sentence_names_is_known(page: Path) -> None:
    prose = BLOCK.sub("", page.read_text("utf-8"))
    said = re.findall(r"`([a-z][a-z0-9_]*) = [^`]+`", prose)
    said += re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", prose)
    known = known_settings() | THEIRS
    assert [
        name for name in said if name not in known and not name.startswith(("customfield_", "afterword_", "test_"))
    ] == []


# --- commands


class Typed(NamedTuple):
    page: str
    line: str
    args: tuple[str, ...]


def typed() -> list[Typed]:
    """Every command of ours in a block of shell, the container's too, and in a sentence."""
    found = []
    for block in blocks("sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            found += [Typed(block.page, line, args) for args in arguments(line)]
    for page in PAGES:
        for line in re.findall(r"`(python -m service [^`…]+)`", BLOCK.sub("", page.read_text("utf-8"))):
            if not re.search(r" [A-Z]+\b", line):  # a pattern, such as SOURCE:REF
                found += [Typed(page.name, line, args) for args in arguments(line)]
    return found


def arguments(line: str) -> Iterator[tuple[str, ...]]:
    lexer = shlex.shlex(re.split(r"\s#", line)[0], posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words = list(lexer)
    for number, word in enumerate(words):
        started = word.rpartition("/")[2] == "python" and words[number + 1 : number + 3] == ["-m", "service"]
        image = word == "afterword" and "docker" in words[:number] and words[number - 1] not in ("--name", "--tag")
        if started or (image and words[1] in ("run",)):
            rest = words[number + 3 :] if started else words[number + 1 :]
            end = next((at for at, one in enumerate(rest) if re.fullmatch(r"[|&;<>()]+", one)), len(rest))
            yield tuple(rest[:end]) or ("all",)  # what the image runs unless told otherwise


COMMANDS = typed()


def test_the_pages_show_enough_to_be_of_use() -> None:
    shown = {parser().parse_args(one.args).command for one in COMMANDS}
    assert shown >= {"all", "build", "check", "demo", "deliveries", "export", "forget", "init", "migrate", "pause"}
    assert shown >= {"plan", "replay", "resume", "sync", "token", "uninstall"}


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: " ".join(one.args))
def test_each_command_on_a_page_is_taken_as_it_is_typed(one: Typed) -> None:
    parser().parse_args(one.args)


#: what does not end, or asks a person
LASTING = {"all", "web", "worker", "clock", "demo", "init"}
#: what may find something to mend
FINDING = {"check", "replay", "build"}


def runnable(page: str) -> list[Typed]:
    """Once each, in the order of the page; what is not written yet is left out."""
    found = {}
    for one in COMMANDS:
        name = one.args[2] if one.args[0] == "--config" else one.args[0]
        if one.page == page and name not in LASTING and importlib.util.find_spec(f"service.commands.{name}"):
            found[one.args] = one
    return list(found.values())


@pytest.mark.parametrize("page", sorted({one.page for one in COMMANDS if runnable(one.page)}))
def test_what_a_page_shows_works_when_it_is_run_from_top_to_bottom(page: str, tmp_path: Path) -> None:
    with shop(tmp_path) as made:
        assert made.run("migrate").code == 0
        made.github.close(made.github.open_issue("acme/ops", "Checkout slow", TEXT, labels=["incident"]))
        ticket = made.jira.create_issue("OPS", "Payouts late", TEXT, type="Incident")
        made.jira.transition(ticket, "Done")
        for one in runnable(page):
            args = fitted(one.args, tmp_path)
            new = {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db"} if "--from" in args else {}
            ran = command("--config", str(made.file), *args, environ={**made.environ, **new})
            name = parser().parse_args(args).command
            assert ran.code in ((0, 1) if name in FINDING else (0,)), f"{one.line}\n{ran.out}{ran.err}"


TEXT = "## Action items\n- [ ] Alert on queue depth\n"


def fitted(args: tuple[str, ...], folder: Path) -> list[str]:
    """With files and tickets that are there."""
    words = list(args)
    if "--config" in words:
        at = words.index("--config")
        del words[at : at + 2]
    if "--from" in words:
        words[words.index("--from") + 1] = f"sqlite:///{folder}/afterword.db"
    if words[0] == "export":
        words[1] = str(folder / "export")
    if words[0] == "read":
        (folder / "ticket.md").write_text(TEXT)
        words[1] = str(folder / "ticket.md")
    return [re.sub(r"^(ops:acme/ops#|desk:OPS-)\d+$", r"\g<1>1", word) for word in words]


# --- backups


def online_backup() -> list[str]:
    """The line that docs/operating.md shows for SQLite, as words."""
    (line,) = [line for block in blocks("sh") for line in block.text.splitlines() if ".backup(" in line]
    return shlex.split(line)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_backup_that_is_shown_is_whole_though_it_is_made_while_the_service_writes(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        told(world)
        stop = threading.Event()
        busy = threading.Thread(target=write_on, args=(world, stop))
        busy.start()
        try:
            copy = tmp_path / "backup.db"
            line = [sys.executable, *online_backup()[1:-2], str(database.path), str(copy)]
            subprocess.run(line, check=True)
        finally:
            stop.set()
            busy.join()
        with closing(sqlite3.connect(copy)) as read_back:
            assert read_back.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            there = {row[0] for row in read_back.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            assert there >= set(tables.metadata.tables)
            assert read_back.execute("SELECT count(*) FROM items").fetchone() == (4,)
        assert sorted(path.name for path in tmp_path.glob("backup.db*")) == ["backup.db"]


def write_on(world: World, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        with world.database.begin() as connection:
            meta.replace(connection, "a test writes", str(number))


def test_a_backup_of_a_file_that_is_not_there_fails_and_makes_none(tmp_path: Path) -> None:
    line = [sys.executable, *online_backup()[1:-2], str(tmp_path / "no.db"), str(tmp_path / "copy.db")]
    assert subprocess.run(line, capture_output=True, check=False).returncode == 1
    assert not (tmp_path / "no.db").exists()


def test_the_test_that_the_page_names_for_restored_databases_is_there() -> None:
    page = (ROOT / "docs/operating.md").read_text("utf-8")
    assert "tests/test_recovery.py" in page
    assert "def test_a_database_restored_to_a_copy_files_nothing_twice" in (ROOT / "tests/test_recovery.py").read_text()
