"""`all`: web, jobs and clock in one process on SQLite. A file lock keeps a second one away."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from types import FrameType

import waitress.server

from service import clock, crash, logs, wiring
from service.app import create_app, most_read
from service.commands import at_start, freshness
from service.commands.check import again
from service.commands.listening import bound
from service.commands.migrate import prepare, say_token
from service.engine import Embedded
from service.lock import FileLock
from service.receive import Inbox
from service.store.database import Database


def run(args: Namespace) -> int:
    logs.configure()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    lock = FileLock(database.path) if database.path else None
    if lock:
        lock.take(wiring.clock())
    sockets = bound(settings.host, settings.port)
    prepare(database)
    service = wiring.assemble(settings, database=database, embedded=True, make_token=True)
    wiring.begin_work(service)
    say_token(service.new_token)
    freshness.say(database, wiring.clock())
    wiring.revive(service, alone=lock is not None)
    crash.arm_from(os.environ)  # for tests of what a sudden death leaves behind
    engine = service.parts.engine
    assert isinstance(engine, Embedded)
    inbox = Inbox(database)
    app = create_app(service, inbox)
    server = waitress.server.create_server(
        app,
        sockets=sockets,
        threads=8,
        ident=None,
        max_request_body_size=most_read(app),
    )
    engine.every(clock.SECONDS, lambda: clock.tick(service.parts), "clock")

    begun = stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        if begun:  # in the middle of its beginning the engine could not be stopped
            raise SystemExit(0)  # ends the server's loop; what has begun is finished below

    signal.signal(signal.SIGTERM, stop)
    try:
        engine.start()
        begun = True
        if stopped:
            raise SystemExit(0)
        print(f"Afterword listens on http://{settings.listen}", flush=True)
        with at_start.beside(service.parts, again(args)):
            server.run()
    except (SystemExit, KeyboardInterrupt):
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # platforms say it twice
        print("Finishing what has begun.", file=sys.stderr, flush=True)
        server.close()
        engine.stop()
        inbox.close()
        service.parts.calls.keep_last(database)
        database.close()
        if lock:
            lock.release()
    if not engine.idle:
        sys.stdout.flush()
        os._exit(0)  # a call still hangs: to wait for its thread is to be killed
    return 0
