"""The same plainly fictional documents as Markdown, as wiki markup and as ADF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


def node(kind: str, *content: Node | str, **attrs: object) -> Node:
    inner = [text(one) if isinstance(one, str) else one for one in content]
    return {"type": kind, **({"attrs": attrs} if attrs else {}), **({"content": inner} if inner else {})}


def text(words: str, *marks: str) -> Node:
    return {"type": "text", "text": words, **({"marks": [{"type": mark} for mark in marks]} if marks else {})}


def bold(words: str) -> Node:
    return text(words, "strong")


def p(*content: Node | str) -> Node:
    return node("paragraph", *content)


def h(level: int, *content: Node | str) -> Node:
    return node("heading", *content, level=level)


def listed(kind: str, *items: list[Node] | str) -> Node:
    return node(kind, *(node("listItem", *([p(item)] if isinstance(item, str) else item)) for item in items))


def task(state: str, *content: Node | str) -> Node:
    return node("taskItem", *content, state=state, localId="t")


def table(*rows: list[Node | str]) -> Node:
    def cell(kind: str, one: Node | str) -> Node:
        return node(kind, p(one) if isinstance(one, str) or one["type"] in ("text", "status", "mention") else one)

    return node(
        "table",
        *(
            node("tableRow", *(cell("tableCell" if index else "tableHeader", one) for one in row))
            for index, row in enumerate(rows)
        ),
    )


def mention(number: str) -> Node:
    return node("mention", id=number, text="@somebody")


def status(words: str) -> Node:
    return node("status", text=words, color="green")


DAY = "1796083200000"  # 2026-12-01


@dataclass(frozen=True)
class Forms:
    markdown: str
    wiki: str
    adf: Node


PANELS = Forms(
    """# Checkout slow

**Severity:** SEV2

### Summary

Half of the orders failed for an hour.

**Impact**

- half of the orders
- refunds
  - by hand

<details>
<summary>Timeline</summary>

| Time (UTC) | What |
|---|---|
| 2026-11-17 14:05 | Failover begun |
| 14:20 | Orders are back |

</details>

#### Root cause

Retries had no limit.

```
retry: always
```

#### Action items

- [x] Limit the retries @sam
- [ ] Page on queue depth @alex by 2026-12-01
""",
    """h1. Checkout slow
{panel:bgColor=#eee}
*Severity:* SEV2
{panel}
h3. Summary
{info}Half of the orders failed for an hour.{info}

*Impact*
* half of the orders
* refunds
** by hand

{expand:title=Timeline}
||Time (UTC)||What||
|2026-11-17 14:05|Failover begun|
|14:20|Orders are back|
{expand}
h4. Root cause
Retries had no limit.
{code}
retry: always
{code}
h4. Action items
* [x] Limit the retries [~u-sam]
* [ ] Page on queue depth [~accountid:u-alex] by 2026-12-01
""",
    node(
        "doc",
        h(1, "Checkout slow"),
        node("panel", p(bold("Severity:"), " SEV2"), panelType="info"),
        h(3, "Summary"),
        node("panel", p("Half of the orders failed for an hour."), panelType="note"),
        p(bold("Im"), bold("pact")),
        node(
            "bulletList",
            node("listItem", p("half of the orders")),
            node("listItem", p("refunds"), listed("bulletList", "by hand")),
        ),
        node(
            "expand",
            table(["Time (UTC)", "What"], ["2026-11-17 14:05", "Failover begun"], ["14:20", "Orders are back"]),
            title="Timeline",
        ),
        h(4, "Root cause"),
        p("Retries had no limit."),
        node("codeBlock", "retry: always"),
        h(4, "Action items"),
        node(
            "taskList",
            task("DONE", "Limit the retries ", mention("u-sam")),
            task("TODO", "Page on queue depth ", mention("u-alex"), " by ", node("date", timestamp=DAY)),
        ),
    ),
)

FACTS = Forms(
    """| Field | Value |
|---|---|
| Severity | SEV1 |
| Impact | Nobody could log in |
| Root cause | A setting was gone |

Timeline:

- 2026-11-17 08:15 UTC First alert
- 2026-11-17 09:30 UTC Resolved

**What went well**

The alert came in a minute.

**Follow-ups**

| Action | Owner | Status | Due |
|---|---|---|---|
| Say who owns the setting | @sam | DONE | 2026-12-01 |
| Test the login each hour | @alex | TODO | |
""",
    """||Field||Value||
|Severity|SEV1|
|Impact|Nobody could
log in|
|Root cause|A setting was gone|

Timeline:
* 2026-11-17 08:15 UTC First alert
* 2026-11-17 09:30 UTC Resolved

*What went well*
The alert came in a minute.

*Follow-ups*
||Action||Owner||Status||Due||
|Say who owns the setting|[~u-sam]|{status:colour=Green|title=DONE}|2026-12-01|
|Test the login each hour|[~u-alex]|{status:colour=Grey|title=TODO}| |
""",
    node(
        "doc",
        table(
            ["Field", "Value"],
            ["Severity", "SEV1"],
            ["Impact", "Nobody could log in"],
            ["Root cause", "A setting was gone"],
        ),
        p("Timeline:"),
        listed("bulletList", "2026-11-17 08:15 UTC First alert", "2026-11-17 09:30 UTC Resolved"),
        p(bold("What went well"), node("hardBreak"), "The alert came in a minute."),
        node(
            "layoutSection",
            node(
                "layoutColumn",
                p(bold("Follow-ups")),
                table(
                    ["Action", "Owner", "Status", "Due"],
                    ["Say who owns the setting", mention("u-sam"), status("DONE"), p(node("date", timestamp=DAY))],
                    ["Test the login each hour", mention("u-alex"), status("TODO"), " "],
                ),
                width=50,
            ),
        ),
    ),
)

PLAIN = Forms(
    """The queue stood still for half an hour.

1. **What happened?**

Mails came late.

**2) Impact:** ten thousand mails

---

**LESSONS LEARNED**

> Nobody looked at the queue.

Next steps

- Watch the queue ✅
- Move the queue
  - to another host
- Add a dashboard as in https://example.org/queue
""",
    """The queue stood still for half an hour.

# *What happened?*

Mails came late.

*2) Impact:* ten thousand mails
----
*LESSONS LEARNED*
{quote}
Nobody looked at the queue.
{quote}
Next steps
* Watch the queue (/)
* Move the queue
** to another host
* Add a dashboard as in [https://example.org/queue]
""",
    node(
        "doc",
        p("The queue stood still for half an hour."),
        listed("orderedList", [p(bold("What happened?"))]),
        p("Mails came late."),
        p(bold("2) Impact:"), " ten thousand mails"),
        node("rule"),
        p(bold("LESSONS LEARNED")),
        node("blockquote", p("Nobody looked at the queue.")),
        p("Next steps"),
        node(
            "bulletList",
            node("listItem", p("Watch the queue ", node("emoji", shortName=":white_check_mark:", text="✅"))),
            node("listItem", p("Move the queue"), listed("bulletList", "to another host")),
            node("listItem", p("Add a dashboard as in ", node("inlineCard", url="https://example.org/queue"))),
        ),
    ),
)
