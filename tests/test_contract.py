"""Every connector keeps the promises of connectors/base.py, shown on its own fixtures. Nothing to write per connector.

tests/fixtures/<connector>/ holds
    X.json and X.expected.json      a delivery, and what the Signal must say (a part of it is enough)
    Y.ignored.json                  a delivery that is signed and does not concern us
    X.headers.json                  the headers that go with X.json, if they matter
    source.json                     settings of the source, if it needs some
"""

import hashlib
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import BadPayload, BadSignature, Said, Secret, Signal
from service.wiring import SHARED

ROOT = Path(__file__).parents[1]
FIXTURES = Path(__file__).parent / "fixtures"
CONNECTORS = sorted(
    path.stem
    for path in (ROOT / "connectors").iterdir()
    if path.stem not in SHARED and (path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py"))))
)
BESIDE = (".expected.json", ".headers.json")


def deliveries(connector: str) -> list[Path]:
    folder = FIXTURES / connector
    return [
        file for file in sorted(folder.glob("*.json")) if not file.name.endswith(BESIDE) and file.name != "source.json"
    ]


def beside(file: Path, what: str) -> Path:
    return file.with_name(file.name.removesuffix(".json") + f".{what}.json")


EACH = [(connector, file) for connector in CONNECTORS for file in deliveries(connector)]
each_connector = pytest.mark.parametrize("connector", CONNECTORS)
each_delivery = pytest.mark.parametrize(
    ("connector", "file"), EACH, ids=[f"{connector}/{file.name}" for connector, file in EACH]
)


def source_of(connector: str) -> Any:
    module = importlib.import_module(f"connectors.{connector}")
    said = FIXTURES / connector / "source.json"
    settings = json.loads(said.read_text("utf-8")) if said.exists() else {}
    secret = Secret(lambda: "right", "the variable OPS_SECRET")
    return module.Source("ops", module.SourceSettings.model_validate({"kind": connector, "secret": secret, **settings}))


def headers_of(file: Path) -> dict[str, str]:
    unmarked = file.with_name(file.name.replace(".ignored.", "."))
    for candidate in (beside(file, "headers"), beside(unmarked, "headers")):
        if candidate.exists():
            return {key.lower(): value for key, value in json.loads(candidate.read_text("utf-8")).items()}
    return {}


def plain(value: Any) -> Any:
    """A value of the vocabulary as JSON would hold it, so that a fixture can state it."""
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def part_of(expected: Any, actual: Any) -> Any:
    """`actual`, cut to the keys that `expected` names."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: part_of(expected[key], actual.get(key, "not there")) for key in expected}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [part_of(one, other) for one, other in zip(expected, actual, strict=True)]
    return actual


def test_there_are_connectors():
    assert CONNECTORS


@each_connector
def test_a_connector_has_its_fixtures(connector):
    files = deliveries(connector)
    understood = [file for file in files if beside(file, "expected").exists()]
    ignored = [file for file in files if file.name.endswith(".ignored.json")]
    alone = [file.name for file in files if file not in understood and file not in ignored]
    wanted = f"tests/fixtures/{connector}/ needs one X.json with its X.expected.json, and one Y.ignored.json"
    assert understood, wanted
    assert ignored, wanted
    assert not alone, f"tests/fixtures/{connector}/: nothing says what {alone} must become; add X.expected.json"


@each_delivery
def test_a_delivery_says_what_its_fixture_expects(connector, file):
    signal = source_of(connector).read(headers_of(file), file.read_bytes())
    assert isinstance(signal, Signal)
    assert signal.why, "each delivery is listed with a sentence that says what it means"
    if file.name.endswith(".ignored.json"):
        assert signal.said is Said.NOTHING
    if beside(file, "expected").exists():
        expected = json.loads(beside(file, "expected").read_text("utf-8"))
        assert part_of(expected, plain(signal)) == expected


@each_delivery
def test_a_wrong_signature_is_refused_whatever_it_looks_like(connector, file):
    source, body = source_of(connector), file.read_bytes()
    names = [name for name in headers_of(file) if "signature" in name] or ["x-hub-signature-256", "x-hub-signature"]
    for value in ("", "garbage", "sha256=", f"sha256={'0' * 64}", "sha1=00", "sha256=é\udcff", "v1,a b", "=" * 999):
        with pytest.raises(BadSignature):
            source.verify({**headers_of(file), **dict.fromkeys(names, value)}, body)
    with pytest.raises(BadSignature):
        source.verify({}, body)


@each_delivery
def test_a_delivery_has_the_same_id_when_it_comes_again(connector, file):
    source, body, headers = source_of(connector), file.read_bytes(), headers_of(file)
    assert source.delivery_id(headers, body) == source.delivery_id(headers, body) != ""
    assert source.delivery_id({}, body + b" ") == hashlib.sha256(body + b" ").hexdigest()


def read_or_refusal(source: Any, headers: Mapping[str, str], body: bytes) -> Signal | BadPayload:
    try:
        return source.read(headers, body)
    except BadPayload as refused:
        return refused


def mutations(payload: dict[str, Any]) -> Iterator[Any]:
    """Each field of the two upper levels dropped, and replaced by something of another kind."""
    for key, value in payload.items():
        yield {name: other for name, other in payload.items() if name != key}
        for wrong in (None, "x", 7, -1.5, True, [], {}, [None], {"id": None}, 10**30, "\x00\ud800"):
            yield {**payload, key: wrong}
        if isinstance(value, dict):
            yield from ({**payload, key: inner} for inner in one_level(value))


def one_level(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in value:
        yield {name: other for name, other in value.items() if name != key}
        for wrong in (None, "x", 7, [], {}, [None]):
            yield {**value, key: wrong}


@each_delivery
def test_a_damaged_payload_is_read_or_refused_and_never_breaks(connector, file):
    source, headers = source_of(connector), headers_of(file)
    for damaged in mutations(json.loads(file.read_bytes())):
        answer = read_or_refusal(source, headers, json.dumps(damaged).encode())
        assert isinstance(answer, Signal) or answer.message


@each_delivery
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"action": NaN, "issue": 1e999}',
        b'{"timestamp": ' + b"9" * 5_000 + b"}",
        b'{"action": "\\ud800", "webhookEvent": "\\u0000"}',
    ],
    ids=["empty", "null", "list", "text", "open", "bytes", "deep-list", "deep-object", "nan", "huge", "surrogate"],
)
def test_a_body_that_is_no_payload_is_refused_with_a_sentence(connector, file, body):
    answer = read_or_refusal(source_of(connector), headers_of(file), body)
    assert answer.said is Said.NOTHING if isinstance(answer, Signal) else answer.message
