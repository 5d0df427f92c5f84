"""Secrets that are known by what stands before them: a URL's user, an Authorization header, a name such as password.

Pure. The names are looked for in the lower-case text, by a literal first; whether the value is a secret is decided on
the text itself. A word, a variable, a path, a call and what is masked already are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.postmortem.secret_kinds import Kind, Span

_URL_PASSWORD = Kind("password", "a password in a URL")
_CREDENTIALS = Kind("credentials", "credentials in an Authorization header")
_PASSWORD = Kind("password", "a password")
_TOKEN = Kind("token", "a token")
_SECRET = Kind("secret", "a secret")
_KEY = Kind("key", "a key")
_API_KEY = Kind("API key", "an API key")
_ACCOUNT_KEY = Kind("account key", "an account key")
_AWS_SECRET = Kind("AWS secret key", "an AWS secret key")

#: $NAME, ${name}, $(call), {{name}}, {name}, %name%, %s, ***, xxxx, ...
_PLACEHOLDER = re.compile(
    r"(?:\$[A-Z_][A-Z0-9_]*|\$\{[^}]*\}?|\$\([^)]*\)?|\{[^}]*\}{0,2}|%\w*%?|[*•]+|[xX]{3,}|\.{3,}|…)$", re.ASCII
)
_MASKED = re.compile(r"\*{3}|•{3}|\.{3}|…|[xX]{6}|\[redacted")

# --- scheme://user:password@host

#: The scan ends at the latest at the next "/", so that no two candidates look at the same text.
_URL = re.compile(r"://[^\s/?#:@\"'<>()|`]*+:([^\s/\"<>|`]+)@(?=[\w\[.${%-])")


def url_passwords(text: str) -> Iterator[Span]:
    if "@" not in text or "://" not in text:
        return
    for found in _URL.finditer(text):
        if not _PLACEHOLDER.match(found[1]):
            yield Span(*found.span(1), _URL_PASSWORD)


# --- name = value

_BETWEEN = r"([\"'`*_\t ]{0,6}(?:=>|->|[:=])[\"'`*_\t ]{0,6}|[\t ]{1,3}[\"'`]?)"
_VALUE = r"([^\s\"'`<>|&;]{%d,}+)"
_MORE = re.compile(r"[&;](?![\w .-]{1,40}=)[^\s\"'`<>|&;]*+")  # but not where "&name=" or ";name=" goes on
_AFTERWARDS = ".,:)]}*"  # of the sentence, not of the secret
_JUDGED = 500  # characters of a value that tell whether it is a secret
_AGAIN = 100  # a rejected value of this length at most is searched for a further name


#: (the lower-case text, where the name begins, what stands between name and value, the value, where it ends)
_Judge = Callable[[str, int, str, str, int], Kind | None]


class _Name(NamedTuple):
    literal: str
    pattern: re.Pattern[str]
    judge: _Judge


def named_values(text: str) -> Iterator[Span]:
    """Values that look like a secret, behind a name that says that they are one."""
    if "=" not in text and ":" not in text and " " not in text:
        return
    # the one character whose lower case is longer is put away first
    lowered = text.replace("İ", "I").lower()
    for literal, pattern, judge in _NAMES:
        if literal not in lowered:
            continue
        at = 0
        while found := pattern.search(lowered, at):
            start, at = found.span(2)
            value = text[start : min(at, start + _JUDGED)].rstrip(_AFTERWARDS)
            kind = judge(lowered, found.start(), found[1], value, at)
            if kind is not None and not _PLACEHOLDER.match(value):
                while more := _MORE.match(text, at):
                    at = more.end()
                yield Span(start, start + len(text[start:at].rstrip(_AFTERWARDS)), kind)
            elif at - start <= _AGAIN:
                at = start


def _is_named(lowered: str, start: int, between: str) -> bool:
    """Whether it is an assignment (name = value, --name value), not a word of a sentence."""
    return ":" in between or "=" in between or ">" in between or _is_flag(lowered, start)


def _is_flag(lowered: str, start: int) -> bool:
    word = max(lowered.rfind(blank, max(0, start - 30), start) for blank in " \t\n`\"'")
    return lowered.startswith("--", word + 1) and word + 1 < start


def _password(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    strong = _mixed(value, 6) or (len(value) >= 8 and _SIGN.search(value) and _LETTER.search(value))
    if not strong:
        plain = between == "=" and _in_connection_string(lowered, start, end)
        return _PASSWORD if plain and not _is_code(value) else None
    if _ALGORITHM.match(value) or _MAIL.match(value) or _is_code(value):
        return None
    return _PASSWORD if _is_named(lowered, start, between) else None


def _token(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    return _TOKEN if _is_secret(lowered, start, between, value) and not _PAGE.search(lowered[:start][-20:]) else None


def _secret(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    return _SECRET if _is_secret(lowered, start, between, value) else None


def _key(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    """Only of a key that opens something: "api_key", not "key" or "primary key"."""
    name = re.sub("[_ -]", "", lowered[max(0, start - 20) : start])
    if not name.endswith(_OPENS) or not _is_named(lowered, start, between):
        return None
    if name.endswith("secretaccess"):
        return _AWS_SECRET if len(value) >= 30 and not _is_code(value.lstrip("/")) else None
    if not _is_strong(value) or _is_code(value):
        return None
    return _API_KEY if name.endswith("api") else _ACCOUNT_KEY if name.endswith(("account", "sharedaccess")) else _KEY


def _authorization(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    looks = len(value) >= 8 and (_mixed(value, 6) or _CAMEL.search(value))
    return _CREDENTIALS if looks and not _is_code(value) and _is_named(lowered, start, between) else None


def _bearer(lowered: str, start: int, between: str, value: str, end: int) -> Kind | None:
    return _CREDENTIALS if _is_strong(value) and not _is_code(value) else None


# --- what a secret looks like

_OPENS = ("api", "access", "secret", "account", "private", "auth", "signing", "encryption", "master", "storage")
_SIGN = re.compile(r"[!#$%^&*+?~@]")
_LETTER = re.compile(r"[^\W\d_]")
_CAMEL = re.compile(r"[a-z][A-Z]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+$")
_ALGORITHM = re.compile(r"(?:sha|md|aes|base|argon|pbkdf|bcrypt|oauth|utf|v)-?\d+[a-z]{0,2}$", re.IGNORECASE)
_PAGE = re.compile(r"(?:page|next|continuation|continue|cursor|sync)[_-]?$")
_CODE = re.compile(
    r"[$(\[{@~%]|\.{0,2}/|[\w.]*\(|\w+://"
    r"|(?:self|this|config|settings|env|os|process|vars?|local|data|module|secrets?|values|options|params|args|request)\."
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{32,}+$")


def _mixed(value: str, length: int) -> bool:
    """Whether a run of letters and digits, both in it, has this length."""
    return _RUNS[length].search(value) is not None


_RUNS = {
    length: re.compile(
        rf"(?<![A-Za-z0-9])(?=[A-Za-z0-9]{{{length}}})(?:[A-Za-z]++[0-9]|[0-9]++[A-Za-z])",
    )
    for length in (6, 12)
}


def _is_strong(value: str) -> bool:
    """As long and mixed as a machine makes them; no slug such as web-prod-2026, no word."""
    if _mixed(value, 12):
        return True
    cases = (str.isupper, str.islower, str.isdigit)
    return bool(_BASE64.match(value)) and all(any(case(char) for char in value) for case in cases)


def _is_code(value: str) -> bool:
    return bool(_CODE.match(value) or _MASKED.search(value))


def _is_secret(lowered: str, start: int, between: str, value: str) -> bool:
    return _is_strong(value) and not _is_code(value) and _is_named(lowered, start, between)


_DSN = re.compile(r"(?:host|server|port|user|dbname|database)=\S{1,80} $")
_FURTHER = re.compile(r";[\w .-]{1,40}=")


def _in_connection_string(lowered: str, start: int, end: int) -> bool:
    """Server=db;Password=…, host=db password=…: there every value is a secret, however plain."""
    before = lowered[max(0, start - 100) : start]
    return before.rstrip().endswith(";") or bool(_FURTHER.match(lowered, end) or _DSN.search(before))


def _name(literal: str, judge: _Judge, least: int, rest: str = "", after: str = "") -> _Name:
    """`least`: the characters of the shortest value that can be a secret."""
    return _Name(literal, re.compile(literal + rest + _BETWEEN + after + _VALUE % least), judge)


_NAMES = (
    _name("authorization", _authorization, 8, after=r"(?:(?:bearer|basic|token|apikey|bot)[\t ]{1,4})?"),
    _name("bearer", _bearer, 12),
    _name("passw", _password, 4, r"(?:or[dt]|d)[0-9]?"),
    _name("passphrase", _password, 4),
    _name("pwd", _password, 4),
    _name("key", _key, 12),
    _name("secret", _secret, 12),
    _name("token", _token, 12),
)
