"""`report --resend`: a person sends a report again where it may not have arrived; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import AfterwordError
from service import clock
from service.commands.resend import resend, show
from service.commands.running import Desk
from service.errors import MEND, WELL
from service.followup.week import Week
from service.lock import FileLock
from service.store import meta
from service.store.database import Database
from tests.hands import story
from tests.mail_receiver import MailReceiver
from tests.world import World

# Apprise imports imghdr where Python still has it
pytestmark = [
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # the ledger on both: tests/test_notify.py
]

W47 = Week(2026, 47)
DEAD = "json://127.0.0.1:9/reports"


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    made = MailReceiver()
    yield made
    made.close()


@pytest.fixture
def world(database: Database, tmp_path: Path, mail: MailReceiver) -> Iterator[World]:
    """Week 47's report was sent to three addresses: the answer of the first was lost, the second is dead."""
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", datetime(2026, 11, 17, tzinfo=UTC).isoformat())
    paused = f'pause_file = "{tmp_path / "PAUSE"}"\n'
    with story(database, tmp_path, change=lambda text: paused + text) as made:
        made.environ["REPORT_URLS"] = f"{mail.address('lost@example.org')} {DEAD} {mail.address('came@example.org')}"
        made.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        made.restart()
        mail.lost = "lost@example.org"
        clock.tick(made.parts)
        made.run(("report",))
        mail.lost = ""
        yield made


def again(world: World, which: str) -> int:
    lock = FileLock(world.database.path) if world.database.path else None
    return resend(Desk(world.service, lock, here=True), "weekly", W47, which)


def to(mail: MailReceiver) -> list[str]:
    return [recipient for one in mail.got for recipient in one.recipients]


def test_nothing_is_sent_again_by_itself(world: World, mail: MailReceiver) -> None:
    for _ in range(4):
        world.later(hours=12)
        clock.tick(world.parts)
        world.run(("report",))
    world.restart()
    world.run(("report",))
    assert to(mail) == ["lost@example.org", "came@example.org"]


def test_it_goes_to_all_that_may_not_have_it_and_to_no_other(
    world: World, mail: MailReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(world, "all") == MEND  # the second is as dead as before
    assert to(mail) == ["lost@example.org", "came@example.org", "lost@example.org"]
    out = capsys.readouterr().out
    assert "1. the variable REPORT_URLS, address 1: taken by its service" in out
    assert "2. the variable REPORT_URLS, address 2: the host does not take the connection" in out
    assert again(world, "1") == WELL
    assert len(mail.got) == 3
    assert "example.org" not in out


def test_it_goes_to_the_one_that_is_named(world: World, mail: MailReceiver) -> None:
    assert again(world, "1") == WELL
    assert again(world, "3") == WELL  # it has it
    assert to(mail) == ["lost@example.org", "came@example.org", "lost@example.org"]


def test_it_can_be_tried_and_says_what_may_not_have_arrived(
    world: World, mail: MailReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    show(world.parts, "weekly", W47, "all")
    first, second, third = [line for line in capsys.readouterr().out.splitlines() if line[:1].isdigit()]
    assert "may not have arrived" in first
    assert first.endswith("would be sent again")
    assert second.endswith("would be sent again")
    assert third.endswith("taken by its service; would be left")
    assert len(mail.got) == 2


def test_while_all_is_paused_it_waits(world: World, mail: MailReceiver) -> None:
    world.settings.pause_file.touch()
    assert again(world, "1") == MEND
    assert len(mail.got) == 2


def test_what_is_not_there_is_said(world: World) -> None:
    with pytest.raises(AfterwordError, match="There is no address 4"):
        again(world, "4")
    with pytest.raises(AfterwordError, match="no report of week 2026-W48 yet"):
        show(world.parts, "weekly", W47.next, "all")
    with pytest.raises(AfterwordError, match="The report pay has no addresses"):
        show(world.parts, "pay", W47, "all")
