"""What people put into settings by mistake: each is a clear sentence with line and mend, and no secret shows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from service import wiring
from service.settings import SettingsError
from service.settings_faults import FaultKind
from service.settings_leaks import leaks

HUSH = "Zz9HushHushHushHushHush01"
TRACKERS = """
[trackers.work]
kind = "jira"
url = "https://acme.atlassian.net"
token_env = "JIRA_TOKEN"
project = "PAY"
projects = ["SHOP"]
[trackers.code]
kind = "github"
token_env = "GITHUB_TOKEN"
repositories = ["acme/ops"]
"""
ENVIRON = {"JIRA_TOKEN": "a", "GITHUB_TOKEN": "b"}


def refused(folder: Path, text: str | bytes) -> SettingsError:
    file = folder / "mine.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        wiring.load_settings(file, ENVIRON)
    assert HUSH not in str(caught.value)
    return caught.value


def test_settings_of_another_version_are_refused_for_that_alone(tmp_path: Path) -> None:
    error = refused(tmp_path, 'version = 2\nsuorces = "x"\n')
    assert [fault.kind for fault in error.faults] == [FaultKind.VERSION]
    assert "line 1" in str(error)
    assert "this one reads version 1" in str(error)
    assert "Run the Afterword that the file was written for." in str(error)


@pytest.mark.parametrize(
    "value",
    [
        f"ghp_{HUSH}",
        f"github_pat_{HUSH}",
        f"ATATT3x{HUSH}",
        f"xoxb-{HUSH}",
        f"-----BEGIN RSA PRIVATE KEY-----\\n{HUSH}",
    ],
)
@pytest.mark.parametrize("key", ["token", "token_env", "token_file", "api_url", "project_token", "labels"])
def test_a_secret_in_any_key_is_refused_without_being_shown(tmp_path: Path, key: str, value: str) -> None:
    written = f'["{value}"]' if key == "labels" else f'"{value}"'
    settings = TRACKERS.replace('token_env = "GITHUB_TOKEN"\n', "") if key.startswith("token") else TRACKERS
    error = refused(tmp_path, f"{settings}{key} = {written}\n")
    told = [fault for fault in error.faults if fault.kind is FaultKind.SECRET_IN_FILE]
    assert len(told) == 1
    assert told[0].mend.startswith(("Name the variable that holds it: ", "Put the value into a variable"))
    line = len(f"{settings}{key}".splitlines())
    assert f"line {line}  [trackers.code]   {key} holds " in str(error)
    assert len(error.faults) == 1


@pytest.mark.parametrize("value", [HUSH, f"slack://{HUSH}", f"a {HUSH}"])
@pytest.mark.parametrize("key", ["[report]\ndeliver_env", "[alerts]\ndeliver_env", "[network]\nproxy_env"])
def test_a_value_where_the_name_of_a_variable_belongs_is_refused(tmp_path: Path, key: str, value: str) -> None:
    error = refused(tmp_path, f'{key} = "{value}"\n')
    assert [fault.kind for fault in error.faults] == [FaultKind.SECRET_IN_FILE]
    assert "Put the value into a variable and name that" in str(error)


def test_certificates_and_ordinary_words_are_no_secrets() -> None:
    plain = {"a": "-----BEGIN CERTIFICATE-----", "b": "acme/ghp_tools", "c_env": "GITHUB_TOKEN2", "d_env": ["A", "B"]}
    assert leaks({**plain, "team": "xo", "e": ["インシデント"], "f_env": "my_token_2026_for_acme_Ops"}) == []


def test_tabs_are_blanks_and_a_value_that_breaks_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TRACKERS.replace("project =", "\tproject\t=\t").replace("[trackers", "\t[trackers"))
    assert wiring.load_settings(file, ENVIRON).trackers["work"].project == "PAY"  # type: ignore[attr-defined]
    error = refused(tmp_path, f'{TRACKERS}\t[filing]\n\t\tquiet\t=\t"10\tm"\n')
    line = len(TRACKERS.splitlines()) + 2
    assert f"line {line}  [filing]" in str(error)
    assert "is not a duration" in str(error)


def test_windows_line_ends_and_a_byte_order_mark_are_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + TRACKERS.replace("\n", "\r\n").encode())
    assert set(wiring.load_settings(file, ENVIRON).trackers) == {"work", "code"}


def test_a_private_key_with_windows_line_ends_is_taken(tmp_path: Path) -> None:
    key = tmp_path / "app.pem"
    key.write_bytes(b"-----BEGIN RSA PRIVATE KEY-----\r\nabc\r\n-----END RSA PRIVATE KEY-----\r\n")
    file = tmp_path / "mine.toml"
    file.write_text(TRACKERS.replace('token_env = "GITHUB_TOKEN"', f'app_id = 1\napp_key_file = "{key}"'))
    found = wiring.load_settings(file, ENVIRON).trackers["code"].app_key.reveal()  # type: ignore[attr-defined]
    assert "\r" not in found
    assert found.count("\n") == 2


def test_a_jira_in_japanese_has_its_own_words_in_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = f'{TRACKERS}[sources.desk]\nkind = "jira"\nurl = "https://acme.atlassian.net"\nunsigned = true\n'
    file.write_text(f'{text}issue_types = ["インシデント"]\nskip_resolutions = ["却下"]\n', encoding="utf-8")
    source = wiring.load_settings(file, ENVIRON).sources["desk"]
    assert source.issue_types == ("インシデント",)  # type: ignore[attr-defined]


def test_a_file_that_is_not_utf_8_says_how_to_save_it(tmp_path: Path) -> None:
    error = refused(tmp_path, "timezone = 'Z\xfcrich'".encode("latin-1"))
    assert "Save it as UTF-8" in str(error)


@pytest.mark.parametrize(("tracker", "place"), [("work", "PYA"), ("code", "acme/opps")])
def test_a_route_to_a_place_where_its_tracker_does_not_file_refuses_the_start(
    tmp_path: Path, tracker: str, place: str
) -> None:
    error = refused(tmp_path, f'{TRACKERS}[[routes]]\ntracker = "{tracker}"\nplace = "{place}"\n')
    assert [fault.kind for fault in error.faults] == [FaultKind.PLACE]
    assert f'place = "{place}" is no place of [trackers.{tracker}].' in str(error)


@pytest.mark.parametrize(("tracker", "place"), [("work", "shop"), ("work", "PAY"), ("code", "Acme/Ops")])
def test_a_route_to_a_place_of_its_tracker_is_good(tmp_path: Path, tracker: str, place: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'{TRACKERS}[[routes]]\ntracker = "{tracker}"\nplace = "{place}"\n')
    assert wiring.load_settings(file, ENVIRON).routes[0].place == place


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        ("a = 1\nb = yes\n", 2, "A text stands in quotes"),
        ('a = "x\nb = 1\n', 1, "a quote that is missing"),
        ("[a]\nb = 1\n[a]\n", 3, "Keep one of them."),
        ('a = "C:\\people"', 1, "a backslash twice"),
        ("a = [1,", 1, ""),
    ],
)
def test_what_is_not_toml_has_its_line_and_what_helps(tmp_path: Path, text: str, line: int, mend: str) -> None:
    error = refused(tmp_path, text)
    assert f"line {line} " in str(error)
    assert mend in str(error)


def test_the_examples_start_without_addresses_for_reports(tmp_path: Path) -> None:
    example = Path(__file__).parents[1] / "config"
    names = [line.partition("=")[0] for line in (example / "example.env").read_text().splitlines() if "=" in line]
    environ = {name: "x" for name in names if not name.startswith(("#", "REPORT", "ALERT", "set -a"))}
    settings = wiring.load_settings(example / "example.toml", environ)
    assert settings.report.deliver == ()
    assert tomllib.loads((example / "example.toml").read_text())["version"] == 1


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        ('[filing]\nlisten = "127.0.0.1:9000"\n', 2, "listen belongs at the top of the file, above the first [table]."),
        ('mode = "auto"\n', 1, "mode belongs below [filing]."),
        ("[sources.ops]\nkind = 'github'\ntimezone = 'UTC'\n", 3, "timezone belongs at the top of the file"),
        ("version = 1\n[alert.more]\nx = 1\n", 2, "The nearest known key is alerts."),
        ("version = 1\n\n[rpeort]\n", 3, "The nearest known key is report."),
    ],
)
def test_a_key_in_the_wrong_place_has_its_line_and_the_right_place(
    tmp_path: Path, text: str, line: int, mend: str
) -> None:
    error = refused(tmp_path, text)
    assert f"line {line} " in str(error)
    assert mend in str(error)


def test_a_variable_that_is_not_set_says_how_it_is(tmp_path: Path) -> None:
    text = "[trackers.code]\nkind = 'github'\ntoken_env = 'NOT_SET'\nrepositories = ['acme/ops']\n"
    assert "Export it before the start." in str(refused(tmp_path, text))
    (tmp_path / "mine.env").write_text("NOT_SET=x\n")
    assert f" set -a; . {tmp_path}/mine.env; set +a\n" in f"{refused(tmp_path, text)}\n", "a line to be copied"
