"""Recognised pages among the others of a PDF (floor 4): which pages of a file were read by OCR, how well, and what to say about it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

from ingest.parsing.ocr_page import Recognised, decode
from ingest.parsing.pdf_lines import PageLines
from ingest.parsing.pdf_tilt import Tilt
from proviso.boxes import Box, PageWords
from proviso.types.documents import DocumentWarning

DOUBTFUL = 75.0
"""Mean confidence, of 100, below which words of a page are likely not what is printed there: contracts scanned at 150 dpi read at 85 to
96, a price list whose letters are too small for its scan at 62, half of it wrong; a page read upside down at 27."""


class RecognisedPages:
    """What `ocr.recognise` gave for pages of one file: a folder of files named by 1-based page number, or no folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._taken: dict[int, Recognised] = {}

    def page(self, number: int) -> PageLines | None:
        """The page as it was recognised; None when it was not, or when nothing was found on it although it is not blank."""
        if self._folder is None:
            return None
        try:
            found = decode(Path(self._folder, str(number)).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        if not found.words and not found.blank:
            return None
        self._taken[number] = found
        return found.page()

    def warnings(self) -> list[DocumentWarning]:
        """That these pages are not the file's own text, how sure their words are, and what OCR could not do."""
        read = {number: found for number, found in self._taken.items() if found.words}
        if not read:
            return []
        sure = sum(found.confidence for found in read.values()) / len(read)
        words = f"These pages are pictures and were read by OCR (mean confidence {sure:.0f} of 100): compare figures with the page."
        out = [DocumentWarning("ocr", words, tuple(sorted(read)))]
        doubtful = {number: found.confidence for number, found in read.items() if found.confidence < DOUBTFUL}
        if doubtful:
            named = ", ".join(f"page {number} ({value:.0f} of 100)" for number, value in sorted(doubtful.items()))
            words = f"Read by OCR with little confidence; the words may not be what is printed: {named}."
            out.append(DocumentWarning("ocr_doubtful", words, tuple(sorted(doubtful))))
        missing = sorted({name for found in read.values() for name in found.missing})
        if missing:
            words = f"OCR ran without languages that are not installed for Tesseract: {', '.join(missing)}."
            out.append(DocumentWarning("ocr_language_missing", words, tuple(sorted(read))))
        return out


def displayed(words: PageWords, tilt: Tilt) -> PageWords:
    """Words whose boxes are in the reading frame, with boxes on the displayed page; a line that leans gets several boxes."""
    boxes: array[float] = array("f")
    lines: array[int] = array("i")
    first: Box | None = None
    number = -1
    for at in range(len(words)):
        box = _box(words.boxes, at)
        if first is None or words.lines[at] != words.lines[at - 1] or box[0] < first[0] or tilt.drifts(first, box):
            first, number = box, number + 1
        lines.append(number)
        boxes.extend(tilt.shown(box))
    return PageWords(words.page, words.width, words.height, words.starts, words.ends, lines, boxes)


def _box(boxes: Sequence[float], at: int) -> Box:
    x0, y0, x1, y1 = boxes[4 * at : 4 * at + 4]
    return x0, y0, x1, y1
