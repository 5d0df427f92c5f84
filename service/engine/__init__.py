"""Jobs. The only place that knows an engine: APScheduler's thread pool in one process, Procrastinate on PostgreSQL.

A job is a wake-up that names a row, nothing more. The row says whether there is something to do, so a wake-up that is
lost, doubled or late does no harm: the scan finds the row a few seconds later.
"""

from service.engine.distributed import Distributed
from service.engine.embedded import Embedded
from service.engine.wakes import Engine, Handler, Lapsed, Scan

__all__ = ["Distributed", "Embedded", "Engine", "Handler", "Lapsed", "Scan"]
