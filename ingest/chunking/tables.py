"""What a table says above a place inside it: its caption and the words of its header rows (floor 4, pure).

A table that is too long for one chunk leaves its later rows without the words that say what their columns are. Which of these words fit an
embedder is `chunk`'s to say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from proviso.types.documents import Cell, Table

CAPTION_CHARS = 80
CELL_CHARS = 40
"""A heading of a column that is longer is a sentence; its beginning says what it is."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over the rows from `start` to `end`: caption and column headings, in their order, each once."""

    start: int
    end: int
    words: tuple[str, ...]


class Heads:
    """The tables of a text that have a header row or a caption."""

    def __init__(self, text: str, tables: Sequence[Table]) -> None:
        found = (_head(text, table) for table in tables)
        self._heads = sorted((head for head in found if head.words), key=lambda head: (head.start, -head.end))
        self._starts = [head.start for head in self._heads]

    def over(self, place: int) -> Head | None:
        """The head over a row that begins at `place`; None where no table goes on there, or its head is there to be read."""
        at = bisect_right(self._starts, place) - 1
        # Tables inside tables: the innermost that has not ended begins last.
        while at >= 0 and self._heads[at].end <= place:
            at -= 1
        return self._heads[at] if at >= 0 else None


def _head(text: str, table: Table) -> Head:
    above = _header_cells(table)
    end_of_first = min((cell.end for cell in table.cells if cell.row == 0), default=table.start)
    start = max((cell.end for cell in above), default=end_of_first)
    headings = [_short(text[cell.start : cell.end], CELL_CHARS) for cell in above]
    words = dict.fromkeys(each for each in (_short(table.caption, CAPTION_CHARS), *headings) if each)
    return Head(start, table.end, tuple(words))


def _header_cells(table: Table) -> list[Cell]:
    """The cells of the first rows in which every cell that says something is a heading."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.end > cell.start:
            rows.setdefault(cell.row, []).append(cell)
    out: list[Cell] = []
    for _, cells in sorted(rows.items()):
        if not all(cell.header for cell in cells):
            return out
        out += cells
    return []  # nothing but headings heads nothing


def _short(words: str, most: int) -> str:
    """One line of at most so many characters, cut between words."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0]
