"""Which tracker takes an action item, by the settings."""

from __future__ import annotations

from connectors.base import Ticket
from service.postmortem.routing import Route, When, choose
from service.settings import Settings


def route_for(settings: Settings, ticket: Ticket, severity: str | None, text: str) -> Route | None:
    """The first route that fits; None without any tracker."""
    if settings.default_tracker is None:
        return None
    routes = [
        Route(When(r.when.severity, r.when.labels, r.when.service, r.when.text), r.tracker, r.place, r.publish)
        for r in settings.routes
    ]
    return choose(
        routes,
        settings.default_tracker,
        severity=severity,
        labels=ticket.labels,
        services=ticket.services,
        item_text=text,
    )
