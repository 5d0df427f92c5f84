"""Each route: where it leads, whether it is ever reached, and whether what it says can be filed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.base import AfterwordError, Tracker, Visibility
from service import wiring
from service.checking.line import MEND, NOTE, OK, Line, Look
from service.postmortem.routing import Route as Way
from service.postmortem.routing import When, hidden
from service.settings import Settings
from service.settings_model import Route


def reached(settings: Settings, name: str, tracker: Tracker) -> list[str]:
    """The places of a tracker that its own settings must do for: all but those that only routes with fields of their
    own lead to."""
    first = tracker.places[0]
    mine = [route for route in settings.routes if route.tracker == name]
    plain = {route.place or first for route in mine if not route.fields}
    own = {route.place or first for route in mine if route.fields}
    if settings.default_tracker == name:
        plain.add(first)
    routed = [route.place for route in mine if route.place]
    return [place for place in dict.fromkeys([*tracker.places, *routed]) if place in plain or place not in own]


def routes(look: Look) -> Iterator[Line]:
    settings, trackers = look.parts.settings, look.parts.trackers
    if not trackers:
        return
    unreachable = hidden([_way(route) for route in settings.routes])
    for number, route in enumerate(settings.routes):
        if route.tracker in trackers:
            yield from _route(look, number, route, unreachable.get(number, ()))
    name = settings.default_tracker
    if name in trackers and name and not any(_way(one).when == When() for one in settings.routes):
        yield _leads(look, "else", "every other action item", name, trackers[name].places[0], ("default_tracker",))
    yield from _public(look)


def _route(look: Look, number: int, route: Route, hiders: Sequence[int]) -> Iterator[Line]:
    name, place = str(number + 1), ("routes", number)
    tracker = look.parts.trackers[route.tracker]
    where = route.place or tracker.places[0]
    if hiders:
        yield _hidden(look, number, route, hiders)
        return
    lines = list(_with_fields(look, number, route, tracker, where)) if route.fields else []
    if not any(line.level == MEND for line in lines):
        yield _leads(look, name, said(route), route.tracker, where, place)
    yield from lines


def _leads(look: Look, name: str, what: str, tracker: str, where: str, place: tuple[str | int, ...]) -> Line:
    text = f"{what} → {tracker}, {where}"
    words = {where, where.partition("/")[0]}  # of an owner that did not install the App
    trouble = [line for line in look.found if _mends(line, tracker) and words & set(line.subject.split())]
    trouble = trouble or [line for line in look.found if stands_still(look, tracker, line)]
    if trouble:
        return Line("route", name, NOTE, f"{text}: nothing can be filed there now, as said of {trouble[0].subject}")
    return Line("route", name, OK, text, place=place)


def _mends(line: Line, tracker: str) -> bool:
    return line.part == "tracker" and line.name == tracker and line.level == MEND


def stands_still(look: Look, name: str, line: Line) -> bool:
    """Whether this line says that a tracker as a whole does not answer, or refuses us."""
    return _mends(line, name) and line.subject.casefold() in ("", look.parts.trackers[name].kind)


def _hidden(look: Look, number: int, route: Route, hiders: Sequence[int]) -> Line:
    settings, place = look.parts.settings, ("routes", number)
    earlier = [settings.routes[one] for one in hiders]
    at = " and ".join(settings.where("routes", one).rpartition(", ")[2] for one in hiders)
    text = f"{said(route)} → {route.tracker}: never reached, as {at} takes all that it would"
    same = all(_target(one) == _target(route) for one in earlier)
    if same:
        return Line("route", str(number + 1), NOTE, f"{text}, to the same place; it can be removed")
    mend = f"Put it above {at}, or remove it. The first route that fits wins."
    means = f"What it names goes to {', '.join(dict.fromkeys(one.tracker for one in earlier))} instead."
    return Line("route", str(number + 1), MEND, text, means=means, mend=mend, place=place)


def _target(route: Route) -> tuple[object, ...]:
    return (route.tracker, route.place, route.publish, repr(sorted(route.fields.items())))


def _with_fields(look: Look, number: int, route: Route, tracker: Tracker, where: str) -> Iterator[Line]:
    """The tracker as it is for this route: with the route's fields above its own."""
    settings, name, place = look.parts.settings, str(number + 1), ("routes", number)
    model = settings.trackers[route.tracker]
    own = getattr(model, "fields", None)
    if own is None:
        text = f"{said(route)} → {route.tracker}: its fields are for Jira, and {route.tracker} is {tracker.kind}"
        yield Line("route", name, MEND, text, mend="Remove `fields` from this route.", place=place)
        return
    changed = model.model_copy(update={"fields": {**own, **route.fields}})
    asked: Tracker = wiring.connectors()[tracker.kind].Tracker(route.tracker, changed, settings.reach)
    try:
        found = asked.check([where])
    except AfterwordError as error:
        yield Line("route", name, MEND, "not asked", saw=error.message, mend=error.mend, place=place)
        return
    for one in found:
        if one.level == MEND or where in one.subject.split():
            yield Line("route", name, one.level, one.text, one.subject, one.saw, one.means, "", one.mend, place)


def _public(look: Look) -> Iterator[Line]:
    """Places that everyone can read: worth a line each, as text that goes there cannot be taken back."""
    settings = look.parts.settings
    for name, place, since in look.known.opened:
        yield Line(
            "route",
            "",
            MEND,
            f"{name}, {place} became public on {look.when(since)}; nothing more is filed there",
            means="It was private when it was chosen. What is filed there now would be read by everyone.",
            mend="Make it private again, let its route lead elsewhere, or say publish = true there. If all may go on:\n"
            f"{look.again} resume",
        )
    for name, tracker in look.parts.trackers.items():
        if any(stands_still(look, name, line) for line in look.found):
            continue
        mine = [route for route in settings.routes if route.tracker == name]
        places = dict.fromkeys([*tracker.places, *(route.place for route in mine if route.place)])
        for place in places:
            if _visible(tracker, place):
                open_to = any(route.publish and (route.place or tracker.places[0]) == place for route in mine)
                means = (
                    "publish = true lets text of tickets that are not public go there"
                    if open_to
                    else "of tickets that are not, only a title and a link go there"
                )
                yield Line("route", "", NOTE, f"{name}, {place} can be read by everyone; {means}")


def _visible(tracker: Tracker, place: str) -> bool:
    try:
        return tracker.visibility(place) is Visibility.PUBLIC
    except AfterwordError:  # said where it was checked
        return False


def said(route: Route) -> str:
    """Its conditions as a person says them: "SEV1, team:payments"."""
    when = route.when
    named = [*when.severity, *when.labels, *when.service, *(f"“{word}”" for word in when.text)]
    return ", ".join(named) or "every action item"


def _way(route: Route) -> Way:
    when = route.when
    return Way(When(when.severity, when.labels, when.service, when.text), route.tracker, route.place, route.publish)
