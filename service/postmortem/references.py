"""The issues that a text names, and the words and links that only point at them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem.markdown import Span

_ISSUE_URL = re.compile(
    r"https?://[^\s<>()\[\]\"'|]{1,200}?/"
    r"(?:issues/[\w./-]{0,120}?\d{1,9}|browse/[A-Z][A-Z0-9_]{1,19}-\d{1,9}|work_items/\d{1,9}"
    r"|(?:pull|pulls|merge_requests|discussions|pull-requests)/\d{1,9}|issue/[A-Z][A-Z0-9]{0,9}-\d{1,9}|show_bug\.cgi\?id=\d{1,9}"
    r"|T\d{2,9})(?![\w/])"
)
_URL = re.compile(r"<?https?://[^\s<>()\[\]\"'|]{1,500}>?")
_LAST_URL = re.compile(r"[ (<](https?://[^\s<>()]{1,300}?)[>)\].,;]{0,3}$")
_SHORT = re.compile(r"(?<![\w/&#.-])((?:[A-Za-z0-9][\w.-]{0,60}/[\w.-]{1,80})?#\d{1,9})(?![\w-])")
_PULL = re.compile(r"(?:\bPR|\bpull request|\bMR)s? ?$", re.IGNORECASE)
_STATE = re.compile(r"\([^()]{2,30}\)")
_KEY = re.compile(r"(?<![\w/#.-])([A-Z][A-Z0-9_]{1,11}-\d{1,7})(?![\w.-]\w)")
#: look like a Jira key and are none: UTF-8, CVE-2019-1, SEV-2
_NOT_KEYS = frozenset(
    {"UTF", "SHA", "MD", "CVE", "CWE", "ISO", "RFC", "HTTP", "TLS", "SSL", "AES", "RSA", "SEV", "GPT", "COVID"}
    | {"GHSA", "EIP", "IPV", "CPU", "PEP", "ASCII", "BASE", "UTC", "GMT", "TCP", "H2", "KB", "P", "AI"}
)
_POINTING_LINK = re.compile(
    r"[-–—:,]? ?[(\[]?"
    r"(?:issues?|ticket|jira|pr|pull request|mr|link|here|tracking issue|github issue|bug|task|story|card)?"
    r"(?: ?#?\d{1,9})?[)\]]?|(?:[\w.-]{1,60}/[\w./-]{1,80})?[#!]\d{1,9}|[A-Z][A-Z0-9_]{1,11}-\d{1,7}|T\d{2,9}",
    re.IGNORECASE,
)
_POINTING_WORDS = frozenset(
    ("see", "the", "this", "an", "a", "for", "more", "here", "issue", "issues", "ticket", "jira", "pr", "link")
) | frozenset(
    ("details", "info", "information", "tracking", "tracked", "in", "github", "also", "related", "follow", "along")
)
_POINTING_WORD = re.compile(
    r"(?:[-–—,:(;]? )[(\[]?(?:issue|ticket|tracked in|see|tracking issue|pr|pull request):? *$", re.IGNORECASE
)


_FIRST_URL = re.compile(r"<?(https?://[^\s<>()]{1,300}?)>?(?: ?[-–—:|] | )")
_NAME = r"((?:[\w.-]{1,60}/[\w.-]{1,80})?#\d{1,9}|[A-Z][A-Z0-9_]{1,11}-\d{1,7}|[Bb]ug \d{3,9}|T\d{2,9})"
_FIRST_REF = re.compile(rf"[(\[]{_NAME}[)\]](?: ?[:–—-])? +|{_NAME}(?::| [:–—-]) +")
_PROFILE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)/@?[\w.-]{1,60}/?")
_LAST_REFS = re.compile(r" [(\[]([^()\[\]]{2,120})[)\]]\.?$")
_POINTING_NAME = re.compile(r"(?:issues?|tickets?|jira|github|see|and|bug|tracked|in):?", re.IGNORECASE)


def refs_of(spans: Sequence[Span]) -> list[str]:
    """The issues that a text names: "#123", "acme/ops#4", "PAY-12" or a URL. A pull request is one by its URL alone:
    it is followed as an issue is, while "see PR #9" only mentions one."""
    found: list[str] = []
    for span in spans:
        if span.href:
            urls = [url[0] for url in _ISSUE_URL.finditer(span.href)]
            found.extend(urls or _key_of(span.text))
            continue
        if span.code:
            continue
        found.extend(url[0] for url in _ISSUE_URL.finditer(span.text))
        rest = _URL.sub(" ", span.text)
        for short in _SHORT.finditer(rest):
            if not _PULL.search(rest[max(0, short.start() - 14) : short.start()]):
                found.append(short[1])  # noqa: PERF401  (a condition on what stands before it)
        found.extend(key[1] for key in _KEY.finditer(rest) if key[1].partition("-")[0] not in _NOT_KEYS)
    return list(dict.fromkeys(found))


def _key_of(text: str) -> list[str]:
    """The key that the words of a link are, wherever it leads: "[PAY-12](https://tracker.example.org/PAY-12)"."""
    text = text.strip()
    return [text] if _KEY.fullmatch(text) and text.partition("-")[0] not in _NOT_KEYS else []


def is_profile(address: str) -> bool:
    """Whether an address is that of a person: https://github.com/sam."""
    return _PROFILE.fullmatch(address) is not None


