"""The container and the unit: what they copy is there, what they start is ours, the image's files are enough."""

from __future__ import annotations

import configparser
import fnmatch
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.__main__ import parser
from tests.processes import ROOT, free_port

Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.strip().partition(" ") for line in lines) if name]


def said(name: str) -> list[str]:
    """What the instructions of this name say, in the last stage."""
    every = instructions()
    last = max(number for number, (which, _) in enumerate(every) if which == "FROM")
    return [rest for which, rest in every[last:] if which == name]


def copies() -> list[tuple[str, str]]:
    """(path here, path in the image)."""
    return [tuple(rest.split()) for rest in said("COPY") if not rest.startswith("--from")]  # type: ignore[misc]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in said("ENV") for pair in rest.split())


# --- the container


def test_each_path_that_the_image_copies_is_there_and_is_not_ignored() -> None:
    sources = [frm for frm, _ in copies()] + [rest.split()[0] for name, rest in instructions()[:4] if name == "COPY"]
    assert "requirements.lock" in sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    assert {f"!{source}" for source in sources} == {line for line in ignored if line.startswith("!")}
    assert "*" in ignored


def test_no_secret_and_no_data_gets_into_an_image() -> None:
    left_out = [line for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line[0] not in "#!"]
    for name in ("config/mine.toml", "config/mine.env", "service/__pycache__", ".git", "var", ".venv", "tests"):
        assert any(fnmatch.fnmatch(name, pattern.replace("**/", "*")) for pattern in left_out), name


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular() -> None:
    (install,) = [rest for name, rest in instructions() if name == "RUN" and "-r /requirements.lock" in rest]
    assert "--require-hashes" in install
    assert "--only-binary :all:" in install  # nothing is compiled, so no compiler is needed
    assert said("USER") == ["10001"]
    assert said("VOLUME") == ["/var/lib/afterword"]
    assert any("pip uninstall" in rest for rest in said("RUN"))


def test_what_the_image_starts_is_a_command_of_ours() -> None:
    started = json.loads(said("ENTRYPOINT")[0])
    usual = json.loads(said("CMD")[0])
    assert started == ["python", "-m", "service"]
    assert parser().parse_args(usual).command == "all"


@pytest.fixture
def image(tmp_path: Path) -> Iterator[Path]:
    """The files of the image, and nothing else of this checkout."""
    app = tmp_path / "app"
    for frm, to in copies():
        at = tmp_path / to.lstrip("/")
        at.parent.mkdir(parents=True, exist_ok=True)
        skip = shutil.ignore_patterns("__pycache__", "mine.*")
        if (ROOT / frm).is_dir():
            shutil.copytree(ROOT / frm, at, ignore=skip)
        else:
            at.mkdir(exist_ok=True)
            shutil.copy(ROOT / frm, at)
    (tmp_path / "volume").mkdir()
    (app / "var").symlink_to(tmp_path / "volume")
    yield app
    shutil.rmtree(app)


def test_the_files_of_the_image_are_enough_and_its_health_is_seen(image: Path, tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], **environment(), "PORT": str(free_port())}
    environ["PATH"] = os.environ["PATH"]
    line = [sys.executable, *json.loads(said("ENTRYPOINT")[0])[1:], *json.loads(said("CMD")[0])]
    asked = said("HEALTHCHECK")[0].partition("CMD ")[2]
    health = [sys.executable, *json.loads(asked)[1:]]
    log = tmp_path / "log"
    with log.open("wb") as out, subprocess.Popen(line, cwd=image, env=environ, stdout=out, stderr=out) as running:
        try:
            until = time.monotonic() + 40
            while subprocess.run(health, env=environ, cwd=image, stderr=subprocess.DEVNULL, check=False).returncode:
                assert running.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
            with closing(http.client.HTTPConnection("127.0.0.1", int(environ["PORT"]), timeout=10)) as connection:
                connection.request("GET", "/readyz")
                assert connection.getresponse().status == 200
        finally:
            running.terminate()
            running.wait(40)
    assert running.returncode == 0, log.read_text()
    assert (tmp_path / "volume/afterword.db").exists()
    assert "listens on http://0.0.0.0:" in log.read_text()
    gone = subprocess.run(health, env=environ, cwd=image, stderr=subprocess.DEVNULL, check=False)
    assert gone.returncode == 1


# --- the unit


def unit() -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(ROOT / "docs/deploy/afterword.service", "utf-8")
    return found


def test_the_unit_starts_the_service_and_does_not_try_again_what_a_person_must_mend() -> None:
    service = unit()["Service"]
    program, *words = service["ExecStart"].split()
    assert program == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert words[:2] == ["-m", "service"]
    assert parser().parse_args(words[2:]).command == "all"
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == "2 3"
    page = unit()["Unit"]["Documentation"].removeprefix(f"file://{service['WorkingDirectory']}/")
    assert (ROOT / page).is_file()


def test_the_unit_writes_nowhere_but_into_its_own_folder() -> None:
    service = unit()["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "afterword"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] not in ("", "root")
    assert "ReadWritePaths" not in service


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: the unit is read, and not tried")
    file = tmp_path / "afterword.service"
    there = unit()["Service"]["ExecStart"].split()[0]
    file.write_text((ROOT / "docs/deploy/afterword.service").read_text("utf-8").replace(there, sys.executable))
    ran = subprocess.run([program, "verify", str(file)], capture_output=True, text=True, check=False)
    assert [line for line in ran.stderr.splitlines() if "afterword.service" in line] == []
    assert ran.returncode == 0, ran.stderr
