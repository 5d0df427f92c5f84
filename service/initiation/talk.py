"""The dialogue: from nothing to everything that the settings need. Each answer is tried before the next question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import ModuleType

from connectors.base import Finding
from service.initiation import fitting, words
from service.initiation.answers import Answers, Held, Part, Someone, held, key_file
from service.initiation.asking import Asker, Unfit, anything, many, needed
from service.initiation.trying import Trial
from service.settings_values import Duration, Url, local_port

#: what says how a tool is reached, besides secrets
REACHED = ("api_url", "url", "deployment", "app_id", "token_ends")
GITHUB_API = "https://api.github.com"
#: as a connector's check tells of a field: `customfield_10010 = { value = "…" }`
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,99}) = ([\[{\"0].{0,200})$")


class Dialogue:
    def __init__(
        self, asker: Asker, kinds: Mapping[str, ModuleType], environ: Mapping[str, str], webhook_secret: str
    ) -> None:
        self.asker = asker
        self.environ = environ
        self.secret = webhook_secret
        self.trial = Trial(kinds, asker, webhook_secret)
        self.to_mend = 0

    def run(self) -> Answers:
        source = self._source()
        tracker = self._tracker(source)
        mode = self.asker.choose(words.MODE, words.MODES)
        quiet = self.asker.ask(words.QUIET, "10m", fit=fitting.setting(Duration))
        public_url = self.asker.ask(words.PUBLIC_URL, "http://127.0.0.1:8000", fit=fitting.setting(Url))
        if local_port(public_url):
            self.asker.say(words.LOCAL)
        zone = self.asker.ask(words.TIMEZONE, self.environ.get("TZ", "").strip(":") or "UTC", fit=fitting.zone)
        people = self._people(source, tracker) if self.asker.yes(words.PEOPLE, False) else ()
        reports = self.asker.hidden(words.REPORTS, fit=fitting.addresses)
        alerts = self.asker.hidden(words.ALERTS, fit=fitting.addresses)
        return Answers(
            source, tracker, self.secret, mode, quiet, public_url, zone, people, reports, alerts, self.to_mend
        )

    # --- the two ends

    def _source(self) -> Part:
        tool = self.asker.choose(words.WHERE_FROM, words.TOOLS)
        name = "ops" if tool == "github" else "desk"
        reached = self._reached(name, tool, "")
        return self._tried("source", lambda: self._source_scope(reached))

    def _source_scope(self, part: Part) -> Part:
        if part.tool == "github":
            repositories = self.asker.ask(words.SOURCE_REPOSITORIES, fit=fitting.repositories)
            labels = self.asker.ask(words.SOURCE_LABELS, "incident", fit=fitting.label)
            return replace(part, plain={**part.plain, "repositories": list(repositories), "labels": [labels]})
        projects = self.asker.ask(words.SOURCE_PROJECTS, fit=many)
        kind = self.asker.ask(words.SOURCE_TYPES, fit=anything, optional=True)
        types = {"issue_types": [kind]} if kind else {}
        return replace(part, plain={**part.plain, "projects": [key.upper() for key in projects], **types})

    def _tracker(self, source: Part) -> Part:
        tool = self.asker.choose(words.WHERE_TO, {source.tool: words.TOOLS[source.tool], **words.TOOLS})
        name = "code" if tool == "github" else "work"
        if tool == source.tool and self.asker.yes(words.SAME.format(tool=words.TOOLS[tool]), True):
            kept = {key: value for key, value in source.plain.items() if key in REACHED}
            reached = Part(name, tool, kept, source.secrets)
        else:
            reached = self._reached(name, tool, "TRACKER_" if tool == source.tool else "")
        return self._tried("tracker", lambda: self._tracker_scope(reached, source))

    def _tracker_scope(self, part: Part, source: Part) -> Part:
        if part.tool == "github":
            named = source.plain.get("repositories", [])
            usual = " ".join(one for one in named if "*" not in one) if isinstance(named, list) else ""
            repositories = self.asker.ask(words.TRACKER_REPOSITORIES, usual, fit=fitting.repositories)
            return replace(part, plain={**part.plain, "repositories": list(repositories)})
        named = source.plain.get("projects", []) if part.kind == source.kind else []
        usual = named[0] if isinstance(named, list) and named else ""
        project = self.asker.ask(words.TRACKER_PROJECT, usual, fit=needed).upper()
        kind = self.asker.ask(words.TRACKER_TYPE, "Task", fit=needed)
        return replace(part, plain={**part.plain, "project": project, "issue_type": kind})

    def _tried(self, side: str, make: Callable[[], Part]) -> Part:
        """Asked again until nothing is to mend, or a person keeps it."""
        with self.asker.remembering():
            while True:
                part = make()
                try:
                    mends = self.trial.look(side, part)
                    if side == "tracker" and mends and (filled := self._filled(part, mends)) is not part:
                        part, mends = filled, self.trial.look(side, filled)
                except Unfit as error:
                    self.asker.say(words.NOT_FITTING.format(text=error))
                    continue
                if not mends or not self.asker.yes(words.AGAIN, True):
                    self.to_mend += len(mends)
                    return part

    def _filled(self, part: Part, mends: Sequence[Finding]) -> Part:
        """Fields that the project requires, with values for them."""
        fields: dict[str, object] = {}
        for one in mends:
            found = _FIELD.search(one.mend)
            if found and "requires" in one.text:
                value = self.asker.ask(
                    words.FIELD.format(said=f"{one.subject} {one.text}"), fit=anything, optional=True
                )
                if value:
                    fields[found[1]] = _filled_in(found[2], value)
        return replace(part, plain={**part.plain, "fields": fields}) if fields else part

    # --- how a tool is reached

    def _reached(self, name: str, tool: str, prefix: str) -> Part:
        """Address and credentials, tried before anything else is asked."""
        with self.asker.remembering():
            while True:
                part = self._github(name, prefix) if tool == "github" else self._jira(name, tool, prefix)
                try:
                    mends = self.trial.look("source", part)
                except Unfit as error:
                    self.asker.say(words.NOT_FITTING.format(text=error))
                    continue
                if not mends or not self.asker.yes(words.AGAIN, True):
                    return part

    def _github(self, name: str, prefix: str) -> Part:
        api_url = self.asker.ask(words.API, GITHUB_API, fit=needed).rstrip("/")
        plain: dict[str, object] = {} if api_url == GITHUB_API else {"api_url": api_url}
        if self.asker.choose(words.SIGN_IN, words.SIGN_INS) == "app":
            plain["app_id"] = self.asker.ask(words.APP_ID, fit=fitting.number)
            return Part(name, "github", plain, {"app_key": self.asker.ask(words.APP_KEY, fit=key_file)})
        token = self._hidden(words.GITHUB_TOKEN, f"{prefix}GITHUB_TOKEN")
        return Part(name, "github", plain, {"token": token})

    def _jira(self, name: str, tool: str, prefix: str) -> Part:
        cloud = tool == "cloud"
        url = self.asker.ask(words.JIRA_URL if cloud else words.JIRA_URL_DC, fit=needed).rstrip("/")
        plain: dict[str, object] = {"url": url} if cloud else {"url": url, "deployment": "datacenter"}
        secrets: dict[str, Held] = {}
        if cloud:
            user = held(f"{prefix}JIRA_USER", self.environ)
            secrets["user"] = self.asker.ask(words.JIRA_USER, fit=user)
        secrets["token"] = self._hidden(words.JIRA_TOKEN if cloud else words.JIRA_PAT, f"{prefix}JIRA_TOKEN")
        if cloud and (ends := self.asker.ask(words.JIRA_ENDS, fit=fitting.day, optional=True)):
            plain["token_ends"] = ends
        return Part(name, tool, plain, secrets)

    def _hidden(self, what: str, variable: str) -> Held:
        return self.asker.hidden(words.HIDDEN.format(what=what), fit=held(variable, self.environ))

    def _people(self, source: Part, tracker: Part) -> Sequence[Someone]:
        tools = {source.kind, tracker.kind}
        people: list[Someone] = []
        while name := self.asker.ask(words.PERSON_NAME, fit=anything):
            github = self.asker.ask(words.PERSON_GITHUB.format(name=name), fit=anything) if "github" in tools else ""
            jira = self.asker.ask(words.PERSON_JIRA.format(name=name), fit=anything) if "jira" in tools else ""
            people.append(Someone(name, github.removeprefix("@"), jira))
        return people


def _filled_in(example: str, value: str) -> object:
    """A value in the form of the example."""
    if example.startswith("{"):
        return {"value": value}
    if example.startswith("["):
        return [{"value": value}] if "{" in example else [value]
    return int(value) if example == "0" and value.isdigit() else value
