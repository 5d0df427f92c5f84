"""Who owns an action item, as people read it: from the ticket, the tracker and the people map."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.postmortem.model import ReadItem
from service.postmortem.people import Known, People
from service.store import items, tables
from service.store.database import Database
from service.store.standings import standings

CLOSED = datetime(2026, 11, 17, 14, 31, tzinfo=UTC)
PEOPLE = People(
    [
        Known("Sam", ids={"github": "sam-example", "jira": "712020:sam"}),
        Known("Alex Example", ids={"github": "alex"}),
        Known("payments", team=True),
    ]
)


def owner(database: Database, said: str | None, assignee: str | None = None, name: str | None = None) -> str | None:
    """The owner of an item whose ticket says `said`, and whose issue is assigned to this id and name."""
    with database.begin() as connection:
        connection.execute(
            tables.incidents.insert().values(
                id=1, source="ops", key="42", ref="acme/ops#42", url="https://github.example/acme/ops/issues/42",
                title="Checkout slow", visibility="internal", labels=[], services=[], opened_at=CLOSED,
                closed_at=CLOSED, ticket={}, created_at=CLOSED,
            )
        )  # fmt: skip
        items.add(
            connection, 1, ReadItem("Alert on queue depth", owner=said), key="k", due=None, due_rule="", tracker="code",
            place="acme/ops", owner_known=PEOPLE.find(said) is not None, unclear=(), promised_at=CLOSED, now=CLOSED,
        )  # fmt: skip
        connection.execute(sa.update(tables.items).values(assignee=assignee, assignee_name=name))
        (found,) = standings(connection, names=PEOPLE.names)
    assert found.owner is not None or (found.owner_known and found.owner_id is None)
    return found.owner


@pytest.mark.parametrize(
    ("said", "assignee", "name", "shown"),
    [
        ("@sam-example", None, None, "Sam"),  # the people map's name, as it stands there
        ("payments", None, None, "payments"),
        ("@alex", None, None, "Alex Example"),
        ("@somebody", None, None, "@somebody"),  # a login, from the ticket
        ("Kim", None, None, "Kim"),  # a name, from the ticket
        ("Kim", "712020:sam", "Sam E.", "Sam"),
        (None, "somebody", "somebody", "@somebody"),  # a login, from the tracker
        (None, "somebody", None, "@somebody"),
        (None, "712020:kim", "Kim", "Kim"),  # a name, from the tracker
        ("@alex", "", None, None),  # taken back by a person
    ],
)
def test_an_at_stands_before_a_login_alone(
    database: Database, said: str | None, assignee: str | None, name: str | None, shown: str | None
) -> None:
    assert owner(database, said, assignee, name) == shown


@pytest.mark.parametrize(
    ("said", "assignee", "name"),
    [
        ("@someone", None, None),
        ("a person", None, None),
        ("A person", None, None),
        ("@alex", "someone", "a person"),
        (None, "someone", None),
    ],
)
def test_whoever_was_forgotten_owns_nothing(
    database: Database, said: str | None, assignee: str | None, name: str | None
) -> None:
    assert owner(database, said, assignee, name) is None
