"""The reference: a bare Flask route on the same server, with one raw writer thread that groups commits: sqlite3 on a
file, psycopg on a server."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

import psycopg
import waitress
from flask import Flask, request

from bench.load import SECRET

Add = Callable[[list[tuple[str, bytes]]], None]


def _sqlite(path: str) -> Add:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE deliveries (id TEXT PRIMARY KEY, body BLOB)")

    def add(rows: list[tuple[str, bytes]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO deliveries VALUES (?, ?)", rows)
        connection.execute("COMMIT")

    return add


def _postgresql(url: str) -> Add:
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection.execute("CREATE TABLE bare_deliveries (id TEXT PRIMARY KEY, body BYTEA)")

    def add(rows: list[tuple[str, bytes]]) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_deliveries VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)

    return add


def create(path: str) -> Flask:
    app = Flask(__name__, static_folder=None)
    waiting: queue.SimpleQueue[tuple[tuple[str, bytes], Future[None]]] = queue.SimpleQueue()

    def write() -> None:
        add = _postgresql(path) if path.startswith("postgresql") else _sqlite(path)
        while True:
            batch = [waiting.get()]
            while len(batch) < 256 and not waiting.empty():
                batch.append(waiting.get())
            add([row for row, _ in batch])
            for _, stored in batch:
                stored.set_result(None)

    threading.Thread(target=write, daemon=True).start()

    @app.post("/webhooks/ops")
    def webhook() -> tuple[str, int]:
        body = request.get_data(cache=False)
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature-256", "")):
            return "", 401
        json.loads(body)
        stored: Future[None] = Future()
        waiting.put(((request.headers["X-GitHub-Delivery"], body), stored))
        stored.result(30)
        return "", 202

    return app


if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(create(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), threads=8, ident=None)
