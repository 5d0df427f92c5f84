"""Verification of signed deliveries, on bytes. Pure: no I/O, and a header's content can never make it crash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence

from connectors.base import BadSignature, Secret

METHODS = ("sha256", "sha384", "sha512")


def check_hmac(
    body: bytes,
    header: str | None,
    secrets: Sequence[Secret | None],
    *,
    header_name: str = "X-Hub-Signature-256",
    methods: Collection[str] = ("sha256",),
) -> None:
    """Checks a header such as "sha256=<hex>" against the HMAC of the raw body, with every secret that is live.

    Raises BadSignature, with what to do. The word before "=" names the hash and must be one of `methods`; a digest of
    another hash is refused, never tried.
    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    live = [secret for secret in secrets if secret is not None]
    if not header:
        raise BadSignature(
            f"The delivery has no {header_name} header. Nothing was stored.",
            f"Give the webhook the same secret as {names(live)}.",
        )
    method, equals, digest = header.partition("=")
    if not equals or method not in methods or method not in METHODS:
        raise BadSignature(
            f"The {header_name} header is not of the form {' or '.join(methods)}=…. Nothing was stored.",
            "Check that the webhook comes from the tool that this source is for.",
        )
    for secret in live:
        key = secret.reveal()
        if key and same(hmac.new(key.encode(), body, getattr(hashlib, method)).hexdigest(), digest):
            return
    raise BadSignature(
        "The signature does not match the body. Nothing was stored.",
        f"Compare the secret of the webhook with {names(live)}. A proxy that rewrites the body has the same effect.",
    )


def same(ours: str, theirs: str) -> bool:
    """Compares two texts in constant time. `compare_digest` refuses text outside ASCII, so bytes are compared."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))


def body_id(body: bytes) -> str:
    """The id of a delivery that names none: the SHA-256 of its body, in hex."""
    return hashlib.sha256(body).hexdigest()


def names(secrets: Sequence[Secret]) -> str:
    """Where the live secrets come from, for a person to look at."""
    return " or ".join(secret.origin for secret in secrets) or "the one in the settings (there is none yet)"
