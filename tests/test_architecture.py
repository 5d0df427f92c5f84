"""The shape of the project, held: which way imports go, how long files are, what is never done at import."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("service", "connectors")
OURS = (*PRODUCT, "sandbox", "tests", "bench")
FILES = [file for folder in OURS for file in sorted((ROOT / folder).rglob("*.py"))]
#: Shared by all connectors; everything else below connectors/ knows one vendor.
COMMON = {"answers", "base", "counted", "reasons", "signing", "spotting", "text", "transport"}
#: The only files that may know Flask.
FLASK = ("service/app.py", "service/receive.py", "service/web/")
#: What the pure core may import: no file, network, clock, database or framework.
PURE = ("service/postmortem/", "service/followup/facts.py", "service/followup/snapshot.py", "service/followup/week.py")
IMPURE = re.compile(
    "(flask|werkzeug|sqlalchemy|alembic|sqlite3|psycopg|apscheduler|procrastinate|requests|urllib3|http|socket|subprocess|"
    r"threading|os|time|random|tempfile|shutil|logging|structlog|github|jira|apprise|pathlib|io)(\.|$)"
)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), name_of(file))


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that is imported, with the statement; `from a import b` gives a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def product() -> list[Path]:
    return [file for file in FILES if name_of(file).startswith(PRODUCT)]


def connector_of(file: Path) -> str:
    return file.relative_to(ROOT / "connectors").parts[0].removesuffix(".py")


def bent(files: list[Path], wrong) -> list[str]:
    return [
        f"{name_of(file)}:{node.lineno} imports {module}"
        for file in files
        for module, node in imports(tree_of(file))
        if wrong(file, module)
    ]


def test_connectors_never_import_the_service_or_flask_or_the_scheduler():
    never = {"service", "flask", "werkzeug", "apscheduler", "procrastinate", "sqlalchemy", "sandbox"}
    files = [file for file in FILES if name_of(file).startswith("connectors/")]
    assert bent(files, lambda _, module: module.partition(".")[0] in never) == []


def test_connectors_never_import_each_other():
    def wrong(file: Path, module: str) -> bool:
        parts = module.split(".")
        return parts[0] == "connectors" and len(parts) > 1 and parts[1] not in COMMON | {connector_of(file)}

    files = [file for file in FILES if name_of(file).startswith("connectors/")]
    assert bent(files, wrong) == []


def test_the_vocabulary_imports_the_standard_library_alone():
    def wrong(_: Path, module: str) -> bool:
        return module.partition(".")[0] not in sys.stdlib_module_names and not module.startswith("connectors.base")

    assert bent(sorted((ROOT / "connectors/base").glob("*.py")), wrong) == []


def test_only_wiring_loads_connectors():
    def wrong(file: Path, module: str) -> bool:
        parts = module.split(".")
        return parts[0] == "connectors" and (len(parts) == 1 or parts[1] not in COMMON) and file.name != "wiring.py"

    files = [file for file in FILES if name_of(file).startswith("service/")]
    found = bent(files, wrong)
    for file in files:
        for node in ast.walk(tree_of(file)):
            by_name = isinstance(node, ast.Constant) and str(node.value).startswith("connectors.")
            if by_name and file.name != "wiring.py":
                found.append(f"{name_of(file)}:{node.lineno} names a connector's module")
    assert found == []


def test_only_app_receive_and_web_know_flask():
    files = [file for file in FILES if name_of(file).startswith("service/") and not name_of(file).startswith(FLASK)]
    assert bent(files, lambda _, module: module.partition(".")[0] in {"flask", "werkzeug"}) == []


def test_only_the_store_has_sql():
    """SQLAlchemy elsewhere, or a text that reads as a statement."""
    statement = re.compile(
        r"\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+table|pragma\s+\w+)\s",
        re.I | re.S,
    )
    files = [
        file
        for file in product()
        if not name_of(file).startswith("service/store/") and file.name != "settings_values.py"
    ]
    # A handle is passed on, not spoken to.
    handle = {"sqlalchemy.engine", "sqlalchemy.engine.Connection", "sqlalchemy.engine.Engine"}
    found = bent(
        files,
        lambda _, module: module.partition(".")[0] in {"sqlalchemy", "alembic", "sqlite3"} and module not in handle,
    )
    for file in files:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value + " "):
                found.append(f"{name_of(file)}:{node.lineno} holds SQL")
    assert found == []


def test_the_pure_core_does_no_io_and_knows_no_database():
    files = [file for file in FILES if name_of(file).startswith(PURE)]
    assert files

    def wrong(_: Path, module: str) -> bool:
        return bool(IMPURE.match(module)) or module.startswith(("service.store", "service.settings"))

    found = bent(files, wrong)
    for file in files:
        for node in ast.walk(tree_of(file)):
            if not isinstance(node, ast.Call):
                continue
            if dotted(node.func) == "open":
                found.append(f"{name_of(file)}:{node.lineno} opens a file")
            if dotted(node.func).endswith((".now", ".utcnow", ".today")):
                found.append(f"{name_of(file)}:{node.lineno} asks the clock; take `now` as an argument")
    assert found == []


def test_the_sandbox_imports_nothing_of_ours():
    files = [file for file in FILES if name_of(file).startswith("sandbox/")]
    assert bent(files, lambda _, module: module.partition(".")[0] in PRODUCT) == []


def test_imports_are_absolute():
    relative = [
        f"{name_of(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_an_import_inside_a_function_is_of_a_heavy_library_and_says_why():
    """Never of our own modules (but in the commands, where each loads only what it runs); with a comment beside."""
    found = []
    for file in product():
        lines = file.read_text("utf-8").splitlines()
        tree = tree_of(file)
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for module, node in imports(function):
                near = "\n".join(lines[max(0, node.lineno - 3) : node.end_lineno])
                if "#" not in near:
                    found.append(
                        f"{name_of(file)}:{node.lineno} imports {module} inside a function and does not say why"
                    )
                own = module.partition(".")[0] in PRODUCT
                if own and not name_of(file).startswith(("service/commands/", "service/__main__.py")):
                    found.append(f"{name_of(file)}:{node.lineno} imports our own {module} inside a function")
    assert sorted(set(found)) == []


@pytest.mark.parametrize("folder", OURS)
def test_no_file_is_longer_than_300_lines(folder):
    long = [
        f"{name_of(file)}: {count} lines"
        for file in FILES
        if name_of(file).startswith(f"{folder}/") and (count := len(file.read_text("utf-8").splitlines())) > 300
    ]
    assert long == []


def test_at_most_two_broad_excepts_in_the_product():
    """One around a job, one around a loop: everything else names what it expects."""
    broad = [
        f"{name_of(file)}:{node.lineno}"
        for file in product()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ExceptHandler)
        and any(
            kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})
            for kind in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])
        )
    ]
    assert len(broad) <= 2, broad


AT_IMPORT = re.compile(
    r"(?:^|\.)(?:now|utcnow|today|getenv)$|(?:^|\.)environ(?:\.|$)|^(?:random|secrets|uuid)\.|^time\.(?:time|monotonic)"
)


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions that run when the module is imported: no bodies of functions, but their defaults."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        inner: list[ast.AST] = [*node.args.defaults, *(one for one in node.args.kw_defaults if one)]
        inner += getattr(node, "decorator_list", [])
    else:
        yield node
        inner = list(ast.iter_child_nodes(node))
    for child in inner:
        yield from run_at_import(child)


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_no_clock_random_or_environment_is_read_at_import():
    found = [
        f"{name_of(file)}:{node.lineno} {dotted(node)}"
        for file in product()
        for node in run_at_import(tree_of(file))
        if isinstance(node, ast.Attribute) and AT_IMPORT.search(dotted(node))
    ]
    assert found == []


def test_config_holds_no_python():
    assert [name_of(file) for file in (ROOT / "config").rglob("*") if file.suffix in {".py", ".pyc", ".pyi"}] == []


def test_nothing_of_ours_is_installed_beside_other_peoples_modules():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["setuptools"]["packages"] == []
    assert not {"scripts", "gui-scripts", "entry-points"} & project["project"].keys()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_with_hashes_and_names_no_host(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|file:/| @ ", text)
    entries = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_procfile_names_each_process_of_a_platform():
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["release", "web", "worker", "clock"]
