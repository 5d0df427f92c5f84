"""`init`, as a new user has it: from nothing to a postmortem, at a terminal, of a pipe, and interrupted."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service import wiring
from tests.command_hands import command
from tests.hands import MARKER
from tests.init_hands import EMAIL, JIRA_ANSWERS, TOKEN, Terminal, piped
from tests.processes import Process, eventually, free_port


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox(token=TOKEN) as made:
        for name in ("acme/ops", "acme/checkout"):
            made.create_repo(name)
        yield made


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox(email=EMAIL, token=TOKEN) as made:
        made.create_project("OPS", "Operations")
        made.create_project("PAY", "Payments", required={"customfield_10010": "Component"})
        yield made


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, {})
    yield made
    made.close()


def variables(file: Path) -> dict[str, str]:
    """As a shell reads them."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def test_from_nothing_to_a_postmortem_at_a_terminal(tmp_path: Path, terminal: Terminal, github: GitHubSandbox) -> None:
    port = free_port()
    terminal.answer("Where do incident tickets come from?", "")
    terminal.answer("Where does its API answer?", github.url)
    terminal.answer("How does Afterword sign in?", "1")
    terminal.expect("The token of GitHub. Paste it (it is not shown)")
    eventually(lambda: not terminal.echoes(), "typing is not shown", 10)
    terminal.answer("file that holds it", "wrong-token")
    terminal.expect("MEND  GitHub: 401 the token is refused")
    terminal.expect("Paste a valid token.")
    terminal.answer("Answer that again?", "")
    terminal.answer(f"[{github.url}]", "")  # what was answered before
    terminal.answer("How does Afterword sign in?", "")
    terminal.answer("[as before]", TOKEN)
    terminal.expect("ok    GitHub")
    terminal.answer("Repositories of the tickets", "ops")
    terminal.expect("ops is not written as OWNER/NAME, such as acme/ops.")
    terminal.answer("Repositories of the tickets", "acme/opps")
    terminal.answer("The label", "y")
    terminal.expect("is the label really called “y”?")
    terminal.answer("The label", "outage")
    terminal.expect("MEND  GitHub acme/opps: 404")
    terminal.answer("Answer that again?", "y")
    terminal.answer("[acme/opps]", "acme/ops")
    terminal.answer("The label that makes an issue an incident [outage]", "incident")
    terminal.answer("Where are action items filed?", "")
    terminal.answer("The same GitHub, with the same credentials?", "")
    terminal.answer("Repositories for action items, the usual one first [acme/ops]", "acme/checkout acme/ops")
    terminal.expect("ok    GitHub acme/checkout: read, write")
    terminal.answer("What becomes of action items?", "auto")
    terminal.answer("How long to wait after a ticket closes", "soon")
    terminal.expect("That does not fit: soon is not a duration.")
    terminal.answer("How long to wait after a ticket closes", "0s")
    terminal.answer("The address at which people", f"http://127.0.0.1:{port}")
    terminal.expect("This address works on this machine alone")
    terminal.answer("The timezone of documents", "Europe/Berlin")
    terminal.answer("Say who is who", "y")
    terminal.answer("A name (empty", "Alex Example")
    terminal.answer("Alex Example on GitHub", "alex")
    terminal.answer("A name (empty", "")
    terminal.answer("Where does the weekly report go", "")
    terminal.answer("Who is told when a person is needed?", "")
    assert terminal.end() == 0, terminal.seen

    settings, secrets = tmp_path / "config/mine.toml", tmp_path / "config/mine.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert sorted(one.name for one in (tmp_path / "config").iterdir()) == ["mine.env", "mine.toml"]
    environ = variables(secrets)
    webhook_secret = environ["OPS_WEBHOOK_SECRET"]
    assert TOKEN not in terminal.seen
    assert TOKEN not in settings.read_text()
    assert environ["GITHUB_TOKEN"] == TOKEN
    url = f"http://127.0.0.1:{port}/webhooks/ops"
    for pasted in (
        f"Payload URL    {url}\n",
        "Content type   application/json\n",
        f"Secret         {webhook_secret}\n",
    ):
        assert pasted in terminal.seen
    assert "set -a; . config/mine.env; set +a\n" in terminal.seen
    assert "-m service all" in terminal.seen

    # as it says: the variables, `check`, `all`, and the webhook as it was pasted
    assert f'listen = "127.0.0.1:{port}"' in settings.read_text()
    settings.write_text(settings.read_text().replace("sqlite:///var", f"sqlite:///{tmp_path}/var"))
    checked = command("--config", str(settings), "check", environ=environ)
    assert checked.code == 0, checked.out
    process = Process("all", settings, environ, tmp_path / "log")
    try:
        process.wait_for(port)
        github.add_webhook(url, webhook_secret, repo="acme/ops")
        body = "## Summary\nThe queue grew.\n\n## Action items\n- [ ] Alert on queue depth @alex P1\n"
        ticket = github.open_issue("acme/ops", "Queue grew", body, labels=["incident"])
        github.close(ticket)
        eventually(lambda: sum(github.tally(MARKER).values()) == 1, "the issue is filed", 60, process.log)
        eventually(lambda: any("afterword:comment" in one.body for one in ticket.comments), "told", 30, process.log)
    finally:
        assert process.stop() == 0
    (comment,) = [one.body for one in ticket.comments if "afterword:comment" in one.body]
    assert f"http://127.0.0.1:{port}/postmortems/1" in comment


