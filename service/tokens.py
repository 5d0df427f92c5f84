"""Tokens of pages and API: how they are made, and the only form in which they are stored.

A plain SHA-256 is right here, and a slow hash would be wrong. Slow hashes make the guessing of words that people choose
dear; a token is 24 random bytes, which nobody guesses at any price, and it is looked at with every request
(https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver, on look-up secrets of 112 bits and more).
"""

from __future__ import annotations

import hashlib
import secrets

#: what every token begins with, so that a scanner of leaked secrets knows one: aw_[A-Za-z0-9_-]{32}
PREFIX = "aw_"
READ, WRITE = "read", "write"
#: the token of the first start: made with the database, replaced by `migrate --new-token`, and never in the table
FIRST = "owner"


def make() -> str:
    """A new token, to be shown once."""
    return PREFIX + secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
