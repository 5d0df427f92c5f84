"""Settings: what a file and the environment become, and how every fault is said at once."""

from datetime import time, timedelta
from types import SimpleNamespace
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from connectors.base import AfterwordError, Secret
from service.settings import DEFAULT, Settings, SettingsError, read


class _Tool(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    kind: str
    token: Secret | None = None
    labels: tuple[str, ...] = ()
    trusted: Literal["internal", "everyone"] | tuple[str, ...] = "internal"


class _Source(_Tool):
    secret: Secret | None = None
    secret_old: Secret | None = None
    unsigned: bool = False


class _Tracker(_Tool):
    token: Secret
    project: str = Field(description="The project.")


KINDS = {"tool": SimpleNamespace(SourceSettings=_Source, TrackerSettings=_Tracker)}

WHOLE = """
public_url = "https://postmortems.example.org/"
timezone = "Europe/Berlin"
[sources.ops]
kind = "tool"
secret_env = "OPS_SECRET"
[trackers.work]
kind = "tool"
token_env = "WORK_TOKEN"
project = "PAY"
[trackers.code]
kind = "tool"
token_env = "CODE_TOKEN"
project = "SHOP"
[[routes]]
when = { severity = "SEV1", labels = ["team:payments"] }
tracker = "code"
place = "acme/checkout"
[filing]
quiet = "10m"
look_after = ["0s", "2m"]
[[people]]
name = "Alex"
email = "alex@example.org"
github = "alex-dev"
[due]
P0 = 7
SEV1 = 14
[report]
schedule = "FRI 16:30"
deliver_env = ["CHAT", "MAIL"]
"""
ENVIRON = {
    "OPS_SECRET": "hush-1",
    "WORK_TOKEN": "hush-2",
    "CODE_TOKEN": "hush-3",
    "CHAT": "slack://hush-4\n",
    "MAIL": "mailto://hush-5 json://hush-6",
}
TRACKER = '[trackers.work]\nkind = "tool"\ntoken_env = "WORK_TOKEN"\nproject = "PAY"\n'


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text: str, environ: dict[str, str] | None = None) -> Settings:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return read(file, ENVIRON if environ is None else environ, KINDS)

    return write


def faults(write, text: str, environ: dict[str, str] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        write(text, environ)
    assert "hush" not in str(caught.value)
    return caught.value


def test_one_file_and_the_environment_become_one_frozen_model(write):
    settings = write(WHOLE)
    assert settings.public_url == "https://postmortems.example.org"
    assert settings.filing.quiet == timedelta(minutes=10)
    assert settings.filing.look_after == (timedelta(0), timedelta(minutes=2))
    assert settings.routes[0].when.severity == ("SEV1",)
    assert settings.due == {"P0": 7, "SEV1": 14}
    assert (settings.report.weekday, settings.report.at) == (4, time(16, 30))
    assert settings.report.timezone == "Europe/Berlin"
    assert settings.default_tracker == "work"
    assert settings.sources["ops"].secret.reveal() == "hush-1"
    assert [one.reveal() for one in settings.report.deliver] == ["slack://hush-4", "mailto://hush-5", "json://hush-6"]
    with pytest.raises(ValueError, match="frozen"):
        settings.public = True


def test_a_secret_shows_itself_nowhere(write):
    settings = write(WHOLE, {**ENVIRON, "DATABASE_URL": "postgres://afterword:hush@db/afterword"})
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.report.deliver)
    assert repr(settings.sources["ops"].secret) == "Secret(the variable OPS_SECRET)"


def test_the_file_that_ships_is_good_and_is_read_when_none_is_named():
    assert dict(read(None, {}, {})) == dict(read(DEFAULT, {}, {})) == dict(Settings())


def test_the_environment_names_the_file(tmp_path):
    file = tmp_path / "other.toml"
    file.write_text('timezone = "Asia/Tokyo"')
    assert read(None, {"AFTERWORD_CONFIG": str(file)}, {}).timezone == "Asia/Tokyo"


