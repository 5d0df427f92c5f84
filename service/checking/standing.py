"""What waits for people: items, unknown names, alerts; and where the next report goes."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import AfterwordError, Tracker
from service.checking.line import MEND, NOTE, OK, Line, Look, unfiled
from service.checking.routes import reached, stands_still
from service.followup.notify import understood
from service.followup.week import WEEKLY, Week
from service.postmortem.people import plain
from service.report_plans import Plan, plans

ADDRESS = "Write it as its service's page has it: https://github.com/caronc/apprise/wiki"
#: how many times a tracker is asked whether somebody can be assigned
MOST_ASKED = 5


def items(look: Look) -> Iterator[Line]:
    known = look.known
    waiting = sum(item.state == "waiting" for item in known.items)
    refused = [item for item in unfiled(known.items) if item.state == "open" and item.reason]
    if waiting:
        waits = "action item waits" if waiting == 1 else "action items wait"
        yield Line("items", "", NOTE, f"{waiting} {waits} for a person: {look.parts.settings.public_url}/")
    if refused:
        are = "action item is" if len(refused) == 1 else "action items are"
        why = refused[0].reason.removeprefix("Not filed yet: ")
        yield Line("items", "", NOTE, f"{len(refused)} {are} not filed yet: {why}")
    if known.waiting:
        first = known.waiting[0]
        wait = "incident waits" if len(known.waiting) == 1 else "incidents wait"
        more = f" (and {len(known.waiting) - 1} more)" if len(known.waiting) > 1 else ""
        yield Line("items", "", NOTE, f"{len(known.waiting)} closed {wait}: {first.ref}{more}: {first.error}")


def people(look: Look) -> Iterator[Line]:
    unknown = sorted({item.owner for item in look.known.items if item.owner and not item.owner_known})
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        are = "owner is" if len(unknown) == 1 else "owners are"
        yield Line("people", "", NOTE, f"{len(unknown)} {are} not in the people map: {names}")
    left = MOST_ASKED
    for name, tracker in look.parts.trackers.items():
        if any(stands_still(look, name, line) for line in look.found):
            continue
        for place in reached(look.parts.settings, name, tracker):
            asked = _likely(look, tracker)[:left]
            left -= len(asked)
            lacking = [person for person, login in asked if not _assignable(tracker, place, login)]
            if lacking:
                yield Line(
                    "people",
                    "",
                    NOTE,
                    f"{', '.join(lacking)} cannot be assigned in {place} ({name}): their action items are filed "
                    "without an assignee",
                )


def _likely(look: Look, tracker: Tracker) -> list[tuple[str, str]]:
    """(name, id there) of who is in the people map; those who own something open come first."""
    known = look.parts.people
    owners = {item.owner.removeprefix("@") for item in look.known.items if item.owner and not item.ended}
    named = [(one.name, one.ids[tracker.kind]) for one in known.known if not one.team and tracker.kind in one.ids]
    return sorted(named, key=lambda one: one[0] not in owners)


def _assignable(tracker: Tracker, place: str, login: str) -> bool:
    try:
        return tracker.assignable(place, login)
    except AfterwordError:  # not answered is no answer
        return True


def alerts(look: Look) -> Iterator[Line]:
    said = look.parts.settings.alerts
    for one in look.known.alerts:
        yield Line("alerts", "", NOTE, f"since {look.when(one.since)}: {one.text}")
    if said.deliver:
        yield Line("alerts", "", OK, f"to {_addresses(len(said.deliver))}")
        return
    unset = f"{' and '.join(said.deliver_env)} is not set" if said.deliver_env else "deliver_env is empty"
    yield Line("alerts", "", NOTE, f"in the log and here alone: {unset}")


def report(look: Look) -> Iterator[Line]:
    for plan in plans(look.parts.settings):
        yield _report(look, plan)


def _report(look: Look, plan: Plan) -> Line:
    said, zone = plan.said, plan.zone
    name = "" if plan.name == WEEKLY else plan.name
    week = Week.at(look.now, zone).previous
    while plan.schedule.due(week, zone) <= look.now:
        week = week.next
    due = plan.schedule.due(week, zone).astimezone(zone)
    text = f"next {due:%a} {due.day} {due:%b %Y, %H:%M} {said.timezone}"
    teams = {plain(team) for named in look.parts.people.teams.values() for team in named}
    strangers = [team for team in plan.part.team if plain(team) not in teams]
    if strangers:
        named = ", ".join(f"“{team}”" for team in strangers)
        return Line("report", name, NOTE, f"{text}; the people map has no team {named}: nobody's items are in it")
    strange = [address.origin for address in said.deliver if not understood(address.reveal())]
    if strange:
        named = " and ".join(strange)
        return Line("report", name, MEND, f"{text}; {named}: no address that Apprise understands", mend=ADDRESS)
    if not said.deliver:
        unset = f"{' and '.join(said.deliver_env)} is not set" if said.deliver_env else "deliver_env is empty"
        return Line("report", name, NOTE, f"{text}, on the page alone: {unset}")
    return Line("report", name, OK, f"{text}, to {_addresses(len(said.deliver))}")


def _addresses(number: int) -> str:
    return f"{number} address{'' if number == 1 else 'es'}"