def test_answers_may_come_of_a_pipe_and_a_required_field_is_asked_for(tmp_path: Path, jira: JiraSandbox) -> None:
    ran = piped(tmp_path, [answer.format(jira=jira.url) for answer in JIRA_ANSWERS])
    assert ran.code == 0, ran.out + ran.err
    assert "has no issue type “Taks”" in ran.out
    written = tomllib.loads((tmp_path / "mine.toml").read_text())
    assert written["trackers"]["work"]["fields"] == {"customfield_10010": "Checkout"} or written["trackers"]["work"][
        "fields"
    ] == {"customfield_10010": {"value": "Checkout"}}
    assert written["trackers"]["work"]["project"] == "PAY"
    assert written["sources"]["desk"]["token_ends"] == written["trackers"]["work"]["token_ends"] == date(2027, 3, 31)
    assert "soon is not a day. Write it as 2027-03-31." in ran.out
    assert "listen" not in written, "public_url is no address of this machine"
    assert written["filing"] == {"mode": "propose", "quiet": "10m"}
    assert written["public_url"] == "https://postmortems.example.org"
    assert "JQL            project in (OPS, PAY)" in ran.out
    environ = variables(tmp_path / "mine.env")
    assert environ["ALERT_URLS"] == "json://alerts.example.org/x y"
    settings = wiring.load_settings(tmp_path / "mine.toml", environ)
    assert len(settings.alerts.deliver) == 2
    assert TOKEN not in ran.out
    assert not [call for call in jira.calls if call.method not in ("GET",)], "nothing is written to the tracker"


def test_answers_that_end_too_early_write_nothing(tmp_path: Path, jira: JiraSandbox) -> None:
    answers = [answer.format(jira=jira.url) for answer in JIRA_ANSWERS]
    for length in (0, 3, len(answers) - 1):
        ran = piped(tmp_path, answers[:length])
        assert ran.code == 1
        assert "The answers ended before the last question.\nNothing was written." in ran.err
        assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path, terminal: Terminal) -> None:
    terminal.expect("Number [1]: ")
    terminal.interrupt()
    assert terminal.end() == 130
    assert "Nothing was written." in terminal.seen
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_shows_the_settings_and_no_secret(tmp_path: Path, jira: JiraSandbox) -> None:
    ran = piped(tmp_path, [answer.format(jira=jira.url) for answer in JIRA_ANSWERS], "--dry-run")
    assert ran.code == 0
    assert 'project = "PAY"' in ran.out
    assert "DESK_WEBHOOK_SECRET" in ran.out
    assert "alerts.example.org" not in ran.out
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_written_over_unasked(tmp_path: Path, jira: JiraSandbox) -> None:
    (tmp_path / "mine.toml").write_text("# mine\n")
    answers = [answer.format(jira=jira.url) for answer in JIRA_ANSWERS]
    kept = piped(tmp_path, ["", *answers])
    assert kept.code == 1
    assert "Nothing was written." in kept.out
    assert (tmp_path / "mine.toml").read_text() == "# mine\n"
    assert piped(tmp_path, ["y", *answers]).code == 0
    assert "project" in (tmp_path / "mine.toml").read_text()


