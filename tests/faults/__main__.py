"""`make test-faults`: the whole matrix, printed. Exit 1 when something was doubled, lost, or came to no end."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from pathlib import Path

from tests.faults import crash, wire
from tests.faults.nursery import Nursery
from tests.faults.results import Result, table
from tests.faults.template import Template

#: worlds at the same time; on PostgreSQL most of a case is waiting for a lease to end
AT_ONCE = {"sqlite": 3, "postgresql": 4}


def crashes(store: str, folder: Path, only: str, say: Callable[[Result], None]) -> list[Result]:
    """Every crash point on this store."""
    chosen = [case for case in crash.cases() if case.store == store and only in f"{case.kind}, {case.name}"]
    if not chosen:
        return []
    # a server of this run alone; the wheel is heavy, and not wanted for a part that needs none
    from tests.faults.server import postgresql

    results = []
    with Nursery() as nursery, postgresql() if store == "postgresql" else nullcontext() as server:
        template = Template(store, folder, server)
        with ThreadPoolExecutor(AT_ONCE[store]) as pool:
            running = []
            for number, case in enumerate(chosen):
                place = folder / f"{store}-{number}"
                place.mkdir()
                running.append(pool.submit(crash.run, case, template, nursery, place))
            for one in as_completed(running):
                results.append(one.result())
                say(results[-1])
    return results


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="cases whose name holds these words")
    parser.add_argument("--verbose", action="store_true", help="each case as it ends")
    args = parser.parse_args(argv)
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="afterword-faults-"))

    def say(result: Result) -> None:
        if args.verbose or result.bad:
            words = f"{result.verdict:8} {result.seconds:6.1f} s  {result.kind}, {result.case} {result.why}"
            print(words.rstrip(), file=sys.stderr, flush=True)

    try:
        with ThreadPoolExecutor(1) as beside:  # its cases wait for leases to end, while those on the wire compute
            waiting = beside.submit(crashes, "postgresql", folder, args.only, say)
            results = wire.run_all(jobs=2, only=args.only, say=say) + crashes("sqlite", folder, args.only, say)
            results += waiting.result()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(results))
    bad = sum(one.bad for one in results)
    print(f"\n{len(results)} cases in {time.monotonic() - begun:.0f} s; {bad} not as promised.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
