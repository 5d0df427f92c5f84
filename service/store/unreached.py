"""Why there is no connection to PostgreSQL, in one sentence, and what to do. The address is told without its password.

libpq says it in words alone (https://www.postgresql.org/docs/current/libpq-connect.html).
"""

from __future__ import annotations

from sqlalchemy.engine import URL

WHERE = "DATABASE_URL (or database_url)"


def why(said: str, url: URL) -> tuple[str, str] | None:
    """(what is wrong, what to do); None where it is no matter of connecting. `said`: the driver's own words."""
    host = url.host or url.query.get("host") or "this machine"
    server = f"PostgreSQL at {host}{f':{url.port}' if url.port else ''}"
    words = said.casefold()
    if "password authentication failed" in words or "no password supplied" in words:
        return (
            f"{server} refuses the password of the user {url.username}.",
            f"Put the right one into {WHERE}; a sign such as @ or / in it is written as %40 or %2F.",
        )
    if "role" in words and "does not exist" in words:
        return (
            f"{server} knows no user {url.username}.",
            f"Make it (createuser {url.username}), or name another in {WHERE}.",
        )
    if "database" in words and "does not exist" in words:
        return (
            f"{server} has no database {url.database}.",
            f"Make it (createdb {url.database}), or name another in {WHERE}.",
        )
    if "no pg_hba.conf entry" in words:
        return f"{server} lets nobody in from this machine.", "Allow it there, in pg_hba.conf, or ask for encryption."
    if "resolve host" in words or "name or service not known" in words or "could not translate host" in words:
        return f"The host {host} of {WHERE} is not known.", "Check its name, and the name server of this machine."
    if "connection refused" in words:
        return f"{server} refuses the connection.", f"Start it, or check host and port in {WHERE}, and the firewall."
    if "no such file or directory" in words and "socket" in words:
        return f"{server} has no socket there: it does not run.", f"Start it, or name its host in {WHERE}."
    if "timeout expired" in words or "timed out" in words:
        return f"{server} does not answer.", f"Check host and port in {WHERE}, and the firewall."
    if "too many clients" in words or "remaining connection slots" in words:
        return f"{server} has no connection to spare.", "Raise its max_connections, or run fewer processes."
    if "starting up" in words or "shutting down" in words:
        return f"{server} is just starting or stopping.", "Try again in a moment."
    return None
