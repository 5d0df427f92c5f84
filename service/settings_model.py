"""What can be set: one frozen model; each field has its default and its meaning. The README's table is held to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, PrivateAttr

from connectors.base import Network, Secret
from service.settings_faults import Lines, Place, line_of
from service.settings_followup import NamedReport, Nudges, Report
from service.settings_part import Part
from service.settings_values import (
    Count,
    Days,
    Duration,
    Flag,
    Folder,
    HintFile,
    Listen,
    PemFile,
    Timezone,
    Url,
    Whole,
    WordFile,
    Words,
)

# --- the model --------------------------------------------------------------------------------------------------------

#: days from the closing: those of GitLab's corrective actions for its severities S1 to S4, of which the best priority
#: takes the shortest. Atlassian's handbook has 4 or 8 weeks, PagerDuty's 15 or 30 days.
#: https://gitlab.com/gitlab-com/gl-infra/mstaff/-/issues/333
DUE = {"P0": 7, "P1": 30, "P2": 60, "P3": 90, "SEV1": 7, "SEV2": 30, "SEV3": 60, "SEV4": 90}


class When(Part):
    severity: Words = Field(default=(), description="The incident's severity is one of these, in any case.")
    labels: Words = Field(default=(), description="The incident carries one of these labels.")
    service: Words = Field(default=(), description="The incident concerns one of these services.")
    text: Words = Field(default=(), description="The action item's text holds one of these words, in any case.")


class Route(Part):
    when: When = Field(default=When(), description="All that is named must hold; nothing named: always.")
    tracker: str = Field(description="The tracker that takes the action item.")
    place: str | None = Field(default=None, description="Repository or project there, if not the tracker's first.")
    publish: Flag = Field(
        default=False,
        description="Text of a ticket that is not public may go to a public place, of a restricted one to any.",
    )
    fields: dict[str, object] = Field(
        default={}, description="Fields of the issue in Jira, where they differ from the tracker's own `fields`."
    )


class Filing(Part):
    mode: Literal["auto", "propose"] = Field(
        default="auto",
        description='"auto" files each action item by itself; "propose" lists it in the comment, and `/file` files it.',
    )
    quiet: Duration = Field(
        default=timedelta(minutes=10),
        description="How long to wait after the closing before filing; begun anew by a reopening.",
    )
    max_per_hour: Count = Field(
        default=10, description="Incidents that close within an hour; with more everything outward pauses and asks."
    )
    max_items: Count = Field(default=30, description="Action items of one incident; more wait for a person.")
    on_unknown: Literal["retry", "ask"] = Field(
        default="retry",
        description='After a lost answer and the last look: "retry" posts again, "ask" waits for a person.',
    )
    look_after: tuple[Duration, ...] = Field(
        default=(timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
        min_length=1,
        description="When to look for an issue whose answer was lost.",
    )


class OnePerson(Part):
    name: str = Field(min_length=1, description="The name that documents and reports show.")
    email: str | None = Field(default=None, description="E-mail address.")
    github: str | None = Field(default=None, description="GitHub login.")
    jira: str | None = Field(default=None, description="Jira account id; on Data Center the user name.")
    team: Flag = Field(default=False, description="A team: it owns action items and is nobody's assignee.")
    aliases: Words = Field(default=(), description="Other names that tickets use.")
    teams: Words = Field(default=(), description="The teams that this person belongs to, by their names here.")
    left: Flag = Field(default=False, description="They left: the lead of the incident hears of their action items.")
    lead: str | None = Field(default=None, description="Of a team: who hears of items that nobody owns, by name.")
    notify_env: Words = Field(
        default=(),
        description="Variables that hold Apprise URLs for this person's digest.",
    )
    notify: tuple[Secret, ...] = Field(default=(), exclude=True)


class Sync(Part):
    every: Count = Field(default=10, description="Minutes between two syncs.")
    verify_hours: Count = Field(default=24, description="Hours after which an open issue is read again by its id.")
    reconcile: Whole = Field(
        default=15, description="Minutes between two looks for closings that no webhook told of; 0: never."
    )


class Jobs(Part):
    threads: Count = Field(default=4, description="Jobs at the same time in one process.")
    max_tries: Count = Field(default=10, description="Failures of our own after which a step waits for the next start.")
    scan_seconds: Count = Field(default=5, description="Seconds between two looks for work whose wake-up was lost.")


class NetworkPart(Part):
    ca_bundle: PemFile = Field(
        default=None, description="A PEM file of the authorities to trust, in place of the usual ones."
    )
    proxy_env: str | None = Field(
        default=None, description="The variable that holds the proxy's address: `http://user:password@proxy:3128`."
    )
    direct: Words = Field(default=(), description="Hosts that are reached without the proxy.")
    proxy: Secret | None = Field(default=None, exclude=True)


class Alerts(Part):
    deliver_env: Words = Field(
        default=("ALERT_URLS",), description="Variables that hold Apprise URLs, separated by blanks or lines."
    )
    silent_days: Whole = Field(default=30, description="Days without a delivery of a source; 0: never.")
    sync_hours: Count = Field(default=6, description="Hours since the last sync of a tracker that went well.")
    token_days: Count = Field(default=14, description="Days before the end of a token.")
    disk_mb: Whole = Field(default=500, description="Megabytes free where the SQLite file lies; 0: never.")
    deliver: tuple[Secret, ...] = Field(default=(), exclude=True)


class Retention(Part):
    """Days; 0 keeps for ever."""

    deliveries: Whole = Field(
        default=90, description="Days that a delivery is kept which led to something; 30 at least."
    )
    ids: Whole = Field(
        default=365,
        description="Days that the id of a delivery is known after its bytes are gone, so that it counts once.",
    )
    jobs: Whole = Field(default=30, description="Days that a finished job's row is kept.")
    ignored: Whole = Field(default=14, description="Days that a delivery is kept which concerned nothing of ours.")
    revisions: Whole = Field(default=0, description="Days that earlier revisions of a document are kept; 0: for ever.")
    incidents: Whole = Field(
        default=0, description="Days that an incident is kept after its last action item ended; 0: for ever."
    )
    reports: Whole = Field(default=0, description="Days that weekly reports are kept; 0: for ever.")


class Settings(Part):
    """Everything that can be set. `sources` and `trackers` hold the connectors' own frozen models by name."""

    version: Literal[1] = Field(default=1, description="Of this file's form; 1 is the only one there is.")
    public_url: Url = Field(
        default="http://127.0.0.1:8000", description="The address at which people reach the pages; links carry it."
    )
    database_url: str = Field(
        default="sqlite:///var/afterword.db", repr=False, description="SQLite or PostgreSQL; `DATABASE_URL` wins."
    )
    public: Flag = Field(default=False, description="Pages, API and metrics without the token.")
    listen: Listen = Field(
        default="127.0.0.1:8000", description="Address and port of `web` and `all`; `PORT` sets the port."
    )
    timezone: Timezone = Field(default="UTC", description="Timezone of the times in documents and comments.")
    pause_file: Path = Field(
        default=Path("var/PAUSE"), description="While this file is there, nothing leaves: `touch` it, and `rm` it."
    )
    templates: Folder = Field(
        default=None, description="A folder of your own templates, looked into before config/templates."
    )
    vocabulary: WordFile = Field(
        default=None, description="A TOML file with your own words for the reader, beside config/vocabulary/."
    )
    hints: HintFile = Field(
        default=None, description="A TOML file with your own hints on wording, beside config/hints/."
    )
    sources: dict[str, BaseModel] = Field(
        default={}, description="Where incidents come from, each at `/webhooks/<name>`."
    )
    trackers: dict[str, BaseModel] = Field(default={}, description="Where issues go.")
    routes: tuple[Route, ...] = Field(default=(), description="Which tracker takes an item; the first match wins.")
    default_tracker: str | None = Field(
        default=None, description="Where no route fits; if not said, the first tracker."
    )
    filing: Filing = Field(default=Filing(), description="How action items become issues.")
    people: tuple[OnePerson, ...] = Field(default=(), description="Who is who in the tools.")
    due: dict[str, Days] = Field(
        default=dict(DUE), description="Days by priority, then by severity; an empty table: no date that nobody stated."
    )
    sync: Sync = Field(default=Sync(), description="How states come back.")
    report: Report = Field(default=Report(), description="The weekly report.")
    reports: dict[str, NamedReport] = Field(default={}, description="Further reports, each at `/reports/<name>`.")
    nudges: Nudges = Field(default=Nudges(), description="Reminders on the issues, and each owner's digest.")
    alerts: Alerts = Field(default=Alerts(), description="Who is told when a person is needed.")
    retention: Retention = Field(default=Retention(), description="How long what is kept.")
    network: NetworkPart = Field(default=NetworkPart(), description="How GitHub and Jira are reached.")
    jobs: Jobs = Field(default=Jobs(), description="How work is done.")

    _file: str = PrivateAttr("the settings")
    _lines: Lines = PrivateAttr({})

    @property
    def reach(self) -> Network:
        """For the connectors."""
        return Network(self.network.ca_bundle, self.network.proxy, self.network.direct)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def file(self) -> str:
        """The file that was read, as a person calls it."""
        return self._file

    def where(self, *place: str | int) -> str:
        """Where a setting or its table stands, for messages: "config/production.toml, line 31"."""
        line = line_of(place, self._lines)
        return f"{self._file}, line {line}" if line else self._file

    def read_from(self, file: str, lines: Lines) -> None:
        """Remembers the file, so that `where` can name it."""
        self._file, self._lines = file, dict[Place, int](lines)
