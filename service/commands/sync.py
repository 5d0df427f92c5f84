"""`sync`: asks every tracker how its issues are, now, and prints what changed."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from functools import partial
from typing import cast

from sqlalchemy.engine import Connection

from connectors.base import ConnectorError
from service.commands.running import Desk, counted, opened, progress, standby
from service.errors import MEND, WELL
from service.followup.sync import sync
from service.parts import Parts
from service.postmortem.standing import Standing
from service.rehearsal import Unkept
from service.store import followups, standings, work
from service.store.database import Database


def run(args: Namespace) -> int:
    if args.dry_run:
        return _try(args)
    code = WELL
    with opened(args) as desk:
        parts = desk.parts
        if not parts.trackers:
            print("The settings have no tracker, so there is nothing to ask.")
        for name in parts.trackers:
            progress(f"Asking {name}.")
            before = _items(desk, name)
            with parts.database.begin() as connection:
                work.ask(connection, "sync", name, parts.now())
            done = desk.done("sync", name, soon=timedelta(0))  # it puts itself off until the next one
            after = _items(desk, name)
            with parts.database.read() as connection:
                troubles = followups.progress(connection, name).troubles
            changes = [line for key, item in after.items() if (line := _change(before.get(key), item))]
            print(f"{name}: {_result(done, len(after), len(changes), whole=not troubles)}")
            for line in changes:
                print(f"  {line}")
            for trouble in troubles:
                print(f"  MEND {trouble.scope}: {trouble.message}")
            if not done or troubles:
                code = MEND
        if code == MEND:
            progress("`python -m service check` says what to mend.")
        for key in _due(desk):
            desk.done("incident", key)
    return code


def _try(args: Namespace) -> int:
    """Asks, shows what would be recorded, and takes it back."""
    code = WELL
    with standby(args) as parts:
        for name, tracker in parts.trackers.items():
            progress(f"Asking {name}.")
            with parts.database.read() as connection:
                before = _of(connection, parts, name)
            tried = Unkept(parts.database, partial(_of, parts=parts, tracker=name))
            try:
                result = sync(cast(Database, tried), name, tracker, parts.now())
            except ConnectorError as error:
                print(f"{name}: {error.message}")
                code = MEND
                continue
            after = tried.seen or before
            changes = [line for key, item in after.items() if (line := _change(before.get(key), item))]
            print(f"{name}: {_result(True, len(after), len(changes), whole=not result.troubles)}")
            for line in changes:
                print(f"  {line}")
            for trouble in result.troubles:
                print(f"  MEND {trouble.scope}: {trouble.message}")
                code = MEND
    progress("Nothing was recorded.")
    return code


def _items(desk: Desk, tracker: str) -> dict[str, Standing]:
    """The items that have an issue there, by their key."""
    with desk.parts.database.read() as connection:
        return _of(connection, desk.parts, tracker)


def _of(connection: Connection, parts: Parts, tracker: str) -> dict[str, Standing]:
    found = standings.standings(connection, names=parts.people.names)
    return {item.key: item for item in found if item.tracker == tracker and item.issue_label}


def _result(done: bool, items: int, changed: int, *, whole: bool) -> str:
    if not done:
        return "no answer yet; it is asked again by itself where Afterword runs"
    if not items:
        return "no issues of ours yet"
    said = f"{counted(items, 'issue')}, {changed or 'none'} changed"
    return said if whole else f"{said} as far as it answered; the others keep their last state"


def _change(was: Standing | None, now: Standing) -> str | None:
    """What is different about an issue, in one line."""
    parts = []
    if was is None:
        parts.append(_state(now))
    elif was.state != now.state or (was.word and was.word != now.word):  # the word is "" until it is first asked for
        parts.append(f"{_state(now)}, was {_state(was)}")
    if was is not None and was.owner != now.owner:
        parts.append(f"owner {now.owner or 'nobody'}, was {was.owner or 'nobody'}")
    if was is not None and was.due != now.due:
        parts.append(f"due {now.due or 'no day'}, was {was.due or 'no day'}")
    return f"{now.mark} {now.issue_label}  {'; '.join(parts)}  “{now.text}”" if parts else None


def _state(item: Standing) -> str:
    """Ours, and the tracker's own word where that is another."""
    same = item.word.casefold() in ("", item.state_word.casefold())
    return item.state_word if same else f"{item.state_word} ({item.word})"


def _due(desk: Desk) -> list[str]:
    """Incidents whose document and comment have something new to show."""
    with desk.parts.database.read() as connection:
        return [key for task, key in work.due(connection, desk.parts.now()) if task == "incident"]
