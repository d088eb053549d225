"""Grids to canonical text (floor 4, pure): rows with tabs between cells, and tables that go on over page breaks made one.

A row is one line of text and one block; an empty cell keeps its tab, save at the end of a row. A cell that covers several columns is
followed by the tabs of those it covers, and one that covers several rows stands in the first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.parsing.pdf_grid import Grid, GridCell, Word
from ingest.parsing.pdf_hyphens import Hyphens
from ingest.parsing.pdf_lines import Line, PageLines, turned
from proviso.boxes import Box
from proviso.types.documents import Block, Cell, Table

CELL_GAP = "\t"
CAPTION = re.compile(r"(?:table|tab\.)\s+(?:[A-Z][.-]?)?\d{1,3}(?:[.\-–]\d{1,3})*[a-z]?\b", re.IGNORECASE)
MAX_CAPTION_CHARS = 400
SAME_EDGE_PT = 8.0
ONE_LINE = 1.7


@dataclass(slots=True)
class RowText:
    """A row of a table: its text, where each cell stands in it, and its words with the visual line each is on."""

    text: str = ""
    cells: list[tuple[GridCell, int, int]] = field(default_factory=list)
    words: list[tuple[int, int, int, Box]] = field(default_factory=list)
    lines: int = 1


@dataclass(slots=True)
class PlacedTable:
    """A grid that was written at `[start, end)`."""

    grid: Grid
    page: int
    start: int
    end: int
    cells: list[Cell]


def rows_of_text(grid: Grid, hyphens: Hyphens) -> Iterator[RowText]:
    """The rows of a grid in order, each with its offsets from the start of the row."""
    for at in range(grid.rows):
        yield _row([cell for cell in grid.cells if cell.row == at], hyphens)


def cells_at(row: RowText, start: int, page: PageLines, number: int) -> Iterator[Cell]:
    """The cells of a row that was written at `start`."""
    end = start + len(row.text)
    for cell, first, last in row.cells:
        span = min(start + first, end), min(start + last, end)
        box = _displayed(cell.box, page)
        yield Cell(*span, cell.row, cell.column, cell.row_span, cell.column_span, cell.header, number, box)


def caption_of(words: str) -> str:
    """The words of a paragraph if they are the caption of a table."""
    flat = " ".join(words.split())
    return flat if len(flat) <= MAX_CAPTION_CHARS and CAPTION.match(flat) else ""


def tables_of(placed: Sequence[PlacedTable], blocks: Sequence[Block], text: str) -> tuple[Table, ...]:
    """The tables with their captions, those that go on over a page break joined."""
    body = [block for block in blocks if block.kind not in ("header", "footer")]
    starts = [block.start for block in body]
    out: list[Table] = []
    above: PlacedTable | None = None
    for each in placed:
        before = body[bisect_left(starts, each.start) - 1] if each.start > starts[0] else None
        after = next(iter(body[bisect_left(starts, each.end) :][:1]), None)
        title, legend = _caption(before, each.page, text), _caption(after, each.page, text)
        joined = above is not None and before is not None and before.end == above.end and _goes_on(above, each)
        if above is not None and joined and not (legend and out[-1].caption):
            whole = out.pop()
            cells = whole.cells + tuple(
                _further(cell, whole.rows, _repeats(above.grid, each.grid)) for cell in each.cells
            )
            rows, caption = whole.rows + each.grid.rows, whole.caption or legend
            out.append(Table(whole.start, each.end, rows, whole.columns, cells, caption))
        else:
            rows, columns = each.grid.rows, each.grid.columns
            out.append(Table(each.start, each.end, rows, columns, tuple(each.cells), title or legend))
        above = each
    return tuple(out)


def _further(cell: Cell, rows: int, repeats: bool) -> Cell:
    """A cell of a later page: rows count on, and a row is a header only where it repeats that of the first page."""
    return replace(cell, row=cell.row + rows, header=cell.header and repeats)


def _caption(block: Block | None, page: int, text: str) -> str:
    if block is None or block.page != page or block.kind == "table_row":
        return ""
    return caption_of(text[block.start : block.end])


def _goes_on(above: PlacedTable, table: PlacedTable) -> bool:
    """Whether a table that follows on the next page is the rest of the one above it."""
    if table.page != above.page + 1:
        return False
    before, after = above.grid, table.grid
    if before.columns != after.columns:
        return False
    if any(abs(a - b) > SAME_EDGE_PT for a, b in zip(before.edges, after.edges, strict=True)):
        return False
    return not _heading(after) or _repeats(before, after) or not _bold(after)


def _repeats(before: Grid, after: Grid) -> bool:
    return _heading(before) == _heading(after)


def _bold(grid: Grid) -> bool:
    return all(word.bold for cell in grid.cells if cell.header for word in cell.words)


def _heading(grid: Grid) -> list[str]:
    return [word.text for cell in grid.cells if cell.header for word in cell.words]


def _row(cells: list[GridCell], hyphens: Hyphens) -> RowText:
    out = RowText()
    parts: list[str] = []
    at = column = 0
    flat = _on_one_line(cells)
    lines = 0
    for cell in cells:
        parts.append(CELL_GAP * (cell.column - column))
        at += cell.column - column
        column = cell.column
        start = at
        above: Word | None = None
        for word in cell.words:
            if above is not None and above.cut_before(word):
                if hyphens.broken(_line(above), _line(word)):
                    parts[-1] = above.text[:-1]
                    at -= 1
                    out.words[-1] = (out.words[-1][0], at, *out.words[-1][2:])
            elif above is not None:
                parts.append(" ")
                at += 1
            lines += not flat and (above is None or above.above(word))
            out.words.append((at, at + len(word.text), 0 if flat else lines - 1, word.shown))
            parts.append(word.text)
            at += len(word.text)
            above = word
        out.cells.append((cell, start, at))
    out.text = "".join(parts).rstrip(CELL_GAP)
    out.lines = 1 if flat else max(1, lines)
    return out


def _line(word: Word) -> Line:
    return Line(word.text, [(0, len(word.text), word.shown)], word.box, word.height, word.bold, False)


def _on_one_line(cells: list[GridCell]) -> bool:
    words = [word for cell in cells for word in cell.words]
    if not words:
        return True
    top, foot = min(word.box[1] for word in words), max(word.box[3] for word in words)
    return foot - top <= ONE_LINE * min(word.height for word in words)


def _displayed(box: Box, page: PageLines) -> Box:
    """A box of the reading frame on the page as displayed."""
    if page.tilt is not None:
        return page.tilt.shown(box)
    wide, high = (page.height, page.width) if page.turn % 2 else (page.width, page.height)
    x0, y0, x1, y1 = turned(box, -page.turn % 4, wide, high) if page.turn else box
    return max(0.0, x0), max(0.0, y0), min(page.width, x1), min(page.height, y1)
