"""The pages, the API and what watches them."""

from __future__ import annotations

from flask import Flask

from service.parts import Parts
from service.web import actions, api, auth, headers, health, pages, reports, static


def attach(app: Flask, parts: Parts) -> None:
    """Guards the application, then adds its routes."""
    headers.harmless(app, https=parts.settings.public_url.startswith("https://"))
    auth.guard(app, parts)
    for blueprint in (
        static.blueprint(),
        health.blueprint(parts),
        api.blueprint(parts),
        reports.blueprint(parts),
        pages.blueprint(parts),
        actions.blueprint(parts),
    ):
        app.register_blueprint(blueprint)
