"""`web`: pages and webhooks alone, beside workers on PostgreSQL. The Procfile runs the same app under gunicorn."""

from __future__ import annotations

from argparse import Namespace

import waitress

from service import wiring
from service.app import from_environment, most_read


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    print(f"Afterword listens on http://{settings.listen}", flush=True)
    app = from_environment(args.config)
    waitress.serve(
        app,
        host=settings.host,
        port=settings.port,
        threads=8,
        ident=None,
        max_request_body_size=most_read(app),
    )
    return 0
