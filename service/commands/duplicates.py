"""`duplicates`: looks now for a second issue of one action item, in every tracker."""

from __future__ import annotations

from argparse import Namespace

from connectors.base import ConnectorError
from service import duplicates
from service.commands.running import counted, progress, standby
from service.errors import MEND, WELL


def run(args: Namespace) -> int:
    code = WELL
    with standby(args) as parts:
        if not parts.trackers:
            print("The settings have no tracker, so there is nothing to ask.")
        for name in parts.trackers:
            progress(f"Asking {name}.")
            try:
                found = duplicates.find(parts, name)
            except ConnectorError as error:
                print(f"{name}: {error.message} {error.mend}".rstrip())
                code = MEND
                continue
            if not found:
                print(f"{name}: every action item has one issue at most.")
                continue
            code = MEND
            print(f"{name}: {counted(len(found), 'action item')} with two issues. Close the one that is not followed.")
            for one in found:
                print(f"  {one.label} is followed: {one.url}")
                print(f"  {one.other_label} is the second: {one.other}")
    return code
