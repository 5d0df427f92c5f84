"""The documents say what the code does, or the build is red. `make docs` writes the README's tables anew."""

import ast
import importlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.settings import read
from service.settings_faults import holds_secret, mentions
from service.settings_table import markdown, settings_table
from service.troubles.page import page
from service.wiring import SHARED

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TROUBLES = ROOT / "docs" / "troubleshooting.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
KINDS: dict[str, Any] = {
    path.stem: importlib.import_module(f"connectors.{path.stem}")
    for path in sorted((ROOT / "connectors").iterdir())
    if path.stem not in SHARED and (path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists()))
}
SIDES = {"source": "SourceSettings", "tracker": "TrackerSettings"}
TABLE = re.compile(r"(<!-- table: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.S)


def tables() -> dict[str, str]:
    """Each table of the README by its name, as the code has it now."""
    found = {"settings": markdown(settings_table())}
    for kind, module in KINDS.items():
        for side, model in SIDES.items():
            if hasattr(module, model):
                found[f"{side} {kind}"] = markdown(settings_table(getattr(module, model)))
    return found


def rewritten(text: str) -> str:
    now = tables()
    return TABLE.sub(lambda old: f"{old[1]}{now.get(old[2], '')}\n{old[4]}", text)


def test_the_readmes_tables_of_settings_are_complete():
    text = README.read_text("utf-8")
    assert sorted(name for _, name, _, _ in TABLE.findall(text)) == sorted(tables()), "one marked table for each"
    assert text == rewritten(text), "make docs writes them anew"


def test_each_setting_has_a_meaning():
    rows = [(name, line) for name, table in tables().items() for line in table.splitlines()]
    assert [f"{name}: {line}" for name, line in rows if line.endswith("| |") or "|  |" in line] == []


def test_each_command_and_option_is_in_the_readme():
    """Read from the source, so that no command need run."""
    main = ast.parse((ROOT / "service/commands/catalogue.py").read_text("utf-8"))
    values = [
        node.value
        for node in ast.walk(main)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and "COMMANDS" in {target.id for target in targets(node) if isinstance(target, ast.Name)}
    ]
    assert values, "service/commands/catalogue.py names its commands in COMMANDS"
    text = README.read_text("utf-8")
    table = text[text.index("## Commands") : text.index("## Settings")]
    assert [name for name in names_in(values[0]) if not re.search(rf"`{name}[ `]", table)] == []
    flags = {
        node.value for node in ast.walk(main) if isinstance(node, ast.Constant) and str(node.value).startswith("--")
    }
    assert sorted(flag for flag in flags if flag not in table) == []


def targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def names_in(value: ast.expr | None) -> list[str]:
    """The commands of a tuple of names, of tuples that begin with a name, of calls, or of a dict by name."""
    if isinstance(value, ast.Dict):
        items: list[ast.expr] = [key for key in value.keys if key]
    else:
        assert isinstance(value, ast.Tuple | ast.List)
        items = value.elts
    names = []
    for item in items:
        while not isinstance(item, ast.Constant):
            item = item.args[0] if isinstance(item, ast.Call) else item.elts[0]
        names.append(str(item.value).split()[0])
    return names


@pytest.mark.parametrize("kind", KINDS)
def test_each_connector_is_in_the_readme(kind):
    assert kind in README.read_text("utf-8").casefold()


def test_each_make_target_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    there = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    named = {
        (page.name, target)
        for page in PAGES
        for code in re.findall(r"`([^`\n]+)`|^(make .+)$", page.read_text("utf-8"), re.M)
        for target in re.findall(r"\bmake ([a-z-]+)", " ".join(code))
    }
    assert named
    assert [f"{page}: make {target}" for page, target in sorted(named) if target not in there] == []
    described = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.M))
    assert there == described, "make help lists each target"


def test_both_commands_and_the_tests_stand_in_the_readme():
    text = README.read_text("utf-8")
    for command in ("make demo", "make run", "make check", "make test"):
        assert command in text


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", head.casefold()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_each_link_of_a_page_leads_somewhere(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_example_settings_are_good_once_its_variables_are_filled_in():
    variables = re.findall(r"^#?([A-Z_]+)=", (ROOT / "config/example.env").read_text("utf-8"), re.M)
    environ = {name: "json://example.org" for name in variables if name != "DATABASE_URL"}
    settings = read(ROOT / "config/example.toml", environ, KINDS)
    assert settings.sources
    assert settings.trackers
    assert len(settings.report.deliver) == 1


def test_the_example_shows_each_kind_of_connector_that_ships():
    example = tomllib.loads((ROOT / "config/example.toml").read_text("utf-8"))
    shown = {side: {one["kind"] for one in example[f"{side}s"].values()} for side in SIDES}
    for kind, module in KINDS.items():
        for side, model in SIDES.items():
            assert not hasattr(module, model) or kind in shown[side]


@pytest.mark.parametrize("kind", KINDS)
def test_no_setting_of_a_connector_takes_a_secret_as_plain_text(kind):
    for model in SIDES.values():
        fields = getattr(getattr(KINDS[kind], model, None), "model_fields", {})
        plain = [name for name, field in fields.items() if re.search("token|secret|password", name)]
        plain = [name for name in plain if not mentions(fields[name].annotation, date)]  # when it ends is none
        assert [name for name in plain if not holds_secret(fields[name])] == []


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
    TROUBLES.write_text(page(), "utf-8")
