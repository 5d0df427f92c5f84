"""No secret of the known kinds stays in a text, wherever it stands, and nothing else is taken for one."""

from __future__ import annotations

import os
import string
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from connectors.base import Comment, EventKind, Person, Ticket, TicketEvent, Visibility
from service.postmortem.redaction import redact, redact_ticket

FOLDER = Path(os.environ.get("AFTERWORD_SHARED", "")) / "data" / "postmortems"


def run_of(length: int, of: str = string.ascii_letters + string.digits) -> str:
    """A made-up secret's body: no real one, and the same each time."""
    return "".join(of[(n * n * 7 + n * 3 + 1) % len(of)] for n in range(length))


HEX = run_of(32, "0123456789abcdef")
JWT = f"eyJ{run_of(20)}.eyJ{run_of(30)}.{run_of(43)}"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{run_of(64)}\n{run_of(64)}\n{run_of(20)}==\n-----END RSA PRIVATE KEY-----"

#: what is written → (the secret in it, how it is named)
SEEN = {
    **{f"{start}_" + run_of(36): "a GitHub token" for start in ("ghp", "gho", "ghu", "ghs", "ghr")},
    f"github_pat_{run_of(22)}_{run_of(59)}": "a GitHub token",
    "ATATT3x" + run_of(180) + "=1A2B3C4D": "an Atlassian token",
    "AKIA" + run_of(16, string.ascii_uppercase + "234567"): "an AWS access key",
    "ASIA" + run_of(16, string.ascii_uppercase + "234567"): "an AWS access key",
    f"xoxb-1234567890-1234567890-{run_of(24)}": "a Slack token",
    f"xoxe.xoxp-1-{run_of(40)}": "a Slack token",
    f"xapp-1-A012-345-{HEX}": "a Slack token",
    "AIza" + run_of(35): "a Google API key",
    "sk_live_" + run_of(24): "a Stripe key",
    "rk_live_" + run_of(24): "a Stripe key",
    "npm_" + run_of(36): "an npm token",
    "pypi-AgEIcHlwaS5vcmc" + run_of(40): "a PyPI token",
    "glpat-" + run_of(20): "a GitLab token",
    "SG." + run_of(22) + "." + run_of(43): "a SendGrid key",
    "SK" + HEX: "a Twilio key",
    JWT: "a JSON web token",
    PEM: "a private key",
}
#: (before, the secret, after, how it is named)
NAMED = [
    ("https://hooks.slack.com/services/", f"T0000/B0000/{run_of(24)}", "", "a Slack webhook address"),
    ("postgres://alex:", "plain", "@db.example.org:5432/orders", "a password in a URL"),
    ("https://x-token-auth:", "p@ss:w0rd", "@git.example.org/acme/ops", "a password in a URL"),
    ("redis://:", "letmein", "@cache:6379/0", "a password in a URL"),
    ("Authorization: Bearer ", run_of(30), "", "credentials in an Authorization header"),
    ("authorization: basic ", "YWxleDpwYXNz", "", "credentials in an Authorization header"),
    ('"Authorization": "Bearer ', run_of(30), '"', "credentials in an Authorization header"),
    ("aws_secret_access_key = ", "wJalr/XUtnFEMI/K7MDENG+bPxRfiCYabcdefghi", "", "an AWS secret key"),
    ('"SecretAccessKey": "', "wJalr/XUtnFEMI/K7MDENG+bPxRfiCYabcdefghi", '"', "an AWS secret key"),
    ("AccountName=acme;AccountKey=", run_of(86) + "==", ";EndpointSuffix=example.org", "an account key"),
    ("Server=db;User Id=sa;Password=", "correcthorse", ";Encrypt=true", "a password"),
    ("host=db user=alex password=", "correcthorse", " dbname=orders", "a password"),
    ("password = ", "hunter2", "", "a password"),
    ("Password: ", "correct-Horse!9", "", "a password"),
    ("**Password:** `", "Tr0ub4dor&3", "`", "a password"),
    ("mysql --password ", "hunter2", "", "a password"),
    ("DB_PASSWD='", "s3cr3t-s3cr3t", "'", "a password"),
    ("api_key: ", HEX, "", "an API key"),
    ("X-Api-Key: ", run_of(24), "", "an API key"),
    ("curl 'https://example.org/?user=1&token=", run_of(24), "&page=2'", "a token"),
    ("DEPLOY_TOKEN=", run_of(40), "", "a token"),
    ("client_secret: ", run_of(24), "", "a secret"),
    ("heroku api-key=", "0f3c9e4b-2a1d-4e6f-8081-92a3b4c5d6e7", "", "an API key"),
]
ALL = [("", secret, "", named) for secret, named in SEEN.items()] + NAMED

