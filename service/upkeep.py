"""What the clock asks for: a tracker's sync, which asks for itself again, and a week's report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, ConnectorError, Denied, Limited, NotSent, Problem, Tracker, Visibility
from service import accounts, crash, pause, places
from service.accounts import Account
from service.followup import notify, talk, withheld
from service.followup.render import render
from service.followup.snapshot import Snapshot
from service.followup.sync import SyncResult, sync
from service.followup.week import WEEKLY, Week, of_slot, slot_of
from service.followup.weekly import Weekly
from service.parts import Parts
from service.postmortem.standing import place_of
from service.refusals import Gate, Shut
from service.report_plans import plan_of
from service.store import connections, followups, reports, shown, work
from service.store.reports import Frozen
from service.store.work import Lease
from service.web.report_page import render_report_html

log = structlog.get_logger()


def sync_tracker(parts: Parts, lease: Lease) -> datetime | None:
    """One sync; the incidents with something new to show are asked for. Gives the time of the next one."""
    tracker = parts.trackers.get(lease.key)
    if tracker is None:
        return None  # no longer in the settings
    look_at(parts, lease.key, verify=False, lease=lease)
    again = parts.now() + timedelta(minutes=parts.settings.sync.every)
    with parts.database.read() as connection:
        standing = connections.get(connection, accounts.of(parts, connection, "tracker", lease.key).key)
    return min(again, standing.not_before) if standing and standing.not_before > parts.now() else again


def look_at(parts: Parts, tracker: str, *, verify: bool, lease: Lease | None = None) -> int:
    """Asks one tracker what changed, or with `verify` how every open item is. Gives how many items changed.

    First who can read its places: nothing that it says may be shown to more people than those. While its account is
    refused it is not asked, and its items are stale; while it is limited Limited is raised.
    """
    with Gate(parts) as gate:
        account = gate.account("tracker", tracker)
        standing = gate.shut(account, parts.trackers[tracker])
        if standing is not None and standing.state == connections.LIMITED:
            raise Shut(standing.reason, (standing.not_before - parts.now()).total_seconds())
        refused = Denied(standing.reason) if standing is not None else None
        if refused is None:
            _look_at_readers(parts, tracker)
        try:
            result = _synced(parts, tracker, verify=verify, lease=lease, refused=refused)
        except ConnectorError as error:
            gate.met(account, parts.trackers[tracker], error)
            raise
        if refused is None:
            _learn(gate, account, parts.trackers[tracker], result.problems)
    for incident in result.incidents:
        parts.engine.wake("incident", str(incident))
    if refused is None:
        talk.listen(parts, tracker)
    return result.changed


def _look_at_readers(parts: Parts, tracker: str) -> None:
    with parts.database.read() as connection:
        known = followups.known(connection, tracker)
    where = {place_of(item.issue_label) for item in known if not item.state.ended} - {""}
    places.look_again(parts, parts.trackers[tracker], sorted({*parts.trackers[tracker].places, *where}))


def _learn(gate: Gate, account: Account, tracker: Tracker, problems: Iterable[Problem]) -> None:
    """What a sync was told says whether the account as a whole is refused or limited."""
    for problem in problems:
        if problem.status == 429:
            gate.met(account, tracker, Limited(problem.message, problem.retry_after, status=429))
            return
        if problem.status in (401, 403):
            if gate.met(account, tracker, Denied(problem.message, status=problem.status)) is not None:
                return
            break  # of some places alone
    gate.answered(account)


def _synced(
    parts: Parts, tracker: str, *, verify: bool, lease: Lease | None, refused: ConnectorError | None
) -> SyncResult:
    return sync(
        parts.database,
        tracker,
        parts.trackers[tracker],
        parts.now(),
        verify_hours=parts.settings.sync.verify_hours,
        verify=verify,
        refused=refused,
        hold=(lambda connection: work.hold(connection, lease, parts.now())) if lease else None,
        then=lambda connection, incidents: _ask_for(parts, connection, incidents),
    )


def _ask_for(parts: Parts, connection: Connection, incidents: Iterable[int]) -> None:
    """In the sync's own transaction, so that no document and comment misses what it learned."""
    for incident in incidents:
        work.ask(connection, "incident", str(incident), parts.now())


def weekly_of(parts: Parts, name: str = WEEKLY) -> Weekly:
    """The reports of one name. Raises AfterwordError where the settings ask for none."""
    plan = plan_of(parts.settings, name)
    if plan is None:
        raise AfterwordError(f"There is no report “{name}” in the settings.", f"Write [reports.{name}].")
    with parts.database.read() as connection:
        begins = plan.begins(connection, parts.now())
    return Weekly(
        parts.database,
        parts.texts.in_zone(plan.said.timezone),
        _page(parts),
        plan.zone,
        begins,
        parts.people.names,
        parts.people.order,
        teams=parts.people.teams,
        everyday=_everyday(parts),
        escalate=parts.settings.nudges.escalate,
        part=plan.part,
        schedule=plan.schedule,
    )


def _everyday(parts: Parts) -> frozenset[str]:
    """Labels that every incident of a source carries."""
    said = (getattr(source, "labels", ()) for source in parts.settings.sources.values())
    return frozenset(label.casefold() for labels in said for label in labels)


def _page(parts: Parts) -> Callable[[Snapshot], str]:
    return partial(render_report_html, public_url=parts.settings.public_url)


def forms_of(parts: Parts, snapshot: Snapshot) -> Mapping[str, bytes]:
    """The report in each form that is stored."""
    return render(snapshot, parts.texts.in_zone(snapshot.zone), _page(parts))


def report_week(parts: Parts, lease: Lease) -> datetime | None:
    """One week's report: every open item is looked at, the report is frozen and sent, each address once."""
    name, week = of_slot(lease.key)
    plan = plan_of(parts.settings, name)
    if plan is None:
        return None  # no longer in the settings
    frozen = freeze(parts, week, name)
    crash.point("report made")
    with parts.database.begin() as connection:
        work.hold(connection, lease, parts.now())
        if pause.standing(parts, connection) is not None:
            return parts.now() + pause.AGAIN
        now = withheld.as_now(frozen.snapshot, *shown.readers(connection))
    readers = Visibility(plan.said.audience)
    sent = notify.deliver(
        parts.database,
        lease.key,
        notify.message(withheld.narrowed(now, readers), parts.texts.in_zone(plan.said.timezone)),
        [address.reveal() for address in plan.said.deliver],
        partial(_send, parts),
        parts.now(),
    )
    crash.point("report sent")
    return min((one.again for one in sent if one.again is not None), default=None)


def _send(parts: Parts, address: str, title: str, text: str, mail: str | None) -> bool:
    """To one address, unless everything outward was stopped meanwhile."""
    try:
        with parts.database.read() as connection:
            pause.guard(parts, connection)
    except pause.Paused as error:
        raise NotSent(error.message) from None
    return notify.by_apprise(address, title, text, mail)


def freeze(parts: Parts, week: Week, name: str = WEEKLY) -> Frozen:
    """The report of a week that is over. Before it is made, every open item is read by its id."""
    with parts.database.read() as connection:
        found = reports.find(connection, slot_of(name, week))
    if found:
        return found
    for tracker in parts.trackers:
        try:
            look_at(parts, tracker, verify=True)
        except ConnectorError as error:  # the report says how old its figures are
            log.warning("a tracker did not answer before the report", tracker=tracker, error=error.message)
    crash.point("report verified")
    return weekly_of(parts, name).make(week, parts.now())
