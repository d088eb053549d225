"""Whether a page is set in columns (floor 4, pure), by its ink alone.

Tesseract told to find columns takes clause numbers in the margin for one, and loses some of them; told to read across the page it mixes
real columns. So it is told to look for columns only where a gutter runs down the page with text on both sides that fills its width.
"""

from __future__ import annotations

import math

import numpy as np

from ingest.parsing.ocr_picture import Ink, Lean, Places

CELL = 4
"""Pixels of the small picture, 100 to the inch, to a cell: about 3 points, less than a gutter, more than a space."""
GUTTER_CELLS = 2
MIN_SIDE = 0.2
"""A column takes at least this share of the width of the text."""
MIN_FILL = 0.4
"""Share of a column's width that its lines cover, at the median; cells of tables and signatures leave more of it blank."""
MIN_RUN = 0.25
"""Share of the page's rows of ink that stand on both sides of a gutter."""
MIN_ROWS = 24
"""And so many at least: some ten lines of text."""

Cells = np.ndarray[tuple[int, int], np.dtype[np.bool_]]


def in_columns(ink: Ink, lean: Lean, turn: int) -> bool:
    """Whether text stands in columns beside each other, once the page is turned by so many quarters to be upright."""
    cells = _cells(*((-ink.y, ink.x) if turn % 2 else (ink.x, ink.y)), lean.degrees)
    if cells.size == 0:
        return False
    left, right = _reach(cells)
    width = right - left
    first, last = left + int(MIN_SIDE * width), right - int(MIN_SIDE * width) - GUTTER_CELLS
    return any(_parts(cells, at, left, right) for at in range(first, last))


def _cells(along: Places, across: Places, degrees: float) -> Cells:
    """The rows of the straightened page that hold ink, as cells with ink or without."""
    rise = math.tan(math.radians(degrees))
    x, y = along + across * rise, across - along * rise
    columns = np.floor((x - x.min(initial=0)) / CELL).astype(np.int64)
    rows = np.floor((y - y.min(initial=0)) / CELL).astype(np.int64)
    if not len(rows):
        return np.zeros((0, 0), np.bool_)
    cells = np.zeros((rows.max() + 1, columns.max() + 1), np.bool_)
    cells[rows, columns] = True
    full = cells.mean(axis=1) < 0.9  # a ruling line is no row of text
    kept: Cells = cells[cells.any(axis=1) & full]
    return kept


def _reach(cells: Cells) -> tuple[int, int]:
    """From where to where nearly all ink stands, so that a mark in the margin does not count as width."""
    share = np.cumsum(cells.sum(axis=0)) / max(1, int(cells.sum()))
    return int(np.searchsorted(share, 0.01)), int(np.searchsorted(share, 0.99)) + 1


def _parts(cells: Cells, at: int, left: int, right: int) -> bool:
    before, gutter, after = cells[:, left:at], cells[:, at : at + GUTTER_CELLS], cells[:, at + GUTTER_CELLS : right]
    beside = ~gutter.any(axis=1) & before.any(axis=1) & after.any(axis=1)
    if beside.sum() < max(MIN_ROWS, MIN_RUN * len(cells)):
        return False
    return all(float(np.median(side[beside].mean(axis=1))) >= MIN_FILL for side in (before, after))
