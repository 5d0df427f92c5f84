"""`make bench`: every figure that is promised, as a ratio against a bare reference in the same run, or as a count."""

from __future__ import annotations

import logging
import sys

from bench import (
    calls,
    checking,
    filing,
    flood,
    hostile,
    ingest,
    reading,
    redaction,
    reporting,
    start,
    syncing,
    visibility,
    window,
)


def main() -> int:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    missed = 0
    for part in (
        start,
        syncing,
        calls,
        checking,
        visibility,
        redaction,
        reading,
        hostile,
        window,
        ingest,
        flood,
        filing,
        reporting,
    ):
        for what, measured, sign, goal in part.run():
            met = measured <= goal if sign == "<=" else measured >= goal
            missed += not met
            print(f"{'ok  ' if met else 'MISS'}  {measured:8.2f}  (goal {sign} {goal:g})  {what}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