def test_two_faults_are_said_as_one_page(write):
    text = '[sources.ops]\nkind = "tool"\nsecret_env = "OPS_WEBHOOK_SECRET"\n\n[due]\nP1 = "30d"\n'
    assert str(faults(write, text)) == (
        "mine.toml has 2 faults. Nothing was started.\n"
        "\n"
        "line 3  [sources.ops]   no secret: secret_env names OPS_WEBHOOK_SECRET, which is not set.\n"
        "                        Set it to the secret of the webhook. To accept unsigned deliveries, say\n"
        "                        unsigned = true. Export it before the start.\n"
        'line 6  [due]           P1 = "30d" is not a number. Write days: P1 = 30'
    )


def test_one_fault_is_counted_as_one(write):
    assert str(faults(write, 'timezone = "Mars/Base"')).startswith("mine.toml has 1 fault. Nothing was started.")


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("databse_url = 1", "databse_url", "databse_url is not a known key."),
        ('public_url = "example.org"', "public_url", "is not an address"),
        ('database_url = "mysql://a:hush@b/c"', "database_url", "is not a database"),
        ("public = 1", "public", "is neither true nor false"),
        ('listen = "8000"', "listen", "is not an address and a port"),
        ('templates = "no/such"', "templates", "is not a folder"),
        ('[filing]\nquiet = "10 minutes"', "filing.quiet", "is not a duration"),
        ('[filing]\nmode = "manual"', "filing.mode", "is not known"),
        ("[filing]\nmax_items = 0", "filing.max_items", "is too small. The least is 1"),
        ('[filing]\nlook_after = ["1m", "soon"]', "filing.look_after.2", "is not a duration"),
        ('[due]\nP1 = "30d"', "due.P1", 'P1 = "30d" is not a number. Write days: P1 = 30'),
        ("[due]\nP1 = true", "due.P1", "is not a number"),
        ('[report]\nschedule = "Monday 9"', "report.schedule", "is not a day and a time"),
        ('[report]\ntimezone = "CEST"', "report.timezone", "is not a timezone"),
        ('[report]\ndeliver_env = ["NOWHERE"]', "report.deliver_env", "the variable NOWHERE is not set"),
        ('[jobs]\nthreads = "4"', "jobs.threads", "is not a whole number"),
        ("[[people]]\ngithub = 'x'", "people.1.name", "name is missing."),
        ("sources = 3", "sources", "sources is not a table"),
        ("[sources]\nops = 3", "sources.ops", "is not a table"),
        ("[sources.Ops]\nkind = 'tool'\nunsigned = true", "sources.Ops.", "does not fit a name"),
        ("[sources.ops]\nsecret_env = 'A'", "sources.ops.kind", "kind is missing."),
        ("[sources.ops]\nkind = 'toll'", "sources.ops.kind", "There is no source of the kind toll."),
        ("[sources.ops]\nkind = 'tool'", "sources.ops.", "no secret."),
        ("[sources.ops]\nkind = 'tool'\nsecret = 'hush'", "sources.ops.secret", "does not belong in this file"),
        (TRACKER.replace("WORK_TOKEN", "GONE"), "trackers.work.token_env", "the variable GONE is not set"),
        (TRACKER.replace('token_env = "WORK_TOKEN"', ""), "trackers.work.token", "token is missing."),
        (TRACKER.replace("token_env", "token_file"), "trackers.work.token_file", "cannot be read"),
        (TRACKER + "token_file = 'x'", "trackers.work.token_file", "token_env and token_file are both set"),
        (TRACKER.replace("token_env = ", "token_env = ['CHAT'] #"), None, None),
        (TRACKER.replace('project = "PAY"', ""), "trackers.work.project", "project is missing."),
        (TRACKER + "labels = 'x'", "trackers.work.labels", "is not a list"),
        (
            TRACKER + "trusted = 7",
            "trackers.work.trusted",
            "trusted = 7 is not known. Write one of: 'internal' or 'everyone'",
        ),
        (TRACKER + "lables = ['x']", "trackers.work.lables", "lables is not a known key."),
        (TRACKER + "[[routes]]\ntracker = 'wrok'", "routes.1.tracker", 'tracker = "wrok" names no tracker.'),
        (TRACKER + "[[routes]]\nplace = 'x'", "routes.1.tracker", "tracker is missing."),
        (TRACKER + "[[routes]]\ntracker = 'work'\nwhen = {team = 'x'}", "routes.1.when.team", "is not a known key"),
        ("default_tracker = 'work'", "default_tracker", "names no tracker"),
    ],
)
def test_each_fault_names_its_key_and_what_is_expected(write, text, key, words):
    if key is None:
        assert write(text)
        return
    error = faults(write, text)
    assert [fault.key for fault in error.faults] == [key]
    assert words in error.faults[0].text
    assert words in str(error)


