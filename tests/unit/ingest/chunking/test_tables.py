"""Rows of a long table are indexed under the words of its header row, wherever the table was cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ingest.chunking.chunk import chunk, chunk_parsed, indexed_text
from ingest.chunking.tables import CAPTION_CHARS, CELL_CHARS, Head, Heads
from proviso.types.documents import Block, Cell, Parsed, Section, Table
from tests.unit.ingest.chunking.conftest import MAX_TOKENS, Check

Count = Callable[[str], int]
HEADINGS = ("Register", "Address", "Reset value")
ROWS = tuple((f"CFG_{n:02}", f"0x1A10_{n:04}", f"0x{n:08} after a power cycle of the block") for n in range(60))


def a_parsed(
    headings: Sequence[str] = HEADINGS,
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    caption: str = "Table 4.3: Registers",
    headers: int = 1,
) -> Parsed:
    """A section with a sentence, a table whose first `headers` rows are headings, and a sentence."""
    text = "4.2 Registers\nThe registers are listed here.\n"
    start, blocks, cells = len(text), [Block("heading", 0, 13, level=1)], []
    for number, row in enumerate((headings, *rows)):
        begin = len(text)
        for column, words in enumerate(row):
            text += "\t" if column else ""
            cells.append(Cell(len(text), len(text) + len(words), number, column, header=number < headers))
            text += words
        blocks.append(Block("table_row", begin, len(text)))
        text += "\n"
    table = Table(start, len(text) - 1, 1 + len(rows), len(headings), tuple(cells), caption)
    text += "After the table comes another paragraph."
    sections = (Section("4.2", "4.2", "Registers", 1, 0, len(text)),)
    return Parsed(text, tuple(blocks), "text/plain", sections=sections, tables=(table,))


def test_later_chunks_of_a_table_are_indexed_under_caption_and_headings(count_tokens: Count, check: Check) -> None:
    parsed = a_parsed()
    chunks = chunk_parsed(parsed, count_tokens, MAX_TOKENS)
    check(parsed.text, chunks)
    (table,) = parsed.tables
    first, *later = [each for each in chunks if each.start < table.end]
    assert first.header == "4.2 Registers"
    assert len(later) > 3
    for each in later:
        assert each.header == "4.2 Registers > Table 4.3: Registers | Register | Address | Reset value"
        assert (each.section, each.heading) == ("4.2", "Registers")
        assert indexed_text(parsed.text, each).startswith(f"{each.header}: CFG_")


def test_what_follows_the_table_does_not_stand_under_its_head(count_tokens: Count) -> None:
    parsed = a_parsed(rows=ROWS[:30])
    long = parsed.text + " It says more than a row of registers does." * 30
    blocks = (*parsed.blocks, Block("paragraph", parsed.tables[0].end + 1, len(long)))
    more = replace(parsed, text=long, blocks=blocks, sections=(replace(parsed.sections[0], end=len(long)),))
    after = [each for each in chunk_parsed(more, count_tokens, MAX_TOKENS) if each.start >= parsed.tables[0].end]
    assert after
    assert {each.header for each in after} == {"4.2 Registers"}


def test_a_table_that_nobody_found_is_cut_as_before(count_tokens: Count) -> None:
    parsed = a_parsed()
    plain = chunk(parsed.text, parsed.blocks, (), parsed.sections, count_tokens, MAX_TOKENS)
    assert {each.header for each in plain} == {"4.2 Registers"}


@pytest.mark.parametrize("limit", [32, 40, 64, 128])
def test_a_wide_head_gives_the_headings_that_there_is_room_for(count_tokens: Count, limit: int) -> None:
    headings = [f"Quantity number {n}" for n in range(40)]
    parsed = a_parsed(headings, [[str(n + column) for column in range(40)] for n in range(30)], caption="")
    chunks = chunk_parsed(parsed, count_tokens, limit)
    for each in chunks:
        assert count_tokens(indexed_text(parsed.text, each)) == each.tokens <= limit
    assert "".join("".join(parsed.text[each.start : each.end].split()) for each in chunks) == "".join(
        parsed.text.split()
    )
    headers = {each.header for each in chunks}
    assert any("Quantity number 0" in header for header in headers)
    assert not any("Quantity number 39" in header for header in headers)


def over(parsed: Parsed, row: int) -> Head | None:
    """The head over a row, 0 being the first of the table."""
    (table,) = parsed.tables
    start = min(cell.start for cell in table.cells if cell.row == row)
    return Heads(parsed.text, parsed.tables).over(start)


def test_the_header_rows_themselves_have_no_head() -> None:
    parsed = a_parsed(headers=2)
    assert over(parsed, 0) is over(parsed, 1) is None
    found = over(parsed, 2)
    assert found is not None
    assert found.words == ("Table 4.3: Registers", *HEADINGS, *ROWS[0][:2], "0x00000000 after a power cycle of the")


@pytest.mark.parametrize("headers", [0, 61], ids=["no row is marked", "every row is marked"])
def test_a_table_without_a_header_row_has_nothing_but_its_caption(headers: int) -> None:
    found = over(a_parsed(headers=headers), 5)
    assert found is not None
    assert found.words == ("Table 4.3: Registers",)
    assert over(a_parsed(headers=headers, caption=""), 5) is None


def test_headings_are_said_once_on_one_line_and_none_endlessly() -> None:
    headings = ("Fee\n(USD)", "Fee (USD)", "", "word " * 40)
    found = over(a_parsed(headings, [("1", "2", "3", "4")] * 3, caption="A caption " * 30), 2)
    assert found is not None
    caption, fee, last = found.words
    assert fee == "Fee (USD)"
    assert len(caption) <= CAPTION_CHARS
    assert len(last) <= CELL_CHARS


def test_of_tables_inside_tables_the_inner_one_heads_its_rows() -> None:
    text = "A B\n1 2\nX Y\n7 8\n9 0\n5 6"
    outer = Table(0, 23, 6, 2, (Cell(0, 1, 0, 0, header=True), Cell(4, 5, 1, 0), Cell(20, 21, 5, 0)))
    inner = Table(8, 19, 3, 2, (Cell(8, 9, 0, 0, header=True), Cell(12, 13, 1, 0)))
    heads = Heads(text, (outer, inner))
    words = [head.words if (head := heads.over(at)) else () for at in (4, 12, 16, 20, 23)]
    assert words == [("A",), ("X",), ("X",), ("A",), ()]
