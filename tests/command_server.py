"""Loads the commands once and forks for each one that is asked for, so that a test does not pay for every start.

A line of JSON on standard input: {"args", "environ", "files": [stdin, stdout, stderr]}; an exit code is the answer.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib import import_module
from typing import Any

from service.__main__ import main

LOADED = ("build", "check", "deliveries", "migrate", "pause", "plan", "read", "replay", "report", "resume", "sync")


def serve() -> None:
    for name in (*(f"service.commands.{one}" for one in LOADED), "github", "jira"):
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(run(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(asked: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(asked["environ"])
    for number, name in enumerate(asked["files"]):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
    sys.stdin = os.fdopen(0)
    try:
        return main(asked["args"])
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    serve()
