"""`read`: what the reader finds in a text; no settings, no database, no side effects."""

from __future__ import annotations

import codecs
import gc
import json
import re
import sys
from argparse import Namespace
from pathlib import Path

from connectors.base import AfterwordError
from connectors.text import DEEPEST, from_adf, from_wiki, shallow_json
from service.hints_file import hints_list
from service.postmortem.explain import explained
from service.postmortem.gaps import missing
from service.postmortem.printed import as_json, as_markdown
from service.postmortem.quality import as_text, hints
from service.postmortem.reading import read_text
from service.postmortem.zones import zone_named
from service.words import words

#: how a file says by its first bytes that it is not UTF-8
MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LARGEST = 25 * 1024 * 1024  # bytes; no ticket is larger, as GitHub and Jira send no larger webhook

_WIKI = re.compile(
    r"^(?:h[1-6]\. \S|\{(?:panel|code|noformat|quote|info|note)(?::[^{}\n]*)?\}|\|\|[^|\n])", re.MULTILINE
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|\| ?-{3})", re.MULTILINE)


def run(args: Namespace) -> int:
    if zone_named(args.timezone) is None:
        raise AfterwordError(f"“{args.timezone}” is not a timezone.", "Write its name, such as Europe/Berlin.")
    try:
        known = words(Path(args.vocabulary) if args.vocabulary else None)
    except ValueError as error:
        raise AfterwordError(f"{args.vocabulary} {error}.") from None
    written = _text(args.file)
    form, text = _as_markdown(written, args.form) if written.strip() else (args.form, "")
    if not text.strip():
        print(f"{_shown(args.file)} holds no text, so nothing is found in it.", file=sys.stderr)
    gc.disable()  # a large text has millions of tokens: looking through them for cycles costs a fifth of the time
    try:
        reading = read_text(text, known, today=args.today, zone=args.timezone, name=Path(args.file).name)
    finally:
        gc.enable()
    if args.format == "md":
        sys.stdout.write(as_markdown(reading))
        return 0
    shown = as_json(reading)
    shown["missing"] = [str(gap) for gap in missing(reading)]
    shown["hints"] = [as_text(hint) for hint in hints(reading, (), hints_list())]
    if args.explain:
        shown["explain"] = explained(reading, text)
        if form != "markdown":
            shown["markdown"] = text  # its lines are those that the explanation names
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0


def _as_markdown(text: str, form: str) -> tuple[str, str]:
    """The form of a text, found out if it is "auto", and the text as Markdown."""
    if form == "auto":
        form = _form_of(text)
    if form == "wiki":
        return form, from_wiki(text)
    if form == "adf":
        return form, from_adf(_json_of(text.encode("utf-8", "replace")))
    return form, text


def _json_of(written: bytes) -> object:
    shallow = shallow_json(written)
    try:
        read: object = json.loads(shallow)
    except (ValueError, RecursionError):
        raise AfterwordError("This is no ADF: it is not JSON.", "Give the field's JSON as Jira has it.") from None
    if shallow is not written:
        print(
            f"The JSON is nested more than {DEEPEST} levels deep; of what lies deeper only the words are read.",
            file=sys.stderr,
        )
    return read


def _form_of(text: str) -> str:
    if text[:200].lstrip("\ufeff \t\r\n").startswith("{") and '"doc"' in text[:5000] and '"content"' in text:
        return "adf"
    return "wiki" if _WIKI.search(text) and not _MARKDOWN.search(text) else "markdown"


def _text(name: str) -> str:
    shown = _shown(name)
    if name == "-" and sys.stdin.isatty():
        print("Reading standard input; Ctrl-D ends it.", file=sys.stderr, flush=True)
    try:
        data = sys.stdin.buffer.read(LARGEST + 1) if name == "-" else _bytes(Path(name))
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        raise AfterwordError(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(data) > LARGEST:
        raise AfterwordError(f"{shown} is larger than 25 MiB.", "Give the text alone, without logs and pictures.")
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "utf-8-sig")
    text = data.decode(encoding, "replace")
    if "\x00" in text:
        raise AfterwordError(f"{shown} is not a text.", "Give the text of a ticket or postmortem, as Markdown.")
    if "\ufffd" in text:
        print(f"{shown} is not all UTF-8; what could not be read is shown as \ufffd.", file=sys.stderr)
    return text


def _shown(name: str) -> str:
    return "Standard input" if name == "-" else name


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
