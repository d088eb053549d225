"""A document being put together (floor 4): blocks added in reading order become canonical text with their spans.

Only for formats whose text is built (DOCX, HTML); a parser whose canonical text is the file itself cuts blocks out of it instead.
"""

from __future__ import annotations

from proviso.text import canonical
from proviso.types.documents import Block, BlockKind

PARAGRAPH_GAP = "\n\n"
ROW_GAP = "\n"
CELL_GAP = "\t"


class Draft:
    """Text and blocks so far. Empty blocks are not added; rows of one table stand on lines of their own without a
    blank line, and keep the tab of an empty first cell so that columns stay in line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at = 0
        self._in_table = False
        self.blocks: list[Block] = []

    def add(self, kind: BlockKind, words: str, level: int = 0) -> None:
        words = canonical(words)
        words = words.rstrip().strip(" \n") if kind == "table_row" else words.strip()
        if not words:
            return
        if self._parts:
            self._put(ROW_GAP if self._in_table and kind == "table_row" else PARAGRAPH_GAP)
        start = self._at
        self._put(words)
        self.blocks.append(Block(kind, start, self._at, level=level))
        self._in_table = kind == "table_row"

    def add_row(self, cells: list[str]) -> None:
        """One table row; a row with a single filled cell and no other is a paragraph (layout tables of web pages)."""
        cells = [" ".join(cell.split()) for cell in cells]
        if len(cells) == 1:
            self.add("paragraph", cells[0])
        elif any(cells):
            self.add("table_row", CELL_GAP.join(cells))

    def end_table(self) -> None:
        """What follows is no longer part of the same table."""
        self._in_table = False

    def text(self) -> str:
        return "".join(self._parts)

    def _put(self, piece: str) -> None:
        self._parts.append(piece)
        self._at += len(piece)
