"""A document being put together (floor 4): what was read, in reading order, becomes canonical text with its blocks and tables.

Only for formats whose text is built (DOCX, HTML); a parser whose canonical text is the file itself cuts blocks out of it instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.parsing.breaks import pieces
from ingest.parsing.grids import Grid, Item, Paragraph, row_words
from ingest.parsing.words import Piece, Place, Words
from proviso.types.documents import Block, BlockKind, Cell, Table

PARAGRAPH_GAP = "\n\n"
ROW_GAP = "\n"
LONG_WHOLE_CHARS = 4000


class Draft:
    """Text and blocks so far. Nothing empty becomes a block; rows of one table stand on lines of their own without a
    blank line, and keep the tabs of empty cells so that columns stay in line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at = 0
        self._in_table = False
        self._grids: list[tuple[Grid, str]] = []
        self._loose: list[Place] = []
        self.blocks: list[Block] = []

    def add(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, Paragraph):
                self.add_paragraph(item)
            else:
                self.add_grid(item)

    def add_paragraph(self, paragraph: Paragraph) -> list[Piece]:
        """One block, or as many as its line breaks show; the first is of the kind that was read. Returns where its words stand."""
        text = paragraph.words.text()
        spans = pieces(text)
        if spans and (paragraph.kind == "heading" or (paragraph.whole and len(text) < LONG_WHOLE_CHARS)):
            spans = [(spans[0][0], spans[-1][1])]
        after: BlockKind = "paragraph" if paragraph.kind in ("heading", "list_item") else paragraph.kind
        self._in_table = False
        kinds = [paragraph.kind, *[after] * len(spans)]
        blocks = [(*span, kind) for span, kind in zip(spans, kinds, strict=False)]
        return self._set(paragraph.words, blocks, paragraph.level, paragraph.whole)

    def add_grid(self, grid: Grid) -> None:
        """A table as one block a row, or what stands in it when it only places paragraphs."""
        grid.lay_out()
        caption = " ".join(grid.caption.text().split()) if grid.caption else grid.caption_text
        if grid.caption is not None:
            self.add_paragraph(Paragraph("paragraph", grid.caption))
        if grid.is_layout():
            self.add(grid.content())
            return
        nested: list[Grid] = []
        self._in_table = False
        for at in range(len(grid.rows)):
            words = row_words(grid, at, nested)
            text = words.text()
            self._set(words, [(0, len(text.rstrip()), "table_row")] if text.strip() else [], 0)
        self._in_table = False
        self._grids += [(grid, caption), *((inner, "") for inner in nested)]

    def text(self) -> str:
        return "".join(self._parts)

    def close(self) -> None:
        """Nothing comes any more: places that waited for a next block stand at the end."""
        for place in self._loose:
            place.start = place.end = self._at
        self._loose = []

    def tables(self) -> tuple[Table, ...]:
        """The tables in the order of their start, outer ones before those in their cells."""
        found = [_table(grid, caption) for grid, caption in self._grids]
        return tuple(sorted((table for table in found if table.end > table.start), key=lambda it: (it.start, -it.end)))

    def _set(
        self, words: Words, spans: list[tuple[int, int, BlockKind]], level: int, indented: bool = False
    ) -> list[Piece]:
        if not spans:
            self._loose += words.places
            return []
        text = words.text()
        settled: list[Piece] = []
        for start, end, kind in spans:
            if self._parts:
                self._put(ROW_GAP if self._in_table and kind == "table_row" else PARAGRAPH_GAP)
            if indented:
                self._put(text[text.rfind("\n", 0, start) + 1 : start])
            settled.append((start, end, self._at))
            self._put(text[start:end])
            shown = level if kind == "heading" else 0
            self.blocks.append(Block(kind, settled[-1][2], self._at, level=shown))
            self._in_table = kind == "table_row"
        words.settle(settled)
        for place in self._loose:
            place.start = place.end = settled[0][2]
        self._loose = []
        return settled

    def _put(self, piece: str) -> None:
        self._parts.append(piece)
        self._at += len(piece)


def _table(grid: Grid, caption: str) -> Table:
    """The table from its first row with words to its last; cells of rows without any stand at its edge."""
    rows = {row for _, row, place in grid.cells if place.end > place.start}
    held = [place for _, row, place in grid.cells if row in rows]
    start, end = min((place.start for place in held), default=0), max((place.end for place in held), default=0)
    cells = tuple(
        Cell(
            min(max(place.start, start), end),
            min(max(place.end, start), end),
            row,
            cell.column,
            cell.row_span,
            cell.column_span,
            cell.header,
        )
        for cell, row, place in grid.cells
    )
    return Table(start, end, len(grid.rows), grid.columns, cells, caption)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the white space at its ends."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())
