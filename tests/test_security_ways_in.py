"""The ways in: what a stranger may send to a webhook, and what can be learned from the answers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.webhooks import sign
from service.store import migrate
from service.store.database import Database
from tests.hands import deliver, post, stored
from tests.processes import ROOT
from tests.world import SECRET, World

DESK = "a-secret-of-the-desk-alone"
BODY = json.dumps({"action": "closed"}).encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("ways")
    (folder / "desk").write_text(DESK)
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    change = 'secret_env = "DESK_SECRET"', f'secret_file = "{folder}/desk"'
    with World(database, folder, change=lambda text: text.replace(*change)) as world:
        yield world
    database.close()


@pytest.fixture(scope="module")
def client(world: World) -> FlaskClient:
    return world.app.test_client()


VALUE = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=120)
SIGNED = st.one_of(
    VALUE,
    st.builds("sha256={}".format, VALUE),
    st.builds("sha256={}".format, st.text("0123456789abcdefABCDEF", min_size=60, max_size=70)),
    st.sampled_from(["sha1=" + "0" * 40, "v1=0,v1=1", "t=1,v1=2", "v1,abc  v1,def", "sha256=", "=", "sha256"]),
)


@settings(max_examples=150, deadline=None)
@given(
    source=st.sampled_from(["ops", "desk"]),
    body=st.binary(max_size=300),
    signature=SIGNED,
    more=st.dictionaries(
        st.sampled_from(
            ["X-GitHub-Event", "X-GitHub-Delivery", "Content-Type", "Content-Encoding", "X-Hub-Signature-512"]
        ),
        VALUE,
        max_size=3,
    ),
)
def test_whatever_a_stranger_sends_is_refused_and_never_a_fault(client, source, body, signature, more):
    names = ("X-Hub-Signature-256", "X-Hub-Signature")
    answer = client.post(f"/webhooks/{source}", data=body, headers={**dict.fromkeys(names, signature), **more})
    assert answer.status_code == 401
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_of_all_that_was_stored(world):
    assert deliver(world, BODY, signature="sha256=00").status == 401
    assert stored(world) == []


def test_a_refusal_is_the_same_for_every_wrong_signature_and_shows_neither_secret_nor_what_was_right(world):
    wrong = [sign("x", BODY), sign(DESK, BODY), sign(SECRET, BODY + b" "), "sha256=" + "0" * 64]
    answers = {deliver(world, BODY, signature=one).body for one in wrong}
    assert len(answers) == 1
    (said,) = answers
    for secret in (SECRET, DESK, sign(SECRET, BODY).removeprefix("sha256="), sign(DESK, BODY).removeprefix("sha256=")):
        assert secret.encode() not in said


def test_a_secret_of_one_source_opens_no_other(world):
    tried = [("ops", DESK), ("desk", SECRET), ("ops", SECRET), ("desk", DESK)]
    assert [deliver(world, BODY, source=one, secret=secret, name=secret).status for one, secret in tried] == [
        401, 401, 202, 202,
    ]  # fmt: skip


def test_an_unknown_source_is_answered_the_same_with_and_without_a_good_signature(world):
    """What the address of a source is, is no secret: it stands in the settings of the tool that sends."""
    answers = {
        post(world, "/webhooks/nobody", BODY, {"X-Hub-Signature-256": signature}).body
        for signature in (sign(SECRET, BODY), sign(DESK, BODY), "", "x")
    }
    assert len(answers) == 1


def test_a_token_of_the_pages_signs_no_delivery_and_no_webhook_s_secret_opens_a_page(world, client):
    token = world.service.new_token or ""
    assert deliver(world, BODY, secret=token).status == 401
    for secret in (SECRET, DESK, sign(SECRET, b"")):
        assert client.get("/postmortems", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert client.post("/webhooks/ops", data=BODY, headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_webhook_s_address_takes_nothing_but_a_post(client, method):
    assert client.open("/webhooks/ops", method=method, data=BODY).status_code == 405


# --- no pattern that could take more than linear time


#: harmless: each turn begins with a dot, which its inside cannot hold, so there is one way to read it
DOTTED = r"(?:\.[\w-]+)+"


def patterns() -> Iterator[tuple[str, Any]]:
    """Every regular expression of the product that is written as one text: (file and line, pattern parsed)."""
    for file in [*(ROOT / "service").rglob("*.py"), *(ROOT / "connectors").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not ast.unparse(node.func).startswith("re."):
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and node.func.attr != "escape":
                flags = re.VERBOSE if re.search(r"\bre\.(VERBOSE|X)\b", ast.unparse(node)) else 0
                yield f"{file.relative_to(ROOT)}:{node.lineno}", parser.parse(first.value.replace(DOTTED, ""), flags)


def nested(tree: Any, inside: bool = False) -> bool:
    """Whether something unbounded is repeated without bound."""
    for code, value in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _, most, below = value
            endless = most is codes.MAXREPEAT
            found = (endless and inside) or nested(below, inside or endless)
        elif code is codes.SUBPATTERN:
            found = nested(value[3], inside)
        elif code is codes.BRANCH:
            found = any(nested(one, inside) for one in value[1])
        else:
            found = code in (codes.ASSERT, codes.ASSERT_NOT) and nested(value[1], inside)
        if found:
            return True
    return False


def test_no_regular_expression_repeats_without_bound_what_repeats_without_bound():
    assert nested(parser.parse("(a+)+"))
    assert nested(parser.parse("(?:x|(?:a*b?)*)*"))
    assert not nested(parser.parse("(a+)(b{2,9}c)*"))
    found = dict(patterns())
    assert len(found) > 50
    assert [where for where, tree in found.items() if nested(tree)] == []
