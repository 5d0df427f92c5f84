"""Jira: incidents from issues, action items as issues, one comment on the ticket. Cloud and Data Center, REST v2."""

from connectors.jira.publisher import Publisher
from connectors.jira.settings import SourceSettings, TrackerSettings
from connectors.jira.source import Source
from connectors.jira.tracker import Tracker

__all__ = ["Publisher", "Source", "SourceSettings", "Tracker", "TrackerSettings"]
