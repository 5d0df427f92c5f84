"""GitHub: incidents from issues, action items as issues, one comment on the ticket."""

from connectors.github.publisher import Publisher
from connectors.github.settings import SourceSettings, TrackerSettings
from connectors.github.source import Source
from connectors.github.tracker import Tracker

__all__ = ["Publisher", "Source", "SourceSettings", "Tracker", "TrackerSettings"]
