"""Tries an answer with the connector's own check, which only reads, and says in a sentence what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType

from pydantic import ValidationError

from connectors.base import AfterwordError, Finding, Network, Secret
from service.initiation import words
from service.initiation.answers import Part
from service.initiation.asking import Asker, Unfit
from service.settings_faults import from_validation


class Trial:
    """`secret`: that of the webhook, which is made here. `shown`: what was said already is not said again."""

    def __init__(self, kinds: Mapping[str, ModuleType], asker: Asker, webhook_secret: str) -> None:
        self._kinds = kinds
        self._asker = asker
        self._secret = Secret(lambda: webhook_secret, "this dialogue")

    def source(self, part: Part) -> Sequence[Finding]:
        """What is to mend of a source. Raises Unfit where its settings do not fit."""
        model = self._made(part, "SourceSettings", {"secret": self._secret})
        return self._said(self._kinds[part.kind].Source(part.name, model, Network()).check())

    def tracker(self, part: Part) -> Sequence[Finding]:
        """What is to mend of a tracker. Raises Unfit where its settings do not fit."""
        model = self._made(part, "TrackerSettings", {})
        tracker = self._kinds[part.kind].Tracker(part.name, model, Network())
        return self._said(tracker.check(tracker.places))

    def _made(self, part: Part, side: str, more: Mapping[str, object]) -> object:
        model = getattr(self._kinds[part.kind], side)
        try:
            return model.model_validate({"kind": part.kind, **part.values, **more})
        except ValidationError as error:
            faults = from_validation(error, model, (), dict(part.plain))
            raise Unfit(" ".join(fault.text for fault in faults)) from None

    def _said(self, found: Sequence[Finding]) -> Sequence[Finding]:
        for one in found:
            text = _here(f"{one.subject}: {one.text}")
            if one.level == "MEND":
                self._asker.finding(words.MEND, text)
                for more in (one.saw, one.mend):
                    if more:
                        self._asker.finding(words.MORE, _here(more))
            elif one.level == "note":
                self._asker.finding(words.NOTE, text)
            else:
                self._asker.finding(words.WELL, text)
        return [one for one in found if one.level == "MEND"]

    def look(self, asking: str, part: Part) -> Sequence[Finding]:
        """As `source` or `tracker`; what cannot be asked at all is a finding too."""
        self._asker.say(words.TRYING)
        try:
            return self.source(part) if asking == "source" else self.tracker(part)
        except AfterwordError as error:
            return self._said([Finding(part.kind, "MEND", error.message, mend=error.mend)])


def _here(text: str) -> str:
    for said, better in words.TYPED.items():
        text = text.replace(said, better)
    return text
