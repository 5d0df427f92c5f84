"""`read`: what the reader finds in a text; no settings, no database, no side effects."""

from __future__ import annotations

import codecs
import json
import sys
from argparse import Namespace
from pathlib import Path

from connectors.base import AfterwordError
from service.postmortem.reading import as_json, as_markdown, read_text
from service.postmortem.zones import zone_named
from service.words import words

#: how a file says by its first bytes that it is not UTF-8
MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def run(args: Namespace) -> int:
    if zone_named(args.timezone) is None:
        raise AfterwordError(f"“{args.timezone}” is not a timezone.", "Write its name, such as Europe/Berlin.")
    reading = read_text(_text(args.file), words(), zone=args.timezone)
    if args.format == "md":
        sys.stdout.write(as_markdown(reading))
    else:
        print(json.dumps(as_json(reading), indent=2, ensure_ascii=False))
    return 0


def _text(name: str) -> str:
    shown = "Standard input" if name == "-" else name
    if name == "-" and sys.stdin.isatty():
        print("Reading standard input; Ctrl-D ends it.", file=sys.stderr, flush=True)
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        raise AfterwordError(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "utf-8-sig")
    text = data.decode(encoding, "replace")
    if "\x00" in text:
        raise AfterwordError(f"{shown} is not a text.", "Give the text of a ticket or postmortem, as Markdown.")
    if "\ufffd" in text:
        print(f"{shown} is not all UTF-8; what could not be read is shown as \ufffd.", file=sys.stderr)
    return text