def test_the_nearest_known_key_is_named(write):
    assert "The nearest known key is secret_env." in str(
        faults(write, "[sources.ops]\nkind = 'tool'\nunsigned = true\nsecrt_env = 'X'")
    )
    assert "The nearest tracker is work." in str(faults(write, "default_tracker = 'wrok'\n" + TRACKER))


def test_a_fault_of_the_environment_names_the_variable_and_no_line(write):
    page = str(faults(write, "", {"DATABASE_URL": "mysql://a:hush@b/c", "PORT": "http"}))
    assert "DATABASE_URL   DATABASE_URL is not a database" in page
    assert "PORT is not a port" in page
    assert "line" not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [("a = = 1", "line 1   is not TOML"), ("a = 1\na = 2", "is not TOML"), ('a = "open', "is not TOML")],
)
def test_a_file_that_is_not_toml_is_refused_with_its_line(write, text, words):
    assert words.replace("   ", "  ") in str(faults(write, text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read(tmp_path / "none.toml", {}, {})


def test_an_unsigned_source_must_say_so(write):
    assert write("[sources.ops]\nkind = 'tool'\nunsigned = true").sources["ops"].secret is None


def test_two_secrets_are_live_while_one_is_changed(write):
    text = "[sources.ops]\nkind = 'tool'\nsecret_env = 'CHAT'\nsecret_old_env = 'OPS_SECRET'"
    assert write(text).sources["ops"].secret_old.reveal() == "hush-1"


def test_a_secret_file_is_read_again_at_each_reveal(write, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("first\n")
    settings = write(TRACKER.replace("token_env", "token_file").replace("WORK_TOKEN", str(secret)))
    token = settings.trackers["work"].token
    assert token.reveal() == "first"
    secret.write_text("second\n")
    assert token.reveal() == "second"
    secret.unlink()
    with pytest.raises(AfterwordError, match="cannot be read"):
        token.reveal()


def test_an_empty_variable_counts_as_not_set(write):
    error = faults(write, "[sources.ops]\nkind = 'tool'\nsecret_env = 'OPS_SECRET'", {"OPS_SECRET": "  "})
    assert "which is not set" in str(error)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_variable_for_the_database_wins_in_each_spelling(write, scheme):
    environ = {"DATABASE_URL": f"{scheme}://me@host/name"}
    assert write('database_url = "sqlite:///x.db"', environ).database_url == "postgresql+psycopg://me@host/name"


@pytest.mark.parametrize(("text", "host"), [("", "0.0.0.0"), ('listen = "127.0.0.2:9"', "127.0.0.2")])
def test_a_platform_sets_the_port(write, text, host):
    settings = write(text, {"PORT": "5000"})
    assert (settings.host, settings.port) == (host, 5000)


def test_a_setting_can_be_found_again_by_its_line(write):
    settings = write(WHOLE)
    assert settings.where("trackers", "code") == "mine.toml, line 11"
    assert settings.where("trackers", "code", "fields", "components") == "mine.toml, line 11"
    assert settings.where("jobs") == "mine.toml"


def test_the_line_of_a_fault_is_right_below_texts_of_many_lines_and_repeated_tables(write):
    text = 'timezone = """\\\n  [jobs]\n  UTC"""\n[[people]]\nname = "A"\n[[people]]\nname = "B"\nmail = "x"\n'
    text += "[jobs]\nthreads = 0\n"
    page = str(faults(write, text))
    assert "line 8   [[people]]   mail is not a known key." in page
    assert "line 10  [jobs]       threads = 0 is too small." in page