def pointed_at(spans: Sequence[Span]) -> list[str]:
    """The issues of the links whose words only point: "[issue](…)", "[see here](…)"."""
    return refs_of([span for span in spans if span.href and _points(span.text)])


def _points(text: str) -> bool:
    """Whether the words of a link say nothing but where it leads."""
    text = text.strip()
    if _POINTING_LINK.fullmatch(text):
        return True
    told = text.lower().strip(" .,:;()[]").split()
    return 0 < len(told) <= 6 and all(word in _POINTING_WORDS for word in told)


def without_pointers(spans: Sequence[Span]) -> list[Span]:
    """Without a last link whose words only point ("[Issue](…)", "[#12](…)"), if other words are left."""
    kept = list(spans)
    while len(kept) > 1:
        tail = len(kept)
        while tail > 1 and not kept[tail - 1].text.strip(" .,;)]\n"):
            tail -= 1
        if not kept[tail - 1].href or not _points(kept[tail - 1].text):
            break
        del kept[tail - 1 :]
    if kept and len(kept) < len(spans) and not kept[-1].code:
        kept[-1] = replace(kept[-1], text=_POINTING_WORD.sub("", kept[-1].text.rstrip(" ([")))
    return kept if any(len(span.text.strip()) > 3 for span in kept) else list(spans)


def without_first_pointer(spans: Sequence[Span]) -> list[Span]:
    """Without the name of an issue before the words: "[GH-104](…): add an alert", "[GH-101 (done)](…): add another"."""
    kept = list(spans)
    name, _, state = kept[0].text.strip().partition(" ") if kept else ("", "", "")
    if len(kept) < 2 or not kept[0].href or not _KEY.fullmatch(name) or (state and not _STATE.fullmatch(state)):
        return kept
    rest = kept[1].text.lstrip()
    if rest[:1] not in (":", "-", "–", "—") or not (rest[1:].strip() or len(kept) > 2):
        return kept
    words = rest[1:].lstrip()
    return [replace(kept[1], text=f"{state} {words[:1].upper()}{words[1:]}".lstrip()), *kept[2:]]


def without_last_url(text: str, refs: Sequence[str]) -> str:
    """Without a bare address at the end that is kept as a reference, if other words are left."""
    link = _LAST_URL.search(text[-400:])
    if link is None or link[1] not in refs:
        return text
    start = max(0, len(text) - 400) + link.start()
    return text[:start].rstrip(" (<[") if start > 3 and " " in text[:start].strip() else text


def without_first_url(text: str, refs: Sequence[str]) -> str:
    """Without a bare address at the beginning that is kept as a reference, if other words follow it."""
    link = _FIRST_URL.match(text[:400]) if text[:5] in ("http:", "https", "<http") else None
    if link is None or link[1] not in refs or len(text[link.end() :].split()) < 2:
        return text
    return text[link.end() :]


def without_first_ref(text: str, refs: Sequence[str]) -> str:
    """Without "[OPS-7]" or "acme/ops#12:" before what is to be done."""
    found = _FIRST_REF.match(text)
    if found is None or len(text[found.end() :].split()) < 2:
        return text
    name = found[1] or found[2]
    number = name.rpartition("#")[2].rpartition(" ")[2]
    kept = name in refs or (len(number) > 1 and any(ref.endswith(number) for ref in refs))
    return text[found.end() :] if kept else text


def without_last_refs(text: str, refs: Sequence[str]) -> str:
    """Without brackets at the end that hold nothing but issues: "(#12)", "(Jira DH-259, acme/ops#4)"."""
    found = _LAST_REFS.search(text) if text[-2:].rstrip(".")[-1:] in ("]", ")") else None
    if found is None or found.start() < 4:
        return text
    words = [word for word in re.split(r"[\s,;&/]+", found[1].replace("/", "\0")) if word]
    named = [word.replace("\0", "/") for word in words]
    if any(word in refs for word in named) and all(word in refs or _POINTING_NAME.fullmatch(word) for word in named):
        return text[: found.start()]
    return text
