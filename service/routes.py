"""Which tracker takes an action item, by the settings."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.base import Ticket, Tracker
from service.postmortem.routing import Route, When, choose
from service.settings import Settings


def route_for(settings: Settings, ticket: Ticket, severity: str | None, text: str) -> Route | None:
    """The first route that fits; None without any tracker."""
    return _chosen(settings, ticket, severity, text)[0]


def fields_for(settings: Settings, ticket: Ticket, severity: str | None, text: str) -> Mapping[str, object]:
    """The fields of an issue that this route sets, where they differ from the tracker's own."""
    return _chosen(settings, ticket, severity, text)[1]


def _chosen(
    settings: Settings, ticket: Ticket, severity: str | None, text: str
) -> tuple[Route | None, Mapping[str, object]]:
    if settings.default_tracker is None:
        return None, {}
    routes = [
        Route(When(r.when.severity, r.when.labels, r.when.service, r.when.text), r.tracker, r.place, r.publish)
        for r in settings.routes
    ]
    chosen = choose(
        routes,
        settings.default_tracker,
        severity=severity,
        labels=ticket.labels,
        services=ticket.services,
        item_text=text,
    )
    said = zip(routes, settings.routes, strict=True)
    return chosen, next((one.fields for route, one in said if route is chosen), {})


def nearest_first(trackers: Mapping[str, Tracker], reference: str) -> list[tuple[str, Tracker]]:
    """The trackers in the order in which to ask for "PAY-12": two sites may have such a project, and the one that files
    there is meant."""
    project = reference.strip().rpartition("-")[0].upper()
    return sorted(trackers.items(), key=lambda one: project not in {place.upper() for place in one[1].places})
