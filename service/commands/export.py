"""`export`: everything into a folder, as JSON and Markdown."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from service.commands.running import counted, standby
from service.errors import WELL
from service.export import export


def run(args: Namespace) -> int:
    folder = Path(args.folder)
    with standby(args) as parts:
        counts = export(parts, folder)
    print(f"{counted(counts['incidents'], 'incident')} and {counted(counts['reports'], 'report')} in {folder}/.")
    print(f"{folder / 'README.txt'} says what is what.")
    return WELL
