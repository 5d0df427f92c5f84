"""One incident with seven action items, as its texts show it: the example of the texts' tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from service.postmortem.gaps import questions
from service.postmortem.model import Document, Origin, Section, SectionText
from service.postmortem.standing import Standing
from service.texts import Comment, Texts

HERE = "https://postmortems.example.org"
URL = f"{HERE}/postmortems/17"
TEXTS = Texts([], "Europe/Berlin", HERE)


def at(clock: str, day: int = 17) -> datetime:
    """A time in November 2026, as a clock in Berlin shows it."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}:00+01:00").astimezone(UTC)


NOW = at("09:11", 23)


def standing(number: int, text: str, **changes) -> Standing:
    item = Standing(
        id=128 + number,
        key=f"{number:024x}",
        number=number,
        text=text,
        state="open",
        word="",
        reason="",
        owner=None,
        owner_id=None,
        owner_known=True,
        due=date(2026, 12, 17),
        due_rule="30 days, as P1",
        priority="P1",
        why=None,
        done_when=None,
        refs=(),
        in_text=True,
        tracker="code",
        issue_label=None,
        issue_url=None,
        adopted=False,
        verified_at=None,
        unreachable_since=None,
        stale_since=None,
        ended_at=None,
        created_at=at("15:32"),
        incident_id=1,
        incident_ref="acme/ops#42",
        incident_title="Checkout slow after database failover",
        incident_url="https://github.com/acme/ops/issues/42",
        incident_severity="SEV2",
        incident_closed_at=at("15:31"),
        postmortem_id=17,
    )
    return replace(item, **changes)


def github(repository: str, number: int, **more) -> dict:
    url = f"https://github.com/acme/{repository}/issues/{number}"
    return {"issue_label": f"acme/{repository}#{number}", "issue_url": url, "verified_at": NOW, **more}


def jira(key: str, **more) -> dict:
    return {"issue_label": key, "issue_url": f"https://jira.example/browse/{key}", "verified_at": NOW, **more}


ITEMS = (
    standing(
        1,
        "Test pooled connections with a write, and drop those on a read-only server",
        state="in_progress",
        owner="@checkout-dev-2",
        why="The pool keeps a connection for up to 30 minutes and tests it with a read. "
        "`db-a` still answered reads, so the test passed.",
        done_when="No connection to the old primary is older than 60 s in a staging failover.",
        **github("checkout", 318),
    ),
    standing(
        2,
        "Give a retried write 2 seconds in all",
        state="done",
        owner="@payments-dev-1",
        why="A failed write was tried again with no limit on the total time. Each try held one of 40 workers.",
        done_when="A load test with a read-only primary frees each worker within 2 s.",
        **jira("PAY-207"),
    ),
    standing(
        3,
        "Page on checkout p95 over 3 minutes instead of 10",
        owner="@sre-oncall",
        **github("ops", 43),
        due=date(2026, 11, 24),
    ),
    standing(4, "Improve monitoring of the database", **github("ops", 44)),
    standing(5, "Rehearse a failover in staging each quarter", state="waiting", owner="@db-oncall"),
    standing(
        6,
        "Replace fixed host names in the order export",
        state="unreachable",
        owner="@payments-dev-2",
        **jira("PAY-209", verified_at=at("16:40", 19)),
    ),
    standing(
        7,
        "Move the orders database to a managed service",
        state="wont_do",
        owner="@db-oncall",
        **github("ops", 45),
        due=date(2027, 1, 16),
    ),
)


def document(title: str = "Checkout slow after database failover", lines=(), **sections: str | None) -> Document:
    texts = {section.value: "Something that somebody wrote." for section in Section} | sections
    return Document(
        title=title,
        severity="SEV2",
        started_at=at("14:05"),
        detected_at=at("14:16"),
        mitigated_at=None,
        resolved_at=at("15:19"),
        sections={
            Section(name): SectionText(text, Origin.READ if text else Origin.MISSING) for name, text in texts.items()
        },
        timeline=tuple(lines),
    )


EXAMPLE = document(impact="- How many orders were given up: to be counted", lessons_learned=None)


def comment(doc: Document, items, *, kind: str = "github", now: datetime = NOW) -> Comment:
    return TEXTS.comment_body(doc, items, questions(doc, items), URL, kind=kind, now=now)


def issue(item: Standing, doc: Document = EXAMPLE, *, kind: str = "github", **more) -> str:
    return TEXTS.issue_body(item, doc, kind=kind, document_url=URL, **more)


def whole(doc: Document, items=ITEMS) -> str:
    return TEXTS.postmortem_markdown(
        doc,
        items,
        ref="acme/ops#42",
        url="https://github.com/acme/ops/issues/42",
        services=["checkout", "orders-db"],
        document_url=URL,
        now=NOW,
    )
