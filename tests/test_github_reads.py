"""Reads are repeated with care: GETs only, a bounded number of times, and never by sleeping on a limit."""

import pytest

from connectors.base import Limited, Unavailable
from sandbox.github import GitHubSandbox
from tests.github_hands import client


@pytest.fixture
def github():
    with GitHubSandbox() as sandbox:
        sandbox.create_repo("acme/checkout")
        yield sandbox


@pytest.mark.parametrize(
    "fault",
    [{"kind": "reset_before"}, {"kind": "status", "status": 502}, {"kind": "lose_answer"}, {"kind": "truncate"}],
)
def test_a_get_is_tried_again(github, fault):
    github.fault("GET", "/repos/acme/checkout", **fault)
    if fault["kind"] == "truncate":  # seen after the answer began: told, not tried again by itself
        with pytest.raises(Unavailable):
            client(github.url).get("/repos/acme/checkout")
    else:
        assert client(github.url).get("/repos/acme/checkout").status == 200
        assert github.count("GET") == 2


def test_a_get_that_never_works_is_unavailable_and_bounded(github):
    github.fault("GET", "/repos/acme/checkout", "status", times=50, status=503, headers={"Retry-After": "3000"})
    with pytest.raises(Unavailable):
        client(github.url).get("/repos/acme/checkout")
    assert github.count("GET") == 3


def test_a_query_by_graphql_is_not_repeated_and_is_a_read(github):
    github.fault("POST", "/graphql", "status", times=9, status=502)
    with pytest.raises(Unavailable):
        client(github.url).graphql("{ viewer { login } }", {})
    assert github.count("POST") == 1


def test_a_read_never_sleeps_on_a_limit(github):
    github.rate_left = 0
    with pytest.raises(Limited) as limited:
        client(github.url).get("/repos/acme/checkout")
    assert limited.value.retry_after > 3000
    assert github.count("GET") == 1
