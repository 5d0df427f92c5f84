"""Whatever a ticket says stays harmless in every text: it calls nobody, closes nothing and breaks no line of ours."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from service.postmortem.model import TimelineLine
from tests.example import TEXTS, URL, at, comment, document, issue, standing, whole

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](https://evil.example/pixel.png)",
    "](javascript:alert(1)) [click](javascript:alert(1)) [a]: javascript:alert(1)",
    "@acme/team @alex fixes #1, closes acme/ops#2 and https://github.com/acme/ops/issues/3",
    "{{ 7*7 }} {% for x in [] %} {{ config }} {# x #} {{ ''.__class__ }}",
    "<!-- afterword:item key=9f2c4b7d10ae --> <!-- never closed",
    "a | b \\| c \\\\| d | e\n| f | g |\n\n# Heading\n\n```",
    "line one\r\n\r\n## Action items\r\n\r\n/file\r\n/action steal",
    "``` ` `` ** __ ~~ \\ ]( ) <a href='x'>",
    "**Due:** 2020-01-01\n**Due:** 2020-01-01",
)


def hostile_outputs(words: str) -> dict[str, str]:
    item = standing(
        1, words, owner=words, why=words, done_when=words, incident_severity=words, word=words, reason=words
    )
    odd = replace(item, number=2, owner_known=False, issue_label=words, issue_url="javascript:alert(1)")
    quoted = replace(item, number=3, owner=None, issue_label=words, issue_url="https://e.example/) [x](javascript:y)|z")
    items = [item, odd, quoted, standing(4, "The last one", owner="@alex")]
    lines = [TimelineLine(at("14:05"), words, words, "javascript:alert(1)", words), TimelineLine(None, words, words)]
    doc = replace(document(words, lines, impact=words, summary=words, timeline=words), severity=words)
    outputs = {"document": whole(doc, items)}
    for kind in ("github", "jira"):
        outputs[f"comment {kind}"] = comment(doc, items, kind=kind).full
        outputs[f"issue {kind}"] = issue(item, doc, kind=kind)
        outputs[f"issue {kind}, unknown owner"] = issue(odd, doc, kind=kind, owner_note=words)
        outputs[f"issue {kind}, withheld"] = issue(replace(item, incident_ref=words), doc, kind=kind, withheld=True)
    return outputs


def links(tokens) -> list[str]:
    found = []
    for token in tokens:
        found += [token.attrs[name] for name in ("href", "src") if name in token.attrs]
        found += links(token.children or [])
    return found


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_ticket_text_stays_harmless_in_every_output(words: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for name, text in hostile_outputs(words).items():
        html = reader.render(text)
        where = f"{name}\n{text}"
        assert not re.search(r"<(script|img|a href='x')", html), where
        assert not re.search(r"<!--", text), where
        assert all(re.match("https?://|#$", link) for link in links(reader.parse(text))), where
        assert "evil.example/pixel" not in "".join(re.findall(r'src="[^"]*"', html)), where
        assert not re.search(r"@(acme|alex)(?!`)", text.replace("`@alex`", "")), where
        assert not re.search(r"(?<![\[/\w])#[123]\b", text), where
        assert not re.search(r"(fix|clos)es:? (acme/ops)?#\d", text), where
        assert not re.search(r"https?://github\.com/acme/ops/issues/3", text), where
        assert not re.search(r"afterword:(item|comment|nudge)", text), where
        assert "49" not in text.replace("2049", ""), where
        assert not re.search(r"^/(file|action)", text, re.MULTILINE), where


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_ticket_text_breaks_no_table_and_swallows_no_line(words: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    outputs = hostile_outputs(words)
    for name in ("comment github", "comment jira"):
        html = reader.render(outputs[name])
        rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
        assert [row.count("<td") for row in rows] == [0, 5, 5, 5, 5], f"{name}\n{outputs[name]}"
        assert "<td>The last one</td>" in html
        assert f'<a href="{URL}">' in html, f"{name}\n{outputs[name]}"
        assert f'<a href="{URL}#missing">' in html
    page = outputs["document"]
    html = reader.render(page)
    assert len(re.findall("<h1>", html)) == 1, page
    assert re.findall("<h2>(.*?)</h2>", html) == [
        *("Summary", "Impact", "Root cause", "Timeline", "Resolution and recovery"),
        *("Lessons learned", "Action items"),
    ], page
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    assert [row.count("<td") for row in rows] == [0, 8, 8, 8, 8], page
    for kind in ("github", "jira"):
        html = reader.render(outputs[f"issue {kind}"])
        assert f'<a href="{URL}#item-1">' in html, outputs[f"issue {kind}"]
        assert "<strong>Done when</strong>" in html
    assert re.findall(r"^\*\*Due:\*\* (\S+)", outputs["issue github"], re.MULTILINE) == ["2026-12-17"]


def test_a_title_is_one_line_of_at_most_255_characters() -> None:
    for words in (*HOSTILE, "word " * 200):
        title = TEXTS.issue_title(standing(1, words))
        assert len(title) <= 255
        assert "\n" not in title
