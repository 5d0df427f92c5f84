"""Redaction of a megabyte of ticket, over the time that markdown-it-py takes to parse it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from service.postmortem.redaction import redact

MEGABYTE = 1_000_000
ROUNDS = 5

_PAGE = """\
The storage of `db-a` stopped answering at 14:05, see https://grafana.example.org:3000/d/ab12cd34?from=1&to=2.

## Root cause
The pool tests its connections with a read (commit 0f3c9e4b2a1d5e6f708192a3b4c5d6e7f8091a2b), and **each** was good.

| time | what | who |
| --- | --- | --- |
| 14:05 | failover of `db-a`, password: rejected, token=expired | @alex |

```
2026-11-17T14:05:11Z ERROR pool user=orders password=******** host=db-a.example.org:5432 request=123e4567-e89b
```
- [ ] Test pooled connections with a write @alex P1
- [x] Rotate the api_key: it was in the log
"""
#: name → what a megabyte is made of; the last ones are hostile, each a beginning that never becomes a secret
_TEXTS = {
    "a megabyte of ticket": _PAGE,
    'a megabyte of "-----BEGIN"': "-----BEGIN",
    'a megabyte of "a:b@"': "a:b@",
    'a megabyte of "://"': "://",
    "a megabyte of blanks": " ",
    'a megabyte of "eyJ"': "eyJ",
    'a megabyte of "token: "': "token: ",
}


def run() -> list[tuple[str, float, str, float]]:
    parse = MarkdownIt("js-default").parse
    rows = []
    for name, piece in _TEXTS.items():
        text = piece * (MEGABYTE // len(piece))
        ratio = _seconds(redact, text) / _seconds(parse, text)
        rows.append((f"redaction of {name}, over parsing it", ratio, "<=", 1.0))
    return rows


def _seconds(work: Callable[[str], object], text: str) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work(text)
        taken.append(time.process_time() - begun)
    return statistics.median(taken)
