"""Words for tables of a page (floor 4, pure): ruling lines as found, words with their boxes, rows of them, and the grid made.

Nothing is decided here; `pdf_lattice` finds grids by ruling lines, `pdf_streams` by alignment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from proviso.boxes import Box

HYPHENS = "-\u2010\u00ad"


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line along an axis, as drawn: at `at`, from `start` to `end`, in points of the page as displayed."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Rules:
    """What is ruled on a page: lines across, and lines down."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class Word:
    """A word of the page: its text, its box in the reading frame and on the page as displayed, its line and its place there."""

    text: str
    box: Box
    shown: Box
    line: int
    at: int
    bold: bool
    value: bool

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    def above(self, word: Word) -> bool:
        """Whether a word that follows stands on a line further down."""
        return word.box[1] > self.box[3] - 0.5 * self.height

    def cut_before(self, word: Word) -> bool:
        """Whether it ends its line in a hyphen, and the word goes on with it or with its other half."""
        return self.text[-1] in HYPHENS and self.text[-2:-1].isalpha() and word.text[0].islower() and self.above(word)


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a grid, its words in reading order: 0-based row and column, and how many of each it covers."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: Box
    words: tuple[Word, ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of one page: cells by rows, left to right, and the edges of its columns."""

    box: Box
    rows: int
    columns: int
    edges: tuple[float, ...]
    cells: tuple[GridCell, ...]

    def header_rows(self) -> int:
        """How many rows at the top are headers."""
        return 1 + max((cell.row for cell in self.cells if cell.header), default=-1)


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
