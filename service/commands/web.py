"""`web`: pages and webhooks alone, beside workers on PostgreSQL. The Procfile runs the same app under gunicorn."""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from types import FrameType

import waitress.server

from service import crash, logs, wiring
from service.app import beside_others, create_app, most_read
from service.commands.listening import bound


def run(args: Namespace) -> int:
    logs.configure()
    settings = wiring.load_settings(args.config)
    service, inbox = beside_others(settings)
    app = create_app(service, inbox)
    crash.arm_from(os.environ)
    sockets = bound(settings.host, settings.port)
    server = waitress.server.create_server(
        app,
        sockets=sockets,
        threads=8,
        ident=None,
        max_request_body_size=most_read(app),
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)  # ends the server's loop; requests that have begun are answered

    signal.signal(signal.SIGTERM, stop)
    print(f"Afterword listens on http://{settings.listen}", flush=True)
    try:
        server.run()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # platforms say it twice
        server.close()
        inbox.close()
        service.parts.engine.stop()
        service.parts.calls.keep_last(service.parts.database)
        service.parts.database.close()
    return 0
