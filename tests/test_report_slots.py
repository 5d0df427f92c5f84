"""The clocks change, and several run at once: each slot of a report is made once, and in time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from service import clock
from service.store import meta, reports
from service.store.database import Database
from service.store.tables import reports as report_rows
from tests.command_hands import shop
from tests.hands import rows, story
from tests.world import World

MORE = """
[reports.night]
schedule = "SUN 02:30"
timezone = "Europe/Berlin"
"""


def tick(world: World) -> None:
    """Two clocks at the same moment."""
    start = Barrier(2)

    def one() -> None:
        start.wait()
        clock.tick(world.parts)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("booted", "night", "slot", "at"),
    [
        ((2026, 10, 14), (2026, 10, 25), "night-2026-W42", (0, 30)),  # 02:30 comes twice; the first is meant
        ((2027, 3, 17), (2027, 3, 28), "night-2027-W11", (1, 30)),  # it does not come: an hour later by the new time
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_makes_one_report(
    database: Database, tmp_path: Path, booted: tuple[int, int, int], night: tuple[int, int, int], slot: str,
    at: tuple[int, int],
) -> None:  # fmt: skip
    with database.begin() as connection:
        boot = datetime(*booted, tzinfo=UTC).isoformat()
        meta.set_once(connection, "first_boot", boot)
        meta.set_once(connection, "report night since", boot)
    with story(database, tmp_path, change=lambda text: text + MORE) as world:
        world.time = datetime(*night, tzinfo=UTC)
        for _ in range(12):
            tick(world)
            world.run(("report",))
            world.later(minutes=15)
        made = [row.slot for row in rows(world, report_rows) if row.slot.startswith("night")]
        assert made == [slot]
        with world.database.read() as connection:
            found = reports.find(connection, slot)
        assert found is not None
        assert found.as_of == datetime(*night, *at, tzinfo=UTC)
        assert found.snapshot.late == ""


def test_the_command_knows_reports_by_their_names(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        here.write(change=lambda text: text + MORE)
        assert here.run("migrate").code == 0
        shown = here.run("report", "--name", "night", "--format", "json")
        assert shown.code == 0, shown.err
        assert '"name": "night"' in shown.out
        for words, why in (
            (["--name", "nobody"], "There is no report “nobody” in the settings."),
            (["--name", "night", "--resend"], "The report night has no addresses."),
            (["--correct"], "What is not made is not corrected."),
            (["--revision", "1"], "There is no report of week"),
        ):
            ran = here.run("report", *words)
            assert ran.code != 0, words
            assert why in ran.err, words
            assert "Traceback" not in ran.err
