"""The first route that holds decides; values of one key are alternatives, keys add up."""

from __future__ import annotations

from typing import Any

import pytest

from service.postmortem.routing import Route, When, choose, hidden, level
from service.routes import nearest_first


def chosen(*routes: Route, severity: str | None = None, labels=(), services=(), text: str = "Add an alert") -> str:
    return choose(routes, "default", severity=severity, labels=labels, services=services, item_text=text).tracker


def test_without_a_route_the_default_tracker_is_taken_and_nothing_is_published() -> None:
    route = choose([], "default", severity="SEV1", labels=["a"], services=["b"], item_text="c")
    assert route == Route(When(), "default", None, False)


def test_a_route_without_conditions_always_holds() -> None:
    assert chosen(Route(When(), "work")) == "work"


def test_the_first_match_wins() -> None:
    assert (
        chosen(
            Route(When(labels=("b",)), "one"), Route(When(labels=("a",)), "two"), Route(When(), "three"), labels=["a"]
        )
        == "two"
    )


def test_values_of_one_key_are_alternatives() -> None:
    route = Route(When(severity=("SEV1", "SEV2")), "work")
    assert [chosen(route, severity=s) for s in ("SEV1", "SEV2", "SEV3", None)] == ["work", "work", "default", "default"]


def test_all_keys_have_to_hold() -> None:
    route = Route(When(severity=("SEV1",), labels=("team:payments",), service=("checkout",), text=("alert",)), "work")
    whole = {"severity": "SEV1", "labels": ["Team:Payments"], "services": ["Checkout"], "text": "Alert on depth"}
    assert chosen(route, **whole) == "work"
    for key, other in {"severity": "SEV2", "labels": [], "services": ["search"], "text": "Alerting"}.items():
        assert chosen(route, **(whole | {key: other})) == "default", key


@pytest.mark.parametrize("spelled", ["SEV2", "sev-2", "Sev 2", "severity:2", "Severity 2 (major)", " sev.2 "])
def test_a_severity_is_the_same_in_every_spelling(spelled: str) -> None:
    assert level(spelled) == "sev2"
    assert chosen(Route(When(severity=("Sev 2",)), "work"), severity=spelled) == "work"


@pytest.mark.parametrize(("a", "b"), [("SEV1", "SEV10"), ("SEV2", "P2"), ("Critical", "Major"), ("S2", "SEV2")])
def test_other_severities_stay_apart(a: str, b: str) -> None:
    assert level(a) != level(b)


@pytest.mark.parametrize(
    ("phrase", "text", "holds"),
    [
        ("database", "Tune the Database pool", True),
        ("database", "Tune the databases", False),
        ("status page", "Show it on the status  page", True),
        ("c++", "Rewrite the C++ client", True),
        (".*", "Anything", False),
        (" ", "Anything", False),
    ],
)
def test_text_words_are_whole_words_and_no_pattern(phrase: str, text: str, holds: bool) -> None:
    assert (chosen(Route(When(text=(phrase,)), "work"), text=text) == "work") is holds


# --- routes that can never be reached


@pytest.mark.parametrize(
    ("earlier", "later", "reachable"),
    [
        ({}, {"labels": ("team:payments",)}, False),
        ({}, {}, False),
        ({"labels": ("team:payments",)}, {}, True),
        ({"labels": ("Team:Payments", "b")}, {"labels": ("team:payments",)}, False),
        ({"labels": ("team:payments",)}, {"labels": ("team:payments", "b")}, True),
        ({"severity": ("SEV-1",)}, {"severity": ("sev1",), "service": ("checkout",)}, False),
        ({"severity": ("SEV1",), "service": ("checkout",)}, {"severity": ("SEV1",)}, True),
        ({"text": ("alert",)}, {"text": ("new alert on", "old alert")}, False),
        ({"text": ("alert",)}, {"text": ("alerting",)}, True),
        ({"text": ("alert",)}, {"labels": ("a",)}, True),
    ],
)
def test_a_route_that_an_earlier_one_hides_is_found(
    earlier: dict[str, tuple[str, ...]], later: dict[str, tuple[str, ...]], reachable: bool
) -> None:
    routes = [Route(When(**earlier), "a"), Route(When(**later), "b")]
    assert hidden(routes) == ({} if reachable else {1: (0,)})


def test_several_routes_hide_one_together_and_what_is_hidden_hides_nothing() -> None:
    routes = [
        Route(When(severity=("SEV1",)), "a"),
        Route(When(severity=("sev 1",)), "b"),
        Route(When(severity=("SEV2",)), "a"),
        Route(When(severity=("SEV1", "SEV2")), "c"),
        Route(When(severity=("SEV1", "SEV3")), "d"),
    ]
    assert hidden(routes) == {1: (0,), 3: (0, 2)}


def test_of_two_sites_with_such_a_key_the_one_that_files_there_is_asked_first() -> None:
    class Site:
        def __init__(self, *places: str) -> None:
            self.places = places

    trackers: Any = {"one": Site("OPS"), "two": Site("PAY", "SHOP"), "code": Site("acme/checkout")}
    assert [name for name, _ in nearest_first(trackers, "SHOP-12")] == ["two", "one", "code"]
    assert [name for name, _ in nearest_first(trackers, "#12")] == ["one", "two", "code"]