#: a place for it, in Markdown
PLACES = [
    "{}",
    "it was {}",
    "{} and more",
    "end of the sentence: {}.",
    "- [ ] Rotate {}\n- [x] Tell @sam\n",
    "| what | value |\n| --- | --- |\n| it | {} |\n",
    "```\nexport X=1\n{}\n```\n",
    "`{}`",
    "**{}**",
    "> {}\n",
    "[the page]({})",
    '<a href="{}">',
    "日本{}",
    "(see {})",
    "{}\r\nnext",
]

STAYS = [
    "Reverted by 0f3c9e4b2a1d5e6f708192a3b4c5d6e7f8091a2b, see commit 0f3c9e4.",
    "incident 123e4567-e89b-12d3-a456-426614174000",
    f"image sha256:{HEX}{HEX}",
    "![chart](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4)",
    "http://localhost:8080/health and https://grafana.example.org:3000/d/ab12cd34ef56/orders?orgId=1",
    "https://example.org:8443/@alex and ssh://git@git.example.org:22/acme/ops",
    "git@github.com:acme/ops.git, alex@example.org",
    "The password reset took 20 minutes. Password: reset by sam.",
    "token: invalid, token=expired, secret: missing, password: must contain 8 characters",
    "Each token is 15 minutes old; the key is primary, key: orders_2026_11_17_a1b2c3d4",
    "password=$DB_PASSWORD1 password: ${PASSWORD_2} password={{ vault.pw1 }} postgres://alex:${PW}@db",
    "password=os.environ['PW1'] password=get_password1() token = config.token_v2_production",
    "password: ******** token: abc1...",
    "password hashes moved from sha256 to argon2id; password: bcrypt",
    "secretName: checkout-tls-2026 secret: my-app-secret-2026",
    "Authorization: Bearer <token>, Authorization: required",
    "The file begins with -----BEGIN RSA PRIVATE KEY----- and ends with -----END RSA PRIVATE KEY-----.",
    "nextPageToken=" + run_of(40),
    "npm_config_registry and npm_lifecycle_event, ghp_ and AKIA are only beginnings",
    "login: alex@example.org password: alex@example.org",
    "Taskforce SKU, SG.1, eyJ. xoxo",
]


@pytest.mark.parametrize(("before", "secret", "after", "named"), ALL, ids=[f"{n}-{a[3]}" for n, a in enumerate(ALL)])
def test_a_secret_is_replaced_and_named_and_what_stands_around_it_stays(before, secret, after, named):
    text, kinds = redact(before + secret + after)
    assert kinds == (named,)
    assert text.startswith(f"{before}[redacted: ")
    assert text.endswith(f"]{after}")
    assert secret not in text


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_secret_stays(text):
    assert redact(text) == (text, ())


@given(
    planted=st.sampled_from(ALL), place=st.sampled_from(PLACES), around=st.text(max_size=30), end=st.text(max_size=30)
)
def test_no_planted_secret_survives_wherever_it_stands(planted, place, around, end):
    before, secret, after, _ = planted
    text, kinds = redact(f"{around}\n{place.format(before + secret + after)}\n{end}")
    assert secret not in text
    assert kinds


