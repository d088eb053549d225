"""Tables of formats whose text is built (floor 4): cells find their columns, empty columns go, layout tables are told from data.

A grid is what a parser read of a table; `Draft` sets it as rows of the canonical text. Word and web pages share it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.parsing.breaks import BARE_LABEL
from ingest.parsing.words import Place, Words
from proviso.types.documents import BlockKind

MAX_COLUMNS = 200
LONG_CELL_CHARS = 2000
LONG_CELL_PARAGRAPHS = 4
_SPACE = re.compile(r"\s+")
_OPENING_SIGN = re.compile(r"(?:US)?[$€£¥]\s*\(?|\(")
_CLOSING_SIGN = re.compile(r"\)\s*%?|%")


@dataclass(slots=True, eq=False)
class Paragraph:
    """A paragraph, heading, list item, note, header or footer that was read."""

    kind: BlockKind
    words: Words
    level: int = 0
    caption: bool = False
    whole: bool = False
    """Set as it is, with its lines and their indentation (code, figures drawn with letters), unless it is very long."""


@dataclass(slots=True, eq=False)
class GridCell:
    """A cell and what stands in it. `column` is found by `Grid.lay_out` where the format does not say it."""

    items: list[Item]
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    column: int = -1

    def text(self) -> str:
        return " ".join(" ".join(_texts(self.items)).split())

    @property
    def is_page(self) -> bool:
        """Whether it holds so much that no reader would take it for a cell."""
        return len(self.items) >= LONG_CELL_PARAGRAPHS and len(self.text()) >= LONG_CELL_CHARS


@dataclass(slots=True, eq=False)
class Grid:
    """A table as it was read: rows of cells in reading order."""

    rows: list[list[GridCell]]
    caption: Words | None = None
    layout: bool | None = None
    """What the format says; None when only the content can tell."""
    caption_text: str = ""
    """A caption that is a paragraph of its own beside the table."""
    columns: int = field(default=0, init=False)
    place: Place | None = field(default=None, init=False)
    cells: list[tuple[GridCell, int, Place]] = field(default_factory=list, init=False)
    """Every cell that was set, with its row and its place in the text."""

    def lay_out(self) -> None:
        """Give each cell its column, past those that cells of rows above still cover; then drop columns that hold nothing."""
        covered_until: dict[int, int] = {}
        for at, row in enumerate(self.rows):
            column = 0
            for cell in row:
                column = max(column, cell.column)
                while covered_until.get(column, 0) > at:
                    column += 1
                cell.column = column = min(column, MAX_COLUMNS - 1)
                cell.row_span = max(1, min(cell.row_span, len(self.rows) - at))
                cell.column_span = max(1, min(cell.column_span, MAX_COLUMNS - column))
                covered_until.update(dict.fromkeys(range(column, column + cell.column_span), at + cell.row_span))
                column += cell.column_span
        for row in self.rows:
            _join_signs(row)
        self._drop_empty_columns()

    def is_layout(self) -> bool:
        """Whether the table only places paragraphs: one column, a column of clause numbers beside text, or cells as long as pages."""
        if self.layout is not None:
            return self.layout
        filled = [[cell for cell in row if cell.text()] for row in self.rows]
        if self.columns <= 1:
            return True
        if self.caption or any(cell.header for row in filled for cell in row):
            return False
        numbered = [row for row in filled if len(row) == 2]
        beside = numbered and all(len(row) <= 2 for row in filled)
        if beside and all(BARE_LABEL.fullmatch(row[0].text()) for row in numbered):
            return True
        return any(cell.is_page for row in filled for cell in row)

    def content(self) -> Iterator[Item]:
        """What a layout table holds, in reading order; a clause number joins the paragraph beside it."""
        for row in self.rows:
            filled = [cell for cell in row if cell.text()]
            label = filled[0] if len(filled) > 1 and BARE_LABEL.fullmatch(filled[0].text()) else None
            lead: Words | None = None
            for cell in row:
                if cell is label:
                    lead = tidy(flat(cell.items))
                    continue
                for item in cell.items:
                    if lead is None or (isinstance(item, Paragraph) and not item.words.text().strip()):
                        yield item
                    else:
                        yield from _led(lead, item)
                        lead = None

    def _drop_empty_columns(self) -> None:
        """Web pages space their columns with empty ones: a column in which no cell with words begins is none."""
        used = {cell.column for row in self.rows for cell in row if cell.text()}
        kept = [0]
        for column in range(MAX_COLUMNS):
            kept.append(kept[-1] + (column in used))
        for row in self.rows:
            row[:] = _kept(row, used)
            for cell in row:
                end = kept[cell.column + cell.column_span]
                cell.column = kept[cell.column]
                cell.column_span = max(1, end - cell.column)
        self.columns = len(used)


Item = Paragraph | Grid


def _led(lead: Words, item: Item) -> Iterator[Item]:
    """The item beside a clause number: a paragraph takes the number in."""
    if isinstance(item, Paragraph):
        lead.put(" ")
        lead.take(item.words)
        kind: BlockKind = "list_item" if item.kind == "paragraph" else item.kind
        yield Paragraph(kind, lead, item.level)
    else:
        yield Paragraph("paragraph", lead)
        yield item


def _kept(row: list[GridCell], used: set[int]) -> list[GridCell]:
    """The cells of the columns in use. What stood in the others without any words, a deletion or an anchor, stands in the cell
    after it, else in the one before; only a row without any such cell keeps it in one of its own."""
    out: list[GridCell] = []
    strays = Words()
    for cell in row:
        if cell.column not in used:
            strays.take(tidy(flat(cell.items)))
            continue
        if strays.places:
            cell.items.insert(0, Paragraph("paragraph", strays))
            strays = Words()
        out.append(cell)
    if strays.places and out:
        out[-1].items.append(Paragraph("paragraph", strays))
    elif strays.places:
        out.append(GridCell([Paragraph("paragraph", strays)], column=min(used, default=0)))
    return out


def row_words(grid: Grid, at: int, nested: list[Grid]) -> Words:
    """Row `at` on one line, its cells at the tab of their column; the grids inside its cells are added to `nested`."""
    out = Words()
    column = 0
    for cell in grid.rows[at]:
        out.put("\t" * (cell.column - column))
        column = max(column, cell.column)
        place = out.here()
        out.take(tidy(flat(cell.items, nested)))
        out.until_here(place)
        grid.cells.append((cell, at, place))
    return out


def flat(items: Iterable[Item], nested: list[Grid] | None = None) -> Words:
    """The items on one line, as they stand in a cell."""
    out = Words()
    for item in items:
        if len(out):
            out.put(" ")
        if isinstance(item, Paragraph):
            out.take(item.words)
        else:
            out.take(_flat_grid(item, nested))
    return out


def tidy(words: Words) -> Words:
    """All white space as single spaces, none around."""
    length = len(words)
    words.rewrite(_SPACE, lambda gap: " " if gap.start() > 0 and gap.end() < length else "")
    return words


def _flat_grid(grid: Grid, nested: list[Grid] | None) -> Words:
    out = Words()
    grid.lay_out()
    grid.place = out.here()
    for at, row in enumerate(grid.rows):
        for cell in row:
            if len(out):
                out.put(" ")
            place = out.here()
            out.take(tidy(flat(cell.items, nested)))
            out.until_here(place)
            grid.cells.append((cell, at, place))
    out.until_here(grid.place)
    if nested is not None and not grid.is_layout():
        nested.append(grid)
    return out


def _join_signs(row: list[GridCell]) -> None:
    """Filings set "$" and ")" in cells of their own, so that figures line up; a reader sees one figure."""
    texts = [cell.text() for cell in row]
    for at in range(len(row) - 1):
        if _OPENING_SIGN.fullmatch(texts[at]) and texts[at + 1][:1].isdigit():
            row[at + 1].items = [Paragraph("paragraph", _glued(row[at], row[at + 1]))]
            row[at].items = []
        elif texts[at][-1:].isdigit() and _CLOSING_SIGN.fullmatch(texts[at + 1]):
            row[at].items = [Paragraph("paragraph", _glued(row[at], row[at + 1]))]
            row[at + 1].items = []


def _glued(first: GridCell, second: GridCell) -> Words:
    words = tidy(flat(first.items))
    words.take(tidy(flat(second.items)))
    return words


def _texts(items: list[Item]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Paragraph):
            yield item.words.text()
        else:
            for row in item.rows:
                yield from (cell.text() for cell in row)
