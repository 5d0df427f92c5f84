"""What an account's vendor refuses for now, known to every job of every worker: a limit, a refused sign-in, silence.

Once one job has met it, no other asks that account before its time. Then one job tries for all: where the sign-in was
refused by asking who we are, else by what it has to do anyway. What waits goes on when that was answered, the oldest
incident first. A refusal of one repository or project is none of the account's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType

from sqlalchemy.engine import Connection

from connectors.base import ConnectorError, Denied, Limited, NotSent
from service import accounts
from service.accounts import Account, Side, Writer
from service.parts import Parts
from service.retry import LONGEST, SOON
from service.store import connections
from service.store.connections import AWAY, DENIED, LIMITED, Standing

#: how long the one that tries has for it, before another may
TRYING = timedelta(minutes=2)
#: between two looks whether a sign-in is taken again: as long as it was refused so far, within these
SELDOM = (timedelta(minutes=1), timedelta(minutes=15))
A_DAY = timedelta(days=1)
#: what was met further ahead of now was met by a clock that was wrong
WRONG = timedelta(minutes=1)

USED_UP = "All that this account may ask for in an hour is used up."
BURST = "Too much was asked at once (a secondary limit)."


class Shut(Limited):
    """Another job met a refusal of the account meanwhile. Nothing was sent."""


class Gate:
    """One job's way to the vendors."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._accounts: dict[tuple[Side, str], Account] = {}
        self._trying: dict[str, bool] = {}  # account → whether it answered

    def __enter__(self) -> Gate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What this job tried for the others and was answered is open to them; what it did not ask may be tried."""
        for account, answered in list(self._trying.items()):
            del self._trying[account]
            if answered:
                self._open(account)
            else:
                self._give_back(account)

    def account(self, side: Side, name: str) -> Account:
        known = self._accounts.get((side, name))
        if known is None:
            with self.parts.database.read() as connection:
                known = accounts.of(self.parts, connection, side, name)
            self._accounts[side, name] = known
        return known

    def know(self, side: Side, name: str, writer: Writer) -> Account:
        """The account, remembered before anything is looked for or written. Raises ConnectorError."""
        accounts.know(self.parts, side, name, writer)
        if not self.account(side, name).known:  # it may go by its name from now on
            self._accounts.clear()
        return self.account(side, name)

    def shut(self, account: Account, writer: Writer) -> Standing | None:
        """Why the account is not to be asked now; None: it may be."""
        if account.key in self._trying:
            return None
        with self.parts.database.read() as connection:
            standing = connections.get(connection, account.key)
        if standing is None:
            return None
        now = self.parts.now()
        if standing.not_before > now and standing.since <= now + WRONG:
            return standing
        with self.parts.database.begin() as connection:
            claimed = connections.claim(connection, standing, now + TRYING)
        if not claimed:
            return self._again(standing, now + SOON)
        self._trying[account.key] = False
        return self._probe(account, writer, standing) if standing.state == DENIED else None

    def look(self, connection: Connection, account: Account) -> None:
        """Raises Shut if another job met a refusal since this one asked."""
        standing = None if account.key in self._trying else connections.get(connection, account.key)
        now = self.parts.now()
        if standing is not None and standing.not_before > now and standing.since <= now + WRONG:
            raise Shut(standing.reason, (standing.not_before - now).total_seconds())

    def answered(self, account: Account) -> None:
        """The vendor took something from this account."""
        if account.key in self._trying:
            self._trying[account.key] = True

    def met(self, account: Account, writer: Writer, error: ConnectorError) -> datetime | None:
        """From when the account may be asked again; None: the error says nothing about the account as a whole."""
        if isinstance(error, Shut):
            return self.parts.now() + timedelta(seconds=error.retry_after or 0)
        if isinstance(error, Limited):
            return self._put(account, LIMITED, f"{USED_UP if error.used_up else BURST} {error.message}", error)
        if isinstance(error, NotSent):
            return self._put(account, AWAY, error.message, error)
        if isinstance(error, Denied) and (error.status != 403 or self._refused(account, writer) is not None):
            return self._put(account, DENIED, f"{error.message} {error.mend}".rstrip(), error)
        return None

    # --- within

    def _put(self, account: Account, state: str, reason: str, error: ConnectorError) -> datetime:
        now = self.parts.now()
        trying = self._trying.pop(account.key, None) is not None
        with self.parts.database.begin() as connection:
            known = connections.get(connection, account.key)
            if known is not None and not trying and known.state == DENIED != state:
                return known.not_before
            since = min(known.since, now) if known is not None and known.state == state else now
            at = now + _wait(state, now - since, error)
            if known is not None and not trying:
                at = max(at, known.not_before)
            connections.put(connection, Standing(account.key, state, since, at, reason))
        return at

    def _probe(self, account: Account, writer: Writer, standing: Standing) -> Standing | None:
        error = self._refused(account, writer)
        if error is None:
            del self._trying[account.key]
            self._open(account.key)
            return None
        if isinstance(error, Denied):
            at = self._put(account, DENIED, f"{error.message} {error.mend}".rstrip(), error)
        else:  # no answer is no proof
            at = self._put(account, DENIED, standing.reason, Denied(standing.reason))
        return self._again(standing, at)

    def _refused(self, account: Account, writer: Writer) -> ConnectorError | None:
        """Asks who we are. A token that never could say so is not refused because it cannot."""
        try:
            writer.account(fresh=True)
        except Denied as error:
            return None if error.status == 403 and not account.known else error
        except ConnectorError as error:
            return error if account.key in self._trying else None
        return None

    def _open(self, account: str) -> None:
        with self.parts.database.begin() as connection:
            waiting = connections.clear(connection, account, self.parts.now())
        for key in waiting:
            self.parts.engine.wake("incident", key)

    def _give_back(self, account: str) -> None:
        with self.parts.database.begin() as connection:
            standing = connections.get(connection, account)
            if standing is not None:
                connections.put(connection, self._again(standing, self.parts.now()))

    def _again(self, standing: Standing, at: datetime) -> Standing:
        return Standing(standing.account, standing.state, standing.since, at, standing.reason)


def _wait(state: str, so_far: timedelta, error: ConnectorError) -> timedelta:
    """Where the vendor says nothing, or the same again at once, as long again as it lasted so far."""
    if state == AWAY:
        return SOON
    if state == DENIED:
        return min(max(so_far, SELDOM[0]), SELDOM[1])
    stated = error.retry_after if isinstance(error, Limited) else None
    if stated is None:
        return min(max(so_far, SOON), LONGEST)
    return max(timedelta(seconds=min(max(stated, 1.0), A_DAY.total_seconds())), min(so_far, SOON))
