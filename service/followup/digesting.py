"""Sends each owner's digest, once for each slot and address; what may have arrived is not sent again by itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.engine import Connection

from connectors.base import NotSent, Secret, Visibility
from service import crash, pause
from service.followup import notify, reminding
from service.followup.digest import MOST, Digest, digest_of, mail, subject, text, withheld
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import work
from service.store.work import Lease, LeaseLost
from service.texts import Texts


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest, to whom, and their addresses; none: nobody said where to."""

    person: str
    digest: Digest
    addresses: tuple[Secret, ...]


def send_digests(parts: Parts, lease: Lease) -> datetime | None:
    """The digests of one slot. Gives when to look again, or None."""
    now, days = parts.now(), reminding.workdays(parts)
    with parts.database.begin() as connection:
        work.hold(connection, lease, now)
        if not parts.settings.nudges.enabled or reminding.digest_slot(parts, connection, now) != lease.key:
            return None  # its week is over
        if pause.standing(parts, connection) is not None:
            return now + pause.AGAIN
        if not days.open(now):
            return days.next_open(now)
        written = letters(parts, connection, now)
    crash.point("digests made")
    waits: list[datetime] = []
    for letter in written:
        message = _message(letter.digest, parts.texts)
        slot = f"{lease.key}-{hashlib.sha256(letter.person.encode()).hexdigest()[:12]}"
        addresses = [address.reveal() for address in letter.addresses]
        send = partial(_send, parts, lease)
        sent = notify.deliver(parts.database, slot, message, addresses, send, parts.now())
        waits += [one.again for one in sent if one.again is not None]
    return min(waits, default=None)


def letters(parts: Parts, connection: Connection, now: datetime) -> list[Letter]:
    """Of everyone who hears of something late, unclear or due within two weeks, in the order of the settings."""
    mine = defaultdict[str, list[Standing]](list)
    for one in reminding.known(parts, connection, now):
        restricted = one.item.visibility is Visibility.RESTRICTED
        mine[one.hears.name].append(withheld(one.item) if restricted else one.item)
    days = reminding.workdays(parts)
    found = [
        Letter(person.name, digest_of(mine[person.name], days, now), person.notify)
        for person in parts.settings.people
        if person.name in mine and not person.left
    ]
    return [letter for letter in found if letter.digest.asks]


def _message(digest: Digest, words: Texts) -> notify.Message:
    def chat(kind: str) -> str:
        return notify.fitted(lambda most: text(digest, words, most), MOST, kind)

    return notify.Message(subject(digest, words), chat, mail(digest, words))


def _send(parts: Parts, lease: Lease, address: str, title: str, body: str, html: str | None) -> bool:
    """To one address, while the slot is still ours and nothing stops what leaves."""
    try:
        with parts.database.begin() as connection:
            work.hold(connection, lease, parts.now())
            pause.guard(parts, connection)
    except (pause.Paused, LeaseLost) as error:
        raise NotSent(error.message) from None
    return notify.by_apprise(address, title, body, html)