def test_a_credential_may_be_a_variable_or_a_file_that_exists(tmp_path: Path, github: GitHubSandbox) -> None:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    answers = ["github", github.url, "token", "$NOT_SET", str(tmp_path / "none"), str(token), "acme/ops", ""]
    answers += ["jira", "2", "$SITE", "k"]  # a tool that is typed wrong is asked for again
    ran = piped(tmp_path, [*answers[:8], "", "", "acme/ops", "", "", "https://a.example.org", "", "", "", ""])
    assert ran.code == 0, ran.out + ran.err
    assert "the variable NOT_SET is not set here." in ran.out
    assert "cannot be read: No such file or directory." in ran.out
    written = tomllib.loads((tmp_path / "mine.toml").read_text())
    assert written["sources"]["ops"]["token_file"] == written["trackers"]["code"]["token_file"] == str(token)
    assert "GITHUB_TOKEN" not in (tmp_path / "mine.env").read_text()
    again = [
        *answers[:3],
        "$MY_TOKEN",
        *answers[6:8],
        "",
        "",
        "acme/ops",
        "",
        "",
        "https://a.example.org",
        "",
        "",
        "",
        "",
    ]
    ran = piped(tmp_path, ["y", "y", *again], environ={"MY_TOKEN": TOKEN})
    assert ran.code == 0, ran.out + ran.err
    assert 'token_env = "MY_TOKEN"' in (tmp_path / "mine.toml").read_text()


def test_an_app_signs_in_with_its_number_and_a_key_with_windows_line_ends(
    tmp_path: Path, github: GitHubSandbox
) -> None:
    app = github.create_app()
    github.install(app, "acme")
    key = tmp_path / "app.pem"
    key.write_bytes(app.key.replace("\n", "\r\n").encode())
    other = tmp_path / "other.txt"
    other.write_text("a letter")
    wrong = ["github", github.url, "app", "123", str(key), "y"]  # a number that GitHub does not know
    right = [github.url, "app", "none", str(app.id), str(other), str(key)]
    rest = ["acme/ops", "", "", "", "acme/ops", "", "", "https://a.example.org", "", "", "", ""]
    ran = piped(tmp_path, [*wrong, *right, *rest])
    assert ran.code == 0, ran.out + ran.err
    assert "MEND  GitHub" in ran.out.partition("Repositories of the tickets")[0]
    assert "it is a number, such as 123456." in ran.out
    assert f"{other} is no private key." in ran.out
    assert "the settings of the App → Webhook" in ran.out
    written = tomllib.loads((tmp_path / "mine.toml").read_text())
    assert written["sources"]["ops"]["app_id"] == written["trackers"]["code"]["app_id"] == app.id
    environ = {**variables(tmp_path / "mine.env"), "DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    checked = command("--config", str(tmp_path / "mine.toml"), "check", environ=environ)
    assert checked.code == 0, checked.out


def test_what_is_not_well_may_be_kept_and_is_said_at_the_end(tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    answers = ["datacenter", gone, TOKEN, "n", "OPS", "", "n", "", "", "PAY", "", "n", "", "", "", "", "", "", ""]
    ran = piped(tmp_path, answers)
    assert ran.code == 0, ran.out + ran.err
    assert "things to mend, as said above" in ran.out
    assert 'deployment = "datacenter"' in (tmp_path / "mine.toml").read_text()
