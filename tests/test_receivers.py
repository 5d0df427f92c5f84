"""Reports to real receivers on this machine: a mail server and a web server; and to addresses where nobody is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import NotSent
from service.followup.notify import LOST, REFUSED, TRIES, UNSURE, Message, by_apprise, deliver, message, understood
from service.followup.report import compute
from service.followup.unreached import heard
from service.settings import SettingsError
from service.store.database import Database
from service.texts import Texts
from service.wiring import load_settings
from tests.mail_receiver import MailReceiver
from tests.report_facts import facts, item

# Apprise imports imghdr where Python still has it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SLOT = "weekly-2026-W47"
TEXTS = Texts([], "Europe/Berlin", "https://postmortems.example.org")
REFUSING = "json://127.0.0.1:9/reports"
NO_HOST = "json://reports.invalid/reports"
NO_MAIL_HOST = "mailto://mail.invalid/?from=afterword@example.org&to=team@example.org"


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    made = MailReceiver()
    yield made
    made.close()


def report() -> Message:
    return message(compute(facts(item(1), item(2, owner=None))), TEXTS)


def test_a_report_arrives_once_as_a_mail_with_html_and_text(database: Database, mail: MailReceiver) -> None:
    address = mail.address("team@example.org,lead@example.org")
    for hours in range(3):
        sent = deliver(database, SLOT, report(), [address], by_apprise, NOW + timedelta(hours=hours))
        assert [one.state for one in sent] == ["done"]
    assert sorted(one.recipients for one in mail.got) == [("lead@example.org",), ("team@example.org",)]
    got = mail.got[0]
    assert got.message["Subject"] == "Week 47: 1 of 2 open action items needs a decision"
    assert got.message.get_content_type() == "multipart/alternative"
    assert "<table" in got.part("text/html")
    assert "<table" not in got.part("text/plain")
    for kind in ("text/html", "text/plain"):
        assert "needs a decision" in got.part(kind)


def test_a_mail_whose_answer_was_lost_may_not_have_arrived_and_is_not_sent_again(
    database: Database, mail: MailReceiver
) -> None:
    mail.lost = "team@example.org"
    sent = deliver(database, SLOT, report(), [mail.address()], by_apprise, NOW)
    assert [(one.state, one.reason, one.again) for one in sent] == [("waiting", REFUSED, None)]
    assert REFUSED.startswith(UNSURE)
    assert LOST.startswith(UNSURE)
    mail.lost = ""
    deliver(database, SLOT, report(), [mail.address()], by_apprise, NOW + timedelta(days=3))
    assert len(mail.got) == 1


@pytest.mark.parametrize("dead", [REFUSING, NO_HOST, NO_MAIL_HOST])
def test_an_address_where_nobody_is_is_tried_again_with_pauses_then_waits_and_the_others_get_theirs(
    database: Database, mail: MailReceiver, dead: str
) -> None:
    now, waits = NOW, []
    for _ in range(TRIES):
        sent = deliver(database, SLOT, report(), [dead, mail.address()], by_apprise, now)
        assert sent[1].state == "done"
        if sent[0].again is not None:
            waits.append(sent[0].again - now)
            now = sent[0].again
    assert [wait.total_seconds() / 60 for wait in waits] == [15, 30, 60, 120, 240, 480, 960]
    assert (sent[0].state, sent[0].again) == ("waiting", None)
    assert sent[0].reason.startswith("Not sent, after 8 tries: ")
    assert dead.partition("//")[2][:9] not in sent[0].reason
    assert len(mail.got) == 1


def test_what_apprise_says_of_an_address_is_in_no_log() -> None:
    class Everything(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.name}: {record.getMessage()}")

    said: list[str] = []
    root, handler = logging.getLogger(), Everything()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with pytest.raises(NotSent) as told:
            by_apprise("json://user:hush-1@127.0.0.1:9/hush-2", "title", "text", None)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert told.value.message == "The host does not take the connection."
    assert [line for line in said if "hush" in line] == []


def test_an_address_is_known_to_be_none_without_sending() -> None:
    assert understood("mailto://127.0.0.1/?from=a@example.org&to=b@example.org")
    assert not understood("nonsense")


@pytest.mark.parametrize(
    "address",
    [
        "mailto://127.0.0.1/?from=a@example.org&to=b@example.org%0ABcc:eve@example.org",
        "mailto://127.0.0.1/?from=a@example.org%0D%0ABcc:eve@example.org&to=b@example.org",
        "mailto://127.0.0.1/?from=a@example.org&to=b@example.org%250ABcc:eve@example.org",
        "mailto://127.0.0.1/?from=a@example.org&to=b@example.org%E2%80%A8x",
    ],
)
@pytest.mark.parametrize("table", ["[report]", "[reports.pay]", "[alerts]", "[[people]]\nname = 'alex'"])
def test_an_address_with_a_line_break_is_refused_and_not_shown(tmp_path: Path, table: str, address: str) -> None:
    file = tmp_path / "a.toml"
    setting = "notify_env" if "people" in table else "deliver_env"
    file.write_text(f'version = 1\n{table}\n{setting} = ["URLS"]\n')
    with pytest.raises(SettingsError) as told:
        load_settings(file, {"URLS": f"json://127.0.0.1 {address}"})
    assert f"{setting}: address 2 of URLS holds a line break" in str(told.value)
    assert "eve" not in str(told.value)


@pytest.mark.parametrize("before", ["Sent Slack notification.", "Failed to send Slack notification: error=500.", ""])
def test_where_one_of_several_parts_may_have_gone_out_it_may_have_arrived(before: str) -> None:
    apprise = logging.getLogger("apprise")
    with heard() as ear:
        if before:
            apprise.log(logging.INFO if before.startswith("Sent") else logging.WARNING, before)
        apprise.warning("A Connection error occurred posting to Slack.")
        apprise.debug("Socket Exception: Failed to establish a new connection: [Errno 111] Connection refused")
    assert bool(ear.nobody) == (not before)
