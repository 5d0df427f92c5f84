"""Sends a report to its addresses, each at most once: one ledger row per address and slot.

A send cannot be looked up afterwards. So whatever may have gone out is never sent a second time by itself: it waits for
a person, who looks whether it came. Only what certainly was not sent is tried again.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import NotSent
from service import crash
from service.followup.render import Words
from service.followup.snapshot import Snapshot
from service.followup.unreached import heard
from service.store import writes
from service.store.database import Database

#: (Apprise URL, title, text as Markdown, HTML or None) → whether the service took it. Raises NotSent if nothing left.
Send = Callable[[str, str, str, str | None], bool]

#: how each reason begins where something may have gone out
UNSURE = "May not have arrived"
LOST = f"{UNSURE}: no answer came back. Look whether it is there; it is not sent a second time by itself."
REFUSED = f"{UNSURE}: the service did not take it, or its answer was lost. Look whether it is there."
NOT_REACHED = "Not sent, after {tries} tries: {why} Mend the address, and send it again."

_AGAIN = timedelta(minutes=15)
#: with pauses of 15 minutes, then twice as long each time: a day and a third. Then a person looks
TRIES = 8
#: characters that one message takes; more is refused. Slack's, as a text block has it, is the least but for Discord's:
#: https://docs.slack.dev/reference/block-kit/blocks/section-block https://docs.discord.com/developers/resources/webhook
_TAKES = {"discord": 2_000}
_SLACK = 3_000
_TITLED = ("mailto", "json", "xml", "form")  # kinds of address where the title has a place of its own


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: Callable[[str], str]  # kind of address → Markdown of a length that it takes, which it gets in its own form
    html: str | None = None  # for mail


@dataclass(frozen=True, slots=True)
class Delivery:
    """`key` names the ledger row and tells no address. `again`: when to call once more, where nothing was sent."""

    key: str
    state: str  # done, waiting, failed, sending
    reason: str
    again: datetime | None


def message(snapshot: Snapshot, words: Words) -> Message:
    """What is sent of a report: the same figures as the report itself, capped."""
    title = words.render("report.subject.j2", report=snapshot)
    mail = words.render("weekly-mail.html.j2", report=snapshot)
    return Message(title, lambda kind: chat(snapshot, words, kind), mail)


def chat(snapshot: Snapshot, words: Words, kind: str = "") -> str:
    """At most ten overdue and five of each other sort, and what this kind of address takes."""
    return fitted(lambda most: words.render("report.chat.md.j2", report=snapshot, most=most), 5, kind)


def fitted(render: Callable[[int], str], most: int, kind: str) -> str:
    """`render` with as many rows as the kind of address takes, also where each & becomes &amp;."""
    text = render(most)
    while most and len(html.escape(text)) >= _TAKES.get(kind, _SLACK):
        most -= 1
        text = render(most)
    return text


def kind_of(address: str) -> str:
    """Of an Apprise URL: "slack", "mailtos", "discord"."""
    return address.partition(":")[0].lower()


def deliver(
    database: Database, slot: str, sent: Message, addresses: Sequence[str], send: Send, now: datetime
) -> tuple[Delivery, ...]:
    """Sends to each address that did not get it yet. Running it again is harmless.

    Only one call at a time for a slot (the caller holds its row): who finds "sending" knows that its sender is gone.
    """
    return tuple(_deliver(database, key(slot, address), sent, address, send, now) for address in addresses)


def key(slot: str, address: str) -> str:
    """The ledger's key; an Apprise URL is a secret, so only its hash is kept."""
    return f"send:{slot}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def _deliver(database: Database, row: str, sent: Message, address: str, send: Send, now: datetime) -> Delivery:
    attempt = _begin(database, row, now)
    if attempt is None:
        return _told(database, row)
    crash.point("before send")
    try:
        taken = send(address, sent.title, sent.text(kind_of(address)), sent.html)
    except NotSent as error:
        why = f"{error.message} {error.mend}".strip()
        with database.begin() as connection:
            if attempt < TRIES:
                writes.failed(connection, row, attempt, why, {}, now + _AGAIN * 2 ** (attempt - 1))
            else:
                writes.give_up_sending(connection, row, attempt, NOT_REACHED.format(tries=attempt, why=why))
        return _told(database, row)
    crash.point("send answered, not stored")
    with database.begin() as connection:
        if taken:
            writes.done(connection, row, attempt, "", "")
        else:
            _wait(connection, row, REFUSED, now)
    return _told(database, row)


def _begin(database: Database, row: str, now: datetime) -> int | None:
    """Commits "sending" before anything goes out. None: it is settled, or not due."""
    with database.begin() as connection:
        writes.plan(connection, row, None)
        write = writes.get(connection, row)
        if write is None or not write.due(now):
            return None
        if write.state in ("sending", "unknown"):
            _wait(connection, row, LOST, now)
            return None
        return writes.begin(connection, write, now)


def _wait(connection: Connection, row: str, reason: str, now: datetime) -> None:
    """It may be there: a person looks. (There is no way for us to look, so there are no looks.)"""
    write = writes.get(connection, row)
    if write and write.state == "sending":
        writes.unknown(connection, row, write.attempt, now, reason)
        write = writes.get(connection, row)
    if write:
        writes.give_up_looking(connection, write, "waiting", reason)


def _told(database: Database, row: str) -> Delivery:
    with database.read() as connection:
        write = writes.get(connection, row)
    if write is None:
        raise LookupError(row)
    return Delivery(row, write.state, write.reason, write.not_before if write.state in ("planned", "failed") else None)


def by_apprise(address: str, title: str, text: str, mail: str | None) -> bool:
    """The `Send` of the service. Apprise says whether every part was taken, and its log whether anybody was there."""
    # Apprise loads more than a hundred services; only the process that sends pays for it.
    from apprise import Apprise, NotifyFormat

    kind = kind_of(address)
    own_title = title if kind.startswith(_TITLED) else ""  # elsewhere the text begins with it
    with heard() as ear:
        sender = Apprise()
        if not sender.add(address):
            raise NotSent(
                "Apprise does not understand this address.", "Mend it where the variable of deliver_env is set."
            )
        if mail is not None and kind.startswith("mailto"):
            taken = bool(sender.notify(body=mail, title=title, body_format=NotifyFormat.HTML))
        else:
            taken = bool(sender.notify(body=text, title=own_title, body_format=NotifyFormat.MARKDOWN))
    if not taken and ear.nobody:
        raise NotSent(ear.nobody)
    return taken


def understood(address: str) -> bool:
    """Whether it is an address at all. Nothing is sent."""
    # As above.
    from apprise import Apprise

    with heard():
        return bool(Apprise().add(address))
