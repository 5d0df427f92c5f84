"""What the story needs, put together once by wiring.py and handed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.base import Publisher, Source, Tracker
from service.counting import Calls
from service.engine import Engine
from service.postmortem.blame import HintList
from service.postmortem.people import People
from service.postmortem.vocabulary import Vocabulary
from service.settings import Settings
from service.store.database import Database
from service.texts import Texts


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    database: Database
    sources: Mapping[str, Source]
    publishers: Mapping[str, Publisher]
    trackers: Mapping[str, Tracker]
    people: People
    texts: Texts
    words: Vocabulary  # by which tickets are read
    hints: HintList  # on the wording of documents
    installation: bytes  # the key of every marker; made once, kept in the database
    now: Callable[[], datetime]
    engine: Engine
    calls: Calls = field(default_factory=Calls)  # how often the connections of this process were asked

    def document_url(self, postmortem_id: int) -> str:
        return f"{self.settings.public_url}/postmortems/{postmortem_id}"
