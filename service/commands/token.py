"""`token`: makes, lists and ends the tokens of pages and API."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import datetime, timedelta

from connectors.base import AfterwordError
from service import tokens, wiring
from service.commands.running import needs_tables, progress
from service.errors import SETTINGS, WELL, NotFound
from service.store import tokens as rows
from service.store.database import Database
from service.store.tokens import Token

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
MAY = {tokens.READ: "read", tokens.WRITE: "read and write"}


def run(args: Namespace) -> int:
    fault = _typed_wrong(args)
    if fault:
        progress(fault)
        return SETTINGS
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        needs_tables(database)
        now = wiring.clock()
        if args.action == "list":
            _list(database, now)
        elif args.action == "add":
            _add(database, args, now)
        else:
            _end(database, args.name, dry_run=args.dry_run)
    finally:
        database.close()
    return WELL


def _typed_wrong(args: Namespace) -> str:
    """What to type instead, or nothing."""
    if args.action == "list":
        return ""
    if args.name is None:
        return f"Say which: `token {args.action} NAME`."
    if args.action == "add" and not NAME.fullmatch(args.name):
        return f"“{args.name[:100]}” is no name for a token: letters, digits and . _ @ - only, 100 at most."
    if args.name == tokens.FIRST:
        return f"“{tokens.FIRST}” is the token of the first start. `migrate --new-token` ends it and makes another one."
    return ""


def _add(database: Database, args: Namespace, now: datetime) -> None:
    scope = tokens.WRITE if args.write else tokens.READ
    try:
        ends = now + timedelta(days=args.days) if args.days else None
    except OverflowError:
        raise AfterwordError(
            f"{args.days} days are too many.", "Leave --days out for a token that never ends."
        ) from None
    made = Token(args.name, scope, now, ends, None)
    what = f"“{made.name}” may {MAY[scope]}, and {f'ends on {_day(ends)}' if ends else 'does not end by itself'}."
    taken = AfterwordError(
        f"There is a token “{made.name}” already.", f"End it with `token end {made.name}`, or choose another name."
    )
    if args.dry_run:
        with database.read() as connection:
            if any(token.name == made.name for _, token in rows.every(connection)):
                raise taken
        print(f"Would make a token: {what}")
        return
    secret = tokens.make()
    with database.begin() as connection:
        if not rows.add(connection, made, tokens.token_hash(secret)):
            raise taken
    print(f"The token of {what} Shown this once: {secret}")


def _end(database: Database, name: str, *, dry_run: bool) -> None:
    with database.begin() as connection:
        known = [token.name for _, token in rows.every(connection)]
        if name not in known:
            raise NotFound(f"There is no token “{name[:100]}”.", "`python -m service token list` shows them.")
        if not dry_run:
            rows.end(connection, name)
    print(f"Would end the token “{name}”." if dry_run else f"The token “{name}” has ended. It opens nothing any more.")


def _list(database: Database, now: datetime) -> None:
    with database.read() as connection:
        found = sorted((token for _, token in rows.every(connection)), key=lambda token: token.created_at or now)
    if not found:
        print("There is no token yet. `python -m service migrate` makes the first one.")
        return
    lines = [("name", "may", "made", "ends", "last used")]
    lines += [
        (
            token.name,
            MAY.get(token.scope, token.scope),
            _day(token.created_at) if token.name != tokens.FIRST else "at the first start",
            f"ended {_day(token.expires_at)}" if token.ended(now) else _day(token.expires_at) or "never",
            "not kept" if token.name == tokens.FIRST else _day(token.used_at) or "never",
        )
        for token in found
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    for line in lines:
        print("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
