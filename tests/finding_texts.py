"""The texts of every finding of `check`, read from the source: what stands between the values that vary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [*sorted((ROOT / "connectors").rglob("check*.py")), *sorted((ROOT / "service/checking").glob("*.py"))]
#: call → which of its arguments are the level and the text; no level: always to mend
CALLS = {"Finding": (1, 2), "Line": (2, 3), "mend": (None, 1), "_mend": (None, 1)}
#: shorter ones say nothing by themselves
LEAST = 8


def texts() -> list[tuple[str, str]]:
    """(file and line, the longest piece that does not vary) of each finding that is no ok."""
    found = []
    for file in FILES:
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                found += [(f"{file.relative_to(ROOT)}:{at}", text) for at, text in _of(function)]
    return list(dict.fromkeys(found))


def _of(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        level, text = CALLS[name]
        if len(node.args) <= text or (level is not None and _names(node.args[level]) == "OK"):
            continue
        for piece in _pieces(node.args[text], assigned):
            if len(piece) >= LEAST:
                yield node.lineno, piece


def _names(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _pieces(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The longest constant piece of each form that the text can have."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.strip()
    elif isinstance(node, ast.JoinedStr):
        constants = [str(part.value).strip(" ,.:;“”()") for part in node.values if isinstance(part, ast.Constant)]
        yield max(constants, key=len, default="")
    elif isinstance(node, ast.IfExp):
        yield from _pieces(node.body, assigned)
        yield from _pieces(node.orelse, assigned)
    elif isinstance(node, ast.Name):
        for value in assigned.get(node.id, []):
            if not isinstance(value, ast.Name):
                yield from _pieces(value, {})
