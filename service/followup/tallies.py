"""What a week's report counts beside its items: groups, ages, the trend, what repeats. Plain shapes, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from connectors.base import Visibility


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The items of one team or one severity. `name` None: of those that have none. `filed`: promised since the report
    before; `done` and `done_late` ended since then."""

    name: str | None
    filed: int
    done: int
    done_late: int
    wont_do: int
    open: int
    overdue: int
    oldest_late: int
    carried: int
    unowned: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Overdue items by how late they are: `least` to `most` days; `most` None: more."""

    least: int
    most: int | None
    number: int


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """One week of the trend, as its own report said it. None: that week has no report."""

    week: str
    open: int | None
    overdue: int | None
    added: int | None
    done: int | None
    done_late: int | None


class Took(NamedTuple):
    """How an item that is done fared. `late`: it ended after its due date; None: it had none. `days` from promise to
    end, 0 for an issue that was closed before it was promised; None: not recorded."""

    late: bool | None
    days: int | None


@dataclass(frozen=True, slots=True)
class OnTime:
    """Of the items that ended as done in the twelve weeks: how many by their due date. `undated` had none, so they
    count neither way; n is `on_time` + `late`."""

    on_time: int
    late: int
    undated: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Days from promise to done, of the items done in the twelve weeks: a distribution, never a mean. The quartiles are
    None below n = 4, the median below n = 1. `unknown`: done, but when is not recorded."""

    n: int
    median: float | None
    lower: float | None  # first quartile
    upper: float | None  # third quartile
    most: int | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A newer incident of the same service or label as an earlier one whose action item is still open. `by`: the words
    that both share, as people read them: "service checkout", "label database"."""

    incident_id: int
    ref: str
    title: str
    url: str
    closed_at: datetime | None
    by: str
    earlier_ref: str
    earlier_title: str
    earlier_closed_at: datetime | None
    item_id: int
    item_text: str
    days_late: int
    visibility: Visibility = Visibility.PRIVATE  # the narrower of both


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A postmortem in which sections are not recorded yet, by their titles."""

    incident_id: int
    postmortem_id: int
    ref: str
    title: str
    closed_at: datetime | None
    missing: tuple[str, ...]
    visibility: Visibility = Visibility.PRIVATE
