"""Secrets that are known by sight: what each is called, and how it looks. Pure.

Each pattern begins with a literal: a text without it costs one search for that literal. None looks twice at the same
text: what may repeat is possessive, and ends at the latest where the next candidate begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Kind(NamedTuple):
    """`label` stands in the text in place of the secret, `phrase` in a sentence."""

    label: str
    phrase: str


class Span(NamedTuple):
    """A secret in a text, `end` excluded."""

    start: int
    end: int
    kind: Kind


class _Look(NamedTuple):
    """`literals`: every such secret holds one of them, and the character `needs`. A group of the pattern is all that is
    hidden, if it has one."""

    kind: Kind
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    needs: str


def _look(label: str, literals: str, pattern: str, article: str = "a", needs: str = "") -> _Look:
    kind = Kind(label, f"{article} {label}")
    return _Look(kind, tuple(literals.split()), re.compile(pattern, re.ASCII), needs)


#: The vendors' pages: docs.github.com/authentication, docs.stripe.com/keys, docs.slack.dev,
#: docs.gitlab.com/security/tokens, docs.sendgrid.com, twilio.com/docs, docs.aws.amazon.com/IAM,
#: cloud.google.com/docs, support.atlassian.com, RFC 7519 (a JSON web token: base64url of '{"')
_LOOKS = (
    _look(
        "GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        r"gh(?<![A-Za-z0-9]gh)[pousr]_[A-Za-z0-9_]{20,}+(?:\.[\w-]{10,}+){0,2}",
    ),
    _look("GitHub token", "github_pat_", r"github_pat_(?<![A-Za-z0-9]github_pat_)[A-Za-z0-9_]{20,}+"),
    _look("npm token", "npm_", r"npm_(?<![A-Za-z0-9]npm_)[A-Za-z0-9]{30,}+", "an"),
    _look("Stripe key", "sk_live_ sk_test_", r"sk_(?<![A-Za-z0-9]sk_)(?:live|test)_[A-Za-z0-9]{16,}+"),
    _look("Stripe key", "rk_live_ rk_test_", r"rk_(?<![A-Za-z0-9]rk_)(?:live|test)_[A-Za-z0-9]{16,}+"),
    _look("Slack token", "xox", r"xox(?<![A-Za-z0-9]xox)[a-z][.-][\w%.-]{10,}+"),
    _look("Slack token", "xapp-", r"xapp-(?<![A-Za-z0-9]xapp-)[A-Za-z0-9-]{20,}+"),
    _look(
        "Slack webhook address",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{16,}+)",
    ),
    _look("PyPI token", "pypi-AgEI", r"pypi-AgEI(?<![A-Za-z0-9]pypi-AgEI)[\w-]{20,}+"),
    _look(
        "GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat-",
        r"gl(?<![A-Za-z0-9]gl)(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{16,}+(?:\.[\w-]{2,}+){0,3}",
    ),
    _look("SendGrid key", "SG.", r"SG\.(?<![A-Za-z0-9]SG\.)[\w-]{16,}+\.[\w-]{16,}+"),
    _look("Twilio key", "SK", r"SK(?<![A-Za-z0-9]SK)[0-9a-f]{32}(?![A-Za-z0-9])"),
    _look("AWS access key", "AKIA", r"AKIA(?<![A-Za-z0-9]AKIA)[A-Z0-9]{16}(?![A-Za-z0-9])", "an"),
    _look("AWS access key", "ASIA", r"ASIA(?<![A-Za-z0-9]ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])", "an"),
    _look("Google API key", "AIza", r"AIza(?<![A-Za-z0-9]AIza)[\w-]{30,}+"),
    _look("Atlassian token", "ATATT ATCTT", r"AT(?<![A-Za-z0-9]AT)[AC]TT[\w=-]{20,}+", "an"),
    _look("JSON web token", "eyJ", r"eyJ(?<![\w-]eyJ)[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]++){0,3}", needs="."),
)
#: A text without one of these characters is searched for no literal that holds it: that takes a hundredth of the time.
_SOON_SEEN = "_-.ASx"


def tokens(text: str) -> Iterator[Span]:
    """Secrets with a beginning of their own."""
    absent = {char for char in _SOON_SEEN if char not in text}
    for kind, literals, pattern, needs in _LOOKS:
        if needs in text and any(absent.isdisjoint(literal) and literal in text for literal in literals):
            for found in pattern.finditer(text):
                yield Span(*found.span(pattern.groups), kind)


# --- private keys

PRIVATE_KEY = Kind("private key", "a private key")
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
#: what stands between two lines of a key: a line end, also one that is written out, a quote's or a table's edge
_BETWEEN = re.compile(r"(?:[\s>|`'\",+]|\\[rn]|<br ?/?>)*+")
_HEADER = re.compile(r"[A-Za-z-]{3,30}: [^\n\\<|]{1,200}")
_LINE = re.compile(r"[A-Za-z0-9+/]{16,}+={0,2}|[A-Za-z0-9+/]{1,15}={1,2}")


def private_keys(text: str) -> Iterator[Span]:
    """Whole blocks, and what is there of one that does not end. The mere words of its first line are none."""
    if "-----BEGIN" not in text or "PRIVATE KEY" not in text:
        return
    ends = [found.span() for found in _END.finditer(text)]
    begins = list(_BEGIN.finditer(text))
    at = 0
    for begin, further in zip(begins, [*begins[1:], None], strict=True):
        most = further.start() if further else len(text)
        while at < len(ends) and ends[at][0] < begin.end():
            at += 1
        body = _body(text, begin.end(), most)
        if at < len(ends) and ends[at][0] < most and _LINE.search(text, begin.end(), ends[at][0]):
            body = ends[at][1]
        if body > begin.end():
            yield Span(begin.start(), body, PRIVATE_KEY)


def _body(text: str, start: int, most: int) -> int:
    """Where the lines of a key end that begin here; `start` where there is none."""
    at = _BETWEEN.match(text, start, most).end()  # type: ignore[union-attr]  # it matches nothing, too
    for _ in range(5):
        header = _HEADER.match(text, at, most)
        if header is None:
            break
        at = _BETWEEN.match(text, header.end(), most).end()  # type: ignore[union-attr]
    end = start
    while line := _LINE.match(text, at, most):
        end = line.end()
        at = _BETWEEN.match(text, end, most).end()  # type: ignore[union-attr]
    return end
