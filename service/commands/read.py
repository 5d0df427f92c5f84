"""`read`: what the reader finds in a text; no settings, no database, no side effects."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from connectors.base import AfterwordError
from service.postmortem.reading import as_json, as_markdown, read_text


def run(args: Namespace) -> int:
    reading = read_text(_text(args.file), zone=args.timezone)
    if args.format == "md":
        print(as_markdown(reading))
    else:
        print(json.dumps(as_json(reading), indent=2, ensure_ascii=False))
    return 0


def _text(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise AfterwordError(f"{name} cannot be read: {error.strerror}.") from None
    return data.decode("utf-8-sig", "replace")
