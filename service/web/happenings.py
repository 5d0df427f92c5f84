"""What happened to an action item, in sentences. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from service.postmortem.forgetting import NAME, is_placeholder
from service.postmortem.standing import MARKS
from service.store.pages import Happened
from service.text_filters import Days


def sentences(events: Iterable[Happened], names: Mapping[str, str], days: Days) -> list[tuple[datetime, str]]:
    """(when it happened, a sentence), each in the order of when we learned it.

    `names`: tracker id, case-folded → the people map's name.
    """
    return [(event.at, _sentence(event, names, days)) for event in events]


def _sentence(event: Happened, names: Mapping[str, str], days: Days) -> str:
    said = {
        "promised": "Promised in the incident ticket",
        "filed": f"Filed as {event.now or 'an issue'}",
        "asked": "A person said that it is to be filed",
        "linked": f"Linked to {event.now or 'an issue'}",
        "gone": "No longer in the ticket",
        "back": "In the ticket again",
        "unreachable": "The tracker answers 404",
        "reachable": "The tracker shows it again",
        "unheeded": f"{event.now or 'A command'} was written on the issue by somebody without a role, and not obeyed",
        "wontdo": f"Asked to end as won’t do: {event.now or 'no reason given'}",
    }
    if event.kind == "state":
        return f"State: {_from(_state(event.was), _state(event.now))}"
    if event.kind == "owner":
        return f"Owner: {_from(event.was and _name(event.was, names), _name(event.now, names))}"
    if event.kind == "due":
        return f"Due: {_from(event.was and _day(event.was, days), _day(event.now, days))}"
    if event.kind == "snoozed":
        return f"No reminder until {_day(event.now, days)}" if event.now else "Reminders go on"
    if event.kind == "title":
        return f"The issue is now called “{event.now}”" if event.now else "The issue was renamed"
    return said.get(event.kind, event.kind)


def _from(was: str | None, now: str) -> str:
    return f"{now}, before {was}" if was else now


def _state(state: str | None) -> str:
    return MARKS[state][1].replace("'", "’") if state in MARKS else state or ""


def _name(owner: str | None, names: Mapping[str, str]) -> str:
    if not owner:
        return "nobody"
    return names.get(owner.casefold()) or (NAME if is_placeholder(owner) else owner)


def _day(stored: str | None, days: Days) -> str:
    try:
        return days.day(date.fromisoformat(stored)) if stored else "no date"
    except ValueError:
        return stored or ""