PIECES = [before + secret + after for before, secret, after, _ in ALL] + [
    *(before for before, *_ in NAMED),
    *(secret[:12] for secret in SEEN),
    *STAYS,
    *["_", "-", ".", "=", ":", ";", "&", "@", "/", "\\", "]", "[", "(", "`", "'", '"', "*", ">", "|"],
    " ",
    "\n",
    "\\n",
    "--",
    "://",
    "İ",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
@example("password=" + "a1b2c3[redacted: password]")
@example("token: [redacted: GitHub token]: " + HEX)
@example("İİİ password: hunter2")
@example("password: alex@example.org-ghp_" + run_of(36))
def test_redacting_twice_changes_nothing_more(text):
    once, kinds = redact(text)
    assert redact(once) == (once, ())
    assert bool(kinds) == (once != text)


def test_an_escape_does_not_hide_a_secret():
    assert redact("see ghp\\_" + run_of(36) + ".") == ("see [redacted: GitHub token].", ("a GitHub token",))
    assert redact('{\\"password\\": \\"hunter2\\"}')[0] == '{\\"password\\": \\"[redacted: password]\\"}'
    assert redact("password = \\#a1b2c3d4\\*") == ("password = [redacted: password]\\*", ("a password",))
    assert redact("\\_\\*x ghp\\_" + run_of(36) + " \\_y")[0] == "\\_\\*x [redacted: GitHub token] \\_y"


def test_a_private_key_is_replaced_whole_also_one_that_does_not_end():
    lines = PEM.split("\n")
    assert redact(f"a\n{PEM}\nb")[0] == "a\n[redacted: private key]\nb"
    assert redact("\n".join(["a", *lines[:3], "", "and then"]))[0] == "a\n[redacted: private key]\n\nand then"
    assert redact("\\n".join(lines))[0] == "[redacted: private key]"
    assert redact("\n".join("> " + line for line in lines[:3]))[0] == "> [redacted: private key]"
    locked = [lines[0], "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0A1B", "", *lines[1:3]]
    assert redact("\n".join(locked))[0] == "[redacted: private key]"
    assert redact(f"{PEM}\n{PEM}")[0] == "[redacted: private key]\n[redacted: private key]"
    assert redact("\n".join([*lines[:2], "then", PEM]))[0] == "[redacted: private key]\nthen\n[redacted: private key]"


def test_a_secret_is_named_by_its_own_look_rather_than_by_its_place():
    token = "ghp_" + run_of(36)
    for text in (f"token={token}", f"https://alex:{token}@github.com", f"Authorization: Bearer {token}"):
        assert redact(text)[1] == ("a GitHub token",)


# --- a ticket


def ticket(**more) -> Ticket:
    base = Ticket(
        source="ops",
        key="I_1",
        ref="acme/ops#42",
        url="https://github.com/acme/ops/issues/42",
        title="Checkout slow",
        text="The pool was full.",
        visibility=Visibility.INTERNAL,
        opened_at=datetime(2026, 11, 17, 13, tzinfo=UTC),
    )
    return replace(base, **more)


def said(text: str) -> Comment:
    return Comment("1", Person("alex", "Alex"), datetime(2026, 11, 17, 14, tzinfo=UTC), text, "https://example.org/1")


def test_a_ticket_without_a_secret_is_the_same_ticket():
    plain = ticket(comments=(said("Restarted."),))
    cleaned, findings = redact_ticket(plain)
    assert cleaned is plain
    assert findings == ()


def test_the_findings_of_a_ticket_name_their_place_in_words():
    token, at = "ghp_" + run_of(36), datetime(2026, 11, 17, 14, tzinfo=UTC)
    cleaned, findings = redact_ticket(
        ticket(
            title=f"Leaked {token}",
            text="See postgres://alex:hunter2@db/orders and postgres://sam:hunter3@db/orders.",
            comments=(said("Restarted."), said("ok"), said(f"I used {token} and password: hunter2")),
            events=(
                TicketEvent(at, EventKind.RENAMED, subject=f"Leaked {token}", was=f"Lost {token}"),
                TicketEvent(at, EventKind.CLOSED),
            ),
        )
    )
    assert findings == (
        "a GitHub token in the title",
        "a password in a URL in the text",
        "a GitHub token in comment 3",
        "a password in comment 3",
        "a GitHub token in the history",
    )
    assert cleaned.title == "Leaked [redacted: GitHub token]"
    assert token not in repr(cleaned)
    assert "hunter" not in repr(cleaned)
    assert cleaned.comments[:2] == (said("Restarted."), said("ok"))
    assert redact_ticket(cleaned) == (cleaned, ())


# --- real documents, and time


@pytest.mark.skipif(not FOLDER.is_dir(), reason="AFTERWORD_SHARED does not name a folder with real postmortems")
def test_ninety_real_postmortems_hold_no_secret_and_stay_as_they_are():
    texts = {str(file): file.read_text("utf-8", "replace") for file in sorted(FOLDER.rglob("*")) if file.is_file()}
    assert len(texts) >= 90
    assert {name: kinds for name, text in texts.items() if (kinds := redact(text)[1])} == {}


MEGABYTE = 1_000_000
HOSTILE = [
    "eyJ", "eyJ.", "eyJaaaaaaaaaa.", "-----BEGIN", "-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----", "a:b@",
    "://", "://a:", " ", "\n", "a", "a_", "-", "=", "\\_", "password=", "password = ", "token: ", "--token ", "bearer ",
    "Authorization: Bearer ", "ghp_", "ghp_aaaaaaaaaaaaaaaaaaa ", "github_pat_", "AKIA", "SG.", "xapp-",
    "SG.aaaaaaaaaaaaaaaaaaaa", "xoxb-", "key=", ("key=" * 20) + " ", ";&", "aA1", HEX, PEM[:80] + "\n", "password=;",
    "x://u:p", "İ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("before", ["", "password=", "x://u:"])
def test_time_is_linear_also_in_a_hostile_text(piece, before):
    """A megabyte within a second, where a quadratic search would take hours; `make bench` compares it to the parser."""
    text = before + piece * (MEGABYTE // len(piece))
    begun = time.process_time()
    redact(text)
    assert time.process_time() - begun < 1


def test_a_ticket_of_a_megabyte_takes_less_time_than_to_parse_it():
    page = "\n\n".join([*STAYS, *(f"- [ ] {place.format('the pool')}" for place in PLACES)]) + "\n\n"
    text = page * (MEGABYTE // len(page))
    begun = time.process_time()
    redact(text)
    mine, begun = time.process_time() - begun, time.process_time()
    MarkdownIt("js-default").parse(text)
    assert mine < time.process_time() - begun
