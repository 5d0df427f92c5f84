"""Secrets that were written into the settings file itself: found by sight, refused, and never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.settings_faults import Fault, FaultKind, Place

#: how a secret begins → what it is. Vendors' pages: docs.github.com (token formats), support.atlassian.com,
#: docs.slack.dev, docs.gitlab.com, docs.aws.amazon.com
_BEGINNINGS = {
    "ghp_": "a GitHub token",
    "gho_": "a GitHub token",
    "ghu_": "a GitHub token",
    "ghs_": "a GitHub token",
    "ghr_": "a GitHub token",
    "github_pat_": "a GitHub token",
    "ATATT": "an Atlassian token",
    "ATCTT": "an Atlassian token",
    "xox": "a Slack token",
    "xapp-": "a Slack token",
    "glpat-": "a GitLab token",
    "AKIA": "an AWS key",
    "sk_live_": "a Stripe key",
    "-----BEGIN": "a private key",
}
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TOKENLIKE = re.compile(r"(?=[^_]*[a-z])(?=[^_]*[A-Z])(?=[^_]*[0-9])[A-Za-z0-9]{20,}")


def leaks(raw: Mapping[str, object]) -> list[Fault]:
    """One fault for each value that is, or looks like, a secret. Their texts hold nothing of the value."""
    return [fault for place, value in _texts(raw, ()) if (fault := _leak(place, value))]


def _texts(value: object, place: Place) -> Sequence[tuple[Place, str]]:
    if isinstance(value, str):
        return [(place, value)]
    if isinstance(value, Mapping):
        return [found for key, inner in value.items() for found in _texts(inner, (*place, str(key)))]
    if isinstance(value, list):
        return [found for number, inner in enumerate(value) for found in _texts(inner, (*place, number))]
    return []


def _leak(place: Place, value: str) -> Fault | None:
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    text = value.strip()
    what = next((what for start, what in _BEGINNINGS.items() if text.startswith(start)), None)
    if what and not text.startswith(_CERTIFICATE):
        return _fault(place, key, f"{key} holds {what}")
    if key.endswith("_env") and not _VARIABLE.fullmatch(text):
        return _fault(place, key, f"{key} holds something else than the name of a variable") if text else None
    if key.endswith("_env") and _TOKENLIKE.fullmatch(text):
        return _fault(place, key, f"{key} holds what looks like a secret, not the name of a variable")
    return None


def _fault(place: Place, key: str, text: str) -> Fault:
    plain = key.removesuffix("_env").removesuffix("_file")
    name = plain.upper().replace("-", "_") or "SECRET"
    mend = f'Name the variable that holds it: {plain}_env = "{name}", or a file: {plain}_file = "…"'
    if key.endswith("_env"):
        mend = f'Put the value into a variable and name that: {key} = "{name}"'
    return Fault(place, f"{text}. A secret does not belong in this file.", mend, kind=FaultKind.SECRET_IN_FILE)
