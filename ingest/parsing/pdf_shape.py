"""The shape of a grid once found (floor 4, pure): rows and columns that hold nothing go, header rows are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.parsing.pdf_grid import Grid, GridCell, union
from ingest.parsing.pdf_rows import figures

YEAR = re.compile(r"(?:FY|CY|Q[1-4])?'?(?:19|20)\d\d[A-Z]?,?(?: ?\([\da-z]{1,2}\))?")
MAX_HEADER_ROWS = 6
MAX_HEADER_WORDS = 6


def squeezed(grid: Grid) -> Grid:
    """The grid without rows and columns in which no word stands."""
    filled = [cell for cell in grid.cells if cell.words]
    rows = sorted({cell.row for cell in filled})
    columns = sorted({cell.column for cell in filled})
    row_at, column_at = _places(rows, grid.rows), _places(columns, grid.columns)
    cells: list[GridCell] = []
    taken: set[tuple[int, int]] = set()
    for cell in sorted(grid.cells, key=lambda cell: (not cell.words, cell.row, cell.column)):
        top, bottom = row_at[cell.row], row_at[min(cell.row + cell.row_span, grid.rows)]
        left, right = column_at[cell.column], column_at[min(cell.column + cell.column_span, grid.columns)]
        own = {(row, column) for row in range(top, bottom) for column in range(left, right)}
        if own and not own & taken:
            taken |= own
            cells.append(replace(cell, row=top, column=left, row_span=bottom - top, column_span=right - left))
    edges = (*(grid.edges[column] for column in columns), grid.edges[-1])
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(grid.box, len(rows), len(columns), edges, tuple(cells))


def _places(kept: Sequence[int], count: int) -> list[int]:
    """For each old edge, how many kept rows or columns come before it."""
    out, at = [], 0
    for old in range(count + 1):
        while at < len(kept) and kept[at] < old:
            at += 1
        out.append(at)
    return out


def marked(grid: Grid) -> Grid:
    """The grid with its header rows named, and its box around all its words."""
    rows = [[cell for cell in grid.cells if cell.row == row and cell.words] for row in range(grid.rows)]
    count = _header_rows(rows, grid.columns)
    cells = tuple(replace(_around(cell), header=cell.row < count) for cell in grid.cells)
    return Grid(union([grid.box, *(cell.box for cell in cells)]), grid.rows, grid.columns, grid.edges, cells)


def _around(cell: GridCell) -> GridCell:
    if not cell.words:
        return cell
    return replace(cell, box=union([cell.box, *(word.box for word in cell.words)]))


def _header_rows(rows: Sequence[Sequence[GridCell]], columns: int) -> int:
    first, rest = rows[0], [cell for cells in rows[1:] for cell in cells]
    if not rest:
        return 0
    if _bold(first) and not _bold(rest):
        return 1 + _bold_after(rows)
    body = next((at for at, cells in enumerate(rows) if _holds_values(cells)), None)
    if columns == 2 and (body is None or sum(_holds_values(cells) for cells in rows) < 0.5 * len(rows)):
        return 0
    full = next((at for at, cells in enumerate(rows) if sum(cell.column_span for cell in cells) == columns), None)
    if full is not None and (body is None or full < body):
        body = full + 1
    if body is None or body > MAX_HEADER_ROWS:
        return 0
    if full is not None and body == full + 1 and any(len(cell.words) > MAX_HEADER_WORDS * 2 for cell in rows[full]):
        body = full
    beside = [at for at in range(body) if any(cell.column for cell in rows[at])]
    return beside[-1] + 1 if beside else 0


def _bold_after(rows: Sequence[Sequence[GridCell]]) -> int:
    """How many rows after the first are bold and beside the labels as well."""
    count = 0
    for cells in rows[1:MAX_HEADER_ROWS]:
        if not _bold(cells) or not any(cell.column for cell in cells) or _holds_values(cells):
            break
        count += 1
    return count


def _holds_values(cells: Iterable[GridCell]) -> bool:
    return any(
        cell.column and figures(cell.words) and not YEAR.fullmatch(cell.words[0].text) for cell in cells if cell.words
    )


def _bold(cells: Iterable[GridCell]) -> bool:
    return all(word.bold for cell in cells for word in cell.words)
