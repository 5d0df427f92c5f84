"""Action items in the rows of a table: its columns by their names, or by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from service.postmortem import itemcells, itemdone, itemdue, itemfields, itemkinds, itemstates, owners, references
from service.postmortem.given import Given
from service.postmortem.itemcells import Row
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.markdown import Block, Span, plain
from service.postmortem.vocabulary import key

_NUMBER = re.compile(r"#?[A-Z]{0,3}[ -]?\d{1,4}[.):]?")
_SHORT = 25  # characters; what is to be done is longer, a name is not
_MENTION = re.compile(r"@[\w./-]{1,60}(?:(?:, ?| and | ?/ ?| )@[\w./-]{1,60}){0,5}")


def rows_of(block: Block, given: Given) -> list[tuple[int, Facts, tuple[Span, ...]]]:
    """The line (from 1), the facts and the words of each row that may be an item."""
    words = item_words(given.words)
    rows = list(zip(block.rows, (*block.row_starts, *([block.start] * len(block.rows))), strict=False))
    if not rows or not block.rows[0]:
        return []
    header = block.rows[0]
    columns = itemfields.columns_of(header, words)
    if "text" not in columns and "refs" in columns and _says_more(rows[1:], columns["refs"]):
        columns["text"] = columns.pop("refs")  # "Issue": what the issue is about stands there as well
    names = {key(plain(cell)) or plain(cell).lower() for cell in header}
    if "text" not in columns and names & words.lists["foreign_column"]:
        return []
    if not columns or (set(columns) <= {"text"} and len(header) > 1 and _is_data(header, words)):
        if _is_data(header, words):
            columns, body = _guessed(rows, given), rows
        else:
            body = rows[1:]
            columns = _guessed(body, given, columns)
    else:
        body = rows[1:]
        if "text" not in columns:
            columns = _guessed(body, given, columns)
    if "text" not in columns:
        return []
    labels = {fact: _why(header, index, body is rows) for fact, index in columns.items()}
    heads = {} if body is rows else {index: key(plain(cell)) for index, cell in enumerate(header)}
    return _read(body, columns, labels, heads, given, words)


def _read(
    body: Sequence[tuple[Row, int]],
    columns: dict[str, int],
    labels: dict[str, str],
    names: dict[int, str],
    given: Given,
    words: ItemWords,
) -> list[tuple[int, Facts, tuple[Span, ...]]]:
    main = columns["text"]
    found: list[tuple[int, Facts, tuple[Span, ...]]] = []
    group = ""
    for row, start in ((one, start) for whole, start in body for one in itemcells.rows_in(whole, main, words)):
        said = [plain(cell) for cell in row]
        if main >= len(row) or not said[main]:
            if sum(map(bool, said)) == 1 and len(row) > 1:
                group = next(filter(None, said))
            continue
        if sum(map(bool, said)) == 1 and len(row) > 2 and _is_group(row[main], said[main], words):
            group = said[main]
            continue
        facts = Facts(here=(start + 1, start + 1))
        for fact, index in columns.items():
            if fact in ("text", "number") or index >= len(row) or not said[index]:
                continue
            why = labels[fact]
            struck = row[index] and all(span.struck for span in row[index] if span.text.strip())
            facts.add_refs(references.refs_of(row[index]), why)
            if fact == "refs":
                itemdone.take_marks(said[index], facts, words)
                if struck:
                    facts.set_done(said[index], "struck through")
                elif beside := itemstates.of_reference(said[index], words):
                    facts.set_done(beside, why)
            elif fact == "due" and (told := words.done_bracket.search(said[index])) and not itemstates.is_part(told[0]):
                facts.set_done(told[0], why)
            elif not struck:
                itemfields.set_fact(facts, fact, said[index], given, why)
                if fact == "status" and (day := itemstates.on_day(names.get(index, ""), said[index])):
                    facts.set_done(day, why)
                if fact == "why" and (done := itemdone.is_detail_done(said[index], words)):
                    facts.set_done(done, why)
        for index, cell in enumerate(row):
            if index not in columns.values():
                facts.add_refs(references.refs_of(cell), "beside it in its row")
                if itemdone.BOX.fullmatch(said[index] + " ") or itemdone.BOX.fullmatch(said[index]):
                    itemdone.take_box(said[index], facts)
        if group:
            facts.set_kind(itemkinds.kind_of(group, words), group, "the row above it")
        found.append((start + 1, facts, row[main]))
    return found


def _is_group(cell: Sequence[Span], text: str, words: ItemWords) -> bool:
    """A row that holds one name alone, above the rows that belong to it."""
    bold = all(span.bold for span in cell if span.text.strip())
    return key(text) in words.kinds or (bold and len(text.split()) <= 5) or text.endswith(":")


def _says_more(body: Sequence[tuple[Row, int]], index: int) -> bool:
    """Whether the cells of a column hold more than the names of issues."""
    cells = [plain(row[index]) for row, _ in body if index < len(row) and plain(row[index])]
    return bool(cells) and 2 * sum(len(cell.split()) > 3 for cell in cells) > len(cells)


def _why(header: Row, index: int, guessed: bool) -> str:
    name = plain(header[index]) if index < len(header) and not guessed else ""
    return f"the column “{name}”" if name else "a column, by what stands in it"


def _is_data(header: Row, words: ItemWords) -> bool:
    """Whether the first row is an item as well, for want of a header."""
    cells = [plain(cell) for cell in header]
    filled = [cell for cell in cells if cell]
    return any(itemdone.BOX.match(cell + " ") or _MENTION.fullmatch(cell) for cell in filled) or (
        len(filled) > 1
        and any(
            len(cell) > 60 or (len(cell.split()) > 4 and cell.split()[0].lower() in words.lists["verb"])
            for cell in filled
        )
    )


def _guessed(body: Sequence[tuple[Row, int]], given: Given, known: dict[str, int] | None = None) -> dict[str, int]:
    """Columns by what stands in them: what is to be done is the longest text; an owner is a name."""
    words = item_words(given.words)
    columns = dict(known or {})
    width = max((len(row) for row, _ in body), default=0)
    cells = {
        index: [text for row, _ in body if index < len(row) and (text := plain(row[index]))]
        for index in range(width)
        if index not in columns.values()
    }
    cells = {index: found for index, found in cells.items() if found}

    def first(fact: str, fits: Callable[[str], bool]) -> None:
        if fact not in columns:
            index = next((index for index, found in cells.items() if sum(map(fits, found)) * 2 > len(found)), None)
            if index is not None:
                columns[fact] = index
                del cells[index]

    first("number", lambda text: _NUMBER.fullmatch(text) is not None and not text.upper().startswith("P"))
    first(
        "status",
        lambda text: bool(itemdone.of_status(text, words) or words.open_status.match(text)) and len(text) <= _SHORT,
    )
    first("due", lambda text: _is_due(text, given))
    first("priority", lambda text: itemkinds.priority_of(text, words) is not None and len(text) < 9)
    first("type", lambda text: itemkinds.kind_of(text, words) is not None)
    first("owner", lambda text: _MENTION.fullmatch(text) is not None or text.lower() in given.people)
    names = next((index for index, found in cells.items() if owners.like_names(found, words)), None)
    if "owner" not in columns and names is not None and len(cells) > 1:
        columns["owner"] = names
        del cells[names]
    if "text" not in columns and cells:
        best = max(cells, key=lambda index: sum(map(len, cells[index])) / len(cells[index]))
        if sum(map(len, cells[best])) / len(cells[best]) >= _SHORT / 2:
            columns["text"] = best
            del cells[best]
    return columns


def _is_due(text: str, given: Given) -> bool:
    facts = Facts()
    itemdue.set_field(facts, text, given.today, "", item_words(given.words))
    return facts.due is not None or facts.due_text is not None
