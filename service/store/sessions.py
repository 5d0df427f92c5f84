"""How a connection to PostgreSQL ends when one of its sides is gone, frozen or no longer the primary.

What is said here counts unless the address says otherwise
(https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

#: our side: how long a connection is tried, and when a server that acknowledges nothing counts as gone
REACHED: Mapping[str, int] = {
    "connect_timeout": 5,  # seconds, for each host
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
#: the server's side: a process that is frozen inside a transaction keeps its rows no longer than it keeps its work
#: (service/store/work.py), and nobody waits for a row without end
LIMITS = (
    "SET idle_in_transaction_session_timeout = '20s'",
    "SET lock_timeout = '10s'",
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)


def address(text: str) -> URL:
    """The URL; of several hosts, written as libpq does (`user@a:5432,b:5432/name`), in the form that SQLAlchemy and
    libpq both take. Raises ArgumentError or ValueError for what is no URL, without its text."""
    scheme, mark, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, hosts = authority.rpartition("@")
    if not scheme.startswith("postgresql") or "," not in hosts:
        return make_url(text)
    named = [host.rpartition(":") if _has_port(host) else (host, "", "") for host in hosts.split(",")]
    if not all(host for host, _, _ in named):
        raise ArgumentError("a host without a name")
    more = {"host": ",".join(host.strip("[]") for host, _, _ in named)}
    if any(port for _, _, port in named):
        more["port"] = ",".join(port or "5432" for _, _, port in named)
    return make_url(f"{scheme}{mark}{user}{at}{slash}{path}").update_query_dict(more)


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


def reached(url: URL) -> dict[str, Any]:
    """What the driver is told besides the address; what the address says itself stays as it is."""
    return {name: value for name, value in REACHED.items() if name not in url.query}


def limit(connection: Any) -> None:
    """For each new connection of psycopg. Not in the address: a pool such as PgBouncer refuses what it does not
    know."""
    connection.autocommit = True
    for setting in LIMITS:
        connection.execute(setting)
    connection.autocommit = False


async def limit_async(connection: Any) -> None:
    await connection.set_autocommit(True)
    for setting in LIMITS:
        await connection.execute(setting)
    await connection.set_autocommit(False)
