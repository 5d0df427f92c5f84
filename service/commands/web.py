"""`web`: pages and webhooks alone, beside workers on PostgreSQL. The Procfile runs the same app under gunicorn."""

from __future__ import annotations

import os
from argparse import Namespace

import waitress.server

from service import crash, wiring
from service.app import from_environment, most_read
from service.commands.listening import bound


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    app = from_environment(args.config)
    crash.arm_from(os.environ)
    sockets = bound(settings.host, settings.port)
    server = waitress.server.create_server(
        app,
        sockets=sockets,
        threads=8,
        ident=None,
        max_request_body_size=most_read(app),
    )
    print(f"Afterword listens on http://{settings.listen}", flush=True)
    server.run()
    return 0
