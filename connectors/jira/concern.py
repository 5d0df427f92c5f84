"""Whether an issue is an incident by the settings, and whether its text has to stay with it. Pure."""

from __future__ import annotations

from connectors.jira import wire
from connectors.jira.settings import SourceSettings, among, named_in


def foreign(settings: SourceSettings, issue: wire.Issue) -> str:
    """Why this is no incident by the settings, as the end of a sentence; "" if it is one.

    What a payload does not hold (a comment's names the issue in brief) is no reason to leave it out.
    """
    fields = issue.fields
    project = (fields.project.key if fields.project else None) or issue.key.rpartition("-")[0]
    if settings.projects and project.upper() not in settings.projects:
        return f"its project is none of {', '.join(settings.projects)}"
    kind = fields.issuetype
    if settings.issue_types and kind is not None and kind.name is not None and not named_in(kind, settings.issue_types):
        return f"its type “{kind.name}” is none of {', '.join(settings.issue_types)}"
    if settings.labels and fields.labels is not None and not any(among(one, settings.labels) for one in fields.labels):
        return f"it has none of the labels {', '.join(settings.labels)}"
    return ""


def skipped(settings: SourceSettings, issue: wire.Issue) -> str:
    """The resolution for which a closed ticket gets no postmortem, or ""."""
    resolution = issue.fields.resolution
    if resolution is None or not named_in(resolution, settings.skip_resolutions):
        return ""
    return resolution.name or resolution.id or ""


def unwanted(settings: SourceSettings, issue: wire.Issue) -> str:
    """Why the settings want no postmortem of it, as the end of a sentence; "" if they do."""
    if reason := foreign(settings, issue):
        return f"{reason}."
    resolution = skipped(settings, issue)
    return f"was closed as “{resolution}”, which gets no postmortem." if resolution else ""


def restricted(settings: SourceSettings, fields: wire.Fields, *, from_payload: bool) -> bool:
    """Whether the text stays on the ticket: a security level, a label or any value in the field of the settings.

    A webhook that names the issue in brief does not tell, so it is taken for restricted until the ticket is read.
    """
    if fields.security or (from_payload and fields.labels is None):
        return True
    if any(among(label, settings.restricted_labels) for label in fields.labels or ()):
        return True
    value = (fields.model_extra or {}).get(settings.restricted_field) if settings.restricted_field else None
    return value not in (None, False, "", [], {})
