"""docs/security.md names a test for every threat, and each of them exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.processes import ROOT

DOC = (ROOT / "docs/security.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOC.splitlines()
    if line.startswith("|") and not line.startswith(("| Threat", "|---"))
]
NAMED = sorted(set(re.findall(r"`(tests/test_\w+\.py)::(test_\w+)`", DOC)))

#: what a service of this kind has to think of, and the words by which its line is known
TOPICS = {
    "signature on raw bytes": "raw bytes",
    "malformed headers never 5xx": r"malformed.*\(500\)",
    "replay and dedupe": r"\(replay\)",
    "body limits": "body is too large",
    "JSON bombs": "JSON bomb",
    "SSRF": r"\(SSRF\)",
    "redirects": "redirect",
    "XSS": r"\(XSS\)",
    "CSP": "policy without inline",
    "security headers": "security headers",
    "cookies and CSRF": r"\(CSRF\).*no cookies",
    "host": "DNS rebinding",
    "CSV": "formula",
    "mail headers": "header injection",
    "outgoing text": "mentions",
    "template injection": "template injection",
    "ReDoS": "ReDoS",
    "SQL": "SQL",
    "secrets": "secret shows",
    "logs": "logs hold",
    "tokens": "guessed",
    "rate limit": "flood",
    "isolation of sources": r"\(isolation\)",
    "constant answers": "same words",
    "supply chain": "supply chain",
    "authority": "without a role",
    "audience": "wider audience",
}


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_each_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_line_has_its_threat_what_is_done_and_a_test() -> None:
    assert len(ROWS) > 40
    short = [row for row in ROWS if len(row) != 3 or not all(row) or not re.search(r"`tests/.+::test_\w+`", row[2])]
    assert short == []


def test_nothing_that_looks_like_a_test_is_written_in_another_way() -> None:
    assert DOC.count("::") == len(re.findall(r"`tests/test_\w+\.py::test_\w+`", DOC))


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_has_its_line(topic: str) -> None:
    assert [row for row in ROWS if re.search(TOPICS[topic], " ".join(row), re.I)]
