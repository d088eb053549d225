"""Canonical text of a PDF growing page by page (floor 4, pure), with the blocks, pages, words and bookmarks that point into it."""

from __future__ import annotations

from array import array
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from ingest.parsing.pdf_grid import Grid
from ingest.parsing.pdf_hyphens import Hyphens
from ingest.parsing.pdf_layout import Paragraph
from ingest.parsing.pdf_lines import Line, PageLines
from ingest.parsing.pdf_order import same_row
from ingest.parsing.pdf_recognised import displayed
from ingest.parsing.pdf_structure import OutlineItem
from ingest.parsing.pdf_table_text import PlacedTable, cells_at, rows_of_text, tables_of
from proviso.boxes import PageWords
from proviso.types.documents import Block, BlockKind, Cell, Page, Section, Table, TextSource

GAP = "\n\n"
TOUCHING = 0.1
"""Parts of a row that stand closer than this share of their height are parts of one word."""
RAISED = 0.85


@dataclass(slots=True)
class _Placing:
    """The words of a page as they are placed: lists grow many times faster than the arrays they end as."""

    page: int
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    boxes: list[float] = field(default_factory=list)

    def placed(self, page: PageLines) -> PageWords:
        columns = array("i", self.starts), array("i", self.ends), array("i", self.lines)
        return PageWords(self.page, page.width, page.height, *columns, array("f", self.boxes))


class PdfText:
    """What has been read so far. Lines keep their ends; a blank line stands between blocks and between pages."""

    def __init__(self, hyphens: Hyphens) -> None:
        self._hyphens = hyphens
        self._parts: list[str] = []
        self.blocks: list[Block] = []
        self.pages: list[Page] = []
        self.words: list[PageWords] = []
        self._placed: list[PlacedTable] = []
        self._at = 0

    def page(self, number: int, page: PageLines, paragraphs: list[Paragraph], plain: str) -> None:
        words = _Placing(number)
        if (paragraphs or plain) and self._parts:
            self._put(GAP)
        start = self._at
        row = 0
        for paragraph in paragraphs:
            if self._at > start:
                self._put(GAP)
            grid = paragraph.lines[0].grid
            row = (
                self._paragraph(paragraph, number, words, row)
                if grid is None
                else self._table(grid, paragraph.kind, page, words, row)
            )
        for words_of_block in filter(None, map(str.strip, plain.split(GAP))):
            if self._at > start:
                self._put(GAP)
            self._put(words_of_block)
            self.blocks.append(Block("paragraph", self._at - len(words_of_block), self._at, number))
        source: TextSource = "ocr" if page.recognised else "text_layer" if self._at > start else "none"
        self.pages.append(Page(number, start, self._at, page.width, page.height, self._at - start, source))
        placed = words.placed(page)
        self.words.append(placed if page.tilt is None else displayed(placed, page.tilt))

    def _paragraph(self, paragraph: Paragraph, number: int, words: _Placing, row: int) -> int:
        start = self._at
        above: Line | None = None
        taken = 0
        for line, below in zip(paragraph.lines, [*paragraph.lines[1:], None], strict=True):
            if above is not None:
                joined = same_row(above, line)
                row += not joined
                if taken < len(line.words):
                    self._put("\n" if not joined or taken else gap_between(above, line))
            broken = below is not None and self._hyphens.broken(line, below)
            self._words(line, taken, words, row, cut=int(broken))
            taken = 0
            if below is not None and broken:
                taken = 1
                self._words(below, 0, words, row + 1, count=1)
            above = line
        self.blocks.append(Block(paragraph.kind, start, self._at, number, paragraph.level))
        return row + 1

    def _words(self, line: Line, first: int, words: _Placing, row: int, count: int | None = None, cut: int = 0) -> None:
        """Words of a line from number `first` on, the last of them without its last `cut` characters."""
        shown = line.words[first : None if count is None else first + count]
        if not shown:
            return
        base = self._at - shown[0][0]
        words.starts.extend([base + start for start, _, _ in shown])
        words.ends.extend([base + end for _, end, _ in shown])
        words.ends[-1] -= cut
        words.lines.extend([row] * len(shown))
        words.boxes.extend(chain.from_iterable([box for _, _, box in shown]))
        self._put(line.text[shown[0][0] : shown[-1][1] - cut])

    def _table(self, grid: Grid, kind: BlockKind, page: PageLines, words: _Placing, row: int) -> int:
        """The rows of a table, one block each; one that stands on every page is a running head or foot, and no table."""
        start = self._at
        cells: list[Cell] = []
        for line in rows_of_text(grid, self._hyphens):
            if self._at > start:
                self._put("\n")
            for first, last, at, box in line.words:
                words.starts.append(self._at + first)
                words.ends.append(self._at + last)
                words.lines.append(row + at)
                words.boxes.extend(box)
            cells.extend(cells_at(line, self._at, page, words.page))
            self.blocks.append(Block(kind, self._at, self._at + len(line.text), words.page))
            self._put(line.text)
            row += line.lines
        if kind == "table_row":
            self._placed.append(PlacedTable(grid, words.page, start, self._at, cells))
        return row

    def tables(self) -> tuple[Table, ...]:
        return tables_of(self._placed, self.blocks, self.text())

    def label(self, labels: Sequence[str]) -> None:
        """Notes what the file calls its pages, where that is not their number."""
        if len(labels) == len(self.pages):
            named = zip(self.pages, labels, strict=True)
            self.pages = [replace(page, label=label) if label != str(page.number) else page for page, label in named]

    def read_as_blank(self, numbers: Container[int]) -> None:
        """Pages on which nothing is printed: they are read, and say nothing."""
        self.pages = [
            replace(page, source="text_layer") if page.number in numbers and not page.chars else page
            for page in self.pages
        ]

    def text(self) -> str:
        return "".join(self._parts)

    def _put(self, piece: str) -> None:
        self._parts.append(piece)
        self._at += len(piece)


def gap_between(above: Line, line: Line) -> str:
    """What stands between two parts of one row: nothing inside a word that is drawn in parts, else a space."""
    if above.hyphenated:
        return ""
    near = line.box[0] - above.box[2] < TOUCHING * min(above.height, line.height)
    raised = line.height < RAISED * above.height or above.height < RAISED * line.height
    mark = raised and above.text[-1:].isalpha() and (line.text[:1].isdigit() or line.text[:1] in "(*†‡")
    return "" if near and not mark else " "


def located(outline: list[OutlineItem], text: str, pages: list[Page]) -> tuple[Section, ...]:
    """The bookmarks as sections: each begins where its words stand on its page, else at the top of the page."""
    starts: list[int] = []
    for item in outline:
        page = pages[item.page - 1] if item.page <= len(pages) else pages[-1]
        floor = max(page.start, starts[-1]) if starts and starts[-1] < page.end else page.start
        starts.append(_find(text, item.title, floor, page.end))
    out = []
    for at, item in enumerate(outline):
        after = (starts[later] for later in range(at + 1, len(outline)) if outline[later].level <= item.level)
        end = max(starts[at], next(after, len(text)))
        out.append(Section("", "", item.title, item.level, starts[at], end, item.page))
    return tuple(out)


def _find(text: str, title: str, start: int, end: int) -> int:
    """Where `title` begins a line between `start` and `end`, white space and case aside; `start` when nowhere."""
    wanted = "".join(title.split()).casefold()
    at = start
    for line in text[start:end].split("\n"):
        shown = "".join(line.split()).casefold()
        if shown and (shown.endswith(wanted) or (len(shown) > 3 and wanted.startswith(shown))):
            return at
        at += len(line) + 1
    return start
