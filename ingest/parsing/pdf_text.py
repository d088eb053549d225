"""Canonical text of a PDF growing page by page (floor 4, pure), with the blocks, pages, words and bookmarks that point into it."""

from __future__ import annotations

from array import array

from ingest.parsing.pdf_layout import Paragraph, same_row
from ingest.parsing.pdf_lines import Line, PageLines
from ingest.parsing.pdf_structure import OutlineItem
from proviso.boxes import PageWords
from proviso.types.documents import Block, Page, Section, TextSource

GAP = "\n\n"


class PdfText:
    """What has been read so far. Lines keep their ends; a blank line stands between blocks and between pages."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.blocks: list[Block] = []
        self.pages: list[Page] = []
        self.words: list[PageWords] = []
        self._at = 0

    def page(self, number: int, page: PageLines, paragraphs: list[Paragraph], plain: str) -> None:
        words = PageWords(number, page.width, page.height, array("i"), array("i"), array("i"), array("f"))
        if (paragraphs or plain) and self._parts:
            self._put(GAP)
        start = self._at
        row = 0
        for paragraph in paragraphs:
            if self._at > start:
                self._put(GAP)
            row = self._paragraph(paragraph, number, words, row)
        for words_of_block in filter(None, map(str.strip, plain.split(GAP))):
            if self._at > start:
                self._put(GAP)
            self._put(words_of_block)
            self.blocks.append(Block("paragraph", self._at - len(words_of_block), self._at, number))
        source: TextSource = "text_layer" if self._at > start else "none"
        self.pages.append(Page(number, start, self._at, page.width, page.height, self._at - start, source))
        self.words.append(words)

    def _paragraph(self, paragraph: Paragraph, number: int, words: PageWords, row: int) -> int:
        start = self._at
        above: Line | None = None
        for line in paragraph.lines:
            if above is not None:
                joined = same_row(above, line)
                self._put("\n" if not joined else "" if above.hyphenated else " ")
                row += not joined
            for first, last, box in line.words:
                words.starts.append(self._at + first)
                words.ends.append(self._at + last)
                words.lines.append(row)
                words.boxes.extend(box)
            self._put(line.text)
            above = line
        self.blocks.append(Block(paragraph.kind, start, self._at, number, paragraph.level))
        return row + 1

    def text(self) -> str:
        return "".join(self._parts)

    def _put(self, piece: str) -> None:
        self._parts.append(piece)
        self._at += len(piece)


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
